/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base: the one JSON writer and the one reader. */
#include "unit/unit.h"
#include "wipe/base.h"

static enum code parse(const char *text, size_t len)
{
	struct err err;
	struct json_document *document = NULL;
	enum code code = json_read_parse(text, len, "t", &document, &err);
	if (code == CODE_OK)
		json_read_free(document);
	return code;
}

static void accepts(const char *text)
{
	if (parse(text, strlen(text)) != CODE_OK)
		fail_msg("refused: %s", text);
}

static void refuses(const char *text)
{
	if (parse(text, strlen(text)) != CODE_INPUT)
		fail_msg("accepted: %s", text);
}

static void writer_lays_out_members_in_order(void **state)
{
	(void)state;
	struct err err;
	BUF_AUTO out = { 0 };
	struct json_writer writer;
	json_write_start(&writer, &out, false);
	json_write_object(&writer, NULL);
	json_write_string(&writer, "b", "J\xc3\xbcrgen \"x\\");
	json_write_uint(&writer, "a", BYTES_JSON_MAX);
	json_write_array(&writer, "list");
	json_write_bool(&writer, NULL, true);
	json_write_null(&writer, NULL);
	json_write_close(&writer);
	json_write_array(&writer, "none");
	json_write_close(&writer);
	json_write_close(&writer);
	assert_ok(json_write_end(&writer, &err), err);
	assert_string_equal((char *)out.data, "{\n  \"b\": \"J\xc3\xbcrgen \\\"x\\\\\",\n"
	    "  \"a\": 9007199254740991,\n  \"list\": [\n    true,\n    null\n  ],\n"
	    "  \"none\": []\n}\n");
}

static void writer_compact_is_one_line(void **state)
{
	(void)state;
	struct err err;
	BUF_AUTO out = { 0 };
	struct json_writer writer;
	json_write_start(&writer, &out, true);
	json_write_object(&writer, NULL);
	json_write_uint(&writer, "a", 1);
	json_write_uint(&writer, "b", 2);
	json_write_close(&writer);
	assert_ok(json_write_end(&writer, &err), err);
	assert_string_equal((char *)out.data, "{\"a\": 1, \"b\": 2}\n");
}

static void writer_faults_stick(void **state)
{
	(void)state;
	for (int fault = 0; fault < 7; fault++) {
		struct err err;
		BUF_AUTO out = { 0 };
		struct json_writer writer;
		json_write_start(&writer, &out, false);
		json_write_object(&writer, NULL);
		switch (fault) {
		case 0: json_write_uint(&writer, "a", BYTES_JSON_MAX + 1); break;
		case 1: json_write_string(&writer, "a", "\xff"); break;
		case 2: json_write_string(&writer, "a", "line\nline"); break;
		case 3: json_write_uint(&writer, NULL, 1); break; /* no key in an object */
		case 4: json_write_array(&writer, "left open"); break;
		case 5: json_write_close(&writer); json_write_close(&writer); break;
		default:
			for (int i = 0; i < JSON_DEPTH_MAX; i++)
				json_write_object(&writer, "d");
			for (int i = 0; i < JSON_DEPTH_MAX; i++)
				json_write_close(&writer);
		}
		json_write_close(&writer);
		assert_int_equal(json_write_end(&writer, &err), CODE_BUG);
	}
}

static void reader_refuses_what_could_be_read_two_ways(void **state)
{
	(void)state;
	accepts("{\"a\": [1, true, null, \"x\"]}");
	accepts("{\"a\": 9007199254740991}");
	refuses("");
	refuses("{\"a\": 1, \"a\": 2}");
	refuses("{\"a\": 1.0}");
	refuses("{\"a\": 1e3}");
	refuses("{\"a\": -1}");
	refuses("{\"a\": 9007199254740992}");
	refuses("{\"a\": 99999999999999999999}");
	refuses("{\"a\": \"x\\u0000y\"}");
	refuses("{\"a\\u0000\": 1}");
	refuses("{\"a\": \"\xff\"}");
	refuses("{} {}");
	refuses("{\"a\": 1,}");
	refuses("{'a': 1}");
	assert_int_equal(parse("{}\0", 3), CODE_INPUT);
}

static void reader_limits_nesting_and_length(void **state)
{
	(void)state;
	char text[2 * JSON_DEPTH_MAX + 3] = { 0 };
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	accepts(text);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	refuses(text);
	accepts("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]");
	static char big[JSON_TEXT_MAX + 1];
	memset(big, ' ', sizeof(big));
	big[0] = '1';
	assert_int_equal(parse(big, sizeof(big)), CODE_INPUT);
	assert_int_equal(parse(big, sizeof(big) - 1), CODE_INPUT); /* a bare number is no document */
	big[0] = '{', big[1] = '}';
	assert_int_equal(parse(big, sizeof(big) - 1), CODE_OK);
}

static void reader_gives_typed_answers_only(void **state)
{
	(void)state;
	static const char text[] = "{\"s\": \"x\", \"n\": 7, \"b\": true, \"l\": [1, 2], \"z\": null}";
	struct err err;
	struct json_document *document = NULL;
	assert_ok(json_read_parse(text, strlen(text), "t", &document, &err), err);
	const struct json_value *root = json_read_root(document);
	uint64_t number = 0;
	bool flag = false;
	assert_string_equal(json_read_string(json_read_member(root, "s")), "x");
	assert_null(json_read_string(json_read_member(root, "n")));
	assert_true(json_read_uint(json_read_member(root, "n"), &number) && number == 7);
	assert_false(json_read_uint(json_read_member(root, "s"), &number));
	assert_true(json_read_bool(json_read_member(root, "b"), &flag) && flag);
	assert_false(json_read_bool(json_read_member(root, "n"), &flag));
	assert_int_equal(json_read_count(json_read_member(root, "l")), 2);
	assert_null(json_read_element(json_read_member(root, "l"), 2));
	assert_true(json_read_is_null(json_read_member(root, "z")));
	assert_false(json_read_is_null(json_read_member(root, "absent")));
	const char *const known[] = { "s", "n", "b", "l", NULL };
	assert_string_equal(json_read_unknown(root, known), "z");
	json_read_free(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writer_lays_out_members_in_order),
		cmocka_unit_test(writer_compact_is_one_line),
		cmocka_unit_test(writer_faults_stick),
		cmocka_unit_test(reader_refuses_what_could_be_read_two_ways),
		cmocka_unit_test(reader_limits_nesting_and_length),
		cmocka_unit_test(reader_gives_typed_answers_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
