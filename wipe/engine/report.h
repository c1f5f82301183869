/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: events of one step, stamped, with neighbouring bad ranges merged (private to engine). */
#ifndef WIPE_ENGINE_REPORT_H
#define WIPE_ENGINE_REPORT_H

#include "wipe/event.h"
#include "wipe/os.h"

struct report {
	struct os_clock *clock;
	struct event_sink sink;
	uint32_t step;
	bool broken; /* the sink refused an event: nothing can be told any more */
	uint64_t ranges; /* bad ones of this step so far */
	struct event open; /* bad range that may still grow; EVENT_NONE: none */
	bool progress_sent;
	uint64_t progress_ns; /* when */
};

/* Stamps (clocks and step) and sends. */
enum code engine_report_put(struct report *report, struct event event,
    struct err *err) WIPE_MUST_USE;
/* A final range of kind UNWRITTEN, UNREADABLE or MISMATCH: joined to the last one, or begun. */
enum code engine_report_bad(struct report *report, enum event_kind kind, uint64_t offset,
    uint64_t length, int32_t sys_errno, struct err *err) WIPE_MUST_USE;
/* Sends the range that is held back. */
enum code engine_report_settle(struct report *report, struct err *err) WIPE_MUST_USE;
/* At most ten times per second, unless `always`. */
enum code engine_report_progress(struct report *report, uint64_t done, uint64_t total, bool always,
    struct err *err) WIPE_MUST_USE;

#endif
