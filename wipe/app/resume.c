/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resume: jobs that an interruption left behind. Each one's disk is found again by identity; what cannot
 * be told apart is refused. What is only missing its certificate gets it, without the disk.
 */
#include "app_private.h"
#include "job_store.h"
#include "resume_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_TRIES    3
#define LOCK_PAUSE_MS 10

struct resume {
	struct app_run run;
	const struct app_resume_request *request;
	struct device_set set;
	struct app_beginning *beginnings; /* one a disk */
	struct buf ids; /* of all jobs, or those asked for */
};

static void refuse(struct app_disk *disk, const struct err *err)
{
	disk->refused = err->code;
	text_copy(disk->refusal, sizeof(disk->refusal), err->line);
}

static enum code clear_disk(struct resume *resume, struct app_disk *disk,
    const struct job_session *session, struct app_beginning *beginning, struct err *err)
{
	struct device now = disk->clearance.device;
	const struct resume_search search = {
		.app = resume->run.office.app,
		.set = &resume->set,
		.named = resume->request->device,
		.then = &now,
		.evidence = &beginning->evidence,
		.session = beginning->same_boot ? session : NULL,
	};
	const struct device *device = NULL;
	enum code code = resume_disk_find(&search, &device, &beginning->needs_proof, err);
	if (code != CODE_OK)
		return code;
	/* What was found on it before the first write stays as it was: that is what the certificate says. */
	struct os_probe found = now.found;
	now = *device;
	now.found = found;
	code = device_clear(&now, &disk->clearance, err);
	if (code == CODE_OK)
		code = resume_disk_check(&search, device, err);
	if (code == CODE_OK)
		disk->plan.identity = now.identity;
	return code;
}

/* Is there anything of the job but its folder? Without a start in the chain nothing was ever written. */
static enum code has_begun(struct resume *resume, const char *id, bool *ret, struct err *err)
{
	char start[HASH_SHA256_HEX] = "";
	enum code code = chain_find(resume->run.office.chain, "start", id, start, err);
	*ret = start[0] != 0;
	return code;
}

/* In the chain already: published before, or now, from what is durable. Then nothing is left to do. */
static enum code finish_published(struct resume *resume, struct app_disk *disk, bool *ret_done,
    struct err *err)
{
	char sha256[HASH_SHA256_HEX] = "";
	int lock = -1;
	*ret_done = false;
	enum code code = job_store_lock(resume->run.office.app, disk->word, &lock, err);
	if (code == CODE_OK || code == CODE_MISSING)
		code = chain_find(resume->run.office.chain, "certificate", disk->word, sha256, err);
	if (code == CODE_OK && sha256[0]) {
		text_copy(disk->plan.id, sizeof(disk->plan.id), disk->word);
		disk->resumed = disk->started = disk->ended = disk->in_chain = *ret_done = true;
		disk->issue_code = app_issue(&resume->run.office, disk, NULL, err);
		disk->issued = disk->issue_code == CODE_OK;
		text_copy(disk->issue_line, sizeof(disk->issue_line), err->line);
		resume->run.face->ended(resume->run.face->self, disk);
	}
	job_store_unlock(resume->run.office.app, lock);
	return code;
}

static enum code abandon(struct resume *resume, struct app_disk *disk, struct evidence *evidence,
    struct err *err)
{
	struct os_clock *clock = resume->run.office.app->clock;
	struct event event = { .kind = EVENT_ABANDONED, .wall_s = clock->ops->wall_s(clock),
		.boot_ns = clock->ops->boot_ns(clock) };
	text_copy(event.text, sizeof(event.text),
	    resume->request->reason ? resume->request->reason : "given up by the operator");
	enum code code = evidence_fold(evidence, &event, err);
	if (code == CODE_OK)
		code = journal_append(disk->journal, &event, err);
	return code == CODE_OK ? journal_sync(disk->journal, err) : code;
}

/* What can be done without the disk: giving up, and the certificate of what has ended. */
static void issue_ended(struct resume *resume, struct app_disk *disk, struct evidence *evidence)
{
	struct err err = { 0 };
	const struct device *device = &disk->clearance.device;
	evidence_verdict(evidence, &disk->plan, device, evidence_hidden_areas(device), &disk->verdict);
	disk->outcome = disk->verdict.outcome;
	disk->ended = true;
	disk->issue_code = app_issue(&resume->run.office, disk, evidence, &err);
	disk->issued = disk->issue_code == CODE_OK;
	text_copy(disk->issue_line, sizeof(disk->issue_line), err.line);
	resume->run.face->ended(resume->run.face->self, disk);
}

