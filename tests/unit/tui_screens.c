/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui: every view as a golden screen, in every size, language and character set. */
#include "unit/unit.h"

#include "unit/station_rig.h"

#include <stdio.h>
#include <wchar.h>

static void open_board(struct station_rig *rig)
{
	(void)rig;
}

static void open_disk(struct station_rig *rig)
{
	for (unsigned i = 0; i < 300; i++) {
		rig->station.jobs[0].rate = 400000000 + i * 7919 % 130 * 1000000 - i * 300000;
		rig_tell(rig);
		tui_model_tick(&rig->model, SAMPLE_NOW - 300 + i, 3600);
	}
	tui_model_tick(&rig->model, SAMPLE_NOW, 3600);
	rig_scan(rig, "S5STNF0R123456T");
	rig_key(rig, KEY_CODE_ENTER);
}

static void open_failed(struct station_rig *rig)
{
	rig_scan(rig, "ZC1AB2CD");
	rig_key(rig, KEY_CODE_ENTER);
}

static void open_start(struct station_rig *rig)
{
	rig_scan(rig, "58O7K1LTFVLC");
	rig_key(rig, ' ');
	rig_scan(rig, "S463NF0M512345B");
	rig_key(rig, ' ');
	rig_key(rig, 's');
	rig_serve(rig);
	rig_type(rig, "2026-1188 ");
	rig_key(rig, 0x5317); /* a wide character */
	rig_key(rig, KEY_CODE_TAB);
	rig_type(rig, "Nordhafen AG");
	rig_scan(rig, "*58O7K1LTFVLC*");
	rig_scan(rig, "ZFL0ABCD");
}

static void open_confirm(struct station_rig *rig)
{
	rig_scan(rig, "S5STNF0R123456T");
	rig_key(rig, 'x');
	rig_type(rig, "S5STNF0R123456");
	rig_key(rig, KEY_CODE_ENTER);
}

static void open_certificate(struct station_rig *rig)
{
	rig_scan(rig, "WD-WCC7K0SERIAL");
	rig_key(rig, 'c');
	rig_serve(rig);
}

static void open_archive(struct station_rig *rig)
{
	rig_key(rig, KEY_CODE_TAB);
	rig_key(rig, 'j');
}

static void open_help(struct station_rig *rig)
{
	rig_key(rig, '?');
}

static const struct {
	const char *name;
	void (*open)(struct station_rig *rig);
} views[] = {
	{ "board", open_board },
	{ "disk", open_disk },
	{ "failed", open_failed },
	{ "start", open_start },
	{ "confirm", open_confirm },
	{ "certificate", open_certificate },
	{ "archive", open_archive },
	{ "help", open_help },
};
static const struct {
	unsigned width, height;
} sizes[] = { { 80, 24 }, { 120, 40 }, { 200, 60 } };
static const char *const languages[] = { "en", "de" };

/* CERTWIPE_GOLDEN=write makes them anew. */
static void compare(const char *name, const struct buf *made)
{
	BUF_AUTO golden = { 0 };
	char path[512], piece[4096];
	size_t got = 0;
	snprintf(path, sizeof(path), TEST_SOURCE_DIR "/tests/data/screens/%s", name);
	FILE *file = fopen(path, getenv("CERTWIPE_GOLDEN") ? "w+b" : "rb");
	if (!file)
		fail_msg("no golden screen %s", path);
	if (getenv("CERTWIPE_GOLDEN")) {
		assert_int_equal(fwrite(made->data, 1, made->len, file), made->len);
		rewind(file);
	}
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_append(&golden, piece, got);
	fclose(file);
	if (made->len != golden.len || memcmp(made->data, golden.data, golden.len) != 0)
		fail_msg("%s differs; now:\n%s", name, (char *)made->data);
}

static void golden_screens_come_out_cell_by_cell(void **state)
{
	(void)state;
	struct station_rig *rig = malloc(sizeof(*rig));
	for (size_t v = 0; v < WIPE_COUNT(views); v++) {
		rig_start(rig);
		for (size_t l = 0; l < WIPE_COUNT(languages); l++) {
			/* What is said stays in the language it was said in: begin anew. */
			rig_end(rig);
			rig_start(rig);
			rig_language(languages[l]);
			views[v].open(rig);
			for (size_t s = 0; s < 2 * WIPE_COUNT(sizes); s++) {
				BUF_AUTO made = { 0 };
				char name[128];
				rig_draw(rig, sizes[s / 2].width, sizes[s / 2].height, s % 2);
				rig_text(rig, &made);
				snprintf(name, sizeof(name), "%s-%ux%u-%s-%s.txt", views[v].name,
				    sizes[s / 2].width, sizes[s / 2].height, s % 2 ? "ascii" : "utf8",
				    languages[l]);
				compare(name, &made);
			}
		}
		rig_end(rig);
	}
	free(rig);
}

