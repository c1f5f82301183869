/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: is it the same disk, what does a job that goes on tell, and when is a bad disk given up? */
#include "unit/engine_rig.h"

struct look {
	uint64_t compared;
	bool same;
	bool proof;
};

static const struct content zeros = { .kind = CONTENT_CONSTANT, .byte_count = 1 };

/* 16 MiB: zeros, then a keystream, read back. */
static struct rig *job(uint64_t zeros_to, uint64_t keystream_to)
{
	struct rig *rig = rig_new(16 * MIB, 512, 4096);
	rig_step(rig, PLAN_WRITE, zeros);
	rig_step(rig, PLAN_WRITE, rig_keystream())->content_of = 1;
	struct plan_step *step = rig_step(rig, PLAN_VERIFY, rig_keystream());
	step->content_of = 1;
	step->verify = PROCEDURE_VERIFY_SAMPLE;
	step->sample_permille = 10;
	step->sample_strata = 64;
	struct content content = rig_keystream();
	struct content_source *source = NULL;
	assert_ok(content_source_new(&content, NULL, &source, &rig->err), rig->err);
	memset(rig->fake->bytes, 0, zeros_to);
	assert_ok(content_fill(source, 0, rig->fake->bytes, keystream_to, &rig->err), rig->err);
	content_source_free(source);
	return rig;
}

static struct look look(struct rig *rig, struct engine_resume resume)
{
	struct look ret = { 0 };
	struct engine_context context = rig_context(rig);
	assert_ok(engine_recognise(rig->plan, &resume, &context, &ret.compared, &ret.same,
	    &ret.proof, &rig->err), rig->err);
	assert_int_equal(rig->recorder.count, 0);
	assert_int_equal(rig->fake->writes, 0);
	return ret;
}

static void a_disk_is_recognised_by_what_is_durable(void **state)
{
	(void)state;
	static const struct { uint64_t zeros, keystream; struct engine_resume resume;
		uint64_t spoilt; struct look want; } rows[] = {
		/* nothing durable */
		{ 0, 0, { 0 }, 0, { 0, true, false } },
		/* a constant is the same and proves nothing */
		{ 5 * MIB, 0, { .offset = 5 * MIB }, 0, { 5 * MIB, true, false } },
		/* what lies beyond the offset is not asked for */
		{ 16 * MIB, 9 * MIB, { .step = 1, .offset = 9 * MIB }, 12 * MIB,
		    { 8 * MIB, true, true } },
		{ 16 * MIB, 9 * MIB, { .step = 1, .offset = 9 * MIB }, 9 * MIB - 1,
		    { 8 * MIB, false, true } },
		{ 16 * MIB, 9 * MIB, { .step = 1, .offset = 9 * MIB }, 1, { 8 * MIB, false, true } },
		/* the last step has begun, how far is not known: either is right */
		{ 16 * MIB, 0, { .step = 1 }, 0, { 8 * MIB, true, false } },
		{ 16 * MIB, 3 * MIB, { .step = 1 }, 0, { 8 * MIB, true, true } },
		/* and a block that the power failed on may be neither; all of them may not */
		{ 16 * MIB, 3 * MIB, { .step = 1 }, 15 * MIB, { 8 * MIB, true, true } },
		{ 0, 0, { .step = 1 }, 0, { 8 * MIB, false, false } },
		/* all of it is written */
		{ 16 * MIB, 16 * MIB, { .step = 2 }, 0, { 8 * MIB, true, true } },
		{ 16 * MIB, 16 * MIB, { .step = 3 }, 16 * MIB - 1, { 8 * MIB, false, true } },
		/* another disk */
		{ 0, 0, { .step = 2 }, 0, { 8 * MIB, false, false } },
	};
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct rig *rig = job(rows[i].zeros, rows[i].keystream);
		if (rows[i].spoilt)
			rig->fake->bytes[rows[i].spoilt] ^= 1;
		struct look got = look(rig, rows[i].resume);
		if (got.compared != rows[i].want.compared || got.same != rows[i].want.same ||
		    got.proof != rows[i].want.proof)
			fail_msg("row %zu: %llu %d %d", i, (unsigned long long)got.compared, got.same,
			    got.proof);
		rig_free(rig);
	}
}