static enum code load(struct resume *resume, struct app_disk *disk, struct app_beginning *beginning,
    struct job_session *ret_session, struct err *err)
{
	enum code code = app_job_load(resume->run.office.app, disk->word, disk, beginning, ret_session, err);
	if (code == CODE_OK)
		disk->resumed = disk->started = disk->in_chain = disk->waits = true;
	return code;
}

/* It has no start in the chain, so it never got the word to write: what is left of it goes. Behind the
 * door, as it may be on its way from its maker to the supervisor. */
static enum code drop_unbegun(struct resume *resume, struct app_disk *disk, struct err *err)
{
	struct app *app = resume->run.office.app;
	struct err ignored = { 0 };
	bool begun = false;
	int door = -1;
	/* Nothing of it is wanted: it does not matter what closing says. */
	if (journal_close(disk->journal, &ignored) != CODE_OK)
		ignored.code = CODE_OK;
	*disk = (struct app_disk){ .word = disk->word };
	enum code code = job_store_lock_door(app, &door, err);
	if (code == CODE_OK)
		code = app_job_unmake(&resume->run.office, disk->word, &begun, err);
	job_store_unlock(app, door);
	if (code == CODE_OK && begun)
		code = err_set(err, CODE_BUSY, "it has just begun");
	resume->run.result->unbegun += code == CODE_OK;
	return code == CODE_OK ? err_set(err, CODE_MISSING, "it never began") : code;
}

/* Opened and locked, with a start in the chain; CODE_MISSING for one that never began. */
static enum code take(struct resume *resume, struct app_disk *disk, struct app_beginning *beginning,
    struct job_session *ret_session, struct err *err)
{
	bool begun = false;
	struct err late = { 0 };
	enum code code = load(resume, disk, beginning, ret_session, err);
	if (code != CODE_OK && code != CODE_MISSING)
		return code;
	/* Asked only now: before the lock somebody else may have begun it, and died. */
	enum code asked = has_begun(resume, disk->word, &begun, &late);
	if (asked == CODE_OK && begun)
		return code;
	/* The word to write is only given to what the chain has: then this chain is not that one. */
	if (asked == CODE_OK && code == CODE_OK && app_job_has_written(&beginning->evidence))
		return app_job_other_chain(resume->run.office.app, err);
	if (asked == CODE_OK)
		return drop_unbegun(resume, disk, err);
	*err = late;
	return asked;
}

/* Whatever is wrong with this one is a refusal: the others go on. */
static void open_job(struct resume *resume, struct app_disk *disk, struct app_beginning *beginning)
{
	struct err err = { 0 };
	struct job_session session = { 0 };
	bool done = false;
	enum code code = finish_published(resume, disk, &done, &err);
	if (code == CODE_OK && !done)
		code = take(resume, disk, beginning, &session, &err);
	if (code == CODE_OK && !done && resume->request->abandon)
		code = abandon(resume, disk, &beginning->evidence, &err);
	if (code == CODE_OK && !done && !evidence_can_resume(&beginning->evidence)) {
		disk->waits = false;
		issue_ended(resume, disk, &beginning->evidence);
		done = true;
	}
	if (code == CODE_OK && !done)
		code = job_store_check_keys(resume->run.office.app, &disk->plan, &beginning->evidence, &err);
	if (code == CODE_OK && !done)
		code = clear_disk(resume, disk, &session, beginning, &err);
	if (code != CODE_OK)
		refuse(disk, &err);
}

/* ---- all of them --------------------------------------------------------------------------------------- */

static enum code list_ids(struct resume *resume, struct err *err)
{
	const struct app_resume_request *request = resume->request;
	BUF_AUTO all = { 0 };
	enum code code = job_store_list(resume->run.office.app, &all, err);
	if (code != CODE_OK)
		return code;
	if (request->count == 0) {
		buf_append(&resume->ids, all.data, all.len);
		return buf_check(&resume->ids, err);
	}
	for (size_t i = 0; i < request->count; i++) {
		const char *id = request->ids[i];
		bool found = false;
		for (size_t at = 0; at < all.len; at += ID_TEXT)
			found |= strcmp((const char *)all.data + at, id) == 0;
		for (size_t at = 0; at < resume->ids.len; at += ID_TEXT)
			found &= strcmp((const char *)resume->ids.data + at, id) != 0;
		if (!found)
			return err_set(err, CODE_MISSING, "no unfinished job %s here, or named twice (certwipe resume "
			    "--list)", id);
		buf_append(&resume->ids, id, ID_TEXT);
	}
	return buf_check(&resume->ids, err);
}

