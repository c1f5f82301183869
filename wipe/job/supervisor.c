/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * supervisor: starts workers, records what they tell as evidence and in the journal, passes stops on. It
 * never opens, reads or waits for a disk, so one that hangs in the kernel holds up nobody else.
 */
#include "supervisor.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS	   250
#define SECOND_NS  UINT64_C(1000000000)
#define CLAIM_NS   (60 * SECOND_NS) /* at least: disks spin up, and other programs' pages are written */
#define DISMISS_NS (5 * SECOND_NS)

/* For one job more. */
static enum code make_room(struct job_supervisor *supervisor, struct err *err)
{
	size_t count = supervisor->count + 1;
	if (count > JOB_SUPERVISOR_MAX)
		return err_set(err, CODE_USAGE, "more than %d disks at once are too many", JOB_SUPERVISOR_MAX);
	struct session **jobs = realloc(supervisor->jobs, count * sizeof(*jobs));
	supervisor->jobs = jobs ? jobs : supervisor->jobs;
	return jobs ? CODE_OK : err_memory(err);
}

enum code job_supervisor_new(struct os_host *host, struct os_clock *clock,
    const struct job_watcher *watcher, struct job_supervisor **ret, struct err *err)
{
	struct job_supervisor *supervisor = calloc(1, sizeof(*supervisor));
	if (!supervisor)
		return err_memory(err);
	supervisor->host = host;
	supervisor->clock = clock;
	supervisor->watcher = *watcher;
	supervisor->start_reader = device_health_start;
	*ret = supervisor;
	return CODE_OK;
}

void job_supervisor_free(struct job_supervisor *supervisor)
{
	if (!supervisor)
		return;
	for (size_t i = 0; i < supervisor->count; i++)
		job_supervisor_forget(supervisor, i);
	free(supervisor->jobs);
	free(supervisor);
}

void job_supervisor_forget(struct job_supervisor *supervisor, size_t job)
{
	if (!supervisor->jobs[job])
		return;
	session_end(supervisor->jobs[job]);
	free(supervisor->jobs[job]);
	supervisor->jobs[job] = NULL;
}

/* The place of a job that was forgotten, or a new one. */
static enum code find_place(struct job_supervisor *supervisor, size_t *ret, struct err *err)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		if (!supervisor->jobs[i]) {
			*ret = i;
			return CODE_OK;
		}
	}
	enum code code = make_room(supervisor, err);
	if (code != CODE_OK)
		return code;
	*ret = supervisor->count;
	supervisor->jobs[supervisor->count++] = NULL;
	return CODE_OK;
}

enum code job_supervisor_add(struct job_supervisor *supervisor, const struct job_start *start,
    size_t *ret_job, struct err *err)
{
	size_t place = 0;
	enum code code = find_place(supervisor, &place, err);
	if (code != CODE_OK)
		return code;
	struct session *job = calloc(1, sizeof(*job));
	if (!job)
		return err_memory(err);
	code = session_start(start, supervisor->host, supervisor->clock, job, err);
	if (code != CODE_OK) {
		session_end(job);
		free(job);
		return code;
	}
	supervisor->jobs[place] = job;
	*ret_job = place;
	return CODE_OK;
}

void job_supervisor_stop(struct job_supervisor *supervisor, size_t index, bool hard)
{
	struct session *job = supervisor->jobs[index];
	if (job->state == JOB_ENDED)
		return;
	job_wire_tell(job->fd, JOB_WIRE_STOP);
	if (!hard)
		return;
	/* Without waiting for the device. What was told so far is the evidence. */
	supervisor_listen(supervisor, index);
	if (job->state == JOB_ENDED)
		return;
	os_process_kill(job->pid);
	supervisor_lose(supervisor, index, "stopped twice: the device was not waited for");
}

void job_supervisor_dismiss(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	if (job->state >= JOB_RUNNING || job->dismissed_ns)
		return;
	job_wire_tell(job->fd, JOB_WIRE_STOP);
	job->dismissed_ns = supervisor_boot_ns(supervisor);
}

