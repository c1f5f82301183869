/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keeper: batches and their jobs, turn by turn. */
#include "keeper.h"

#include "keeper_job.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_NS (UINT64_C(3) * 1000000000) /* between attempts to issue */

static uint64_t now_ns(const struct keeper *keeper)
{
	return keeper->office.app->clock->ops->boot_ns(keeper->office.app->clock);
}

enum code keeper_new(struct app *app, struct keeper **ret, struct err *err)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	if (!keeper)
		return err_memory(err);
	keeper->office.app = app;
	const struct job_watcher watcher = keeper_watcher(keeper);
	enum code code = job_supervisor_new(app->host, app->clock, &watcher, &keeper->supervisor, err);
	if (code != CODE_OK) {
		free(keeper);
		return code;
	}
	*ret = keeper;
	return CODE_OK;
}

void keeper_free(struct keeper *keeper)
{
	struct err ignored = { 0 };
	if (!keeper)
		return;
	for (size_t i = 0; i < keeper->count; i++) {
		keeper_job_let_go(keeper, keeper->jobs[i]);
		keeper_job_free(keeper->jobs[i]);
	}
	job_supervisor_free(keeper->supervisor);
	/* Every line of it was made durable when it was added. */
	if (keeper->office.chain && chain_close(keeper->office.chain, &ignored) != CODE_OK)
		ignored.code = CODE_OK;
	free(keeper->jobs);
	free(keeper->batches);
	free(keeper);
}

/* ---- a batch comes in -------------------------------------------------------------------------------------- */

/* The configuration may have been edited since, and the chain made. Workers are forked from this process:
 * what computes their contents must be right here, and what libcrypto wants to read must have been read. */
static enum code open_office(struct keeper *keeper, struct err *err)
{
	struct app *app = keeper->office.app;
	bool torn = false;
	char ignored[CONTENT_KERNEL_LINE]; /* the command that asks has said it */
	enum code code = app_configure(app, err);
	if (code == CODE_OK)
		code = app_kernel_choose(app, &keeper->office.kernel, ignored, err);
	if (code != CODE_OK || keeper->office.chain)
		return code;
	code = chain_open(app->files, app->clock, app->paths.chain, &keeper->office.chain, &torn, err);
	if (code == CODE_MISSING)
		code = err_set(err, CODE_CONFIG, "no state directory %s: run 'certwipe setup' first",
		    app->paths.state);
	return code;
}

static enum code make_room(struct keeper *keeper, size_t more, struct err *err)
{
	struct keeper_job **jobs = realloc(keeper->jobs, (keeper->count + more + 1) * sizeof(*jobs));
	keeper->jobs = jobs ? jobs : keeper->jobs;
	struct keeper_batch *batches =
	    realloc(keeper->batches, (keeper->batch_count + 1) * sizeof(*batches));
	keeper->batches = batches ? batches : keeper->batches;
	return jobs && batches ? CODE_OK : err_memory(err);
}

/* Jobs that are over are shown for a while, and then no longer. */
static void forget_oldest(struct keeper *keeper)
{
	size_t over = 0, kept = 0;
	for (size_t i = 0; i < keeper->count; i++)
		over += keeper->jobs[i]->over;
	for (size_t i = 0; i < keeper->count; i++) {
		struct keeper_job *job = keeper->jobs[i];
		if (job->over && over > KEEPER_OVER_MAX) {
			over--;
			keeper_job_free(job);
		} else {
			keeper->jobs[kept++] = job;
		}
	}
	keeper->count = kept;
}

/* A job that is taken up again is no longer one that is over. */
static void forget_earlier(struct keeper *keeper, const struct ask_start *ask)
{
	size_t kept = 0;
	for (size_t i = 0; i < keeper->count; i++) {
		struct keeper_job *job = keeper->jobs[i];
		bool named = false;
		for (size_t k = 0; k < ask->count; k++)
			named |= job->over && strcmp(ask->jobs[k].id, job->view.id) == 0;
		if (named)
			keeper_job_free(job);
		else
			keeper->jobs[kept++] = job;
	}
	keeper->count = kept;
}

static void give_back(struct keeper *keeper, size_t from)
{
	while (keeper->count > from) {
		struct keeper_job *job = keeper->jobs[--keeper->count];
		keeper_job_return(keeper, job);
		keeper_job_free(job);
	}
}

