/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base: the strict reader of sections, keys and values, and the line of each refusal. */
#include "unit/unit.h"
#include "wipe/base.h"

#include <stdio.h>
#include <stdlib.h>

static struct ini *parse(const void *data, size_t len, struct faults *faults)
{
	struct ini *ini = NULL;
	struct err err;
	*faults = (struct faults){ 0 };
	assert_ok(ini_parse(data, len, faults, &ini, &err), err);
	return ini;
}

/* The text has exactly one fault, on this line, whose words contain `words`. */
static void refused(const char *text, size_t len, unsigned line, const char *words)
{
	struct faults faults;
	struct ini *ini = parse(text, len, &faults);
	if (faults.errors != 1 || faults.items[0].line != line ||
	    !strstr(faults.items[0].text, words))
		fail_msg("\"%s\": %zu faults, the first on line %u: %s", text, faults.errors,
		    faults.items[0].line, faults.items[0].text);
	ini_free(ini);
}

static void sections_keys_and_lines_are_kept(void **state)
{
	(void)state;
	const char text[] = "; a comment\n"
	    "[procedure]\n"
	    "id=x\n"
	    "title   =  two  words ; no comment   \n"
	    "\n"
	    "  \n"
	    "# another\n"
	    "[step 12]\n"
	    "id = J\xc3\xbcrgen = 1\n";
	struct faults faults;
	struct ini *ini = parse(text, strlen(text), &faults);
	assert_int_equal(faults.errors, 0);
	assert_int_equal(ini->section_count, 2);
	assert_string_equal(ini->sections[0].name, "procedure");
	assert_int_equal(ini->sections[0].line, 2);
	assert_string_equal(ini->sections[1].name, "step 12");
	assert_int_equal(ini->sections[1].line, 8);
	assert_int_equal(ini->count, 3);
	unsigned line = 0;
	assert_string_equal(ini_value(ini, "procedure", "id", &line), "x");
	assert_int_equal(line, 3);
	assert_string_equal(ini_value(ini, "procedure", "title", NULL), "two  words ; no comment");
	assert_string_equal(ini_value(ini, "step 12", "id", &line), "J\xc3\xbcrgen = 1");
	assert_int_equal(line, 9);
	assert_null(ini_value(ini, "step 12", "title", NULL));
	assert_null(ini_value(ini, "step", "id", NULL));
	ini_free(ini);
}

static void nothing_is_an_empty_file(void **state)
{
	(void)state;
	struct faults faults;
	struct ini *ini = parse(NULL, 0, &faults);
	assert_int_equal(faults.errors, 0);
	assert_int_equal(ini->count + ini->section_count, 0);
	ini_free(ini);
	ini_free(NULL);
}

static void each_refusal_has_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} cases[] = {
		{ "[a]\nb = 1\n[a]\nb = 2\n", 3, "[a] is here a second time, first on line 1" },
		{ "[a]\nb = 1\nc = 2\nb = 1\n", 4, "'b' is here a second time, first on line 2" },
		{ "b = 1\n[a]\n", 1, "before any [section]" },
		{ "[a]\nb =\n", 2, "no value" },
		{ "[a]\nb =    \n", 2, "no value" },
		{ "[a]\nb\n", 2, "neither" },
		{ "[a]\n= 1\n", 2, "neither" },
		{ "[a]\nB = 1\n", 2, "neither" },
		{ "[a]\nb c = 1\n", 2, "neither" },
		{ "[a]\nb.c = 1\n", 2, "neither" },
		{ "[a]\n\n b = 1\n", 3, "starts with a blank" },
		{ "[a]\nb = 1\n  and more\n", 3, "starts with a blank" },
		{ "[a]\nb\t= 1\n", 2, "control characters" },
		{ "[a]\nb = 1\x1b[2J\n", 2, "control characters" },
		{ "[a]\nb = \xc3\n", 2, "not UTF-8" },
		{ "[a]\nb = \xe2\x80\xae\n", 2, "not UTF-8" },
		{ "\xef\xbb\xbf[a]\n", 1, "not UTF-8" },
		{ "[a]\r\n", 1, "CR LF" },
		{ "[a]\nb = 1", 2, "does not end in LF" },
		{ "\n[a\n", 2, "a section is written" },
		{ "[a] ; no\n", 1, "a section is written" },
		{ "[]\n", 1, "not the name of a section" },
		{ "[A]\nb = 1\n", 1, "not the name of a section" },
		{ "[a 01]\n", 1, "not the name of a section" },
		{ "[a  1]\n", 1, "not the name of a section" },
		{ "[a 1 ]\n", 1, "not the name of a section" },
		{ "[a b]\n", 1, "not the name of a section" },
		{ "[ a]\n", 1, "not the name of a section" },
		{ "[a -1]\n", 1, "not the name of a section" },
	};
	for (size_t i = 0; i < WIPE_COUNT(cases); i++)
		refused(cases[i].text, strlen(cases[i].text), cases[i].line, cases[i].words);
	refused("[a]\nb = 1\0002\n", 12, 2, "control characters");
}