static void what_was_given_up_may_hold_anything(void **state)
{
	(void)state;
	const struct engine_range range = { 1 * MIB, 4096 };
	struct engine_resume resume = { .step = 1, .offset = 9 * MIB, .unwritten = &range,
		.unwritten_count = 1 };
	struct rig *rig = job(16 * MIB, 9 * MIB);
	rig->fake->bytes[1 * MIB + 4095] ^= 1;
	struct look got = look(rig, resume);
	assert_true(got.same && got.proof);
	assert_int_equal(got.compared, 8 * MIB - 4096);
	rig_fault(rig, FAKE_READ, FAKE_FAIL, 2 * MIB, 512, 0);
	/* A request that fails says nothing, neither of its own block nor of its neighbours. */
	got = look(rig, resume);
	assert_true(got.same && got.compared < 8 * MIB - 4096);
	rig->fake->vanish_after = 1;
	struct engine_context context = rig_context(rig);
	assert_int_equal(engine_recognise(rig->plan, &resume, &context, &got.compared, &got.same,
	    &got.proof, &rig->err), CODE_GONE);
	rig_free(rig);
}

static void a_job_that_goes_on_tells_what_it_does_now(void **state)
{
	(void)state;
	struct rig *rig = job(16 * MIB, 9 * MIB);
	struct engine_resume resume = { .step = 1, .offset = 9 * MIB, .bytes = 9 * MIB - 4096,
		.requests = 144, .unguarded = 9 * MIB };
	const struct engine_range range = { 1 * MIB, 4096 };
	resume.unwritten = &range;
	resume.unwritten_count = 1;
	struct engine_context context = rig_context(rig);
	assert_ok(engine_run(rig->plan, &resume, &context, &rig->totals, &rig->err), rig->err);
	assert_int_equal(rig->totals.written, 7 * MIB);
	assert_int_equal(rig_count(rig, EVENT_STEP_STARTED), 1);
	const struct event *durable = rig_event(rig, EVENT_DURABLE, 0);
	assert_int_equal(durable->offset, 16 * MIB);
	assert_int_equal(durable->length, 16 * MIB - 4096);
	assert_int_equal(durable->count, 256);
	assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 0)->offset, 16 * MIB - 4096);
	assert_int_equal(rig_event(rig, EVENT_COVERED, 0)->length, 9 * MIB);
	assert_in_range(rig->totals.read, 9 * MIB + 128 * KIB, 11 * MIB);
	rig_free(rig);
}

static void what_cannot_be_gone_on_with_is_refused(void **state)
{
	(void)state;
	static const struct engine_range outside = { 16 * MIB, 512 };
	static const struct engine_resume rows[] = { { .step = 4 }, { .offset = 100 },
		{ .offset = 17 * MIB }, { .offset = 512, .bytes = 1024 }, { .step = 2, .offset = 512 },
		{ .step = 3, .offset = 512 }, { .unwritten = &outside, .unwritten_count = 1 } };
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct rig *rig = job(0, 0);
		struct engine_context context = rig_context(rig);
		assert_int_equal(engine_run(rig->plan, &rows[i], &context, &rig->totals, &rig->err),
		    CODE_BUG);
		assert_int_equal(rig->fake->requests, 0);
		rig_free(rig);
	}
}

/* Every second sector is wrong: the verification ends in bounded events, and says so. */
static void too_many_separate_ranges_end_a_verification(void **state)
{
	(void)state;
	struct rig *rig = rig_new(4 * MIB, 512, 512);
	rig->limits.ranges = 1000;
	rig_step(rig, PLAN_WRITE, zeros);
	rig_step(rig, PLAN_VERIFY, zeros);
	for (size_t i = 0; i < 2; i++)
		rig->plan->steps[i].content = rig_keystream();
	struct content_source *source = NULL;
	assert_ok(content_source_new(&rig->plan->steps[1].content, NULL, &source, &rig->err), rig->err);
	assert_ok(content_fill(source, 0, rig->fake->bytes, 4 * MIB, &rig->err), rig->err);
	content_source_free(source);
	for (uint64_t at = 0; at < 4 * MIB; at += 1024)
		rig->fake->bytes[at] ^= 1;
	const struct engine_resume resume = { .step = 1, .unguarded = 4 * MIB };
	struct engine_context context = rig_context(rig);
	assert_int_equal(engine_run(rig->plan, &resume, &context, &rig->totals, &rig->err), CODE_IO);
	assert_in_range(rig_count(rig, EVENT_MISMATCH), 1000, 2000);
	assert_int_equal(rig_event(rig, EVENT_FAILED, 0)->extra, CODE_IO);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_is_recognised_by_what_is_durable),
		cmocka_unit_test(what_was_given_up_may_hold_anything),
		cmocka_unit_test(a_job_that_goes_on_tells_what_it_does_now),
		cmocka_unit_test(what_cannot_be_gone_on_with_is_refused),
		cmocka_unit_test(too_many_separate_ranges_end_a_verification),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
