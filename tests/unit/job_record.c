/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job_record: evidence and journal say the same, whatever the disk under the journal and the clock do. */
#include "unit/unit.h"
#include "unit/job_rig.h"

static void what_is_folded_is_journaled_and_progress_is_neither(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	for (size_t i = 0; i < rig->world.count; i++) {
		job_rig_tell(rig, rig->world.events[i]);
		job_rig_tell(rig, (struct event){ .kind = EVENT_PROGRESS, .offset = i });
		assert_true(job_rig_agrees(rig));
	}
	assert_int_equal(rig->record.evidence.ending, EVIDENCE_COMPLETED);
	assert_int_equal(rig->record.evidence.clock_steps, 0);
	job_rig_free(rig);
}

static void what_cannot_follow_is_in_neither(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	struct err err = { 0 };
	job_rig_until(rig, AT_FIRST_STARTED);
	assert_int_equal(job_rig_try(rig, rig->world.events[AT_CLAIMED], &err), CODE_INPUT);
	assert_true(job_rig_agrees(rig));
	job_rig_tell(rig, rig->world.events[AT_FIRST_STARTED]);
	assert_true(job_rig_agrees(rig));
	job_rig_free(rig);
}

static void milestones_are_durable_at_once_and_the_rest_after_half_a_minute(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_FIRST_DURABLE);
	assert_false(journal_is_behind(rig->record.journal));
	assert_false(record_is_due(&rig->record, rig->boot_ns + 3600 * SECOND));
	uint64_t synced_ns = rig->boot_ns;
	job_rig_tell(rig, (struct event){ .kind = EVENT_UNWRITTEN, .offset = 512, .length = 512 });
	assert_true(journal_is_behind(rig->record.journal));
	assert_false(record_is_due(&rig->record, synced_ns + 29 * SECOND));
	assert_true(record_is_due(&rig->record, synced_ns + 30 * SECOND));
	struct event durable = rig->world.events[AT_FIRST_DURABLE];
	durable.length -= 512;
	job_rig_tell(rig, durable);
	assert_false(journal_is_behind(rig->record.journal));
	assert_true(job_rig_agrees(rig));
	job_rig_free(rig);
}

static void a_failing_journal_is_tried_every_three_seconds_and_loses_nothing(void **state)
{
	(void)state;
	static const enum code failures[] = { CODE_FULL, CODE_IO };
	for (size_t i = 0; i < WIPE_COUNT(failures); i++) {
		struct job_rig *rig = job_rig_new();
		struct err err = { 0 };
		job_rig_until(rig, AT_FIRST_DURABLE);
		rig->files->fail_code = failures[i];
		rig->files->cut_at = rig->files->operations + 1;
		if (failures[i] == CODE_FULL) {
			rig->files->cut_at = 0;
			rig->files->room = 0;
		}
		job_rig_tell(rig, rig->world.events[AT_FIRST_DURABLE]);
		assert_true(journal_is_behind(rig->record.journal));
		assert_true(rig->record.failing);
		assert_false(record_is_due(&rig->record, rig->boot_ns + 3 * SECOND - 1));
		assert_true(record_is_due(&rig->record, rig->boot_ns + 3 * SECOND));
		assert_int_equal(record_sync(&rig->record, rig->boot_ns, &err), failures[i]);
		rig->record.told = true;
		job_rig_tell(rig, rig->world.events[AT_FIRST_FINISHED]);
		rig->files->room = UINT64_MAX;
		rig->files->cut_at = 0;
		assert_ok(record_sync(&rig->record, rig->boot_ns, &err), err);
		assert_false(rig->record.failing);
		assert_true(record_is_due(&rig->record, rig->boot_ns)); /* to tell that it is good again */
		rig->record.told = false;
		assert_false(record_is_due(&rig->record, rig->boot_ns));
		assert_true(job_rig_agrees(rig));
		job_rig_free(rig);
	}
}

/* Steps told so far, and the largest. */
static void check_steps(const struct job_rig *rig, uint64_t steps, uint64_t largest_s)
{
	assert_int_equal(rig->record.evidence.clock_steps, steps);
	assert_int_equal(rig->record.evidence.clock_step_s, largest_s);
}

