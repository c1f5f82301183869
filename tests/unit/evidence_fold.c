/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence: what cannot have happened in this order is refused; ranges are merged. */
#include "unit/unit.h"
#include "wipe/evidence.h"

#include "unit/world.h"

#include "wipe/evidence/ranges.h"

static enum code fold(void (*spoil)(struct world *))
{
	struct world *world = malloc(sizeof(*world));
	struct evidence *evidence = malloc(sizeof(*evidence));
	struct err err;
	world_start(world);
	spoil(world);
	enum code code = world_fold(world, evidence, &err);
	evidence_free(evidence);
	free(evidence);
	free(world);
	return code;
}

static void swap(struct world *w, size_t a, size_t b)
{
	struct event event = w->events[a];
	w->events[a] = w->events[b];
	w->events[b] = event;
}

static void claimed_twice(struct world *w) { world_insert(w, 1, w->events[0]); }
static void never_claimed(struct world *w) { world_remove(w, AT_CLAIMED, 1); }
static void finished_before_started(struct world *w) { swap(w, AT_FIRST_STARTED, AT_FIRST_FINISHED); }
static void finished_twice(struct world *w)
{
	world_insert(w, AT_LAST_STARTED, w->events[AT_FIRST_FINISHED]);
}
static void steps_swapped(struct world *w) { swap(w, AT_FIRST_STARTED, AT_LAST_STARTED); }
static void started_twice(struct world *w)
{
	world_insert(w, AT_FIRST_DURABLE, w->events[AT_FIRST_STARTED]);
}
static void step_of_no_plan(struct world *w) { w->events[AT_VERIFY_STARTED].step = 3; }
static void counted_before_the_last_step(struct world *w) { swap(w, AT_COUNTED, AT_FIRST_STARTED); }
static void identity_before_the_last_step(struct world *w)
{
	struct event event = w->events[AT_IDENTITY];
	world_remove(w, AT_IDENTITY, 1);
	world_insert(w, AT_FIRST_STARTED, event);
}
static void counted_twice(struct world *w) { world_insert(w, AT_ENDED, w->events[AT_COUNTED]); }
static void after_the_end(struct world *w) { world_insert(w, AT_COUNT, w->events[AT_ENDED]); }
static void after_a_failure(struct world *w)
{
	world_insert(w, AT_LAST_STARTED, (struct event){ .kind = EVENT_FAILED });
}
static void outside(struct world *w)
{
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.offset = WORLD_SIZE - 512, .length = 1024 });
}
static void wraps(struct world *w)
{
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.offset = 512, .length = UINT64_MAX });
}
static void empty_range(struct world *w)
{
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1 });
}
static void mismatch_while_writing(struct world *w)
{
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_MISMATCH, .step = 1,
		.length = 512 });
}
static void durable_while_reading(struct world *w)
{
	world_insert(w, AT_VERIFY_FINISHED, (struct event){ .kind = EVENT_DURABLE, .step = 2 });
}
static void durable_beyond(struct world *w) { w->events[AT_LAST_DURABLE].offset++; }
static void durable_of_an_earlier_step(struct world *w)
{
	world_insert(w, AT_LAST_DURABLE, w->events[AT_FIRST_DURABLE]);
}
static void more_than_the_disk(struct world *w) { w->events[AT_LAST_FINISHED].offset++; }
static void sampled_twice(struct world *w) { world_insert(w, AT_SAMPLED, w->events[AT_SAMPLED]); }
static void boot_time_backwards(struct world *w) { w->events[AT_LAST_FINISHED].boot_ns = 1; }
static void kind_unknown(struct world *w) { w->events[AT_IDENTITY].kind = EVENT_KIND_COUNT; }

static void what_cannot_follow_is_refused(void **state)
{
	(void)state;
	void (*const spoils[])(struct world *) = { claimed_twice, never_claimed,
		finished_before_started, finished_twice, steps_swapped, started_twice, step_of_no_plan,
		counted_before_the_last_step, identity_before_the_last_step, counted_twice,
		after_the_end, after_a_failure, outside, wraps, empty_range, mismatch_while_writing,
		durable_while_reading, durable_beyond, durable_of_an_earlier_step, more_than_the_disk,
		sampled_twice, boot_time_backwards, kind_unknown };
	for (size_t i = 0; i < WIPE_COUNT(spoils); i++) {
		if (fold(spoils[i]) != CODE_INPUT)
			fail_msg("row %zu was accepted", i);
	}
}

