/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout_process: the process that looks at the machine. It answers each question with a whole list, and
 * between two questions has free disks looked at, a few at a time, by processes that it does not wait for.
 */
#include "scout.h"

#include <stdlib.h>
#include <string.h>

#define LOOKS_AT_ONCE 4

struct scout {
	const struct scout_task *task;
	struct os_clock *clock;
	struct os_host *host;
	int fd;
	struct device_sights list;
	struct scout_look looks[LOOKS_AT_ONCE];
	bool asked;
	bool listed; /* the list is our own, no inheritance */
};

/* ---- telling ---------------------------------------------------------------------------------- */

static enum code tell(struct scout *self, struct buf *packet, struct err *err)
{
	enum code code = buf_check(packet, err);
	if (code == CODE_OK)
		code = os_packet_send(self->fd, packet->data, packet->len, err);
	return code;
}

static enum code tell_sight(struct scout *self, enum scout_packet kind,
    const struct device_sight *sight, struct err *err)
{
	BUF_AUTO packet = { 0 };
	buf_u8(&packet, (uint8_t)kind);
	scout_wire_pack(sight, &packet);
	return tell(self, &packet, err);
}

static enum code tell_list(struct scout *self, struct err *err)
{
	BUF_AUTO begin = { 0 };
	BUF_AUTO end = { 0 };
	buf_u8(&begin, SCOUT_BEGIN);
	buf_u32be(&begin, (uint32_t)(self->list.boot_ns >> 32));
	buf_u32be(&begin, (uint32_t)self->list.boot_ns);
	buf_u32be(&begin, (uint32_t)self->list.count);
	enum code code = tell(self, &begin, err);
	for (size_t i = 0; i < self->list.count && code == CODE_OK; i++)
		code = tell_sight(self, SCOUT_SIGHT, &self->list.items[i], err);
	buf_u8(&end, SCOUT_END);
	return code == CODE_OK ? tell(self, &end, err) : code;
}

static enum code tell_failure(struct scout *self, const struct err *why, struct err *err)
{
	BUF_AUTO packet = { 0 };
	char line[sizeof(why->line)];
	buf_u8(&packet, SCOUT_FAILED);
	buf_u32be(&packet, (uint32_t)why->code);
	text_safe(line, sizeof(line), why->line, strlen(why->line));
	buf_sshstr(&packet, line, strlen(line));
	return tell(self, &packet, err);
}

/* ---- looking ---------------------------------------------------------------------------------- */

/* A loop device stands for a disk; what lies behind other virtual ones may be anything, also suspended. */
static bool may_look(const struct device *device)
{
	return device->claim_count == 0 &&
	    (!device->virtual_disk || strcmp(device->identity.transport, "loop") == 0);
}

/* What was found before somebody wrote to the disk is not there any more. */
static void notice_writes(struct scout *self, struct device_sight *sight)
{
	if (sight->look != DEVICE_LOOK_DONE || !may_look(&sight->device) ||
	    scout_written(self->host, &sight->device) == sight->written)
		return;
	sight->look = DEVICE_LOOK_NONE;
	sight->device.found = (struct os_probe){ .why = "the disk was written to since it was looked at" };
}

static void start_look(struct scout *self, struct scout_look *look)
{
	for (size_t i = 0; i < self->list.count; i++) {
		struct device_sight *sight = &self->list.items[i];
		struct err err;
		if (sight->look != DEVICE_LOOK_NONE || !may_look(&sight->device))
			continue;
		sight->written = scout_written(self->host, &sight->device);
		uint64_t end_ns = self->clock->ops->boot_ns(self->clock) + self->task->seams->look_ns;
		if (scout_look_start(self->task->seams, &sight->device, end_ns, look, &err) != CODE_OK)
			return; /* no process to be had now; the next turn tries again */
		look->sight = i;
		sight->look = DEVICE_LOOK_RUNNING;
		return;
	}
}

/* Looks go on over a new list; those at disks that are gone are ended. */
static void follow_looks(struct scout *self, const struct device_sights *before)
{
	for (size_t i = 0; i < LOOKS_AT_ONCE; i++) {
		struct scout_look *look = &self->looks[i];
		size_t found = SIZE_MAX;
		if (!look->pid)
			continue;
		for (size_t j = 0; j < self->list.count && found == SIZE_MAX; j++) {
			if (scout_same_presence(&self->list.items[j].device.identity,
				&before->items[look->sight].device.identity))
				found = j;
		}
		if (found == SIZE_MAX)
			scout_look_end(look);
		else
			look->sight = found;
	}
}

/* Nothing is known of it yet but what the kernel says. */
static void begin_sight(struct device_sight *sight, const struct device *device)
{
	sight->device = *device;
	sight->written = UINT64_MAX;
	sight->device.found = (struct os_probe){ .why = "the disk was not looked at yet" };
	device_health_unknown(&sight->health, "the disk was not asked yet");
}

static void finish_sight(struct scout *self, const struct device_sight *before,
    struct device_sight *sight)
{
	const struct device_bays none = { 0 };
	const struct device_bays *bays = self->task->options->bays;
	if (before)
		scout_carry(before, sight);
	else
		device_place_find(self->host, &sight->device, &sight->place);
	device_bays_label(bays ? bays : &none, &sight->place);
	notice_writes(self, sight);
}

