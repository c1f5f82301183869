/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui: text in cells: wide characters, marks, cuts, line ends, and bytes that are no text. */
#include "unit/unit.h"

#include "unit/station_rig.h"
#include "wipe/tui/language.h"
#include "wipe/tui/words.h"

static struct canvas canvas_of(unsigned width, bool ascii)
{
	struct canvas canvas = { .ascii = ascii };
	struct err err = { 0 };
	rig_language("en");
	assert_ok(canvas_resize(&canvas, width, 2, &err), err);
	return canvas;
}

static void assert_line(struct canvas *canvas, const char *expected)
{
	char line[256] = "";
	for (unsigned x = 0; x < canvas->width; x++)
		strcat(line, canvas_at(canvas, x, 0)->text);
	assert_string_equal(line, expected);
	canvas_free(canvas);
}

static void what_does_not_fit_ends_in_an_ellipsis(void **state)
{
	(void)state;
	struct canvas canvas = canvas_of(10, false);
	assert_int_equal(canvas_text(&canvas, 1, 0, 6, CANVAS_NORMAL, "Beispiel"), 6);
	assert_line(&canvas, " Beisp…   ");
	canvas = canvas_of(10, true);
	canvas_text(&canvas, 0, 0, 6, CANVAS_NORMAL, "Größenwahn");
	assert_line(&canvas, "Groe~     ");
	canvas = canvas_of(10, false);
	canvas_tail(&canvas, 0, 0, 6, CANVAS_NORMAL, "SERIAL123");
	assert_line(&canvas, "…AL123    ");
	canvas = canvas_of(10, false);
	canvas_right(&canvas, 0, 0, 8, CANVAS_NORMAL, "4 TB");
	assert_line(&canvas, "    4 TB  ");
}

static void wide_characters_take_two_cells_and_are_never_halved(void **state)
{
	(void)state;
	struct canvas canvas = canvas_of(6, false);
	canvas_text(&canvas, 0, 0, 6, CANVAS_NORMAL, "北京");
	canvas_text(&canvas, 1, 0, 1, CANVAS_NORMAL, "x");
	assert_line(&canvas, " x京  ");
	canvas = canvas_of(6, false);
	canvas_text(&canvas, 0, 0, 6, CANVAS_NORMAL, "北京");
	canvas_text(&canvas, 2, 0, 1, CANVAS_NORMAL, "x");
	assert_line(&canvas, "北x   ");
	canvas = canvas_of(5, false);
	canvas_text(&canvas, 4, 0, 5, CANVAS_NORMAL, "北");
	assert_line(&canvas, "     ");
	canvas = canvas_of(5, false);
	canvas_text(&canvas, 0, 0, 3, CANVAS_NORMAL, "北京");
	assert_line(&canvas, "北   ");
}

