/* SPDX-License-Identifier: GPL-3.0-or-later */
/* erase: the guard before a write, the jobs, and a certificate for every one that began. */
#include "app_private.h"

#include "wipe/job.h"

#include <string.h>

struct erase {
	struct app_run run;
	struct job_supervisor *supervisor;
	int signals_fd;
};

static struct app_disk *disk_of(struct erase *erase, size_t job)
{
	for (size_t i = 0; i < erase->run.result->count; i++) {
		struct app_disk *disk = &erase->run.result->disks[i];
		if (disk->refused == CODE_OK && disk->job == job)
			return disk;
	}
	return NULL;
}

static void on_event(void *self, size_t job, const struct event *event)
{
	struct erase *erase = self;
	const struct app_disk *disk = disk_of(erase, job);
	if (disk && disk->started)
		erase->run.face->event(erase->run.face->self, disk, event);
}

/* Did anything reach the disk? Without a step there is nothing to certify. */
static bool has_begun(const struct evidence *evidence)
{
	return evidence->step_count > 0 && evidence->steps[0].state != EVIDENCE_NOT_STARTED;
}

static void on_ended(void *self, size_t job)
{
	struct erase *erase = self;
	struct app_disk *disk = disk_of(erase, job);
	if (!disk)
		return;
	const struct evidence *evidence = job_supervisor_evidence(erase->supervisor, job);
	const struct device *device = &disk->clearance.device;
	evidence_verdict(evidence, &disk->plan, device, evidence_hidden_areas(device), &disk->verdict);
	disk->outcome = disk->verdict.outcome;
	if (has_begun(evidence)) {
		struct err err = { 0 };
		disk->issue_code = app_issue(&erase->run, disk, evidence, &err);
		disk->issued = disk->issue_code == CODE_OK;
		text_copy(disk->issue_line, sizeof(disk->issue_line), err.line);
	}
	erase->run.face->ended(erase->run.face->self, disk);
}

static void on_tick(void *self)
{
	struct erase *erase = self;
	erase->run.face->tick(erase->run.face->self);
}

static void on_stopping(void *self, unsigned times)
{
	struct erase *erase = self;
	erase->run.face->stopping(erase->run.face->self, times);
}

/* The first refused disk's line speaks for the run; the face shows each. */
static enum code refused(const struct app_erase_result *result, struct err *err)
{
	size_t count = 0;
	const struct app_disk *first = NULL;
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].refused == CODE_OK)
			continue;
		if (!first)
			first = &result->disks[i];
		count++;
	}
	if (!first)
		return CODE_OK;
	return err_set(err, CODE_REFUSED, "%zu of %zu disks refused, nothing was written (--keep-going "
		"starts the others)", count, result->count);
}

static enum code check_refused(struct erase *erase, const struct app_erase_request *request,
    struct err *err)
{
	struct app_erase_result *result = erase->run.result;
	size_t left = 0;
	for (size_t i = 0; i < result->count; i++) {
		left += result->disks[i].refused == CODE_OK;
		result->any_refused |= result->disks[i].refused != CODE_OK;
	}
	if (result->any_refused && (!request->keep_going || left == 0))
		return refused(result, err);
	return CODE_OK;
}

/* Every disk is claimed before the first one is written: a refusal at the claim starts none. */
static enum code claim(struct erase *erase, const struct app_erase_request *request, struct err *err)
{
	struct app_erase_result *result = erase->run.result;
	enum code code = CODE_OK;
	for (size_t i = 0; code == CODE_OK && i < result->count; i++) {
		struct app_disk *disk = &result->disks[i];
		if (disk->refused == CODE_OK)
			code = job_supervisor_add(erase->supervisor, &disk->plan, &disk->clearance,
			    &disk->job, err);
	}
	if (code == CODE_OK)
		code = job_supervisor_settle(erase->supervisor, err);
	for (size_t i = 0; code == CODE_OK && i < result->count; i++) {
		struct app_disk *disk = &result->disks[i];
		if (disk->refused != CODE_OK)
			continue;
		const char *line = "";
		enum code why = job_supervisor_refusal(erase->supervisor, disk->job, &line);
		if (job_supervisor_state(erase->supervisor, disk->job) == JOB_CLAIMED)
			continue;
		disk->refused = why ? why : CODE_REFUSED;
		text_copy(disk->refusal, sizeof(disk->refusal), line);
	}
	if (code == CODE_OK)
		code = check_refused(erase, request, err);
	return code;
}

