/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: the sample hits every stratum, is as large as asked, and can be drawn again elsewhere. */
#include "unit/unit.h"
#include "wipe/plan.h"

#include <stdlib.h>

#define MIB UINT64_C(1048576)
#define TIB (MIB * MIB)

static const uint64_t sizes[] = { 512, 4096, 65536, 1000448, 16 * MIB, 777 * MIB + 512, 5000 * MIB,
	40000 * MIB, 41 * 1000 * MIB + 512, 4 * TIB + 3 * 512 };

static void design(uint64_t size, uint32_t align, unsigned permille, unsigned strata, unsigned each,
    struct sampling *ret)
{
	const struct sampling_wish wish = { .permille = permille, .strata = strata, .each = each };
	sampling_design(size, align, &wish, ret);
}

/* The documented generator, written again over content_words alone (itself replayed elsewhere). */
static void replay(const struct sampling *sampling, const uint8_t *seed)
{
	struct sampling_walk walk;
	sampling_start(sampling, seed, &walk);
	struct content_words words;
	content_words_start(&words, seed);
	uint64_t offset = 0, len = 0, bytes = 0, last_end = 0;
	for (uint64_t base = 0; base < sampling->size; base += sampling->stratum) {
		uint64_t room = sampling->size - base;
		room = room < sampling->stratum ? room : sampling->stratum;
		uint64_t numbers[64] = { 0 };
		bool all = room <= sampling->each * sampling->block;
		for (unsigned i = 0; i < sampling->each && !all; i++) {
			uint64_t number = content_words_below(&words,
			    (room - sampling->each * sampling->block) / sampling->align + 1);
			unsigned at = i;
			for (; at > 0 && numbers[at - 1] > number; at--)
				numbers[at] = numbers[at - 1];
			numbers[at] = number;
		}
		for (unsigned i = 0; i < sampling->each; i++) {
			uint64_t place = numbers[i] * sampling->align + i * sampling->block;
			if (place >= room)
				break;
			assert_true(sampling_next(&walk, &offset, &len));
			assert_true(offset == base + place);
			assert_true(offset >= last_end && offset % sampling->align == 0);
			assert_true(len > 0 && len <= sampling->block);
			assert_true(offset + len <= base + room);
			last_end = offset + len;
			bytes += len;
		}
	}
	assert_false(sampling_next(&walk, &offset, &len));
	struct assurance assurance;
	sampling_assurance(sampling, sampling->strata * sampling->each, bytes, &assurance);
	assert_true(assurance.share_millionths <= 1000000);
}

static void every_stratum_is_hit_as_documented(void **state)
{
	(void)state;
	uint8_t seed[CONTENT_SEED] = { 1, 2, 3 };
	const unsigned permilles[] = { 10, 100, 333, 500, 1000 };
	const unsigned eaches[] = { 1, 2, 5, 64 };
	for (size_t i = 0; i < WIPE_COUNT(sizes); i++) {
		for (size_t j = 0; j < WIPE_COUNT(permilles); j++) {
			for (size_t k = 0; k < WIPE_COUNT(eaches); k++) {
				struct sampling sampling;
				uint32_t align = sizes[i] % 4096 ? 512 : 4096;
				design(sizes[i], align, permilles[j], 0, eaches[k], &sampling);
				seed[3]++;
				replay(&sampling, seed);
				design(sizes[i], align, permilles[j], 77, eaches[k], &sampling);
				replay(&sampling, seed);
				const struct sampling_wish flash = { .permille = permilles[j],
					.each = eaches[k], .block = SAMPLING_BLOCK_FLASH };
				if (sizes[i] < TIB) {
					sampling_design(sizes[i], align, &flash, &sampling);
					replay(&sampling, seed);
				}
			}
		}
	}
}

static void the_share_is_at_least_what_was_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(sizes); i++) {
		for (unsigned permille = 1; permille <= 1000; permille += 37) {
			for (unsigned each = 1; each < 5; each += 3) {
				struct sampling sampling;
				design(sizes[i], 512, permille, 0, each, &sampling);
				unsigned __int128 read =
				    (unsigned __int128)sampling.block * sampling.each * 1000;
				assert_true(read >= (unsigned __int128)sampling.stratum * permille);
				assert_true(sampling.whole ||
				    sampling.block * each < sampling.stratum);
				assert_true(sampling.whole || sampling.strata >= 1000);
			}
		}
	}
}

