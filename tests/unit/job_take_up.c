/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job_take_up: where the next worker goes on, and what it must know; and when a disk counts as silent. */
#include "unit/unit.h"
#include "fakes/clock.h"
#include "unit/job_rig.h"
#include "wipe/job/stall.h"
#include "wipe/job/take_up.h"

#define HALF (WORLD_SIZE / 2)

/* What follows is another session of the rig's job. */
struct again {
	struct fake_clock clock;
	struct clearance clearance;
	struct record record;
	struct take_up take_up;
	struct evidence earlier;
};

static struct again *again_new(struct job_rig *rig)
{
	struct again *again = calloc(1, sizeof(*again));
	assert_non_null(again);
	fake_clock_start(&again->clock, rig->wall_s + 60);
	again->clock.boot_ns = rig->boot_ns + 60 * SECOND;
	again->clearance.device = rig->world.device;
	again->earlier = rig->record.evidence;
	rig->record.evidence = (struct evidence){ 0 };
	return again;
}

static void again_free(struct again *again)
{
	evidence_free(&again->record.evidence);
	evidence_free(&again->earlier);
	job_take_up_free(&again->take_up);
	free(again);
}

static enum code try_again(struct job_rig *rig, struct again *again, struct err *err)
{
	const struct job_start start = { .plan = &rig->world.plan, .clearance = &again->clearance,
		.evidence = &again->earlier, .same_boot = true, .boot_id = "this-boot" };
	return job_take_up(&start, &again->clock.base, &again->record, &again->take_up, err);
}

static void unwritten(struct job_rig *rig, uint32_t step, uint64_t offset)
{
	job_rig_tell(rig, (struct event){ .kind = EVENT_UNWRITTEN, .step = step, .offset = offset,
	    .length = 512, .sys_errno = 5 });
}

/* Both passes gave something up; the second one stands at its half. */
static struct job_rig *half_way(void)
{
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_FIRST_DURABLE);
	unwritten(rig, 0, 1024);
	struct event first = rig->world.events[AT_FIRST_DURABLE];
	first.length -= 512;
	job_rig_tell(rig, first);
	first = rig->world.events[AT_FIRST_FINISHED];
	first.offset -= 512;
	job_rig_tell(rig, first);
	job_rig_tell(rig, rig->world.events[AT_LAST_STARTED]);
	unwritten(rig, 1, 4096);
	job_rig_tell(rig, (struct event){ .kind = EVENT_DURABLE, .step = 1, .offset = HALF,
	    .length = HALF - 512, .count = 1250 });
	unwritten(rig, 1, HALF + 512); /* not durable: it is tried again */
	return rig;
}

static void a_write_goes_on_where_it_was_durable(void **state)
{
	(void)state;
	struct job_rig *rig = half_way();
	struct again *again = again_new(rig);
	struct err err = { 0 };
	assert_ok(try_again(rig, again, &err), err);
	const struct engine_resume *resume = &again->take_up.resume;
	assert_int_equal(resume->step, 1);
	assert_int_equal(resume->offset, HALF);
	assert_int_equal(resume->bytes, HALF - 512);
	assert_int_equal(resume->requests, 1250);
	assert_int_equal(resume->unguarded, HALF);
	assert_int_equal(resume->unwritten_count, 1);
	assert_int_equal(resume->unwritten[0].offset, 4096);
	assert_int_equal(resume->unwritten[0].length, 512);
	assert_null(again->earlier.ranges); /* moved */
	again_free(again);
	job_rig_free(rig);
}

