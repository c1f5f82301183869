/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * beside: what happened to the disk beside the work on it? It did not answer, it grew too hot, it told
 * of its health, the clock was set. None of it takes part in the order of the worker's events.
 */
#include "beside.h"

bool evidence_is_beside(enum event_kind kind)
{
	return kind == EVENT_STALLED || kind == EVENT_PAUSED || kind == EVENT_HEALTH ||
	    kind == EVENT_CLOCK_STEPPED;
}

/* Something that comes and goes: *is says whether it is there. Told again it counts once. */
static const char *toggle(bool *is, uint64_t *times, const struct event *event)
{
	if (!event->flag && !*is)
		return "it ends and had not begun";
	*times += event->flag && !*is;
	*is = event->flag;
	return NULL;
}

static const char *stalled(struct evidence *evidence, const struct event *event)
{
	const char *why = toggle(&evidence->stalled, &evidence->stalls, event);
	if (!why)
		evidence->stall_s = bytes_max(evidence->stall_s, event->length);
	return why;
}

static const char *health(struct evidence *evidence, const struct event *event)
{
	if (event->extra > 1)
		return "it is neither before nor after";
	if (event->extra == 0 && evidence->interruption_count > 0)
		return NULL; /* the first write may have been in an earlier session */
	struct evidence_health *heard = &evidence->health[event->extra];
	if (heard->told || (event->extra == 0 && evidence->stepping))
		return "it was told before, or a step has begun";
	*heard = (struct evidence_health){ .told = true, .known = event->flag,
		.reallocated = event->count };
	text_copy(heard->text, sizeof(heard->text), event->text);
	return NULL;
}

const char *evidence_beside_fold(struct evidence *evidence, const struct event *event)
{
	switch (event->kind) {
	case EVENT_STALLED:
		return stalled(evidence, event);
	case EVENT_PAUSED:
		return toggle(&evidence->paused, &evidence->pauses, event);
	case EVENT_HEALTH:
		return health(evidence, event);
	default:
		evidence->clock_steps++;
		evidence->clock_step_s = bytes_max(evidence->clock_step_s, event->length);
		return NULL;
	}
}
