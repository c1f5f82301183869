/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fold: events go in one by one, evidence comes out. An event that cannot follow what came before
 * is refused, so that no order of events can be read as more than happened.
 */
#include "wipe/evidence.h"

#include "beside.h"
#include "ranges.h"
#include "resume.h"

#include <stdlib.h>
#include <string.h>

void evidence_start(const struct plan *plan, struct evidence *ret)
{
	*ret = (struct evidence){ .ending = EVIDENCE_RUNNING, .size = plan->size,
		.step_count = plan->step_count };
	ret->left = ret->check = plan->step_count;
	for (unsigned i = 0; i < plan->step_count; i++) {
		ret->steps[i].action = plan->steps[i].action;
		if (plan->steps[i].action == PLAN_WRITE)
			ret->left = i;
	}
	for (unsigned i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].action == PLAN_VERIFY && plan->steps[i].content_of == ret->left)
			ret->check = i;
	}
}

void evidence_free(struct evidence *evidence)
{
	free(evidence->ranges);
	evidence->ranges = NULL;
	evidence->range_count = evidence->range_capacity = 0;
}

static enum code refuse(const struct event *event, const char *why, struct err *err)
{
	return err_set(err, CODE_INPUT, "the event '%s' of step %u cannot stand here: %s",
	    event_kind_text(event->kind), event->step + 1, why);
}

static enum code fold_claimed(struct evidence *evidence, const struct event *event,
    struct err *err)
{
	if (evidence->claimed)
		return refuse(event, "the disk was claimed before", err);
	evidence->claimed = true;
	evidence->openers_known =
	    event->flag && (evidence->openers_known || !evidence->claimed_earlier);
	evidence->partitions_dropped = bytes_max(evidence->partitions_dropped, event->count);
	text_copy(evidence->method, sizeof(evidence->method), event->text);
	evidence->request = event->length;
	evidence->depth = event->extra;
	return CODE_OK;
}

static enum code fold_started(struct evidence *evidence, const struct event *event,
    struct err *err)
{
	if (!evidence->claimed)
		return refuse(event, "the disk was not claimed", err);
	/* A count or an identity taken before the last step says nothing about it. */
	if (evidence->counted || evidence->identity_asked)
		return refuse(event, "the disk was counted or asked for its identity before", err);
	for (unsigned i = 0; i < event->step; i++) {
		if (evidence->steps[i].state != EVIDENCE_FINISHED)
			return refuse(event, "an earlier step is not finished", err);
	}
	struct evidence_step *step = &evidence->steps[event->step];
	if (step->state != EVIDENCE_NOT_STARTED)
		return refuse(event, "it started before", err);
	step->state = EVIDENCE_STARTED;
	evidence->stepping = true;
	step->wall_start_s = step->wall_end_s = event->wall_s;
	step->boot_start_ns = step->boot_end_ns = event->boot_ns;
	return CODE_OK;
}

static bool is_inside(const struct evidence *evidence, const struct event *event)
{
	return event->length > 0 && event->offset <= evidence->size &&
	    event->length <= evidence->size - event->offset;
}

static enum code fold_range(struct evidence *evidence, struct evidence_step *step,
    const struct event *event, struct err *err)
{
	bool wrote = event->kind == EVENT_UNWRITTEN;
	if (wrote != (step->action == PLAN_WRITE))
		return refuse(event, "the step does something else", err);
	struct evidence_range range = {
		.kind = wrote ? EVIDENCE_UNWRITTEN
		    : event->kind == EVENT_MISMATCH ? EVIDENCE_MISMATCH : EVIDENCE_UNREADABLE,
		.step = event->step,
		.offset = event->offset,
		.length = event->length,
		.sys_errno = event->sys_errno,
	};
	uint64_t added = 0;
	enum code code = evidence_ranges_add(evidence, &range, &added, err);
	if (code != CODE_OK)
		return code;
	if (wrote) {
		step->unwritten_bytes += added;
		step->flushed = false; /* whatever was flushed was not all of it */
	} else if (event->kind == EVENT_MISMATCH) {
		step->mismatch_bytes += added;
	} else {
		step->unreadable_bytes += added;
	}
	return CODE_OK;
}

static enum code fold_durable(const struct evidence *evidence, struct evidence_step *step,
    const struct event *event, struct err *err)
{
	if (step->action != PLAN_WRITE)
		return refuse(event, "the step writes nothing", err);
	if (event->offset > evidence->size || event->offset < step->durable)
		return refuse(event, "the durable offset lies outside, or went backwards", err);
	if (event->length > event->offset || event->length < step->durable_bytes ||
	    event->count < step->durable_count)
		return refuse(event, "more was written than there is, or less than before", err);
	step->durable = event->offset;
	step->durable_bytes = event->length;
	step->durable_count = event->count;
	step->flushed = event->offset == evidence->size;
	return CODE_OK;
}

