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
	if (1 + 2 * count > OS_WAIT_MAX)
		return err_set(err, CODE_USAGE, "%zu disks in one run are too many: at most %d", count,
		    (OS_WAIT_MAX - 1) / 2);
	struct session **jobs = realloc(supervisor->jobs, count * sizeof(*jobs));
	supervisor->jobs = jobs ? jobs : supervisor->jobs;
	int *fds = realloc(supervisor->fds, (1 + 2 * count) * sizeof(*fds));
	supervisor->fds = fds ? fds : supervisor->fds;
	bool *ready = realloc(supervisor->ready, (1 + 2 * count) * sizeof(*ready));
	supervisor->ready = ready ? ready : supervisor->ready;
	return jobs && fds && ready ? CODE_OK : err_memory(err);
}

enum code job_supervisor_new(struct os_host *host, struct os_clock *clock, int signals_fd,
    const struct job_watcher *watcher, const struct job_options *options,
    struct job_supervisor **ret, struct err *err)
{
	struct job_supervisor *supervisor = calloc(1, sizeof(*supervisor));
	if (!supervisor)
		return err_memory(err);
	supervisor->host = host;
	supervisor->clock = clock;
	supervisor->signals_fd = signals_fd;
	supervisor->watcher = *watcher;
	if (options)
		supervisor->options = *options;
	if (supervisor->options.stall_ns == 0)
		supervisor->options.stall_ns = JOB_STALL_NS;
	enum code code = make_room(supervisor, err);
	if (code != CODE_OK) {
		job_supervisor_free(supervisor);
		return code;
	}
	*ret = supervisor;
	return CODE_OK;
}

void job_supervisor_free(struct job_supervisor *supervisor)
{
	if (!supervisor)
		return;
	for (size_t i = 0; i < supervisor->count; i++) {
		session_end(supervisor->jobs[i]);
		free(supervisor->jobs[i]);
	}
	free(supervisor->jobs);
	free(supervisor->fds);
	free(supervisor->ready);
	free(supervisor);
}

enum code job_supervisor_add(struct job_supervisor *supervisor, const struct job_start *start,
    size_t *ret_job, struct err *err)
{
	enum code code = make_room(supervisor, err);
	if (code != CODE_OK)
		return code;
	struct session *job = calloc(1, sizeof(*job));
	if (!job)
		return err_memory(err);
	code = session_start(start, &supervisor->options, supervisor->host, supervisor->clock, job, err);
	if (code != CODE_OK) {
		session_end(job);
		free(job);
		return code;
	}
	*ret_job = supervisor->count;
	supervisor->jobs[supervisor->count++] = job;
	return CODE_OK;
}

static void stop(struct job_supervisor *supervisor, unsigned times)
{
	if (times == 0)
		return; /* a signal that asks for nothing: the terminal is gone */
	supervisor->stops += times;
	if (supervisor->watcher.stopping)
		supervisor->watcher.stopping(supervisor->watcher.self, supervisor->stops);
	for (size_t i = 0; i < supervisor->count; i++) {
		struct session *job = supervisor->jobs[i];
		if (job->state == JOB_ENDED)
			continue;
		job_wire_tell(job->fd, JOB_WIRE_STOP);
		if (supervisor->stops < 2)
			continue;
		/* Twice: without waiting for the device. What was told so far is the evidence. */
		supervisor_listen(supervisor, i);
		if (job->state == JOB_ENDED)
			continue;
		os_process_kill(job->pid);
		supervisor_lose(supervisor, i, "stopped twice: the device was not waited for");
	}
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

/* Waits a tick at most for a worker or a signal, and takes all there is. */
static enum code turn(struct job_supervisor *supervisor, struct err *err)
{
	bool *ready = supervisor->ready;
	supervisor->fds[0] = supervisor->signals_fd;
	for (size_t i = 0; i < supervisor->count; i++) {
		const struct session *job = supervisor->jobs[i];
		/* After its last word the worker's end closes, and that is no news. */
		supervisor->fds[1 + 2 * i] = job->last.kind == EVENT_NONE ? job->fd : -1;
		supervisor->fds[2 + 2 * i] = care_fd(&job->care);
	}
	enum code code =
	    os_wait_readable(supervisor->fds, ready, 1 + 2 * supervisor->count, TICK_MS, err);
	if (code == CODE_OK && ready[0])
		stop(supervisor, os_signals_take(supervisor->signals_fd));
	for (size_t i = 0; code == CODE_OK && i < supervisor->count; i++) {
		if (ready[1 + 2 * i] && supervisor->jobs[i]->state != JOB_ENDED)
			supervisor_listen(supervisor, i);
	}
	for (size_t i = 0; i < supervisor->count; i++) {
		supervisor_take_care(supervisor, i);
		tend(supervisor, i);
	}
	if (supervisor->watcher.tick)
		supervisor->watcher.tick(supervisor->watcher.self);
	return code == CODE_BUSY ? CODE_OK : code;
}

static bool any_in(const struct job_supervisor *supervisor, enum job_state from, enum job_state to)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		if (supervisor->jobs[i]->state >= from && supervisor->jobs[i]->state <= to)
			return true;
	}
	return false;
}

