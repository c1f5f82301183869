/* SPDX-License-Identifier: GPL-3.0-or-later */
/* take up: from the evidence of earlier sessions, where does the next worker go on? */
#ifndef WIPE_JOB_TAKE_UP_H
#define WIPE_JOB_TAKE_UP_H

#include "record.h"

struct take_up {
	struct engine_resume resume;
	struct engine_range *unwritten; /* of it; owned */
};
/*
 * Moves start->evidence into the record, folds RESUMED into it (which stays out of the journal until the
 * disk is claimed) and works out what the worker needs. CODE_INPUT: the job cannot go on.
 */
enum code job_take_up(const struct job_start *start, struct os_clock *clock, struct record *record,
    struct take_up *ret, struct err *err) WIPE_MUST_USE;
void job_take_up_free(struct take_up *take_up);

#endif
