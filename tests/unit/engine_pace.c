/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: a limited rate is kept, in every stretch of time, and a stop is heard while it holds. */
#include "unit/engine_rig.h"

#define SECOND_NS UINT64_C(1000000000)
#define SIZE      (8 * MIB)
#define KEPT_NS   (SECOND_NS / 10) /* what may be made up for */

/* When each request was submitted, and how long the engine rested. */
struct watched {
	struct rig *rig;
	struct os_disk_ops ops;
	const struct os_disk_ops *real;
	struct { uint64_t ns, bytes; } items[1024];
	size_t count;
	unsigned rests;
	uint64_t rested_ms;
	unsigned stop_at_rest; /* 0 = never */
	uint64_t pause_ns; /* a pause at the first question after that many requests */
	size_t pause_after;
};

static enum code watch_submit(struct os_disk *disk, const struct os_io *io, struct err *err)
{
	struct watched *watched = (struct watched *)((char *)disk->ops - offsetof(struct watched, ops));
	if (io->kind != OS_IO_FLUSH) {
		assert_true(watched->count < WIPE_COUNT(watched->items));
		watched->items[watched->count].ns = watched->rig->fake->now_ns;
		watched->items[watched->count++].bytes = io->len;
	}
	return watched->real->submit(disk, io, err);
}

static bool is_stopping(void *self)
{
	struct watched *watched = self;
	if (watched->pause_after && watched->count >= watched->pause_after) {
		watched->rig->fake->now_ns += watched->pause_ns;
		watched->pause_after = 0;
	}
	return watched->stop_at_rest && watched->rests >= watched->stop_at_rest;
}

static void rest(void *self, unsigned ms)
{
	struct watched *watched = self;
	assert_in_range(ms, 1, 250);
	assert_int_equal(watched->rig->fake->queued, 0);
	watched->rests++;
	watched->rested_ms += ms;
	watched->rig->fake->now_ns += (uint64_t)ms * 1000000;
}

static struct watched *watch_new(enum plan_action action)
{
	struct watched *watched = calloc(1, sizeof(*watched));
	watched->rig = rig_new(SIZE, 4096, 4096);
	watched->real = watched->rig->fake->disk.ops;
	watched->ops = *watched->real;
	watched->ops.submit = watch_submit;
	watched->rig->fake->disk.ops = &watched->ops;
	rig_step(watched->rig, PLAN_WRITE, rig_keystream());
	if (action == PLAN_VERIFY)
		rig_step(watched->rig, PLAN_VERIFY, rig_keystream());
	return watched;
}

static enum code run_at(struct watched *watched, uint64_t rate)
{
	struct engine_context context = rig_context(watched->rig);
	context.is_stopping = is_stopping;
	context.rest = rest;
	context.rate = rate;
	context.self = watched;
	return engine_run(watched->rig->plan, NULL, &context, &watched->rig->totals, &watched->rig->err);
}

/* In no stretch of time more than the rate and what was kept, but for the request that ends it. */
static void assert_never_faster(const struct watched *watched, uint64_t rate)
{
	for (size_t from = 0; from < watched->count; from++) {
		uint64_t bytes = 0;
		for (size_t to = from; to < watched->count; to++) {
			uint64_t ns = watched->items[to].ns - watched->items[from].ns;
			assert_true(bytes <= bytes_mul_div(rate, ns + KEPT_NS, SECOND_NS) + 64 * KIB);
			bytes += watched->items[to].bytes;
		}
	}
}

static void watch_free(struct watched *watched)
{
	watched->rig->fake->disk.ops = watched->real;
	rig_free(watched->rig);
	free(watched);
}

static void takes_as_long_as_its_bytes(enum plan_action action, uint64_t rate)
{
	struct watched *watched = watch_new(action);
	uint64_t begin = watched->rig->fake->now_ns;
	assert_ok(run_at(watched, rate), watched->rig->err);
	uint64_t took = watched->rig->fake->now_ns - begin;
	uint64_t bytes = watched->rig->totals.written + watched->rig->totals.read;
	assert_int_equal(bytes, action == PLAN_VERIFY ? 2 * SIZE : SIZE);
	uint64_t due = bytes_mul_div(bytes, SECOND_NS, rate);
	assert_in_range(took, due - KEPT_NS, due + KEPT_NS);
	assert_never_faster(watched, rate);
	assert_true(watched->rests > 0);
	rig_assert_medium(watched->rig, rig_keystream(), 0, 0);
	watch_free(watched);
}

