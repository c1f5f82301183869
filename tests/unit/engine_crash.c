/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine: the power fails after any one operation of a small job; what was not flushed is lost. From
 * the events that somebody kept the job goes on, and in the end the disk is the same, the evidence is
 * the same but for the interruption, and the verdict is never better.
 */
#include "unit/engine_rig.h"

#include "wipe/evidence.h"

#define SIZE (512 * KIB)
#define SECOND UINT64_C(1000000000)

/* How much of what was told outlives the crash. */
enum keep { KEEP_ALL, KEEP_TO_DURABLE, KEEP_BEFORE_DURABLE, KEEP_COUNT };

struct crash {
	const char *name;
	void (*plan)(struct rig *rig);
	struct content left;
	uint64_t bad; /* offset of a bad block of 4 KiB, or 0 */
	struct rig *rig;
	struct event_sink log; /* the rig's recorder */
	size_t known; /* events that outlive any crash */
	struct device *device;
	struct evidence *evidence;
	struct verdict verdict;
};

static const struct content zeros = { .kind = CONTENT_CONSTANT, .byte_count = 1 };
static const struct content ones = { .kind = CONTENT_CONSTANT, .byte_count = 3,
	.bytes = { 0x92, 0x49, 0x24 } };

static void verify(struct rig *rig, struct content content, unsigned of, unsigned permille)
{
	struct plan_step *step = rig_step(rig, PLAN_VERIFY, content);
	step->content_of = of;
	step->verify = permille ? PROCEDURE_VERIFY_SAMPLE : PROCEDURE_VERIFY_FULL;
	step->sample_permille = permille;
	step->sample_strata = permille ? 8 : 0;
}

static void one_keystream_full(struct rig *rig)
{
	rig_step(rig, PLAN_WRITE, rig_keystream());
	verify(rig, rig_keystream(), 0, 0);
}

static void two_passes_sampled(struct rig *rig)
{
	rig_step(rig, PLAN_WRITE, ones);
	rig_step(rig, PLAN_WRITE, rig_keystream())->content_of = 1;
	verify(rig, rig_keystream(), 1, 100);
}

static void each_pass_verified(struct rig *rig)
{
	rig_step(rig, PLAN_WRITE, rig_keystream());
	verify(rig, rig_keystream(), 0, 50);
	rig_step(rig, PLAN_WRITE, zeros)->content_of = 2;
	verify(rig, zeros, 2, 200);
	verify(rig, zeros, 2, 0);
}

static void never_verified(struct rig *rig)
{
	rig_step(rig, PLAN_WRITE, ones);
}

/* Between the worker and whoever keeps its events: nothing that is told after the end arrives. */
static enum code keep(void *self, const struct event *event, struct err *err)
{
	struct crash *crash = self;
	if (crash->rig->fake->dead)
		return err_set(err, CODE_GONE, "nobody is there any more");
	return event->kind == EVENT_PROGRESS ? CODE_OK
	    : crash->log.put(crash->log.self, event, err);
}

/* The engine does not write a step's first byte before this. */
static enum code make_known(void *self, struct err *err)
{
	struct crash *crash = (struct crash *)((struct rig *)self)->owner;
	(void)err;
	crash->known = crash->rig->recorder.count;
	return CODE_OK;
}

static void tell(struct crash *crash, struct event event)
{
	struct os_clock *clock = &crash->rig->fake->clock;
	struct err err;
	event.wall_s = clock->ops->wall_s(clock);
	event.boot_ns = clock->ops->boot_ns(clock);
	assert_ok(crash->log.put(crash->log.self, &event, &err), err);
}

