/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_parts: pieces that several views are made of. */
#include "view.h"

#include "state.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

const char *view_place(const struct tui_disk *disk)
{
	return !disk ? "" : disk->bay[0] ? disk->bay : disk->by_path;
}

const char *view_disk_name(const struct tui_model *model, const struct row *row, char *out, size_t size)
{
	char bytes[WORDS_NUMBER];
	if (!row) {
		text_copy(out, size, _("This disk is not here any more"));
		return out;
	}
	const struct identity *identity = model_identity(model, row);
	const char *place = view_place(model_disk(model, row));
	snprintf(out, size, "%.64s%s%.60s  %s %.60s  %s", place, place[0] ? "  " : "",
	    identity->model[0] ? identity->model : _("unknown model"), _("serial"),
	    identity->serial[0] ? identity->serial : _("(none)"), words_bytes(identity->size, bytes));
	return out;
}

void view_bar(struct canvas *canvas, unsigned x, unsigned y, unsigned room, enum canvas_style style,
    uint64_t done, uint64_t total)
{
	static const char *const parts[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	unsigned eighths = total ? (unsigned)bytes_mul_div(bytes_min(done, total), 8 * (uint64_t)room,
				       total) : 0;
	unsigned full = eighths / 8, part = eighths % 8;
	canvas_repeat(canvas, x, y, room, CANVAS_DIM, canvas->ascii ? "." : "─");
	canvas_repeat(canvas, x, y, full, style, canvas->ascii ? "#" : "█");
	/* A half is in every set of signs; it is drawn where it is nearest. */
	if (part && canvas->plain)
		part = part < 2 || part > 5 ? 0 : 4;
	if (part && !canvas->ascii)
		canvas_text(canvas, x + full, y, 1, style, parts[part]);
}

uint64_t view_eta(const struct app_view *job)
{
	if (!job->rate || job->stalled || job->paused || job->whole_done >= job->whole)
		return 0;
	uint64_t seconds = (job->whole - job->whole_done) / job->rate;
	return seconds ? seconds : 1;
}

void view_shape(const struct tui_model *model, const struct row *row, char out[8])
{
	bool choice = row->state == ROW_FREE || row->state == ROW_COUNTDOWN;
	if (model_is_marked(model, &row->key))
		text_copy(out, 8, "[x]");
	else if (choice)
		text_copy(out, 8, "[ ]");
	else
		snprintf(out, 8, " %s ", state_shape(model, row->state));
}

/* ---- the speed ---------------------------------------------------------------------------------------------- */

#define CURVE_LINES 5
#define CURVE_SCALE 10 /* columns of the numbers beside it */

static void curve_line(struct sheet *sheet, const struct history *history, unsigned y, unsigned level,
    uint64_t most, unsigned slots)
{
	static const char *const parts[] = { "", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	for (unsigned i = 0; i < slots; i++) {
		uint64_t mean = history_mean(history, i, slots);
		uint64_t eighths = most ? bytes_mul_div(mean, 8 * CURVE_LINES, most) : 0;
		/* What moved at all is to be seen. */
		eighths = mean && !eighths ? 1 : eighths;
		uint64_t here = eighths > 8 * level ? bytes_min(eighths - 8 * level, 8) : 0;
		if (here && sheet->canvas->plain)
			here = here > 5 ? 8 : 4;
		const char *sign = sheet->canvas->ascii ? (here > 4 ? "#" : here ? "." : "") : parts[here];
		canvas_text(sheet->canvas, sheet->x + CURVE_SCALE + i, y, 1, CANVAS_ACCENT, sign);
	}
}

void view_curve(struct sheet *sheet, const struct history *history)
{
	char number[WORDS_NUMBER];
	unsigned slots = sheet->width > CURVE_SCALE + 8 ? sheet->width - CURVE_SCALE : 0;
	uint64_t most = history_most(history);
	unsigned y = 0;
	if (!slots || history->count < 2)
		return;
	/* Few samples are not stretched over the whole width: it grows from the left. */
	unsigned drawn = history->count < slots ? history->count : slots;
	for (unsigned line = 0; line < CURVE_LINES; line++) {
		if (!sheet_next(sheet, &y))
			continue;
		if (line == 0)
			canvas_right(sheet->canvas, sheet->x, y, CURVE_SCALE - 1, CANVAS_DIM,
			    words_rate(most, number));
		else if (line == CURVE_LINES - 1)
			canvas_right(sheet->canvas, sheet->x, y, CURVE_SCALE - 1, CANVAS_DIM, "0");
		curve_line(sheet, history, y, CURVE_LINES - 1 - line, most, drawn);
	}
	if (sheet_next(sheet, &y)) {
		char text[64 + WORDS_NUMBER];
		snprintf(text, sizeof(text), _("last %s"),
		    words_short_duration(history_length(history), number));
		canvas_text(sheet->canvas, sheet->x + CURVE_SCALE, y, slots, CANVAS_DIM, text);
	}
}

/* ---- the map -------------------------------------------------------------------------------------------------- */

static const struct {
	char kind;
	enum canvas_style style;
	const char *shape;
	const char *plain;
	const char *words;
} places[] = {
	{ '.', CANVAS_DIM, "·", ".", N_("old") },
	{ 'p', CANVAS_DIM, "░", "-", N_("earlier pass") },
	{ 'w', CANVAS_ACCENT, "▒", "+", N_("written") },
	{ 'v', CANVAS_GOOD, "█", "#", N_("verified") },
	{ 'x', CANVAS_BAD, "✗", "X", N_("failed") },
};

/* Of all of them only the cross is missing on a plain screen. */
static const char *place_sign(const struct canvas *canvas, size_t kind)
{
	bool plain = canvas->ascii || (canvas->plain && places[kind].kind == 'x');
	return plain ? places[kind].plain : places[kind].shape;
}

static void map_legend(struct sheet *sheet)
{
	unsigned y = 0, x = 0;
	if (!sheet_next(sheet, &y))
		return;
	for (size_t i = 0; i < WIPE_COUNT(places); i++) {
		const char *words = _(places[i].words);
		if (x + 2 + canvas_width(sheet->canvas, words) > sheet->width)
			break;
		canvas_text(sheet->canvas, sheet->x + x, y, 1, places[i].style,
		    place_sign(sheet->canvas, i));
		x += 2 + canvas_text(sheet->canvas, sheet->x + x + 2, y, sheet->width - x - 2, CANVAS_DIM,
			     words) + 2;
	}
}

void view_map(struct sheet *sheet, const char *map)
{
	size_t length = strlen(map);
	unsigned per_line = sheet->width >= APP_VIEW_MAP ? APP_VIEW_MAP
	    : sheet->width >= APP_VIEW_MAP / 2		 ? APP_VIEW_MAP / 2
							 : APP_VIEW_MAP / 4;
	/* Wide columns leave room to draw each place twice. */
	unsigned wide = sheet->width >= 2 * APP_VIEW_MAP ? 2 : 1;
	for (size_t from = 0; from < length; from += per_line) {
		unsigned y = 0;
		if (!sheet_next(sheet, &y))
			continue;
		for (size_t i = from; i < length && i < from + per_line; i++) {
			for (size_t k = 0; k < WIPE_COUNT(places); k++) {
				if (places[k].kind == map[i])
					canvas_repeat(sheet->canvas, sheet->x + (unsigned)(i - from) * wide,
					    y, wide, places[k].style, place_sign(sheet->canvas, k));
			}
		}
	}
	map_legend(sheet);
}
