/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keeper job: loaded, claimed, watched, issued, let go of. */
#include "keeper_job.h"

#include "job_store.h"

#include <stdlib.h>
#include <string.h>

#define LOCK_TRIES    5
#define LOCK_PAUSE_MS 20

void keeper_job_changed(struct keeper *keeper, struct keeper_job *job, bool at_once)
{
	job->changed = ++keeper->changes;
	if (at_once)
		job->at_once = job->changed;
}

void keeper_job_free(struct keeper_job *job)
{
	if (!job)
		return;
	plan_forget(&job->disk.plan);
	evidence_free(&job->beginning.evidence);
	free(job);
}

/* ---- in ---------------------------------------------------------------------------------------------------- */

/* Is the disk that was found the job's? Whoever asks has looked, but it is here that the word is given. */
static enum code check_device(const struct message_job *ask, const struct app_disk *disk,
    const struct job_session *session, struct app_beginning *beginning, struct err *err)
{
	const struct identity *now = &ask->device.identity, *then = &disk->plan.identity;
	enum device_match match = device_match(now, then);
	bool still_there = beginning->same_boot && session->diskseq != 0 &&
	    now->diskseq == session->diskseq && now->major == session->major && now->minor == session->minor;
	if (match == DEVICE_OTHER || now->size != then->size)
		return err_set(err, CODE_REFUSED, "%s is not the disk of job %s", now->node, ask->id);
	/* A new job's was looked at a moment ago. */
	if (!disk->resumed && (now->diskseq != then->diskseq || now->major != then->major ||
	    now->minor != then->minor))
		return err_set(err, CODE_REFUSED, "%s is not the disk that job %s was made for", now->node, ask->id);
	beginning->needs_proof = ask->needs_proof ||
	    (disk->resumed && match == DEVICE_UNSURE && !still_there);
	return CODE_OK;
}

/* Whoever only looks has a job locked for an instant. */
static enum code take_patiently(struct keeper *keeper, const char *id, struct keeper_job *job,
    struct job_session *ret_session, struct err *err)
{
	struct err ignored = { 0 };
	enum code code = CODE_BUSY;
	/* Once it is open, the lock is ours, and it is the chain that is busy. */
	for (unsigned i = 0; code == CODE_BUSY && !job->disk.journal && i < LOCK_TRIES; i++) {
		if (i > 0 && os_wait_readable(NULL, NULL, 0, LOCK_PAUSE_MS, &ignored) != CODE_BUSY)
			break;
		code = app_job_take(&keeper->office, id, &job->disk, &job->beginning, ret_session, err);
	}
	return code;
}

static enum code open_disk(struct keeper *keeper, const struct message_job *ask, struct keeper_job *job,
    struct err *err)
{
	struct app_disk *disk = &job->disk;
	struct job_session session = { 0 };
	enum code code = take_patiently(keeper, ask->id, job, &session, err);
	if (code == CODE_OK)
		code = check_device(ask, disk, &session, &job->beginning, err);
	if (code != CODE_OK)
		return code;
	/* What was found on it before the first write stays as it was: that is what the certificate says. Who
	 * uses the disk was asked when it was cleared, and is asked again by the worker, once it holds the disk:
	 * it writes to none that is in use now. */
	struct device device = disk->clearance.device;
	device_document_take(&ask->device, &device);
	disk->plan.identity = device.identity;
	if (disk->resumed && !evidence_can_resume(&job->beginning.evidence))
		return err_set(err, CODE_REFUSED, "it has ended, and only its certificate is missing");
	if (disk->resumed)
		code = job_store_check_keys(keeper->office.app, &disk->plan, &job->beginning.evidence, err);
	return code == CODE_OK ? device_clear(&device, &disk->clearance, err) : code;
}

enum code keeper_job_load(struct keeper *keeper, const struct message_job *ask, struct keeper_job **ret,
    struct err *err)
{
	struct keeper_job *job = calloc(1, sizeof(*job));
	struct err why = { 0 };
	if (!job)
		return err_memory(err);
	text_copy(job->disk.plan.id, sizeof(job->disk.plan.id), ask->id);
	for (size_t i = 0; i < keeper->count; i++)
		job->is_double |= !keeper->jobs[i]->over && strcmp(keeper->jobs[i]->view.id, ask->id) == 0;
	enum code code = open_disk(keeper, ask, job, &why);
	view_begin(&job->disk, job->beginning.wall_created_s, &job->view);
	job->view.identity = ask->device.identity;
	if (code != CODE_OK) {
		job->disk.refused = code;
		text_copy(job->disk.refusal, sizeof(job->disk.refusal), why.line);
		view_end(&job->view, &job->disk);
	}
	keeper_job_changed(keeper, job, true);
	*ret = job;
	return CODE_OK;
}

