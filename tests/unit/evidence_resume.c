/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence: can a job go on, where, and what is left of the evidence of the session before? */
#include "unit/unit.h"
#include "wipe/evidence.h"

#include "unit/world.h"

#define HALF (WORLD_SIZE / 2)

struct job {
	struct world world;
	struct evidence evidence;
	struct err err;
};

/* The first `count` events, after something else was done to the world. */
static struct job *job_new(size_t count, void (*spoil)(struct world *))
{
	struct job *job = calloc(1, sizeof(*job));
	world_start(&job->world);
	if (spoil)
		spoil(&job->world);
	job->world.count = count;
	assert_ok(world_fold(&job->world, &job->evidence, &job->err), job->err);
	return job;
}

static void job_free(struct job *job)
{
	evidence_free(&job->evidence);
	free(job);
}

static enum code more(struct job *job, struct event event)
{
	return world_fold_more(&job->evidence, event, &job->err);
}

static void assert_point(const struct job *job, uint32_t want_step, uint64_t want_offset)
{
	uint32_t step = 99;
	uint64_t offset = 99;
	assert_true(evidence_can_resume(&job->evidence));
	evidence_resume_point(&job->evidence, &step, &offset);
	assert_int_equal(step, want_step);
	assert_int_equal(offset, want_offset);
}

static void half_durable(struct world *w)
{
	w->events[AT_LAST_DURABLE].offset = HALF;
	w->events[AT_LAST_DURABLE].length = HALF - 4096;
	w->events[AT_LAST_DURABLE].count = 1200;
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.offset = HALF - 4096, .length = 8192, .sys_errno = 5 });
	w->events[AT_LAST_FINISHED + 1] = (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.offset = WORLD_SIZE - 512, .length = 512, .sys_errno = 5 };
}

static void goes_on_after_every_event(void **state)
{
	(void)state;
	static const struct { size_t count; uint32_t step; uint64_t offset, unguarded; } rows[] = {
		{ 0, 0, 0, 0 }, { AT_FIRST_STARTED, 0, 0, 0 }, { AT_FIRST_DURABLE, 0, 0, 0 },
		{ AT_FIRST_FINISHED, 0, WORLD_SIZE, 0 }, { AT_LAST_STARTED, 1, 0, 0 },
		{ AT_LAST_DURABLE, 1, 0, 0 }, { AT_LAST_FINISHED, 1, WORLD_SIZE, WORLD_SIZE },
		{ AT_VERIFY_STARTED, 2, 0, WORLD_SIZE }, { AT_VERIFY_FINISHED, 2, 0, WORLD_SIZE },
		{ AT_IDENTITY, 2, 0, WORLD_SIZE }, { AT_ENDED, 2, 0, WORLD_SIZE },
	};
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct job *job = job_new(rows[i].count, NULL);
		assert_point(job, rows[i].step, rows[i].offset);
		struct event wrong = { .kind = EVENT_RESUMED, .flag = true, .step = rows[i].step + 1 };
		assert_int_equal(more(job, wrong), CODE_INPUT);
		wrong.step--;
		wrong.offset = rows[i].offset + 512;
		assert_int_equal(more(job, wrong), CODE_INPUT);
		assert_int_equal(job->evidence.interruption_count, 0);
		wrong.offset = rows[i].offset;
		assert_ok(more(job, wrong), job->err);
		assert_int_equal(job->evidence.unguarded, rows[i].unguarded);
		assert_false(job->evidence.claimed);
		assert_point(job, rows[i].step, rows[i].offset);
		job_free(job);
	}
}

