/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ranges: which parts of the disk are still to be visited, or were bad? A sorted array: what is
 * looked for is found by halving, and most changes are at its end, as disks are visited in order.
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

/* Index of the first range that ends after `offset`. */
static size_t find(const struct ranges *ranges, uint64_t offset)
{
	size_t low = 0, high = ranges->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ranges->items[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum code engine_ranges_remove(struct ranges *ranges, uint64_t start, uint64_t end, struct err *err)
{
	size_t i = find(ranges, start);
	while (start < end && i < ranges->count && ranges->items[i].start < end) {
		struct range *item = &ranges->items[i];
		struct range after = { .start = end, .end = item->end, .tag = item->tag };
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
	size_t at = find(ranges, start);
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

uint64_t engine_ranges_bytes(const struct ranges *ranges, uint64_t below)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < ranges->count && ranges->items[i].start < below; i++)
		bytes += bytes_min(ranges->items[i].end, below) - ranges->items[i].start;
	return bytes;
}

void engine_ranges_free(struct ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct ranges){ 0 };
}