static void the_standard_is_four_mebibytes_in_forty(void **state)
{
	(void)state;
	struct sampling sampling;
	struct assurance assurance;
	design(4 * TIB, 4096, 100, 0, 1, &sampling);
	assert_true(sampling.block == 4 * MIB && sampling.stratum == 40 * MIB);
	assert_true(sampling.strata == (4 * TIB + 40 * MIB - 1) / (40 * MIB));
	sampling_assurance(&sampling, sampling.strata, 4 * TIB / 10, &assurance);
	assert_true(assurance.longest_missed == 72 * MIB);
	assert_true(assurance.share_millionths == 99999);
	assert_true(assurance.single_sector_millionths == 99999);
	assert_true(assurance.stray_millionths == 3000000 / sampling.strata + 1);
	/* One block without an answer opens its whole stratum. */
	sampling_assurance(&sampling, sampling.strata - 1, 4 * TIB / 10, &assurance);
	assert_true(assurance.longest_missed == 112 * MIB);
	sampling_assurance(&sampling, 0, 0, &assurance);
	assert_true(assurance.longest_missed == 4 * TIB);
	assert_true(assurance.stray_millionths == 1000000);
}

static void flash_has_smaller_blocks_and_less_can_hide(void **state)
{
	(void)state;
	const struct sampling_wish wish = { .permille = 100,
		.block = sampling_block_of(DEVICE_MEDIA_SSD) };
	struct sampling sampling;
	struct assurance assurance;
	sampling_design(4 * TIB, 4096, &wish, &sampling);
	assert_true(sampling.block == MIB / 2 && sampling.stratum == 5 * MIB);
	sampling_assurance(&sampling, sampling.strata, 4 * TIB / 10, &assurance);
	assert_true(assurance.longest_missed == 9 * MIB);
	/* On a small one the standard number of strata decides, for all media alike. */
	struct sampling other;
	sampling_design(MIB * 1024, 4096, &wish, &sampling);
	design(MIB * 1024, 4096, 100, 0, 1, &other);
	assert_true(sampling.strata == other.strata && sampling.block == other.block);
	assert_true(sampling_block_of(DEVICE_MEDIA_HDD) == 4 * MIB);
	assert_true(sampling_block_of(DEVICE_MEDIA_UNKNOWN) == 4 * MIB);
	assert_true(sampling_block_of(DEVICE_MEDIA_VIRTUAL) == 4 * MIB);
}

/* Whoever has a certificate knows what was drawn, and not on what medium. */
static void the_sample_of_any_medium_is_recognised_and_no_other(void **state)
{
	(void)state;
	const uint64_t blocks[] = { SAMPLING_BLOCK_SEEKING, SAMPLING_BLOCK_FLASH };
	const struct sampling_wish asked = { .permille = 100, .each = 2 };
	for (size_t i = 0; i < WIPE_COUNT(blocks); i++) {
		struct sampling_wish wish = asked;
		struct sampling drawn, found, other;
		wish.block = blocks[i];
		sampling_design(4 * TIB, 512, &wish, &drawn);
		assert_true(sampling_recognise(4 * TIB, 512, &asked, &drawn, &found));
		assert_memory_equal(&found, &drawn, sizeof(found));
		for (unsigned member = 0; member < 4; member++) {
			other = drawn;
			other.strata -= member == 0;
			other.stratum += member == 1 ? 512 : 0;
			other.block -= member == 2 ? 512 : 0;
			other.each -= member == 3;
			assert_false(sampling_recognise(4 * TIB, 512, &asked, &other, &found));
		}
		wish.block = MIB;
		sampling_design(4 * TIB, 512, &wish, &other);
		assert_false(sampling_recognise(4 * TIB, 512, &asked, &other, &found));
		wish.permille = 10;
		wish.block = blocks[i];
		sampling_design(4 * TIB, 512, &wish, &other);
		assert_false(sampling_recognise(4 * TIB, 512, &asked, &other, &found));
	}
	struct sampling whole;
	design(1000 * 512, 512, 100, 0, 1, &whole);
	assert_true(whole.whole);
	assert_false(sampling_recognise(1000 * 512, 512, &asked, &whole, &whole));
}

static enum procedure_verify fitted(uint64_t size, unsigned permille, unsigned strata,
    enum device_media media)
{
	struct plan plan = { .size = size, .logical = 512, .step_count = 1 };
	plan.steps[0] = (struct plan_step){ .action = PLAN_VERIFY, .verify = PROCEDURE_VERIFY_SAMPLE,
		.sample_permille = permille, .sample_strata = strata, .sample_each = 1 };
	plan_fit_samples(&plan, media);
	assert_true(plan.steps[0].sample_block == sampling_block_of(media));
	return plan.steps[0].verify;
}

