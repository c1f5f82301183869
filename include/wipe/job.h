/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job: one disk, one plan, one process. The worker claims its disk, waits for the word to go,
 * carries the plan out and tells everything in events; the supervisor folds them into evidence
 * and never touches a disk itself.
 */
#ifndef WIPE_JOB_H
#define WIPE_JOB_H

#include "wipe/base.h"
#include "wipe/engine.h"
#include "wipe/evidence.h"
#include "wipe/journal.h"
#include "wipe/os.h"
#include "wipe/plan.h"

/* ---- the worker -------------------------------------------------------------------------------- */

struct job_task {
	const struct plan *plan;
	const struct clearance *clearance;
	const struct engine_resume *resume; /* NULL: a new job */
	/* Neither serial number nor an uninterrupted presence says that this is the disk: only the job's own
	 * keystream on it can. */
	bool needs_proof;
	const struct content_kernel *kernel; /* NULL: libcrypto */
	struct os_host *host;
	struct os_clock *clock;
	uint64_t rate; /* bytes per second, at most; 0 = as fast as it goes */
	enum os_io_class io_class; /* of the worker's process */
};

/* How the worker hears from its supervisor. */
struct job_control {
	/* Waits for the word to start; false = let go of the disk again. */
	bool (*may_go)(void *self);
	/* Asked between requests. */
	bool (*is_stopping)(void *self);
	/* Waits until everything told so far is durable, or a stop came; see engine_context. NULL: it is. */
	enum code (*make_known)(void *self, struct err *err);
	/* Waits so long, or until the supervisor says something. */
	void (*rest)(void *self, unsigned ms);
	/*
	 * Gives up whatever the work does not need, before the first write; NULL: the process has other
	 * things to do. From then on only these and the sink are touched. On failure nothing is written.
	 */
	enum code (*confine)(void *self, struct os_claim *claim, const struct os_disk *disk,
	    struct err *err);
	void *self;
};

/*
 * Claims the disk (O_EXCL, identity read again, openers scanned, partitions dropped, caches flushed),
 * recognises what an earlier session wrote (refusing a disk that does not hold it), says CLAIMED, waits
 * for may_go, confines itself, runs the plan, asks the identity and the kernel's write counter again, lets
 * go, says ENDED. Every outcome is told in events; the result is CODE_OK unless the sink
 * itself failed. Runs in whatever process it is called in.
 */
enum code job_worker(const struct job_task *task, const struct job_control *control,
    const struct event_sink *sink, struct err *err) WIPE_MUST_USE;

/* ---- the supervisor ------------------------------------------------------------------------------ */

enum job_state {
	JOB_CLAIMING, /* its worker opens and checks the disk */
	JOB_CLAIMED, /* ready, waiting for the word */
	JOB_RUNNING,
	JOB_ENDED, /* this session is over: done, or waiting to be resumed (evidence_can_resume) */
};

/* Who looks on: the view, and whoever issues certificates. All may be NULL. */
struct job_watcher {
	void (*event)(void *self, size_t job, const struct event *event);
	/* The job's session is over; called once, for a job that got the word to write. */
	void (*ended)(void *self, size_t job);
	/* What its drive says of itself, every now and then. */
	void (*health)(void *self, size_t job, const struct device_health *health);
	/* The journal cannot be written (line says why; told once each time), or can again (NULL). */
	void (*behind)(void *self, size_t job, const char *line);
	void *self;
};

struct job_options {
	uint64_t stall_ns; /* no answer from a disk for so long is told as STALLED; 0 = the standard */
	uint32_t temperature_max_c; /* a job pauses above it; 0 = see device_health_limit() */
	/* Beside other work. Of each disk, reads and writes together: bytes per second, 0 = as fast as it
	 * goes; not less than JOB_RATE_LEAST, where a disk would look stalled. */
	uint64_t rate;
	enum os_io_class io_class;
};
#define JOB_RATE_LEAST UINT64_C(100000)
#define JOB_STALL_NS (UINT64_C(60) * 1000000000)

/* What one job starts from; all borrowed until its end, but for the evidence. */
struct job_start {
	const struct plan *plan;
	const struct clearance *clearance;
	struct journal *journal; /* NULL: none is kept */
	/* Of the sessions before, NULL for a new job; moved from (left empty). */
	struct evidence *evidence;
	bool same_boot; /* as the last event of it */
	const char *boot_id; /* of this boot; RESUMED tells it */
	bool needs_proof;
	const struct content_kernel *kernel; /* NULL: libcrypto */
	const struct job_options *options; /* NULL: the standard; copied */
};

struct job_supervisor;
#define JOB_SUPERVISOR_MAX 224 /* jobs at once, so that a wait has room for other descriptors */
#define JOB_SUPERVISOR_MORE (OS_WAIT_MAX - 2 * JOB_SUPERVISOR_MAX)
enum code job_supervisor_new(struct os_host *host, struct os_clock *clock,
    const struct job_watcher *watcher, struct job_supervisor **ret, struct err *err) WIPE_MUST_USE;
/* Kills whatever still runs. NULL is fine. */
void job_supervisor_free(struct job_supervisor *supervisor);
/*
 * Starts a worker, which claims the disk at once. *ret_job is its index until it is forgotten.
 * CODE_USAGE: more than JOB_SUPERVISOR_MAX jobs.
 */
enum code job_supervisor_add(struct job_supervisor *supervisor, const struct job_start *start,
    size_t *ret_job, struct err *err) WIPE_MUST_USE;
/*
 * The only loop's body: waits a quarter of a second at most for a worker, a drive or one of `more`
 * (JOB_SUPERVISOR_MORE at most; -1 are skipped; ret_more[i] tells which are readable), and takes all that
 * came. A claim that is not answered in time ends as a refusal. CODE_IO: it could not wait; whoever cannot
 * listen any more says job_supervisor_give_up().
 */
enum code job_supervisor_turn(struct job_supervisor *supervisor, const int *more, bool *ret_more,
    size_t more_count, struct err *err) WIPE_MUST_USE;
/*
 * Gives a claimed job the word to write, once its journal is durable up to here (CODE_FULL, CODE_IO:
 * it is not, and the job did not get the word). One that never gets it waits until it is dismissed.
 */
enum code job_supervisor_go(struct job_supervisor *supervisor, size_t job, struct err *err)
    WIPE_MUST_USE;
/* One that did not get the word to write lets go of its disk and gives the partitions back. It has some
 * seconds for that, in turns to come, and is killed after them. Others go on as they are. */
void job_supervisor_dismiss(struct job_supervisor *supervisor, size_t job);
/* Asks it to stop after what is in flight; hard: without waiting for the device, it is over on return. */
void job_supervisor_stop(struct job_supervisor *supervisor, size_t job, bool hard);
/* Every job is over: nobody knows what is written from here on. Evidence says why, watchers are told. */
void job_supervisor_give_up(struct job_supervisor *supervisor, const char *why);
/* A job that is over: its index goes to another one, its evidence is gone. */
void job_supervisor_forget(struct job_supervisor *supervisor, size_t job);
enum job_state job_supervisor_state(const struct job_supervisor *supervisor, size_t job);
const struct evidence *job_supervisor_evidence(const struct job_supervisor *supervisor, size_t job);
/* Code and line of a job that failed before it was claimed; CODE_OK and "" otherwise. */
enum code job_supervisor_refusal(const struct job_supervisor *supervisor, size_t job,
    const char **ret_line);

#endif
