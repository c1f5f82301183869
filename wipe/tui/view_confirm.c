/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_confirm: which job is about to be stopped or given up, and what does that mean? */
#include "view.h"

#include "words.h"

#include <stdio.h>

static const char *place_of(const struct tui_model *model, const struct app_view *job)
{
	for (size_t i = 0; i < model->row_count + model->hidden; i++) {
		if (model_job(model, &model->rows[i]) == job)
			return view_place(model_disk(model, &model->rows[i]));
	}
	return "";
}

void view_confirm(const struct tui_model *model, struct canvas *canvas)
{
	const struct model_confirm *confirm = &model->confirm;
	const struct app_view *job = model_job_by_id(model, confirm->job);
	char text[500], bytes[WORDS_NUMBER];
	struct sheet sheet = { .canvas = canvas, .x = 1, .y = 2, .label = 15,
		.width = canvas->width > 2 ? canvas->width - 2 : 1, .height = model_body_height(model) };
	if (!job) {
		sheet_text(&sheet, CANVAS_DIM, _("That job is no more."));
		return;
	}
	const struct identity *identity = &job->identity;
	bool serial = identity->serial[0] != 0;
	const char *place = place_of(model, job);
	snprintf(text, sizeof(text), "%s%s%s  %s %s  %s", place, place[0] ? "  " : "",
	    identity->model[0] ? identity->model : _("unknown model"),
	    serial ? _("serial") : _("no serial number, type"),
	    serial ? identity->serial : device_confirm_word(identity), words_bytes(identity->size, bytes));
	sheet_text(&sheet, CANVAS_BOLD, text);
	sheet_gap(&sheet);
	if (confirm->kind == TUI_ACTION_STOP)
		sheet_text(&sheet, CANVAS_NORMAL, _("The disk is left half wiped, and counts as not erased. Its "
						    "job waits and can be resumed."));
	else
		sheet_text(&sheet, CANVAS_NORMAL, _("The job ends for good, with a certificate that says: not "
						    "erased. It cannot be resumed."));
	sheet_gap(&sheet);
	snprintf(text, sizeof(text), "%s %s_", _("Serial number, typed or scanned:"), confirm->input);
	sheet_text(&sheet, CANVAS_BOLD, text);
	if (confirm->wrong)
		sheet_text(&sheet, CANVAS_BAD, _("That is not the serial number of this disk."));
}
