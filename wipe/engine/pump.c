/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump: how do pieces get to the disk and back? Every free slot is filled and started before a
 * result is awaited, so that the next buffer is made while others are under way. A durable offset
 * is told only after everything below it was answered and a flush after that succeeded.
 */
#include "pump.h"

#include <errno.h>

#define WAIT_MS       500 /* then the view is told that nothing moves */
#define REST_MS       250
#define ASK_NS	      UINT64_C(1000000) /* a question is a system call: not with each of 10,000 requests */
#define MS_NS	      UINT64_C(1000000)
#define DURABLE_NS    (UINT64_C(30) * 1000000000)
#define DURABLE_BYTES (UINT64_C(64) * 1024 * 1024 * 1024)

static uint64_t now_ns(const struct pump *pump)
{
	return pump->context->clock->ops->boot_ns(pump->context->clock);
}

static enum code check_size(struct pump *pump, struct err *err)
{
	uint64_t size = 0;
	struct os_disk *disk = pump->context->disk;
	enum code code = disk->ops->size(disk, &size, err);
	if (code == CODE_OK && size != pump->size) {
		/* With no size at all it went away, and may come back; with another one it is no longer the disk
		 * that was to be wiped, and no second attempt finds that one again. */
		err_set(err, size ? CODE_IO : CODE_GONE, "the disk has %llu bytes now, it had %llu",
		    (unsigned long long)size, (unsigned long long)pump->size);
		err->sys_errno = ENODEV;
		return err->code;
	}
	return code;
}

static enum code progress(struct pump *pump, bool always, struct err *err)
{
	struct pass *pass = pump->pass;
	return engine_report_progress(pump->report, pass->done, pass->route.bytes, always, err);
}

/* Waits for one completion, however long it takes: a request under way cannot be called back. */
static enum code await(struct pump *pump, struct os_io_done *ret, struct err *err)
{
	struct os_disk *disk = pump->context->disk;
	enum code code;
	while ((code = disk->ops->wait(disk, WAIT_MS, ret, err)) == CODE_BUSY) {
		if (!pump->report->broken && (code = progress(pump, false, err)) != CODE_OK)
			return code;
	}
	if (code != CODE_OK)
		pump->drained = true;
	return code;
}

static void count(struct pump *pump, const struct piece *piece, int64_t result)
{
	uint64_t moved = result > 0 ? bytes_min((uint64_t)result, piece->len) : 0;
	if (!pump->pass->writing) {
		pump->totals->read += moved;
		return;
	}
	pump->totals->written += moved;
	pump->totals->written_failed += piece->len - moved;
}

static bool is_stopping(struct pump *pump)
{
	uint64_t now = now_ns(pump);
	if (pump->asked_ns && now - pump->asked_ns < ASK_NS)
		return false;
	pump->asked_ns = now;
	return pump->context->is_stopping(pump->context->self);
}

/* Nothing is under way and nothing may start yet. */
static void rest(struct pump *pump)
{
	const struct engine_context *context = pump->context;
	uint64_t ms = (engine_pace_wait_ns(&pump->pace, now_ns(pump)) + MS_NS - 1) / MS_NS;
	if (ms > 0)
		context->rest(context->self, (unsigned)bytes_min(ms, REST_MS));
	pump->asked_ns = 0;
}

/* One result into the pass; after a bad one the disk must still be there. */
static enum code accept(struct pump *pump, const struct os_io_done *done, struct err *err)
{
	struct pass *pass = pump->pass;
	if (done->slot >= WIPE_COUNT(pass->slots) || !pass->slots[done->slot].busy) {
		pump->drained = true;
		return err_set(err, CODE_BUG, "the disk answers what was not asked");
	}
	struct piece piece = pass->slots[done->slot].piece;
	count(pump, &piece, done->result);
	enum code code = engine_pass_done(pass, done->slot, done->result, now_ns(pump), err);
	if (code == CODE_OK && done->result != (int64_t)piece.len)
		code = check_size(pump, err);
	return code;
}

static enum code take(struct pump *pump, struct err *err)
{
	struct os_io_done done;
	enum code code = await(pump, &done, err);
	return code == CODE_OK ? accept(pump, &done, err) : code;
}

