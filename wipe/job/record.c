/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record: fold, append, sync. */
#include "record.h"

#include <string.h>

#define SYNC_EVERY_NS  (UINT64_C(30) * 1000000000)
#define RETRY_EVERY_NS (UINT64_C(3) * 1000000000)
#define CLOCK_SLACK_S  2 /* whole seconds are compared, and clocks are disciplined */

/* Does something depend on this event being durable: a word to go, a resume point, an ending? */
static bool is_milestone(enum event_kind kind)
{
	switch (kind) {
	case EVENT_RETRIED:
	case EVENT_UNWRITTEN:
	case EVENT_UNREADABLE:
	case EVENT_MISMATCH:
	case EVENT_RECOGNISED:
	case EVENT_PAUSED:
	case EVENT_HEALTH:
		return false;
	default:
		return true;
	}
}

static enum code append(struct record *record, const struct event *event, struct err *err)
{
	enum code code = CODE_OK;
	if (!record->journal)
		return CODE_OK;
	if (record->held.kind != EVENT_NONE)
		code = journal_append(record->journal, &record->held, err);
	if (code != CODE_OK)
		return code; /* still held: nothing may stand there without it */
	record->held.kind = EVENT_NONE;
	return journal_append(record->journal, event, err);
}

static enum code fold_and_append(struct record *record, const struct event *event, struct err *err)
{
	/* Folded first: what cannot stand there must not get into the journal either. */
	enum code code = evidence_fold(&record->evidence, event, err);
	return code == CODE_OK ? append(record, event, err) : code;
}

/* Told beside the worker's own events, which are what the clocks are compared between: else one step
 * would be told with each of them. */
static bool is_beside(enum event_kind kind)
{
	return kind == EVENT_STALLED || kind == EVENT_PAUSED || kind == EVENT_HEALTH;
}

/* Somebody set the wall clock since the last event: the times of this certificate then need a remark. */
static enum code tell_clock(struct record *record, const struct event *event, struct err *err)
{
	const struct evidence *evidence = &record->evidence;
	if (evidence->boot_end_ns == 0 || event->boot_ns < evidence->boot_end_ns ||
	    event->kind == EVENT_RESUMED || is_beside(event->kind))
		return CODE_OK;
	int64_t passed_s = (int64_t)((event->boot_ns - evidence->boot_end_ns) / 1000000000);
	int64_t step_s = event->wall_s - evidence->wall_end_s - passed_s;
	if (step_s >= -CLOCK_SLACK_S && step_s <= CLOCK_SLACK_S)
		return CODE_OK;
	const struct event stepped = {
		.kind = EVENT_CLOCK_STEPPED,
		.wall_s = event->wall_s,
		.boot_ns = event->boot_ns,
		.flag = step_s > 0,
		.length = (uint64_t)(step_s > 0 ? step_s : -step_s),
	};
	return fold_and_append(record, &stepped, err);
}

enum code record_event(struct record *record, const struct event *event, struct err *err)
{
	if (event->kind == EVENT_PROGRESS)
		return CODE_OK;
	enum code code = record->evidence.ended ? CODE_OK : tell_clock(record, event, err);
	if (code == CODE_OK)
		code = fold_and_append(record, event, err);
	if (code == CODE_OK && is_milestone(event->kind)) {
		struct err later = { 0 };
		/* What fails is tried again by whoever looks at record_is_due(). */
		if (record_sync(record, event->boot_ns, &later) != CODE_OK)
			return CODE_OK;
	}
	return code;
}

enum code record_hold(struct record *record, const struct event *event, struct err *err)
{
	enum code code = evidence_fold(&record->evidence, event, err);
	if (code == CODE_OK)
		record->held = *event;
	return code;
}

enum code record_sync(struct record *record, uint64_t boot_ns, struct err *err)
{
	enum code code = CODE_OK;
	if (record->journal && journal_is_behind(record->journal))
		code = journal_sync(record->journal, err);
	record->synced_ns = boot_ns;
	record->failing = code != CODE_OK;
	return code;
}

bool record_is_due(const struct record *record, uint64_t boot_ns)
{
	if (!record->journal || !journal_is_behind(record->journal))
		return record->told; /* good news are due, too */
	return boot_ns - record->synced_ns >= (record->failing ? RETRY_EVERY_NS : SYNC_EVERY_NS);
}
