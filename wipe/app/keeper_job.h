/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keeper job: one job in the keeper's hands. (private to keeper*.c) */
#ifndef WIPE_APP_KEEPER_JOB_H
#define WIPE_APP_KEEPER_JOB_H

#include "keeper.h"

#define KEEPER_OVER_MAX 256 /* jobs that are over and still shown */

struct keeper_job {
	struct app_disk disk;
	struct app_beginning beginning;
	struct app_view view;
	struct view_rate rate;
	uint64_t batch;
	uint64_t changed;
	uint64_t at_once;
	bool over; /* nothing but the view is left */
	bool is_double; /* it was at work here already when it was asked for again, and is refused */
};
struct keeper_batch {
	uint64_t number;
	bool keep_going;
	bool stopped; /* before it had begun */
	bool begun; /* all claims were answered */
	bool disowned; /* nobody waits for its end */
	bool over;
	enum code code; /* what went wrong beside its jobs */
	char line[480];
};
struct keeper {
	struct app_office office;
	struct job_supervisor *supervisor;
	struct keeper_job **jobs;
	size_t count;
	struct keeper_batch *batches; /* those that were not asked for yet with keeper_take_over() */
	size_t batch_count;
	uint64_t last_batch;
	uint64_t changes;
	uint64_t retry_ns; /* when issuing was last tried again */
};

/* From the store, locked. What is wrong with it becomes its refusal. CODE_MEMORY only. */
enum code keeper_job_load(struct keeper *keeper, const struct message_job *ask, struct keeper_job **ret,
    struct err *err) WIPE_MUST_USE;
/* Room for its certificate, and a worker; nothing for one that is refused. */
enum code keeper_job_claim(struct keeper *keeper, struct keeper_job *job,
    const struct app_restraint *restraint, struct err *err) WIPE_MUST_USE;
/* Its worker ended without a claim. */
void keeper_job_refused(struct keeper *keeper, struct keeper_job *job);
enum code keeper_job_go(struct keeper *keeper, struct keeper_job *job, struct err *err) WIPE_MUST_USE;
/* The certificate of one that is done and has none, or the journal of one that waits; else nothing. */
void keeper_job_issue(struct keeper *keeper, struct keeper_job *job);
/* Its session is over, and so is this: unlocked, or gone if it never began. */
void keeper_job_let_go(struct keeper *keeper, struct keeper_job *job);
/* As if it had never been loaded. */
void keeper_job_return(struct keeper *keeper, struct keeper_job *job);
void keeper_job_free(struct keeper_job *job);
void keeper_job_changed(struct keeper *keeper, struct keeper_job *job, bool at_once);
/* What the job supervisor tells of all of them. */
struct job_watcher keeper_watcher(struct keeper *keeper);

#endif
