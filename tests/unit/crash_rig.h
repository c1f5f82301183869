/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crash_rig: a machine of fakes, files and one disk on one power supply, and a job on it as supervisor
 * and worker carry it out together, but in one process.
 */
#ifndef TESTS_UNIT_CRASH_RIG_H
#define TESTS_UNIT_CRASH_RIG_H

#include "unit/unit.h"

#include "fakes/disk.h"
#include "fakes/files_memory.h"
#include "unit/world.h"
#include "wipe/app/app_private.h"
#include "wipe/app/job_store.h"
#include "wipe/job/take_up.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define CRASH_SIZE   UINT64_C(262144)
#define CRASH_BLOCK  (32u * 1024)
#define CRASH_BAD    2048u
#define CRASH_SECOND UINT64_C(1000000000)
#define CRASH_LAG_MAX 8u

struct crash_kind {
	const char *name;
	const char *steps; /* of a procedure */
	uint64_t bad; /* where 2 KiB can be neither written nor read; 0: nowhere */
	bool forgets; /* the key of the first step, in the second */
};

/* What outlives a crash, and the supply that causes it. */
struct crash_machine {
	const struct crash_kind *kind;
	struct fake_power power;
	struct fake_files *files;
	struct fake_disk *disk;
	struct app app;
	struct job_document document; /* of the job, with all its keys */
	unsigned boots;
	unsigned lag; /* so many events the worker is ahead of the supervisor, if it need not wait */
	char trail[200]; /* the cuts so far, for whoever has to find out why */
};

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

/* Given to every test: the station's key, as its file, and which operations are tried: every n-th. */
struct crash_fixture {
	struct buf key;
	unsigned stride; /* $CERTWIPE_STRIDE, for slow builds; else 1 */
};

static inline int crash_set_up(void **state)
{
	struct crash_fixture *fixture = calloc(1, sizeof(*fixture));
	struct trust_secret_key *key = NULL;
	struct err err = { 0 };
	uint64_t stride = 1;
	const char *wish = getenv("CERTWIPE_STRIDE");
	if (wish && (!text_u64_parse(wish, &stride) || stride < 1 || stride > 1000))
		return -1;
	fixture->stride = (unsigned)stride;
	/* Thousands of machines: their memory does not go back to the system each time. */
	mallopt(M_MMAP_THRESHOLD, 64 * 1024 * 1024);
	mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
	if (trust_secret_key_new(&key, &err) != CODE_OK ||
	    trust_secret_key_format(key, "station", &fixture->key, &err) != CODE_OK)
		return -1;
	trust_secret_key_free(key);
	*state = fixture;
	return 0;
}

static inline int crash_tear_down(void **state)
{
	struct crash_fixture *fixture = *state;
	buf_free(&fixture->key);
	free(fixture);
	return 0;
}

/* ---- the machine ------------------------------------------------------------------------------------- */

static inline void crash_procedure(struct crash_machine *machine)
{
	struct err err = { 0 };
	struct faults faults = { 0 };
	struct job_document *document = &machine->document;
	buf_printf(&document->procedure_text, "[procedure]\nid = crash\ntitle = %s\nversion = 1\n"
	    "level = clear\nstatus = current\nbasis = A procedure of the tests\n%s", machine->kind->name,
	    machine->kind->steps);
	assert_ok(procedure_parse(document->procedure_text.data, document->procedure_text.len, "crash",
	    &faults, &document->procedure, &err), err);
}

static inline void crash_document(struct crash_machine *machine)
{
	struct err err = { 0 };
	struct job_document *document = &machine->document;
	struct clearance *clearance = calloc(1, sizeof(*clearance));
	crash_procedure(machine);
	world_device(&document->device);
	document->device.identity.size = CRASH_SIZE;
	assert_ok(device_clear(&document->device, clearance, &err), err);
	assert_ok(plan_build(clearance, &document->procedure, 0, &document->plan, &err), err);
	free(clearance);
	document->plan.block = CRASH_BLOCK;
	document->plan.depth = 4;
	for (unsigned i = 0; i < document->plan.step_count; i++) {
		if (document->plan.steps[i].verify == PROCEDURE_VERIFY_SAMPLE)
			document->plan.steps[i].sample_strata = 8; /* else a disk so small is read whole */
	}
	text_copy(document->boot_id, sizeof(document->boot_id), "boot-1");
	document->wall_created_s = 1790000000;
}

/* Borrows kind. key: the station's, as its file. */
static inline struct crash_machine *crash_machine_new(const struct crash_kind *kind,
    const struct buf *key)
{
	struct crash_machine *machine = calloc(1, sizeof(*machine));
	machine->kind = kind;
	machine->files = fake_files_new();
	machine->files->power = &machine->power;
	machine->files->allocates = 16 * 1024;
	machine->disk = fake_disk_new(CRASH_SIZE, 512, 8, CRASH_BLOCK);
	machine->disk->power = &machine->power;
	machine->disk->remembers = true;
	machine->disk->request_ns = 9 * CRASH_SECOND; /* a checkpoint every few requests */
	if (kind->bad)
		fake_disk_fault(machine->disk, (struct fake_disk_fault){ .kinds = FAKE_WRITE | FAKE_READ,
		    .act = FAKE_FAIL, .offset = kind->bad, .length = CRASH_BAD, .sys_errno = EIO });
	struct app *app = &machine->app;
	*app = (struct app){ .files = &machine->files->base, .clock = &machine->disk->clock,
		.tool = { "0.1.0", "unknown" }, .paths = { .key = "/etc/key", .chain = "/state/chain",
		    .jobs = "/state/jobs", .certificates = "/state/certificates" } };
	fake_files_set(machine->files, app->paths.key, key->data, key->len);
	crash_document(machine);
	return machine;
}

static inline void crash_machine_free(struct crash_machine *machine)
{
	job_document_free(&machine->document);
	os_disk_free(&machine->disk->disk);
	os_files_free(&machine->files->base);
	free(machine);
}

static inline bool crash_is_untouched(const struct crash_machine *machine)
{
	for (uint64_t i = 0; i < CRASH_SIZE; i++) {
		if (machine->disk->bytes[i] != 0xa5)
			return false;
	}
	return true;
}

/* The power comes back; what follows from seed is gone. */
static inline void crash_machine_fail(struct crash_machine *machine, enum fake_crash how, uint64_t seed)
{
	size_t len = strlen(machine->trail);
	snprintf(machine->trail + len, sizeof(machine->trail) - len, " [operation %u, crash %d, seed %llu]",
	    machine->power.operations, (int)how, (unsigned long long)seed);
	fake_files_crash(machine->files, how, seed);
	fake_disk_crash(machine->disk, seed);
	machine->disk->now_ns += 3600 * CRASH_SECOND;
	machine->power = (struct fake_power){ 0 };
}

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
	process->plan = machine->document.plan;
	if (!crash_went(process, job_store_create(&machine->app, &machine->document, &process->plan,
	    &process->journal, &err), "create", &err))
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
	bool had_journal = process->journal != NULL;
	if (!crash_is_untouched(process->machine))
		fail_msg("%s,%s: written without a start in the chain", process->machine->kind->name,
		    process->machine->trail);
	if (!crash_went(process, journal_close(process->journal, &err), "close", &err))
		return false;
	process->journal = NULL;
	evidence_free(&process->record.evidence);
	if (!crash_went(process, had_journal ? job_store_remove(app, id, &err)
	    : job_store_remove_unmade(app, id, &err), "remove", &err))
		return false;
	return crash_create(process);
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
