/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui: who pressed these keys, a person or a barcode reader? Times are given, nothing waits. */
#include "unit/unit.h"

#include "wipe/tui/burst.h"

#include <string.h>

static void put(struct burst *burst, const char *text, uint64_t at_ms)
{
	for (; *text; text++)
		assert_true(burst_put(burst, *text == '\n' ? KEY_CODE_ENTER : (uint32_t)*text, at_ms));
}

static void assert_key(struct burst *burst, uint64_t now_ms, uint32_t code)
{
	struct tui_key key;
	assert_true(burst_take(burst, now_ms, &key));
	assert_int_equal(key.code, code);
}

static void a_line_in_one_go_is_a_scan(void **state)
{
	(void)state;
	struct burst burst = { 0 };
	struct tui_key key;
	put(&burst, "S5STNF0", 1000);
	assert_false(burst_take(&burst, 1001, &key));
	put(&burst, "R123\n", 1020);
	assert_true(burst_take(&burst, 1020, &key));
	assert_int_equal(key.code, KEY_CODE_SCAN);
	assert_string_equal(key.scan, "S5STNF0R123");
	assert_false(burst_take(&burst, 2000, &key));
	assert_int_equal(burst_wait_ms(&burst, 2000), -1);
}

static void a_letter_waits_a_moment_and_is_then_a_key(void **state)
{
	(void)state;
	struct burst burst = { 0 };
	struct tui_key key;
	put(&burst, "s", 1000);
	assert_false(burst_take(&burst, 1010, &key));
	assert_int_equal(burst_wait_ms(&burst, 1010), BURST_GAP_MS - 10);
	assert_key(&burst, 1000 + BURST_GAP_MS, 's');
}

static void keys_that_are_no_text_wait_for_nothing(void **state)
{
	(void)state;
	struct burst burst = { 0 };
	assert_true(burst_put(&burst, KEY_CODE_DOWN, 1000));
	put(&burst, "\n", 1000);
	assert_key(&burst, 1000, KEY_CODE_DOWN);
	assert_key(&burst, 1000, KEY_CODE_ENTER);
}

static void a_key_that_repeats_is_no_scan(void **state)
{
	(void)state;
	struct burst burst = { 0 };
	put(&burst, "jjjjjjk\n", 1000);
	for (unsigned i = 0; i < 6; i++)
		assert_key(&burst, 1000, 'j');
	assert_key(&burst, 1000, 'k');
	assert_key(&burst, 1000, KEY_CODE_ENTER);
}

static void text_without_an_enter_is_a_paste(void **state)
{
	(void)state;
	struct burst burst = { 0 };
	struct tui_key key;
	put(&burst, "sxqa", 1000);
	assert_true(burst_take(&burst, 1000 + BURST_GAP_MS, &key));
	assert_int_equal(key.code, KEY_CODE_PASTE);
	assert_string_equal(key.scan, "sxqa");
}

static void no_letter_of_a_long_line_gets_lost_or_becomes_a_command(void **state)
{
	(void)state;
	struct burst burst = { 0 };
	struct tui_key key;
	size_t letters = 0;
	for (unsigned i = 0; i < 1000; i++) {
		while (!burst_put(&burst, 'a' + i % 26, 1000)) {
			assert_true(burst_take(&burst, 1000, &key));
			assert_int_equal(key.code, KEY_CODE_PASTE);
			letters += strlen(key.scan);
		}
	}
	assert_true(burst_take(&burst, 2000, &key));
	assert_int_equal(letters + strlen(key.scan), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_in_one_go_is_a_scan),
		cmocka_unit_test(a_letter_waits_a_moment_and_is_then_a_key),
		cmocka_unit_test(keys_that_are_no_text_wait_for_nothing),
		cmocka_unit_test(a_key_that_repeats_is_no_scan),
		cmocka_unit_test(text_without_an_enter_is_a_paste),
		cmocka_unit_test(no_letter_of_a_long_line_gets_lost_or_becomes_a_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
