/* SPDX-License-Identifier: GPL-3.0-or-later */
/* look: where is the technician, and does that still exist after what has just come in? */
#include "model.h"

#include "rows.h"
#include "start.h"
#include "view.h"

#include <string.h>

enum model_view model_view(const struct tui_model *model)
{
	return model->views[model->view_count - 1];
}

void model_push(struct tui_model *model, enum model_view view)
{
	if (model->view_count < MODEL_VIEWS)
		model->view_count++;
	model->views[model->view_count - 1] = view;
	model->scroll = 0;
	model->notice[0] = 0; /* it was about what was seen before */
	model_settle(model);
}

void model_pop(struct tui_model *model)
{
	if (model->view_count > 1)
		model->view_count--;
	model->scroll = 0;
	model_settle(model);
}

const struct row *model_selected(const struct tui_model *model)
{
	return model->selected_index < model->row_count ? &model->rows[model->selected_index] : NULL;
}

const struct row *model_row(const struct tui_model *model, const struct row_key *key)
{
	for (size_t i = 0; i < model->row_count + model->hidden; i++) {
		if (rows_same_key(&model->rows[i].key, key))
			return &model->rows[i];
	}
	return NULL;
}

const struct tui_disk *model_disk(const struct tui_model *model, const struct row *row)
{
	return row && row->disk >= 0 ? &model->disks[row->disk] : NULL;
}

const struct app_view *model_job(const struct tui_model *model, const struct row *row)
{
	return row && row->job >= 0 ? &model->jobs[row->job] : NULL;
}

const struct identity *model_identity(const struct tui_model *model, const struct row *row)
{
	return row->disk >= 0 ? &model->disks[row->disk].device.identity : &model->jobs[row->job].identity;
}

const struct app_view *model_job_by_id(const struct tui_model *model, const char *id)
{
	for (size_t i = 0; i < model->job_count; i++) {
		if (strcmp(model->jobs[i].id, id) == 0)
			return &model->jobs[i];
	}
	return NULL;
}

bool model_is_marked(const struct tui_model *model, const struct row_key *key)
{
	for (size_t i = 0; i < model->mark_count; i++) {
		if (rows_same_key(&model->marks[i], key))
			return true;
	}
	return false;
}

void model_mark(struct tui_model *model, const struct row_key *key, bool marked)
{
	size_t kept = 0;
	for (size_t i = 0; i < model->mark_count; i++) {
		if (!rows_same_key(&model->marks[i], key))
			model->marks[kept++] = model->marks[i];
	}
	model->mark_count = kept;
	if (marked && kept < TUI_START_MAX)
		model->marks[model->mark_count++] = *key;
}

enum row_may model_may_start(const struct tui_model *model, const struct row *row)
{
	const struct tui_disk *disk = model_disk(model, row);
	const struct app_view *job = model_job(model, row);
	if (!disk)
		return ROW_NOT_HERE;
	if (job && job->state != APP_VIEW_REFUSED && job->state != APP_VIEW_DONE)
		return ROW_HAS_JOB;
	if (job && job->state == APP_VIEW_DONE && !job->issued)
		return ROW_HAS_JOB; /* its certificate must come first */
	return disk->device.claim_count ? ROW_IS_CLAIMED : ROW_MAY;
}

unsigned model_body_height(const struct tui_model *model)
{
	return model->height > 5 ? model->height - 4 : 1;
}

/* An empty line before each title where there is room for that. */
static size_t gap(const struct tui_model *model)
{
	return model->height >= 30 ? 1 : 0;
}

size_t model_board_line(const struct tui_model *model, size_t index)
{
	size_t line = 0;
	for (size_t i = 0; i <= index && i < model->row_count; i++) {
		if (i == 0)
			line = 1;
		else
			line += model->rows[i].group != model->rows[i - 1].group ? 2 + gap(model) : 1;
	}
	return line;
}

size_t model_board_lines(const struct tui_model *model)
{
	return model->row_count ? model_board_line(model, model->row_count - 1) + 1 : 0;
}

void model_select(struct tui_model *model, size_t index)
{
	if (index >= model->row_count)
		index = model->row_count ? model->row_count - 1 : 0;
	model->selected_index = index;
	model->chosen = true;
	if (index < model->row_count)
		model->selected = model->rows[index].key;
	model_settle(model);
}

static void settle_selection(struct tui_model *model)
{
	if (!model->chosen)
		model->selected_index = 0;
	for (size_t i = 0; model->chosen && i < model->row_count; i++) {
		if (rows_same_key(&model->rows[i].key, &model->selected)) {
			model->selected_index = i;
			return;
		}
	}
	/* It is gone: whoever was there before it, or after it, is nearest. */
	if (model->selected_index >= model->row_count)
		model->selected_index = model->row_count ? model->row_count - 1 : 0;
	if (model->row_count)
		model->selected = model->rows[model->selected_index].key;
}

static void settle_marks(struct tui_model *model)
{
	size_t kept = 0;
	for (size_t i = 0; i < model->mark_count; i++) {
		const struct row *row = model_row(model, &model->marks[i]);
		if (row && model_may_start(model, row) == ROW_MAY)
			model->marks[kept++] = model->marks[i];
	}
	model->mark_count = kept;
}

static void settle_board(struct tui_model *model)
{
	size_t height = model_body_height(model), lines = model_board_lines(model);
	size_t line = model_board_line(model, model->selected_index);
	bool first = model->selected_index == 0 || model->selected_index >= model->row_count ||
	    model->rows[model->selected_index].group != model->rows[model->selected_index - 1].group;
	/* The first of a group is shown with its title, where two lines fit. */
	size_t from = line && first && height > 1 ? line - 1 : line;
	if (model->top > from)
		model->top = from;
	if (line >= model->top + height)
		model->top = line - height + 1;
	if (model->top + height > lines)
		model->top = lines > height ? lines - height : 0;
}

void model_settle(struct tui_model *model)
{
	settle_selection(model);
	settle_marks(model);
	settle_board(model);
	start_settle(model);
	if (model->archive_index >= model->certificate_count)
		model->archive_index = model->certificate_count ? model->certificate_count - 1 : 0;
	unsigned extent = view_extent(model), height = view_height(model);
	unsigned most = extent > height ? extent - height : 0;
	if (model->scroll > most)
		model->scroll = most;
}

struct tui_action tui_model_wants(struct tui_model *model)
{
	if (model_view(model) == MODEL_CERTIFICATE && !model->certificate_asked) {
		model->certificate_asked = true;
		return (struct tui_action){ .kind = TUI_ACTION_CERTIFICATE, .job = model->certificate_id };
	}
	return start_wants(model);
}
