/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire: the worker's process and the two directions of its socket. */
#include "wire.h"

struct ear {
	int fd;
	bool stopping;
	unsigned unknown; /* steps told as begun that the journal may not have yet */
};

/* Takes one word if there is one within timeout_ms; a closed socket is a stop. */
static char hear(struct ear *ear, int timeout_ms)
{
	char word = 0;
	size_t len = 0;
	struct err err = { 0 };
	enum code code = os_packet_receive(ear->fd, timeout_ms, &word, 1, &len, &err);
	if (code == CODE_BUSY)
		return 0;
	if (code == CODE_OK && len == 1 && word == JOB_WIRE_KNOWN && ear->unknown > 0)
		ear->unknown--;
	else if (code != CODE_OK || len != 1 || word != JOB_WIRE_GO)
		ear->stopping = true;
	return word;
}

static bool may_go(void *self)
{
	struct ear *ear = self;
	while (!ear->stopping) {
		if (hear(ear, -1) == JOB_WIRE_GO)
			return true;
	}
	return false;
}

static bool is_stopping(void *self)
{
	struct ear *ear = self;
	while (!ear->stopping && hear(ear, 0) != 0)
		continue;
	return ear->stopping;
}

static void wait_known(void *self)
{
	struct ear *ear = self;
	while (!ear->stopping && ear->unknown > 0)
		hear(ear, -1);
}

static enum code put(void *self, const struct event *event, struct err *err)
{
	struct ear *ear = self;
	uint8_t packed[EVENT_PACKED];
	event_pack(event, packed);
	ear->unknown += event->kind == EVENT_STEP_STARTED;
	return os_packet_send(ear->fd, packed, sizeof(packed), err);
}

static int worker_main(void *self, int fd)
{
	struct ear ear = { .fd = fd };
	const struct job_control control = { may_go, is_stopping, wait_known, &ear };
	const struct event_sink sink = { put, &ear };
	struct err err = { 0 };
	return job_worker(self, &control, &sink, &err) == CODE_OK ? 0 : 1;
}

enum code job_wire_spawn(const struct job_task *task, pid_t *ret_pid, int *ret_fd, struct err *err)
{
	/* The child has its own copy of the task: nothing it changes comes back but events. */
	struct job_task copy = *task;
	return os_process_spawn(worker_main, &copy, ret_pid, ret_fd, err);
}

enum code job_wire_receive(int fd, struct event *ret, struct err *err)
{
	uint8_t packed[EVENT_PACKED];
	size_t len = 0;
	enum code code = os_packet_receive(fd, 0, packed, sizeof(packed), &len, err);
	if (code != CODE_OK)
		return code;
	if (len != sizeof(packed))
		return err_set(err, CODE_INPUT, "the worker sent %zu bytes that are no event", len);
	return event_unpack(packed, ret, err);
}

void job_wire_tell(int fd, char word)
{
	struct err ignored = { 0 };
	/* A worker that is gone needs no telling; the next receive says so. */
	if (os_packet_send(fd, &word, 1, &ignored) != CODE_OK)
		return;
}
