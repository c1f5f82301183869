/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * supervisor: starts workers, folds what they tell into evidence, passes stops on. It never opens,
 * reads or waits for a disk, so one that hangs in the kernel holds up nobody else.
 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define TICK_MS 250

struct job {
	enum job_state state;
	const struct plan *plan;
	struct evidence evidence;
	pid_t pid;
	int fd;
	bool said_all; /* EVENT_ENDED came */
	enum code refusal;
	char refusal_line[sizeof(((struct err *)0)->line)];
};

struct job_supervisor {
	struct os_host *host;
	struct os_clock *clock;
	int signals_fd;
	struct job_watcher watcher;
	struct job **jobs; /* pointers: watchers keep what they borrowed when the array grows */
	size_t count;
	/* What is waited for: the signals, then each job. They grow with the jobs, so that no memory is
	 * needed while disks are written. */
	int *fds;
	bool *ready;
	unsigned stops;
};

/* For one job more. */
static enum code make_room(struct job_supervisor *supervisor, struct err *err)
{
	size_t count = supervisor->count + 1;
	if (count + 1 > OS_WAIT_MAX)
		return err_set(err, CODE_USAGE, "%zu disks in one run are too many: at most %d", count,
		    OS_WAIT_MAX - 1);
	struct job **jobs = realloc(supervisor->jobs, count * sizeof(*jobs));
	supervisor->jobs = jobs ? jobs : supervisor->jobs;
	int *fds = realloc(supervisor->fds, (count + 1) * sizeof(*fds));
	supervisor->fds = fds ? fds : supervisor->fds;
	bool *ready = realloc(supervisor->ready, (count + 1) * sizeof(*ready));
	supervisor->ready = ready ? ready : supervisor->ready;
	return jobs && fds && ready ? CODE_OK : err_memory(err);
}

enum code job_supervisor_new(struct os_host *host, struct os_clock *clock, int signals_fd,
    const struct job_watcher *watcher, struct job_supervisor **ret, struct err *err)
{
	struct job_supervisor *supervisor = calloc(1, sizeof(*supervisor));
	if (!supervisor)
		return err_memory(err);
	supervisor->host = host;
	supervisor->clock = clock;
	supervisor->signals_fd = signals_fd;
	supervisor->watcher = *watcher;
	enum code code = make_room(supervisor, err);
	if (code != CODE_OK) {
		job_supervisor_free(supervisor);
		return code;
	}
	*ret = supervisor;
	return CODE_OK;
}

static void collect(struct job *job)
{
	if (job->fd < 0)
		return;
	os_fd_close(job->fd);
	job->fd = -1;
	int status = 0;
	struct err ignored = { 0 };
	/* After its last word a worker only leaves. One without it may hang in the kernel and cannot be
	 * waited for: it is killed and left to init. */
	if (os_process_reap(job->pid, job->said_all, &status, &ignored) == CODE_BUSY)
		os_process_kill(job->pid);
}

void job_supervisor_free(struct job_supervisor *supervisor)
{
	if (!supervisor)
		return;
	for (size_t i = 0; i < supervisor->count; i++) {
		collect(supervisor->jobs[i]);
		evidence_free(&supervisor->jobs[i]->evidence);
		free(supervisor->jobs[i]);
	}
	free(supervisor->jobs);
	free(supervisor->fds);
	free(supervisor->ready);
	free(supervisor);
}

enum code job_supervisor_add(struct job_supervisor *supervisor, const struct plan *plan,
    const struct clearance *clearance, size_t *ret_job, struct err *err)
{
	enum code code = make_room(supervisor, err);
	if (code != CODE_OK)
		return code;
	struct job *job = calloc(1, sizeof(*job));
	if (!job)
		return err_memory(err);
	const struct job_task task = { plan, clearance, supervisor->host, supervisor->clock };
	code = job_wire_spawn(&task, &job->pid, &job->fd, err);
	if (code != CODE_OK) {
		free(job);
		return code;
	}
	job->plan = plan;
	job->state = JOB_CLAIMING;
	evidence_start(plan, &job->evidence);
	*ret_job = supervisor->count;
	supervisor->jobs[supervisor->count++] = job;
	return CODE_OK;
}

static void end(struct job_supervisor *supervisor, size_t index)
{
	struct job *job = supervisor->jobs[index];
	bool had_word = job->state == JOB_RUNNING;
	job->state = JOB_ENDED;
	collect(job);
	if (had_word && supervisor->watcher.ended)
		supervisor->watcher.ended(supervisor->watcher.self, index);
}

/* The job ended without the worker's word, which is the better one if it came. */
static void conclude(struct job_supervisor *supervisor, struct job *job, enum event_kind kind,
    const char *why)
{
	struct event event = {
		.kind = kind,
		.wall_s = supervisor->clock->ops->wall_s(supervisor->clock),
		.boot_ns = supervisor->clock->ops->boot_ns(supervisor->clock),
		.extra = kind == EVENT_FAILED ? CODE_IO : 0,
	};
	struct err ignored = { 0 };
	text_copy(event.text, sizeof(event.text), why);
	/* Refused after the last word: then that stands. */
	if (evidence_fold(&job->evidence, &event, &ignored) != CODE_OK)
		return;
}

