/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crash_rig: a job on a machine of fakes, as supervisor and worker carry it out, but in one process. */
#ifndef TESTS_UNIT_CRASH_RIG_H
#define TESTS_UNIT_CRASH_RIG_H

#include "unit/crash_machine.h"
#include "wipe/job/take_up.h"

#define CRASH_LAG_MAX 8u

/* What a process knows: gone at a crash. */
struct crash_process {
	struct crash_machine *machine;
	struct chain *chain;
	struct journal *journal;
	struct clearance clearance;
	struct plan plan; /* the supervisor's: it forgets keys */
	struct plan worker_plan;
	struct record record;
	struct take_up take_up;
	struct engine_totals totals;
	struct event told[CRASH_LAG_MAX]; /* by the worker, and not heard yet */
	size_t told_count;
	bool resumes;
	bool done; /* the session came to its end, and the journal has it */
};

/* ---- a process on it ----------------------------------------------------------------------------------- */

/* True: it was done. False: the power is out, and nobody will ever know. Anything else is a fault. */
static inline bool crash_went(const struct crash_process *process, enum code code, const char *what,
    const struct err *err)
{
	const struct crash_machine *machine = process->machine;
	if (machine->power.off)
		return false;
	if (code != CODE_OK)
		fail_msg("%s,%s: %s: %s", machine->kind->name, machine->trail, what, err->line);
	return true;
}

/* The supervisor takes one event in, and lets go of keys as in run.c. */
static inline enum code crash_hear(struct crash_process *process, const struct event *event,
    struct err *err)
{
	struct app *app = &process->machine->app;
	enum code code = record_event(&process->record, event, err);
	if (code == CODE_OK && event->kind == EVENT_DURABLE && event->offset > 0 &&
	    !journal_is_behind(process->journal) && plan_forget_passed(&process->plan, event->step))
		code = job_store_put_keys(app, &process->plan, err);
	return code;
}

static inline enum code crash_hear_all(struct crash_process *process, struct err *err)
{
	enum code code = CODE_OK;
	for (size_t i = 0; code == CODE_OK && i < process->told_count; i++)
		code = crash_hear(process, &process->told[i], err);
	process->told_count = 0;
	return code;
}

/* What the worker says is on the wire until somebody listens. */
static inline enum code crash_put(void *self, const struct event *event, struct err *err)
{
	struct crash_process *process = self;
	if (process->machine->power.off)
		return err_set(err, CODE_GONE, "nobody is there any more");
	process->told[process->told_count++] = *event;
	return process->told_count > process->machine->lag ? crash_hear_all(process, err) : CODE_OK;
}

static inline enum code crash_make_known(void *self, struct err *err)
{
	struct crash_process *process = self;
	struct os_clock *clock = process->machine->app.clock;
	enum code code = crash_hear_all(process, err);
	return code == CODE_OK ? record_sync(&process->record, clock->ops->boot_ns(clock), err) : code;
}

static inline bool crash_tell(struct crash_process *process, struct event event)
{
	struct os_clock *clock = process->machine->app.clock;
	struct err err = { 0 };
	event.wall_s = clock->ops->wall_s(clock);
	event.boot_ns = clock->ops->boot_ns(clock);
	return crash_went(process, crash_put(process, &event, &err), "an event", &err);
}

static inline bool crash_never_stops(void *self)
{
	(void)self;
	return false;
}

static inline struct engine_context crash_context(struct crash_process *process)
{
	return (struct engine_context){ .disk = &process->machine->disk->disk,
		.clock = process->machine->app.clock, .sink = { crash_put, process },
		.is_stopping = crash_never_stops, .make_known = crash_make_known, .self = process,
		.limits = &engine_limits_default };
}

/* Recognises, claims, and gets the word to write. */
static inline bool crash_begin(struct crash_process *process)
{
	struct engine_context context = crash_context(process);
	struct err err = { 0 };
	uint64_t compared = 0;
	bool same = true, proof = false;
	if (process->resumes && !crash_went(process, engine_recognise(&process->worker_plan,
	    &process->take_up.resume, &context, &compared, &same, &proof, &err), "recognise", &err))
		return false;
	if (!same)
		fail_msg("%s,%s: took its own disk for another one", process->machine->kind->name,
		    process->machine->trail);
	if (!crash_tell(process, (struct event){ .kind = EVENT_CLAIMED, .flag = true, .text = "memory" }))
		return false;
	if (process->resumes && !crash_tell(process, (struct event){ .kind = EVENT_RECOGNISED,
	    .length = compared, .flag = true }))
		return false;
	if (!process->resumes && !crash_went(process, chain_append_start(process->chain, process->plan.id,
	    process->machine->document.procedure.sha256, &err), "chain", &err))
		return false;
	return crash_went(process, crash_make_known(process, &err), "go", &err);
}

/* From the claim to the last word. */
static inline bool crash_work(struct crash_process *process)
{
	struct engine_context context = crash_context(process);
	struct engine_totals *totals = &process->totals;
	struct err err = { 0 };
	return crash_begin(process) &&
	    crash_went(process, engine_run(&process->worker_plan,
		process->resumes ? &process->take_up.resume : NULL, &context, totals, &err), "run", &err) &&
	    crash_tell(process, (struct event){ .kind = EVENT_IDENTITY, .flag = true }) &&
	    crash_tell(process, (struct event){ .kind = EVENT_COUNTED, .flag = true,
		.length = totals->written, .offset = totals->written,
		.count = totals->written + totals->written_failed }) &&
	    crash_tell(process, (struct event){ .kind = EVENT_ENDED }) &&
	    crash_went(process, crash_make_known(process, &err), "the last sync", &err);
}