static void a_verification_begins_again_and_knows_what_was_given_up(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_LAST_DURABLE);
	unwritten(rig, 1, 8192);
	struct event last = rig->world.events[AT_LAST_DURABLE];
	last.length -= 512;
	job_rig_tell(rig, last);
	last = rig->world.events[AT_LAST_FINISHED];
	last.offset -= 512;
	job_rig_tell(rig, last);
	job_rig_tell(rig, rig->world.events[AT_VERIFY_STARTED]);
	struct again *again = again_new(rig);
	struct err err = { 0 };
	assert_ok(try_again(rig, again, &err), err);
	assert_int_equal(again->take_up.resume.step, 2);
	assert_int_equal(again->take_up.resume.offset, 0);
	assert_int_equal(again->take_up.resume.bytes, 0);
	assert_int_equal(again->take_up.resume.unguarded, WORLD_SIZE);
	assert_int_equal(again->take_up.resume.unwritten_count, 1);
	assert_int_equal(again->take_up.resume.unwritten[0].offset, 8192);
	again_free(again);
	job_rig_free(rig);
}

static void a_pass_of_which_nothing_is_durable_begins_again(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_FIRST_DURABLE);
	unwritten(rig, 0, 1024);
	struct again *again = again_new(rig);
	struct err err = { 0 };
	assert_ok(try_again(rig, again, &err), err);
	assert_int_equal(again->take_up.resume.step, 0);
	assert_int_equal(again->take_up.resume.offset, 0);
	assert_int_equal(again->take_up.resume.unguarded, 0);
	assert_int_equal(again->take_up.resume.unwritten_count, 0);
	again_free(again);
	job_rig_free(rig);
}

static void the_event_tells_boot_and_disk_and_is_held(void **state)
{
	(void)state;
	struct job_rig *rig = half_way();
	struct again *again = again_new(rig);
	struct err err = { 0 };
	assert_ok(try_again(rig, again, &err), err);
	const struct event *held = &again->record.held;
	assert_int_equal(held->kind, EVENT_RESUMED);
	assert_string_equal(held->text, "this-boot");
	assert_true(held->flag);
	assert_int_equal(held->count, 9);
	assert_int_equal(held->extra >> 32, 259);
	assert_int_equal(held->offset, HALF);
	assert_int_equal(again->record.evidence.interruption_count, 1);
	again_free(again);
	job_rig_free(rig);
}

static void a_job_that_is_done_is_not_taken_up(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_COUNT);
	struct again *again = again_new(rig);
	struct err err = { 0 };
	assert_int_equal(try_again(rig, again, &err), CODE_INPUT);
	assert_int_equal(again->record.held.kind, EVENT_NONE);
	again_free(again);
	job_rig_free(rig);
}

/* One look at a disk whose limit is 60 s; `progress` UINT64_MAX: it said nothing. */
static bool look(struct stall *stall, uint64_t at_s, uint64_t progress, struct event *told)
{
	const struct event event = { .kind = EVENT_PROGRESS, .offset = progress };
	*told = (struct event){ .kind = EVENT_STALLED, .boot_ns = at_s * SECOND };
	return stall_watch(stall, 60 * SECOND, progress == UINT64_MAX ? NULL : &event, told);
}

static void a_disk_stalls_when_it_does_not_move_whatever_its_worker_says(void **state)
{
	(void)state;
	struct stall stall = { .moved_ns = 100 * SECOND };
	struct event told;
	assert_false(look(&stall, 120, 4096, &told));
	assert_false(look(&stall, 179, 4096, &told));
	assert_true(look(&stall, 180, 4096, &told)); /* the same progress again is none */
	assert_true(told.flag);
	assert_int_equal(told.length, 60);
	assert_false(look(&stall, 200, UINT64_MAX, &told)); /* told once */
	assert_true(look(&stall, 500, 8192, &told));
	assert_false(told.flag);
	assert_int_equal(told.length, 380);
	assert_false(look(&stall, 559, UINT64_MAX, &told));
	assert_true(look(&stall, 560, UINT64_MAX, &told));
	assert_true(told.flag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_goes_on_where_it_was_durable),
		cmocka_unit_test(a_verification_begins_again_and_knows_what_was_given_up),
		cmocka_unit_test(a_pass_of_which_nothing_is_durable_begins_again),
		cmocka_unit_test(the_event_tells_boot_and_disk_and_is_held),
		cmocka_unit_test(a_job_that_is_done_is_not_taken_up),
		cmocka_unit_test(a_disk_stalls_when_it_does_not_move_whatever_its_worker_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
