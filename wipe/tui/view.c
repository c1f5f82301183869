/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view: which view is seen, and what is around it? Line 0 says where one is and how things stand, line 1
 * what the lines below are; then the view; the line before the last one speaks; the last one tells the keys.
 */
#include "view.h"

#include "state.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

/* ---- line 0 ------------------------------------------------------------------------------------------------- */

static const char *link_line(const struct tui_model *model, char *out, size_t size)
{
	char number[WORDS_NUMBER];
	if (model->link == TUI_LINK_NONE)
		text_copy(out, size, _("NO SUPERVISOR RUNS: nothing can be started"));
	else
		snprintf(out, size, _("CONNECTION LOST at %s: what you see is old"),
		    words_time(model->wall_lost_s, model->zone_s, false, number));
	return out;
}

static void count_text(enum row_group group, size_t count, char *out, size_t size)
{
	switch (group) {
	case ROW_ATTENTION:
		snprintf(out, size, words_count("%zu needs attention", "%zu need attention", count), count);
		break;
	case ROW_RUNNING:
		snprintf(out, size, words_count("%zu running", "%zu running", count), count);
		break;
	case ROW_WAITING:
		snprintf(out, size, words_count("%zu waiting", "%zu waiting", count), count);
		break;
	case ROW_READY:
		snprintf(out, size, words_count("%zu ready", "%zu ready", count), count);
		break;
	case ROW_DONE:
		snprintf(out, size, words_count("%zu done", "%zu done", count), count);
		break;
	default:
		out[0] = 0;
	}
}

/* "2 running   1 done", the most urgent first, at most so many of them. */
static void summary(const struct tui_model *model, char *out, size_t size, unsigned most)
{
	size_t used = 0;
	out[0] = 0;
	for (size_t i = 0; i < ROW_GROUPS && most; i++) {
		char text[64];
		size_t count = model->group_counts[i];
		if (!count || i == ROW_REFUSED)
			continue;
		count_text((enum row_group)i, count, text, sizeof(text));
		int add = snprintf(out + used, size - used, "%s%s", used ? "   " : "", text);
		used += add > 0 ? (size_t)add : 0;
		most -= used < size ? 1 : most;
	}
}

static void draw_top(const struct tui_model *model, struct canvas *canvas)
{
	char text[256], number[WORDS_NUMBER];
	unsigned width = canvas->width;
	bool linked = model->link == TUI_LINK_ATTACHED;
	canvas_repeat(canvas, 0, 0, width, CANVAS_REVERSE, " ");
	words_time(model->wall_s, model->zone_s, false, number);
	unsigned end = width > 8 ? width - 1 : width;
	unsigned right = end > 5 ? canvas_right(canvas, end - 5, 0, 5, CANVAS_REVERSE, number) : end;
	summary(model, text, sizeof(text), width < 60 ? 1 : width < 100 ? 3 : 5);
	unsigned wide = canvas_width(canvas, text);
	/* A lost connection leaves no room for numbers that are old. */
	if (linked && wide + 17 < right)
		right = canvas_right(canvas, right - wide - 3, 0, wide, CANVAS_REVERSE, text);
	unsigned x = canvas_text(canvas, 1, 0, right, CANVAS_REVERSE, "certwipe") + 3;
	if (!linked)
		canvas_text(canvas, x, 0, right > x + 1 ? right - x - 1 : 0, CANVAS_REVERSE,
		    link_line(model, text, sizeof(text)));
	else if (right > x + 4)
		canvas_text(canvas, x, 0, right - x - 2, CANVAS_REVERSE, model->site);
}

/* ---- the last two lines ---------------------------------------------------------------------------------------- */

struct hint {
	const char *key;
	const char *words;
};
#define HINTS 9