/* ---- where it starts from ---------------------------------------------------------------------------- */

static inline bool crash_create(struct crash_process *process)
{
	struct crash_machine *machine = process->machine;
	struct err err = { 0 };
	int door = -1;
	process->plan = machine->document.plan;
	if (!crash_went(process, job_store_lock_door(&machine->app, &door, &err), "the door", &err))
		return false;
	bool made = crash_went(process, job_store_create(&machine->app, &machine->document, &process->plan,
	    &process->journal, &err), "create", &err);
	job_store_unlock(&machine->app, door);
	if (!made)
		return false;
	evidence_start(&process->plan, &process->record.evidence);
	return true;
}

/* No start in the chain: it never got the word, so nothing of the disk may have changed. */
static inline bool crash_drop(struct crash_process *process)
{
	struct app *app = &process->machine->app;
	const char *id = process->machine->document.plan.id;
	struct err err = { 0 };
	if (!crash_is_untouched(process->machine))
		fail_msg("%s,%s: written without a start in the chain", process->machine->kind->name,
		    process->machine->trail);
	if (!crash_went(process, journal_close(process->journal, &err), "close", &err))
		return false;
	process->journal = NULL;
	evidence_free(&process->record.evidence);
	int door = -1;
	if (!crash_went(process, job_store_lock_door(app, &door, &err), "the door", &err))
		return false;
	bool removed = crash_went(process, job_store_remove(app, id, &err), "remove", &err);
	job_store_unlock(app, door);
	return removed && crash_create(process);
}

static inline bool crash_take_up(struct crash_process *process, struct evidence *evidence,
    const struct job_session *session)
{
	struct crash_machine *machine = process->machine;
	struct err err = { 0 };
	const char *boot_id = machine->app.machine.boot_id;
	const struct job_start start = { .plan = &process->plan, .clearance = &process->clearance,
		.journal = process->journal, .evidence = evidence, .boot_id = boot_id,
		.same_boot = strcmp(session->boot_id, boot_id) == 0 };
	process->resumes = true;
	return crash_went(process, job_take_up(&start, machine->app.clock, &process->record,
	    &process->take_up, &err), "take up", &err);
}

/* What an earlier process left, or nothing. False: the power is out. */
static inline bool crash_find(struct crash_process *process)
{
	struct crash_machine *machine = process->machine;
	struct err err = { 0 };
	struct job_document document = { 0 };
	struct job_session session = { 0 };
	struct evidence evidence = { 0 };
	char start[HASH_SHA256_HEX] = "";
	const char *id = machine->document.plan.id;
	enum code code = job_store_open(&machine->app, id, &document, &evidence, &session,
	    &process->journal, &err);
	bool missing = code == CODE_MISSING;
	bool went = crash_went(process, missing ? CODE_OK : code, "open", &err);
	if (code == CODE_OK) {
		process->plan = document.plan;
		job_document_free(&document);
	}
	went = went && crash_went(process, chain_find(process->chain, "start", id, start, &err), "find",
	    &err);
	if (went && !start[0]) {
		evidence_free(&evidence);
		return crash_drop(process);
	}
	if (went && missing)
		fail_msg("%s,%s: lost", machine->kind->name, machine->trail);
	if (went && !evidence_can_resume(&evidence)) {
		process->done = true;
		process->record.evidence = evidence;
		return true;
	}
	went = went && crash_take_up(process, &evidence, &session);
	evidence_free(&evidence);
	return went;
}

/* One process, from its start to its end or to the cut. Its end is the caller's: crash_process_free(). */
static inline struct crash_process *crash_process_run(struct crash_machine *machine, unsigned cut_at)
{
	struct crash_process *process = calloc(1, sizeof(*process));
	struct err err = { 0 };
	bool torn = false;
	process->machine = machine;
	process->clearance.device = machine->document.device;
	machine->power = (struct fake_power){ .cut_at = cut_at };
	snprintf(machine->app.machine.boot_id, sizeof(machine->app.machine.boot_id), "boot-%u",
	    ++machine->boots);
	if (!crash_went(process, chain_open(machine->app.files, machine->app.clock,
	    machine->app.paths.chain, &process->chain, &torn, &err), "chain", &err))
		return process;
	if (!(machine->boots == 1 ? crash_create(process) : crash_find(process)))
		return process;
	process->worker_plan = process->plan;
	process->record.journal = process->journal;
	process->done = process->done || crash_work(process);
	return process;
}

static inline void crash_process_free(struct crash_process *process)
{
	struct err err = { 0 };
	/* Also without power: memory is given back. */
	enum code closed = journal_close(process->journal, &err);
	assert_true(closed == CODE_OK || process->machine->power.off);
	closed = chain_close(process->chain, &err);
	assert_int_equal(closed, CODE_OK);
	job_take_up_free(&process->take_up);
	evidence_free(&process->record.evidence);
	free(process);
}

#endif