static void combining_marks_stay_with_their_letter(void **state)
{
	(void)state;
	struct canvas canvas = canvas_of(4, false);
	assert_int_equal(canvas_text(&canvas, 0, 0, 4, CANVAS_NORMAL, "e\u0301x"), 2);
	assert_line(&canvas, "e\u0301x  ");
	canvas = canvas_of(2, false);
	canvas_text(&canvas, 0, 0, 2, CANVAS_NORMAL,
	    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301");
	assert_true(strlen(canvas_at(&canvas, 0, 0)->text) < sizeof(canvas_at(&canvas, 0, 0)->text));
	canvas_free(&canvas);
}

static void bytes_that_are_no_text_become_question_marks(void **state)
{
	(void)state;
	struct canvas canvas = canvas_of(11, false);
	canvas_text(&canvas, 0, 0, 11, CANVAS_NORMAL, "a\x1b[31m\xff\xe5\x8c" "b\u202e!");
	assert_line(&canvas, "a?[31m??b?!");
}

static void lines_end_between_words_and_nothing_is_lost(void **state)
{
	(void)state;
	struct canvas canvas = canvas_of(1, false);
	const char *text = "one two  three\n\nfourfivesix 北京 x";
	char joined[200] = "";
	for (unsigned room = 1; room < 40; room++) {
		const char *next = text;
		joined[0] = 0;
		unsigned lines = 0;
		while (*next) {
			const char *from = next;
			size_t len = canvas_line(&canvas, from, room, &next);
			assert_true(next > from);
			strncat(joined, from, len);
			assert_true(++lines < 60);
		}
		/* Everything but blanks and line feeds. */
		for (char *c = joined; *c;)
			*c == ' ' ? (void)memmove(c, c + 1, strlen(c)) : (void)c++;
		assert_string_equal(joined, "onetwothreefourfivesix北京x");
	}
	const char *next = NULL;
	assert_int_equal(canvas_line(&canvas, "one two three", 8, &next), 7);
	assert_string_equal(next, "three");
	assert_int_equal(canvas_line(&canvas, "one two three", 7, &next), 7);
	assert_string_equal(next, "three");
	canvas_free(&canvas);
}

static void nothing_is_drawn_outside(void **state)
{
	(void)state;
	struct canvas canvas = canvas_of(3, false);
	canvas_text(&canvas, 2, 0, 50, CANVAS_NORMAL, "abcdef");
	canvas_text(&canvas, 50, 0, 5, CANVAS_NORMAL, "abc");
	canvas_text(&canvas, 0, 50, 5, CANVAS_NORMAL, "abc");
	canvas_restyle(&canvas, 2, 1, 99, CANVAS_SELECTED);
	assert_null(canvas_at(&canvas, 3, 0));
	assert_line(&canvas, "  a");
}

static void numbers_are_written_as_the_language_does(void **state)
{
	(void)state;
	char text[WORDS_NUMBER];
	rig_language("en");
	assert_string_equal(words_bytes(4000787030016, text), "4.0 TB");
	assert_string_equal(words_percent(999, 1000, text), "99 %");
	assert_string_equal(words_percent(1000, 1000, text), "100 %");
	assert_string_equal(words_percent(5, 0, text), "0 %");
	rig_language("de");
	assert_string_equal(words_bytes(4000787030016, text), "4,0 TB");
	assert_string_equal(words_bytes(512, text), "512 B");
	assert_string_equal(words_rate(1500000000, text), "1,5 GB/s");
	assert_string_equal(words_permille(375, text), "37,5 %");
	for (uint64_t s = 0; s < UINT64_MAX / 3; s = s * 2 + 1)
		assert_true(strlen(words_short_duration(s, text)) <= 7);
	assert_string_equal(words_short_duration(3 * 3600 + 125, text), "3:02 h");
	assert_string_equal(words_time(SAMPLE_NOW, 3600, true, text), "2026-11-24 15:40");
}

static void the_language_is_that_of_the_strongest_variable(void **state)
{
	(void)state;
	char two[3];
	assert_string_equal(language_asked(NULL, NULL, "de_DE.UTF-8", two), "de");
	assert_string_equal(language_asked("", "", "de_AT", two), "de");
	assert_string_equal(language_asked(NULL, "en_US", "de_DE", two), "en");
	assert_string_equal(language_asked("C", NULL, "de_DE", two), "");
	assert_string_equal(language_asked(NULL, NULL, NULL, two), "");
	assert_string_equal(language_asked(NULL, NULL, "POSIX", two), "");
	assert_string_equal(language_asked(NULL, NULL, "deutsch", two), "");
	assert_string_equal(language_asked(NULL, NULL, "de", two), "de");
}

static void german_works_without_a_german_locale(void **state)
{
	(void)state;
	unsetenv("LANGUAGE");
	unsetenv("LC_ALL");
	setenv("LANG", "de_XX.UTF-8", 1); /* no system has this one */
	assert_non_null(setlocale(LC_ALL, "C"));
	assert_true(language_start(TEST_CATALOGUES));
	assert_string_equal(_("ready"), "bereit");
	/* And on a terminal without UTF-8. */
	unsetenv("LANGUAGE");
	setenv("LANG", "de_XX", 1);
	assert_non_null(setlocale(LC_ALL, "C"));
	assert_false(language_start(TEST_CATALOGUES));
	assert_string_equal(_("Size"), "Größe");
	setenv("LC_ALL", "C", 1);
	unsetenv("LANGUAGE");
	assert_non_null(setlocale(LC_ALL, "C"));
	assert_false(language_start(TEST_CATALOGUES));
	assert_string_equal(_("Size"), "Size");
	unsetenv("LC_ALL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_ends_in_an_ellipsis),
		cmocka_unit_test(wide_characters_take_two_cells_and_are_never_halved),
		cmocka_unit_test(combining_marks_stay_with_their_letter),
		cmocka_unit_test(bytes_that_are_no_text_become_question_marks),
		cmocka_unit_test(lines_end_between_words_and_nothing_is_lost),
		cmocka_unit_test(nothing_is_drawn_outside),
		cmocka_unit_test(numbers_are_written_as_the_language_does),
		cmocka_unit_test(the_language_is_that_of_the_strongest_variable),
		cmocka_unit_test(german_works_without_a_german_locale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
