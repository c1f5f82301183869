/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session: one job's worker, and what is known of it, from the claim to its last word. */
#ifndef WIPE_JOB_SESSION_H
#define WIPE_JOB_SESSION_H

#include "care.h"
#include "record.h"
#include "stall.h"
#include "take_up.h"

#include <sys/types.h>

struct session {
	enum job_state state;
	const struct plan *plan;
	const struct device *device;
	struct record record;
	struct take_up take_up; /* what the worker of a resumed job was started with */
	pid_t pid;
	int fd;
	bool said_all; /* EVENT_ENDED came */
	bool asks; /* it waits until all it said is durable */
	struct stall stall;
	struct job_options options;
	uint64_t begun_ns; /* when the worker was started */
	uint64_t dismissed_ns; /* when it was asked to let go without the word to write; 0 = it was not */
	bool claimed; /* EVENT_CLAIMED came */
	bool is_new; /* no session before: its health is the one before the first write */
	struct care care;
	struct event last; /* EVENT_ENDED, held back until the drive was asked once more; EVENT_NONE: no */
	enum code refusal;
	char refusal_line[sizeof(((struct err *)0)->line)];
};

/* Starts the worker. *ret is to be ended in every case. */
enum code session_start(const struct job_start *start, struct os_host *host, struct os_clock *clock,
    struct session *ret, struct err *err) WIPE_MUST_USE;
/* Lets go of the worker: it leaves after its last word, and is killed without one. */
void session_collect(struct session *session);
void session_end(struct session *session);

#endif
