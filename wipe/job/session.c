/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session: how does a worker's process begin and end? */
#include "session.h"

#include "wire.h"

#include <stdlib.h>

#define LEAVE_MS 1000

enum code session_start(const struct job_start *start, struct os_host *host, struct os_clock *clock,
    struct session *ret, struct err *err)
{
	uint64_t now_ns = clock->ops->boot_ns(clock);
	struct job_options options = start->options ? *start->options : (struct job_options){ 0 };
	if (options.stall_ns == 0)
		options.stall_ns = JOB_STALL_NS;
	*ret = (struct session){ .state = JOB_CLAIMING, .plan = start->plan,
		.device = &start->clearance->device, .fd = -1,
		.options = options,
		.begun_ns = now_ns,
		.is_new = !start->evidence,
		.record = { .journal = start->journal, .synced_ns = now_ns } };
	enum code code = CODE_OK;
	if (start->evidence)
		code = job_take_up(start, clock, &ret->record, &ret->take_up, err);
	else
		evidence_start(start->plan, &ret->record.evidence);
	const struct job_task task = {
		.plan = start->plan,
		.clearance = start->clearance,
		.resume = start->evidence ? &ret->take_up.resume : NULL,
		.needs_proof = start->needs_proof,
		.kernel = start->kernel,
		.host = host,
		.clock = clock,
		.rate = options.rate,
		.io_class = options.io_class,
	};
	return code == CODE_OK ? job_wire_spawn(&task, &ret->pid, &ret->fd, err) : code;
}

void session_collect(struct session *session)
{
	if (session->fd < 0)
		return;
	os_fd_close(session->fd);
	session->fd = -1;
	int status = 0;
	struct err ignored = { 0 };
	/* After its last word a worker only leaves, unless somebody stopped it just then. One without it may
	 * hang in the kernel. Neither is waited for: it is killed and left to init. */
	if (os_process_wait(session->pid, session->said_all ? LEAVE_MS : 0, &status, &ignored) == CODE_BUSY)
		os_process_kill(session->pid);
}

void session_end(struct session *session)
{
	session_collect(session);
	care_end(&session->care);
	evidence_free(&session->record.evidence);
	job_take_up_free(&session->take_up);
}
