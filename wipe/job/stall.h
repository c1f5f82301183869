/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stall: does a disk still answer? */
#ifndef WIPE_JOB_STALL_H
#define WIPE_JOB_STALL_H

#include "wipe/event.h"

struct stall {
	uint64_t moved_ns; /* when the disk last showed that it lives */
	uint64_t progress; /* bytes of the step, as last told */
	bool stalled;
};
/*
 * Takes an event of the worker, or NULL when there is none, at the time of *told (an EVENT_STALLED with
 * its stamps). True: it is to be told: no answer for limit_ns, or the first one after that.
 */
bool stall_watch(struct stall *stall, uint64_t limit_ns, const struct event *event,
    struct event *told);

#endif
