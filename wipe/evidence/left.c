/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * left: the verification that counts is one that ran after the last write, expected exactly what
 * that write wrote, and read every byte of the disk or every block of a sample that is worked out
 * here once more.
 */
#include "left.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int evidence_left_step(const struct plan *plan)
{
	for (unsigned i = plan->step_count; i-- > 0;) {
		if (plan->steps[i].action == PLAN_WRITE)
			return (int)i;
	}
	return -1;
}

static bool content_equals(const struct content *a, const struct content *b)
{
	if (a->kind != b->kind || a->complement != b->complement)
		return false;
	switch (a->kind) {
	case CONTENT_CONSTANT:
		return a->byte_count > 0 && a->byte_count == b->byte_count &&
		    a->byte_count <= CONTENT_BYTES_MAX &&
		    memcmp(a->bytes, b->bytes, a->byte_count) == 0;
	case CONTENT_KEYSTREAM:
		return memcmp(a->key, b->key, CONTENT_KEY) == 0;
	default:
		return false;
	}
}

/* How many blocks the sample has that the seed draws, and bytes, with all below `covered`. */
static void count_sample(const struct sampling *sampling, const uint8_t *seed, uint64_t covered,
    uint64_t *ret_blocks, uint64_t *ret_bytes)
{
	struct sampling_walk walk;
	uint64_t offset = 0;
	uint64_t len = 0;
	*ret_blocks = 0;
	*ret_bytes = covered;
	sampling_start(sampling, seed, &walk);
	while (sampling_next(&walk, &offset, &len)) {
		(*ret_blocks)++;
		*ret_bytes += offset + len - bytes_min(bytes_max(offset, covered), offset + len);
	}
}

/* Bytes that had to be read, and blocks (0: not told). False and `why`: not the sample asked for. */
static bool expect(const struct evidence_step *step, const struct plan *plan,
    const struct plan_step *asked, uint64_t *ret_blocks, uint64_t *ret_bytes, char *ret_why,
    size_t size)
{
	*ret_blocks = 0;
	*ret_bytes = plan->size;
	if (asked->verify == PROCEDURE_VERIFY_FULL) {
		if (step->sampled)
			text_copy(ret_why, size, "a sample was read where everything was asked for");
		return !step->sampled;
	}
	struct sampling sampling;
	plan_sampling(plan, asked, &sampling);
	if (!step->sampled && (sampling.whole || step->covered == plan->size))
		return true;
	const struct sampling_wish wish = { .permille = asked->sample_permille,
		.strata = asked->sample_strata, .each = asked->sample_each };
	const struct sampling drawn = { .strata = step->strata, .stratum = step->stratum,
		.block = step->block, .each = (unsigned)bytes_min(step->each, UINT32_MAX) };
	if (!step->sampled ||
	    !sampling_recognise(plan->size, plan->logical, &wish, &drawn, &sampling)) {
		text_copy(ret_why, size, "its sample is not the one the procedure asks for");
		return false;
	}
	count_sample(&sampling, step->seed, step->covered, ret_blocks, ret_bytes);
	return true;
}

static enum evidence_left judge(const struct evidence_step *step, const struct plan *plan,
    const struct plan_step *asked, char *ret_why, size_t size)
{
	uint64_t blocks = 0;
	uint64_t bytes = 0;
	if (step->state != EVIDENCE_FINISHED) {
		text_copy(ret_why, size, "its verification did not come to its end");
		return EVIDENCE_LEFT_WRONG;
	}
	if (!expect(step, plan, asked, &blocks, &bytes, ret_why, size))
		return EVIDENCE_LEFT_WRONG;
	if (step->mismatch_bytes) {
		text_copy(ret_why, size, "other bytes were found than were written");
		return EVIDENCE_LEFT_WRONG;
	}
	if (step->bytes == 0 || bytes == 0) {
		text_copy(ret_why, size, "not one byte of it could be read back");
		return EVIDENCE_LEFT_WRONG;
	}
	if (step->bytes >= bytes && step->count >= blocks && !step->unreadable_bytes)
		return EVIDENCE_LEFT_VERIFIED;
	/* Unreadable blocks do not count as compared; what is missing must be accounted for. */
	if (step->unreadable_bytes && step->bytes + step->unreadable_bytes >= bytes) {
		snprintf(ret_why, size, "The content left on the disk was verified except where it "
		    "could not be read.");
		return EVIDENCE_LEFT_UNREADABLE;
	}
	snprintf(ret_why, size, "%" PRIu64 " bytes were compared, %" PRIu64 " had to be", step->bytes,
	    bytes);
	return EVIDENCE_LEFT_WRONG;
}

uint64_t evidence_left_covered(const struct evidence *evidence, const struct plan *plan, int left)
{
	uint64_t covered = 0;
	for (unsigned i = (unsigned)left + 1; i < plan->step_count; i++) {
		const struct plan_step *asked = &plan->steps[i];
		const struct evidence_step *done = &evidence->steps[i];
		if (asked->action != PLAN_VERIFY || asked->content_of != (unsigned)left ||
		    done->state != EVIDENCE_FINISHED || i < evidence->first_step)
			continue;
		/* How much it did read is judged with the verification itself. */
		covered = bytes_max(covered, done->sampled ? done->covered : plan->size);
	}
	return covered;
}

enum evidence_left evidence_left_verified(const struct evidence *evidence,
    const struct plan *plan, int left, char *ret_why, size_t size)
{
	enum evidence_left best = EVIDENCE_LEFT_NOT_ASKED;
	for (unsigned i = (unsigned)left + 1; i < plan->step_count; i++) {
		const struct plan_step *asked = &plan->steps[i];
		if (asked->action != PLAN_VERIFY || asked->content_of != (unsigned)left)
			continue;
		if (!content_equals(&asked->content, &plan->steps[left].content)) {
			text_copy(ret_why, size, "another content was expected than was written");
			return EVIDENCE_LEFT_WRONG;
		}
		enum evidence_left now = judge(&evidence->steps[i], plan, asked, ret_why, size);
		/* One verification that went wrong is not made good by another. */
		if (now == EVIDENCE_LEFT_WRONG)
			return now;
		if (best == EVIDENCE_LEFT_NOT_ASKED || now < best)
			best = now;
	}
	return best;
}
