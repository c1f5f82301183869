/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stall: a worker that waits for its disk still says how far it is, and always the same; one that hangs in
 * the kernel says nothing. Both are a disk that does not answer.
 */
#include "stall.h"

bool stall_watch(struct stall *stall, uint64_t limit_ns, const struct event *event,
    struct event *told)
{
	uint64_t silent_ns = told->boot_ns - stall->moved_ns;
	bool moved = event && (event->kind != EVENT_PROGRESS || event->offset != stall->progress);
	if (event && event->kind == EVENT_PROGRESS)
		stall->progress = event->offset;
	bool stalled = moved ? false : stall->stalled || silent_ns >= limit_ns;
	bool changed = stalled != stall->stalled;
	told->flag = stalled;
	told->length = silent_ns / 1000000000;
	stall->stalled = stalled;
	if (moved)
		stall->moved_ns = told->boot_ns;
	return changed;
}
