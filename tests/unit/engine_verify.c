/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: verifications that really fail. What is wrong on the medium is found, exactly. */
#include "unit/engine_rig.h"

static struct rig *written(uint64_t size, uint32_t logical, uint32_t physical,
    struct content content)
{
	struct rig *rig = rig_new(size, logical, physical);
	rig_step(rig, PLAN_WRITE, content);
	rig_step(rig, PLAN_VERIFY, content)->content_of = 0;
	return rig;
}

static void a_clean_disk_verifies(void **state)
{
	(void)state;
	struct rig *rig = written(3 * MIB + 512, 512, 4096, rig_keystream());
	rig->fake->newest_first = true;
	assert_ok(rig_run(rig), rig->err);
	const struct event *finished = rig_event(rig, EVENT_STEP_FINISHED, 1);
	assert_int_equal(finished->step, 1);
	assert_int_equal(finished->offset, rig->plan->size);
	assert_int_equal(finished->count, 49);
	assert_int_equal(rig->totals.read, rig->plan->size);
	assert_int_equal(rig_count(rig, EVENT_MISMATCH), 0);
	assert_int_equal(rig_count(rig, EVENT_SAMPLED), 0);
	assert_int_equal(rig->fake->flushes, 1);
	rig_free(rig);
}

static void one_old_sector_is_found_by_a_full_read(void **state)
{
	(void)state;
	for (uint64_t at = 0; at < 1 * MIB; at += 29 * 512) {
		struct rig *rig = written(1 * MIB, 512, 4096, rig_keystream());
		rig_fault(rig, FAKE_WRITE, FAKE_DROP, at, 512, 0);
		assert_ok(rig_run(rig), rig->err);
		assert_int_equal(rig_count(rig, EVENT_MISMATCH), 1);
		rig_assert_range(rig, EVENT_MISMATCH, 0, at, 512, 0);
		assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 1)->count, 15);
		assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 1)->offset, 1 * MIB);
		rig_free(rig);
	}
}

static void neighbouring_blocks_are_one_range(void **state)
{
	(void)state;
	struct content zero = { .kind = CONTENT_CONSTANT, .byte_count = 1 };
	struct rig *rig = written(1 * MIB, 512, 512, zero);
	rig_fault(rig, FAKE_WRITE, FAKE_DROP, 10 * KIB, 200 * KIB, 0);
	rig_fault(rig, FAKE_WRITE, FAKE_FLIP, 500 * KIB + 100, 1, 0);
	assert_ok(rig_run(rig), rig->err);
	assert_int_equal(rig_count(rig, EVENT_MISMATCH), 2);
	rig_assert_range(rig, EVENT_MISMATCH, 0, 10 * KIB, 200 * KIB, 0);
	rig_assert_range(rig, EVENT_MISMATCH, 1, 500 * KIB, 512, 0);
	rig_free(rig);
}

static void unreadable_blocks_are_exact(void **state)
{
	(void)state;
	struct rig *rig = written(2 * MIB, 512, 4096, rig_keystream());
	rig_fault(rig, FAKE_READ, FAKE_FAIL, 700 * KIB, 4096, 0);
	rig_fault(rig, FAKE_READ, FAKE_FAIL, 2 * MIB - 512, 512, 0);
	rig_fault(rig, FAKE_READ, FAKE_FAIL, 0, 512, 2);
	rig_fault(rig, FAKE_READ, FAKE_SHORT, 1 * MIB, 64 * KIB, 2);
	assert_ok(rig_run(rig), rig->err);
	assert_int_equal(rig_count(rig, EVENT_UNREADABLE), 2);
	rig_assert_range(rig, EVENT_UNREADABLE, 0, 700 * KIB, 4096, EIO);
	rig_assert_range(rig, EVENT_UNREADABLE, 1, 2 * MIB - 512, 512, EIO);
	assert_int_equal(rig_count(rig, EVENT_MISMATCH), 0);
	const struct event *finished = rig_event(rig, EVENT_STEP_FINISHED, 1);
	assert_int_equal(finished->offset, 2 * MIB - 4096 - 512);
	assert_int_equal(finished->count, 30);
	rig_free(rig);
}