static void ranges_merge_and_count_bytes_once(void **state)
{
	(void)state;
	struct evidence evidence = { .size = 1 << 20 };
	static const struct { uint32_t step; uint64_t offset, length, added; size_t count; } adds[] = {
		{ 0, 4096, 4096, 4096, 1 }, { 0, 16384, 4096, 4096, 2 },
		{ 0, 8192, 4096, 4096, 2 }, /* touches the first */
		{ 1, 12288, 4096, 4096, 3 }, /* another step: stays apart */
		{ 0, 12288, 4096, 4096, 2 }, /* fills the hole */
		{ 0, 4096, 4096, 0, 2 }, { 0, 0, 65536, 65536 - 16384, 2 },
		{ 1, 0, 512, 512, 3 },
	};
	for (size_t i = 0; i < WIPE_COUNT(adds); i++) {
		struct evidence_range range = { .kind = EVIDENCE_UNWRITTEN, .step = adds[i].step,
			.offset = adds[i].offset, .length = adds[i].length };
		uint64_t added = 0;
		struct err err;
		assert_ok(evidence_ranges_add(&evidence, &range, &added, &err), err);
		assert_int_equal(added, adds[i].added);
		assert_int_equal(evidence.range_count, adds[i].count);
	}
	assert_int_equal(evidence.ranges[0].length, 65536);
	assert_int_equal(evidence.ranges[1].offset, 0);
	evidence_free(&evidence);
}

static void packed_and_unpacked_events_fold_to_the_same(void **state)
{
	(void)state;
	struct world *world = malloc(sizeof(*world));
	struct evidence *live = malloc(sizeof(*live));
	struct evidence *replayed = malloc(sizeof(*replayed));
	struct err err;
	world_start(world);
	outside(world);
	world->events[AT_LAST_DURABLE].length = 512;
	assert_ok(world_fold(world, live, &err), err);
	evidence_start(&world->plan, replayed);
	for (size_t i = 0; i < world->count; i++) {
		uint8_t packed[EVENT_PACKED];
		struct event event;
		event_pack(&world->events[i], packed);
		assert_ok(event_unpack(packed, &event, &err), err);
		assert_ok(evidence_fold(replayed, &event, &err), err);
		assert_true(evidence_equals(live, replayed) == (i + 1 == world->count));
	}
	evidence_free(live);
	evidence_free(replayed);
	free(live);
	free(replayed);
	free(world);
}

static void nobody_but_the_worker_completes_a_job(void **state)
{
	(void)state;
	struct world *world = malloc(sizeof(*world));
	struct evidence *evidence = malloc(sizeof(*evidence));
	struct err err;
	world_start(world);
	world->count = AT_ENDED;
	assert_ok(world_fold(world, evidence, &err), err);
	struct event failed = { .kind = EVENT_FAILED, .extra = CODE_IO, .text = "killed" };
	assert_ok(world_fold_more(evidence, failed, &err), err);
	assert_int_equal(evidence->ending, EVIDENCE_FAILED);
	assert_int_equal(evidence->failed_code, CODE_IO);
	assert_string_equal(evidence->reason, "killed");
	struct event abandoned = { .kind = EVENT_ABANDONED, .text = "given up" };
	assert_ok(world_fold_more(evidence, abandoned, &err), err);
	assert_string_equal(evidence->reason, "given up");
	assert_int_equal(evidence->ending, EVIDENCE_ABANDONED);
	evidence_free(evidence);
	free(evidence);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_follow_is_refused),
		cmocka_unit_test(ranges_merge_and_count_bytes_once),
		cmocka_unit_test(packed_and_unpacked_events_fold_to_the_same),
		cmocka_unit_test(nobody_but_the_worker_completes_a_job),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