/*
 * And whatever else is there by now, where the next requests cost nothing to make: then all of them start
 * with one call of the kernel. Others are better started one by one, while the next is being made.
 */
static enum code take_some(struct pump *pump, struct err *err)
{
	struct os_disk *disk = pump->context->disk;
	enum code code = take(pump, err);
	while (code == CODE_OK && pump->pass->shared_phases > 0 && pump->pass->in_flight > 0) {
		struct os_io_done done;
		code = disk->ops->wait(disk, 0, &done, err);
		if (code == CODE_BUSY)
			return CODE_OK;
		pump->drained = code != CODE_OK;
		if (code == CODE_OK)
			code = accept(pump, &done, err);
	}
	return code;
}

static enum code drain(struct pump *pump, struct err *err)
{
	enum code code = CODE_OK;
	while (code == CODE_OK && pump->pass->in_flight > 0)
		code = take(pump, err);
	return code;
}

/* Starts requests in all free slots, as far as the pace allows. */
static enum code feed(struct pump *pump, struct err *err)
{
	struct pass *pass = pump->pass;
	struct os_disk *disk = pump->context->disk;
	pump->held = false;
	for (unsigned slot = 0; slot < pump->depth; slot++) {
		if (pass->slots[slot].busy)
			continue;
		pump->held = engine_pace_wait_ns(&pump->pace, now_ns(pump)) > 0;
		if (pump->held)
			return CODE_OK;
		enum pass_next next = PASS_END;
		struct piece piece;
		enum code code = engine_pass_next(pass, slot, disk->slots[slot], now_ns(pump),
		    &next, &piece, err);
		if (code == CODE_OK && next != PASS_PIECE)
			return CODE_OK;
		struct os_io io = { .kind = pass->writing ? OS_IO_WRITE : OS_IO_READ, .slot = slot,
			.data = pass->slots[slot].data, .offset = piece.offset, .len = piece.len };
		engine_pace_spend(&pump->pace, now_ns(pump), piece.len);
		if (code == CODE_OK)
			code = disk->ops->submit(disk, &io, err);
		if (code != CODE_OK) {
			struct err more;
			if (engine_pass_refused(pass, slot, &more) != CODE_OK)
				*err = more;
			return err->code;
		}
	}
	return CODE_OK;
}

static enum code flush(struct pump *pump, struct err *err)
{
	struct os_disk *disk = pump->context->disk;
	struct os_io io = { .kind = OS_IO_FLUSH };
	enum code code = disk->ops->submit(disk, &io, err);
	struct os_io_done done;
	if (code == CODE_OK)
		code = await(pump, &done, err);
	if (code == CODE_OK && done.result < 0) {
		int sys_errno = (int)-done.result;
		bool gone = sys_errno == ENODEV || sys_errno == ENXIO || sys_errno == ENOMEDIUM;
		err_set_errno(err, gone ? CODE_GONE : CODE_IO, sys_errno,
		    "the disk does not confirm that it has stored what was written");
		err->offset = pump->durable;
		err->touched = true;
		return err->code;
	}
	return code == CODE_OK ? check_size(pump, err) : code;
}

/* Everything so far to the medium. EVENT_DURABLE if it says more than the last, or `always`. */
static enum code make_durable(struct pump *pump, bool always, struct err *err)
{
	enum code code = drain(pump, err);
	if (code != CODE_OK)
		return code;
	uint64_t mark = engine_pass_low_water(pump->pass);
	code = flush(pump, err);
	if (code == CODE_OK)
		code = engine_report_settle(pump->report, err);
	if (code != CODE_OK)
		return code;
	pump->durable_ns = now_ns(pump);
	pump->durable_done = pump->pass->done;
	if (mark <= pump->durable && !always)
		return CODE_OK;
	pump->durable = mark;
	/* Settled, so that all that was given up below the mark has been told, and is not counted. */
	return engine_report_put(pump->report, (struct event){ .kind = EVENT_DURABLE,
	    .offset = mark, .length = mark - engine_ranges_bytes(pump->unwritten, mark),
	    .count = engine_pass_requests_below(pump->pass) }, err);
}

