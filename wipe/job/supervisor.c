/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * supervisor: starts workers, records what they tell as evidence and in the journal, passes stops on. It
 * never opens, reads or waits for a disk, so one that hangs in the kernel holds up nobody else.
 */
#include "session.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define TICK_MS 250

struct job_supervisor {
	struct os_host *host;
	struct os_clock *clock;
	int signals_fd;
	struct job_watcher watcher;
	uint64_t stall_ns;
	struct session **jobs; /* pointers: watchers keep what they borrowed when the array grows */
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
	struct session **jobs = realloc(supervisor->jobs, count * sizeof(*jobs));
	supervisor->jobs = jobs ? jobs : supervisor->jobs;
	int *fds = realloc(supervisor->fds, (count + 1) * sizeof(*fds));
	supervisor->fds = fds ? fds : supervisor->fds;
	bool *ready = realloc(supervisor->ready, (count + 1) * sizeof(*ready));
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
	supervisor->stall_ns = options && options->stall_ns ? options->stall_ns : JOB_STALL_NS;
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

static uint64_t boot_ns(const struct job_supervisor *supervisor)
{
	return supervisor->clock->ops->boot_ns(supervisor->clock);
}

static struct event stamped(const struct job_supervisor *supervisor, enum event_kind kind)
{
	return (struct event){ .kind = kind,
		.wall_s = supervisor->clock->ops->wall_s(supervisor->clock),
		.boot_ns = boot_ns(supervisor) };
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
	code = session_start(start, supervisor->host, supervisor->clock, job, err);
	if (code != CODE_OK) {
		session_end(job);
		free(job);
		return code;
	}
	*ret_job = supervisor->count;
	supervisor->jobs[supervisor->count++] = job;
	return CODE_OK;
}

static void end(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	bool had_word = job->state == JOB_RUNNING;
	job->state = JOB_ENDED;
	session_collect(job);
	if (had_word && supervisor->watcher.ended)
		supervisor->watcher.ended(supervisor->watcher.self, index);
}

static void look_on(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	if (supervisor->watcher.event)
		supervisor->watcher.event(supervisor->watcher.self, index, event);
}

/* The supervisor's own word in the worker's place. What cannot be recorded changes nothing: the job is
 * then as the journal has it, and waits. */
static void record_own(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct err ignored = { 0 };
	if (record_event(&supervisor->jobs[index]->record, event, &ignored) == CODE_OK)
		look_on(supervisor, index, event);
}

/* The worker's process is gone, or what it says makes no sense: this session ends here, and the job waits
 * to be resumed from what is durable. */
static void lose(struct job_supervisor *supervisor, size_t index, const char *why)
{
	struct session *job = supervisor->jobs[index];
	if (job->state == JOB_CLAIMING || job->state == JOB_CLAIMED) {
		job->refusal = CODE_IO;
		text_copy(job->refusal_line, sizeof(job->refusal_line), why);
	} else {
		struct event stopped = stamped(supervisor, EVENT_STOPPED);
		text_copy(stopped.text, sizeof(stopped.text), why);
		record_own(supervisor, index, &stopped);
	}
	end(supervisor, index);
}

/* event NULL: nothing was said for a while. */
static void watch_stall(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct session *job = supervisor->jobs[index];
	struct event told = stamped(supervisor, EVENT_STALLED);
	if (stall_watch(&job->stall, supervisor->stall_ns, event, &told))
		record_own(supervisor, index, &told);
}

static void take_event(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct session *job = supervisor->jobs[index];
	struct err err = { 0 };
	/* Before the claim nothing was written: a refusal is no part of the job. */
	if (job->state == JOB_CLAIMING && event->kind != EVENT_CLAIMED) {
		if (event->kind == EVENT_FAILED) {
			job->refusal = event->extra ? (enum code)event->extra : CODE_REFUSED;
			text_copy(job->refusal_line, sizeof(job->refusal_line), event->text);
		}
		job->said_all = event->kind == EVENT_ENDED;
		if (job->said_all)
			end(supervisor, index);
		return;
	}
	if (event->kind == EVENT_CLAIMED)
		job->state = JOB_CLAIMED;
	else if (event->kind == EVENT_ENDED && job->state == JOB_CLAIMED) {
		/* It let go without the word to write: that is no failure of the job. */
		struct event stopped = stamped(supervisor, EVENT_STOPPED);
		text_copy(stopped.text, sizeof(stopped.text), "stopped before anything more was written");
		record_own(supervisor, index, &stopped);
	}
	if (job->state == JOB_RUNNING)
		watch_stall(supervisor, index, event);
	if (record_event(&job->record, event, &err) != CODE_OK) {
		lose(supervisor, index, err.line);
		return;
	}
	look_on(supervisor, index, event);
	if (event->kind == EVENT_ENDED) {
		job->said_all = true;
		end(supervisor, index);
	}
}

/* Once the journal is durable; until then the worker waits, and it is tried again and again. */
static void answer(struct job_supervisor *supervisor, struct session *job)
{
	struct err later = { 0 };
	if (!job->asks || record_sync(&job->record, boot_ns(supervisor), &later) != CODE_OK)
		return;
	job->asks = false;
	job_wire_tell(job->fd, JOB_WIRE_KNOWN);
}

/* Everything one worker has to say now. */
static void listen(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	while (job->state != JOB_ENDED) {
		struct event event;
		bool asks = false;
		struct err err = { 0 };
		enum code code = job_wire_receive(job->fd, &event, &asks, &err);
		if (code == CODE_BUSY)
			return;
		job->asks |= asks;
		if (asks)
			answer(supervisor, job);
		else if (code == CODE_OK)
			take_event(supervisor, index, &event);
		else
			lose(supervisor, index, code == CODE_GONE ? "the worker process died" : err.line);
	}
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
		listen(supervisor, i);
		if (job->state == JOB_ENDED)
			continue;
		os_process_kill(job->pid);
		lose(supervisor, i, "stopped twice: the device was not waited for");
	}
}

/* What a quiet job needs from time to time. */
static void tend(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	struct record *record = &job->record;
	uint64_t now_ns = boot_ns(supervisor);
	if (job->state == JOB_RUNNING)
		watch_stall(supervisor, index, NULL);
	if (!record_is_due(record, now_ns))
		return;
	struct err err = { 0 };
	bool failed = record_sync(record, now_ns, &err) != CODE_OK;
	if (failed != record->told && supervisor->watcher.behind)
		supervisor->watcher.behind(supervisor->watcher.self, index, failed ? err.line : NULL);
	record->told = failed;
	if (!failed && job->state == JOB_RUNNING)
		answer(supervisor, job);
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
	for (size_t i = 0; i < supervisor->count; i++)
		tend(supervisor, i);
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
	/* What is about to be written must be known to whoever comes after a power loss. */
	enum code code = record_sync(&supervisor->jobs[job]->record, boot_ns(supervisor), err);
	if (code != CODE_OK)
		return code;
	supervisor->jobs[job]->stall.moved_ns = boot_ns(supervisor);
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
	return &supervisor->jobs[job]->record.evidence;
}

enum code job_supervisor_refusal(const struct job_supervisor *supervisor, size_t job,
    const char **ret_line)
{
	*ret_line = supervisor->jobs[job]->refusal_line;
	return supervisor->jobs[job]->refusal;
}