/* A disk that does not answer its claim, or does not let go, must not hold up all the others. */
static void give_up(struct job_supervisor *supervisor, size_t index, uint64_t now_ns)
{
	const struct session *job = supervisor->jobs[index];
	uint64_t limit_ns = bytes_max(job->options.stall_ns, CLAIM_NS);
	char why[120];
	if (job->state < JOB_RUNNING && job->dismissed_ns && now_ns - job->dismissed_ns >= DISMISS_NS) {
		supervisor_lose(supervisor, index, "it did not let go of the disk");
		return;
	}
	if (job->state != JOB_CLAIMING || now_ns - job->begun_ns < limit_ns)
		return;
	snprintf(why, sizeof(why), "%s did not answer for %llu s while it was claimed",
	    job->device->identity.node, (unsigned long long)(limit_ns / SECOND_NS));
	supervisor_lose(supervisor, index, why);
}

/* What a quiet job needs from time to time. */
static void tend(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	struct record *record = &job->record;
	uint64_t now_ns = supervisor_boot_ns(supervisor);
	/* Its journal was borrowed until then, and may be closed. */
	if (job->state == JOB_ENDED)
		return;
	if (job->state == JOB_RUNNING)
		supervisor_watch_stall(supervisor, index, NULL);
	give_up(supervisor, index, now_ns);
	if (job->state == JOB_ENDED)
		return;
	if (!record_is_due(record, now_ns))
		return;
	struct err err = { 0 };
	bool failed = record_sync(record, now_ns, &err) != CODE_OK;
	if (failed != record->told && supervisor->watcher.behind)
		supervisor->watcher.behind(supervisor->watcher.self, index, failed ? err.line : NULL);
	record->told = failed;
	if (!failed && job->state == JOB_RUNNING)
		supervisor_answer(supervisor, job);
}

enum code job_supervisor_turn(struct job_supervisor *supervisor, const int *more, bool *ret_more,
    size_t more_count, struct err *err)
{
	int fds[OS_WAIT_MAX];
	bool ready[OS_WAIT_MAX] = { 0 };
	size_t count = supervisor->count;
	if (2 * count + more_count > OS_WAIT_MAX)
		return err_set(err, CODE_BUG, "%zu descriptors besides those of %zu jobs", more_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct session *job = supervisor->jobs[i];
		/* After its last word the worker's end closes, and that is no news. */
		fds[2 * i] = job && job->last.kind == EVENT_NONE ? job->fd : -1;
		fds[2 * i + 1] = job ? care_fd(&job->care) : -1;
	}
	for (size_t i = 0; i < more_count; i++)
		fds[2 * count + i] = more[i];
	enum code code = os_wait_readable(fds, ready, 2 * count + more_count, TICK_MS, err);
	for (size_t i = 0; i < more_count; i++)
		ret_more[i] = code == CODE_OK && ready[2 * count + i];
	for (size_t i = 0; code == CODE_OK && i < count; i++) {
		if (ready[2 * i] && supervisor->jobs[i]->state != JOB_ENDED)
			supervisor_listen(supervisor, i);
	}
	for (size_t i = 0; i < count; i++) {
		if (!supervisor->jobs[i])
			continue;
		supervisor_take_care(supervisor, i);
		tend(supervisor, i);
	}
	return code == CODE_BUSY ? CODE_OK : code;
}

enum code job_supervisor_go(struct job_supervisor *supervisor, size_t index, struct err *err)
{
	struct session *job = supervisor->jobs[index];
	if (job->state != JOB_CLAIMED || job->dismissed_ns)
		return err_set(err, CODE_BUG, "job %s is not waiting for the word to go", job->plan->id);
	/* What is about to be written must be known to whoever comes after a power loss. */
	enum code code = record_sync(&job->record, supervisor_boot_ns(supervisor), err);
	if (code != CODE_OK)
		return code;
	job->stall.moved_ns = supervisor_boot_ns(supervisor);
	job->state = JOB_RUNNING;
	job_wire_tell(job->fd, JOB_WIRE_GO);
	return CODE_OK;
}

void job_supervisor_give_up(struct job_supervisor *supervisor, const char *why)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		if (supervisor->jobs[i] && supervisor->jobs[i]->state != JOB_ENDED)
			supervisor_lose(supervisor, i, why);
	}
}

enum job_state job_supervisor_state(const struct job_supervisor *supervisor, size_t job)
{
	return supervisor->jobs[job]->state;
}

const struct evidence *job_supervisor_evidence(const struct job_supervisor *supervisor, size_t job)
{
	return &supervisor->jobs[job]->record.evidence;
}

enum code job_supervisor_refusal(const struct job_supervisor *supervisor, size_t job,
    const char **ret_line)
{
	*ret_line = supervisor->jobs[job]->refusal_line;
	return supervisor->jobs[job]->refusal;
}
