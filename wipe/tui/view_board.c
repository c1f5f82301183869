/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view_board: all disks, a line each. Where it sits and who it is come first; then how it stands. What
 * there is no room for is left out whole, the least important first.
 */
#include "view.h"

#include "state.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

/* Columns of the board; a width of 0 = left out. */
struct columns {
	unsigned bay, model, serial, size, state; /* where they begin */
	unsigned bay_wide, model_wide, serial_wide, size_wide, state_wide;
	unsigned word; /* of the state: as wide as the longest "verify 10/35" */
};

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned most(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static bool is_progress(enum row_state state)
{
	return state == ROW_WRITING || state == ROW_VERIFYING;
}

/* As wide as what stands in them, within what the screen allows. */
static void measure(const struct tui_model *model, const struct canvas *canvas, struct columns *columns)
{
	char text[200];
	/* A path is longer than any name; mostly its end has to do with as much as a name takes. */
	unsigned path = canvas->width < 160 ? 6 : 14;
	for (size_t i = 0; i < model->row_count; i++) {
		const struct row *row = &model->rows[i];
		const struct identity *identity = model_identity(model, row);
		const struct tui_disk *disk = model_disk(model, row);
		unsigned place = canvas_width(canvas, view_place(disk));
		columns->bay_wide = most(columns->bay_wide, disk && !disk->bay[0] ? least(place, path)
										    : place);
		columns->serial_wide = most(columns->serial_wide, canvas_width(canvas, identity->serial));
		columns->model_wide = most(columns->model_wide, canvas_width(canvas, identity->model));
		if (is_progress(row->state))
			columns->word = most(columns->word,
			    canvas_width(canvas, state_text(model, row, text, sizeof(text))));
	}
}

static struct columns lay_out(const struct tui_model *model, const struct canvas *canvas)
{
	struct columns c = { 0 };
	unsigned width = canvas->width, x = 5;
	bool narrow = width < 60, vast = width >= 160;
	/* What a screen has beyond 80 columns is shared out: a half to the state, a quarter to the serial. */
	unsigned more = width > 80 ? width - 80 : 0;
	measure(model, canvas, &c);
	c.bay_wide = least(most(c.bay_wide, canvas_width(canvas, _("Bay"))),
	    narrow ? 5 : least(7 + more / 4, 14));
	c.serial_wide = least(most(c.serial_wide, canvas_width(canvas, _("Serial"))),
	    narrow ? 10 : least(14 + more / 4, 20));
	c.size_wide = narrow ? 0 : 7;
	unsigned want = narrow ? 14 : vast ? 96 : least(32 + more / 2, 52);
	unsigned taken = x + c.bay_wide + 1 + c.serial_wide + 1 + (c.size_wide ? c.size_wide + 2 : 0) + want;
	unsigned left = width > taken + 1 ? width - taken - 1 : 0;
	c.model_wide = left < 6 ? 0 : least(most(c.model_wide, canvas_width(canvas, _("Model"))), left);
	c.bay = x;
	x += c.bay_wide + 1;
	c.model = x;
	x += c.model_wide ? c.model_wide + 1 : 0;
	c.serial = x;
	x += c.serial_wide + 1;
	c.size = x;
	x += c.size_wide ? c.size_wide + 2 : 0;
	c.state = x;
	c.state_wide = width > x ? width - x : 0;
	return c;
}

/* ---- how it stands ------------------------------------------------------------------------------------------- */

/* Pieces of a progress line, in the order in which they get their room. */
struct pieces {
	unsigned percent, eta, bar, rate, errors, warm;
};

static bool take(unsigned *room, unsigned wide, unsigned *piece)
{
	if (*room < wide + 1)
		return false;
	*room -= wide + 1;
	*piece = wide;
	return true;
}

static struct pieces cut(unsigned room, bool errors)
{
	struct pieces p = { 0 };
	(void)(take(&room, 5, &p.percent) && (errors ? take(&room, 10, &p.errors) : true) &&
	    take(&room, 7, &p.eta) && take(&room, 5, &p.bar) && take(&room, 9, &p.rate) &&
	    take(&room, 5, &p.warm));
	/* Whatever is left makes the bar longer, to where it is long enough. */
	if (p.bar)
		p.bar += least(room, 35);
	return p;
}

static void draw_errors(struct canvas *canvas, unsigned x, unsigned y, unsigned room, uint64_t errors)
{
	char text[64];
	snprintf(text, sizeof(text), words_count("%llu error", "%llu errors", errors),
	    (unsigned long long)errors);
	canvas_right(canvas, x, y, room, CANVAS_BAD, text);
}

static void draw_progress(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    const struct app_view *job, enum canvas_style style)
{
	char text[WORDS_NUMBER];
	struct pieces p = cut(room, job->errors != 0);
	uint64_t eta = view_eta(job);
	if (p.bar) {
		view_bar(canvas, x + 1, y, p.bar, style, job->whole_done, job->whole);
		x += p.bar + 1;
	}
	if (p.percent)
		canvas_right(canvas, x + 1, y, p.percent, CANVAS_NORMAL,
		    words_percent(job->whole_done, job->whole, text));
	x += p.percent + 1;
	if (p.eta && eta)
		canvas_right(canvas, x + 1, y, p.eta, CANVAS_NORMAL, words_short_duration(eta, text));
	x += p.eta ? p.eta + 1 : 0;
	if (p.rate && job->rate)
		canvas_right(canvas, x + 1, y, p.rate, CANVAS_NORMAL, words_rate(job->rate, text));
	x += p.rate ? p.rate + 1 : 0;
	if (p.warm && job->temperature_c != DEVICE_HEALTH_NO_TEMPERATURE) {
		snprintf(text, sizeof(text), "%d °C", job->temperature_c);
		canvas_right(canvas, x + 1, y, p.warm, CANVAS_DIM, text);
	}
	x += p.warm ? p.warm + 1 : 0;
	if (p.errors)
		draw_errors(canvas, x + 1, y, p.errors, job->errors);
}

/* What there is to say besides the state, where there is room; "" = nothing. */
static void more_text(const struct tui_model *model, const struct row *row, char *out, size_t size)
{
	const struct app_view *job = model_job(model, row);
	const struct tui_disk *disk = model_disk(model, row);
	char number[WORDS_NUMBER];
	out[0] = 0;
	if (job && (row->state == ROW_FAILED || row->state == ROW_EXCEPTIONS) && job->exception_count)
		text_copy(out, size, job->exceptions[0]);
	else if (job && (row->state == ROW_ERASED || row->state == ROW_FAILED))
		snprintf(out, size, _("certificate of %s"),
		    words_time(job->wall_changed_s, model->zone_s, false, number));
	else if (job)
		text_copy(out, size, job->line);
	else if (row->state == ROW_CLAIMED)
		text_copy(out, size, disk->device.claims[0].text);
	else if (disk && disk->health.verdict == DEVICE_HEALTH_FAILING)
		text_copy(out, size, _("the drive says that it is failing"));
	else if (row->state == ROW_COUNTDOWN)
		text_copy(out, size, disk->auto_procedure);
	else if (row->earlier >= 0)
		snprintf(out, size, _("wiped %s, but was out since"),
		    words_time(model->jobs[row->earlier].wall_changed_s, model->zone_s, true, number));
}

static void draw_state(const struct tui_model *model, struct canvas *canvas, const struct columns *c,
    unsigned y, const struct row *row)
{
	char text[480];
	enum canvas_style style = state_style(row->state);
	const struct app_view *job = model_job(model, row);
	state_text(model, row, text, sizeof(text));
	unsigned used = canvas_text(canvas, c->state, y, c->state_wide, style, text);
	if (is_progress(row->state)) {
		used = most(used, c->word);
		unsigned left = c->state_wide > used ? c->state_wide - used : 0;
		unsigned whose = left >= 100 ? 34 : 0; /* what for, and for whom */
		draw_progress(canvas, c->state + used, y, left - whose, job, style);
		if (whose)
			canvas_printf(canvas, c->state + used + left - whose + 2, y, whose - 3, CANVAS_DIM,
			    "%s  %s", job->procedure, job->reference);
		return;
	}
	more_text(model, row, text, sizeof(text));
	/* A few letters of a sentence say nothing. */
	unsigned room = c->state_wide > used + 3 ? c->state_wide - used - 3 : 0;
	if (canvas_width(canvas, text) <= room || room >= 24)
		canvas_text(canvas, c->state + used + 2, y, room,
		    row->group == ROW_READY ? CANVAS_WARNING : CANVAS_DIM, text);
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

static void draw_row(const struct tui_model *model, struct canvas *canvas, const struct columns *c,
    unsigned y, size_t index)
{
	const struct row *row = &model->rows[index];
	const struct identity *identity = model_identity(model, row);
	const struct tui_disk *disk = model_disk(model, row);
	enum canvas_style style = row->group == ROW_REFUSED ? CANVAS_DIM : CANVAS_NORMAL;
	char shape[8], bytes[WORDS_NUMBER];
	view_shape(model, row, shape);
	canvas_text(canvas, 1, y, 3, state_style(row->state), shape);
	if (disk && disk->bay[0])
		canvas_text(canvas, c->bay, y, c->bay_wide, disk->locating ? CANVAS_WARNING : style,
		    disk->bay);
	else
		canvas_tail(canvas, c->bay, y, c->bay_wide, style, view_place(disk));
	canvas_text(canvas, c->model, y, c->model_wide, style, identity->model);
	/* One that is not here and has no number either was known by its name. */
	canvas_tail(canvas, c->serial, y, c->serial_wide, style, identity->serial[0] ? identity->serial
	    : disk ? _("(none)") : identity->name);
	if (c->size_wide)
		canvas_right(canvas, c->size, y, c->size_wide, style, words_bytes(identity->size, bytes));
	draw_state(model, canvas, c, y, row);
	if (index == model->selected_index) {
		canvas_text(canvas, 0, y, 1, CANVAS_BOLD, ">");
		canvas_restyle(canvas, 0, y, canvas->width, CANVAS_SELECTED);
	}
}

static void draw_title(const struct tui_model *model, struct canvas *canvas, unsigned y,
    enum row_group group)
{
	size_t count = 0;
	for (size_t i = 0; i < model->row_count; i++)
		count += model->rows[i].group == group;
	canvas_printf(canvas, 1, y, canvas->width > 1 ? canvas->width - 1 : 0,
	    group == ROW_ATTENTION ? CANVAS_BAD : CANVAS_BOLD, "%s (%zu)", state_group_title(group), count);
}

static void draw_columns(struct canvas *canvas, const struct columns *c)
{
	canvas_text(canvas, c->bay, 1, c->bay_wide, CANVAS_DIM, _("Bay"));
	canvas_text(canvas, c->model, 1, c->model_wide, CANVAS_DIM, _("Model"));
	canvas_text(canvas, c->serial, 1, c->serial_wide, CANVAS_DIM, _("Serial"));
	if (c->size_wide)
		canvas_right(canvas, c->size, 1, c->size_wide, CANVAS_DIM, _("Size"));
	canvas_text(canvas, c->state, 1, c->state_wide, CANVAS_DIM, _("State"));
}

void view_board(const struct tui_model *model, struct canvas *canvas)
{
	struct columns c = lay_out(model, canvas);
	size_t height = model_body_height(model);
	draw_columns(canvas, &c);
	for (size_t i = 0; i < model->row_count; i++) {
		size_t line = model_board_line(model, i);
		bool first = i == 0 || model->rows[i].group != model->rows[i - 1].group;
		if (first && line - 1 >= model->top && line - 1 < model->top + height)
			draw_title(model, canvas, 2 + (unsigned)(line - 1 - model->top), model->rows[i].group);
		if (line >= model->top && line < model->top + height)
			draw_row(model, canvas, &c, 2 + (unsigned)(line - model->top), i);
	}
	if (model->row_count == 0)
		canvas_text(canvas, 1, 3, canvas->width > 2 ? canvas->width - 2 : 0, CANVAS_DIM,
		    model->hidden ? _("No disk matches the filter.") : _("No disks. Put one in."));
}