static void open_job(struct crash *crash, const struct crash *like)
{
	*crash = *like;
	crash->rig = rig_new(SIZE, 512, 4096);
	crash->rig->owner = crash;
	crash->rig->plan->depth = 4;
	crash->rig->fake->remembers = true;
	crash->rig->fake->request_ns = 9 * SECOND; /* a checkpoint every few requests */
	crash->log = fake_recorder_sink(&crash->rig->recorder);
	crash->evidence = malloc(sizeof(*crash->evidence));
	crash->device = calloc(1, sizeof(*crash->device));
	strcpy(crash->device->identity.serial, "S1");
	crash->device->identity.size = SIZE;
	crash->rig->plan->identity = crash->device->identity;
	crash->plan(crash->rig);
	evidence_start(crash->rig->plan, crash->evidence);
	if (crash->bad)
		rig_fault(crash->rig, FAKE_WRITE | FAKE_READ, FAKE_FAIL, crash->bad, 4096, 0);
}

static void close_job(struct crash *crash)
{
	evidence_free(crash->evidence);
	free(crash->evidence);
	free(crash->device);
	rig_free(crash->rig);
}

static void fold_all(struct crash *crash)
{
	struct err err;
	evidence_free(crash->evidence);
	evidence_start(crash->rig->plan, crash->evidence);
	for (size_t i = 0; i < crash->rig->recorder.count; i++)
		assert_ok(evidence_fold(crash->evidence, &crash->rig->recorder.items[i], &err), err);
}

/* As the supervisor does: where, what is known of there, and what was given up. */
static size_t make_resume(const struct evidence *evidence, struct engine_resume *ret,
    struct engine_range *ranges, size_t room)
{
	uint32_t step = 0;
	uint64_t offset = 0;
	evidence_resume_point(evidence, &step, &offset);
	*ret = (struct engine_resume){ .step = step, .offset = offset,
		.unguarded = evidence->unguarded, .unwritten = ranges };
	if (offset > 0) {
		ret->bytes = evidence->steps[step].durable_bytes;
		ret->requests = evidence->steps[step].durable_count;
	}
	uint32_t writer = step;
	while (writer > 0 && (writer == evidence->step_count ||
	    evidence->steps[writer].action != PLAN_WRITE))
		writer--;
	for (size_t i = 0; i < evidence->range_count && ret->unwritten_count < room; i++) {
		const struct evidence_range *range = &evidence->ranges[i];
		if (range->step == writer && range->kind == EVIDENCE_UNWRITTEN)
			ranges[ret->unwritten_count++] =
			    (struct engine_range){ range->offset, range->length };
	}
	return ret->unwritten_count;
}

/* One session, up to its end or to operation `die_after`. */
static void session(struct crash *crash, bool later, uint64_t die_after)
{
	struct rig *rig = crash->rig;
	struct engine_resume resume = { 0 };
	struct engine_range ranges[16];
	struct engine_context context = rig_context(rig);
	context.sink = (struct event_sink){ .put = keep, .self = crash };
	context.make_known = make_known;
	if (later) {
		uint32_t step;
		uint64_t offset;
		fold_all(crash);
		evidence_resume_point(crash->evidence, &step, &offset);
		tell(crash, (struct event){ .kind = EVENT_RESUMED, .step = step, .offset = offset,
		    .flag = true });
		fold_all(crash);
		make_resume(crash->evidence, &resume, ranges, WIPE_COUNT(ranges));
		uint64_t compared = 0;
		bool same = false, proof = false;
		assert_ok(engine_recognise(rig->plan, &resume, &context, &compared, &same, &proof,
		    &rig->err), rig->err);
		tell(crash, (struct event){ .kind = EVENT_RECOGNISED, .length = compared,
		    .flag = same });
	}
	tell(crash, (struct event){ .kind = EVENT_CLAIMED, .flag = true, .text = "memory" });
	crash->known = rig->recorder.count;
	rig->fake->die_after = die_after ? rig->fake->requests + die_after : 0;
	enum code code = engine_run(rig->plan, later ? &resume : NULL, &context, &rig->totals,
	    &rig->err);
	if (rig->fake->dead) {
		assert_int_not_equal(code, CODE_OK);
		return;
	}
	assert_ok(code, rig->err);
	if (die_after)
		return; /* not one operation more, and yet the session did not come to its end */
	tell(crash, (struct event){ .kind = EVENT_IDENTITY, .flag = true });
	tell(crash, (struct event){ .kind = EVENT_COUNTED, .flag = true,
	    .length = rig->totals.written, .offset = rig->totals.written,
	    .count = rig->totals.written + rig->totals.written_failed });
	tell(crash, (struct event){ .kind = EVENT_ENDED });
}