static void what_is_done_again_is_forgotten(void **state)
{
	(void)state;
	struct job *job = job_new(AT_LAST_FINISHED + 2, half_durable);
	struct evidence *evidence = &job->evidence;
	assert_int_equal(evidence->steps[1].unwritten_bytes, 8192 + 512);
	assert_point(job, 1, HALF);
	struct event event = { .kind = EVENT_STOPPED, .text = "SIGINT" };
	assert_ok(more(job, event), job->err);
	uint64_t worked = evidence->boot_end_ns - evidence->boot_start_ns;
	event = (struct event){ .kind = EVENT_RESUMED, .step = 1, .offset = HALF, .flag = true };
	assert_ok(more(job, event), job->err);
	assert_int_equal(evidence->range_count, 1);
	assert_int_equal(evidence->ranges[0].length, 4096);
	assert_int_equal(evidence->steps[1].unwritten_bytes, 4096);
	assert_int_equal(evidence->steps[1].state, EVIDENCE_STARTED);
	assert_int_equal(evidence->written_earlier, WORLD_SIZE + HALF - 4096);
	assert_int_equal(evidence->unguarded, HALF);
	assert_int_equal(evidence->boot_earlier_ns, worked);
	assert_int_equal(evidence->ending, EVIDENCE_RUNNING);
	assert_string_equal(evidence->interruptions[0].reason, "SIGINT");
	assert_int_equal(evidence->interruptions[0].durable, HALF);
	assert_int_equal(evidence->interruptions[0].wall_resumed_s -
	    evidence->interruptions[0].wall_stopped_s, 3600);
	/* The step goes on under a new claim only, and does not start again. */
	event = (struct event){ .kind = EVENT_STEP_FINISHED, .step = 1,
		.offset = WORLD_SIZE - 4096 };
	assert_int_equal(more(job, event), CODE_INPUT);
	struct event claimed = { .kind = EVENT_CLAIMED, .text = "sync" };
	assert_ok(more(job, claimed), job->err);
	struct event started = { .kind = EVENT_STEP_STARTED, .step = 1 };
	assert_int_equal(more(job, started), CODE_INPUT);
	assert_ok(more(job, event), job->err);
	assert_false(evidence->openers_known);
	job_free(job);
}

static void only_what_can_go_on_goes_on(void **state)
{
	(void)state;
	static const struct { enum event_kind kind; uint64_t extra; bool can; } rows[] = {
		{ EVENT_STOPPED, 0, true }, { EVENT_FAILED, CODE_GONE, true },
		{ EVENT_FAILED, CODE_IO, false }, { EVENT_FAILED, 0, false },
		{ EVENT_ABANDONED, 0, false },
	};
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct job *job = job_new(AT_LAST_DURABLE, NULL);
		struct event event = { .kind = rows[i].kind, .extra = rows[i].extra };
		assert_ok(more(job, event), job->err);
		assert_int_equal(evidence_can_resume(&job->evidence), rows[i].can);
		event = (struct event){ .kind = EVENT_RESUMED, .step = 1, .flag = true };
		assert_int_equal(more(job, event), rows[i].can ? CODE_OK : CODE_INPUT);
		job_free(job);
	}
	struct job *job = job_new(AT_COUNT, NULL);
	struct event event = { .kind = EVENT_ABANDONED };
	assert_false(evidence_can_resume(&job->evidence));
	assert_int_equal(more(job, event), CODE_INPUT);
	job_free(job);
}

/* A session that found another disk, or one in use, leaves the job as resumable as it was. */
static void a_session_that_did_nothing_takes_nothing_away(void **state)
{
	(void)state;
	struct job *job = job_new(AT_LAST_DURABLE, NULL);
	const struct event resumed = { .kind = EVENT_RESUMED, .step = 1, .flag = true };
	const struct event events[] = { resumed,
		{ .kind = EVENT_FAILED, .extra = CODE_REFUSED, .text = "mounted" },
		{ .kind = EVENT_ENDED }, resumed, { .kind = EVENT_CLAIMED },
		{ .kind = EVENT_RECOGNISED, .length = 512 },
		{ .kind = EVENT_FAILED, .extra = CODE_REFUSED, .text = "not this disk" }, resumed };
	for (size_t i = 0; i < WIPE_COUNT(events); i++)
		assert_ok(more(job, events[i]), job->err);
	assert_int_equal(job->evidence.interruption_count, 3);
	assert_int_equal(job->evidence.interruptions[1].compared, 512);
	assert_false(job->evidence.interruptions[1].recognised);
	job_free(job);
}

