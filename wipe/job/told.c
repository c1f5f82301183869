/* SPDX-License-Identifier: GPL-3.0-or-later */
/* told: what a worker says, and what its supervisor says in its place, becomes record and state. */
#include "supervisor.h"
#include "wire.h"

uint64_t supervisor_boot_ns(const struct job_supervisor *supervisor)
{
	return supervisor->clock->ops->boot_ns(supervisor->clock);
}

struct event supervisor_stamped(const struct job_supervisor *supervisor, enum event_kind kind)
{
	return (struct event){ .kind = kind,
		.wall_s = supervisor->clock->ops->wall_s(supervisor->clock),
		.boot_ns = supervisor_boot_ns(supervisor) };
}

static void end(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	bool had_word = job->state == JOB_RUNNING;
	job->state = JOB_ENDED;
	session_collect(job);
	care_end(&job->care);
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

static void record_stamped(struct job_supervisor *supervisor, size_t index, struct event event)
{
	const struct event stamp = supervisor_stamped(supervisor, event.kind);
	event.wall_s = stamp.wall_s;
	event.boot_ns = stamp.boot_ns;
	record_own(supervisor, index, &event);
}

void supervisor_lose(struct job_supervisor *supervisor, size_t index, const char *why)
{
	struct session *job = supervisor->jobs[index];
	if (job->last.kind != EVENT_NONE) {
		/* It had said all: only its drive was still being asked. */
		const struct event last = job->last;
		job->last.kind = EVENT_NONE;
		record_own(supervisor, index, &last);
	} else if (job->state == JOB_CLAIMING || job->state == JOB_CLAIMED) {
		job->refusal = CODE_IO;
		text_copy(job->refusal_line, sizeof(job->refusal_line), why);
	} else {
		struct event stopped = supervisor_stamped(supervisor, EVENT_STOPPED);
		text_copy(stopped.text, sizeof(stopped.text), why);
		record_own(supervisor, index, &stopped);
	}
	end(supervisor, index);
}

void supervisor_watch_stall(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct session *job = supervisor->jobs[index];
	struct event told = supervisor_stamped(supervisor, EVENT_STALLED);
	if (job->care.paused || job->last.kind != EVENT_NONE)
		job->stall.moved_ns = told.boot_ns;
	if (stall_watch(&job->stall, job->options.stall_ns, event, &told))
		record_own(supervisor, index, &told);
}

/* Before the claim nothing was written: a refusal is no part of the job. */
static void take_refusal(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct session *job = supervisor->jobs[index];
	if (event->kind == EVENT_FAILED) {
		job->refusal = event->extra ? (enum code)event->extra : CODE_REFUSED;
		text_copy(job->refusal_line, sizeof(job->refusal_line), event->text);
	}
	job->said_all = event->kind == EVENT_ENDED;
	if (job->said_all)
		end(supervisor, index);
}

static void take_last(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct err err = { 0 };
	if (record_event(&supervisor->jobs[index]->record, event, &err) != CODE_OK) {
		supervisor_lose(supervisor, index, err.line);
		return;
	}
	look_on(supervisor, index, event);
	end(supervisor, index);
}

/* The worker's last word. The drive of a job that is done is asked once more before it counts. */
static void take_ended(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct session *job = supervisor->jobs[index];
	job->said_all = true;
	if (job->state != JOB_RUNNING) {
		/* It let go without the word to write: that is no failure of the job. */
		struct event stopped = supervisor_stamped(supervisor, EVENT_STOPPED);
		text_copy(stopped.text, sizeof(stopped.text), "stopped before anything more was written");
		record_own(supervisor, index, &stopped);
	}
	if (job->state != JOB_RUNNING || job->record.evidence.ending == EVIDENCE_STOPPED) {
		take_last(supervisor, index, event);
		return;
	}
	job->last = *event;
	care_ask(&job->care, DEVICE_HEALTH_ALL, supervisor_boot_ns(supervisor));
}

static void take_event(struct job_supervisor *supervisor, size_t index, const struct event *event)
{
	struct session *job = supervisor->jobs[index];
	struct err err = { 0 };
	if (!job->claimed && event->kind != EVENT_CLAIMED) {
		take_refusal(supervisor, index, event);
		return;
	}
	if (job->state == JOB_RUNNING)
		supervisor_watch_stall(supervisor, index, event);
	if (event->kind == EVENT_ENDED) {
		take_ended(supervisor, index, event);
		return;
	}
	if (record_event(&job->record, event, &err) != CODE_OK) {
		supervisor_lose(supervisor, index, err.line);
		return;
	}
	look_on(supervisor, index, event);
	if (event->kind == EVENT_CLAIMED) {
		job->claimed = true;
		care_begin(&job->care, job->device, supervisor->start_reader, job->options.temperature_max_c,
		    supervisor_boot_ns(supervisor));
	}
}

void supervisor_take_care(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	struct device_health health;
	uint64_t now_ns = supervisor_boot_ns(supervisor);
	if (job->state == JOB_RUNNING && job->last.kind == EVENT_NONE && care_is_due(&job->care, now_ns))
		care_ask(&job->care, DEVICE_HEALTH_TEMPERATURE, now_ns);
	if (job->state == JOB_ENDED || !care_take(&job->care, now_ns, &health))
		return;
	bool after = job->last.kind != EVENT_NONE;
	if (supervisor->watcher.health)
		supervisor->watcher.health(supervisor->watcher.self, index, &health);
	if (after || (job->state == JOB_CLAIMING && job->is_new)) {
		struct event told = care_health_event(&health, after);
		record_stamped(supervisor, index, told);
	}
	enum care_word word = after ? CARE_NOTHING : care_judge(&job->care, &health);
	if (word != CARE_NOTHING) {
		job_wire_tell(job->fd, word == CARE_PAUSE ? JOB_WIRE_PAUSE : JOB_WIRE_CONTINUE);
		record_stamped(supervisor, index, care_paused_event(&health, word == CARE_PAUSE));
	}
	if (job->state == JOB_CLAIMING)
		job->state = JOB_CLAIMED;
	if (after)
		take_last(supervisor, index, &job->last);
}

void supervisor_answer(struct job_supervisor *supervisor, struct session *job)
{
	struct err later = { 0 };
	if (!job->asks || record_sync(&job->record, supervisor_boot_ns(supervisor), &later) != CODE_OK)
		return;
	job->asks = false;
	job_wire_tell(job->fd, JOB_WIRE_KNOWN);
}

void supervisor_listen(struct job_supervisor *supervisor, size_t index)
{
	struct session *job = supervisor->jobs[index];
	while (job->state != JOB_ENDED && job->last.kind == EVENT_NONE) {
		struct event event;
		bool asks = false;
		struct err err = { 0 };
		enum code code = job_wire_receive(job->fd, &event, &asks, &err);
		if (code == CODE_BUSY)
			return;
		job->asks |= asks;
		if (asks)
			supervisor_answer(supervisor, job);
		else if (code == CODE_OK)
			take_event(supervisor, index, &event);
		else
			supervisor_lose(supervisor, index, code == CODE_GONE ? "the worker process died" : err.line);
	}
}
