/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * worker: one disk from claim to release. The order is the safety: exclusive claim, then the identity
 * from the descriptor and from the host, then use and openers, then partitions, then caches, then the
 * word to go; then the process gives up all it does not need any more, and only then a write.
 */
#include "wipe/job.h"

#include "wipe/engine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REQUESTS_PER_S 8 /* at least, where the rate is limited */
#define REQUEST_LEAST  4096u /* bytes */

struct worker {
	const struct job_task *task;
	const struct job_control *control;
	const struct event_sink *sink;
	struct os_claim claim;
	struct os_counters before;
	struct engine_totals totals;
	unsigned partitions;
	bool openers_known;
};

static enum code tell(struct worker *worker, struct event *event, struct err *err)
{
	struct os_clock *clock = worker->task->clock;
	event->wall_s = clock->ops->wall_s(clock);
	event->boot_ns = clock->ops->boot_ns(clock);
	return worker->sink->put(worker->sink->self, event, err);
}

/* An event's text is UTF-8; a line may quote a path that is not. */
static void tell_text(struct event *event, const char *line)
{
	if (text_is_utf8(line, strlen(line)))
		text_copy(event->text, sizeof(event->text), line);
	else
		text_safe(event->text, sizeof(event->text), line, strlen(line));
}

static enum code tell_failed(struct worker *worker, const struct err *cause, struct err *err)
{
	struct event event = {
		.kind = EVENT_FAILED,
		.sys_errno = cause->sys_errno,
		.extra = cause->code,
	};
	tell_text(&event, cause->line);
	return tell(worker, &event, err);
}

/* The hold, and who else has one; see the head of this file for the order. */
static enum code take(struct worker *worker, struct err *err)
{
	const struct clearance *clearance = worker->task->clearance;
	struct os_geometry geometry;
	enum code code = os_claim_open(clearance->device.identity.node, &worker->claim, err);
	if (code == CODE_OK)
		code = os_claim_geometry(&worker->claim, &geometry, err);
	if (code == CODE_OK)
		code = device_confirm(clearance, &geometry, err);
	if (code == CODE_OK)
		code = device_recheck(worker->task->host, clearance, err);
	bool incomplete = true;
	if (code == CODE_OK)
		code = device_openers(worker->task->host, clearance, (uint32_t)getpid(), &incomplete, err);
	worker->openers_known = !incomplete;
	return code;
}

/* The last before the word to write: from here on the disk is nobody else's. */
static enum code clear_away(struct worker *worker, struct err *err)
{
	enum code code = os_claim_drop_partitions(&worker->claim, &worker->partitions, err);
	if (code == CODE_OK)
		code = os_claim_flush_cache(&worker->claim, err);
	return code == CODE_OK ? os_claim_counters(&worker->claim, &worker->before, err) : code;
}

/*
 * Is the open descriptor still the device that was cleared? The host is not asked again, which takes
 * opening files, nor could it tell more: as long as a disk is open its number goes to no other disk, the
 * kernel reads model and serial number once when the disk appears, one that was unplugged is told by
 * its descriptors of /sys, and another medium behind the same number has another diskseq.
 */
static enum code tell_identity(struct worker *worker, struct err *err)
{
	struct event event = { .kind = EVENT_IDENTITY };
	struct os_geometry geometry;
	struct err cause = { 0 };
	enum code code = os_claim_geometry(&worker->claim, &geometry, &cause);
	if (code == CODE_OK)
		code = device_confirm(worker->task->clearance, &geometry, &cause);
	event.flag = code == CODE_OK;
	if (code != CODE_OK)
		tell_text(&event, cause.line);
	return tell(worker, &event, err);
}

/* O_EXCL does not stop plain writers; the kernel's own count does not overlook them. */
static enum code tell_counters(struct worker *worker, struct err *err)
{
	struct os_counters after = { 0 };
	struct err ignored = { 0 };
	/* Pages that somebody else has dirtied go to the disk now, while they are counted, not later.
	 * A counter that cannot be read stays unknown, and unknown is not success. */
	if (os_claim_write_back(&worker->claim, &ignored) != CODE_OK ||
	    os_claim_counters(&worker->claim, &after, &ignored) != CODE_OK)
		after.known = false;
	struct event event = {
		.kind = EVENT_COUNTED,
		.flag = worker->before.known && after.known,
		.offset = worker->totals.written,
		.count = worker->totals.written + worker->totals.written_failed,
	};
	if (event.flag) {
		event.length = after.written - worker->before.written;
		event.extra = after.discarded - worker->before.discarded;
	}
	return tell(worker, &event, err);
}

/*
 * After the word to go and not before: who has to let go of an untouched disk also gives back its
 * partitions, which takes a capability. There is nothing to hear or to read in between.
 */
static enum code confine(struct worker *worker, const struct os_disk *disk, struct err *err)
{
	const struct job_control *control = worker->control;
	if (!control->confine)
		return CODE_OK;
	enum code code = control->confine(control->self, &worker->claim, disk, err);
	return code == CODE_OK ? CODE_OK : err_prefix(err, "the worker cannot be confined");
}

