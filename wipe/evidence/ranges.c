/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ranges: kept sorted by step, kind and offset, merged where they touch, so that the same bytes
 * reported twice count once, in whatever order bisection returns to them.
 */
#include "ranges.h"

#include <stdlib.h>
#include <string.h>

static bool is_same_list(const struct evidence_range *a, const struct evidence_range *b)
{
	return a->step == b->step && a->kind == b->kind;
}

static bool is_before(const struct evidence_range *a, const struct evidence_range *b)
{
	if (a->step != b->step)
		return a->step < b->step;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->offset < b->offset;
}

/* Index of the first range that does not lie before `range`. */
static size_t find_place(const struct evidence *evidence, const struct evidence_range *range)
{
	size_t low = 0;
	size_t high = evidence->range_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (is_before(&evidence->ranges[middle], range))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum code grow(struct evidence *evidence, struct err *err)
{
	if (evidence->range_count < evidence->range_capacity)
		return CODE_OK;
	size_t capacity = evidence->range_capacity ? 2 * evidence->range_capacity : 16;
	struct evidence_range *ranges = reallocarray(evidence->ranges, capacity, sizeof(*ranges));
	if (!ranges)
		return err_memory(err);
	evidence->ranges = ranges;
	evidence->range_capacity = capacity;
	return CODE_OK;
}

enum code evidence_ranges_add(struct evidence *evidence, const struct evidence_range *range,
    uint64_t *ret_added, struct err *err)
{
	enum code code = grow(evidence, err);
	if (code != CODE_OK)
		return code;
	struct evidence_range *all = evidence->ranges;
	struct evidence_range merged = *range;
	uint64_t end = range->offset + range->length; /* inside the disk: cannot overflow */
	size_t first = find_place(evidence, range);
	if (first > 0 && is_same_list(&all[first - 1], range) &&
	    all[first - 1].offset + all[first - 1].length >= range->offset)
		first--;
	size_t last = first;
	uint64_t had = 0;
	while (last < evidence->range_count && is_same_list(&all[last], range) &&
	    all[last].offset <= end) {
		had += all[last].length;
		if (all[last].offset < merged.offset) {
			merged.offset = all[last].offset;
			merged.sys_errno = all[last].sys_errno;
		}
		end = bytes_max(end, all[last].offset + all[last].length);
		last++;
	}
	merged.length = end - merged.offset;
	memmove(&all[first + 1], &all[last], (evidence->range_count - last) * sizeof(*all));
	all[first] = merged;
	evidence->range_count = evidence->range_count - (last - first) + 1;
	*ret_added = merged.length - had;
	return CODE_OK;
}

void evidence_ranges_drop(struct evidence *evidence, uint32_t step, uint64_t offset)
{
	size_t kept = 0;
	for (size_t i = 0; i < evidence->range_count; i++) {
		struct evidence_range range = evidence->ranges[i];
		if (range.step > step)
			break;
		if (range.step == step && range.kind != EVIDENCE_MISMATCH) {
			if (range.offset >= offset)
				continue;
			range.length = bytes_min(range.length, offset - range.offset);
		}
		evidence->ranges[kept++] = range;
	}
	evidence->range_count = kept;
}

void evidence_ranges_sum(struct evidence *evidence, uint32_t step)
{
	uint64_t sums[EVIDENCE_MISMATCH + 1] = { 0 };
	for (size_t i = 0; i < evidence->range_count; i++) {
		if (evidence->ranges[i].step == step)
			sums[evidence->ranges[i].kind] += evidence->ranges[i].length;
	}
	evidence->steps[step].unwritten_bytes = sums[EVIDENCE_UNWRITTEN];
	evidence->steps[step].unreadable_bytes = sums[EVIDENCE_UNREADABLE];
	evidence->steps[step].mismatch_bytes = sums[EVIDENCE_MISMATCH];
}

/* Field by field: padding is not evidence. */
static bool step_equals(const struct evidence_step *a, const struct evidence_step *b)
{
	return a->action == b->action && a->state == b->state && a->wall_start_s == b->wall_start_s &&
	    a->wall_end_s == b->wall_end_s && a->boot_start_ns == b->boot_start_ns &&
	    a->boot_end_ns == b->boot_end_ns && a->bytes == b->bytes && a->count == b->count &&
	    a->boot_earlier_ns == b->boot_earlier_ns && a->durable_bytes == b->durable_bytes &&
	    a->durable_count == b->durable_count && a->covered == b->covered &&
	    a->durable == b->durable && a->flushed == b->flushed && a->retries == b->retries &&
	    a->unwritten_bytes == b->unwritten_bytes &&
	    a->unreadable_bytes == b->unreadable_bytes && a->mismatch_bytes == b->mismatch_bytes &&
	    a->sampled == b->sampled && memcmp(a->seed, b->seed, sizeof(a->seed)) == 0 &&
	    a->strata == b->strata && a->stratum == b->stratum && a->block == b->block &&
	    a->each == b->each;
}

static bool range_equals(const struct evidence_range *a, const struct evidence_range *b)
{
	return a->kind == b->kind && a->step == b->step && a->offset == b->offset &&
	    a->length == b->length && a->sys_errno == b->sys_errno;
}

static bool frame_equals(const struct evidence *a, const struct evidence *b)
{
	return a->size == b->size && a->ended == b->ended && a->ending == b->ending &&
	    a->failed_code == b->failed_code && strcmp(a->reason, b->reason) == 0 &&
	    a->claimed == b->claimed && a->claimed_earlier == b->claimed_earlier &&
	    a->first_step == b->first_step && a->stepping == b->stepping && a->recognised == b->recognised &&
	    a->stalled == b->stalled && a->paused == b->paused && a->left == b->left &&
	    a->check == b->check && a->unguarded == b->unguarded &&
	    a->written_earlier == b->written_earlier && a->boot_earlier_ns == b->boot_earlier_ns &&
	    a->openers_known == b->openers_known &&
	    a->partitions_dropped == b->partitions_dropped && strcmp(a->method, b->method) == 0 &&
	    a->request == b->request && a->depth == b->depth &&
	    a->wall_start_s == b->wall_start_s && a->wall_end_s == b->wall_end_s &&
	    a->boot_start_ns == b->boot_start_ns && a->boot_end_ns == b->boot_end_ns;
}

static bool witness_equals(const struct evidence *a, const struct evidence *b)
{
	return a->counted == b->counted && a->counter_known == b->counter_known &&
	    a->counter_kernel == b->counter_kernel && a->counter_ours == b->counter_ours &&
	    a->counter_most == b->counter_most && a->counter_discarded == b->counter_discarded &&
	    a->identity_asked == b->identity_asked && a->identity_same == b->identity_same &&
	    strcmp(a->identity_note, b->identity_note) == 0 && a->clock_steps == b->clock_steps &&
	    a->clock_step_s == b->clock_step_s && a->stalls == b->stalls &&
	    a->stall_s == b->stall_s && a->pauses == b->pauses;
}

static bool health_equals(const struct evidence_health *a, const struct evidence_health *b)
{
	return a->told == b->told && a->known == b->known && a->reallocated == b->reallocated &&
	    strcmp(a->text, b->text) == 0;
}

static bool interruption_equals(const struct evidence_interruption *a,
    const struct evidence_interruption *b)
{
	return a->step == b->step && a->durable == b->durable &&
	    a->wall_stopped_s == b->wall_stopped_s && a->wall_resumed_s == b->wall_resumed_s &&
	    strcmp(a->reason, b->reason) == 0 && a->recognised == b->recognised &&
	    a->compared == b->compared;
}

bool evidence_equals(const struct evidence *a, const struct evidence *b)
{
	if (!frame_equals(a, b) || !witness_equals(a, b) || a->step_count != b->step_count ||
	    a->range_count != b->range_count || a->interruption_count != b->interruption_count ||
	    !health_equals(&a->health[0], &b->health[0]) ||
	    !health_equals(&a->health[1], &b->health[1]))
		return false;
	for (size_t i = 0; i < a->interruption_count && i < EVIDENCE_INTERRUPTIONS_MAX; i++) {
		if (!interruption_equals(&a->interruptions[i], &b->interruptions[i]))
			return false;
	}
	for (unsigned i = 0; i < a->step_count; i++) {
		if (!step_equals(&a->steps[i], &b->steps[i]))
			return false;
	}
	for (size_t i = 0; i < a->range_count; i++) {
		if (!range_equals(&a->ranges[i], &b->ranges[i]))
			return false;
	}
	return true;
}