enum code keeper_job_claim(struct keeper *keeper, struct keeper_job *job,
    const struct app_restraint *restraint, struct err *err)
{
	struct app *app = keeper->office.app;
	struct app_disk *disk = &job->disk;
	const struct job_options options = {
		.stall_ns = app->config.stall_s * UINT64_C(1000000000),
		.temperature_max_c = app->config.temperature_max_c,
		.rate = restraint->rate,
		.io_class = restraint->io_class,
	};
	const struct job_start start = {
		.plan = &disk->plan,
		.clearance = &disk->clearance,
		.journal = disk->journal,
		.evidence = disk->resumed ? &job->beginning.evidence : NULL,
		.same_boot = job->beginning.same_boot,
		.boot_id = app->machine.boot_id,
		.needs_proof = job->beginning.needs_proof,
		.kernel = keeper->office.kernel,
		.options = &options,
	};
	if (disk->refused != CODE_OK)
		return CODE_OK;
	enum code code = app_reserve(app, disk, err);
	if (code == CODE_OK)
		code = job_supervisor_add(keeper->supervisor, &start, &disk->job, err);
	disk->has_job = code == CODE_OK;
	return code;
}

void keeper_job_refused(struct keeper *keeper, struct keeper_job *job)
{
	struct app_disk *disk = &job->disk;
	const char *line = "";
	if (!disk->has_job || disk->refused != CODE_OK)
		return;
	enum code why = job_supervisor_refusal(keeper->supervisor, disk->job, &line);
	/* One that was told to let go has no line of its own: nothing is wrong with it. */
	if (!line[0])
		return;
	disk->refused = why ? why : CODE_REFUSED;
	text_copy(disk->refusal, sizeof(disk->refusal), line);
	view_end(&job->view, disk);
	keeper_job_changed(keeper, job, true);
}

enum code keeper_job_go(struct keeper *keeper, struct keeper_job *job, struct err *err)
{
	job->disk.started = true;
	enum code code = job_supervisor_go(keeper->supervisor, job->disk.job, err);
	if (code != CODE_OK) {
		job->disk.started = job->disk.resumed;
		return code;
	}
	job->view.state = APP_VIEW_RUNNING;
	keeper_job_changed(keeper, job, true);
	return CODE_OK;
}

/* ---- watched ----------------------------------------------------------------------------------------------- */

static struct keeper_job *job_of(struct keeper *keeper, size_t index)
{
	for (size_t i = 0; i < keeper->count; i++) {
		struct keeper_job *job = keeper->jobs[i];
		if (!job->over && job->disk.has_job && job->disk.job == index)
			return job;
	}
	return NULL;
}

static void say(struct keeper *keeper, struct keeper_job *job, const char *line)
{
	text_copy(job->view.line, sizeof(job->view.line), line);
	keeper_job_changed(keeper, job, true);
}

/* Keys that nothing needs any more leave the machine: once the next pass is durable somewhere, as until
 * then the content of the one before is what the disk would be recognised by. */
static void forget_keys(struct keeper *keeper, struct keeper_job *job, const struct event *event)
{
	struct err err = { 0 };
	if (event->kind != EVENT_DURABLE || event->offset == 0 || journal_is_behind(job->disk.journal) ||
	    !plan_forget_passed(&job->disk.plan, event->step))
		return;
	if (job_store_put_keys(keeper->office.app, &job->disk.plan, &err) != CODE_OK)
		say(keeper, job, err.line);
}

static void on_event(void *self, size_t index, const struct event *event)
{
	struct keeper *keeper = self;
	struct keeper_job *job = job_of(keeper, index);
	if (!job)
		return;
	forget_keys(keeper, job, event);
	/* A drive may be too warm before it gets the word: then it rests from its first write on. */
	if (job->disk.started || event->kind == EVENT_PAUSED)
		keeper_job_changed(keeper, job,
		    view_event(&job->view, &job->rate, &job->disk.plan, event));
}

static void on_health(void *self, size_t index, const struct device_health *health)
{
	struct keeper *keeper = self;
	struct keeper_job *job = job_of(keeper, index);
	if (!job)
		return;
	job->view.temperature_c = health->known ? health->temperature_c : DEVICE_HEALTH_NO_TEMPERATURE;
	keeper_job_changed(keeper, job, false);
}

