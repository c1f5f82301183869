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
	uint64_t skip_first; /* bytes skipped after a failed region, doubling … (0: none) */
	uint64_t skip_max; /* … up to this; skipped parts are returned to */
};
extern const struct engine_limits engine_limits_default;

/* Everything the engine asks of its surroundings. All borrowed. */
struct engine_context {
	struct os_disk *disk;
	struct os_clock *clock;
	struct event_sink sink;
	/* Asked between requests: true = finish what is in flight, flush, report EVENT_STOPPED. */
	bool (*is_stopping)(void *self);
	void *self;
	const struct engine_limits *limits;
};

/* Sums over the whole run, for the comparison with the kernel's counter. */
struct engine_totals {
	uint64_t written; /* bytes whose write the device acknowledged */
	uint64_t written_failed; /* bytes of write requests that failed or were short */
	uint64_t read;
};

/*
 * Runs plan steps from `first_step` to the end. Every outcome is told in events; the result is
 *   CODE_OK       all steps were carried out (there may be UNWRITTEN, UNREADABLE, MISMATCH events)
 *   CODE_STOPPED  stopped on request (EVENT_STOPPED was sent)
 *   CODE_IO, CODE_GONE   the job failed (EVENT_FAILED was sent)
 *   anything else the sink or memory failed; no promise about the last event.
 * *ret_totals is filled in every case.
 */
enum code engine_run(const struct plan *plan, unsigned first_step,
    const struct engine_context *context, struct engine_totals *ret_totals, struct err *err)
    WIPE_MUST_USE;

/*
 * Reads and compares for `check --device`: the content that a certificate says was left. sampling
 * NULL = everything, else with `seed`. Events go to the sink as for a verify step 0.
 */
enum code engine_verify(const struct content *content, uint64_t size, uint32_t logical,
    uint32_t block, const struct sampling *sampling, const uint8_t seed[CONTENT_SEED],
    const struct engine_context *context, struct engine_totals *ret_totals, struct err *err)
    WIPE_MUST_USE;

#endif