static void a_sample_that_saves_little_time_becomes_a_full_verification(void **state)
{
	(void)state;
	enum procedure_verify sample = PROCEDURE_VERIFY_SAMPLE, full = PROCEDURE_VERIFY_FULL;
	assert_int_equal(fitted(4 * TIB, 100, 0, DEVICE_MEDIA_HDD), sample);
	assert_int_equal(fitted(4 * TIB, 479, 0, DEVICE_MEDIA_HDD), sample);
	assert_int_equal(fitted(4 * TIB, 481, 0, DEVICE_MEDIA_HDD), full);
	assert_int_equal(fitted(4 * TIB, 590, 0, DEVICE_MEDIA_SSD), sample);
	assert_int_equal(fitted(4 * TIB, 610, 0, DEVICE_MEDIA_SSD), full);
	assert_int_equal(fitted(4 * TIB, 590, 0, DEVICE_MEDIA_VIRTUAL), sample);
	/* A million seeks of a small disk. */
	assert_int_equal(fitted(MIB * MIB, 100, 1000000, DEVICE_MEDIA_HDD), full);
	assert_int_equal(fitted(MIB * MIB, 100, 1000000, DEVICE_MEDIA_UNKNOWN), full);
	assert_int_equal(fitted(MIB * MIB, 100, 1000000, DEVICE_MEDIA_SSD), sample);
	assert_int_equal(fitted(2048 * MIB, 100, 0, DEVICE_MEDIA_HDD), sample);
	assert_int_equal(fitted(1024 * MIB, 100, 0, DEVICE_MEDIA_HDD), full);
	/* Too small to sample: that was so before anybody asked for how long. */
	assert_int_equal(fitted(1000 * 512, 100, 0, DEVICE_MEDIA_HDD), sample);
	assert_int_equal(fitted(UINT64_C(1) << 63, 100, 0, DEVICE_MEDIA_HDD), sample);
	assert_int_equal(fitted(UINT64_C(1) << 63, 900, 2, DEVICE_MEDIA_HDD), full);
}

static void small_disks_are_read_whole(void **state)
{
	(void)state;
	struct sampling sampling;
	struct assurance assurance;
	design(1000 * 512, 512, 100, 0, 1, &sampling);
	assert_true(sampling.whole);
	sampling_assurance(&sampling, 1, 1000 * 512, &assurance);
	assert_true(assurance.share_millionths == 1000000 && assurance.longest_missed == 0 &&
	    assurance.stray_millionths == 0);
	sampling_assurance(&sampling, 1, 999 * 512, &assurance);
	assert_true(assurance.longest_missed == 1000 * 512);
	design(4 * TIB, 512, 1000, 0, 1, &sampling);
	assert_true(sampling.whole);
}

static void the_largest_disks_do_not_overflow(void **state)
{
	(void)state;
	uint64_t size = UINT64_C(1) << 63;
	const unsigned strata[] = { 0, 1, 2, 1000 };
	for (size_t i = 0; i < WIPE_COUNT(strata); i++) {
		struct sampling sampling;
		struct assurance assurance;
		design(size, 4096, 100, strata[i], 3, &sampling);
		struct sampling_walk walk;
		uint8_t seed[CONTENT_SEED] = { 9 };
		sampling_start(&sampling, seed, &walk);
		uint64_t offset = 0, len = 0, end = 0;
		for (int n = 0; n < 3000 && sampling_next(&walk, &offset, &len); n++) {
			assert_true(offset >= end && offset + len <= size);
			end = offset + len;
		}
		sampling_assurance(&sampling, sampling.strata * sampling.each, size / 10 + 1,
		    &assurance);
		assert_true(assurance.share_millionths == 100000);
		assert_true(assurance.longest_missed <= size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_stratum_is_hit_as_documented),
		cmocka_unit_test(the_share_is_at_least_what_was_asked),
		cmocka_unit_test(the_standard_is_four_mebibytes_in_forty),
		cmocka_unit_test(flash_has_smaller_blocks_and_less_can_hide),
		cmocka_unit_test(the_sample_of_any_medium_is_recognised_and_no_other),
		cmocka_unit_test(a_sample_that_saves_little_time_becomes_a_full_verification),
		cmocka_unit_test(small_disks_are_read_whole),
		cmocka_unit_test(the_largest_disks_do_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
