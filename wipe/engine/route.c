/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * route: in which order is a disk visited? Ascending always: a rotating disk reads a 10 % sample in
 * an eighth of the time of a full read only that way.
 */
#include "route.h"

void engine_route_start_whole(struct route *route, uint64_t size, uint32_t request, uint64_t from)
{
	*route = (struct route){ .size = size, .request = request, .cursor = from, .bytes = size,
		.blocks = size / request + (size % request != 0) };
}

static bool next_sample(struct route *route)
{
	uint64_t offset = 0, len = 0;
	if (!sampling_next(&route->walk, &offset, &len))
		return false;
	route->sample = (struct range){ .start = offset, .end = offset + len,
		.tag = route->samples++ };
	return true;
}

enum code engine_route_start_sample(struct route *route, uint64_t size, uint32_t request,
    const struct sampling *sampling, const uint8_t seed[CONTENT_SEED], struct ranges *extras,
    struct err *err)
{
	*route = (struct route){ .size = size, .request = request, .sampled = true,
		.extras = *extras };
	*extras = (struct ranges){ 0 };
	struct sampling_walk walk;
	sampling_start(sampling, seed, &walk);
	uint64_t offset = 0, len = 0;
	while (sampling_next(&walk, &offset, &len)) {
		route->blocks++;
		route->bytes += len;
		enum code code = engine_ranges_remove(&route->extras, offset, offset + len, err);
		if (code != CODE_OK)
			return code;
	}
	route->bytes += engine_ranges_bytes(&route->extras, size);
	sampling_start(sampling, seed, &route->walk);
	next_sample(route);
	return CODE_OK;
}

void engine_route_free(struct route *route)
{
	engine_ranges_free(&route->extras);
}

uint64_t engine_route_piece_max(const struct route *route, uint64_t offset)
{
	return route->sampled ? route->request : route->request - offset % route->request;
}

struct piece engine_route_piece(const struct route *route, const struct range *range)
{
	return (struct piece){ .offset = range->start, .len = (uint32_t)(range->end - range->start),
		.block = route->sampled ? range->tag : range->start / route->request };
}

static bool next_sampled(struct route *route, struct piece *ret)
{
	struct range part;
	bool sample = route->sample.start < route->sample.end;
	if (route->extras.count > 0 &&
	    (!sample || route->extras.items[0].start < route->sample.start)) {
		engine_ranges_take(&route->extras, route->request, &part);
		*ret = engine_route_piece(route, &part);
		return true;
	}
	if (!sample)
		return false;
	part = route->sample;
	part.end = part.start + bytes_min(part.end - part.start, route->request);
	*ret = engine_route_piece(route, &part);
	route->sample.start = part.end;
	if (route->sample.start == route->sample.end)
		next_sample(route);
	return true;
}

bool engine_route_next(struct route *route, struct piece *ret)
{
	if (route->sampled)
		return next_sampled(route, ret);
	if (route->cursor >= route->size)
		return false;
	struct range part = { .start = route->cursor };
	part.end = part.start +
	    bytes_min(route->size - part.start, engine_route_piece_max(route, part.start));
	*ret = engine_route_piece(route, &part);
	route->cursor = part.end;
	return true;
}

void engine_route_skip(struct route *route, uint64_t offset, struct range *ret)
{
	*ret = (struct range){ 0 };
	if (route->sampled || route->cursor >= offset)
		return;
	*ret = (struct range){ .start = route->cursor, .end = bytes_min(offset, route->size) };
	route->cursor = ret->end;
}
