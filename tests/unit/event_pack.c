/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event: unpack(pack(x)) = x, and nothing else unpacks. */
#include "unit/unit.h"
#include "wipe/event.h"

static struct event sample(enum event_kind kind)
{
	struct event event = { .kind = kind, .step = 0x01020304, .wall_s = -5,
		.boot_ns = UINT64_MAX - 1, .offset = 1, .length = 2, .count = 3, .extra = 4,
		.sys_errno = -5, .flag = true, .text = "io_uring, J\xc3\xbcrgen" };
	memset(event.blob, 0xa5, sizeof(event.blob));
	return event;
}

static void every_kind_round_trips_and_has_a_name(void **state)
{
	(void)state;
	for (int kind = 1; kind < EVENT_KIND_COUNT; kind++) {
		struct event event = sample((enum event_kind)kind);
		uint8_t packed[EVENT_PACKED];
		uint8_t again[EVENT_PACKED];
		struct event back;
		struct err err;
		event_pack(&event, packed);
		assert_ok(event_unpack(packed, &back, &err), err);
		assert_true(event_equals(&event, &back));
		event_pack(&back, again);
		assert_memory_equal(packed, again, EVENT_PACKED);
		assert_string_not_equal(event_kind_text(event.kind), "unknown");
	}
}

static void layout_is_the_documented_one(void **state)
{
	(void)state;
	struct event event = sample(EVENT_UNWRITTEN);
	uint8_t packed[EVENT_PACKED];
	event_pack(&event, packed);
	assert_int_equal(packed[0], EVENT_UNWRITTEN);
	assert_int_equal(packed[2], 1);
	assert_int_equal(packed[4], 4);
	assert_int_equal(packed[8], 0xfb);
	assert_int_equal(packed[24], 1);
	assert_int_equal(packed[32], 2);
	assert_int_equal(packed[40], 3);
	assert_int_equal(packed[48], 4);
	assert_int_equal(packed[56], 0xfb);
	assert_int_equal(packed[64], 0xa5);
	assert_int_equal(packed[96], 'i');
	assert_int_equal(packed[352], 0);
}

static void what_pack_would_not_write_is_refused(void **state)
{
	(void)state;
	struct event event = sample(EVENT_CLAIMED);
	static const struct { size_t at; uint8_t value; } faults[] = {
		{ 0, 0 }, { 0, EVENT_KIND_COUNT }, { 1, 1 }, { 2, 2 }, { 3, 1 }, { 60, 1 }, { 63, 1 },
		{ 96, 0 }, /* text behind a NUL */
		{ 97, '\n' }, { 97, 0xff }, { 351, 'x' }, { 352, 1 }, { 383, 1 },
	};
	for (size_t i = 0; i < WIPE_COUNT(faults); i++) {
		uint8_t packed[EVENT_PACKED];
		struct event back;
		struct err err;
		event_pack(&event, packed);
		packed[faults[i].at] = faults[i].value;
		assert_int_equal(event_unpack(packed, &back, &err), CODE_INPUT);
	}
}

static void stray_memory_behind_the_text_is_not_packed(void **state)
{
	(void)state;
	struct event event = sample(EVENT_FAILED);
	memset(event.text, 'x', sizeof(event.text));
	event.text[3] = 0;
	uint8_t packed[EVENT_PACKED];
	event_pack(&event, packed);
	assert_int_equal(packed[96 + 3], 0);
	assert_int_equal(packed[96 + 4], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_round_trips_and_has_a_name),
		cmocka_unit_test(layout_is_the_documented_one),
		cmocka_unit_test(what_pack_would_not_write_is_refused),
		cmocka_unit_test(stray_memory_behind_the_text_is_not_packed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
