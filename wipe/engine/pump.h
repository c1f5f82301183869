/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump: the one loop that moves pieces between a pass and a disk (private to engine). */
#ifndef WIPE_ENGINE_PUMP_H
#define WIPE_ENGINE_PUMP_H

#include "pace.h"
#include "pass.h"

struct pump {
	const struct engine_context *context;
	struct report *report;
	struct engine_totals *totals;
	const struct ranges *unwritten; /* what was given up by this write step, as far as told */
	uint64_t size; /* bytes the disk must have */
	unsigned depth; /* requests in flight */
	struct pace pace;
	uint64_t asked_ns; /* when is_stopping() was asked last; 0 = not yet */

	struct pass *pass; /* the step at hand */
	uint64_t durable; /* offset of the last EVENT_DURABLE of this step */
	uint64_t durable_ns; /* when the last flush ended */
	uint64_t durable_done; /* bytes done by then */
	bool held; /* more could be started, but for the pace */
	bool drained; /* a failed wait: nothing more is expected of the disk */
};

/*
 * Carries out pump->pass to EVENT_STEP_FINISHED. Everything else ends as engine_run() promises:
 * EVENT_STOPPED and CODE_STOPPED, EVENT_FAILED and CODE_IO or CODE_GONE, or the sink's error.
 */
enum code engine_pump_run(struct pump *pump, struct pass *pass, struct err *err) WIPE_MUST_USE;

#endif