enum code keeper_start(struct keeper *keeper, const struct ask_start *ask, uint64_t *ret_batch,
    struct err *err)
{
	forget_oldest(keeper);
	enum code code = open_office(keeper, err);
	if (code == CODE_OK)
		code = make_room(keeper, ask->count, err);
	if (code != CODE_OK)
		return code;
	forget_earlier(keeper, ask);
	size_t from = keeper->count;
	struct app_restraint restraint = { .rate = ask->rate };
	if (!os_io_class_find(ask->io_class, &restraint.io_class))
		return err_set(err, CODE_INPUT, "io_class: none of those there are");
	for (size_t i = 0; code == CODE_OK && i < ask->count; i++) {
		struct keeper_job *job = NULL;
		code = keeper_job_load(keeper, &ask->jobs[i], &job, err);
		if (code == CODE_OK)
			keeper->jobs[keeper->count++] = job;
	}
	for (size_t i = from; code == CODE_OK && i < keeper->count; i++)
		code = keeper_job_claim(keeper, keeper->jobs[i], &restraint, err);
	if (code != CODE_OK) {
		give_back(keeper, from);
		return code;
	}
	struct keeper_batch *batch = &keeper->batches[keeper->batch_count++];
	*batch = (struct keeper_batch){ .number = ++keeper->last_batch, .keep_going = ask->keep_going };
	for (size_t i = from; i < keeper->count; i++)
		keeper->jobs[i]->batch = batch->number;
	*ret_batch = batch->number;
	return CODE_OK;
}

/* ---- turn by turn ------------------------------------------------------------------------------------------ */

static bool is_of(const struct keeper_job *job, const struct keeper_batch *batch)
{
	return !job->over && job->batch == batch->number;
}

static enum job_state state_of(const struct keeper *keeper, const struct keeper_job *job)
{
	return job->disk.has_job ? job_supervisor_state(keeper->supervisor, job->disk.job) : JOB_ENDED;
}

static bool any_before(const struct keeper *keeper, const struct keeper_batch *batch,
    enum job_state state)
{
	for (size_t i = 0; i < keeper->count; i++) {
		if (is_of(keeper->jobs[i], batch) && state_of(keeper, keeper->jobs[i]) < state)
			return true;
	}
	return false;
}

static enum code check_refused(const struct keeper *keeper, const struct keeper_batch *batch,
    struct err *err)
{
	size_t count = 0, refused = 0;
	for (size_t i = 0; i < keeper->count; i++) {
		count += is_of(keeper->jobs[i], batch);
		refused += is_of(keeper->jobs[i], batch) && keeper->jobs[i]->disk.refused != CODE_OK;
	}
	return app_check_refused(refused, count, batch->keep_going, err);
}

/* The start is in the chain before the word to write is given: no begun job can be dropped unseen. */
static enum code give_word(struct keeper *keeper, const struct keeper_batch *batch, struct err *err)
{
	enum code code = CODE_OK;
	for (size_t i = 0; code == CODE_OK && i < keeper->count; i++) {
		struct keeper_job *job = keeper->jobs[i];
		if (!is_of(job, batch) || job->disk.refused != CODE_OK || job->disk.in_chain)
			continue; /* the chain has it from its first session */
		code = app_issue_start(&keeper->office, &job->disk, err);
		if (code != CODE_OK)
			err_prefix(err, "station chain");
	}
	for (size_t i = 0; code == CODE_OK && i < keeper->count; i++) {
		struct keeper_job *job = keeper->jobs[i];
		if (is_of(job, batch) && job->disk.refused == CODE_OK)
			code = keeper_job_go(keeper, job, err);
	}
	return code;
}

/* Every disk is claimed before the first one is written: a refusal at the claim starts none. */
static void begin(struct keeper *keeper, struct keeper_batch *batch)
{
	struct err err = { 0 };
	if (any_before(keeper, batch, JOB_CLAIMED))
		return;
	for (size_t i = 0; i < keeper->count; i++) {
		if (is_of(keeper->jobs[i], batch) && state_of(keeper, keeper->jobs[i]) == JOB_ENDED)
			keeper_job_refused(keeper, keeper->jobs[i]);
	}
	enum code code = batch->stopped
	    ? err_set(&err, CODE_STOPPED, "stopped before anything was written")
	    : check_refused(keeper, batch, &err);
	if (code == CODE_OK)
		code = give_word(keeper, batch, &err);
	batch->begun = true;
	if (code == CODE_OK)
		return;
	/* Whoever has the word is seen to its end, also when another one did not get it. */
	batch->code = code;
	text_copy(batch->line, sizeof(batch->line), err.line);
	for (size_t i = 0; i < keeper->count; i++) {
		if (is_of(keeper->jobs[i], batch) && keeper->jobs[i]->disk.has_job)
			job_supervisor_dismiss(keeper->supervisor, keeper->jobs[i]->disk.job);
	}
}

