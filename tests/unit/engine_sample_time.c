/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: how long does a sample take a rotating disk, by the clock of a model of one? */
#include "unit/unit.h"

#include "fakes/recorder.h"
#include "fakes/rotating.h"
#include "wipe/engine.h"

#include <stdio.h>
#include <stdlib.h>

#define MIB  UINT64_C(1048576)
#define SIZE (UINT64_C(48) * 1024 * MIB) /* large: its strata are 40 MiB */

static const uint8_t seed[CONTENT_SEED] = { 4, 8, 200 };

static bool never(void *self)
{
	(void)self;
	return false;
}

/* Nanoseconds that reading it takes; all of it where there is no sampling. */
static uint64_t time_of(const struct sampling *sampling, struct engine_totals *ret_totals)
{
	struct rotating *disk = rotating_new(SIZE, 8, 1 * MIB);
	struct fake_recorder recorder = { 0 };
	struct err err = { 0 };
	const struct content zeros = { .kind = CONTENT_CONSTANT, .byte_count = 1 };
	const struct engine_context context = { .disk = &disk->disk, .clock = &disk->clock,
		.sink = fake_recorder_sink(&recorder), .is_stopping = never,
		.limits = &engine_limits_default };
	assert_ok(engine_verify(&zeros, SIZE, 4096, 1 * MIB, sampling, seed, &context, ret_totals,
	    &err), err);
	assert_int_equal(fake_recorder_count(&recorder, EVENT_STEP_FINISHED), 1);
	uint64_t ns = disk->now_ns;
	fake_recorder_free(&recorder);
	os_disk_free(&disk->disk);
	return ns;
}

static void standard(enum device_media media, struct sampling *ret)
{
	const struct sampling_wish wish = { .permille = 100, .each = 1,
		.block = sampling_block_of(media) };
	sampling_design(SIZE, 4096, &wish, ret);
}

/* The model is a sum: what nobody compares takes it no time. */
static uint64_t full_read_ns(void)
{
	return SIZE * 5;
}

static uint64_t permille_of_full(uint64_t ns)
{
	return bytes_mul_div(ns, 1000, full_read_ns());
}

static void a_tenth_takes_an_eighth_of_the_time(void **state)
{
	(void)state;
	struct sampling sampling;
	struct assurance assurance;
	struct engine_totals totals = { 0 };
	standard(DEVICE_MEDIA_HDD, &sampling);
	uint64_t permille = permille_of_full(time_of(&sampling, &totals));
	printf("sampled 10%% on the model of a rotating disk: %llu permille of a full read\n",
	    (unsigned long long)permille);
	assert_true(permille <= 130);
	/* Not by reading less, nor by leaving more room to hide. */
	sampling_assurance(&sampling, sampling.strata, SIZE / 10, &assurance);
	assert_true(assurance.longest_missed <= 72 * MIB);
	assert_true(sampling.strata >= 1000 && !sampling.whole);
	assert_true(sampling.block * sampling.each * 10 >= sampling.stratum);
}

static void a_full_read_takes_what_the_model_says(void **state)
{
	(void)state;
	struct engine_totals totals = { 0 };
	uint64_t ns = time_of(NULL, &totals);
	assert_true(ns >= full_read_ns() && ns < full_read_ns() + 1000000000);
}

/* The blocks for flash, on a disk with an arm: that is why a medium has its own. */
static void small_blocks_would_take_much_longer(void **state)
{
	(void)state;
	struct sampling sampling;
	struct engine_totals totals = { 0 };
	standard(DEVICE_MEDIA_SSD, &sampling);
	assert_true(permille_of_full(time_of(&sampling, &totals)) > 200);
}

static int compare_shuffled(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	/* Any fixed order that has nothing to do with the offsets. */
	left = (left / (40 * MIB) * UINT64_C(0x9e3779b97f4a7c15)) >> 20;
	right = (right / (40 * MIB) * UINT64_C(0x9e3779b97f4a7c15)) >> 20;
	return (left > right) - (left < right);
}

static void any_other_order_takes_longer(void **state)
{
	(void)state;
	struct sampling sampling;
	struct sampling_walk walk;
	struct err err = { 0 };
	struct engine_totals totals = { 0 };
	standard(DEVICE_MEDIA_HDD, &sampling);
	uint64_t *offsets = calloc(sampling.strata, sizeof(*offsets));
	uint64_t len = 0;
	size_t count = 0;
	assert_non_null(offsets);
	sampling_start(&sampling, seed, &walk);
	while (count < sampling.strata && sampling_next(&walk, &offsets[count], &len))
		count++;
	qsort(offsets, count, sizeof(*offsets), compare_shuffled);
	struct rotating *disk = rotating_new(SIZE, 1, 4 * MIB);
	for (size_t i = 0; i < count; i++) {
		struct os_io_done done;
		const struct os_io io = { .kind = OS_IO_READ, .offset = offsets[i],
			.len = (uint32_t)bytes_min(sampling.block, SIZE - offsets[i]) };
		assert_ok(disk->disk.ops->submit(&disk->disk, &io, &err), err);
		assert_ok(disk->disk.ops->wait(&disk->disk, 0, &done, &err), err);
		assert_true(done.result == io.len);
	}
	assert_true(permille_of_full(disk->now_ns) > 130);
	assert_true(disk->now_ns > time_of(&sampling, &totals));
	os_disk_free(&disk->disk);
	free(offsets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenth_takes_an_eighth_of_the_time),
		cmocka_unit_test(a_full_read_takes_what_the_model_says),
		cmocka_unit_test(small_blocks_would_take_much_longer),
		cmocka_unit_test(any_other_order_takes_longer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