static void parsing_goes_on_after_a_fault(void **state)
{
	(void)state;
	const char text[] = "[a]\nfirst\nb = 1\n[B]\nsecond = 1\n[c]\nd = \x01\ne = 5\n";
	struct faults faults;
	struct ini *ini = parse(text, strlen(text), &faults);
	assert_int_equal(faults.errors, 3);
	assert_int_equal(faults.items[0].line, 2);
	assert_int_equal(faults.items[1].line, 4);
	assert_int_equal(faults.items[2].line, 7);
	assert_string_equal(ini_value(ini, "a", "b", NULL), "1");
	assert_string_equal(ini_value(ini, "c", "e", NULL), "5");
	ini_free(ini);
}

static void lines_end_at_a_thousand_bytes(void **state)
{
	(void)state;
	char text[1100] = "[a]\nb = ";
	memset(text + 8, 'x', 996);
	text[8 + 996] = '\n';
	struct faults faults;
	struct ini *ini = parse(text, 8 + 996 + 1, &faults);
	assert_int_equal(faults.errors, 0);
	assert_int_equal(strlen(ini_value(ini, "a", "b", NULL)), 996);
	ini_free(ini);
	text[8 + 996] = 'x';
	text[8 + 997] = '\n';
	text[8 + 998] = 0;
	refused(text, 8 + 998, 2, "longer than 1000 bytes");
}

static void files_end_at_65536_bytes(void **state)
{
	(void)state;
	char *text = malloc(INI_FILE_MAX + 8);
	assert_non_null(text);
	memset(text, '\n', INI_FILE_MAX + 8);
	memcpy(text, "[a]\nb = 1\n", 10);
	memcpy(text + INI_FILE_MAX - 6, "c = 2\nd = 3", 11);
	struct faults faults;
	struct ini *ini = parse(text, INI_FILE_MAX, &faults);
	assert_int_equal(faults.errors, 0);
	unsigned last = 0;
	assert_string_equal(ini_value(ini, "a", "c", &last), "2");
	ini_free(ini);
	/* One byte more: refused at the line that holds it, and nothing after is looked at. */
	ini = parse(text, INI_FILE_MAX + 8, &faults);
	assert_int_equal(faults.errors, 1);
	assert_int_equal(faults.items[0].line, last + 1);
	assert_non_null(strstr(faults.items[0].text, "goes on after 65536 bytes"));
	assert_null(ini_value(ini, "a", "d", NULL));
	assert_non_null(ini_value(ini, "a", "c", NULL));
	ini_free(ini);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_keys_and_lines_are_kept),
		cmocka_unit_test(nothing_is_an_empty_file),
		cmocka_unit_test(each_refusal_has_its_line),
		cmocka_unit_test(parsing_goes_on_after_a_fault),
		cmocka_unit_test(lines_end_at_a_thousand_bytes),
		cmocka_unit_test(files_end_at_65536_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
