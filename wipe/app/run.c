/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run: the jobs of `wipe` and `resume` alike, from cleared disks to ended sessions: claims, the chain, the
 * word to write, a certificate for every one that is done, again and again where that fails.
 */
#include "app_private.h"
#include "job_store.h"

#include "wipe/job.h"

#include <string.h>

#define RETRY_NS (UINT64_C(3) * 1000000000) /* between attempts to issue */

static struct app_disk *disk_of(struct app_run *run, size_t job)
{
	for (size_t i = 0; i < run->result->count; i++) {
		struct app_disk *disk = &run->result->disks[i];
		if (disk->has_job && disk->job == job)
			return disk;
	}
	return NULL;
}

/* Keys that nothing needs any more leave the machine: once the next pass is durable somewhere, as until
 * then the content of the one before is what the disk would be recognised by. */
static void forget_keys(struct app_run *run, struct app_disk *disk, const struct event *event)
{
	struct err err = { 0 };
	if (event->kind != EVENT_DURABLE || event->offset == 0 || journal_is_behind(disk->journal) ||
	    !plan_forget_passed(&disk->plan, event->step))
		return;
	if (job_store_put_keys(run->app, &disk->plan, &err) != CODE_OK)
		run->face->trouble(run->face->self, disk, err.line);
}

static void on_event(void *self, size_t job, const struct event *event)
{
	struct app_run *run = self;
	struct app_disk *disk = disk_of(run, job);
	if (!disk)
		return;
	forget_keys(run, disk, event);
	if (disk->started)
		run->face->event(run->face->self, disk, event);
}

static void issue(struct app_run *run, struct app_disk *disk)
{
	struct err err = { 0 };
	disk->issue_code = app_issue(run, disk, job_supervisor_evidence(run->supervisor, disk->job), &err);
	disk->issued = disk->issue_code == CODE_OK;
	text_copy(disk->issue_line, sizeof(disk->issue_line), err.line);
}

static void on_ended(void *self, size_t job)
{
	struct app_run *run = self;
	struct app_disk *disk = disk_of(run, job);
	if (!disk)
		return;
	const struct evidence *evidence = job_supervisor_evidence(run->supervisor, job);
	const struct device *device = &disk->clearance.device;
	disk->ended = true;
	disk->waits = evidence_can_resume(evidence);
	text_copy(disk->reason, sizeof(disk->reason), evidence->reason);
	evidence_verdict(evidence, &disk->plan, device, evidence_hidden_areas(device), &disk->verdict);
	disk->outcome = disk->verdict.outcome;
	if (!disk->waits)
		issue(run, disk);
	run->face->ended(run->face->self, disk);
}

/* A folder that was full may have room again. */
static void retry_issues(struct app_run *run, bool now)
{
	uint64_t now_ns = run->app->clock->ops->boot_ns(run->app->clock);
	if (!now && now_ns - run->retry_ns < RETRY_NS)
		return;
	run->retry_ns = now_ns;
	for (size_t i = 0; i < run->result->count; i++) {
		struct app_disk *disk = &run->result->disks[i];
		struct err ignored = { 0 };
		if (!disk->has_job || !disk->ended || disk->issued)
			continue;
		/* Nobody tends the journal of a session that is over. What fails is said when it is closed. */
		if (disk->waits) {
			if (journal_sync(disk->journal, &ignored) != CODE_OK)
				ignored.code = CODE_OK;
			continue;
		}
		issue(run, disk);
		if (disk->issued)
			run->face->ended(run->face->self, disk);
	}
}

static void on_tick(void *self)
{
	struct app_run *run = self;
	retry_issues(run, false);
	run->face->tick(run->face->self);
}

static void on_stopping(void *self, unsigned times)
{
	struct app_run *run = self;
	run->face->stopping(run->face->self, times);
}

static void on_behind(void *self, size_t job, const char *line)
{
	struct app_run *run = self;
	struct app_disk *disk = disk_of(run, job);
	if (disk)
		run->face->trouble(run->face->self, disk, line ? line : "");
}

enum code app_run_check_refused(struct app_run *run, struct err *err)
{
	struct app_erase_result *result = run->result;
	size_t left = 0;
	for (size_t i = 0; i < result->count; i++)
		left += result->disks[i].refused == CODE_OK;
	size_t refused = result->count - left;
	result->any_refused |= refused > 0;
	if (refused == 0 || (run->keep_going && left > 0))
		return CODE_OK;
	return err_set(err, CODE_REFUSED, "%zu of %zu disks refused, nothing was written%s", refused,
	    result->count, run->keep_going ? "" : " (--keep-going starts the others)");
}

/* Every disk is claimed before the first one is written: a refusal at the claim starts none. */
static enum code claim(struct app_run *run, struct app_beginning *beginnings, struct err *err)
{
	struct app_erase_result *result = run->result;
	enum code code = CODE_OK;
	for (size_t i = 0; code == CODE_OK && i < result->count; i++) {
		struct app_disk *disk = &result->disks[i];
		const struct job_start start = {
			.plan = &disk->plan,
			.clearance = &disk->clearance,
			.journal = disk->journal,
			.evidence = beginnings ? &beginnings[i].evidence : NULL,
			.same_boot = beginnings && beginnings[i].same_boot,
			.boot_id = run->app->machine.boot_id,
			.needs_proof = beginnings && beginnings[i].needs_proof,
		};
		if (disk->refused != CODE_OK || disk->ended)
			continue;
		code = job_supervisor_add(run->supervisor, &start, &disk->job, err);
		disk->has_job = code == CODE_OK;
	}
	if (code == CODE_OK)
		code = job_supervisor_settle(run->supervisor, err);
	for (size_t i = 0; code == CODE_OK && i < result->count; i++) {
		struct app_disk *disk = &result->disks[i];
		const char *line = "";
		if (!disk->has_job ||
		    job_supervisor_state(run->supervisor, disk->job) == JOB_CLAIMED)
			continue;
		enum code why = job_supervisor_refusal(run->supervisor, disk->job, &line);
		disk->refused = why ? why : CODE_REFUSED;
		text_copy(disk->refusal, sizeof(disk->refusal), line);
	}
	return code == CODE_OK ? app_run_check_refused(run, err) : code;
}

