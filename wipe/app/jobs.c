/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jobs: which jobs are unfinished, how far are they, and is a disk one of theirs? Only looks. */
#include "app_private.h"
#include "job_store.h"

#include <stdlib.h>
#include <string.h>

/* One job as it is on file; document and evidence are the caller's to free when CODE_OK. */
static enum code look(struct app *app, const char *id, struct job_document *document,
    struct evidence *evidence, struct job_session *session, struct err *err)
{
	return job_store_open(app, id, document, evidence, session, NULL, err);
}

static bool is_disk_of(const struct app *app, const struct identity *now,
    const struct identity *then, const struct job_session *session)
{
	enum device_match match = device_match(now, then);
	bool same_boot = strcmp(session->boot_id, app->machine.boot_id) == 0;
	return match == DEVICE_SAME || (match == DEVICE_UNSURE && same_boot && session->diskseq != 0 &&
	    session->diskseq == now->diskseq && session->major == now->major &&
	    session->minor == now->minor);
}

static void describe(const struct job_document *document, const struct evidence *evidence,
    struct app_job *job)
{
	uint32_t step = 0;
	evidence_resume_point(evidence, &step, &job->offset);
	job->step = step;
	job->step_count = document->plan.step_count;
	job->done = !evidence_can_resume(evidence);
	job->paused = evidence->paused && evidence->ending == EVIDENCE_RUNNING;
	job->identity = document->plan.identity;
	text_copy(job->procedure, sizeof(job->procedure), document->procedure.id);
	job->wall_created_s = document->wall_created_s;
	job->wall_last_s = evidence->wall_end_s ? evidence->wall_end_s : document->wall_created_s;
	text_copy(job->reason, sizeof(job->reason), evidence->reason);
}

static enum code list_one(struct app *app, const struct device_set *set, const char *id,
    struct app_job *job, struct err *err)
{
	struct job_document *document = calloc(1, sizeof(*document));
	struct evidence *evidence = calloc(1, sizeof(*evidence));
	struct job_session session = { 0 };
	struct err why = { 0 };
	enum code code = CODE_OK;
	if (!document || !evidence) {
		code = err_memory(err);
	} else {
		text_copy(job->id, sizeof(job->id), id);
		job->code = look(app, id, document, evidence, &session, &why);
		text_copy(job->line, sizeof(job->line), why.line);
	}
	if (code == CODE_OK && job->code == CODE_OK) {
		describe(document, evidence, job);
		for (size_t i = 0; i < set->count; i++) {
			const struct identity *now = &set->items[i].identity;
			if (is_disk_of(app, now, &document->plan.identity, &session))
				text_copy(job->node, sizeof(job->node), now->node);
		}
		job_document_free(document);
		evidence_free(evidence);
		if (job_store_is_locked(app, id))
			job->code = CODE_BUSY;
		job->paused &= job->code == CODE_BUSY;
	}
	free(document);
	free(evidence);
	return code;
}

enum code app_jobs_list(struct app *app, struct app_jobs *ret, struct err *err)
{
	BUF_AUTO ids = { 0 };
	struct device_set set = { 0 };
	struct app_jobs jobs = { 0 };
	enum code code = job_store_list(app, &ids, err);
	if (code == CODE_OK)
		code = app_scan(app, NULL, &set, err);
	if (code == CODE_OK && !(jobs.items = calloc(ids.len / ID_TEXT + 1, sizeof(*jobs.items))))
		code = err_memory(err);
	for (size_t at = 0; code == CODE_OK && at < ids.len; at += ID_TEXT)
		code = list_one(app, &set, (const char *)ids.data + at, &jobs.items[jobs.count++], err);
	device_set_free(&set);
	if (code == CODE_OK)
		*ret = jobs;
	else
		app_jobs_free(&jobs);
	return code;
}

void app_jobs_free(struct app_jobs *jobs)
{
	free(jobs->items);
	*jobs = (struct app_jobs){ 0 };
}

static void refuse_disks_of(struct app *app, const char *id, const struct identity *then,
    const struct job_session *session, struct app_erase_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		struct app_disk *disk = &result->disks[i];
		struct err err = { 0 };
		if (disk->refused != CODE_OK ||
		    !is_disk_of(app, &disk->clearance.device.identity, then, session))
			continue;
		disk->refused = err_set(&err, CODE_REFUSED,
		    "the unfinished job %s waits for this disk: 'certwipe resume %s', or give it up with "
		    "'certwipe resume --abandon %s'", id, id, id);
		text_copy(disk->refusal, sizeof(disk->refusal), err.line);
	}
}

enum code app_jobs_refuse(struct app *app, struct app_erase_result *result, struct err *err)
{
	BUF_AUTO ids = { 0 };
	enum code code = job_store_list(app, &ids, err);
	struct job_document *document = calloc(1, sizeof(*document));
	struct evidence *evidence = calloc(1, sizeof(*evidence));
	if (code == CODE_OK && (!document || !evidence))
		code = err_memory(err);
	for (size_t at = 0; code == CODE_OK && at < ids.len; at += ID_TEXT) {
		const char *id = (const char *)ids.data + at;
		struct job_session session = { 0 };
		struct err ignored = { 0 };
		/* One that cannot be read names no disk; `resume --list` says what is wrong with it. */
		if (look(app, id, document, evidence, &session, &ignored) != CODE_OK)
			continue;
		refuse_disks_of(app, id, &document->plan.identity, &session, result);
		job_document_free(document);
		evidence_free(evidence);
	}
	free(document);
	free(evidence);
	return code;
}
