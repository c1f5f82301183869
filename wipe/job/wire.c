/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire: the worker's process and the two directions of its socket. */
#include "ear.h"
#include "wire.h"

static enum code put(void *self, const struct event *event, struct err *err)
{
	const struct ear *ear = self;
	uint8_t packed[EVENT_PACKED];
	event_pack(event, packed);
	return os_packet_send(ear->fd, packed, sizeof(packed), err);
}

static enum code confine(void *self, struct os_claim *claim, const struct os_disk *disk,
    struct err *err)
{
	const struct ear *ear = self;
	struct os_sandbox sandbox;
	return os_sandbox_enter(claim, disk, ear->fd, &sandbox, err);
}

static int worker_main(void *self, int fd)
{
	struct ear ear = { .fd = fd };
	const struct job_control control = { ear_may_go, ear_is_stopping, ear_make_known, ear_rest, confine,
		&ear };
	const struct job_task *task = self;
	const struct event_sink sink = { put, &ear };
	struct err err = { 0 };
	/* That a kernel does not know such ranks, or does not grant one, is no reason not to wipe. */
	(void)os_process_io_class(task->io_class);
	return job_worker(task, &control, &sink, &err) == CODE_OK ? 0 : 1;
}

enum code job_wire_spawn(const struct job_task *task, pid_t *ret_pid, int *ret_fd, struct err *err)
{
	/* The child has its own copy of the task: nothing it changes comes back but events. */
	struct job_task copy = *task;
	return os_process_spawn(worker_main, &copy, ret_pid, ret_fd, err);
}

enum code job_wire_receive(int fd, struct event *ret, bool *ret_asks, struct err *err)
{
	uint8_t packed[EVENT_PACKED];
	size_t len = 0;
	enum code code = os_packet_receive(fd, 0, packed, sizeof(packed), &len, err);
	if (code != CODE_OK)
		return code;
	*ret_asks = len == 1 && packed[0] == JOB_WIRE_ASKS;
	if (*ret_asks) {
		*ret = (struct event){ .kind = EVENT_NONE };
		return CODE_OK;
	}
	if (len != sizeof(packed))
		return err_set(err, CODE_INPUT, "the worker sent %zu bytes that are no event", len);
	return event_unpack(packed, ret, err);
}

void job_wire_tell(int fd, char word)
{
	struct err ignored = { 0 };
	/* A worker that is gone needs no telling: the next receive says so. One that hangs in the kernel
	 * and has not heard hundreds of words will not miss this one. */
	if (os_packet_try(fd, &word, 1, &ignored) != CODE_OK)
		return;
}