/* The power fails: what the disk had not flushed, and the last of what was told, is gone. */
static void fail_power(struct crash *crash, enum keep kept, uint64_t seed)
{
	struct fake_recorder *log = &crash->rig->recorder;
	fake_disk_crash(crash->rig->fake, seed);
	crash->rig->fake->now_ns += 3600 * SECOND;
	if (kept == KEEP_ALL)
		return;
	size_t last = log->count;
	for (unsigned skip = kept == KEEP_BEFORE_DURABLE; last > crash->known; last--) {
		if (log->items[last - 1].kind == EVENT_DURABLE && skip-- == 0)
			break;
	}
	log->count = last;
}

static void judge(struct crash *crash)
{
	fold_all(crash);
	evidence_verdict(crash->evidence, crash->rig->plan, crash->device, HIDDEN_NOT_APPLICABLE,
	    &crash->verdict);
}

static void assert_same_steps(const struct evidence *a, const struct evidence *b)
{
	assert_int_equal(a->ending, b->ending);
	assert_int_equal(a->range_count, b->range_count);
	for (size_t i = 0; i < a->range_count; i++) {
		assert_int_equal(a->ranges[i].kind, b->ranges[i].kind);
		assert_int_equal(a->ranges[i].step, b->ranges[i].step);
		assert_int_equal(a->ranges[i].offset, b->ranges[i].offset);
		assert_int_equal(a->ranges[i].length, b->ranges[i].length);
	}
	for (unsigned i = 0; i < a->step_count; i++) {
		const struct evidence_step *x = &a->steps[i], *y = &b->steps[i];
		assert_int_equal(x->state, y->state);
		assert_int_equal(x->flushed, y->flushed);
		assert_int_equal(x->durable, y->durable);
		assert_int_equal(x->durable_bytes, y->durable_bytes);
		assert_int_equal(x->unwritten_bytes, y->unwritten_bytes);
		assert_int_equal(x->unreadable_bytes, y->unreadable_bytes);
		assert_int_equal(x->mismatch_bytes, y->mismatch_bytes);
		if (x->action == PLAN_WRITE)
			assert_int_equal(x->bytes, y->bytes);
		/* Whether the sample holds the bad block differs with its seed. */
		if (x->sampled == y->sampled && a->range_count == 0)
			assert_int_equal(x->count, y->count);
	}
}

static void assert_as_uninterrupted(struct crash *crash, const struct crash *whole)
{
	rig_assert_medium(crash->rig, crash->left, crash->bad, crash->bad ? 4096 : 0);
	judge(crash);
	assert_same_steps(crash->evidence, whole->evidence);
	assert_int_equal(crash->verdict.outcome, whole->verdict.outcome);
	assert_int_equal(crash->verdict.achieved, whole->verdict.achieved);
	const struct evidence *evidence = crash->evidence;
	assert_true(evidence->interruption_count > 0);
	if (evidence->check < evidence->step_count && evidence->unguarded &&
	    crash->rig->plan->steps[evidence->check].verify == PROCEDURE_VERIFY_SAMPLE)
		assert_int_equal(evidence->steps[evidence->check].covered, evidence->unguarded);
	if (evidence->check == evidence->step_count && evidence->unguarded)
		assert_true(strstr(crash->verdict.exceptions[crash->verdict.exception_count - 1],
		    "before an interruption") != NULL);
}

