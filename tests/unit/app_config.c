/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app_config: what certwipe.conf may say, and that setup's example is one that is read. */
#include "unit/unit.h"
#include "fakes/files_memory.h"
#include "wipe/app/app_private.h"

#include <stdio.h>

#define PATH "/etc/certwipe/certwipe.conf"

static enum code read_text(const char *text, struct app_config *ret, struct err *err)
{
	struct fake_files *files = fake_files_new();
	fake_files_set(files, PATH, text, strlen(text));
	enum code code = app_config_read(&files->base, PATH, true, ret, err);
	os_files_free(&files->base);
	return code;
}

static void a_temperature_is_a_whole_number_in_range(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct app_config config = { 0 };
	assert_ok(read_text("[limits]\ntemperature-max-c = 55\n", &config, &err), err);
	assert_int_equal(config.temperature_max_c, 55);
	assert_ok(read_text("[station]\nsite = x\n", &config, &err), err);
	assert_int_equal(config.temperature_max_c, 0);
	static const char *const wrong[] = { "29", "101", "-1", "0", "55.5", "55 C", "0x37", "4294967351",
		"18446744073709551671" };
	for (size_t i = 0; i < WIPE_COUNT(wrong); i++) {
		char text[80];
		snprintf(text, sizeof(text), "[limits]\ntemperature-max-c = %s\n", wrong[i]);
		assert_int_equal(read_text(text, &config, &err), CODE_INPUT);
		assert_non_null(strstr(err.line, ":2: temperature-max-c"));
	}
	assert_int_equal(read_text("[wipe]\ntemperature-max-c = 55\n", &config, &err), CODE_INPUT);
}

static void a_stall_takes_a_second_to_a_day(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct app_config config = { 0 };
	assert_ok(read_text("[limits]\nstall-s = 5\ntemperature-max-c = 40\n", &config, &err), err);
	assert_int_equal(config.stall_s, 5);
	assert_ok(read_text("[station]\nsite = x\n", &config, &err), err);
	assert_int_equal(config.stall_s, 0);
	static const char *const wrong[] = { "0", "86401", "-1", "1.5", "5 s", "" };
	for (size_t i = 0; i < WIPE_COUNT(wrong); i++) {
		char text[80];
		snprintf(text, sizeof(text), "[limits]\nstall-s = %s\n", wrong[i]);
		assert_int_equal(read_text(text, &config, &err), CODE_INPUT);
	}
}

static void a_keystream_is_one_of_five_names(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct app_config config = { 0 };
	assert_ok(read_text("[station]\nsite = x\n", &config, &err), err);
	assert_string_equal(config.keystream, "");
	static const char *const names[] = { "auto", "vaes-512", "vaes-256", "aes-ni", "libcrypto" };
	for (size_t i = 0; i < WIPE_COUNT(names); i++) {
		char text[80];
		snprintf(text, sizeof(text), "[speed]\nkeystream = %s\n", names[i]);
		assert_ok(read_text(text, &config, &err), err);
		assert_string_equal(config.keystream, names[i]);
	}
	static const char *const wrong[] = { "[speed]\nkeystream = vaes\n", "[speed]\nkeystream =\n",
		"[speed]\nkeystream = AUTO\n", "[speed]\nkeystream = auto auto\n",
		"[wipe]\nkeystream = auto\n", "[speed]\nkeystreams = auto\n" };
	for (size_t i = 0; i < WIPE_COUNT(wrong); i++) {
		assert_int_equal(read_text(wrong[i], &config, &err), CODE_INPUT);
		assert_non_null(strstr(err.line, ":2: "));
	}
}

static void a_rate_and_a_class_hold_a_wipe_back(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct app_config config = { 0 };
	assert_ok(read_text("[limits]\nrate = 50MB\nio-class = idle\n", &config, &err), err);
	assert_int_equal(config.restraint.rate, 50000000);
	assert_int_equal(config.restraint.io_class, OS_IO_CLASS_IDLE);
	assert_ok(read_text("[limits]\nrate = none\nio-class = none\n", &config, &err), err);
	assert_int_equal(config.restraint.rate, 0);
	assert_int_equal(config.restraint.io_class, OS_IO_CLASS_NONE);
	assert_ok(read_text("[station]\nsite = x\n", &config, &err), err);
	assert_int_equal(config.restraint.rate, 0);
	assert_int_equal(config.restraint.io_class, OS_IO_CLASS_BEST_EFFORT);
	static const char *const wrong[] = { "rate = 0", "rate = 99999", "rate = 50 MB/s", "rate = fast",
		"io-class = 3", "io-class = realtime" };
	for (size_t i = 0; i < WIPE_COUNT(wrong); i++) {
		char text[80];
		snprintf(text, sizeof(text), "[limits]\n%s\n", wrong[i]);
		assert_int_equal(read_text(text, &config, &err), CODE_INPUT);
	}
	assert_int_equal(read_text("[wipe]\nrate = 50MB\n", &config, &err), CODE_INPUT);
}

static void the_example_is_read_also_with_every_comment_taken_up(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct app_config config = { 0 };
	BUF_AUTO example = { 0 };
	assert_ok(app_config_example("station@host", &example, &err), err);
	assert_ok(read_text((const char *)example.data, &config, &err), err);
	assert_int_equal(config.temperature_max_c, 0);
	/* "; key = value" becomes "key = value"; sentences hold no " = ". */
	BUF_AUTO all = { 0 };
	for (char *line = strtok((char *)example.data, "\n"); line; line = strtok(NULL, "\n")) {
		bool key = line[0] == ';' && line[1] == ' ' && strstr(line, " = ") && !strchr(line, '\'');
		buf_printf(&all, "%s\n", key ? line + 2 : line);
	}
	assert_ok(buf_check(&all, &err), err);
	assert_ok(read_text((const char *)all.data, &config, &err), err);
	assert_int_equal(config.temperature_max_c, 60);
	assert_int_equal(config.stall_s, 60);
	assert_int_equal(config.restraint.rate, 50000000);
	assert_string_equal(config.operator_, "alice@example.org");
	assert_string_equal(config.keystream, "auto");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_temperature_is_a_whole_number_in_range),
		cmocka_unit_test(a_stall_takes_a_second_to_a_day),
		cmocka_unit_test(a_keystream_is_one_of_five_names),
		cmocka_unit_test(a_rate_and_a_class_hold_a_wipe_back),
		cmocka_unit_test(the_example_is_read_also_with_every_comment_taken_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
