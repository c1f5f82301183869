/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout: how does somebody who must never wait know which disks are there? Another process looks, and this
 * side only takes packets. One that does not answer is given up; what it knew is kept here, and the next
 * one starts from it.
 */
#include "scout.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_S	UINT64_C(1000000000)
#define LOOK_NS		(60 * NS_PER_S)
#define PATIENCE_NS	(15 * NS_PER_S)
#define PATIENCE_MOST_NS (600 * NS_PER_S)
#define HANGING_MAX	4
#define REST_MS		100
#define PACKETS_AT_ONCE 256 /* then the caller has a turn */

struct device_scout {
	struct device_scout_options options;
	struct scout_seams seams;
	pid_t pid; /* 0 = no process */
	int fd;
	bool asked; /* and it has not answered */
	bool again; /* something happened after it was asked */
	uint64_t asked_ns; /* this process */
	uint64_t waiting_since_ns; /* the oldest question, whoever was asked; 0 = none */
	uint64_t patience_ns;
	pid_t hanging[HANGING_MAX]; /* killed, and not gone yet; 0 = free */
	struct device_sights list;
	struct device_sights coming;
	size_t expected; /* in it; SIZE_MAX: none is coming */
	uint8_t packet[SCOUT_PACKET_MAX];
};

static uint64_t now_ns(const struct device_scout *scout)
{
	return scout->options.clock->ops->boot_ns(scout->options.clock);
}

/* ---- processes -------------------------------------------------------------------------------- */

static void drop_coming(struct device_scout *scout)
{
	free(scout->coming.items);
	scout->coming = (struct device_sights){ 0 };
	scout->expected = SIZE_MAX;
}

/* NULL: no room for another one that hangs. */
static pid_t *collect(struct device_scout *scout)
{
	pid_t *room = NULL;
	for (size_t i = 0; i < HANGING_MAX; i++) {
		pid_t *pid = &scout->hanging[i];
		struct err busy;
		int status;
		if (*pid && os_process_reap(*pid, false, &status, &busy) != CODE_BUSY)
			*pid = 0;
		if (!*pid)
			room = pid;
	}
	return room;
}

/* Ends the process, which may hang in the kernel, without waiting longer than timeout_ms. */
static void let_go(struct device_scout *scout, int timeout_ms)
{
	struct err stuck;
	drop_coming(scout);
	if (scout->pid && os_process_end(scout->pid, timeout_ms, &stuck) == CODE_BUSY) {
		pid_t *room = collect(scout);
		if (room)
			*room = scout->pid;
	}
	os_fd_close(scout->fd);
	scout->pid = 0;
	scout->fd = -1;
	scout->asked = false;
	scout->again = false;
}

static enum code start_process(struct device_scout *scout, struct err *err)
{
	struct scout_task task = { &scout->options, &scout->seams, &scout->list };
	if (!collect(scout))
		return err_set(err, CODE_BUSY, "%d processes that looked for disks hang in the kernel; "
		    "no more are started: find the disk or controller that does not answer", HANGING_MAX);
	return os_process_spawn(scout_process, &task, &scout->pid, &scout->fd, err);
}

enum code scout_start(const struct device_scout_options *options, const struct scout_seams *seams,
    struct device_scout **ret, struct err *err)
{
	struct device_scout *scout = calloc(1, sizeof(*scout));
	if (!scout)
		return err_memory(err);
	scout->options = *options;
	scout->seams = *seams;
	scout->fd = -1;
	scout->expected = SIZE_MAX;
	scout->patience_ns = seams->patience_ns;
	enum code code = start_process(scout, err);
	if (code != CODE_OK) {
		free(scout);
		return code;
	}
	*ret = scout;
	return CODE_OK;
}

static enum code open_this_machine(void *self, struct os_host **ret, struct err *err)
{
	(void)self;
	return os_host_open(ret, err);
}

