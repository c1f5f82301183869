/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence: what do the events of one job prove? The fold of events, and nothing else: folding
 * live and folding a replayed journal give the same evidence. The verdict is a pure function of it.
 */
#ifndef WIPE_EVIDENCE_H
#define WIPE_EVIDENCE_H

#include "wipe/base.h"
#include "wipe/device.h"
#include "wipe/event.h"
#include "wipe/plan.h"

enum evidence_range_kind { EVIDENCE_UNWRITTEN = 1, EVIDENCE_UNREADABLE, EVIDENCE_MISMATCH };
struct evidence_range {
	enum evidence_range_kind kind;
	uint32_t step; /* index into plan.steps */
	uint64_t offset; /* bytes */
	uint64_t length; /* bytes */
	int32_t sys_errno;
};

enum evidence_step_state { EVIDENCE_NOT_STARTED, EVIDENCE_STARTED, EVIDENCE_FINISHED };
struct evidence_step {
	enum plan_action action;
	enum evidence_step_state state;
	int64_t wall_start_s;
	int64_t wall_end_s;
	uint64_t boot_start_ns;
	uint64_t boot_end_ns;
	uint64_t boot_earlier_ns; /* spent on it in earlier sessions; boot_start_ns is of this one */
	uint64_t bytes; /* written, or read and compared */
	uint64_t count; /* requests or blocks */
	uint64_t durable; /* bytes below which a flush made it durable */
	bool flushed; /* a flush after its last write succeeded (EVENT_DURABLE at the disk's size) */
	uint64_t retries;
	uint64_t unwritten_bytes;
	uint64_t unreadable_bytes;
	uint64_t mismatch_bytes;
	uint64_t durable_bytes; /* of `bytes`, as of the last EVENT_DURABLE */
	uint64_t durable_count;
	uint64_t covered; /* a verification reads every byte below it, besides its sample */
	bool sampled;
	uint8_t seed[CONTENT_SEED];
	uint64_t strata;
	uint64_t stratum;
	uint64_t block;
	uint64_t each;
};

enum evidence_ending {
	EVIDENCE_RUNNING, /* no ending event yet */
	EVIDENCE_COMPLETED,
	EVIDENCE_FAILED,
	EVIDENCE_STOPPED,
	EVIDENCE_ABANDONED, /* by a person, not by an event of the worker */
};

/* Where the job stood still, and went on. Times are those of the events on either side. */
struct evidence_interruption {
	uint32_t step; /* that went on */
	uint64_t durable; /* bytes: at which offset */
	int64_t wall_stopped_s;
	int64_t wall_resumed_s;
	char reason[EVENT_TEXT]; /* "" = nothing said why: killed, or the power failed */
	bool recognised; /* EVENT_RECOGNISED said that all that was compared is the same */
	uint64_t compared; /* bytes */
};
#define EVIDENCE_INTERRUPTIONS_MAX 64

struct evidence_health {
	bool told; /* EVENT_HEALTH came */
	bool known;
	uint64_t reallocated; /* sectors; UINT64_MAX = it does not tell */
	char text[EVENT_TEXT];
};

struct evidence {
	uint64_t size; /* bytes of the disk, from the plan */
	bool ended; /* the worker's last word came, or a person gave the job up */
	enum evidence_ending ending;
	char reason[EVENT_TEXT]; /* when not completed */
	bool claimed; /* in this session */
	bool claimed_earlier; /* in one before */
	unsigned first_step; /* of this session: earlier ones were done before an interruption */
	bool stepping; /* a step was worked on in this session */
	bool recognised; /* EVENT_RECOGNISED came in this session */
	bool stalled; /* the disk does not answer */
	bool paused; /* it is too hot */
	bool openers_known; /* in all sessions nobody else had it open, and all processes could be looked into */
	uint64_t partitions_dropped; /* the most in a session */
	char method[EVENT_TEXT]; /* of input and output in the last session, as are these: */
	uint64_t request; /* bytes of a request, at most; 0 = not told */
	uint64_t depth; /* requests in flight, at most; 0 = not told */
	int64_t wall_start_s;
	int64_t wall_end_s;
	uint64_t boot_start_ns;
	uint64_t boot_end_ns;
	bool counted; /* EVENT_COUNTED came; these are of this session alone */
	bool counter_known;
	uint64_t counter_kernel; /* bytes */
	uint64_t counter_ours; /* bytes */
	uint64_t counter_most; /* bytes */
	uint64_t counter_discarded; /* bytes */
	uint64_t written_earlier; /* bytes of the steps that were written in earlier sessions */
	bool identity_asked; /* in this session */
	bool identity_same;
	char identity_note[EVENT_TEXT];
	uint64_t clock_steps; /* how many */
	uint64_t clock_step_s; /* the largest */
	/* Bytes from the beginning of the disk, of the content that is left, that were written before the
	 * last interruption: nobody watched the disk meanwhile, so only a verification that reads all of
	 * them afterwards proves them. */
	uint64_t unguarded;
	uint64_t boot_earlier_ns; /* worked in earlier sessions; boot_start_ns is of this one */
	uint64_t stalls; /* how often */
	uint64_t stall_s; /* the longest */
	uint64_t pauses;
	struct evidence_health health[2]; /* before, after */
	size_t interruption_count; /* of all; kept are the first ones and the latest */
	struct evidence_interruption interruptions[EVIDENCE_INTERRUPTIONS_MAX];
	enum code failed_code; /* extra of EVENT_FAILED */
	unsigned step_count;
	unsigned left; /* index of the step that writes last, whose content is left; step_count: none */
	unsigned check; /* index of the last step that verifies it; step_count: none */
	struct evidence_step steps[PLAN_STEPS_MAX];
	struct evidence_range *ranges; /* merged where adjacent, of one step and kind; owned */
	size_t range_count;
	size_t range_capacity;
};

