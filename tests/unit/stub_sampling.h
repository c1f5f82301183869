/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for plan's sampling until that is there: ten strata, one block at the front of each. */
#ifndef TESTS_STUB_SAMPLING_H
#define TESTS_STUB_SAMPLING_H

#include "wipe/plan.h"

void sampling_design(uint64_t size, uint32_t align, unsigned permille, unsigned strata,
    unsigned each, struct sampling *ret)
{
	(void)strata;
	*ret = (struct sampling){ .size = size, .stratum = size / 10, .strata = 10, .each = each,
		.align = align, .block = size / 10 * permille / 1000, .whole = permille == 1000 };
}

void sampling_start(const struct sampling *sampling, const uint8_t seed[CONTENT_SEED],
    struct sampling_walk *ret)
{
	(void)seed;
	memset(ret, 0, sizeof(*ret));
	ret->sampling = *sampling;
}

bool sampling_next(struct sampling_walk *walk, uint64_t *ret_offset, uint64_t *ret_len)
{
	if (walk->next_stratum == walk->sampling.strata)
		return false;
	*ret_offset = walk->next_stratum++ * walk->sampling.stratum;
	*ret_len = walk->sampling.block;
	return true;
}

void sampling_assurance(const struct sampling *sampling, uint64_t blocks, uint64_t bytes,
    struct assurance *ret)
{
	*ret = (struct assurance){
		.share_millionths = bytes_mul_div(bytes, 1000000, sampling->size),
		.longest_missed = sampling->whole ? 0 : 2 * (sampling->stratum - sampling->block),
		.stray_millionths = blocks ? (3000000 + blocks - 1) / blocks : 1000000,
		.single_sector_millionths = bytes_mul_div(bytes, 1000000, sampling->size),
	};
}

#endif