/* The start is in the chain before the word to write is given: no begun job can be dropped unseen. */
static enum code go(struct app_run *run, struct err *err)
{
	struct app_erase_result *result = run->result;
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].refused != CODE_OK || result->disks[i].in_chain)
			continue; /* the chain has it from its first session */
		enum code code = app_issue_start(run, &result->disks[i], err);
		if (code != CODE_OK)
			return err_prefix(err, "station chain");
	}
	for (size_t i = 0; i < result->count; i++) {
		if (!result->disks[i].has_job || result->disks[i].refused != CODE_OK)
			continue;
		result->disks[i].started = true;
		enum code code = job_supervisor_go(run->supervisor, result->disks[i].job, err);
		if (code != CODE_OK) {
			result->disks[i].started = result->disks[i].resumed;
			return code;
		}
	}
	return CODE_OK;
}

/* Operators sign when all disks are done: a key that wants a touch must hold up no certificate. Whoever
 * resumes a job has the operator's agent at hand, or is told what is missing. */
static void sign_as_operator(struct app_run *run)
{
	for (size_t i = 0; i < run->result->count; i++) {
		struct app_disk *disk = &run->result->disks[i];
		struct err err = { 0 };
		char path[APP_PATH];
		if (!disk->issued || !disk->has_operator)
			continue;
		enum code code = app_sign(run->app, disk->certificate, TRUST_OPERATOR,
		    disk->operator_.principal, path, &err);
		if (code == CODE_OK || code == CODE_EXISTS)
			continue;
		disk->issued = false;
		disk->issue_code = code;
		err_prefix(&err, "the operator's signature is missing (certwipe sign %s --as operator)",
		    disk->certificate);
		text_copy(disk->issue_line, sizeof(disk->issue_line), err.line);
		run->face->trouble(run->face->self, disk, err.line);
	}
}

enum code app_run_jobs(struct app_run *run, struct app_beginning *beginnings, struct err *err)
{
	const struct job_watcher watcher = { on_event, on_ended, on_tick, on_stopping, on_behind, run };
	struct app *app = run->app;
	const struct job_options options = {
		.stall_ns = app->config.stall_s * UINT64_C(1000000000),
		.temperature_max_c = app->config.temperature_max_c,
		.rate = run->restraint.rate,
		.io_class = run->restraint.io_class,
	};
	enum code code = os_signals_open(&run->signals_fd, err);
	if (code == CODE_OK)
		code = job_supervisor_new(app->host, app->clock, run->signals_fd, &watcher, &options,
		    &run->supervisor, err);
	if (code == CODE_OK)
		code = claim(run, beginnings, err);
	if (code == CODE_OK)
		code = go(run, err);
	if (code != CODE_OK && run->supervisor)
		job_supervisor_dismiss(run->supervisor);
	bool begun = false;
	for (size_t i = 0; i < run->result->count; i++)
		begun |= run->result->disks[i].started;
	/* Whoever has the word is seen to its end, also when another one did not get it. */
	struct err late = { 0 };
	enum code ran = CODE_OK;
	if (code == CODE_OK || begun)
		ran = job_supervisor_run(run->supervisor, &run->result->stopped, &late);
	retry_issues(run, true);
	if (code == CODE_OK && ran != CODE_OK) {
		*err = late;
		code = ran;
	}
	return code;
}

/* A job that never got the word to write, and is in no chain, never was. */
static void finish_disk(struct app_run *run, struct app_disk *disk)
{
	struct err ignored = { 0 };
	bool had_journal = disk->journal != NULL;
	if (disk->reserved.temporary[0])
		os_files_release(run->app->files, &disk->reserved);
	/* What is not durable by now was said when that failed: the job waits, from what is. */
	if (journal_close(disk->journal, &ignored) != CODE_OK)
		run->face->trouble(run->face->self, disk, ignored.line);
	disk->journal = NULL;
	if (had_journal && !disk->resumed && !disk->in_chain &&
	    job_store_remove(run->app, disk->plan.id, &ignored) != CODE_OK)
		run->face->trouble(run->face->self, disk, ignored.line);
	disk->waits |= had_journal && (disk->in_chain || disk->resumed) && !disk->ended;
}

enum code app_run_finish(struct app_run *run, enum code code, struct err *err)
{
	sign_as_operator(run);
	job_supervisor_free(run->supervisor);
	run->supervisor = NULL;
	os_fd_close(run->signals_fd);
	for (size_t i = 0; i < run->result->count; i++)
		finish_disk(run, &run->result->disks[i]);
	struct err closing = { 0 };
	enum code closed = run->chain ? chain_close(run->chain, &closing) : CODE_OK;
	run->chain = NULL;
	if (code == CODE_OK && closed != CODE_OK) {
		*err = closing;
		code = closed;
	}
	return code;
}
