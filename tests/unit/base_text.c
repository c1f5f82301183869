/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base: text, bytes, units, stamps, ids. */
#include "unit/unit.h"
#include "wipe/base.h"

static void safe_text_escapes_and_trims(void **state)
{
	(void)state;
	char out[64];
	assert_string_equal(text_safe(out, sizeof(out), "  WDC\\x\n\xff ", 11), "WDC\\x5cx\\x0a\\xff");
	assert_string_equal(text_safe(out, 6, "ab\x01\x02", 4), "ab");
	assert_string_equal(text_safe(out, sizeof(out), "\0\0  ", 4), "");
}

static void utf8_refuses_controls_and_bad_forms(void **state)
{
	(void)state;
	assert_true(text_is_utf8("J\xc3\xbcrgen", 7));
	assert_false(text_is_utf8("\xc0\x80", 2));
	assert_false(text_is_utf8("\xed\xa0\x80", 3));
	assert_false(text_is_utf8("\xe2\x80\xae", 3)); /* right-to-left override */
	assert_false(text_is_utf8("a\tb", 3));
	assert_false(text_is_utf8("\xc3", 1));
}

static void numbers_are_strict(void **state)
{
	(void)state;
	uint64_t value = 0;
	assert_true(text_u64_parse("18446744073709551615", &value));
	assert_true(value == UINT64_MAX);
	assert_false(text_u64_parse("18446744073709551616", &value));
	assert_false(text_u64_parse("01", &value));
	assert_false(text_u64_parse("", &value));
	assert_false(text_u64_parse("-1", &value));
}

static void stamps_round_trip_and_refuse(void **state)
{
	(void)state;
	char out[STAMP_TEXT];
	int64_t wall_s = 0;
	for (int64_t day = 0; day < 2932896; day += 17) {
		int64_t when = day * 86400 + day % 86400;
		assert_true(stamp_parse(stamp_format(when, out), &wall_s));
		assert_true(wall_s == when);
	}
	assert_string_equal(stamp_format(1582934400, out), "2020-02-29T00:00:00Z");
	assert_false(stamp_parse("2023-02-29T00:00:00Z", &wall_s));
	assert_false(stamp_parse("2023-02-28 00:00:00Z", &wall_s));
	assert_false(stamp_parse("2023-02-28T24:00:00Z", &wall_s));
}

static void ids_are_26_characters_of_crockford(void **state)
{
	(void)state;
	char id[ID_TEXT];
	uint8_t ones[16];
	memset(ones, 0xff, sizeof(ones));
	id_format(ones, id);
	assert_string_equal(id, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
	id_new(id);
	assert_true(id_is_valid(id));
	id[3] = 'U';
	assert_false(id_is_valid(id));
	assert_false(id_is_valid("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
}

static void units_never_promise_more(void **state)
{
	(void)state;
	char out[UNITS_TEXT];
	assert_string_equal(units_bytes_format(512, out), "512 B");
	assert_string_equal(units_bytes_format(1999999, out), "1.9 MB");
	assert_string_equal(units_bytes_format(4000787030016, out), "4.0 TB");
	assert_string_equal(units_bytes_format(UINT64_MAX, out), "18.4 EB");
	assert_string_equal(units_duration_format(11530, out), "3 h 12 min");
}

static void rounding_saturates(void **state)
{
	(void)state;
	assert_true(bytes_round_up(4097, 4096) == 8192);
	assert_true(bytes_round_up(UINT64_MAX, 4096) == UINT64_MAX - 4095);
	assert_true(bytes_mul_div(UINT64_MAX, 1000, 1000) == UINT64_MAX);
	assert_true(bytes_mul_div(UINT64_MAX, 1000, 1) == UINT64_MAX);
}

static void sizes_are_read_as_people_write_them(void **state)
{
	(void)state;
	static const struct { const char *text; uint64_t bytes; } good[] = {
		{ "0", 0 }, { "512", 512 }, { "512B", 512 }, { "512 B", 512 }, { "1k", 1000 }, { "1kB", 1000 },
		{ "1K", 1000 }, { "1KiB", 1024 }, { "50MB", 50000000 }, { "50 MB", 50000000 }, { "50M", 50000000 },
		{ "2MiB", 2097152 }, { "2Mi", 2097152 }, { "3G", 3000000000 }, { "1GiB", 1073741824 },
		{ "4TB", 4000000000000 }, { "1TiB", 1099511627776 }, { "18446744073709551615", UINT64_MAX },
		{ "18446744TB", UINT64_C(18446744000000000000) },
	};
	static const char *const bad[] = { "", " ", "B", "MB", "-1", "+1", "01", "1.5MB", "1 ", "1  MB", " 1", "1m",
		"1mb", "1MBs", "1MB/s", "1iB", "1Bi", "1MiBB", "1PB", "18446744073709551616", "18446745TB",
		"16777216TiB", "111111111111111111111111111111" };
	uint64_t bytes = 7;
	for (size_t i = 0; i < WIPE_COUNT(good); i++) {
		assert_true(units_bytes_parse(good[i].text, &bytes));
		assert_int_equal(bytes, good[i].bytes);
	}
	bytes = 7;
	for (size_t i = 0; i < WIPE_COUNT(bad); i++)
		assert_false(units_bytes_parse(bad[i], &bytes));
	assert_int_equal(bytes, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(safe_text_escapes_and_trims),
		cmocka_unit_test(utf8_refuses_controls_and_bad_forms),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(stamps_round_trip_and_refuse),
		cmocka_unit_test(ids_are_26_characters_of_crockford),
		cmocka_unit_test(units_never_promise_more),
		cmocka_unit_test(sizes_are_read_as_people_write_them),
		cmocka_unit_test(rounding_saturates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
