/* SPDX-License-Identifier: GPL-3.0-or-later */
/* erase: new jobs, and the guard before the first write. */
#include "app_private.h"
#include "job_store.h"

#include <string.h>

/* The definition's bytes, for the journal: the file may be another one when the job is resumed. */
static enum code read_definition(struct app *app, const struct procedure *procedure, struct buf *ret,
    struct err *err)
{
	char sha256[HASH_SHA256_HEX];
	enum code code = os_files_read(app->files, procedure->source, INI_FILE_MAX, ret, err);
	if (code == CODE_OK &&
	    strcmp(hash_sha256_hex(ret->data, ret->len, sha256), procedure->sha256) != 0)
		code = err_set(err, CODE_CONFIG, "%s: changed while it was read", procedure->source);
	return code;
}

static enum code make_job(struct app_run *run, struct app_disk *disk, struct job_document *document,
    struct err *err)
{
	struct app *app = run->office.app;
	disk->procedure = run->procedure;
	disk->order = run->order;
	disk->operator_ = run->operator_;
	disk->has_operator = run->has_operator;
	document->plan = disk->plan;
	document->device = disk->clearance.device;
	document->procedure = run->procedure;
	document->order = run->order;
	document->has_operator = run->has_operator;
	document->operator_ = run->operator_;
	document->wall_created_s = app->clock->ops->wall_s(app->clock);
	text_copy(document->boot_id, sizeof(document->boot_id), app->machine.boot_id);
	enum code code = job_store_create(app, document, &disk->plan, &disk->journal, err);
	plan_forget(&document->plan);
	if (code != CODE_OK)
		return code;
	/* From here on it is the supervisor's, keys and all. */
	code = journal_close(disk->journal, err);
	disk->journal = NULL;
	plan_forget_keys(&disk->plan);
	return code;
}

/* They are durable before their supervisor is asked to take them. */
static enum code make_jobs(struct app_run *run, struct err *err)
{
	struct job_document document = { 0 };
	enum code code = read_definition(run->office.app, &run->procedure, &document.procedure_text, err);
	for (size_t i = 0; code == CODE_OK && i < run->result->count; i++) {
		if (run->result->disks[i].refused == CODE_OK)
			code = make_job(run, &run->result->disks[i], &document, err);
	}
	job_document_free(&document);
	return code;
}

/* What nobody took is no job: the door is still locked then. One that has begun all the same waits. */
static void unmake_jobs(struct app_run *run)
{
	for (size_t i = 0; i < run->result->count; i++) {
		struct err ignored = { 0 };
		struct app_disk *disk = &run->result->disks[i];
		bool begun = false;
		if (disk->refused != CODE_OK || !disk->plan.id[0] || disk->ended)
			continue;
		/* What cannot be removed is found by `resume`, which sees that it never began. */
		if (app_job_unmake(&run->office, disk->plan.id, &begun, &ignored) != CODE_OK)
			ignored.code = CODE_OK;
		disk->started = disk->waits = disk->ended = begun;
	}
}

static enum code make_and_follow(struct app_run *run, struct err *err)
{
	int door = -1;
	enum code code = job_store_lock_door(run->office.app, &door, err);
	if (code != CODE_OK)
		return code;
	/* Again, and behind the door: the prompt may have waited for hours, and another wipe of the disk may
	 * have been cut short meanwhile. */
	code = app_jobs_refuse(run->office.app, run->result, err);
	if (code == CODE_OK)
		code = app_run_check_refused(run, err);
	if (code == CODE_OK)
		code = make_jobs(run, err);
	if (code == CODE_OK)
		code = app_follow(run, &door, err);
	if (door >= 0)
		unmake_jobs(run);
	job_store_unlock(run->office.app, door);
	return code;
}

enum code app_erase(struct app *app, const struct app_erase_request *request,
    const struct app_face *face, struct app_erase_result *ret, struct err *err)
{
	struct app_run run = { .office = { .app = app }, .face = face, .result = ret,
		.order = request->order, .restraint = request->restraint,
		.keep_going = request->keep_going, .detach = request->detach };
	if (request->operator_)
		text_copy(run.operator_.principal, sizeof(run.operator_.principal), request->operator_);
	enum code code = app_prepare(app, request, &run.procedure, ret, err);
	if (code != CODE_OK)
		return code;
	code = app_jobs_refuse(app, ret, err);
	if (code == CODE_OK)
		code = app_run_check_refused(&run, err);
	if (code == CODE_OK)
		code = app_preflight(&run, err);
	if (code == CODE_OK)
		code = face->confirm(face->self, ret->disks, ret->count, &run.procedure, err);
	if (code == CODE_OK)
		code = make_and_follow(&run, err);
	return app_run_finish(&run, code, err);
}
