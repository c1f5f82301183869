/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job: does a real worker on a real disk rest while its drive is too warm, and go on? Needs root. */
#include "unit/rest_rig.h"

#include "wipe/certificate.h"

/* ---- how a rest ends ------------------------------------------------------------------------------- */

static void cool_down(struct rest_rig *rig)
{
	rig->shared->temperature_c = REST_LIMIT_C - CARE_COOLER;
	rest_pass_time(rig);
}

static void interrupt(struct rest_rig *rig)
{
	(void)rig;
	assert_int_equal(raise(SIGINT), 0);
}

static void kill_worker(struct rest_rig *rig)
{
	assert_int_equal(kill(rig->supervisor->jobs[0]->pid, SIGKILL), 0);
}

static void hang_up_thermometer(struct rest_rig *rig)
{
	/* No drive has this temperature: the log makes no sense, and says nothing. */
	rig->shared->temperature_c = -273;
	rest_pass_time(rig);
}

/* ---- what is left of it ---------------------------------------------------------------------------- */

/* The journal's events of one kind, in their order. */
static size_t journaled(struct rest_rig *rig, enum event_kind kind, struct event *ret, size_t max)
{
	struct rig_kept *kept = calloc(1, sizeof(*kept));
	const struct event_sink sink = { rig_put, kept };
	struct journal_replay replay = { 0 };
	struct err err = { 0 };
	size_t count = 0;
	assert_non_null(kept);
	assert_ok(journal_read(&rig->files->base, RIG_PATH, rig_key, &sink, &replay, &err), err);
	for (size_t i = 0; i < kept->count; i++) {
		if (kept->events[i].kind == kind && count < max)
			ret[count++] = kept->events[i];
	}
	buf_free(&replay.document);
	free(kept);
	return count;
}

/* It came to rest in the middle of its pass, and stayed there as long as it was to. */
static void assert_rested(struct rest_rig *rig)
{
	struct event events[4];
	assert_int_equal(rig->stage, LEFT);
	assert_int_equal(rig->rests, REST_READINGS);
	assert_in_range(rig->written, 1, REST_SIZE - 1);
	assert_int_equal(journaled(rig, EVENT_STALLED, events, 4), 0);
	assert_true(journaled(rig, EVENT_PAUSED, events, 4) >= 1);
	assert_true(events[0].flag);
	assert_int_equal(events[0].count, REST_HOT_C);
}

static void assert_continued(struct rest_rig *rig, uint64_t at_c)
{
	struct event events[4];
	assert_int_equal(journaled(rig, EVENT_PAUSED, events, 4), 2);
	assert_false(events[1].flag);
	assert_int_equal(events[1].count, at_c);
	assert_true(events[1].boot_ns - events[0].boot_ns > REST_READINGS * REST_STRIDE_NS);
}

static void assert_erased(const struct rest_rig *rig, const struct evidence *evidence)
{
	const struct device *device = &rig->clearance.device;
	struct verdict verdict = { 0 };
	assert_int_equal(evidence->ending, EVIDENCE_COMPLETED);
	evidence_verdict(evidence, &rig->plan, device, evidence_hidden_areas(device), &verdict);
	assert_int_equal(verdict.outcome, OUTCOME_ERASED);
	/* More where somebody died: what was not durable is written again. */
	assert_in_range(rest_written(rig), REST_SIZE,
	    REST_SIZE + (rig->leave == kill_worker ? rig->written : 0));
}

/* What the certificate says of it. */
static void assert_certified(const struct rest_rig *rig, const struct evidence *evidence)
{
	struct certificate_station station = { .principal = "station@test.example", .chain = RIG_ID,
		.key = "SHA256:StaticStaticStaticStaticStaticStaticStatica", .counter = 1 };
	struct os_machine machine = { .host = "here", .machine_id = "0123456789abcdef0123456789abcdef",
		.boot_id = "11111111-2222-3333-4444-555555555555" };
	const struct certificate_tool tool = { "0", "unknown" };
	const struct certificate_inputs inputs = { .plan = &rig->plan, .procedure = &rig->procedure,
		.device = &rig->clearance.device, .evidence = evidence, .station = &station,
		.machine = &machine, .tool = &tool, .wall_issued_s = evidence->wall_end_s };
	struct certificate *certificate = NULL;
	struct err err = { 0 };
	BUF_AUTO text = { 0 };
	memset(station.previous, 'b', 64);
	memset(machine.executable_sha256, 'c', 64);
	assert_ok(certificate_assemble(&inputs, &certificate, &err), err);
	assert_ok(certificate_format(certificate, &text, &err), err);
	certificate_free(certificate);
	buf_append(&text, "", 1);
	assert_non_null(strstr((const char *)text.data, "\"temperature_pauses\": \"1\""));
	assert_non_null(strstr((const char *)text.data, "\"outcome\": \"erased\""));
	assert_non_null(strstr((const char *)text.data, "\"stalls\": \"0\""));
}