enum code device_scout_start(const struct device_scout_options *options, struct device_scout **ret,
    struct err *err)
{
	const struct scout_seams seams = { .open_host = open_this_machine, .look_ns = LOOK_NS,
		.patience_ns = PATIENCE_NS };
	return scout_start(options, &seams, ret, err);
}

/* ---- asking ----------------------------------------------------------------------------------- */

int device_scout_fd(const struct device_scout *scout)
{
	return scout->fd;
}

const struct device_sights *device_scout_list(const struct device_scout *scout)
{
	return &scout->list;
}

uint64_t device_scout_waiting_since_ns(const struct device_scout *scout)
{
	return scout->waiting_since_ns;
}

static enum code send_question(struct device_scout *scout, struct err *err)
{
	const uint8_t question = 1;
	/* One byte, one at a time: there is always room for it in the socket. */
	enum code code = os_packet_try(scout->fd, &question, 1, err);
	if (code == CODE_GONE) /* it ended; what it said before is taken first, and tells */
		code = CODE_OK;
	if (code != CODE_OK)
		return code;
	scout->asked = true;
	scout->asked_ns = now_ns(scout);
	if (!scout->waiting_since_ns)
		scout->waiting_since_ns = scout->asked_ns;
	return CODE_OK;
}

enum code device_scout_ask(struct device_scout *scout, struct err *err)
{
	if (scout->asked && now_ns(scout) - scout->asked_ns > scout->patience_ns) {
		let_go(scout, 0);
		scout->patience_ns = bytes_min(2 * scout->patience_ns, PATIENCE_MOST_NS);
	}
	if (scout->asked) {
		scout->again = true;
		return CODE_OK;
	}
	if (!scout->pid) {
		enum code code = start_process(scout, err);
		if (code != CODE_OK)
			return code;
	}
	return send_question(scout, err);
}

/* ---- taking ----------------------------------------------------------------------------------- */

static enum code nonsense(struct device_scout *scout, struct err *err)
{
	let_go(scout, 0);
	return err_set(err, CODE_INPUT, "what the process that looks for disks said makes no sense; "
	    "another one is started");
}

static enum code take_begin(struct device_scout *scout, struct bytes_reader *reader, struct err *err)
{
	uint64_t boot_ns = bytes_read_u64be(reader);
	uint32_t count = bytes_read_u32be(reader);
	if (!bytes_read_done(reader) || count > SCOUT_DISKS_MAX || scout->expected != SIZE_MAX ||
	    boot_ns == 0)
		return nonsense(scout, err);
	scout->coming = (struct device_sights){
		.items = calloc((size_t)count + 1, sizeof(*scout->coming.items)),
		.boot_ns = boot_ns,
	};
	if (!scout->coming.items) {
		let_go(scout, 0);
		return err_memory(err);
	}
	scout->expected = count;
	return CODE_BUSY;
}

static enum code take_sight(struct device_scout *scout, struct bytes_reader *reader, struct err *err)
{
	if (scout->expected == SIZE_MAX || scout->coming.count == scout->expected ||
	    !scout_wire_unpack(reader->data + reader->pos, reader->len - reader->pos,
		&scout->coming.items[scout->coming.count]))
		return nonsense(scout, err);
	scout->coming.count++;
	return CODE_BUSY;
}

static void answered(struct device_scout *scout)
{
	scout->asked = false;
	scout->waiting_since_ns = 0;
	scout->patience_ns = scout->seams.patience_ns;
}

static enum code ask_again(struct device_scout *scout, struct err *err)
{
	if (!scout->again)
		return CODE_OK;
	scout->again = false;
	return send_question(scout, err);
}

static enum code take_end(struct device_scout *scout, struct err *err)
{
	if (scout->expected == SIZE_MAX || scout->coming.count != scout->expected)
		return nonsense(scout, err);
	free(scout->list.items);
	scout->list = scout->coming;
	scout->coming = (struct device_sights){ 0 };
	scout->expected = SIZE_MAX;
	answered(scout);
	return ask_again(scout, err);
}

