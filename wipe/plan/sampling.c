/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sampling: which blocks does a verification read, and what does a clean sample prove? (Design:
 * evidence, "Sampled readback".) Everything here can be drawn again from the recorded seed: strata
 * in ascending order; in each, `each` numbers below slack / align + 1, sorted, the i-th one giving
 * the place number * align + i * block, where slack = length of the stratum - each * block. A last
 * stratum no longer than its blocks together is read whole, and draws nothing.
 */
#include "wipe/plan.h"

#include <stdlib.h>
#include <string.h>

#define STANDARD_STRATA 1000
#define EACH_MAX        WIPE_COUNT(((struct sampling_walk *)0)->places)
#define MILLION         UINT64_C(1000000)

static uint64_t divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

static void read_everything(struct sampling *sampling)
{
	sampling->whole = true;
	sampling->stratum = sampling->size;
	sampling->block = sampling->size;
	sampling->each = 1;
	sampling->strata = 1;
}

void sampling_design(uint64_t size, uint32_t align, const struct sampling_wish *wish,
    struct sampling *ret)
{
	uint64_t permille = bytes_min(bytes_max(wish->permille, 1), 1000);
	unsigned each = (unsigned)bytes_min(bytes_max(wish->each, 1), EACH_MAX);
	uint64_t block = bytes_round_up(wish->block ? wish->block : SAMPLING_BLOCK_SEEKING, align);
	uint64_t stratum = bytes_round_down(block * each * 1000 / permille, align);
	if (wish->strata != 0 || size / stratum < STANDARD_STRATA) {
		uint64_t count = wish->strata ? wish->strata : STANDARD_STRATA;
		stratum = bytes_max(bytes_round_down(size / count, align), align);
		/* Rounded up each time: the share is at least what was asked for. */
		uint64_t share = stratum / 1000 * permille +
		    divide_up(stratum % 1000 * permille, 1000);
		block = bytes_round_up(divide_up(share, each), align);
	}
	*ret = (struct sampling){ .size = size, .stratum = stratum, .block = block, .each = each,
		.align = align };
	if (stratum >= size || block >= stratum || block > stratum / each ||
	    block * each == stratum)
		read_everything(ret);
	else
		ret->strata = divide_up(size, stratum);
}

bool sampling_recognise(uint64_t size, uint32_t align, const struct sampling_wish *wish,
    const struct sampling *drawn, struct sampling *ret)
{
	static const uint64_t blocks[] = { SAMPLING_BLOCK_SEEKING, SAMPLING_BLOCK_FLASH };
	for (size_t i = 0; i < WIPE_COUNT(blocks); i++) {
		struct sampling_wish of_medium = *wish;
		struct sampling design;
		of_medium.block = blocks[i];
		sampling_design(size, align, &of_medium, &design);
		if (!design.whole && design.strata != 0 && drawn->strata == design.strata &&
		    drawn->stratum == design.stratum && drawn->block == design.block &&
		    drawn->each == design.each) {
			*ret = design;
			return true;
		}
	}
	return false;
}

void sampling_start(const struct sampling *sampling, const uint8_t seed[CONTENT_SEED],
    struct sampling_walk *ret)
{
	*ret = (struct sampling_walk){ .sampling = *sampling };
	content_words_start(&ret->words, seed);
}

static uint64_t stratum_len(const struct sampling *sampling, uint64_t index)
{
	return bytes_min(sampling->stratum, sampling->size - index * sampling->stratum);
}

/* Blocks that lie in a stratum of len bytes: fewer only in a last one that is read whole. */
static unsigned blocks_in(const struct sampling *sampling, uint64_t len)
{
	uint64_t fit = divide_up(len, sampling->block);
	return fit < sampling->each ? (unsigned)fit : sampling->each;
}

static int ascending(const void *a, const void *b)
{
	uint64_t left, right;
	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

static void draw(struct sampling_walk *walk, uint64_t len)
{
	const struct sampling *sampling = &walk->sampling;
	uint64_t together = sampling->block * sampling->each;
	uint64_t *places = walk->places;
	memset(places, 0, sizeof(walk->places));
	if (len > together) {
		uint64_t slack = (len - together) / sampling->align;
		for (unsigned i = 0; i < sampling->each; i++)
			places[i] = content_words_below(&walk->words, slack + 1) * sampling->align;
		qsort(places, sampling->each, sizeof(places[0]), ascending);
	}
	for (unsigned i = 0; i < sampling->each; i++)
		places[i] += i * sampling->block;
}

bool sampling_next(struct sampling_walk *walk, uint64_t *ret_offset, uint64_t *ret_len)
{
	const struct sampling *sampling = &walk->sampling;
	if (walk->next_stratum >= sampling->strata || sampling->size == 0)
		return false;
	uint64_t len = stratum_len(sampling, walk->next_stratum);
	if (walk->next_in_stratum == 0)
		draw(walk, len);
	uint64_t place = walk->places[walk->next_in_stratum];
	*ret_offset = walk->next_stratum * sampling->stratum + place;
	*ret_len = bytes_min(sampling->block, len - place);
	if (++walk->next_in_stratum >= blocks_in(sampling, len)) {
		walk->next_in_stratum = 0;
		walk->next_stratum++;
	}
	return true;
}

void sampling_assurance(const struct sampling *sampling, uint64_t blocks, uint64_t bytes,
    struct assurance *ret)
{
	uint64_t size = sampling->size;
	*ret = (struct assurance){ .longest_missed = size, .stray_millionths = MILLION };
	if (size == 0 || blocks == 0)
		return;
	ret->share_millionths = bytes_min(bytes_mul_div(bytes, MILLION, size), MILLION);
	ret->single_sector_millionths = ret->share_millionths;
	ret->stray_millionths = bytes_min(divide_up(3 * MILLION, blocks), MILLION);
	if (sampling->whole) {
		if (bytes >= size) {
			ret->longest_missed = 0;
			ret->stray_millionths = 0;
		}
		return;
	}
	uint64_t drawn = (sampling->strata - 1) * sampling->each +
	    blocks_in(sampling, stratum_len(sampling, sampling->strata - 1));
	uint64_t missing = blocks < drawn ? drawn - blocks : 0;
	uint64_t gap = sampling->stratum - sampling->block * sampling->each;
	/* Two neighbours pushed apart as far as they go; a block that gave no answer may lie
	 * between them and opens its whole stratum. */
	if (missing <= sampling->strata)
		ret->longest_missed = bytes_min(2 * gap + missing * sampling->stratum, size);
}