/* Whoever wants to go on with one, or give it up, does not wait for the others. */
static void let_go_of_ended(struct keeper *keeper, const struct keeper_batch *batch)
{
	for (size_t i = 0; i < keeper->count; i++) {
		struct keeper_job *job = keeper->jobs[i];
		const struct app_disk *disk = &job->disk;
		if (is_of(job, batch) && state_of(keeper, job) == JOB_ENDED &&
		    (disk->refused != CODE_OK || (disk->ended && (disk->waits || disk->issued))))
			keeper_job_let_go(keeper, job);
	}
}

static void let_go(struct keeper *keeper, struct keeper_batch *batch)
{
	for (size_t i = 0; i < keeper->count; i++) {
		struct keeper_job *job = keeper->jobs[i];
		if (!is_of(job, batch))
			continue;
		keeper_job_issue(keeper, job);
		keeper_job_let_go(keeper, job);
	}
	batch->over = true;
}

/* A folder that was full may have room again. */
static void retry(struct keeper *keeper)
{
	if (now_ns(keeper) - keeper->retry_ns < RETRY_NS)
		return;
	keeper->retry_ns = now_ns(keeper);
	for (size_t i = 0; i < keeper->count; i++) {
		if (!keeper->jobs[i]->over)
			keeper_job_issue(keeper, keeper->jobs[i]);
	}
}

enum code keeper_turn(struct keeper *keeper, const int *more, bool *ret_more, size_t more_count,
    struct err *err)
{
	enum code code = job_supervisor_turn(keeper->supervisor, more, ret_more, more_count, err);
	if (code != CODE_OK)
		job_supervisor_give_up(keeper->supervisor, err->line);
	retry(keeper);
	for (size_t i = keeper->batch_count; i-- > 0;) {
		struct keeper_batch *batch = &keeper->batches[i];
		if (!batch->begun)
			begin(keeper, batch);
		if (batch->begun)
			let_go_of_ended(keeper, batch);
		if (batch->begun && !batch->over && !any_before(keeper, batch, JOB_ENDED))
			let_go(keeper, batch);
		if (batch->over && batch->disowned)
			*batch = keeper->batches[--keeper->batch_count];
	}
	return code;
}

void keeper_disown(struct keeper *keeper, uint64_t number)
{
	for (size_t i = 0; i < keeper->batch_count; i++) {
		if (keeper->batches[i].number == number)
			keeper->batches[i].disowned = true;
	}
}

static void stop(struct keeper *keeper, struct keeper_job *job, bool hard)
{
	if (job->over || !job->disk.has_job)
		return;
	for (size_t i = 0; i < keeper->batch_count; i++) {
		struct keeper_batch *batch = &keeper->batches[i];
		if (batch->number == job->batch && !batch->begun)
			batch->stopped = true;
	}
	job->view.stopping = job->disk.started && !job->disk.ended;
	keeper_job_changed(keeper, job, true);
	if (job->disk.started)
		job_supervisor_stop(keeper->supervisor, job->disk.job, hard);
	else
		job_supervisor_dismiss(keeper->supervisor, job->disk.job);
}

void keeper_stop(struct keeper *keeper, const struct ask_stop *ask)
{
	for (size_t i = 0; i < keeper->count; i++) {
		for (size_t k = 0; k < ask->count; k++) {
			if (strcmp(keeper->jobs[i]->view.id, ask->jobs[k].id) == 0)
				stop(keeper, keeper->jobs[i], ask->hard);
		}
	}
}

void keeper_stop_all(struct keeper *keeper, bool hard)
{
	for (size_t i = 0; i < keeper->count; i++)
		stop(keeper, keeper->jobs[i], hard);
}

bool keeper_is_busy(const struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->batch_count; i++) {
		if (!keeper->batches[i].over)
			return true;
	}
	return false;
}

size_t keeper_count(const struct keeper *keeper)
{
	return keeper->count;
}

struct keeper_sight keeper_sight(const struct keeper *keeper, size_t index)
{
	const struct keeper_job *job = keeper->jobs[index];
	return (struct keeper_sight){ .view = &job->view, .batch = job->batch, .changed = job->changed,
		.at_once = job->at_once, .is_double = job->is_double };
}

uint64_t keeper_changes(const struct keeper *keeper)
{
	return keeper->changes;
}

bool keeper_take_over(struct keeper *keeper, uint64_t number, struct err *ret)
{
	for (size_t i = 0; i < keeper->batch_count; i++) {
		struct keeper_batch *batch = &keeper->batches[i];
		if (batch->number != number || !batch->over)
			continue;
		*ret = (struct err){ .code = batch->code };
		text_copy(ret->line, sizeof(ret->line), batch->line);
		*batch = keeper->batches[--keeper->batch_count];
		return true;
	}
	return false;
}