/* Starts empty for this plan. */
void evidence_start(const struct plan *plan, struct evidence *ret);
/* Takes one event in. CODE_INPUT: it cannot follow what came before; CODE_MEMORY. Progress is no
 * evidence and changes nothing. ENDED without every step done makes the ending FAILED.
 * STALLED, PAUSED, HEALTH and CLOCK_STEPPED are told beside the worker's own events: their place among
 * them, by the clock, is not checked. Health before the first write is the first that was told so.
 * RESUMED forgets the session before, and of the first unfinished step and those after it whatever is
 * done again, but for mismatches that its verification had found: seen once is seen. */
enum code evidence_fold(struct evidence *evidence, const struct event *event, struct err *err)
    WIPE_MUST_USE;
/*
 * Can the job go on? Not when it is completed or abandoned, or has failed for a reason that a second
 * attempt meets again (failed_code other than CODE_GONE). A later session that did no work, whatever it
 * failed for (a disk in use, another disk in its place), takes nothing away. Pure.
 */
bool evidence_can_resume(const struct evidence *evidence);
/* Where: the first step that is not finished, and its durable offset (0 for a verification). When every
 * step is finished but the session did not end in order (no count, no identity), the verification of
 * what is left begins again (step_count: there is none, only count and identity are missing). The
 * EVENT_RESUMED to come says just this. Pure. */
void evidence_resume_point(const struct evidence *evidence, uint32_t *ret_step,
    uint64_t *ret_offset);
void evidence_free(struct evidence *evidence);
bool evidence_equals(const struct evidence *a, const struct evidence *b);

/* ---- verdict ---------------------------------------------------------------------------------- */

enum outcome { OUTCOME_NOT_ERASED = 0, OUTCOME_WITH_EXCEPTIONS, OUTCOME_ERASED };
enum hidden_areas { HIDDEN_UNKNOWN = 0, HIDDEN_NOT_APPLICABLE, HIDDEN_NONE, HIDDEN_PRESENT };

#define EVIDENCE_EXCEPTIONS_MAX 32
struct verdict {
	enum outcome outcome;
	enum procedure_level achieved; /* CLEAR, PURGE or LEVEL_NONE */
	size_t exception_count;
	char exceptions[EVIDENCE_EXCEPTIONS_MAX][200]; /* a sentence each: why not plainly erased */
};
/*
 * The rules of design/evidence ("`erased` needs"): all steps done; the content that is left
 * verified; nothing unwritten, no mismatch, nothing unreadable; hidden areas known absent or not
 * applicable; the kernel's counter equal to ours; identity unchanged. Unknown is not success.
 * An unverified or mismatching last content, or a step that did not run, is NOT_ERASED where data
 * may be left, WITH_EXCEPTIONS where everything was overwritten but something is unknown or a few
 * named ranges were not reached. Pure.
 */
void evidence_verdict(const struct evidence *evidence, const struct plan *plan,
    const struct device *device, enum hidden_areas hidden, struct verdict *ret);
/* HIDDEN_NOT_APPLICABLE for NVMe, SCSI and virtual disks; HIDDEN_UNKNOWN else. Pure. */
enum hidden_areas evidence_hidden_areas(const struct device *device);
const char *evidence_outcome_text(enum outcome outcome); /* "erased-with-exceptions" … */
const char *evidence_ending_text(enum evidence_ending ending);
const char *evidence_hidden_text(enum hidden_areas hidden);

#endif
