/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view: folds what happens to a job into what is shown of it. Nothing here is evidence. */
#include "view.h"

#include <string.h>

#define RATE_NS (500 * UINT64_C(1000000)) /* between two measurements of the speed */

void view_begin(const struct app_disk *disk, int64_t wall_begun_s, struct app_view *ret)
{
	const struct plan *plan = &disk->plan;
	*ret = (struct app_view){ .state = APP_VIEW_CLAIMING, .identity = plan->identity,
		.wall_begun_s = wall_begun_s, .wall_changed_s = wall_begun_s, .resumed = disk->resumed,
		.step_count = plan->step_count, .whole = plan_bytes_before(plan, plan->step_count),
		.temperature_c = DEVICE_HEALTH_NO_TEMPERATURE };
	text_copy(ret->id, sizeof(ret->id), plan->id);
	text_copy(ret->procedure, sizeof(ret->procedure), disk->procedure.id);
	if (disk->has_operator)
		text_copy(ret->operator_, sizeof(ret->operator_), disk->operator_.principal);
	text_copy(ret->client, sizeof(ret->client), disk->order.client);
	text_copy(ret->reference, sizeof(ret->reference), disk->order.reference);
	memset(ret->map, '.', APP_VIEW_MAP);
}

/* Whatever was done before is past now. */
static void enter_step(struct app_view *view, const struct plan *plan, uint32_t step)
{
	view->stepping = true;
	view->step = step;
	view->writing = plan->steps[step].action == PLAN_WRITE;
	view->pass = view->pass_count = 0;
	for (uint32_t i = 0; i < plan->step_count; i++) {
		view->pass_count += plan->steps[i].action == PLAN_WRITE;
		if (i <= step)
			view->pass = view->pass_count;
	}
	view->done = view->total = 0;
	view->whole_done = plan_bytes_before(plan, step);
	for (size_t i = 0; i < APP_VIEW_MAP; i++) {
		if (view->map[i] != 'x' || view->writing)
			view->map[i] = step == 0 ? '.' : 'p';
	}
}

static void take_rate(struct app_view *view, struct view_rate *rate, uint64_t now_ns)
{
	uint64_t elapsed_ns = now_ns - rate->at_ns;
	if (rate->at_ns == 0 || view->whole_done < rate->done) {
		*rate = (struct view_rate){ now_ns, view->whole_done };
		return;
	}
	if (elapsed_ns < RATE_NS)
		return;
	uint64_t now = bytes_mul_div(view->whole_done - rate->done, UINT64_C(1000000000), elapsed_ns);
	view->rate = view->rate ? (view->rate * 3 + now) / 4 : now;
	*rate = (struct view_rate){ now_ns, view->whole_done };
}

static void take_progress(struct app_view *view, struct view_rate *rate, const struct plan *plan,
    const struct event *event)
{
	view->done = event->offset;
	view->total = event->length;
	view->whole_done = bytes_min(view->whole, plan_bytes_before(plan, event->step) + event->offset);
	take_rate(view, rate, event->boot_ns);
	uint64_t places = event->length ? bytes_mul_div(event->offset, APP_VIEW_MAP, event->length) : 0;
	for (uint64_t i = 0; i < places && i < APP_VIEW_MAP; i++) {
		if (view->map[i] != 'x')
			view->map[i] = view->writing ? 'w' : 'v';
	}
}

static void take_bad(struct app_view *view, const struct plan *plan, const struct event *event)
{
	uint64_t last = event->offset + (event->length ? event->length - 1 : 0);
	uint64_t from = plan->size ? bytes_mul_div(event->offset, APP_VIEW_MAP, plan->size) : 0;
	uint64_t to = plan->size ? bytes_mul_div(last, APP_VIEW_MAP, plan->size) : 0;
	view->errors++;
	for (uint64_t i = from; i <= to && i < APP_VIEW_MAP; i++)
		view->map[i] = 'x';
}

/* While it rests it has no rate, and the one after does not count the rest. */
static void take_paused(struct app_view *view, struct view_rate *rate, const struct event *event)
{
	view->paused = event->flag;
	view->temperature_c = event->count ? (int32_t)event->count : DEVICE_HEALTH_NO_TEMPERATURE;
	view->rate = 0;
	*rate = (struct view_rate){ 0 };
}

bool view_event(struct app_view *view, struct view_rate *rate, const struct plan *plan,
    const struct event *event)
{
	view->wall_changed_s = event->wall_s;
	switch (event->kind) {
	case EVENT_STEP_STARTED:
		enter_step(view, plan, event->step);
		return true;
	case EVENT_PROGRESS:
		/* A pass that a resumed job goes on with has begun in an earlier session. */
		if (!view->stepping || view->step != event->step)
			enter_step(view, plan, event->step);
		take_progress(view, rate, plan, event);
		return false;
	case EVENT_UNWRITTEN:
	case EVENT_UNREADABLE:
	case EVENT_MISMATCH:
		take_bad(view, plan, event);
		return false;
	case EVENT_RETRIED:
		view->retried++;
		return false;
	case EVENT_STALLED:
		view->stalled = event->flag;
		view->stall_s = (uint32_t)bytes_min(event->length, UINT32_MAX);
		return true;
	case EVENT_PAUSED:
		take_paused(view, rate, event);
		return true;
	default:
		return false;
	}
}

void view_end(struct app_view *view, const struct app_disk *disk)
{
	view->stalled = view->paused = view->stopping = false;
	view->line[0] = 0;
	view->code = CODE_OK;
	if (disk->refused != CODE_OK) {
		/* One that has begun was written to, whatever kept it from going on. */
		view->state = disk->resumed || disk->in_chain ? APP_VIEW_WAITS : APP_VIEW_REFUSED;
		view->code = disk->refused;
		text_copy(view->line, sizeof(view->line), disk->refusal);
		return;
	}
	if (disk->waits || !disk->ended) {
		view->state = APP_VIEW_WAITS;
		text_copy(view->line, sizeof(view->line), disk->reason);
		return;
	}
	view->state = APP_VIEW_DONE;
	view->outcome = disk->outcome;
	view->issued = disk->issued;
	text_copy(view->certificate, sizeof(view->certificate), disk->certificate);
	if (!disk->issued) {
		view->code = disk->issue_code;
		text_copy(view->line, sizeof(view->line), disk->issue_line);
	}
	view->exception_count = 0;
	for (size_t i = 0; i < disk->verdict.exception_count && i < APP_VIEW_EXCEPTIONS; i++) {
		text_copy(view->exceptions[i], sizeof(view->exceptions[i]), disk->verdict.exceptions[i]);
		view->exception_count++;
	}
}