/* A disk that does not answer its claim must not hold up all the others. */
static void give_up_claims(struct job_supervisor *supervisor)
{
	uint64_t limit_ns = bytes_max(supervisor->options.stall_ns, CLAIM_NS);
	uint64_t now_ns = supervisor_boot_ns(supervisor);
	for (size_t i = 0; i < supervisor->count; i++) {
		const struct session *job = supervisor->jobs[i];
		char why[120];
		if (job->state != JOB_CLAIMING || now_ns - job->begun_ns < limit_ns)
			continue;
		snprintf(why, sizeof(why), "%s did not answer for %llu s while it was claimed",
		    job->device->identity.node, (unsigned long long)(limit_ns / SECOND_NS));
		supervisor_lose(supervisor, i, why);
	}
}

enum code job_supervisor_settle(struct job_supervisor *supervisor, struct err *err)
{
	enum code code = CODE_OK;
	while (code == CODE_OK && any_in(supervisor, JOB_CLAIMING, JOB_CLAIMING)) {
		code = turn(supervisor, err);
		give_up_claims(supervisor);
		if (code == CODE_OK && supervisor->stops)
			code = err_set(err, CODE_STOPPED, "stopped before anything was written");
	}
	return code;
}

enum code job_supervisor_go(struct job_supervisor *supervisor, size_t job, struct err *err)
{
	if (supervisor->jobs[job]->state != JOB_CLAIMED)
		return err_set(err, CODE_BUG, "job %s is not waiting for the word to go",
		    supervisor->jobs[job]->plan->id);
	/* What is about to be written must be known to whoever comes after a power loss. */
	enum code code = record_sync(&supervisor->jobs[job]->record, supervisor_boot_ns(supervisor), err);
	if (code != CODE_OK)
		return code;
	supervisor->jobs[job]->stall.moved_ns = supervisor_boot_ns(supervisor);
	supervisor->jobs[job]->state = JOB_RUNNING;
	job_wire_tell(supervisor->jobs[job]->fd, JOB_WIRE_GO);
	return CODE_OK;
}

void job_supervisor_dismiss(struct job_supervisor *supervisor)
{
	struct err ignored = { 0 };
	enum code code = CODE_OK;
	uint64_t begun_ns = supervisor_boot_ns(supervisor);
	for (size_t i = 0; i < supervisor->count; i++) {
		if (supervisor->jobs[i]->state < JOB_RUNNING)
			job_wire_tell(supervisor->jobs[i]->fd, JOB_WIRE_STOP);
	}
	while (code == CODE_OK && any_in(supervisor, JOB_CLAIMING, JOB_CLAIMED) &&
	    supervisor_boot_ns(supervisor) - begun_ns < DISMISS_NS)
		code = turn(supervisor, &ignored);
	for (size_t i = 0; i < supervisor->count; i++) {
		if (supervisor->jobs[i]->state < JOB_RUNNING)
			supervisor_lose(supervisor, i, "it did not let go of the disk");
	}
}

enum code job_supervisor_run(struct job_supervisor *supervisor, bool *ret_stopped, struct err *err)
{
	enum code code = CODE_OK;
	while (code == CODE_OK && any_in(supervisor, JOB_CLAIMING, JOB_RUNNING))
		code = turn(supervisor, err);
	/* Who cannot listen any more knows nothing of what is written from here on. */
	for (size_t i = 0; code != CODE_OK && i < supervisor->count; i++) {
		if (supervisor->jobs[i]->state != JOB_ENDED)
			supervisor_lose(supervisor, i, err->line);
	}
	*ret_stopped = supervisor->stops > 0;
	return code;
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
