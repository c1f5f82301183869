/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * health_reader: how is a drive asked by somebody who must never wait for it? A process of its own
 * opens it, confines itself, and answers one packet for each request. What hangs is that process.
 */
#include "health.h"

#include <stdlib.h>

#define END_MS 100 /* for a process to die that is not stuck in the kernel */

struct device_health_reader {
	pid_t pid; /* 0: there is no process, `known_now` is every answer */
	int fd;
	bool asked;
	struct device_health known_now;
};

/* ---- the process ----------------------------------------------------------------------------- */

struct child {
	const struct device *device;
	health_opener *opener;
	enum os_pass_kind kind;
	bool try_ata;
};

/* The node may have been given to another disk since the scan. */
static enum code check_same(const struct identity *identity, const struct os_pass *pass,
    struct err *err)
{
	bool other_boot_number = pass->diskseq && identity->diskseq &&
	    pass->diskseq != identity->diskseq;
	if (pass->major == identity->major && pass->minor == identity->minor && !other_boot_number)
		return CODE_OK;
	return err_set(err, CODE_GONE, "%s is another disk now", identity->node);
}

static enum code prepare(const struct child *child, struct os_pass **ret, struct err *err)
{
	struct os_pass *pass = NULL;
	enum code code = child->opener(child->device, child->kind, &pass, err);
	if (code == CODE_OK)
		code = check_same(&child->device->identity, pass, err);
	if (code == CODE_OK)
		code = pass->ops->confine(pass, err);
	if (code != CODE_OK) {
		os_pass_free(pass);
		return code;
	}
	*ret = pass;
	return CODE_OK;
}

static int child_main(void *self, int fd)
{
	const struct child *child = self;
	struct health_session session = { .try_ata = child->try_ata };
	struct device_health health;
	struct err err = { 0 };
	if (fd > 2) /* the parent may have been started without streams */
		os_process_quiet();
	bool ready = prepare(child, &session.pass, &err) == CODE_OK;
	if (!ready)
		device_health_unknown(&health, "%s", err.line);
	for (;;) {
		uint8_t scope = 0;
		uint8_t packet[HEALTH_WIRE_BYTES];
		size_t len = 0;
		if (os_packet_receive(fd, -1, &scope, 1, &len, &err) != CODE_OK)
			return 0;
		if (ready)
			health_read(&session, (enum device_health_scope)scope, &health);
		health_wire_pack(&health, packet);
		if (os_packet_send(fd, packet, sizeof(packet), &err) != CODE_OK)
			return 0;
	}
}

/* ---- the one who asks ------------------------------------------------------------------------ */

static enum code open_node(const struct device *device, enum os_pass_kind kind,
    struct os_pass **ret, struct err *err)
{
	return os_pass_open(device->identity.node, kind, ret, err);
}

enum code health_reader_start(const struct device *device, health_opener *opener,
    struct device_health_reader **ret, struct err *err)
{
	struct device_health_reader *reader = calloc(1, sizeof(*reader));
	if (!reader)
		return err_memory(err);
	*reader = (struct device_health_reader){ .fd = -1 };
	struct child child = { .device = device, .opener = opener };
	if (health_route(device, &child.kind, &child.try_ata, &reader->known_now)) {
		enum code code =
		    os_process_spawn(child_main, &child, &reader->pid, &reader->fd, err);
		if (code != CODE_OK) {
			free(reader);
			return code;
		}
	}
	*ret = reader;
	return CODE_OK;
}

enum code device_health_start(const struct device *device, struct device_health_reader **ret,
    struct err *err)
{
	return health_reader_start(device, open_node, ret, err);
}

int device_health_fd(const struct device_health_reader *reader)
{
	return reader->fd;
}

enum code device_health_ask(struct device_health_reader *reader, enum device_health_scope scope,
    struct err *err)
{
	if (reader->asked)
		return err_set(err, CODE_BUSY, "the drive has not answered the last question");
	uint8_t word = (uint8_t)scope;
	/* One byte, one at a time: there is always room for it in the socket. */
	enum code code = reader->pid ? os_packet_send(reader->fd, &word, 1, err) : CODE_OK;
	if (code == CODE_OK)
		reader->asked = true;
	return code;
}

static enum code receive(struct device_health_reader *reader, int timeout_ms,
    struct device_health *ret, struct err *err)
{
	uint8_t packet[HEALTH_WIRE_BYTES];
	size_t len = 0;
	if (!reader->asked)
		return err_set(err, CODE_BUSY, "the drive was not asked");
	if (!reader->pid) {
		reader->asked = false;
		*ret = reader->known_now;
		return CODE_OK;
	}
	enum code code = os_packet_receive(reader->fd, timeout_ms, packet, sizeof(packet), &len, err);
	if (code == CODE_BUSY || code == CODE_GONE)
		return code;
	reader->asked = false;
	if (code == CODE_OK && !health_wire_unpack(packet, len, ret))
		code = CODE_INPUT;
	if (code != CODE_OK)
		device_health_unknown(ret, "what came back is no reading, and is not believed");
	return CODE_OK;
}

enum code device_health_take(struct device_health_reader *reader, struct device_health *ret,
    struct err *err)
{
	return receive(reader, 0, ret, err);
}

void device_health_end(struct device_health_reader *reader)
{
	struct err stuck;
	if (!reader)
		return;
	if (reader->pid && os_process_end(reader->pid, END_MS, &stuck) != CODE_OK)
		/* It hangs in the drive's driver. Init will collect it, or nobody, but it does no harm. */
		(void)stuck;
	os_fd_close(reader->fd);
	free(reader);
}

/* poll(2) returns early for a signal: the deadline is a time, not one wait. */
static enum code receive_within(struct device_health_reader *reader, int timeout_ms,
    struct device_health *ret, struct err *err)
{
	struct os_clock *clock = os_clock_system();
	uint64_t end_ns = clock->ops->boot_ns(clock) + (uint64_t)timeout_ms * 1000000;
	for (;;) {
		uint64_t now_ns = clock->ops->boot_ns(clock);
		int left_ms = now_ns >= end_ns ? 0 : (int)((end_ns - now_ns) / 1000000);
		enum code code = receive(reader, left_ms, ret, err);
		if (code != CODE_BUSY || left_ms == 0)
			return code;
	}
}

void health_reader_read(const struct device *device, health_opener *opener, int timeout_ms,
    struct device_health *ret)
{
	struct device_health_reader *reader = NULL;
	struct err err = { 0 };
	enum code code = health_reader_start(device, opener, &reader, &err);
	if (code == CODE_OK)
		code = device_health_ask(reader, DEVICE_HEALTH_ALL, &err);
	if (code == CODE_OK)
		code = receive_within(reader, timeout_ms, ret, &err);
	if (code == CODE_BUSY)
		device_health_unknown(ret, "the drive did not answer in %d s", timeout_ms / 1000);
	else if (code == CODE_GONE)
		device_health_unknown(ret, "the process that asked the drive was ended");
	else if (code != CODE_OK)
		device_health_unknown(ret, "%s", err.line);
	device_health_end(reader);
}

void device_health_read(const struct device *device, int timeout_ms, struct device_health *ret)
{
	health_reader_read(device, open_node, timeout_ms, ret);
}