static void the_clock_may_begin_again_only_with_another_boot(void **state)
{
	(void)state;
	struct job *job = job_new(AT_LAST_DURABLE, NULL);
	struct event event = { .kind = EVENT_RESUMED, .step = 1, .flag = true, .boot_ns = 5 };
	assert_int_equal(evidence_fold(&job->evidence, &event, &job->err), CODE_INPUT);
	event.flag = false;
	assert_ok(evidence_fold(&job->evidence, &event, &job->err), job->err);
	event = (struct event){ .kind = EVENT_CLAIMED, .boot_ns = 4 };
	assert_int_equal(evidence_fold(&job->evidence, &event, &job->err), CODE_INPUT);
	job_free(job);
}

static void many_interruptions_keep_the_latest(void **state)
{
	(void)state;
	struct job *job = job_new(AT_LAST_DURABLE, NULL);
	struct event event = { .kind = EVENT_RESUMED, .step = 1, .flag = true };
	for (size_t i = 0; i < 3 * EVIDENCE_INTERRUPTIONS_MAX; i++)
		assert_ok(more(job, event), job->err);
	assert_int_equal(job->evidence.interruption_count, 3 * EVIDENCE_INTERRUPTIONS_MAX);
	assert_int_equal(job->evidence.interruptions[EVIDENCE_INTERRUPTIONS_MAX - 1].wall_resumed_s,
	    job->evidence.wall_end_s);
	job_free(job);
}

static void what_is_told_beside_has_its_own_order(void **state)
{
	(void)state;
	static const struct event refused[] = {
		{ .kind = EVENT_STALLED }, { .kind = EVENT_PAUSED }, { .kind = EVENT_HEALTH },
		{ .kind = EVENT_HEALTH, .extra = 2 }, { .kind = EVENT_RECOGNISED },
		{ .kind = EVENT_COVERED, .step = 1, .length = 512 },
	};
	struct job *job = job_new(AT_LAST_DURABLE, NULL);
	for (size_t i = 0; i < WIPE_COUNT(refused); i++)
		assert_int_equal(more(job, refused[i]), CODE_INPUT);
	struct event event = { .kind = EVENT_STALLED, .flag = true, .length = 30 };
	assert_ok(evidence_fold(&job->evidence, &event, &job->err), job->err);
	event.length = 60;
	assert_ok(evidence_fold(&job->evidence, &event, &job->err), job->err);
	assert_int_equal(job->evidence.stalls, 1);
	assert_int_equal(job->evidence.stall_s, 60);
	job_free(job);
}

/* A disk that is bad at every second block: bounded time, whatever order it comes in. */
static void many_ranges_are_no_burden(void **state)
{
	(void)state;
	struct job *job = job_new(AT_LAST_DURABLE, NULL);
	job->evidence.size = UINT64_C(1) << 40;
	const uint64_t count = 1000000;
	for (uint64_t i = 0; i < count; i++) {
		struct event event = { .kind = EVENT_UNWRITTEN, .step = 1, .offset = i * 1024,
			.length = 512, .boot_ns = job->evidence.boot_end_ns };
		assert_ok(evidence_fold(&job->evidence, &event, &job->err), job->err);
	}
	assert_int_equal(job->evidence.range_count, count);
	assert_int_equal(job->evidence.steps[1].unwritten_bytes, count * 512);
	job_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on_after_every_event),
		cmocka_unit_test(what_is_done_again_is_forgotten),
		cmocka_unit_test(only_what_can_go_on_goes_on),
		cmocka_unit_test(a_session_that_did_nothing_takes_nothing_away),
		cmocka_unit_test(the_clock_may_begin_again_only_with_another_boot),
		cmocka_unit_test(many_interruptions_keep_the_latest),
		cmocka_unit_test(what_is_told_beside_has_its_own_order),
		cmocka_unit_test(many_ranges_are_no_burden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
