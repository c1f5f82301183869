/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine: carries out the write and verify steps of a plan on one claimed disk and reports
 * everything that happens as events. The writer and the verifier are state machines that do no
 * I/O (private to wipe/engine/); the pump is the only loop.
 */
#ifndef WIPE_ENGINE_H
#define WIPE_ENGINE_H

#include "wipe/base.h"
#include "wipe/event.h"
#include "wipe/os.h"
#include "wipe/plan.h"

/* Bounds on a dying disk: when one is reached the job fails with what remains named. */
struct engine_limits {
	unsigned retries; /* of one failed request, before it is bisected */
	uint64_t error_requests; /* failed requests per step */
	uint64_t error_ns; /* time spent inside failed requests per step */
	uint64_t ranges; /* separate bad ranges told per step */
	uint64_t skip_first; /* bytes skipped after a failed region, doubling … (0: none) */
	uint64_t skip_max; /* … up to this; skipped parts are returned to */
};
extern const struct engine_limits engine_limits_default;

struct engine_range {
	uint64_t offset; /* bytes */
	uint64_t length; /* bytes */
};
/*
 * Where a job goes on. All zero: at its beginning. What is below `offset` is durable; it is counted, not
 * written again. Bytes below `unguarded` of the content that is left were written before an
 * interruption: its verification reads all of them (EVENT_COVERED), besides its sample, as anybody may
 * have written there meanwhile.
 */
struct engine_resume {
	unsigned step; /* first one that is not finished */
	uint64_t offset; /* bytes, multiple of the logical block; 0 for a verification */
	uint64_t bytes; /* that the step has written below offset */
	uint64_t requests; /* that wrote them */
	uint64_t unguarded; /* bytes from the beginning of the disk */
	const struct engine_range *unwritten; /* given up by the last write step so far; borrowed */
	size_t unwritten_count;
};

/* Everything the engine asks of its surroundings. All borrowed. */
struct engine_context {
	struct os_disk *disk;
	struct os_clock *clock;
	struct event_sink sink;
	/* Asked between requests: true = finish what is in flight, flush, report EVENT_STOPPED. */
	bool (*is_stopping)(void *self);
	/*
	 * Asked before the first write of each step, may be NULL: returns when all events so far will outlive
	 * a power failure. A step destroys what the one before wrote; who does not know that it had begun
	 * would later verify the one before and find other bytes. A failure ends the run with that code.
	 */
	enum code (*make_known)(void *self, struct err *err);
	uint64_t rate; /* bytes per second that are read or written, at most; 0 = as fast as it goes */
	/* Waits so long, or until is_stopping may have another answer. May be NULL where rate is 0. */
	void (*rest)(void *self, unsigned ms);
	void *self;
	const struct engine_limits *limits;
	const struct content_kernel *kernel; /* NULL: libcrypto */
};

/* Sums over this run alone, for the comparison with the kernel's counter since its claim. */
struct engine_totals {
	uint64_t written; /* bytes whose write the device acknowledged */
	uint64_t written_failed; /* bytes of write requests that failed or were short */
	uint64_t read;
};

/*
 * Runs the plan to its end, from resume on (NULL: all of it). A write that goes on at an offset > 0
 * sends no EVENT_STEP_STARTED: it has started before. Every outcome is told in events; the result is
 *   CODE_OK       all steps were carried out (there may be UNWRITTEN, UNREADABLE, MISMATCH events)
 *   CODE_STOPPED  stopped on request (EVENT_STOPPED was sent)
 *   CODE_IO, CODE_GONE   the job failed (EVENT_FAILED was sent)
 *   anything else the sink or memory failed; no promise about the last event.
 * *ret_totals is filled in every case.
 */
enum code engine_run(const struct plan *plan, const struct engine_resume *resume,
    const struct engine_context *context, struct engine_totals *ret_totals, struct err *err)
    WIPE_MUST_USE;

/*
 * Is this the disk that the job was writing to? Compares the first and the last megabytes of what must
 * be there if it is: of a write that goes on, what lies below resume->offset (beyond it nothing: how far
 * requests under way had come is not known); else the whole of what the last write before left, where
 * a write begins again with each block maybe its own already. What was given up (resume->unwritten) may
 * hold anything, and what cannot be read says nothing. *ret_compared: bytes, 0 when nothing durable is there to compare. *ret_same: not one of
 * them differs (where a write begins again: not all of them do). *ret_proof: some of them are keystream of this very job, which no
 * other disk holds; worth nothing without *ret_same. Writes nothing, tells no event. CODE_GONE.
 */
enum code engine_recognise(const struct plan *plan, const struct engine_resume *resume,
    const struct engine_context *context, uint64_t *ret_compared, bool *ret_same, bool *ret_proof,
    struct err *err) WIPE_MUST_USE;

/*
 * Reads and compares for `check --device`: the content that a certificate says was left. sampling
 * NULL = everything, else with `seed`. Events go to the sink as for a verify step 0.
 */
enum code engine_verify(const struct content *content, uint64_t size, uint32_t logical,
    uint32_t block, const struct sampling *sampling, const uint8_t seed[CONTENT_SEED],
    const struct engine_context *context, struct engine_totals *ret_totals, struct err *err)
    WIPE_MUST_USE;

#endif
