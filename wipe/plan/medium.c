/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * medium: how is a sample read on this disk? A seek of a rotating disk takes as long as reading about
 * 1 MiB: its blocks are large. Flash does not mind: there many small blocks leave less room to hide
 * for the same share. What is not known to be flash may rotate.
 */
#include "wipe/plan.h"

#define SEEK	    (UINT64_C(1024) * 1024) /* bytes read meanwhile */
#define WORTH_TENTH 6 /* of the time of a full read: what a sample may take */

uint64_t sampling_block_of(enum device_media media)
{
	return media == DEVICE_MEDIA_SSD ? SAMPLING_BLOCK_FLASH : SAMPLING_BLOCK_SEEKING;
}

void plan_sampling(const struct plan *plan, const struct plan_step *step, struct sampling *ret)
{
	bool full = step->verify != PROCEDURE_VERIFY_SAMPLE;
	const struct sampling_wish wish = { .permille = full ? 1000 : step->sample_permille,
		.strata = full ? 0 : step->sample_strata, .each = full ? 1 : step->sample_each,
		.block = step->sample_block };
	sampling_design(plan->size, plan->logical, &wish, ret);
}

static bool is_worth_it(const struct sampling *sampling, enum device_media media)
{
	bool seeks = media == DEVICE_MEDIA_HDD || media == DEVICE_MEDIA_UNKNOWN;
	uint64_t blocks = sampling->strata * sampling->each;
	/* In tenths of a full read, both sides divided by what could overflow. */
	return bytes_mul_div(blocks, sampling->block + (seeks ? SEEK : 0), WORTH_TENTH) <=
	    sampling->size / 10;
}

void plan_fit_samples(struct plan *plan, enum device_media media)
{
	for (unsigned i = 0; i < plan->step_count; i++) {
		struct plan_step *step = &plan->steps[i];
		struct sampling sampling;
		if (step->action != PLAN_VERIFY || step->verify != PROCEDURE_VERIFY_SAMPLE)
			continue;
		step->sample_block = sampling_block_of(media);
		plan_sampling(plan, step, &sampling);
		/* One of a disk that is too small stays the sample that was asked for: all of it. */
		if (!sampling.whole && !is_worth_it(&sampling, media))
			step->verify = PROCEDURE_VERIFY_FULL;
	}
}
