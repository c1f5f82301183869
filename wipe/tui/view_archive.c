/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_archive: which certificates were issued today, and one of them as it reads. */
#include "view.h"

#include "state.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

/* ---- one certificate ------------------------------------------------------------------------------------------- */

static const struct tui_certificate *find(const struct tui_model *model)
{
	for (size_t i = 0; i < model->certificate_count; i++) {
		if (strcmp(model->certificates[i].id, model->certificate_id) == 0)
			return &model->certificates[i];
	}
	return NULL;
}

static enum canvas_style outcome_style(enum outcome outcome)
{
	return outcome == OUTCOME_ERASED ? CANVAS_GOOD
	    : outcome == OUTCOME_WITH_EXCEPTIONS ? CANVAS_WARNING : CANVAS_BAD;
}

static const char *outcome_shape(const struct tui_model *model, enum outcome outcome)
{
	return state_shape(model, outcome == OUTCOME_ERASED ? ROW_ERASED
		: outcome == OUTCOME_WITH_EXCEPTIONS ? ROW_EXCEPTIONS : ROW_FAILED);
}

void view_certificate(const struct tui_model *model, struct sheet *sheet)
{
	const struct tui_certificate *item = find(model);
	char text[400], bytes[WORDS_NUMBER];
	if (item) {
		snprintf(text, sizeof(text), "%s %s", outcome_shape(model, item->outcome),
		    state_outcome_text(item->outcome));
		sheet_text(sheet, outcome_style(item->outcome), text);
		snprintf(text, sizeof(text), "%s  %s %s  %s", item->model, _("serial"), item->serial,
		    words_bytes(item->size, bytes));
		sheet_field(sheet, _("disk"), CANVAS_NORMAL, text);
		sheet_field(sheet, _("issued"), CANVAS_NORMAL,
		    words_time(item->wall_issued_s, model->zone_s, true, text));
		sheet_field(sheet, _("signed by"), CANVAS_NORMAL,
		    item->operator_signed ? _("station and operator") : _("station"));
		sheet_field(sheet, _("file"), CANVAS_NORMAL, item->path);
		sheet_title(sheet, _("The certificate"));
	}
	if (model->certificate_text)
		sheet_text(sheet, CANVAS_NORMAL, model->certificate_text);
	else
		sheet_text(sheet, CANVAS_DIM, _("It is being fetched …"));
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

static void draw_item(const struct tui_model *model, struct canvas *canvas, unsigned y, size_t index)
{
	const struct tui_certificate *item = &model->certificates[index];
	char text[WORDS_NUMBER];
	unsigned width = canvas->width, x = 11;
	bool narrow = width < 60;
	unsigned serial = narrow ? 12 : width < 100 ? 14 : 20;
	enum canvas_style style = outcome_style(item->outcome);
	canvas_text(canvas, 2, y, 1, style, outcome_shape(model, item->outcome));
	canvas_text(canvas, 4, y, 5, CANVAS_NORMAL,
	    words_time(item->wall_issued_s, model->zone_s, false, text));
	canvas_tail(canvas, x, y, serial, CANVAS_NORMAL, item->serial);
	x += serial + 1;
	if (!narrow) {
		unsigned wide = width < 100 ? 12 : 24;
		canvas_text(canvas, x, y, wide, CANVAS_NORMAL, item->model);
		canvas_right(canvas, x + wide, y, 8, CANVAS_NORMAL, words_bytes(item->size, text));
		x += wide + 10;
	}
	x += canvas_text(canvas, x, y, width > x ? width - x : 0, style,
		 state_outcome_text(item->outcome)) + 2;
	if (!item->operator_signed && width > x + 24)
		x += canvas_text(canvas, x, y, width - x, CANVAS_DIM, _("operator has not signed")) + 2;
	if (width > x + 12)
		canvas_text(canvas, x, y, width - x - 1, CANVAS_DIM, item->reference);
	if (index == model->archive_index) {
		canvas_text(canvas, 0, y, 1, CANVAS_BOLD, ">");
		canvas_restyle(canvas, 0, y, width, CANVAS_SELECTED);
	}
}

void view_archive(const struct tui_model *model, struct canvas *canvas)
{
	size_t height = model_body_height(model), count = model->certificate_count;
	size_t top = model->archive_index >= height ? model->archive_index - height + 1 : 0;
	for (size_t i = top; i < count && i < top + height; i++)
		draw_item(model, canvas, 2 + (unsigned)(i - top), i);
	if (count == 0)
		canvas_text(canvas, 1, 3, canvas->width > 2 ? canvas->width - 2 : 0, CANVAS_DIM,
		    _("No certificate was issued today."));
}
