/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job: what a drive's answers about its health mean for its job. */
#include "unit/unit.h"
#include "wipe/job/care.h"

#include <string.h>

#define NO DEVICE_HEALTH_NO_TEMPERATURE
#define SECOND_NS UINT64_C(1000000000)

static struct device_health reading(int32_t temperature_c, int32_t limit_c)
{
	struct device_health health = { .known = true, .temperature_c = temperature_c,
		.limit_c = limit_c, .reallocated = 7 };
	text_copy(health.text, sizeof(health.text), "good, something");
	return health;
}

static void a_disk_rests_until_it_is_cooler_and_not_only_just(void **state)
{
	(void)state;
	static const struct { int32_t temperature_c; enum care_word want; } rows[] = {
		{ 40, CARE_NOTHING }, { 60, CARE_NOTHING }, { 61, CARE_PAUSE }, { 65, CARE_NOTHING },
		{ 60, CARE_NOTHING }, { 58, CARE_NOTHING }, { 57, CARE_CONTINUE }, { 60, CARE_NOTHING },
		{ 61, CARE_PAUSE }, { NO, CARE_CONTINUE }, { NO, CARE_NOTHING },
	};
	const struct device disk = { .media = DEVICE_MEDIA_HDD };
	struct care care = { .device = &disk };
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct device_health health = reading(rows[i].temperature_c, NO);
		if (care_judge(&care, &health) != rows[i].want)
			fail_msg("row %zu", i);
	}
}

static void what_is_configured_comes_before_what_the_drive_says(void **state)
{
	(void)state;
	const struct device disk = { .media = DEVICE_MEDIA_SSD };
	struct care own = { .device = &disk };
	struct care configured = { .device = &disk, .configured_c = 50 };
	struct device_health full = reading(55, 84), brief = reading(80, NO), hot = reading(85, NO);
	assert_int_equal(care_judge(&own, &full), CARE_NOTHING);
	assert_int_equal(care_judge(&configured, &full), CARE_PAUSE);
	/* A brief reading leaves the limit out: the one that was told stays. */
	assert_int_equal(care_judge(&own, &brief), CARE_NOTHING);
	assert_int_equal(care_judge(&own, &hot), CARE_PAUSE);
}

static void a_virtual_disk_is_unknown_at_once_and_not_asked_again(void **state)
{
	(void)state;
	const struct device disk = { .virtual_disk = true, .media = DEVICE_MEDIA_VIRTUAL,
		.identity = { .name = "loop0", .node = "/dev/loop0", .transport = "loop" } };
	struct care care;
	struct device_health health;
	care_begin(&care, &disk, device_health_start, 0, SECOND_NS);
	assert_true(care_take(&care, SECOND_NS, &health));
	assert_false(health.known);
	assert_false(care_take(&care, SECOND_NS, &health));
	assert_false(care_is_due(&care, 1000 * SECOND_NS));
	const struct event event = care_health_event(&health, true);
	assert_int_equal(event.kind, EVENT_HEALTH);
	assert_false(event.flag);
	assert_int_equal(event.extra, 1);
	assert_int_equal(event.count, DEVICE_HEALTH_NO_COUNT);
	assert_true(text_has_prefix(event.text, "unknown"));
	care_end(&care);
	care_end(&care);
}

static void a_reader_that_could_not_be_started_is_an_unknown_drive(void **state)
{
	(void)state;
	struct care care = { .reader = NULL };
	struct device_health health;
	care_ask(&care, DEVICE_HEALTH_ALL, SECOND_NS);
	assert_int_equal(care_fd(&care), -1);
	assert_true(care_take(&care, SECOND_NS, &health));
	assert_false(health.known);
}

static void events_carry_what_evidence_needs(void **state)
{
	(void)state;
	struct device_health health = reading(71, NO);
	const struct event before = care_health_event(&health, false);
	assert_true(before.flag);
	assert_int_equal(before.count, 7);
	assert_int_equal(before.extra, 0);
	const struct event paused = care_paused_event(&health, true);
	assert_int_equal(paused.kind, EVENT_PAUSED);
	assert_true(paused.flag);
	assert_int_equal(paused.count, 71);
	health.temperature_c = NO;
	assert_int_equal(care_paused_event(&health, false).count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_rests_until_it_is_cooler_and_not_only_just),
		cmocka_unit_test(what_is_configured_comes_before_what_the_drive_says),
		cmocka_unit_test(a_virtual_disk_is_unknown_at_once_and_not_asked_again),
		cmocka_unit_test(a_reader_that_could_not_be_started_is_an_unknown_drive),
		cmocka_unit_test(events_carry_what_evidence_needs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