/* The start is in the chain before the word to write is given: no begun job can be dropped unseen. */
static enum code go(struct erase *erase, struct err *err)
{
	struct app_erase_result *result = erase->run.result;
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].refused != CODE_OK)
			continue;
		enum code code = app_issue_start(&erase->run, &result->disks[i], err);
		if (code != CODE_OK)
			return err_prefix(err, "station chain");
	}
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].refused != CODE_OK)
			continue;
		result->disks[i].started = true;
		enum code code = job_supervisor_go(erase->supervisor, result->disks[i].job, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* Operators sign when all disks are done: a key that wants a touch must hold up no certificate. */
static void sign_as_operator(struct app_run *run)
{
	struct os_agent *agent = NULL;
	struct err err = { 0 };
	enum code opened = os_agent_open(NULL, &agent, &err);
	for (size_t i = 0; i < run->result->count; i++) {
		struct app_disk *disk = &run->result->disks[i];
		if (!disk->issued)
			continue;
		char path[APP_PATH];
		BUF_AUTO document = { 0 };
		enum code code = opened;
		if (code == CODE_OK)
			code = os_files_read(run->app->files, disk->certificate, JSON_TEXT_MAX, &document,
			    &err);
		if (code == CODE_OK)
			code = app_agent_sign(run->app, agent, TRUST_OPERATOR, &run->operator_key,
			    disk->certificate, &document, path, &err);
		if (code == CODE_OK)
			continue;
		disk->issued = false;
		disk->issue_code = code;
		err_prefix(&err, "the operator's signature is missing (certwipe sign %s --as operator)",
		    disk->certificate);
		text_copy(disk->issue_line, sizeof(disk->issue_line), err.line);
	}
	os_agent_free(agent);
}

static enum code run_jobs(struct erase *erase, const struct app_erase_request *request,
    struct err *err)
{
	const struct job_watcher watcher = { on_event, on_ended, on_tick, on_stopping, erase };
	struct app *app = erase->run.app;
	enum code code = os_signals_open(&erase->signals_fd, err);
	if (code == CODE_OK)
		code = job_supervisor_new(app->host, app->clock, erase->signals_fd, &watcher,
		    &erase->supervisor, err);
	if (code == CODE_OK)
		code = claim(erase, request, err);
	if (code == CODE_OK)
		code = go(erase, err);
	if (code == CODE_OK)
		code = job_supervisor_run(erase->supervisor, &erase->run.result->stopped, err);
	if (code == CODE_OK && erase->run.has_operator)
		sign_as_operator(&erase->run);
	return code;
}

/* A reservation that no certificate filled is taken back. */
static enum code finish(struct erase *erase, enum code code, struct err *err)
{
	job_supervisor_free(erase->supervisor);
	os_fd_close(erase->signals_fd);
	for (size_t i = 0; i < erase->run.result->count; i++) {
		struct app_disk *disk = &erase->run.result->disks[i];
		if (disk->reserved.temporary[0])
			os_files_release(erase->run.app->files, &disk->reserved);
	}
	if (erase->run.chain) {
		struct err closing = { 0 };
		enum code closed = chain_close(erase->run.chain, &closing);
		if (code == CODE_OK && closed != CODE_OK) {
			*err = closing;
			code = closed;
		}
	}
	return code;
}

enum code app_erase(struct app *app, const struct app_erase_request *request,
    const struct app_face *face, struct app_erase_result *ret, struct err *err)
{
	struct erase erase = {
		.run = { .app = app, .face = face, .result = ret, .order = request->order },
		.signals_fd = -1,
	};
	if (request->operator_)
		text_copy(erase.run.operator_.principal, sizeof(erase.run.operator_.principal),
		    request->operator_);
	enum code code = app_prepare(app, request, &erase.run.procedure, ret, err);
	if (code != CODE_OK)
		return code;
	code = check_refused(&erase, request, err);
	if (code == CODE_OK)
		code = app_preflight(&erase.run, err);
	if (code == CODE_OK)
		code = face->confirm(face->self, ret->disks, ret->count, &erase.run.procedure, err);
	if (code == CODE_OK)
		code = app_reserve(&erase.run, err);
	if (code == CODE_OK)
		code = run_jobs(&erase, request, err);
	return finish(&erase, code, err);
}
