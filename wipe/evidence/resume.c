/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resume: can a job go on, where, and what does that leave of the evidence so far? Work that is done
 * again is forgotten, but for what was found wrong: a disk that once returned other bytes than were
 * written stays one that did, also where a second look finds the right ones.
 */
#include "resume.h"

#include "ranges.h"

bool evidence_can_resume(const struct evidence *evidence)
{
	switch (evidence->ending) {
	case EVIDENCE_RUNNING:
	case EVIDENCE_STOPPED:
		return true;
	case EVIDENCE_FAILED:
		/* A later session that came to nothing (a disk in use, another disk) took nothing away. */
		return evidence->failed_code == CODE_GONE ||
		    (evidence->interruption_count > 0 && !evidence->stepping);
	default:
		return false;
	}
}

void evidence_resume_point(const struct evidence *evidence, uint32_t *ret_step,
    uint64_t *ret_offset)
{
	*ret_step = evidence->check;
	*ret_offset = 0;
	for (unsigned i = 0; i < evidence->step_count; i++) {
		const struct evidence_step *step = &evidence->steps[i];
		if (step->state == EVIDENCE_FINISHED)
			continue;
		*ret_step = i;
		*ret_offset = step->action == PLAN_WRITE ? step->durable : 0;
		return;
	}
}

static struct evidence_interruption *latest(struct evidence *evidence)
{
	size_t kept = evidence->interruption_count < EVIDENCE_INTERRUPTIONS_MAX
	    ? evidence->interruption_count : EVIDENCE_INTERRUPTIONS_MAX;
	return &evidence->interruptions[kept - 1];
}

static void record(struct evidence *evidence, const struct event *event)
{
	evidence->interruption_count++;
	struct evidence_interruption *now = latest(evidence);
	*now = (struct evidence_interruption){
		.step = event->step,
		.durable = event->offset,
		.wall_stopped_s = evidence->wall_end_s ? evidence->wall_end_s : event->wall_s,
		.wall_resumed_s = event->wall_s,
	};
	text_copy(now->reason, sizeof(now->reason), evidence->reason);
}

/* What only ever held for the session that is over. */
static void forget_session(struct evidence *evidence, const struct event *event)
{
	evidence->boot_earlier_ns += evidence->boot_end_ns - evidence->boot_start_ns;
	evidence->boot_start_ns = evidence->boot_end_ns = event->boot_ns;
	evidence->claimed_earlier = evidence->claimed_earlier || evidence->claimed;
	evidence->ended = evidence->claimed = evidence->stepping = evidence->recognised = false;
	evidence->stalled = evidence->paused = false;
	evidence->ending = EVIDENCE_RUNNING;
	evidence->failed_code = CODE_OK;
	evidence->reason[0] = 0;
	evidence->counted = evidence->counter_known = false;
	evidence->counter_kernel = evidence->counter_ours = 0;
	evidence->counter_most = evidence->counter_discarded = 0;
	evidence->identity_asked = evidence->identity_same = false;
	evidence->identity_note[0] = 0;
	evidence->health[1] = (struct evidence_health){ 0 };
}

/* The first step that is not done, and all after it, as if only what is durable had happened. */
static void forget_steps(struct evidence *evidence, const struct event *event)
{
	uint64_t boot_end_ns = evidence->boot_end_ns;
	evidence_ranges_drop(evidence, event->step, event->offset);
	for (unsigned i = event->step; i < evidence->step_count; i++) {
		struct evidence_step *step = &evidence->steps[i];
		if (i == event->step && event->offset > 0) {
			step->boot_earlier_ns += boot_end_ns - step->boot_start_ns;
			step->boot_start_ns = step->boot_end_ns = event->boot_ns;
			step->flushed = false;
		} else {
			*step = (struct evidence_step){ .action = step->action };
		}
		evidence_ranges_sum(evidence, i);
	}
}

static uint64_t bytes_so_far(const struct evidence *evidence)
{
	uint64_t bytes = 0;
	for (unsigned i = 0; i < evidence->step_count; i++) {
		const struct evidence_step *step = &evidence->steps[i];
		if (step->action == PLAN_WRITE)
			bytes += step->state == EVIDENCE_FINISHED ? step->bytes : step->durable_bytes;
	}
	return bytes;
}

const char *evidence_resume_fold(struct evidence *evidence, const struct event *event)
{
	uint32_t step = 0;
	uint64_t offset = 0;
	evidence_resume_point(evidence, &step, &offset);
	if (!evidence_can_resume(evidence))
		return "such a job does not go on";
	if (event->step != step || event->offset != offset)
		return "that is not where the job goes on";
	record(evidence, event);
	forget_steps(evidence, event);
	forget_session(evidence, event);
	evidence->first_step = step;
	evidence->written_earlier = bytes_so_far(evidence);
	evidence->unguarded = step < evidence->left ? 0
	    : step == evidence->left ? offset : evidence->size;
	return NULL;
}

const char *evidence_recognised_fold(struct evidence *evidence, const struct event *event)
{
	if (evidence->interruption_count == 0 || evidence->recognised || evidence->stepping)
		return "the job was not interrupted, or it goes on already";
	if (event->length > evidence->size)
		return "more was compared than there is";
	evidence->recognised = true;
	latest(evidence)->recognised = event->flag;
	latest(evidence)->compared = event->length;
	return NULL;
}
