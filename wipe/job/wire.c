/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire: the worker's process and the two directions of its socket. */
#include "wire.h"

struct ear {
	int fd;
	bool stopping;
	bool paused;
	bool known; /* the answer to the last question came */
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
	if (code != CODE_OK || len != 1)
		word = JOB_WIRE_STOP;
	switch (word) {
	case JOB_WIRE_GO:
		break;
	case JOB_WIRE_KNOWN:
		ear->known = true;
		break;
	case JOB_WIRE_PAUSE:
	case JOB_WIRE_CONTINUE:
		ear->paused = word == JOB_WIRE_PAUSE;
		break;
	default:
		ear->stopping = true;
	}
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
	if (!ear->stopping)
		hear(ear, 0);
	/* What is in flight ends by itself meanwhile. */
	while (ear->paused && !ear->stopping)
		hear(ear, -1);
	return ear->stopping;
}

/* A stop is an answer, too: whoever asks then stops before the next request. */
static enum code make_known(void *self, struct err *err)
{
	struct ear *ear = self;
	const char word = JOB_WIRE_ASKS;
	ear->known = false;
	enum code code = os_packet_send(ear->fd, &word, 1, err);
	while (code == CODE_OK && !ear->known && !ear->stopping)
		hear(ear, -1);
	return code;
}

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
	const struct job_control control = { may_go, is_stopping, make_known, confine, &ear };
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
	/* A worker that is gone needs no telling; the next receive says so. */
	if (os_packet_send(fd, &word, 1, &ignored) != CODE_OK)
		return;
}