/* The journaled steps' directions, in order: 'f' forward, 'b' back. */
static void directions(struct job_rig *rig, char out[RIG_MAX])
{
	struct err err = { 0 };
	struct journal_replay replay = { 0 };
	struct rig_kept *kept = calloc(1, sizeof(*kept));
	assert_non_null(kept);
	const struct event_sink sink = { rig_put, kept };
	size_t len = 0;
	assert_ok(journal_read(&rig->files->base, RIG_PATH, rig_key, &sink, &replay, &err), err);
	for (size_t i = 0; i < kept->count; i++) {
		if (kept->events[i].kind == EVENT_CLOCK_STEPPED)
			out[len++] = kept->events[i].flag ? 'f' : 'b';
	}
	out[len] = 0;
	buf_free(&replay.document);
	free(kept);
}

static void a_clock_that_is_set_is_told_once_in_either_direction(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_FIRST_DURABLE);
	rig->wall_s += 3600;
	job_rig_tell(rig, rig->world.events[AT_FIRST_DURABLE]);
	check_steps(rig, 1, 3600);
	job_rig_pass(rig, 86400);
	job_rig_tell(rig, rig->world.events[AT_FIRST_FINISHED]);
	check_steps(rig, 1, 3600);
	rig->wall_s -= 7200;
	job_rig_tell(rig, rig->world.events[AT_LAST_STARTED]);
	check_steps(rig, 2, 7200);
	char told[RIG_MAX];
	directions(rig, told);
	assert_string_equal(told, "fb");
	assert_true(job_rig_agrees(rig));
	job_rig_free(rig);
}

static void a_clock_that_is_disciplined_is_not_told(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	for (size_t i = 0; i < rig->world.count; i++) {
		rig->wall_s += i % 2 ? 2 : -2;
		job_rig_tell(rig, rig->world.events[i]);
	}
	check_steps(rig, 0, 0);
	job_rig_free(rig);
}

static void a_step_of_three_seconds_is_one(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_FIRST_DURABLE);
	rig->wall_s -= 3;
	job_rig_tell(rig, rig->world.events[AT_FIRST_DURABLE]);
	check_steps(rig, 1, 3);
	job_rig_free(rig);
}

static void a_stall_after_a_step_does_not_tell_it_again(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	job_rig_until(rig, AT_FIRST_DURABLE);
	rig->wall_s += 3600;
	job_rig_tell(rig, (struct event){ .kind = EVENT_STALLED, .flag = true, .length = 60 });
	job_rig_tell(rig, (struct event){ .kind = EVENT_STALLED, .length = 61 });
	job_rig_tell(rig, rig->world.events[AT_FIRST_DURABLE]);
	check_steps(rig, 1, 3600);
	assert_true(job_rig_agrees(rig));
	job_rig_free(rig);
}

static void an_attempt_without_its_disk_leaves_no_trace(void **state)
{
	(void)state;
	struct job_rig *rig = job_rig_new();
	struct err err = { 0 };
	struct evidence replayed;
	uint64_t before = 0, after = 0;
	job_rig_until(rig, AT_FIRST_DURABLE);
	job_rig_tell(rig, (struct event){ .kind = EVENT_STOPPED, .text = "asked to stop" });
	job_rig_replay(rig, &replayed, &before);
	evidence_free(&replayed);
	const struct event resumed = { .kind = EVENT_RESUMED, .flag = true, .wall_s = rig->wall_s,
		.boot_ns = rig->boot_ns };
	assert_ok(record_hold(&rig->record, &resumed, &err), err);
	job_rig_replay(rig, &replayed, &after);
	assert_int_equal(after, before);
	assert_false(evidence_equals(&replayed, &rig->record.evidence));
	evidence_free(&replayed);
	job_rig_tell(rig, rig->world.events[AT_CLAIMED]);
	job_rig_replay(rig, &replayed, &after);
	evidence_free(&replayed);
	assert_int_equal(after, before + 2);
	assert_true(job_rig_agrees(rig));
	job_rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_folded_is_journaled_and_progress_is_neither),
		cmocka_unit_test(what_cannot_follow_is_in_neither),
		cmocka_unit_test(milestones_are_durable_at_once_and_the_rest_after_half_a_minute),
		cmocka_unit_test(a_failing_journal_is_tried_every_three_seconds_and_loses_nothing),
		cmocka_unit_test(a_clock_that_is_set_is_told_once_in_either_direction),
		cmocka_unit_test(a_clock_that_is_disciplined_is_not_told),
		cmocka_unit_test(a_step_of_three_seconds_is_one),
		cmocka_unit_test(a_stall_after_a_step_does_not_tell_it_again),
		cmocka_unit_test(an_attempt_without_its_disk_leaves_no_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