/* Who only looks has a job locked for an instant; who works on it, for hours. */
static void open_patiently(struct resume *resume, struct app_disk *disk,
    struct app_beginning *beginning)
{
	const char *word = disk->word;
	for (unsigned tries = 0; tries < LOCK_TRIES; tries++) {
		struct err ignored = { 0 };
		*disk = (struct app_disk){ .word = word };
		open_job(resume, disk, beginning);
		if (disk->refused != CODE_BUSY || disk->journal)
			return;
		if (os_wait_readable(NULL, NULL, 0, LOCK_PAUSE_MS, &ignored) != CODE_BUSY)
			return;
	}
}

static enum code open_jobs(struct resume *resume, struct err *err)
{
	struct app_erase_result *result = resume->run.result;
	size_t count = resume->ids.len / ID_TEXT;
	result->disks = calloc(count + 1, sizeof(*result->disks));
	resume->beginnings = calloc(count + 1, sizeof(*resume->beginnings));
	/* Words are borrowed by the result, which outlives this: it takes them over. */
	result->words = calloc(count + 1, ID_TEXT);
	if (!result->disks || !resume->beginnings || !result->words)
		return err_memory(err);
	if (count)
		memcpy(result->words, resume->ids.data, count * ID_TEXT);
	for (size_t i = 0; i < count; i++) {
		struct app_disk *disk = &result->disks[result->count];
		disk->word = result->words + i * ID_TEXT;
		/* Of all jobs those that run elsewhere just do not wait for us. */
		size_t unbegun = result->unbegun;
		open_patiently(resume, disk, &resume->beginnings[result->count]);
		bool elsewhere = resume->request->count == 0 && disk->refused == CODE_BUSY && !disk->journal;
		result->elsewhere += elsewhere;
		if (elsewhere || result->unbegun > unbegun) {
			evidence_free(&resume->beginnings[result->count].evidence);
			resume->beginnings[result->count] = (struct app_beginning){ 0 };
			*disk = (struct app_disk){ 0 };
		} else {
			result->count++;
		}
	}
	return CODE_OK;
}

/* Those that go on with their disk; the others have ended, or are refused. */
static enum code run(struct resume *resume, struct err *err)
{
	struct app_erase_result *result = resume->run.result;
	size_t left = 0;
	int door = -1;
	for (size_t i = 0; i < result->count; i++) {
		struct app_disk *disk = &result->disks[i];
		struct err late = { 0 };
		result->any_refused |= disk->refused != CODE_OK;
		if (disk->refused != CODE_OK || disk->ended)
			continue;
		/* From here on it is the supervisor's, keys and all. Nothing was added that could be lost. */
		if (journal_close(disk->journal, &late) != CODE_OK)
			late.code = CODE_OK;
		disk->journal = NULL;
		plan_forget_keys(&disk->plan);
		left++;
	}
	if (left == 0)
		return CODE_OK;
	enum code code = app_follow(&resume->run, &door, err);
	for (size_t i = 0; i < result->count; i++)
		result->any_refused |= result->disks[i].refused != CODE_OK;
	return code;
}

enum code app_resume(struct app *app, const struct app_resume_request *request,
    const struct app_face *face, struct app_erase_result *ret, struct err *err)
{
	struct resume resume = {
		.run = { .office = { .app = app }, .face = face, .result = ret,
		    .restraint = request->restraint, .keep_going = true,
		    .detach = request->detach },
		.request = request,
	};
	*ret = (struct app_erase_result){ 0 };
	enum code code = list_ids(&resume, err);
	if (code == CODE_OK && request->device && resume.ids.len != ID_TEXT)
		code = err_set(err, CODE_USAGE, "--device goes with one job: name it");
	if (code == CODE_OK)
		code = app_preflight(&resume.run, err);
	if (code == CODE_OK)
		code = app_scan(app, NULL, &resume.set, err);
	if (code == CODE_OK)
		code = open_jobs(&resume, err);
	resume.run.beginnings = resume.beginnings;
	if (code == CODE_OK)
		code = run(&resume, err);
	code = app_run_finish(&resume.run, code, err);
	for (size_t i = 0; resume.beginnings && i < ret->count; i++)
		evidence_free(&resume.beginnings[i].evidence);
	free(resume.beginnings);
	device_set_free(&resume.set);
	buf_free(&resume.ids);
	return code;
}
