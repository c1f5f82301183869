/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keeper: the jobs of this host, from the store to their certificates, whoever asked for them. Batches
 * come in (what one command starts), jobs are claimed, begun and ended; nothing here waits for a disk or a
 * client. (private to app)
 */
#ifndef WIPE_APP_KEEPER_H
#define WIPE_APP_KEEPER_H

#include "app_private.h"
#include "message.h"

#include "wipe/job.h"

struct keeper;
enum code keeper_new(struct app *app, struct keeper **ret, struct err *err) WIPE_MUST_USE;
/* Kills what still runs; its jobs wait. NULL is fine. */
void keeper_free(struct keeper *keeper);

/*
 * Takes jobs over from the store. What is wrong with one of them is its refusal; any failure here means
 * that none was taken. *ret_batch names them together, for keeper_take_over().
 */
enum code keeper_start(struct keeper *keeper, const struct ask_start *ask, uint64_t *ret_batch,
    struct err *err) WIPE_MUST_USE;
/* Ids that are not here, or over, are passed by. */
void keeper_stop(struct keeper *keeper, const struct ask_stop *ask);
void keeper_stop_all(struct keeper *keeper, bool hard);
/* One turn of the loop, see job_supervisor_turn(). CODE_IO: nothing can be waited for any more, and all jobs
 * were ended for that; they wait. */
enum code keeper_turn(struct keeper *keeper, const int *more, bool *ret_more, size_t more_count,
    struct err *err) WIPE_MUST_USE;
/* Is a batch not over? */
bool keeper_is_busy(const struct keeper *keeper);

/* Views, also of jobs that are over, oldest first; places shift only within keeper_turn() and _start(). */
size_t keeper_count(const struct keeper *keeper);
struct keeper_sight {
	const struct app_view *view;
	uint64_t batch;
	uint64_t changed; /* counts up with every change of any view */
	uint64_t at_once; /* the last change that a client is told without delay */
	bool is_double; /* for whoever asked for it alone: another view of this job is the true one */
};
struct keeper_sight keeper_sight(const struct keeper *keeper, size_t index);
uint64_t keeper_changes(const struct keeper *keeper);
/* True once for a batch that is over: all its jobs are let go of. */
bool keeper_take_over(struct keeper *keeper, uint64_t batch, struct err *ret);
/* Nobody will ask for it: its jobs go on, and it is forgotten when they are over. */
void keeper_disown(struct keeper *keeper, uint64_t batch);

#endif
