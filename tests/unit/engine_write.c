/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: write steps on healthy and sick disks; exact ranges, bounded commands. */
#include "unit/engine_rig.h"

static void a_healthy_disk_is_written_from_end_to_end(void **state)
{
	(void)state;
	struct rig *rig = rig_new(3 * MIB + 512 * 7, 512, 4096);
	rig->fake->newest_first = true;
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	rig_assert_medium(rig, rig_keystream(), 0, 0);
	assert_int_equal(rig->totals.written, rig->plan->size);
	assert_int_equal(rig->totals.written_failed, 0);
	assert_int_equal(rig->fake->writes, 49);
	assert_int_equal(rig->fake->flushes, 1);
	assert_int_equal(rig->fake->most_in_flight, 8);
	assert_int_equal(rig->recorder.items[0].kind, EVENT_STEP_STARTED);
	assert_int_equal(rig->recorder.items[rig->recorder.count - 1].kind, EVENT_STEP_FINISHED);
	assert_int_equal(rig_event(rig, EVENT_DURABLE, 0)->offset, rig->plan->size);
	assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 0)->offset, rig->plan->size);
	assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 0)->count, 49);
	assert_true(rig_count(rig, EVENT_PROGRESS) >= 1);
	rig_free(rig);
}

static void constants_of_three_bytes_keep_their_phase(void **state)
{
	(void)state;
	struct content content = { .kind = CONTENT_CONSTANT, .byte_count = 3,
		.bytes = { 1, 2, 3 } };
	struct rig *rig = rig_new(2 * MIB + 4096, 4096, 4096);
	rig->fake->newest_first = true;
	rig_step(rig, PLAN_WRITE, content);
	rig_step(rig, PLAN_WRITE, (struct content){ .kind = CONTENT_CONSTANT, .byte_count = 1,
	    .bytes = { 0x77 } });
	rig_step(rig, PLAN_WRITE, content);
	assert_ok(rig_run(rig), rig->err);
	rig_assert_medium(rig, content, 0, 0);
	assert_int_equal(rig_count(rig, EVENT_STEP_FINISHED), 3);
	assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 2)->step, 2);
	rig_free(rig);
}

/* All pieces of a constant share its bytes, if there is memory for all phases; else each has its own. */
static void one_constant(uint8_t byte_count, uint32_t logical, unsigned slots)
{
	struct content content = { .kind = CONTENT_CONSTANT, .byte_count = byte_count };
	for (uint8_t i = 0; i < byte_count; i++)
		content.bytes[i] = (uint8_t)(i + 1);
	struct rig *rig = rig_new(1 * MIB + 5 * logical, logical, logical);
	struct os_disk *disk = &rig->fake->disk;
	uint8_t *last = disk->slots[7];
	disk->slot_count = slots;
	rig->plan->depth = slots;
	rig->fake->newest_first = true;
	memset(last, 0xee, disk->slot_size);
	rig_fault(rig, FAKE_WRITE, FAKE_SHORT, 10 * logical, logical, 2);
	rig_step(rig, PLAN_WRITE, content);
	assert_ok(rig_run(rig), rig->err);
	rig_assert_medium(rig, content, 0, 0);
	assert_int_equal(rig->fake->most_in_flight, slots);
	for (uint32_t i = 0; i < disk->slot_size; i++)
		assert_int_equal(last[i], 0xee);
	rig_free(rig);
}

static void constants_of_any_length_share_their_memory(void **state)
{
	(void)state;
	static const uint8_t counts[] = { 1, 2, 3, 5, 7, 48, 63, 64 };
	for (size_t i = 0; i < WIPE_COUNT(counts); i++) {
		one_constant(counts[i], 512, 8);
		one_constant(counts[i], 512, 1);
		one_constant(counts[i], 4096, 8);
		one_constant(counts[i], 4096, 2);
	}
}

static void a_disk_smaller_than_one_request(void **state)
{
	(void)state;
	struct rig *rig = rig_new(512, 512, 4096);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	rig_step(rig, PLAN_VERIFY, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	rig_assert_medium(rig, rig_keystream(), 0, 0);
	assert_int_equal(rig->totals.read, 512);
	rig_free(rig);
}

/* One bad range costs exactly itself, wherever it lies in its request. */
static void one_bad(uint32_t logical, uint32_t physical, uint64_t offset, uint64_t length,
    uint64_t commands)
{
	struct rig *rig = rig_new(2 * MIB, logical, physical);
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, offset, length, 0);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	assert_int_equal(rig_count(rig, EVENT_UNWRITTEN), 1);
	rig_assert_range(rig, EVENT_UNWRITTEN, 0, offset, length, EIO);
	rig_assert_medium(rig, rig_keystream(), offset, length);
	assert_in_range(rig->fake->writes, 33, 32 + commands);
	assert_int_equal(rig->totals.written, rig->plan->size - length);
	assert_true(rig->totals.written_failed >= length);
	assert_int_equal(rig_count(rig, EVENT_RETRIED) + length / logical, rig->fake->failures);
	const struct event *finished = rig_event(rig, EVENT_STEP_FINISHED, 0);
	assert_int_equal(finished->offset, rig->plan->size - length);
	assert_int_equal(rig_event(rig, EVENT_DURABLE, 0)->offset, rig->plan->size);
	rig_free(rig);
}

static void one_bad_block_costs_exactly_that_block(void **state)
{
	(void)state;
	for (uint64_t at = 0; at < 2 * MIB; at += 36 * KIB) {
		one_bad(4096, 4096, at, 4096, 20);
		one_bad(512, 4096, at, 4096, 50);
		one_bad(512, 4096, at + 512, 512, 40);
		one_bad(512, 512, at + 1024, 512, 30);
	}
	one_bad(4096, 4096, 2 * MIB - 4096, 4096, 20);
	one_bad(4096, 4096, 60 * KIB, 12 * KIB, 50); /* across two requests */
}