static const struct crash jobs[] = {
	{ .name = "one keystream, verified in full", .plan = one_keystream_full },
	{ .name = "two passes, sampled", .plan = two_passes_sampled },
	{ .name = "two passes, sampled, a bad block", .plan = two_passes_sampled, .bad = 300 * KIB },
	{ .name = "each pass verified", .plan = each_pass_verified },
	{ .name = "never verified", .plan = never_verified },
};

static void open_with_content(struct crash *crash, const struct crash *like)
{
	open_job(crash, like);
	for (unsigned i = 0; i < crash->rig->plan->step_count; i++) {
		if (crash->rig->plan->steps[i].action == PLAN_WRITE)
			crash->left = crash->rig->plan->steps[i].content;
	}
}

static uint64_t run_whole(struct crash *whole, const struct crash *like)
{
	open_with_content(whole, like);
	session(whole, false, 0);
	judge(whole);
	return whole->rig->fake->requests;
}

static void cut_once(const struct crash *like, const struct crash *whole, uint64_t cut,
    enum keep kept)
{
	struct crash crash;
	open_with_content(&crash, like);
	crash.rig->fake->dies_before = cut % 2;
	session(&crash, false, cut);
	fail_power(&crash, kept, cut);
	session(&crash, true, 0);
	assert_as_uninterrupted(&crash, whole);
	assert_int_equal(crash.evidence->interruption_count, 1);
	close_job(&crash);
}

static void any_crash_is_made_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(jobs); i++) {
		struct crash whole;
		uint64_t operations = run_whole(&whole, &jobs[i]);
		for (uint64_t cut = 1; cut <= operations + 1; cut++) {
			for (int kept = KEEP_ALL; kept < KEEP_COUNT; kept++)
				cut_once(&jobs[i], &whole, cut, (enum keep)kept);
		}
		close_job(&whole);
	}
}

static void any_two_crashes_are_made_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(jobs); i++) {
		struct crash whole;
		uint64_t operations = run_whole(&whole, &jobs[i]);
		for (uint64_t first = 1; first <= operations + 1; first += 5) {
			for (uint64_t second = 1; second <= operations + 1; second += 3) {
				struct crash crash;
				open_with_content(&crash, &jobs[i]);
				session(&crash, false, first);
				fail_power(&crash, (enum keep)(first % KEEP_COUNT), first);
				session(&crash, true, second);
				fail_power(&crash, (enum keep)(second % KEEP_COUNT), second);
				session(&crash, true, 0);
				assert_as_uninterrupted(&crash, &whole);
				assert_int_equal(crash.evidence->interruption_count, 2);
				close_job(&crash);
			}
		}
		close_job(&whole);
	}
}

/* Somebody else writes while nobody watches: found, or written over; never erased in spite of it. */
static void what_changed_between_two_sessions_is_found(void **state)
{
	(void)state;
	struct crash whole;
	uint64_t operations = run_whole(&whole, &jobs[1]);
	size_t found = 0, gone = 0;
	for (uint64_t cut = 1; cut <= operations + 1; cut++) {
		struct crash crash;
		open_with_content(&crash, &jobs[1]);
		session(&crash, false, cut);
		fail_power(&crash, KEEP_ALL, cut);
		uint64_t at = cut * 37 % (SIZE / 512) * 512 + 5;
		crash.rig->fake->bytes[at] ^= 0x40;
		session(&crash, true, 0);
		judge(&crash);
		if (at < crash.evidence->unguarded) {
			assert_int_equal(crash.verdict.outcome, OUTCOME_NOT_ERASED);
			assert_int_equal(crash.evidence->steps[2].mismatch_bytes, 512);
			found++;
		} else {
			rig_assert_medium(crash.rig, crash.left, 0, 0);
			assert_int_equal(crash.verdict.outcome, OUTCOME_ERASED);
			gone++;
		}
		close_job(&crash);
	}
	assert_true(found > 3 && gone > 10);
	close_job(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_crash_is_made_good),
		cmocka_unit_test(any_two_crashes_are_made_good),
		cmocka_unit_test(what_changed_between_two_sessions_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