/* In the order in which they are given up last. */
static const struct hint hints[][HINTS] = {
	[MODEL_BOARD] = { { "Space", N_("mark") }, { "s", N_("start") }, { "Enter", N_("details") },
	    { "r", N_("resume") }, { "x", N_("stop") }, { "/", N_("filter") }, { "l", N_("light") },
	    { "Tab", N_("archive") } },
	[MODEL_DISK] = { { "s", N_("start") }, { "r", N_("resume") }, { "x", N_("stop") },
	    { "l", N_("light") }, { "c", N_("certificate") }, { "e", N_("export") } },
	[MODEL_START] = { { "Enter", N_("confirm") }, { "Tab", N_("next field") },
	    { "PgDn", N_("read on") }, { "Esc", N_("back") } },
	[MODEL_CONFIRM] = { { "Enter", N_("confirm") }, { "Esc", N_("back") } },
	[MODEL_CERTIFICATE] = { { "e", N_("export") }, { "PgDn", N_("read on") } },
	[MODEL_ARCHIVE] = { { "Enter", N_("certificate") }, { "e", N_("export") },
	    { "Tab", N_("board") } },
	[MODEL_HELP] = { { "PgDn", N_("read on") } },
};

static unsigned draw_hint(struct canvas *canvas, unsigned x, unsigned room, const char *key,
    const char *words)
{
	unsigned need = canvas_width(canvas, key) + 1 + canvas_width(canvas, words);
	unsigned y = canvas->height - 1;
	if (need > room)
		return 0;
	unsigned used = canvas_text(canvas, x, y, room, CANVAS_BOLD, key) + 1;
	return used + canvas_text(canvas, x + used, y, room - used, CANVAS_DIM, words);
}

static void draw_hints(const struct tui_model *model, struct canvas *canvas)
{
	enum model_view view = model_view(model);
	bool text = view == MODEL_START || view == MODEL_CONFIRM;
	struct hint last[2] = { { text ? "F1" : "?", _("help") },
		{ "q", view == MODEL_BOARD ? _("leave") : _("back") } };
	unsigned tail = 0, x = 1;
	for (size_t i = 0; i < (text ? 1u : 2u); i++)
		tail += canvas_width(canvas, last[i].key) + canvas_width(canvas, last[i].words) + 4;
	unsigned end = canvas->width > tail + 1 ? canvas->width - tail : 0;
	for (size_t i = 0; i < HINTS && hints[view][i].key; i++) {
		unsigned used = draw_hint(canvas, x, end > x ? end - x : 0, hints[view][i].key,
		    _(hints[view][i].words));
		x += used ? used + 3 : 0;
	}
	x = end ? end + 2 : 1;
	for (size_t i = 0; i < (text ? 1u : 2u) && x < canvas->width; i++)
		x += draw_hint(canvas, x, canvas->width - x, last[i].key, last[i].words) + 3;
}

static void draw_says(const struct tui_model *model, struct canvas *canvas)
{
	unsigned y = canvas->height - 2, room = canvas->width > 2 ? canvas->width - 2 : 0;
	char text[MODEL_INPUT + 64];
	if (model_view(model) == MODEL_BOARD && model->filtering)
		canvas_printf(canvas, 1, y, room, CANVAS_ACCENT, "/%s_", model->filter);
	else if (model->notice[0])
		canvas_text(canvas, 1, y, room, model->notice_bad ? CANVAS_BAD : CANVAS_ACCENT,
		    model->notice);
	else if (model_view(model) == MODEL_BOARD && model->filter[0]) {
		snprintf(text, sizeof(text), words_count("Only “%s”: %zu disk is not shown (Esc shows all)",
		    "Only “%s”: %zu disks are not shown (Esc shows all)", model->hidden), model->filter,
		    model->hidden);
		canvas_text(canvas, 1, y, room, CANVAS_WARNING, text);
	} else if (model_view(model) == MODEL_BOARD && model->mark_count) {
		snprintf(text, sizeof(text), words_count("%zu disk marked: s starts it",
		    "%zu disks marked: s starts them", model->mark_count), model->mark_count);
		canvas_text(canvas, 1, y, room, CANVAS_ACCENT, text);
	} else
		canvas_repeat(canvas, 0, y, canvas->width, CANVAS_DIM, canvas->ascii ? "-" : "─");
}

