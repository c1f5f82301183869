/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report: how does the engine tell what happened? One place stamps events; one bad range is held
 * back as long as the next one may join it, so that a scratch is one range and not a thousand.
 */
#include "report.h"

#define PROGRESS_NS UINT64_C(100000000)

enum code engine_report_put(struct report *report, struct event event, struct err *err)
{
	if (report->broken)
		return err_set(err, CODE_BUG, "nobody listens to events any more");
	event.step = report->step;
	event.wall_s = report->clock->ops->wall_s(report->clock);
	event.boot_ns = report->clock->ops->boot_ns(report->clock);
	enum code code = report->sink.put(report->sink.self, &event, err);
	if (code != CODE_OK)
		report->broken = true;
	return code;
}

enum code engine_report_settle(struct report *report, struct err *err)
{
	if (report->open.kind == EVENT_NONE)
		return CODE_OK;
	struct event event = report->open;
	report->open = (struct event){ 0 };
	return engine_report_put(report, event, err);
}

enum code engine_report_bad(struct report *report, enum event_kind kind, uint64_t offset,
    uint64_t length, int32_t sys_errno, struct err *err)
{
	struct event *open = &report->open;
	if (open->kind == kind && open->sys_errno == sys_errno &&
	    open->offset + open->length == offset) {
		open->length += length;
		return CODE_OK;
	}
	enum code code = engine_report_settle(report, err);
	if (code != CODE_OK)
		return code;
	report->ranges++;
	*open = (struct event){ .kind = kind, .offset = offset, .length = length,
		.sys_errno = sys_errno };
	return CODE_OK;
}

enum code engine_report_progress(struct report *report, uint64_t done, uint64_t total, bool always,
    struct err *err)
{
	uint64_t now = report->clock->ops->boot_ns(report->clock);
	if (!always && report->progress_sent && now - report->progress_ns < PROGRESS_NS)
		return CODE_OK;
	report->progress_sent = true;
	report->progress_ns = now;
	return engine_report_put(report,
	    (struct event){ .kind = EVENT_PROGRESS, .offset = done, .length = total }, err);
}