/* The worker's process is gone, or what it says makes no sense: its evidence ends here. */
static void lose(struct job_supervisor *supervisor, size_t index, const char *why)
{
	struct job *job = supervisor->jobs[index];
	if (job->state == JOB_CLAIMING || job->state == JOB_CLAIMED) {
		job->refusal = CODE_IO;
		text_copy(job->refusal_line, sizeof(job->refusal_line), why);
	}
	conclude(supervisor, job, EVENT_FAILED, why);
	end(supervisor, index);
}

static void take_event(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct job *job = supervisor->jobs[index];
	struct err err = { 0 };
	if (event->kind == EVENT_CLAIMED)
		job->state = JOB_CLAIMED;
	if (event->kind == EVENT_FAILED && job->state == JOB_CLAIMING) {
		job->refusal = event->extra ? (enum code)event->extra : CODE_REFUSED;
		text_copy(job->refusal_line, sizeof(job->refusal_line), event->text);
	}
	if (event->kind != EVENT_PROGRESS && evidence_fold(&job->evidence, event, &err) != CODE_OK) {
		lose(supervisor, index, err.line);
		return;
	}
	if (supervisor->watcher.event)
		supervisor->watcher.event(supervisor->watcher.self, index, event);
	if (event->kind == EVENT_ENDED) {
		job->said_all = true;
		end(supervisor, index);
	}
}

/* Everything one worker has to say now. */
static void listen(struct job_supervisor *supervisor, size_t index)
{
	struct job *job = supervisor->jobs[index];
	while (job->state != JOB_ENDED) {
		struct event event;
		struct err err = { 0 };
		enum code code = job_wire_receive(job->fd, &event, &err);
		if (code == CODE_BUSY)
			return;
		if (code == CODE_OK)
			take_event(supervisor, index, &event);
		else
			lose(supervisor, index, code == CODE_GONE ? "the worker process died" : err.line);
	}
}

static void stop(struct job_supervisor *supervisor, unsigned times)
{
	supervisor->stops += times;
	if (supervisor->watcher.stopping)
		supervisor->watcher.stopping(supervisor->watcher.self, supervisor->stops);
	for (size_t i = 0; i < supervisor->count; i++) {
		struct job *job = supervisor->jobs[i];
		if (job->state == JOB_ENDED)
			continue;
		job_wire_tell(job->fd, JOB_WIRE_STOP);
		if (supervisor->stops < 2)
			continue;
		/* Twice: without waiting for the device. What was told so far is the evidence. */
		listen(supervisor, i);
		if (job->state == JOB_ENDED)
			continue;
		os_process_kill(job->pid);
		conclude(supervisor, job, EVENT_STOPPED, "stopped twice: the device was not waited for");
		end(supervisor, i);
	}
}

/* Waits a tick at most for a worker or a signal, and takes all there is. */
static enum code turn(struct job_supervisor *supervisor, struct err *err)
{
	bool *ready = supervisor->ready;
	supervisor->fds[0] = supervisor->signals_fd;
	for (size_t i = 0; i < supervisor->count; i++)
		supervisor->fds[i + 1] = supervisor->jobs[i]->fd;
	enum code code =
	    os_wait_readable(supervisor->fds, ready, supervisor->count + 1, TICK_MS, err);
	if (code == CODE_OK && ready[0])
		stop(supervisor, os_signals_take(supervisor->signals_fd));
	for (size_t i = 0; code == CODE_OK && i < supervisor->count; i++) {
		if (ready[i + 1] && supervisor->jobs[i]->state != JOB_ENDED)
			listen(supervisor, i);
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

enum code job_supervisor_settle(struct job_supervisor *supervisor, struct err *err)
{
	enum code code = CODE_OK;
	while (code == CODE_OK && any_in(supervisor, JOB_CLAIMING, JOB_CLAIMING)) {
		code = turn(supervisor, err);
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
	supervisor->jobs[job]->state = JOB_RUNNING;
	job_wire_tell(supervisor->jobs[job]->fd, JOB_WIRE_GO);
	return CODE_OK;
}

enum code job_supervisor_run(struct job_supervisor *supervisor, bool *ret_stopped, struct err *err)
{
	enum code code = CODE_OK;
	while (code == CODE_OK && any_in(supervisor, JOB_CLAIMING, JOB_RUNNING))
		code = turn(supervisor, err);
	/* Who cannot listen any more knows nothing of what is written from here on. */
	for (size_t i = 0; code != CODE_OK && i < supervisor->count; i++) {
		if (supervisor->jobs[i]->state != JOB_ENDED)
			lose(supervisor, i, err->line);
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
	return &supervisor->jobs[job]->evidence;
}

enum code job_supervisor_refusal(const struct job_supervisor *supervisor, size_t job,
    const char **ret_line)
{
	*ret_line = supervisor->jobs[job]->refusal_line;
	return supervisor->jobs[job]->refusal;
}