static bool is_durable_due(const struct pump *pump)
{
	return pump->pass->writing && pump->pass->done > pump->durable_done &&
	       (pump->pass->done - pump->durable_done >= DURABLE_BYTES ||
		   now_ns(pump) - pump->durable_ns >= DURABLE_NS);
}

static enum code name_remains(struct pump *pump, struct err *err)
{
	struct pass *pass = pump->pass;
	struct ranges remaining = { 0 };
	enum event_kind kind = pass->writing ? EVENT_UNWRITTEN : EVENT_UNREADABLE;
	struct err why = *err;
	enum code code = engine_pass_remaining(pass, &remaining, err);
	for (size_t i = 0; i < remaining.count && code == CODE_OK; i++)
		code = engine_report_bad(pump->report, kind, remaining.items[i].start,
		    remaining.items[i].end - remaining.items[i].start, why.sys_errno, err);
	engine_ranges_free(&remaining);
	return code == CODE_OK ? engine_report_settle(pump->report, err) : code;
}

/* The job cannot go on, for the reason in *err: names what remains. Returns the code. */
static enum code fail(struct pump *pump, struct err *err)
{
	struct err why = *err;
	/* What is under way may still succeed; why it fails, if it does, is known by now. */
	while (!pump->drained && pump->pass->in_flight > 0) {
		struct err more;
		(void)take(pump, &more);
	}
	if (pump->report->broken || (why.code != CODE_IO && why.code != CODE_GONE)) {
		*err = why;
		return why.code;
	}
	enum code code = name_remains(pump, err);
	if (code != CODE_OK)
		return code;
	struct event event = { .kind = EVENT_FAILED, .offset = why.offset,
		.sys_errno = why.sys_errno, .extra = why.code };
	text_copy(event.text, sizeof(event.text), why.line);
	code = engine_report_put(pump->report, event, err);
	if (code != CODE_OK)
		return code;
	*err = why;
	return why.code;
}

static enum code stop(struct pump *pump, struct err *err)
{
	enum code code = pump->pass->writing ? make_durable(pump, false, err) : drain(pump, err);
	if (code == CODE_OK)
		code = engine_report_settle(pump->report, err);
	if (code != CODE_OK)
		return fail(pump, err);
	struct event event = { .kind = EVENT_STOPPED };
	text_copy(event.text, sizeof(event.text), "asked to stop");
	code = engine_report_put(pump->report, event, err);
	return code == CODE_OK ? err_set(err, CODE_STOPPED, "stopped on request") : code;
}

static enum code finish(struct pump *pump, struct err *err)
{
	struct pass *pass = pump->pass;
	enum code code = pass->writing ? make_durable(pump, true, err)
				       : check_size(pump, err);
	if (code == CODE_OK)
		code = engine_report_settle(pump->report, err);
	if (code == CODE_OK)
		code = progress(pump, true, err);
	if (code == CODE_OK)
		code = engine_report_put(pump->report, (struct event){ .kind = EVENT_STEP_FINISHED,
		    .offset = pass->done, .count = engine_pass_succeeded(pass) }, err);
	return code == CODE_OK ? CODE_OK : fail(pump, err);
}

enum code engine_pump_run(struct pump *pump, struct pass *pass, struct err *err)
{
	pump->pass = pass;
	pump->durable = pass->writing ? pass->route.cursor : 0;
	pump->durable_done = pass->done;
	pump->durable_ns = now_ns(pump);
	pump->drained = false;
	pump->asked_ns = 0; /* make_known() may have ended because of a stop */
	enum code code = check_size(pump, err);
	while (code == CODE_OK) {
		if (is_stopping(pump))
			return stop(pump, err);
		if (is_durable_due(pump))
			code = make_durable(pump, false, err);
		if (code == CODE_OK)
			code = feed(pump, err);
		if (code == CODE_OK && pass->in_flight == 0 && !pump->held)
			return finish(pump, err);
		if (code == CODE_OK && pass->in_flight == 0)
			rest(pump);
		else if (code == CODE_OK)
			code = take_some(pump, err);
		if (code == CODE_OK)
			code = progress(pump, false, err);
	}
	return fail(pump, err);
}