static void on_behind(void *self, size_t index, const char *line)
{
	struct keeper *keeper = self;
	struct keeper_job *job = job_of(keeper, index);
	if (job)
		say(keeper, job, line ? line : "");
}

static void issue(struct keeper *keeper, struct keeper_job *job, const struct evidence *evidence)
{
	struct app_disk *disk = &job->disk;
	struct err err = { 0 };
	disk->issue_code = app_issue(&keeper->office, disk, evidence, &err);
	disk->issued = disk->issue_code == CODE_OK;
	text_copy(disk->issue_line, sizeof(disk->issue_line), err.line);
}

static void on_ended(void *self, size_t index)
{
	struct keeper *keeper = self;
	struct keeper_job *job = job_of(keeper, index);
	if (!job)
		return;
	const struct evidence *evidence = job_supervisor_evidence(keeper->supervisor, index);
	struct app_disk *disk = &job->disk;
	const struct device *device = &disk->clearance.device;
	disk->ended = true;
	disk->waits = evidence_can_resume(evidence);
	text_copy(disk->reason, sizeof(disk->reason), evidence->reason);
	evidence_verdict(evidence, &disk->plan, device, evidence_hidden_areas(device), &disk->verdict);
	disk->outcome = disk->verdict.outcome;
	if (!disk->waits)
		issue(keeper, job, evidence);
	view_end(&job->view, disk);
	keeper_job_changed(keeper, job, true);
}

struct job_watcher keeper_watcher(struct keeper *keeper)
{
	return (struct job_watcher){ .event = on_event, .ended = on_ended, .health = on_health,
		.behind = on_behind, .self = keeper };
}

/* ---- out --------------------------------------------------------------------------------------------------- */

void keeper_job_issue(struct keeper *keeper, struct keeper_job *job)
{
	struct app_disk *disk = &job->disk;
	struct err ignored = { 0 };
	if (!disk->has_job || !disk->ended || disk->issued)
		return;
	/* Nobody tends the journal of a session that is over. What fails is said when it is closed. */
	if (disk->waits) {
		if (journal_sync(disk->journal, &ignored) != CODE_OK)
			ignored.code = CODE_OK;
		return;
	}
	issue(keeper, job, job_supervisor_evidence(keeper->supervisor, disk->job));
	view_end(&job->view, disk);
	keeper_job_changed(keeper, job, disk->issued);
}

static void close_journal(struct keeper *keeper, struct keeper_job *job)
{
	struct app_disk *disk = &job->disk;
	struct err err = { 0 };
	if (disk->reserved.temporary[0])
		os_files_release(keeper->office.app->files, &disk->reserved);
	/* What is not durable by now was said when that failed: the job waits, from what is. */
	if (journal_close(disk->journal, &err) != CODE_OK && !disk->reason[0])
		text_copy(disk->reason, sizeof(disk->reason), err.line);
	disk->journal = NULL;
}

void keeper_job_return(struct keeper *keeper, struct keeper_job *job)
{
	if (job->disk.has_job)
		job_supervisor_forget(keeper->supervisor, job->disk.job);
	job->disk.has_job = false;
	close_journal(keeper, job);
}

void keeper_job_let_go(struct keeper *keeper, struct keeper_job *job)
{
	struct app_disk *disk = &job->disk;
	struct err err = { 0 };
	bool had_journal = disk->journal != NULL;
	if (job->over)
		return;
	close_journal(keeper, job);
	/* A job that never got the word to write, and is in no chain, never was. The chain is asked, as its line
	 * may have become durable although that was not heard. */
	if (had_journal && !disk->resumed && !disk->in_chain) {
		bool begun = false;
		if (disk->refused == CODE_OK) {
			disk->refused = CODE_STOPPED;
			text_copy(disk->refusal, sizeof(disk->refusal), "nothing was written to it");
		}
		if (app_job_unmake(&keeper->office, disk->plan.id, &begun, &err) != CODE_OK)
			text_copy(disk->refusal, sizeof(disk->refusal), err.line);
		disk->in_chain = begun;
	}
	disk->waits |= had_journal && (disk->in_chain || disk->resumed) && !disk->ended;
	view_end(&job->view, disk);
	keeper_job_changed(keeper, job, true);
	if (disk->has_job)
		job_supervisor_forget(keeper->supervisor, disk->job);
	disk->has_job = false;
	plan_forget(&disk->plan);
	job->over = true;
}