static void unwritten_ranges_show_as_mismatch(void **state)
{
	(void)state;
	struct rig *rig = written(1 * MIB, 4096, 4096, rig_keystream());
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 400 * KIB, 8192, 0);
	assert_ok(rig_run(rig), rig->err);
	rig_assert_range(rig, EVENT_UNWRITTEN, 0, 400 * KIB, 8192, EIO);
	rig_assert_range(rig, EVENT_MISMATCH, 0, 400 * KIB, 8192, 0);
	rig_free(rig);
}

static void a_dying_verification_ends_bounded(void **state)
{
	(void)state;
	struct rig *rig = written(8 * MIB, 4096, 4096, rig_keystream());
	rig->limits.error_requests = 50;
	rig_fault(rig, FAKE_READ, FAKE_FAIL, 1 * MIB, 7 * MIB, 0);
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_in_range(rig->fake->failures, 50, 58);
	assert_int_equal(rig_count(rig, EVENT_FAILED), 1);
	assert_int_equal(rig_count(rig, EVENT_STEP_FINISHED), 1);
	assert_true(fake_recorder_length(&rig->recorder, EVENT_UNREADABLE) >= 64 * KIB);
	rig_free(rig);
}

static struct rig *sampled(uint64_t size, unsigned permille)
{
	struct rig *rig = written(size, 4096, 4096, rig_keystream());
	struct plan_step *verify = &rig->plan->steps[1];
	verify->verify = PROCEDURE_VERIFY_SAMPLE;
	verify->sample_permille = permille;
	return rig;
}

static void a_sample_is_told_and_can_be_replayed(void **state)
{
	(void)state;
	struct rig *rig = sampled(128 * MIB, 100);
	assert_ok(rig_run(rig), rig->err);
	const struct event *event = rig_event(rig, EVENT_SAMPLED, 0);
	struct sampling design;
	sampling_design(128 * MIB, 4096, &(struct sampling_wish){ .permille = 100 }, &design);
	assert_int_equal(event->offset, design.strata);
	assert_int_equal(event->length, design.stratum);
	assert_int_equal(event->count, design.block);
	assert_int_equal(event->extra, 1);
	assert_true(design.strata >= 1000);
	/* The sample, and the first and last request of the disk, no byte twice. */
	uint8_t *seen = calloc(1, 128 * MIB / 4096);
	memset(seen, 1, 16);
	memset(seen + 128 * MIB / 4096 - 16, 1, 16);
	struct sampling_walk walk;
	sampling_start(&design, event->blob, &walk);
	uint64_t offset, len, bytes = 0, blocks = 0;
	while (sampling_next(&walk, &offset, &len)) {
		memset(seen + offset / 4096, 1, len / 4096);
		blocks++;
	}
	for (size_t i = 0; i < 128 * MIB / 4096; i++)
		bytes += 4096u * seen[i];
	free(seen);
	const struct event *finished = rig_event(rig, EVENT_STEP_FINISHED, 1);
	assert_int_equal(finished->count, blocks);
	assert_int_equal(finished->offset, bytes);
	assert_int_equal(rig->totals.read, bytes);
	rig_free(rig);
}

static void a_sample_of_a_disk_never_written_fails_everywhere(void **state)
{
	(void)state;
	struct rig *rig = sampled(64 * MIB, 50);
	rig_fault(rig, FAKE_WRITE, FAKE_DROP, 0, 64 * MIB, 0);
	assert_ok(rig_run(rig), rig->err);
	const struct event *finished = rig_event(rig, EVENT_STEP_FINISHED, 1);
	assert_int_equal(finished->count, 0);
	assert_int_equal(fake_recorder_length(&rig->recorder, EVENT_MISMATCH), finished->offset);
	rig_free(rig);
}

static void a_sample_looks_around_what_was_not_written(void **state)
{
	(void)state;
	struct rig *rig = sampled(64 * MIB, 1);
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 30 * MIB, 4096, 0);
	rig_fault(rig, FAKE_WRITE, FAKE_DROP, 30 * MIB - 4096, 4096, 0);
	rig_fault(rig, FAKE_WRITE, FAKE_DROP, 30 * MIB + 64 * KIB, 4096, 0);
	rig_fault(rig, FAKE_READ, FAKE_FAIL, 30 * MIB, 4096, 0);
	rig_fault(rig, FAKE_WRITE, FAKE_DROP, 0, 4096, 0);
	rig_fault(rig, FAKE_WRITE, FAKE_DROP, 64 * MIB - 4096, 4096, 0);
	assert_ok(rig_run(rig), rig->err);
	assert_int_equal(rig_count(rig, EVENT_UNREADABLE), 1);
	rig_assert_range(rig, EVENT_UNREADABLE, 0, 30 * MIB, 4096, EIO);
	assert_int_equal(fake_recorder_length(&rig->recorder, EVENT_MISMATCH), 4 * 4096);
	rig_free(rig);
}

