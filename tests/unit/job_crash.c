/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job: the power fails at any one operation, of the files or of the disk, and takes what neither had
 * flushed. Whoever comes after finishes the job from what is left: the disk is then the same, the journal
 * says what was seen, the evidence is that of an uninterrupted run but for the interruption, and the
 * verdict is never better.
 */
#include "unit/crash_rig.h"

static const struct crash_kind kinds[] = {
	{ .name = "one keystream, read back whole", .steps = "[step 1]\nwrite = random\nverify = full\n" },
	{ .name = "a constant, then a keystream, sampled",
	  .steps = "[step 1]\nwrite = 0x92 0x49 0x24\n[step 2]\nwrite = random\nverify = sample 10%\n" },
	{ .name = "a bad block", .bad = 152 * 1024,
	  .steps = "[step 1]\nwrite = 0x00\n[step 2]\nwrite = random\nverify = sample 10%\n" },
	{ .name = "the first key is forgotten", .forgets = true,
	  .steps = "[step 1]\nwrite = random\n[step 2]\nwrite = random\nverify = full\n" },
	{ .name = "each pass read back", .forgets = true,
	  .steps = "[step 1]\nwrite = random\nverify = sample 5%\n[step 2]\nwrite = 0xff\nverify = full\n" },
	{ .name = "never read back", .steps = "[step 1]\nwrite = 0x55\n" },
};

/* What came of a job that was carried out to its end. */
struct crash_outcome {
	unsigned operations; /* of its last process */
	struct evidence evidence;
	struct verdict verdict;
};

static void outcome_free(struct crash_outcome *outcome)
{
	evidence_free(&outcome->evidence);
	free(outcome);
}

/* ---- what must be true in the end ---------------------------------------------------------------------- */

static void assert_medium(const struct crash_machine *machine)
{
	const struct plan *plan = &machine->document.plan;
	struct content_source *source = NULL;
	struct err err = { 0 };
	unsigned left = 0;
	while (plan->steps[left].action != PLAN_WRITE || !plan->steps[left].left)
		left++;
	assert_ok(content_source_new(&plan->steps[left].content, NULL, &source, &err), err);
	for (uint64_t at = 0; at < CRASH_SIZE; at += 512) {
		uint64_t bad = machine->kind->bad;
		bool same = false;
		assert_ok(content_compare(source, at, machine->disk->bytes + at, 512, &same, &err), err);
		if (same == (bad && at >= bad && at < bad + CRASH_BAD))
			fail_msg("%s,%s: byte %llu is %s", machine->kind->name, machine->trail,
			    (unsigned long long)at, same ? "written" : "not written");
	}
	content_source_free(source);
}

/* One that has to read everything, as all of it was written before an interruption, draws no sample. */
static bool sample_is_same(const struct evidence_step *a, const struct evidence_step *b)
{
	return a->covered == CRASH_SIZE ||
	    (a->sampled == b->sampled && a->strata == b->strata && a->block == b->block);
}

static bool step_is_same(const struct evidence_step *a, const struct evidence_step *b)
{
	return a->state == b->state && a->flushed == b->flushed && a->durable == b->durable &&
	    a->durable_bytes == b->durable_bytes && a->unwritten_bytes == b->unwritten_bytes &&
	    a->unreadable_bytes == b->unreadable_bytes && a->mismatch_bytes == b->mismatch_bytes &&
	    sample_is_same(a, b) && (a->action == PLAN_VERIFY || a->bytes == b->bytes);
}

static bool ranges_are_same(const struct evidence *a, const struct evidence *b)
{
	bool same = a->range_count == b->range_count;
	for (size_t i = 0; same && i < a->range_count; i++)
		same = a->ranges[i].kind == b->ranges[i].kind && a->ranges[i].step == b->ranges[i].step &&
		    a->ranges[i].offset == b->ranges[i].offset &&
		    a->ranges[i].length == b->ranges[i].length;
	return same;
}

/* But for times, the session's own counts and the interruption. */
static void assert_evidence(const struct crash_machine *machine, const struct evidence *evidence,
    const struct evidence *whole)
{
	const char *other = NULL;
	char step[24];
	if (evidence->ending != whole->ending || evidence->ended != whole->ended)
		other = "ending";
	else if (evidence->identity_same != whole->identity_same ||
	    evidence->counter_known != whole->counter_known)
		other = "identity or count";
	else if (!ranges_are_same(evidence, whole))
		other = "ranges";
	for (unsigned i = 0; !other && i < whole->step_count; i++) {
		snprintf(step, sizeof(step), "step %u", i);
		if (!step_is_same(&evidence->steps[i], &whole->steps[i]))
			other = step;
	}
	if (other)
		fail_msg("%s,%s: %s: other evidence than without a crash", machine->kind->name,
		    machine->trail, other);
	assert_true(evidence->interruption_count <= machine->boots - 1);
}

/* The rule for what was written before an interruption: read whole afterwards, or told. */
static void assert_guarded(const struct crash_machine *machine, const struct evidence *evidence,
    const struct verdict *verdict)
{
	const struct plan *plan = &machine->document.plan;
	bool checked = evidence->check < evidence->step_count;
	if (!evidence->unguarded)
		return;
	if (checked && plan->steps[evidence->check].verify == PROCEDURE_VERIFY_SAMPLE)
		assert_int_equal(evidence->steps[evidence->check].covered, evidence->unguarded);
	if (!checked)
		assert_non_null(strstr(verdict->exceptions[verdict->exception_count - 1],
		    "before an interruption"));
}