static enum code make_list(struct scout *self, struct device_sights *ret, struct err *err)
{
	const struct device_scan_options options = { .state_dir = self->task->options->state_dir,
		.excluded = self->task->options->excluded };
	struct device_set set = { 0 };
	struct device_sights list = { .boot_ns = self->clock->ops->boot_ns(self->clock) };
	enum code code = device_scan(self->host, &options, &set, err);
	if (code != CODE_OK)
		return code;
	list.items = calloc(set.count + 1, sizeof(*list.items));
	if (!list.items || set.count > SCOUT_DISKS_MAX) {
		device_set_free(&set);
		free(list.items);
		return err_memory(err);
	}
	for (; list.count < set.count; list.count++)
		begin_sight(&list.items[list.count], &set.items[list.count]);
	device_set_free(&set);
	*ret = list;
	return CODE_OK;
}

static enum code answer(struct scout *self, struct err *err)
{
	struct device_sights list = { 0 };
	struct err why = { 0 };
	if (make_list(self, &list, &why) != CODE_OK)
		return tell_failure(self, &why, err);
	struct device_sights before = self->list;
	self->list = list;
	self->listed = true;
	follow_looks(self, &before);
	size_t from = 0;
	for (size_t i = 0; i < list.count; i++) {
		struct device_sight *sight = &list.items[i];
		finish_sight(self, scout_find(&before, &from, &sight->device.identity), sight);
	}
	free(before.items);
	return tell_list(self, err);
}

/* ---- one turn --------------------------------------------------------------------------------- */

static enum code take_looks(struct scout *self, struct err *err)
{
	for (size_t i = 0; i < LOOKS_AT_ONCE; i++) {
		struct scout_look *look = &self->looks[i];
		if (!look->pid)
			continue;
		struct device_sight *sight = &self->list.items[look->sight];
		uint64_t now_ns = self->clock->ops->boot_ns(self->clock);
		if (scout_look_take(look, now_ns, sight) != CODE_OK)
			continue;
		enum code code = tell_sight(self, SCOUT_LOOKED, sight, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

static void start_looks(struct scout *self)
{
	for (size_t i = 0; i < LOOKS_AT_ONCE && self->listed; i++) {
		if (!self->looks[i].pid)
			start_look(self, &self->looks[i]);
	}
}

static int wait_ms(const struct scout *self)
{
	uint64_t end_ns = UINT64_MAX;
	uint64_t now_ns = self->clock->ops->boot_ns(self->clock);
	for (size_t i = 0; i < LOOKS_AT_ONCE; i++) {
		if (self->looks[i].pid)
			end_ns = bytes_min(end_ns, self->looks[i].end_ns);
	}
	if (end_ns == UINT64_MAX)
		return -1;
	return end_ns <= now_ns ? 0 : (int)bytes_min((end_ns - now_ns) / 1000000 + 1, 1000000);
}

/* All that was asked meanwhile is one question. */
static enum code take_questions(struct scout *self, struct err *err)
{
	uint8_t byte;
	size_t len;
	enum code code;
	while ((code = os_packet_receive(self->fd, 0, &byte, 1, &len, err)) == CODE_OK)
		self->asked = true;
	return code == CODE_BUSY ? CODE_OK : code;
}

static enum code turn(struct scout *self, struct err *err)
{
	int fds[1 + LOOKS_AT_ONCE] = { self->fd };
	bool ready[1 + LOOKS_AT_ONCE];
	for (size_t i = 0; i < LOOKS_AT_ONCE; i++)
		fds[1 + i] = self->looks[i].pid ? self->looks[i].fd : -1;
	enum code code = os_wait_readable(fds, ready, WIPE_COUNT(fds), wait_ms(self), err);
	if (code != CODE_OK && code != CODE_BUSY)
		return code;
	code = take_questions(self, err);
	if (code == CODE_OK)
		code = take_looks(self, err);
	if (code == CODE_OK && self->asked) {
		self->asked = false;
		code = answer(self, err);
	}
	if (code == CODE_OK)
		start_looks(self);
	return code;
}

/* What the one before us had found out; looks that it had begun ended with it. */
static bool inherit(struct scout *self, const struct device_sights *known)
{
	self->list.items = calloc(known->count + 1, sizeof(*self->list.items));
	if (!self->list.items)
		return false;
	for (; self->list.count < known->count; self->list.count++) {
		struct device_sight *sight = &self->list.items[self->list.count];
		*sight = known->items[self->list.count];
		if (sight->look == DEVICE_LOOK_RUNNING)
			sight->look = DEVICE_LOOK_NONE;
	}
	return true;
}

int scout_process(void *self, int fd)
{
	const struct scout_task *task = self;
	struct scout scout = { .task = task, .clock = task->options->clock, .fd = fd };
	struct err err = { 0 };
	for (size_t i = 0; i < LOOKS_AT_ONCE; i++)
		scout.looks[i].fd = -1;
	if (fd > 2)
		os_process_quiet();
	if (task->seams->open_host(task->seams->self, &scout.host, &err) != CODE_OK ||
	    !inherit(&scout, task->known))
		return 1;
	while (turn(&scout, &err) == CODE_OK)
		;
	return 0;
}
