/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: jobs that end badly or early. What remains is named, and nothing is promised. */
#include "unit/engine_rig.h"

static struct rig *dying(uint64_t from)
{
	struct rig *rig = rig_new(8 * MIB, 4096, 4096);
	rig_fault(rig, FAKE_WRITE | FAKE_READ, FAKE_FAIL, from, rig->plan->size - from, 0);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	rig_step(rig, PLAN_VERIFY, rig_keystream());
	return rig;
}

static const struct event *last_event(struct rig *rig)
{
	assert_true(rig->recorder.count > 0);
	return &rig->recorder.items[rig->recorder.count - 1];
}

/* Written and unwritten bytes together are the disk, and no byte is both. */
static void assert_all_is_told(struct rig *rig)
{
	uint64_t unwritten = fake_recorder_length(&rig->recorder, EVENT_UNWRITTEN);
	assert_int_equal(rig->totals.written + unwritten, rig->plan->size);
	assert_int_equal(last_event(rig)->kind, EVENT_FAILED);
	assert_int_equal(rig_count(rig, EVENT_FAILED), 1);
	assert_int_equal(rig_count(rig, EVENT_STEP_FINISHED), 0);
	assert_int_equal(rig_count(rig, EVENT_STEP_STARTED), 1);
	for (size_t i = 0; i < rig_count(rig, EVENT_UNWRITTEN); i++) {
		const struct event *event = rig_event(rig, EVENT_UNWRITTEN, i);
		for (uint64_t at = 0; at < event->length; at += 4096)
			assert_int_equal(rig->fake->bytes[event->offset + at], 0xa5);
	}
}

static void a_dying_disk_ends_after_so_many_errors(void **state)
{
	(void)state;
	struct rig *rig = dying(3 * MIB);
	rig->limits.error_requests = 100;
	rig->limits.skip_first = 64 * KIB;
	rig->limits.skip_max = 1 * MIB;
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_in_range(rig->fake->failures, 100, 108);
	assert_all_is_told(rig);
	assert_int_equal(last_event(rig)->sys_errno, EIO);
	assert_true(last_event(rig)->text[0] != '\0');
	assert_int_equal(rig->totals.written, 3 * MIB);
	rig_free(rig);
}

static void a_dying_disk_ends_after_so_much_time(void **state)
{
	(void)state;
	struct rig *rig = dying(0);
	rig->fake->failure_ns = UINT64_C(30) * 1000000000;
	rig->limits.error_ns = UINT64_C(300) * 1000000000;
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_in_range(rig->fake->failures, 2, 18);
	assert_all_is_told(rig);
	rig_free(rig);
}

static void a_vanished_disk_is_gone(void **state)
{
	(void)state;
	struct rig *rig = rig_new(8 * MIB, 4096, 4096);
	rig->fake->vanish_after = 40;
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_GONE);
	assert_all_is_told(rig);
	assert_int_equal(last_event(rig)->sys_errno, ENODEV);
	assert_int_equal(rig->totals.written, 40 * 64 * KIB);
	assert_true(rig->fake->failures <= 8);
	rig_free(rig);
}

static void a_shrunken_disk_has_failed(void **state)
{
	(void)state;
	struct rig *rig = rig_new(8 * MIB, 4096, 4096);
	rig->fake->shrink_after = 20;
	rig->fake->shrink_to = 4 * MIB;
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_in_range(rig->fake->failures, 1, 8); /* asked for its size at once, not tried on */
	assert_all_is_told(rig);
	rig_free(rig);

	/* Without any failed request: found by the question after the last flush. */
	rig = rig_new(1 * MIB, 4096, 4096);
	rig->fake->shrink_after = 16;
	rig->fake->shrink_to = 512 * KIB;
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_int_equal(rig_count(rig, EVENT_DURABLE), 0);
	rig_free(rig);

	/* Another disk from the start. */
	rig = rig_new(1 * MIB, 4096, 4096);
	rig->fake->told_size = 2 * MIB;
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_int_equal(rig->fake->writes, 0);
	rig_free(rig);
}

