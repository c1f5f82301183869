/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ranges: a sorted set of byte ranges of the disk (private to engine). */
#ifndef WIPE_ENGINE_RANGES_H
#define WIPE_ENGINE_RANGES_H

#include "wipe/base.h"

struct range {
	uint64_t start;
	uint64_t end; /* first byte after it */
	uint64_t tag; /* ranges of different tags are kept apart */
};

/* Zero-initialise to start. */
struct ranges {
	struct range *items; /* ascending, disjoint; neighbours of one tag are merged */
	size_t count;
	size_t room;
};

/* Adds [start, end); an empty range is fine. CODE_MEMORY only. */
enum code engine_ranges_add(struct ranges *ranges, uint64_t start, uint64_t end, uint64_t tag,
    struct err *err) WIPE_MUST_USE;
/* Takes [start, end) out, whatever its tags. CODE_MEMORY only. */
enum code engine_ranges_remove(struct ranges *ranges, uint64_t start, uint64_t end, struct err *err)
    WIPE_MUST_USE;
/* Takes at most max bytes off the front; false when there is nothing. */
bool engine_ranges_take(struct ranges *ranges, uint64_t max, struct range *ret);
/* How many of them lie below this offset. */
uint64_t engine_ranges_bytes(const struct ranges *ranges, uint64_t below);
void engine_ranges_free(struct ranges *ranges);

#endif
