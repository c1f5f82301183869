/* SPDX-License-Identifier: GPL-3.0-or-later */
/* supervisor: what its loop (supervisor.c) and its listening (told.c) share. (private to job) */
#ifndef WIPE_JOB_SUPERVISOR_H
#define WIPE_JOB_SUPERVISOR_H

#include "session.h"

struct job_supervisor {
	struct os_host *host;
	struct os_clock *clock;
	int signals_fd;
	struct job_watcher watcher;
	struct job_options options;
	struct session **jobs; /* pointers: watchers keep what they borrowed when the array grows */
	size_t count;
	/* What is waited for: the signals, then each job's worker and its drive's reader. They grow with the jobs, so that no memory is
	 * needed while disks are written. */
	int *fds;
	bool *ready;
	unsigned stops;
};

uint64_t supervisor_boot_ns(const struct job_supervisor *supervisor);
/* An event of the supervisor's own, of now. */
struct event supervisor_stamped(const struct job_supervisor *supervisor, enum event_kind kind);
/* Everything one worker has to say now. */
void supervisor_listen(struct job_supervisor *supervisor, size_t index);
/* This session ends here: the worker's process is gone, or what it says makes no sense. The job waits to
 * be resumed from what is durable. */
void supervisor_lose(struct job_supervisor *supervisor, size_t index, const char *why);
/* How the drive is: before the first write, while it works, after the last. */
void supervisor_take_care(struct job_supervisor *supervisor, size_t index);
/* Does the disk still answer? event NULL: nothing was said for a while. */
void supervisor_watch_stall(struct job_supervisor *supervisor, size_t index,
    const struct event *event);
/* To a worker that waits until all it said is durable, once it is; else it is tried again later. */
void supervisor_answer(struct job_supervisor *supervisor, struct session *job);

#endif