static struct engine_context context_of(const struct worker *worker, struct os_disk *disk)
{
	return (struct engine_context){
		.disk = disk,
		.clock = worker->task->clock,
		.sink = *worker->sink,
		.is_stopping = worker->control->is_stopping,
		.make_known = worker->control->make_known,
		.rate = worker->task->rate,
		.rest = worker->control->rest,
		.self = worker->control->self,
		.limits = &engine_limits_default,
		.kernel = worker->task->kernel,
	};
}

/*
 * Does the disk hold what earlier sessions made durable? Another disk that took the same name does not;
 * a disk that does not hold it any more cannot be gone on with either.
 */
static enum code recognise(struct worker *worker, struct os_disk *disk, struct event *ret_event,
    struct err *err)
{
	const struct job_task *task = worker->task;
	const struct engine_context context = context_of(worker, disk);
	const char *node = task->clearance->device.identity.node;
	bool same = false, proof = false;
	*ret_event = (struct event){ .kind = EVENT_NONE };
	if (!task->resume)
		return CODE_OK;
	enum code code = engine_recognise(task->plan, task->resume, &context, &ret_event->length, &same,
	    &proof, err);
	if (code != CODE_OK)
		return code;
	if (task->needs_proof && !proof)
		return err_set(err, CODE_REFUSED, "%s: nothing proves that this is the disk of job %s: it has no "
		    "serial number, and holds no keystream of that job; abandon the job", node, task->plan->id);
	if (!same)
		return err_set(err, CODE_REFUSED, "%s does not hold what job %s had written to it: it is another "
		    "disk, or something wrote to it since; abandon the job, then wipe the disk anew", node,
		    task->plan->id);
	ret_event->kind = EVENT_RECOGNISED;
	ret_event->flag = true;
	return CODE_OK;
}

static enum code carry_out(struct worker *worker, struct os_disk *disk, struct err *err)
{
	const struct engine_context context = context_of(worker, disk);
	struct err cause = { 0 };
	enum code code = confine(worker, disk, &cause);
	if (code != CODE_OK)
		return tell_failed(worker, &cause, err);
	code = engine_run(worker->task->plan, worker->task->resume, &context, &worker->totals, err);
	/* These three were told as events; what else went wrong was not. */
	if (code != CODE_OK && code != CODE_STOPPED && code != CODE_IO && code != CODE_GONE) {
		cause = *err;
		code = tell_failed(worker, &cause, err);
	} else {
		code = CODE_OK;
	}
	if (code == CODE_OK)
		code = tell_identity(worker, err);
	if (code == CODE_OK)
		code = tell_counters(worker, err);
	return code;
}

/* How bytes come to the disk, and by what random ones are made: should one of them ever turn out to be
 * broken, the certificate says whether this disk was wiped by it. */
static void tell_method(struct event *event, const struct job_task *task, const struct os_disk *disk)
{
	char method[EVENT_TEXT];
	bool keystream = false;
	for (unsigned i = 0; i < task->plan->step_count; i++)
		keystream |= task->plan->steps[i].content.kind == CONTENT_KEYSTREAM;
	snprintf(method, sizeof(method), "%s%s%s", disk->method, keystream ? ", AES-256-CTR by " : "",
	    keystream ? content_kernel_name(task->kernel) : "");
	tell_text(event, method);
}

/* At a low rate smaller ones, so that some end in every second: nobody takes the disk for stalled. */
static uint32_t request_bytes(const struct job_task *task)
{
	uint32_t block = task->plan->block;
	uint64_t least = bytes_max(task->plan->physical, REQUEST_LEAST);
	while (task->rate && block > task->rate / REQUESTS_PER_S && block / 2 >= least &&
	    block / 2 % REQUEST_LEAST == 0)
		block /= 2;
	return block;
}

static enum code work(struct worker *worker, struct err *err)
{
	const struct plan *plan = worker->task->plan;
	struct os_disk *disk = NULL;
	struct err cause = { 0 };
	struct event recognised;
	enum code code = take(worker, &cause);
	if (code == CODE_OK)
		code = os_disk_open(worker->claim.fd, plan->depth, request_bytes(worker->task), &disk,
		    &cause);
	if (code == CODE_OK)
		code = recognise(worker, disk, &recognised, &cause);
	if (code == CODE_OK)
		code = clear_away(worker, &cause);
	if (code != CODE_OK) {
		os_disk_free(disk);
		return tell_failed(worker, &cause, err);
	}

	struct event claimed = {
		.kind = EVENT_CLAIMED,
		.count = worker->partitions,
		.flag = worker->openers_known,
		.length = bytes_min(plan->block, disk->slot_size),
		.extra = bytes_min(plan->depth, disk->slot_count),
	};
	tell_method(&claimed, worker->task, disk);
	code = tell(worker, &claimed, err);
	if (code == CODE_OK && recognised.kind != EVENT_NONE)
		code = tell(worker, &recognised, err);
	if (code == CODE_OK && worker->control->may_go(worker->control->self))
		code = carry_out(worker, disk, err);
	os_disk_free(disk);
	return code;
}

enum code job_worker(const struct job_task *task, const struct job_control *control,
    const struct event_sink *sink, struct err *err)
{
	struct worker worker = {
		.task = task,
		.control = control,
		.sink = sink,
		.claim = { .fd = -1 },
	};
	enum code code = work(&worker, err);
	os_claim_close(&worker.claim);
	if (code != CODE_OK)
		return code;
	struct event ended = { .kind = EVENT_ENDED };
	return tell(&worker, &ended, err);
}
