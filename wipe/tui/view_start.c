/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view_start: what is about to happen, to which disks, for whom. The form stands above, the disks and the
 * plan between, and below the question for a serial number: it does not show what it wants to hear; the
 * list and the label on the disk do.
 */
#include "view.h"

#include "start.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

/* On a low screen only the field that is written in is shown. */
static bool is_low(const struct tui_model *model)
{
	return model->height < 16;
}

static unsigned form_lines(const struct tui_model *model)
{
	return is_low(model) ? 1 : 5;
}

unsigned view_start_height(const struct tui_model *model)
{
	unsigned body = model_body_height(model), taken = form_lines(model) + 2;
	return body > taken ? body - taken : 1;
}

static const char *field_text(const struct tui_model *model, enum start_field field)
{
	const struct tui_order *order = &model->start.order;
	switch (field) {
	case START_PROCEDURE:
		return order->procedure;
	case START_REFERENCE:
		return order->reference;
	case START_CLIENT:
		return order->client;
	default:
		return order->operator_;
	}
}

static const char *field_label(enum start_field field)
{
	switch (field) {
	case START_PROCEDURE:
		return _("Procedure");
	case START_REFERENCE:
		return _("Order");
	case START_CLIENT:
		return _("Client");
	default:
		return _("Operator");
	}
}

static const char *title_of(const struct tui_model *model, const char *procedure)
{
	for (size_t i = 0; i < model->procedure_count; i++) {
		if (strcmp(model->procedures[i].id, procedure) == 0)
			return model->procedures[i].title;
	}
	return "";
}

static void draw_field(const struct tui_model *model, struct canvas *canvas, unsigned y,
    enum start_field field)
{
	bool here = model->start.field == field;
	const char *text = field_text(model, field);
	unsigned room = canvas->width > 16 ? canvas->width - 16 : 0;
	canvas_text(canvas, 0, y, 1, CANVAS_BOLD, here ? ">" : " ");
	canvas_text(canvas, 1, y, 13, here ? CANVAS_BOLD : CANVAS_DIM, field_label(field));
	if (field == START_PROCEDURE) {
		unsigned used = canvas_printf(canvas, 15, y, room, here ? CANVAS_BOLD : CANVAS_NORMAL,
		    here ? "< %s >" : "%s", text);
		if (room > used + 12)
			canvas_text(canvas, 15 + used + 2, y, room - used - 2, CANVAS_DIM,
			    title_of(model, text));
		return;
	}
	unsigned wide = room < 48 ? room : 48;
	/* What is written at the end must be seen while it is written. */
	unsigned used = canvas_tail(canvas, 15, y, wide ? wide - 1 : 0, CANVAS_NORMAL, text);
	if (here && used < wide)
		canvas_text(canvas, 15 + used, y, 1, CANVAS_ACCENT, "_");
	else if (!text[0])
		canvas_text(canvas, 15, y, wide, CANVAS_DIM, "–");
}

static void draw_form(const struct tui_model *model, struct canvas *canvas)
{
	enum start_field field = model->start.field;
	if (is_low(model)) {
		draw_field(model, canvas, 2, field == START_SERIAL ? START_PROCEDURE : field);
		return;
	}
	for (unsigned i = 0; i < START_SERIAL; i++)
		draw_field(model, canvas, 2 + i, (enum start_field)i);
}

static void said_line(const struct tui_model *model, struct canvas *canvas, unsigned y)
{
	const struct model_start *start = &model->start;
	unsigned room = canvas->width > 2 ? canvas->width - 2 : 0;
	char text[200];
	if (start->said[0]) {
		canvas_text(canvas, 1, y, room, start->said_bad ? CANVAS_BAD : CANVAS_GOOD, start->said);
		return;
	}
	if (!start->planned || start->plan_refused)
		return;
	snprintf(text, sizeof(text), _("%zu of %zu confirmed."), start_confirmed(start), start->count);
	canvas_text(canvas, 1, y, room, CANVAS_DIM, text);
}

static void question_line(const struct tui_model *model, struct canvas *canvas, unsigned y)
{
	const struct model_start *start = &model->start;
	unsigned room = canvas->width > 2 ? canvas->width - 2 : 0;
	bool here = start->field == START_SERIAL;
	canvas_text(canvas, 0, y, 1, CANVAS_BOLD, here ? ">" : " ");
	if (start_is_complete(start) && !start->input[0]) {
		canvas_text(canvas, 1, y, room, here ? CANVAS_WARNING : CANVAS_DIM, here
			? words_count("Confirmed. Enter wipes this disk.",
			      "All of them are confirmed. Enter wipes these disks.", start->count)
			: _("All of them are confirmed."));
		return;
	}
	const char *question = canvas->width < 60 ? _("Serial:") : _("Serial number, typed or scanned:");
	unsigned used = canvas_text(canvas, 1, y, room, here ? CANVAS_BOLD : CANVAS_DIM, question) + 2;
	if (used >= room)
		return;
	unsigned wide = canvas_tail(canvas, used, y, room - used, CANVAS_NORMAL, start->input);
	if (here)
		canvas_text(canvas, used + wide, y, 1, CANVAS_ACCENT, "_");
}

void view_start(const struct tui_model *model, struct canvas *canvas)
{
	unsigned end = 2 + model_body_height(model);
	draw_form(model, canvas);
	if (end < 4)
		return;
	said_line(model, canvas, end - 2);
	question_line(model, canvas, end - 1);
}

/* Where it sits; a bay without a name is told by its path. */
static const char *place_of(const struct tui_model *model, const struct tui_choice *choice)
{
	for (size_t i = 0; i < model->disk_count && !choice->bay[0]; i++) {
		if (strcmp(model->disks[i].device.identity.node, choice->identity.node) == 0)
			return model->disks[i].by_path;
	}
	return choice->bay;
}

static void put_choice(const struct tui_model *model, struct sheet *sheet,
    const struct tui_choice *choice)
{
	char text[500], bytes[WORDS_NUMBER];
	const struct identity *identity = &choice->identity;
	const char *place = place_of(model, choice);
	bool serial = identity->serial[0] != 0;
	/* Without a serial number the word asked for is the kernel's name: it must be told. */
	snprintf(text, sizeof(text), "%s %s%s%s  %s %s  %s", choice->typed[0] ? "[x]" : "[ ]", place,
	    place[0] ? "  " : "", identity->model[0] ? identity->model : _("unknown model"),
	    serial ? _("serial") : _("no serial number, type"),
	    serial ? identity->serial : device_confirm_word(identity), words_bytes(identity->size, bytes));
	sheet_text(sheet, choice->typed[0] ? CANVAS_GOOD : CANVAS_NORMAL, text);
}

void view_start_sheet(const struct tui_model *model, struct sheet *sheet)
{
	const struct model_start *start = &model->start;
	sheet->y = 2 + form_lines(model);
	for (size_t i = 0; i < start->count; i++)
		put_choice(model, sheet, &start->choices[i]);
	sheet_title(sheet, _("Plan"));
	if (!start->planned)
		sheet_text(sheet, CANVAS_DIM, _("The plan is being worked out …"));
	else {
		if (start->plan_refused)
			sheet_text(sheet, CANVAS_BAD, _("This cannot be done:"));
		sheet_text(sheet, start->plan_refused ? CANVAS_BAD : CANVAS_NORMAL, start->plan_text);
	}
}