static enum code fold_sampled(const struct evidence *evidence, struct evidence_step *step,
    const struct event *event, struct err *err)
{
	if (step->action != PLAN_VERIFY || step->sampled)
		return refuse(event, "the step has a sample, or verifies nothing", err);
	if (event->offset == 0 || event->length == 0 || event->count == 0 || event->extra == 0 ||
	    event->length > evidence->size || event->count > event->length)
		return refuse(event, "that is no sample of this disk", err);
	step->sampled = true;
	memcpy(step->seed, event->blob, sizeof(step->seed));
	step->strata = event->offset;
	step->stratum = event->length;
	step->block = event->count;
	step->each = event->extra;
	return CODE_OK;
}

static enum code fold_covered(const struct evidence *evidence, struct evidence_step *step,
    const struct event *event, struct err *err)
{
	if (step->action != PLAN_VERIFY || step->covered || step->sampled)
		return refuse(event, "the step covers something already, or verifies nothing", err);
	if (event->offset != 0 || !is_inside(evidence, event))
		return refuse(event, "it does not lie at the beginning of the disk", err);
	step->covered = event->length;
	return CODE_OK;
}

/* Events about a step that is under way. */
static enum code fold_step(struct evidence *evidence, const struct event *event, struct err *err)
{
	struct evidence_step *step = &evidence->steps[event->step];
	/* One that began in an earlier session goes on only under a claim of this one. */
	if (!evidence->claimed)
		return refuse(event, "the disk was not claimed", err);
	evidence->stepping = true;
	/* The last flush may be reported after the step's end, as long as no other step began. */
	bool late = event->kind == EVENT_DURABLE && step->state == EVIDENCE_FINISHED &&
	    (event->step + 1 == evidence->step_count ||
	    evidence->steps[event->step + 1].state == EVIDENCE_NOT_STARTED);
	if (step->state != EVIDENCE_STARTED && !late)
		return refuse(event, "the step is not under way", err);
	switch (event->kind) {
	case EVENT_DURABLE:
		return fold_durable(evidence, step, event, err);
	case EVENT_RETRIED:
		if (!is_inside(evidence, event))
			return refuse(event, "it lies outside of the disk", err);
		step->retries++;
		step->flushed = false; /* a write may follow that no flush covers yet */
		return CODE_OK;
	case EVENT_SAMPLED:
		return fold_sampled(evidence, step, event, err);
	case EVENT_COVERED:
		return fold_covered(evidence, step, event, err);
	case EVENT_STEP_FINISHED:
		if (event->offset > evidence->size)
			return refuse(event, "it did more than there is", err);
		step->state = EVIDENCE_FINISHED;
		step->bytes = event->offset;
		step->count = event->count;
		step->wall_end_s = event->wall_s;
		step->boot_end_ns = event->boot_ns;
		return CODE_OK;
	default:
		if (!is_inside(evidence, event))
			return refuse(event, "it lies outside of the disk", err);
		return fold_range(evidence, step, event, err);
	}
}

static enum code fold_counted(struct evidence *evidence, const struct event *event,
    struct err *err)
{
	if (!evidence->claimed || evidence->counted)
		return refuse(event, "nothing is claimed, or it was counted before", err);
	evidence->counted = true;
	evidence->counter_known = event->flag;
	evidence->counter_kernel = event->length;
	evidence->counter_ours = event->offset;
	evidence->counter_most = event->count;
	evidence->counter_discarded = event->extra;
	return CODE_OK;
}

static enum code fold_identity(struct evidence *evidence, const struct event *event,
    struct err *err)
{
	if (!evidence->claimed || evidence->identity_asked)
		return refuse(event, "nothing is claimed, or it was asked before", err);
	evidence->identity_asked = true;
	evidence->identity_same = event->flag;
	text_copy(evidence->identity_note, sizeof(evidence->identity_note), event->text);
	return CODE_OK;
}

static enum code fold_abandoned(struct evidence *evidence, const struct event *event,
    struct err *err)
{
	if (evidence->ending == EVIDENCE_COMPLETED)
		return refuse(event, "the job is completed", err);
	evidence->ending = EVIDENCE_ABANDONED;
	evidence->ended = true;
	text_copy(evidence->reason, sizeof(evidence->reason), event->text);
	return CODE_OK;
}

/* The folds of beside.c and resume.c say why they refuse. */
static enum code refuse_if(const struct event *event, const char *why, struct err *err)
{
	return why ? refuse(event, why, err) : CODE_OK;
}

static bool all_finished(const struct evidence *evidence)
{
	for (unsigned i = 0; i < evidence->step_count; i++) {
		if (evidence->steps[i].state != EVIDENCE_FINISHED)
			return false;
	}
	return evidence->step_count > 0;
}