static void assert_keys(const struct crash_machine *machine)
{
	static const uint8_t none[CONTENT_KEY];
	char path[APP_PATH];
	snprintf(path, sizeof(path), "/state/jobs/%s/keys", machine->document.plan.id);
	const struct buf *keys = fake_files_get(machine->files, path);
	assert_non_null(keys);
	if (machine->kind->forgets && machine->boots == 1)
		assert_memory_equal(keys->data, none, CONTENT_KEY);
}

/* The last process of the job, which must come to its end, and what it leaves. */
static struct crash_outcome *finish(struct crash_machine *machine)
{
	struct err err = { 0 };
	struct crash_outcome *outcome = calloc(1, sizeof(*outcome));
	struct crash_process *process = crash_process_run(machine, 0);
	assert_true(process->done);
	assert_ok(job_store_compare(&machine->app, &process->plan, &process->record.evidence, &err), err);
	outcome->operations = machine->power.operations;
	outcome->evidence = process->record.evidence;
	process->record.evidence = (struct evidence){ 0 };
	evidence_verdict(&outcome->evidence, &process->plan, &machine->document.device,
	    HIDDEN_NOT_APPLICABLE, &outcome->verdict);
	crash_process_free(process);
	assert_medium(machine);
	assert_keys(machine);
	assert_guarded(machine, &outcome->evidence, &outcome->verdict);
	return outcome;
}

static void assert_as_whole(struct crash_machine *machine, const struct crash_outcome *whole)
{
	struct crash_outcome *outcome = finish(machine);
	assert_evidence(machine, &outcome->evidence, &whole->evidence);
	if (outcome->verdict.outcome > whole->verdict.outcome ||
	    outcome->verdict.achieved > whole->verdict.achieved)
		fail_msg("%s,%s: a better verdict than without a crash", machine->kind->name,
		    machine->trail);
	/* Nothing was lost that the job could not make good, so none is worse either. */
	if (outcome->verdict.outcome != whole->verdict.outcome)
		fail_msg("%s,%s: %s, not %s: %s", machine->kind->name, machine->trail,
		    evidence_outcome_text(outcome->verdict.outcome),
		    evidence_outcome_text(whole->verdict.outcome), outcome->verdict.exceptions[0]);
	outcome_free(outcome);
}

/* ---- the cuts ---------------------------------------------------------------------------------------------- */

static void run_and_crash(struct crash_machine *machine, unsigned cut, enum fake_crash how,
    uint64_t seed)
{
	machine->disk->dies_before = seed % 2;
	machine->lag = (unsigned)(seed / 2 % CRASH_LAG_MAX);
	crash_process_free(crash_process_run(machine, cut));
	crash_machine_fail(machine, how, seed);
}

static struct crash_outcome *run_whole(const struct crash_kind *kind, const struct buf *key)
{
	struct crash_machine *machine = crash_machine_new(kind, key);
	struct crash_outcome *whole = finish(machine);
	assert_int_equal(whole->evidence.interruption_count, 0);
	assert_int_equal(whole->evidence.ending, EVIDENCE_COMPLETED);
	assert_int_equal(whole->verdict.outcome, kind->bad || strstr(kind->steps, "verify") == NULL
	    ? OUTCOME_WITH_EXCEPTIONS : OUTCOME_ERASED);
	crash_machine_free(machine);
	return whole;
}

static void a_crash_at_any_operation_is_made_good(void **state)
{
	const struct crash_fixture *fixture = *state;
	for (size_t i = 0; i < WIPE_COUNT(kinds); i++) {
		struct crash_outcome *whole = run_whole(&kinds[i], &fixture->key);
		for (unsigned cut = 1; cut <= whole->operations + 2; cut += fixture->stride) {
			for (unsigned how = 0; how < FAKE_CRASH_COUNT; how++) {
				struct crash_machine *machine = crash_machine_new(&kinds[i], &fixture->key);
				run_and_crash(machine, cut, (enum fake_crash)how, cut * 8 + how);
				assert_as_whole(machine, whole);
				crash_machine_free(machine);
			}
		}
		outcome_free(whole);
	}
}

static void a_crash_of_the_second_attempt_is_made_good_too(void **state)
{
	const struct crash_fixture *fixture = *state;
	for (size_t i = 0; i < WIPE_COUNT(kinds); i++) {
		struct crash_outcome *whole = run_whole(&kinds[i], &fixture->key);
		unsigned end = whole->operations + 20; /* opening it again takes some more */
		for (unsigned first = 2; first <= end; first += 13 * fixture->stride) {
			for (unsigned second = 1 + first % 7; second <= end; second += 17) {
				struct crash_machine *machine = crash_machine_new(&kinds[i], &fixture->key);
				uint64_t seed = first * 1009 + second;
				run_and_crash(machine, first, (enum fake_crash)(seed % FAKE_CRASH_COUNT), seed);
				run_and_crash(machine, second,
				    (enum fake_crash)(seed / 7 % FAKE_CRASH_COUNT), seed + 1);
				assert_as_whole(machine, whole);
				crash_machine_free(machine);
			}
		}
		outcome_free(whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_at_any_operation_is_made_good),
		cmocka_unit_test(a_crash_of_the_second_attempt_is_made_good_too),
	};
	return cmocka_run_group_tests(tests, crash_set_up, crash_tear_down);
}