/* ---- between them ---------------------------------------------------------------------------------------------- */

static const char *heading(const struct tui_model *model, char *out, size_t size)
{
	switch (model_view(model)) {
	case MODEL_DISK:
		return view_disk_name(model, model_row(model, &model->opened), out, size);
	case MODEL_START:
		snprintf(out, size, words_count("Start %zu disk", "Start %zu disks", model->start.count),
		    model->start.count);
		return out;
	case MODEL_CONFIRM:
		return model->confirm.kind == TUI_ACTION_STOP ? _("Stop a job") : _("Give a job up");
	case MODEL_CERTIFICATE:
		snprintf(out, size, _("Certificate %s"), model->certificate_id);
		return out;
	case MODEL_ARCHIVE:
		return _("Certificates of today");
	case MODEL_HELP:
		return _("Help");
	default:
		return "";
	}
}

static void fill_sheet(const struct tui_model *model, struct sheet *sheet)
{
	switch (model_view(model)) {
	case MODEL_DISK:
		view_disk(model, sheet);
		break;
	case MODEL_CERTIFICATE:
		view_certificate(model, sheet);
		break;
	case MODEL_HELP:
		view_help(model, sheet);
		break;
	case MODEL_START:
		view_start_sheet(model, sheet);
		break;
	default:
		break;
	}
}

static struct sheet sheet_of(const struct tui_model *model, struct canvas *canvas)
{
	unsigned width = model->width > 2 ? model->width - 2 : 1;
	return (struct sheet){ .canvas = canvas, .x = 1, .y = 2, .width = width,
		.height = view_height(model), .scroll = model->scroll, .label = 15 };
}

unsigned view_height(const struct tui_model *model)
{
	return model_view(model) == MODEL_START ? view_start_height(model) : model_body_height(model);
}

unsigned view_extent(const struct tui_model *model)
{
	/* A canvas without cells: everything is laid out, nothing is drawn. */
	struct canvas nowhere = { .ascii = model->ascii };
	struct sheet sheet = sheet_of(model, &nowhere);
	fill_sheet(model, &sheet);
	return sheet.line;
}

/* How much more there is, at the right end of the speaking line. */
static void draw_more(const struct tui_model *model, struct canvas *canvas, unsigned lines)
{
	char text[32];
	unsigned below = model->scroll + view_height(model);
	if (lines <= view_height(model) || model->notice[0] || canvas->width < 24)
		return;
	snprintf(text, sizeof(text), canvas->ascii ? " %u-%u/%u " : " %u–%u/%u ", model->scroll + 1,
	    below < lines ? below : lines, lines);
	canvas_right(canvas, 0, canvas->height - 2, canvas->width - 2, CANVAS_DIM, text);
}

void view_draw(const struct tui_model *model, struct canvas *canvas)
{
	char text[512];
	enum model_view view = model_view(model);
	canvas->ascii = model->ascii;
	canvas->plain = model->plain;
	canvas_clear(canvas);
	if (view == MODEL_BOARD)
		view_board(model, canvas);
	else
		canvas_text(canvas, 1, 1, canvas->width > 2 ? canvas->width - 2 : 0, CANVAS_BOLD,
		    heading(model, text, sizeof(text)));
	draw_top(model, canvas);
	if (canvas->height < 5)
		return;
	draw_says(model, canvas);
	draw_hints(model, canvas);
	struct sheet sheet = sheet_of(model, canvas);
	fill_sheet(model, &sheet);
	if (sheet.line)
		draw_more(model, canvas, sheet.line);
	if (view == MODEL_ARCHIVE)
		view_archive(model, canvas);
	else if (view == MODEL_CONFIRM)
		view_confirm(model, canvas);
	else if (view == MODEL_START)
		view_start(model, canvas);
}