/* The same screens, each cell by the letter of its style; the line of the cursor in capitals. */
static void golden_styles_come_out_cell_by_cell(void **state)
{
	(void)state;
	static const char letters[] = ".bdrgwxa";
	struct station_rig *rig = malloc(sizeof(*rig));
	for (size_t v = 0; v < WIPE_COUNT(views); v++) {
		BUF_AUTO made = { 0 };
		char name[64];
		rig_start(rig);
		views[v].open(rig);
		rig_draw(rig, 80, 24, false);
		for (unsigned y = 0; y < rig->canvas.height; y++) {
			for (unsigned x = 0; x < rig->canvas.width; x++) {
				uint8_t style = canvas_at(&rig->canvas, x, y)->style;
				char letter = letters[style & 7];
				buf_u8(&made, (uint8_t)(!(style & CANVAS_SELECTED) ? letter
						: letter == '.'			   ? '_'
										   : letter - 32));
			}
			buf_string(&made, "\n");
		}
		snprintf(name, sizeof(name), "%s-80x24.styles", views[v].name);
		compare(name, &made);
		rig_end(rig);
	}
	free(rig);
}

static void every_line_is_exactly_as_wide_as_the_screen(void **state)
{
	(void)state;
	struct station_rig *rig = malloc(sizeof(*rig));
	for (size_t v = 0; v < 2 * WIPE_COUNT(views); v++) {
		rig_start(rig);
		rig_language(languages[v % 2]);
		views[v / 2].open(rig);
		for (unsigned width = 1; width < 220; width += width < 60 ? 1 : 13) {
			rig_draw(rig, width, 3 + width / 4, false);
			for (unsigned y = 0; y < rig->canvas.height; y++) {
				unsigned columns = 0;
				for (unsigned x = 0; x < width; x++) {
					wchar_t wide[16];
					const char *text = canvas_at(&rig->canvas, x, y)->text;
					size_t count = mbstowcs(wide, text, 15);
					assert_true(count < 15);
					wide[count] = 0;
					int cell = wcswidth(wide, count);
					assert_true(cell >= 0);
					columns += (unsigned)cell;
				}
				assert_int_equal(columns, width);
			}
		}
		rig_end(rig);
	}
	free(rig);
}

static void an_ascii_screen_holds_printable_ascii_only(void **state)
{
	(void)state;
	struct station_rig *rig = malloc(sizeof(*rig));
	for (size_t v = 0; v < WIPE_COUNT(views); v++) {
		rig_start(rig);
		rig_language("de");
		views[v].open(rig);
		rig_draw(rig, 120, 40, true);
		for (unsigned i = 0; i < 120 * 40; i++) {
			const char *text = rig->canvas.cells[i].text;
			assert_true(text[0] >= 0x20 && text[0] < 0x7f && !text[1]);
		}
		rig_end(rig);
	}
	free(rig);
}

static void a_plain_screen_keeps_its_letters_but_no_rare_sign(void **state)
{
	(void)state;
	static const char *const rare[] = { "●", "◐", "▲", "✗", "✓", "▏", "▎", "▍", "▋", "▊", "▉", "▁", "▂",
		"▃", "▅", "▆", "▇" };
	struct station_rig *rig = malloc(sizeof(*rig));
	for (size_t v = 0; v < WIPE_COUNT(views); v++) {
		BUF_AUTO out = { 0 };
		rig_start(rig);
		rig_language("de");
		rig->model.plain = true;
		views[v].open(rig);
		rig_draw(rig, 120, 40, false);
		rig_text(rig, &out);
		for (size_t i = 0; i < WIPE_COUNT(rare); i++)
			assert_null(strstr((char *)out.data, rare[i]));
		assert_non_null(strstr((char *)out.data, "auffällig"));
		rig_end(rig);
	}
	free(rig);
}

static void a_tiny_screen_cuts_no_word_into_another_meaning(void **state)
{
	(void)state;
	struct station_rig *rig = malloc(sizeof(*rig));
	rig_start(rig);
	BUF_AUTO out = { 0 };
	rig_draw(rig, 40, 10, false);
	rig_text(rig, &out);
	/* Nothing about the disk that failed sounds like one that is done. */
	assert_non_null(strstr((char *)out.data, "FAILED"));
	assert_non_null(strstr((char *)out.data, "ZC1AB2CD"));
	assert_null(strstr((char *)out.data, "ERASED"));
	rig_end(rig);
	free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_screens_come_out_cell_by_cell),
		cmocka_unit_test(golden_styles_come_out_cell_by_cell),
		cmocka_unit_test(every_line_is_exactly_as_wide_as_the_screen),
		cmocka_unit_test(an_ascii_screen_holds_printable_ascii_only),
		cmocka_unit_test(a_plain_screen_keeps_its_letters_but_no_rare_sign),
		cmocka_unit_test(a_tiny_screen_cuts_no_word_into_another_meaning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