static void a_failed_flush_is_a_failure(void **state)
{
	(void)state;
	struct rig *rig = rig_new(1 * MIB, 4096, 4096);
	rig_fault(rig, FAKE_FLUSH, FAKE_FAIL, 0, 0, 1);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	rig_step(rig, PLAN_VERIFY, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_int_equal(last_event(rig)->kind, EVENT_FAILED);
	assert_int_equal(rig_count(rig, EVENT_DURABLE), 0);
	assert_int_equal(rig_count(rig, EVENT_STEP_FINISHED), 0);
	assert_int_equal(rig->fake->reads, 0);
	assert_int_equal(rig->fake->flushes, 1);
	rig_free(rig);
}

static void a_broken_ring_is_a_failure(void **state)
{
	(void)state;
	struct rig *rig = rig_new(1 * MIB, 4096, 4096);
	rig->fake->broken_wait = true;
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_IO);
	assert_all_is_told(rig);
	rig_free(rig);
}

static void a_stop_drains_flushes_and_tells(void **state)
{
	(void)state;
	struct rig *rig = rig_new(8 * MIB, 4096, 4096);
	rig->fake->request_ns = 100000000; /* an event per request */
	rig->stop_at = 20;
	rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 512 * KIB, 4096, 0);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_STOPPED);
	assert_int_equal(last_event(rig)->kind, EVENT_STOPPED);
	assert_int_equal(rig->fake->queued, 0);
	assert_int_equal(rig->fake->flushes, 1);
	uint64_t durable = rig_event(rig, EVENT_DURABLE, 0)->offset;
	assert_true(durable > 0 && durable < rig->plan->size);
	assert_int_equal(rig_count(rig, EVENT_STEP_FINISHED), 0);
	uint64_t unwritten = fake_recorder_length(&rig->recorder, EVENT_UNWRITTEN);
	for (uint64_t at = 0; at < durable; at += 4096) {
		if (rig->fake->bytes[at] == 0xa5 && rig->fake->bytes[at + 1] == 0xa5)
			unwritten -= 4096;
	}
	assert_int_equal(unwritten, 0);
	rig_free(rig);

	/* Also in a verification, where there is nothing to flush. */
	rig = rig_new(8 * MIB, 4096, 4096);
	rig->fake->request_ns = 100000000;
	rig->stop_at = 10;
	rig_step(rig, PLAN_VERIFY, rig_keystream());
	assert_int_equal(rig_run(rig), CODE_STOPPED);
	assert_int_equal(last_event(rig)->kind, EVENT_STOPPED);
	assert_int_equal(rig->fake->flushes, 0);
	assert_true(rig_count(rig, EVENT_MISMATCH) == 1);
	rig_free(rig);
}

/* Whichever event cannot be told, the run ends there, with nothing under way. */
static void a_sink_that_fails_ends_the_job(void **state)
{
	(void)state;
	for (size_t at = 1; at < 40; at++) {
		struct rig *rig = rig_new(2 * MIB, 4096, 4096);
		rig->fake->request_ns = 20000000;
		rig_fault(rig, FAKE_WRITE, FAKE_FAIL, 300 * KIB, 4096, 0);
		rig_step(rig, PLAN_WRITE, rig_keystream());
		rig_step(rig, PLAN_VERIFY, rig_keystream())->verify = PROCEDURE_VERIFY_SAMPLE;
		rig->recorder.refuse_at = at;
		enum code code = rig_run(rig);
		assert_int_equal(code, rig->recorder.refused ? CODE_FULL : CODE_OK);
		assert_int_equal(rig->fake->queued, 0);
		assert_int_equal(rig_count(rig, EVENT_FAILED), 0);
		rig_free(rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dying_disk_ends_after_so_many_errors),
		cmocka_unit_test(a_dying_disk_ends_after_so_much_time),
		cmocka_unit_test(a_vanished_disk_is_gone),
		cmocka_unit_test(a_shrunken_disk_has_failed),
		cmocka_unit_test(a_failed_flush_is_a_failure),
		cmocka_unit_test(a_broken_ring_is_a_failure),
		cmocka_unit_test(a_stop_drains_flushes_and_tells),
		cmocka_unit_test(a_sink_that_fails_ends_the_job),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
