/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ranges: which parts of the disk are still to be visited, or were bad? Few at a time (a sick disk
 * is given up long before there are many), so a sorted array does.
 */
#include "ranges.h"

#include <stdlib.h>
#include <string.h>

static enum code insert(struct ranges *ranges, size_t at, struct range range, struct err *err)
{
	if (ranges->count == ranges->room) {
		size_t room = ranges->room ? 2 * ranges->room : 16;
		struct range *items = reallocarray(ranges->items, room, sizeof(*items));
		if (!items)
			return err_memory(err);
		ranges->items = items;
		ranges->room = room;
	}
	memmove(&ranges->items[at + 1], &ranges->items[at],
	    (ranges->count - at) * sizeof(ranges->items[0]));
	ranges->items[at] = range;
	ranges->count++;
	return CODE_OK;
}

static void erase(struct ranges *ranges, size_t at)
{
	ranges->count--;
	memmove(&ranges->items[at], &ranges->items[at + 1],
	    (ranges->count - at) * sizeof(ranges->items[0]));
}

enum code engine_ranges_remove(struct ranges *ranges, uint64_t start, uint64_t end, struct err *err)
{
	for (size_t i = 0; i < ranges->count && start < end;) {
		struct range *item = &ranges->items[i];
		struct range after = { .start = end, .end = item->end, .tag = item->tag };
		if (item->end <= start || item->start >= end) {
			i++;
			continue;
		}
		if (item->start >= start) {
			erase(ranges, i);
		} else {
			item->end = start;
			i++;
		}
		if (after.end > after.start) {
			enum code code = insert(ranges, i++, after, err);
			if (code != CODE_OK)
				return code;
		}
	}
	return CODE_OK;
}

enum code engine_ranges_add(struct ranges *ranges, uint64_t start, uint64_t end, uint64_t tag,
    struct err *err)
{
	if (start >= end)
		return CODE_OK;
	enum code code = engine_ranges_remove(ranges, start, end, err);
	if (code != CODE_OK)
		return code;
	size_t at = 0;
	while (at < ranges->count && ranges->items[at].start < start)
		at++;
	if (at < ranges->count && ranges->items[at].start == end && ranges->items[at].tag == tag) {
		end = ranges->items[at].end;
		erase(ranges, at);
	}
	if (at > 0 && ranges->items[at - 1].end == start && ranges->items[at - 1].tag == tag) {
		ranges->items[at - 1].end = end;
		return CODE_OK;
	}
	return insert(ranges, at, (struct range){ .start = start, .end = end, .tag = tag }, err);
}

bool engine_ranges_take(struct ranges *ranges, uint64_t max, struct range *ret)
{
	if (ranges->count == 0)
		return false;
	struct range *first = &ranges->items[0];
	*ret = *first;
	ret->end = first->start + bytes_min(first->end - first->start, max);
	first->start = ret->end;
	if (first->start == first->end)
		erase(ranges, 0);
	return true;
}

uint64_t engine_ranges_bytes(const struct ranges *ranges)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < ranges->count; i++)
		bytes += ranges->items[i].end - ranges->items[i].start;
	return bytes;
}

void engine_ranges_free(struct ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct ranges){ 0 };
}
