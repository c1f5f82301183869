/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record: an event becomes evidence and a line of the journal at once, so that neither ever says what
 * the other does not.
 */
#ifndef WIPE_JOB_RECORD_H
#define WIPE_JOB_RECORD_H

#include "wipe/job.h"

struct record {
	struct evidence evidence; /* owned */
	struct journal *journal; /* borrowed; NULL: none is kept */
	/* EVENT_RESUMED is folded when the job is taken up, and journaled when the disk is claimed: an
	 * attempt that got no disk leaves no trace. EVENT_NONE: nothing is held back. */
	struct event held;
	uint64_t synced_ns; /* when it was last tried to make the journal durable */
	bool failing; /* and that failed */
	bool told; /* and somebody was told that it failed */
};

/*
 * Takes one event in: folded, appended, and made durable when something will depend on it. A clock that
 * was set meanwhile is told first. CODE_INPUT: it cannot follow what came before; CODE_MEMORY. That the
 * journal could not be written is no failure here: see record_sync().
 */
enum code record_event(struct record *record, const struct event *event, struct err *err)
    WIPE_MUST_USE;
/* Folded now, journaled in front of the next event. */
enum code record_hold(struct record *record, const struct event *event, struct err *err)
    WIPE_MUST_USE;
/* Makes the journal durable if it is not. CODE_FULL, CODE_IO: nothing is lost, try again later. */
enum code record_sync(struct record *record, uint64_t boot_ns, struct err *err) WIPE_MUST_USE;
/* Is it time to try, for what nothing depends on yet or what failed before? */
bool record_is_due(const struct record *record, uint64_t boot_ns);

#endif