static enum code take_looked(struct device_scout *scout, struct bytes_reader *reader, struct err *err)
{
	struct device_sight *sight = calloc(1, sizeof(*sight));
	if (!sight)
		return err_memory(err);
	if (scout->expected != SIZE_MAX ||
	    !scout_wire_unpack(reader->data + reader->pos, reader->len - reader->pos, sight)) {
		free(sight);
		return nonsense(scout, err);
	}
	enum code code = CODE_BUSY;
	for (size_t i = 0; i < scout->list.count; i++) {
		if (!scout_same_presence(&sight->device.identity, &scout->list.items[i].device.identity))
			continue;
		scout->list.items[i] = *sight;
		code = CODE_OK;
	}
	free(sight);
	return code;
}

static enum code take_failed(struct device_scout *scout, struct bytes_reader *reader, struct err *err)
{
	uint32_t code = bytes_read_u32be(reader);
	size_t len = 0;
	const uint8_t *text = bytes_read_sshstr(reader, &len);
	char line[sizeof(err->line)];
	if (!bytes_read_done(reader) || code == CODE_OK || code == CODE_BUSY || code > CODE_BUG)
		return nonsense(scout, err);
	drop_coming(scout);
	answered(scout);
	enum code asked = ask_again(scout, err);
	if (asked != CODE_OK)
		return asked;
	return err_set(err, (enum code)code, "%s", text_safe(line, sizeof(line), text, len));
}

/* CODE_BUSY: taken, and nothing is new by it alone. */
static enum code take_packet(struct device_scout *scout, size_t len, struct err *err)
{
	struct bytes_reader reader = { .data = scout->packet, .len = len };
	switch (bytes_read_u8(&reader)) {
	case SCOUT_BEGIN:
		return take_begin(scout, &reader, err);
	case SCOUT_SIGHT:
		return take_sight(scout, &reader, err);
	case SCOUT_END:
		return bytes_read_done(&reader) ? take_end(scout, err) : nonsense(scout, err);
	case SCOUT_LOOKED:
		return take_looked(scout, &reader, err);
	case SCOUT_FAILED:
		return take_failed(scout, &reader, err);
	default:
		return nonsense(scout, err);
	}
}

enum code device_scout_take(struct device_scout *scout, struct err *err)
{
	bool fresh = false;
	for (unsigned i = 0; i < PACKETS_AT_ONCE; i++) {
		size_t len = 0;
		enum code code = scout->pid
		    ? os_packet_receive(scout->fd, 0, scout->packet, sizeof(scout->packet), &len, err)
		    : CODE_BUSY;
		if (code == CODE_BUSY)
			break;
		if (code == CODE_GONE) {
			let_go(scout, 0);
			return err_set(err, CODE_GONE, "the process that looks for disks ended; another one "
			    "is started");
		}
		if (code == CODE_INPUT)
			return nonsense(scout, err);
		if (code == CODE_OK)
			code = take_packet(scout, len, err);
		if (code != CODE_OK && code != CODE_BUSY)
			return code;
		fresh |= code == CODE_OK;
	}
	return fresh ? CODE_OK : err_set(err, CODE_BUSY, "nothing new");
}

/* ---- ending ----------------------------------------------------------------------------------- */

void device_scout_rest(struct device_scout *scout)
{
	let_go(scout, REST_MS);
	scout->waiting_since_ns = 0;
	for (size_t i = 0; i < scout->list.count; i++) {
		if (scout->list.items[i].look == DEVICE_LOOK_RUNNING)
			scout->list.items[i].look = DEVICE_LOOK_NONE;
	}
}

void device_scout_end(struct device_scout *scout)
{
	if (!scout)
		return;
	let_go(scout, REST_MS);
	(void)collect(scout);
	free(scout->list.items);
	free(scout);
}