static void skipped_parts_are_returned_to(void **state)
{
	(void)state;
	struct rig *rig = rig_new(4 * MIB, 4096, 4096);
	rig->limits.skip_first = 128 * KIB;
	rig->limits.skip_max = 512 * KIB;
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 1 * MIB, 4096, 0);
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 1 * MIB + 64 * KIB, 300 * KIB, 0);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	assert_int_equal(fake_recorder_length(&rig->recorder, EVENT_UNWRITTEN), 304 * KIB);
	rig_assert_range(rig, EVENT_UNWRITTEN, 0, 1 * MIB, 4096, EIO);
	for (uint64_t at = 0; at < rig->plan->size; at += 4096) {
		bool bad = at == 1 * MIB || (at >= 1 * MIB + 64 * KIB && at < 1 * MIB + 364 * KIB);
		assert_int_equal(rig->fake->bytes[at + 7] == 0xa5 && rig->fake->bytes[at] == 0xa5 &&
		    rig->fake->bytes[at + 9] == 0xa5, bad);
	}
	assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 0)->offset, 4 * MIB - 304 * KIB);
	rig_free(rig);
}

/* The sick part is touched again only when the rest is done. */
static void the_healthy_rest_comes_before_the_sick_part(void **state)
{
	(void)state;
	struct rig *rig = rig_new(8 * MIB, 4096, 4096);
	rig->limits.skip_first = 1 * MIB;
	rig->limits.error_requests = 60;
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 1 * MIB, 2 * MIB, 0);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_IO);
	/* Two skips, of 1 and 2 MiB: all but those is done before the second visit. */
	assert_true(rig->totals.written >= 5 * MIB - 128 * KIB);
	assert_int_equal(fake_recorder_length(&rig->recorder, EVENT_UNWRITTEN) +
	    rig->totals.written, rig->plan->size);
	rig_free(rig);
}

static void transient_errors_leave_no_trace_but_retries(void **state)
{
	(void)state;
	struct rig *rig = rig_new(2 * MIB, 512, 4096);
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 300 * KIB, 512, 2);
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 2 * MIB - 512, 512, 1);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	rig_assert_medium(rig, rig_keystream(), 0, 0);
	assert_int_equal(rig_count(rig, EVENT_UNWRITTEN), 0);
	assert_int_equal(rig_count(rig, EVENT_RETRIED), 3);
	rig_assert_range(rig, EVENT_RETRIED, 0, 256 * KIB, 64 * KIB, EIO);
	assert_int_equal(rig->totals.written, rig->plan->size);
	assert_int_equal(rig->totals.written_failed, 3 * 64 * KIB);
	rig_free(rig);
}

static void short_writes_go_on_where_they_ended(void **state)
{
	(void)state;
	struct rig *rig = rig_new(1 * MIB, 512, 512);
	rig_fault(rig, FAKE_WRITE, FAKE_SHORT, 100 * KIB, 512, 3);
	rig_fault(rig, FAKE_WRITE, FAKE_SHORT, 0, 512, 5);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	rig_assert_medium(rig, rig_keystream(), 0, 0);
	assert_int_equal(rig->totals.written, rig->plan->size);
	assert_true(rig->totals.written_failed > 0);
	rig_free(rig);
}

static void progress_is_rare_and_durable_every_half_minute(void **state)
{
	(void)state;
	struct rig *rig = rig_new(16 * MIB, 4096, 4096);
	rig->fake->request_ns = 1000000000; /* 256 requests: 256 s */
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	assert_in_range(rig_count(rig, EVENT_DURABLE), 7, 9);
	uint64_t last = 0;
	for (size_t i = 0; i < rig_count(rig, EVENT_DURABLE); i++) {
		assert_true(rig_event(rig, EVENT_DURABLE, i)->offset >= last);
		last = rig_event(rig, EVENT_DURABLE, i)->offset;
	}
	assert_int_equal(last, rig->plan->size);
	rig_free(rig);

	rig = rig_new(16 * MIB, 4096, 4096); /* 256 ms */
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	assert_in_range(rig_count(rig, EVENT_PROGRESS), 1, 5);
	assert_int_equal(rig_event(rig, EVENT_PROGRESS, rig_count(rig, EVENT_PROGRESS) - 1)->offset,
	    rig->plan->size);
	rig_free(rig);
}

static void a_stalling_disk_is_waited_for(void **state)
{
	(void)state;
	struct rig *rig = rig_new(1 * MIB, 4096, 4096);
	rig->fake->stalls = 100;
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_ok(rig_run(rig), rig->err);
	rig_assert_medium(rig, rig_keystream(), 0, 0);
	assert_true(rig_count(rig, EVENT_PROGRESS) >= 50); /* the view sees that nothing moves */
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_disk_is_written_from_end_to_end),
		cmocka_unit_test(constants_of_three_bytes_keep_their_phase),
		cmocka_unit_test(constants_of_any_length_share_their_memory),
		cmocka_unit_test(a_disk_smaller_than_one_request),
		cmocka_unit_test(one_bad_block_costs_exactly_that_block),
		cmocka_unit_test(skipped_parts_are_returned_to),
		cmocka_unit_test(the_healthy_rest_comes_before_the_sick_part),
		cmocka_unit_test(transient_errors_leave_no_trace_but_retries),
		cmocka_unit_test(short_writes_go_on_where_they_ended),
		cmocka_unit_test(progress_is_rare_and_durable_every_half_minute),
		cmocka_unit_test(a_stalling_disk_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