/* ---- the tests -------------------------------------------------------------------------------------- */

static void a_job_rests_while_its_drive_is_too_warm_and_goes_on_to_its_end(void **state)
{
	struct rest_rig *rig = *state;
	if (!rig->host)
		skip();
	rig->leave = cool_down;
	const struct evidence *evidence = rest_session(rig, NULL);
	assert_rested(rig);
	assert_continued(rig, REST_LIMIT_C - CARE_COOLER);
	assert_int_equal(evidence->interruption_count, 0);
	assert_erased(rig, evidence);
	assert_certified(rig, evidence);
}

static void a_drive_that_is_too_warm_from_the_start_is_not_written_at_all(void **state)
{
	struct rest_rig *rig = *state;
	if (!rig->host)
		skip();
	rig->shared->temperature_c = REST_HOT_C;
	rig->shared->hold_at = 0;
	rig->stage = SETTLING;
	rig->leave = cool_down;
	const struct evidence *evidence = rest_session(rig, NULL);
	assert_int_equal(rig->stage, LEFT);
	assert_int_equal(rig->written, 0);
	assert_continued(rig, REST_LIMIT_C - CARE_COOLER);
	assert_erased(rig, evidence);
	assert_certified(rig, evidence);
}

static void a_drive_that_tells_nothing_any_more_is_not_waited_for(void **state)
{
	struct rest_rig *rig = *state;
	if (!rig->host)
		skip();
	rig->leave = hang_up_thermometer;
	const struct evidence *evidence = rest_session(rig, NULL);
	assert_rested(rig);
	assert_continued(rig, 0);
	assert_erased(rig, evidence);
}

static void a_stop_ends_the_rest_and_the_job_waits_to_be_resumed(void **state)
{
	struct rest_rig *rig = *state;
	if (!rig->host)
		skip();
	rig->leave = interrupt;
	const struct evidence *evidence = rest_session(rig, NULL);
	assert_rested(rig);
	assert_true(rig->stopped);
	assert_int_equal(evidence->ending, EVIDENCE_STOPPED);
	assert_string_equal(evidence->reason, "asked to stop");
	assert_int_equal(rest_written(rig), rig->written);
	evidence = rest_resume(rig);
	assert_int_equal(evidence->interruption_count, 1);
	assert_erased(rig, evidence);
	assert_certified(rig, evidence);
}

static void a_worker_that_dies_at_rest_leaves_a_job_that_can_be_resumed(void **state)
{
	struct rest_rig *rig = *state;
	if (!rig->host)
		skip();
	rig->leave = kill_worker;
	const struct evidence *evidence = rest_session(rig, NULL);
	assert_rested(rig);
	assert_int_equal(evidence->ending, EVIDENCE_STOPPED);
	assert_string_equal(evidence->reason, "the worker process died");
	evidence = rest_resume(rig);
	assert_int_equal(evidence->interruption_count, 1);
	assert_erased(rig, evidence);
	assert_certified(rig, evidence);
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, rest_set_up, rest_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(a_job_rests_while_its_drive_is_too_warm_and_goes_on_to_its_end),
		RIGGED(a_drive_that_is_too_warm_from_the_start_is_not_written_at_all),
		RIGGED(a_drive_that_tells_nothing_any_more_is_not_waited_for),
		RIGGED(a_stop_ends_the_rest_and_the_job_waits_to_be_resumed),
		RIGGED(a_worker_that_dies_at_rest_leaves_a_job_that_can_be_resumed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
