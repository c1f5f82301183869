/* SPDX-License-Identifier: GPL-3.0-or-later */
/* route: which part of the disk comes next when nothing fails? (private to engine) */
#ifndef WIPE_ENGINE_ROUTE_H
#define WIPE_ENGINE_ROUTE_H

#include "ranges.h"
#include "wipe/plan.h"

#define ROUTE_NO_BLOCK UINT64_MAX

struct piece {
	uint64_t offset;
	uint32_t len;
	unsigned tries; /* how often it failed already */
	uint64_t block; /* which block of the verification it belongs to, or ROUTE_NO_BLOCK */
};

/* Either the whole disk from front to back, or a sample with `extras` among it. */
struct route {
	uint64_t size;
	uint32_t request; /* most bytes of a piece */
	bool sampled;
	uint64_t cursor; /* whole disk: first byte not handed out */
	struct sampling_walk walk;
	struct ranges extras; /* disjoint from the samples */
	struct range sample; /* what is left of the sample at hand; tag = its number */
	uint64_t samples; /* drawn so far */
	uint64_t blocks; /* whole disk: pieces; sampled: samples; known from the start */
	uint64_t bytes; /* of the whole route */
};

/* All of it that lies at or after `from`; `bytes` and `blocks` are of the whole disk. */
void engine_route_start_whole(struct route *route, uint64_t size, uint32_t request, uint64_t from);
/*
 * The sample of `seed`, and `extras` (taken over; emptied). Bytes that both hold are read once,
 * as part of the sample.
 */
enum code engine_route_start_sample(struct route *route, uint64_t size, uint32_t request,
    const struct sampling *sampling, const uint8_t seed[CONTENT_SEED], struct ranges *extras,
    struct err *err) WIPE_MUST_USE;
void engine_route_free(struct route *route);

/* false at the end. Ascending. */
bool engine_route_next(struct route *route, struct piece *ret);
/* Whole disk only: goes on at `offset`; *ret is what that leaves out (maybe nothing). */
void engine_route_skip(struct route *route, uint64_t offset, struct range *ret);
/* A piece cut from the front of `range`'s kin: at most a request, not across a block. */
uint64_t engine_route_piece_max(const struct route *route, uint64_t offset);
struct piece engine_route_piece(const struct route *route, const struct range *range);

#endif