/* The disk does 64 MiB a second. */
static void a_rate_is_kept_by_writes_and_reads(void **state)
{
	(void)state;
	takes_as_long_as_its_bytes(PLAN_WRITE, 4 * MIB);
	takes_as_long_as_its_bytes(PLAN_WRITE, 10000000);
	takes_as_long_as_its_bytes(PLAN_VERIFY, 16 * MIB);
	takes_as_long_as_its_bytes(PLAN_WRITE, 60 * MIB);
	takes_as_long_as_its_bytes(PLAN_WRITE, 100000);
}

static void a_rate_above_the_disks_own_changes_nothing(void **state)
{
	(void)state;
	struct watched *watched = watch_new(PLAN_VERIFY);
	assert_ok(run_at(watched, 1000 * MIB), watched->rig->err);
	assert_int_equal(watched->rests, 0);
	assert_int_equal(watched->rig->fake->most_in_flight, 8);
	watch_free(watched);
}

/* What was not moved during a pause, or by a slow disk, is not made up for. */
static void a_pause_is_not_made_up_for(void **state)
{
	(void)state;
	struct watched *watched = watch_new(PLAN_WRITE);
	watched->pause_after = 20;
	watched->pause_ns = 100 * SECOND_NS;
	assert_ok(run_at(watched, 4 * MIB), watched->rig->err);
	assert_never_faster(watched, 4 * MIB);
	watch_free(watched);
}

static void a_stop_is_heard_at_the_first_rest_after_it(void **state)
{
	(void)state;
	struct watched *watched = watch_new(PLAN_WRITE);
	watched->stop_at_rest = 3;
	assert_int_equal(run_at(watched, 100000), CODE_STOPPED);
	assert_int_equal(watched->rests, 3);
	assert_int_equal(rig_count(watched->rig, EVENT_STOPPED), 1);
	assert_true(rig_event(watched->rig, EVENT_DURABLE, 0)->offset > 0);
	watch_free(watched);
}

static void progress_goes_on_while_it_rests(void **state)
{
	(void)state;
	struct watched *watched = watch_new(PLAN_WRITE);
	uint64_t begin = watched->rig->fake->now_ns;
	assert_ok(run_at(watched, 100000), watched->rig->err);
	uint64_t seconds = (watched->rig->fake->now_ns - begin) / SECOND_NS;
	assert_true(seconds >= 80);
	assert_true(rig_count(watched->rig, EVENT_PROGRESS) >= seconds);
	assert_true(rig_count(watched->rig, EVENT_DURABLE) >= 2); /* every half minute, as always */
	watch_free(watched);
}

static void errors_are_paid_for_as_well(void **state)
{
	(void)state;
	struct watched *watched = watch_new(PLAN_WRITE);
	rig_fault(watched->rig, FAKE_WRITE, FAKE_FAIL, 3 * MIB, 8192, 0);
	assert_ok(run_at(watched, 4 * MIB), watched->rig->err);
	rig_assert_range(watched->rig, EVENT_UNWRITTEN, 0, 3 * MIB, 8192, EIO);
	rig_assert_medium(watched->rig, rig_keystream(), 3 * MIB, 8192);
	assert_never_faster(watched, 4 * MIB);
	watch_free(watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_kept_by_writes_and_reads),
		cmocka_unit_test(a_rate_above_the_disks_own_changes_nothing),
		cmocka_unit_test(a_pause_is_not_made_up_for),
		cmocka_unit_test(a_stop_is_heard_at_the_first_rest_after_it),
		cmocka_unit_test(progress_goes_on_while_it_rests),
		cmocka_unit_test(errors_are_paid_for_as_well),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