static void a_small_disk_is_read_whole_instead_of_sampled(void **state)
{
	(void)state;
	struct rig *rig = sampled(64 * KIB, 100);
	assert_ok(rig_run(rig), rig->err);
	assert_int_equal(rig_count(rig, EVENT_SAMPLED), 0);
	assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 1)->offset, 64 * KIB);
	rig_free(rig);
}

static void check_reads_what_a_certificate_says(void **state)
{
	(void)state;
	struct rig *rig = rig_new(16 * MIB, 4096, 4096);
	struct content content = rig_keystream();
	rig_step(rig, PLAN_WRITE, content);
	assert_ok(rig_run(rig), rig->err);
	rig->fake->bytes[5 * MIB + 1] ^= 1;
	fake_recorder_free(&rig->recorder);
	struct engine_context context = rig_context(rig);
	assert_ok(engine_verify(&content, 16 * MIB, 4096, 64 * 1024, NULL, NULL, &context,
	    &rig->totals, &rig->err), rig->err);
	rig_assert_range(rig, EVENT_MISMATCH, 0, 5 * MIB, 4096, 0);
	assert_int_equal(rig->totals.read, 16 * MIB);

	fake_recorder_free(&rig->recorder);
	struct sampling design;
	uint8_t seed[CONTENT_SEED] = { 7 };
	sampling_design(16 * MIB, 4096, &(struct sampling_wish){ .permille = 100 }, &design);
	context = rig_context(rig);
	assert_ok(engine_verify(&content, 16 * MIB, 4096, 64 * 1024, &design, seed, &context,
	    &rig->totals, &rig->err), rig->err);
	assert_memory_equal(rig_event(rig, EVENT_SAMPLED, 0)->blob, seed, sizeof(seed));
	assert_true(rig->totals.read < 8 * MIB);
	rig_free(rig);
}

/* Told between the comparison of one piece and the start of the next. */
static void look_at_what_is_under_way(void *self, const struct event *event)
{
	struct rig *rig = self;
	if (event->kind == EVENT_PROGRESS && event->step == 1 && event->offset <= 3 * MIB &&
	    event->offset > 0)
		assert_int_equal(rig->fake->queued, 7);
}

static void the_others_are_under_way_while_one_is_compared(void **state)
{
	(void)state;
	const struct content contents[] = { rig_keystream(),
		{ .kind = CONTENT_CONSTANT, .byte_count = 1, .bytes = { 9 } } };
	for (size_t i = 0; i < WIPE_COUNT(contents); i++) {
		struct rig *rig = rig_new(4 * MIB, 4096, 4096);
		rig->fake->request_ns = UINT64_C(200000000); /* so that progress is told each time */
		rig_step(rig, PLAN_WRITE, contents[i]);
		rig_step(rig, PLAN_VERIFY, contents[i]);
		rig->recorder.look = look_at_what_is_under_way;
		assert_ok(rig_run(rig), rig->err);
		assert_true(rig_count(rig, EVENT_PROGRESS) > 60);
		rig_free(rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_disk_verifies),
		cmocka_unit_test(one_old_sector_is_found_by_a_full_read),
		cmocka_unit_test(neighbouring_blocks_are_one_range),
		cmocka_unit_test(unreadable_blocks_are_exact),
		cmocka_unit_test(unwritten_ranges_show_as_mismatch),
		cmocka_unit_test(a_dying_verification_ends_bounded),
		cmocka_unit_test(a_sample_is_told_and_can_be_replayed),
		cmocka_unit_test(a_sample_of_a_disk_never_written_fails_everywhere),
		cmocka_unit_test(a_sample_looks_around_what_was_not_written),
		cmocka_unit_test(a_small_disk_is_read_whole_instead_of_sampled),
		cmocka_unit_test(check_reads_what_a_certificate_says),
		cmocka_unit_test(the_others_are_under_way_while_one_is_compared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
