/* SPDX-License-Identifier: GPL-3.0-or-later */
/* take up: the resume point of a job, for its record and for its worker. */
#include "take_up.h"

#include <stdlib.h>

/* What the last write step so far gave up: a sample looks there too. */
static enum code list_unwritten(const struct evidence *evidence, const struct plan *plan,
    struct take_up *take_up, struct err *err)
{
	struct engine_resume *resume = &take_up->resume;
	uint32_t last = (uint32_t)bytes_min(resume->step, plan->step_count - 1);
	while (last > 0 && plan->steps[last].action != PLAN_WRITE)
		last--;
	take_up->unwritten = calloc(evidence->range_count + 1, sizeof(*take_up->unwritten));
	if (!take_up->unwritten)
		return err_memory(err);
	for (size_t i = 0; i < evidence->range_count; i++) {
		const struct evidence_range *range = &evidence->ranges[i];
		if (range->kind == EVIDENCE_UNWRITTEN && range->step == last)
			take_up->unwritten[resume->unwritten_count++] =
			    (struct engine_range){ range->offset, range->length };
	}
	resume->unwritten = take_up->unwritten;
	return CODE_OK;
}

enum code job_take_up(const struct job_start *start, struct os_clock *clock, struct record *record,
    struct take_up *ret, struct err *err)
{
	struct evidence *evidence = &record->evidence;
	*evidence = *start->evidence;
	*start->evidence = (struct evidence){ 0 };
	struct event resumed = { .kind = EVENT_RESUMED, .flag = start->same_boot,
		.wall_s = clock->ops->wall_s(clock), .boot_ns = clock->ops->boot_ns(clock) };
	const struct identity *identity = &start->clearance->device.identity;
	text_copy(resumed.text, sizeof(resumed.text), start->boot_id);
	resumed.count = identity->diskseq;
	resumed.extra = (uint64_t)identity->major << 32 | identity->minor;
	evidence_resume_point(evidence, &resumed.step, &resumed.offset);
	enum code code = record_hold(record, &resumed, err);
	if (code != CODE_OK)
		return code;
	/* Past the last step when only identity and count are missing. */
	const struct evidence_step none = { 0 };
	const struct evidence_step *step =
	    resumed.step < evidence->step_count ? &evidence->steps[resumed.step] : &none;
	ret->resume = (struct engine_resume){
		.step = resumed.step,
		.offset = resumed.offset,
		.bytes = resumed.offset ? step->durable_bytes : 0,
		.requests = resumed.offset ? step->durable_count : 0,
		.unguarded = evidence->unguarded,
	};
	return list_unwritten(evidence, start->plan, ret, err);
}

void job_take_up_free(struct take_up *take_up)
{
	free(take_up->unwritten);
	*take_up = (struct take_up){ 0 };
}