static void fold_ended(struct evidence *evidence)
{
	evidence->ended = true;
	if (evidence->ending != EVIDENCE_RUNNING)
		return;
	if (all_finished(evidence)) {
		evidence->ending = EVIDENCE_COMPLETED;
		return;
	}
	evidence->ending = EVIDENCE_FAILED;
	text_copy(evidence->reason, sizeof(evidence->reason),
	    "the worker ended before every step was done, and did not say why");
}

static enum code fold_kind(struct evidence *evidence, const struct event *event, struct err *err)
{
	switch (event->kind) {
	case EVENT_CLAIMED:
		return fold_claimed(evidence, event, err);
	case EVENT_STEP_STARTED:
		return fold_started(evidence, event, err);
	case EVENT_FAILED:
	case EVENT_STOPPED:
		evidence->ending = event->kind == EVENT_FAILED ? EVIDENCE_FAILED : EVIDENCE_STOPPED;
		evidence->failed_code = event->kind == EVENT_FAILED ? (enum code)event->extra : CODE_OK;
		text_copy(evidence->reason, sizeof(evidence->reason), event->text);
		return CODE_OK;
	case EVENT_COUNTED:
		return fold_counted(evidence, event, err);
	case EVENT_IDENTITY:
		return fold_identity(evidence, event, err);
	case EVENT_ENDED:
		fold_ended(evidence);
		return CODE_OK;
	case EVENT_RESUMED:
		return refuse_if(event, evidence_resume_fold(evidence, event), err);
	case EVENT_RECOGNISED:
		return refuse_if(event, evidence_recognised_fold(evidence, event), err);
	case EVENT_CLOCK_STEPPED:
	case EVENT_STALLED:
	case EVENT_PAUSED:
	case EVENT_HEALTH:
		return refuse_if(event, evidence_beside_fold(evidence, event), err);
	case EVENT_ABANDONED:
		return fold_abandoned(evidence, event, err);
	default:
		return fold_step(evidence, event, err);
	}
}

static bool is_of_step(enum event_kind kind)
{
	switch (kind) {
	case EVENT_STEP_STARTED:
	case EVENT_DURABLE:
	case EVENT_RETRIED:
	case EVENT_UNWRITTEN:
	case EVENT_UNREADABLE:
	case EVENT_MISMATCH:
	case EVENT_SAMPLED:
	case EVENT_COVERED:
	case EVENT_STEP_FINISHED:
		return true;
	default:
		return false;
	}
}

/* What may still come when the job has failed or was stopped. */
static bool is_closing(enum event_kind kind)
{
	return kind == EVENT_COUNTED || kind == EVENT_IDENTITY || kind == EVENT_ENDED ||
	    kind == EVENT_RESUMED || kind == EVENT_ABANDONED || evidence_is_beside(kind);
}

/* CODE_INPUT if the event cannot follow, whatever it says. */
static enum code check_place(const struct evidence *evidence, const struct event *event, bool first,
    struct err *err)
{
	bool again = event->kind == EVENT_RESUMED || event->kind == EVENT_ABANDONED;
	if (evidence->ending == EVIDENCE_ABANDONED || (evidence->ended && !again))
		return refuse(event, "the job has ended", err);
	if (is_of_step(event->kind) && event->step >= evidence->step_count)
		return refuse(event, "the plan has no such step", err);
	if (evidence->ending != EVIDENCE_RUNNING && !is_closing(event->kind))
		return refuse(event, "the job has failed or was stopped", err);
	/* CLOCK_BOOTTIME does not go backwards within a boot: events in another order are forged. A job
	 * may go on, or be given up, after another boot. */
	bool other_boot = (event->kind == EVENT_RESUMED && !event->flag) ||
	    event->kind == EVENT_ABANDONED;
	if (!first && !other_boot && !evidence_is_beside(event->kind) &&
	    event->boot_ns < evidence->boot_end_ns)
		return refuse(event, "it happened before the one that precedes it", err);
	return CODE_OK;
}

enum code evidence_fold(struct evidence *evidence, const struct event *event, struct err *err)
{
	if (event->kind <= EVENT_NONE || event->kind >= EVENT_KIND_COUNT)
		return refuse(event, "its kind is unknown", err);
	bool first = evidence->boot_end_ns == 0 && evidence->wall_end_s == 0;
	enum code code = check_place(evidence, event, first, err);
	if (code != CODE_OK || event->kind == EVENT_PROGRESS)
		return code;
	code = fold_kind(evidence, event, err);
	if (code != CODE_OK || evidence_is_beside(event->kind))
		return code;
	if (first) {
		evidence->wall_start_s = event->wall_s;
		evidence->boot_start_ns = event->boot_ns;
	}
	evidence->wall_end_s = event->wall_s;
	/* Time between two sessions is no time of work. */
	if (event->kind != EVENT_ABANDONED)
		evidence->boot_end_ns = event->boot_ns;
	return CODE_OK;
}
