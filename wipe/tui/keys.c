/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys: what does this key mean here? One function for each view that has keys of its own. */
#include "keys.h"

#include "confirm.h"
#include "rows.h"
#include "start.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tui_action nothing;

/* ---- what can be asked for of a row ----------------------------------------------------------------------- */

/* The reason names partitions as the kernel does; whose they are has to be said with it. */
static void say_claim(struct tui_model *model, const struct tui_disk *disk)
{
	char line[480];
	const struct identity *identity = &disk->device.identity;
	snprintf(line, sizeof(line), "%s%s%s %s: %s", disk->bay, disk->bay[0] ? " " : "", identity->model,
	    identity->serial, disk->device.claims[0].text);
	tui_model_say(model, true, line);
}

static void say_why_not(struct tui_model *model, const struct row *row)
{
	const struct tui_disk *disk = model_disk(model, row);
	switch (row ? model_may_start(model, row) : ROW_NOT_HERE) {
	case ROW_NOT_HERE:
		tui_model_say(model, true, _("This disk is not here."));
		break;
	case ROW_HAS_JOB:
		tui_model_say(model, true, _("This disk has a job already."));
		break;
	case ROW_IS_CLAIMED:
		say_claim(model, disk);
		break;
	default:
		break;
	}
}

static struct tui_action start(struct tui_model *model, const struct row *row)
{
	if (model->link != TUI_LINK_ATTACHED)
		tui_model_say(model, true, _("Nothing can be started: the supervisor is not connected."));
	else if (!start_open(model))
		say_why_not(model, row);
	return nothing;
}

static struct tui_action stop(struct tui_model *model, const struct app_view *job)
{
	if (job && (job->state == APP_VIEW_RUNNING || job->state == APP_VIEW_CLAIMING))
		confirm_open(model, TUI_ACTION_STOP, job);
	else
		tui_model_say(model, true, _("No job runs here that could be stopped."));
	return nothing;
}

static struct tui_action abandon(struct tui_model *model, const struct app_view *job)
{
	if (job && job->state == APP_VIEW_WAITS)
		confirm_open(model, TUI_ACTION_ABANDON, job);
	else
		tui_model_say(model, true, _("Only an interrupted job can be given up."));
	return nothing;
}

static struct tui_action resume(struct tui_model *model, const struct row *row)
{
	const struct app_view *job = model_job(model, row);
	if (!job || job->state != APP_VIEW_WAITS)
		tui_model_say(model, true, _("No interrupted job waits here."));
	else if (row->disk < 0)
		tui_model_say(model, true, _("Its disk is not here: put it in, into any bay."));
	else
		return (struct tui_action){ .kind = TUI_ACTION_RESUME, .job = job->id };
	return nothing;
}

static struct tui_action locate(struct tui_model *model, const struct row *row)
{
	const struct tui_disk *disk = model_disk(model, row);
	if (!disk || !disk->can_locate) {
		tui_model_say(model, true, _("This bay has no light that could be lit."));
		return nothing;
	}
	model->located = (struct tui_choice){ .identity = disk->device.identity };
	text_copy(model->located.bay, sizeof(model->located.bay), disk->bay);
	return (struct tui_action){ .kind = TUI_ACTION_LOCATE, .choices = &model->located,
		.choice_count = 1, .on = !disk->locating };
}

static void open_certificate(struct tui_model *model, const char *id)
{
	text_copy(model->certificate_id, sizeof(model->certificate_id), id);
	model->certificate_asked = false;
	free(model->certificate_text);
	model->certificate_text = NULL;
	model_push(model, MODEL_CERTIFICATE);
}

/* The job whose certificate belongs to a row, or NULL: what it is of now, or of before it was out. */
static const struct app_view *certified(const struct tui_model *model, const struct row *row)
{
	const struct app_view *job = model_job(model, row);
	if (job && job->certificate[0])
		return job;
	return row && row->earlier >= 0 && model->jobs[row->earlier].certificate[0]
	    ? &model->jobs[row->earlier] : NULL;
}

static struct tui_action certificate(struct tui_model *model, const struct row *row, bool export)
{
	const struct app_view *job = certified(model, row);
	if (!job)
		tui_model_say(model, true, _("There is no certificate here yet."));
	else if (export)
		return (struct tui_action){ .kind = TUI_ACTION_EXPORT, .job = job->id };
	else
		open_certificate(model, job->id);
	return nothing;
}

/* Keys that mean the same on the board and on a disk. */
static bool row_key(struct tui_model *model, const struct row *row, uint32_t code,
    struct tui_action *ret)
{
	switch (code) {
	case 's':
		*ret = start(model, row);
		return true;
	case 'x':
		*ret = stop(model, model_job(model, row));
		return true;
	case 'a':
		*ret = abandon(model, model_job(model, row));
		return true;
	case 'r':
		*ret = resume(model, row);
		return true;
	case 'l':
		*ret = locate(model, row);
		return true;
	case 'c':
	case 'e':
		*ret = certificate(model, row, code == 'e');
		return true;
	default:
		return false;
	}
}

/* ---- the board ---------------------------------------------------------------------------------------------- */

static void move(struct tui_model *model, bool back, size_t by)
{
	size_t at = model->selected_index;
	model_select(model, back ? (at > by ? at - by : 0) : at + by);
}

static bool move_key(struct tui_model *model, uint32_t code)
{
	size_t page = model_body_height(model);
	page = page > 2 ? page - 1 : 1;
	if (code == KEY_CODE_UP || code == 'k')
		move(model, true, 1);
	else if (code == KEY_CODE_DOWN || code == 'j')
		move(model, false, 1);
	else if (code == KEY_CODE_PAGE_UP)
		move(model, true, page);
	else if (code == KEY_CODE_PAGE_DOWN)
		move(model, false, page);
	else if (code == KEY_CODE_HOME || code == 'g')
		model_select(model, 0);
	else if (code == KEY_CODE_END || code == 'G')
		model_select(model, SIZE_MAX);
	else
		return false;
	return true;
}

static void mark(struct tui_model *model)
{
	const struct row *row = model_selected(model);
	if (!row || model_may_start(model, row) != ROW_MAY) {
		say_why_not(model, row);
		return;
	}
	bool marked = model_is_marked(model, &row->key);
	if (!marked && model->mark_count == TUI_START_MAX) {
		tui_model_say(model, true, _("No more disks can be started in one go."));
		return;
	}
	model_mark(model, &row->key, !marked);
	move(model, false, 1);
}

/* A scanned label on the board: show me this disk. */
static void find(struct tui_model *model, const char *scan)
{
	char line[256], shown[64];
	text_copy(shown, sizeof(shown), scan);
	for (size_t i = 0; i < model->row_count; i++) {
		if (keys_is_word(scan, model_identity(model, &model->rows[i])->serial)) {
			model_select(model, i);
			snprintf(line, sizeof(line), _("Found: %s."), shown);
			tui_model_say(model, false, line);
			return;
		}
	}
	snprintf(line, sizeof(line), _("No disk here has the serial number “%s”."), shown);
	tui_model_say(model, true, line);
}

static void set_filter(struct tui_model *model, bool typing)
{
	struct err err = { 0 };
	model->filtering = typing;
	if (model_filter(model, &err) != CODE_OK)
		tui_model_say(model, true, err.line);
}

static struct tui_action filter_key(struct tui_model *model, const struct tui_key *key)
{
	if (key->code == KEY_CODE_SCAN)
		text_copy(model->filter, sizeof(model->filter), key->scan);
	else if (key->code == KEY_CODE_PASTE)
		keys_append(model->filter, sizeof(model->filter), key->scan);
	else if (key->code == KEY_CODE_ESCAPE)
		model->filter[0] = 0;
	else if (key->code != KEY_CODE_ENTER && !keys_edit(model->filter, sizeof(model->filter), key->code)) {
		move_key(model, key->code > KEY_CODE_NONE ? key->code : KEY_CODE_NONE);
		return nothing;
	}
	set_filter(model, key->code != KEY_CODE_ENTER && key->code != KEY_CODE_ESCAPE &&
	    key->code != KEY_CODE_SCAN);
	return nothing;
}

static void escape(struct tui_model *model)
{
	if (model->notice[0])
		model->notice[0] = 0;
	else if (model->filter[0]) {
		model->filter[0] = 0;
		set_filter(model, false);
	} else
		model->mark_count = 0;
}

static struct tui_action board_key(struct tui_model *model, const struct tui_key *key)
{
	struct tui_action action = nothing;
	const struct row *row = model_selected(model);
	if (model->filtering)
		return filter_key(model, key);
	if (move_key(model, key->code) || row_key(model, row, key->code, &action))
		return action;
	switch (key->code) {
	case ' ':
		mark(model);
		break;
	case KEY_CODE_ENTER:
	case KEY_CODE_RIGHT:
		if (row) {
			model->opened = row->key;
			model_push(model, MODEL_DISK);
		}
		break;
	case KEY_CODE_TAB:
		model_push(model, MODEL_ARCHIVE);
		break;
	case '/':
		model->filtering = true;
		break;
	case KEY_CODE_ESCAPE:
		escape(model);
		break;
	case KEY_CODE_SCAN:
	case KEY_CODE_PASTE:
		find(model, key->scan);
		break;
	case 'q':
		action.kind = TUI_ACTION_QUIT;
		break;
	default:
		break;
	}
	return action;
}

/* ---- the other views -------------------------------------------------------------------------------------- */

static bool leaves(uint32_t code)
{
	return code == 'q' || code == 'h' || code == KEY_CODE_LEFT || code == KEY_CODE_ESCAPE;
}

static struct tui_action archive_key(struct tui_model *model, uint32_t code)
{
	const struct tui_certificate *item = model->archive_index < model->certificate_count
	    ? &model->certificates[model->archive_index] : NULL;
	size_t page = model_body_height(model), *at = &model->archive_index;
	if (leaves(code) || code == KEY_CODE_TAB)
		model_pop(model);
	else if (code == KEY_CODE_UP || code == 'k')
		*at -= *at > 0;
	else if (code == KEY_CODE_DOWN || code == 'j')
		*at += 1;
	else if (code == KEY_CODE_PAGE_UP)
		*at -= *at > page ? page : *at;
	else if (code == KEY_CODE_PAGE_DOWN)
		*at += page;
	else if (code == KEY_CODE_HOME || code == 'g')
		*at = 0;
	else if (code == KEY_CODE_END || code == 'G')
		*at = model->certificate_count;
	else if (item && (code == KEY_CODE_ENTER || code == KEY_CODE_RIGHT || code == 'c'))
		open_certificate(model, item->id);
	else if (item && code == 'e')
		return (struct tui_action){ .kind = TUI_ACTION_EXPORT, .job = item->id };
	model_settle(model);
	return nothing;
}

static struct tui_action disk_key(struct tui_model *model, uint32_t code)
{
	struct tui_action action = nothing;
	const struct row *row = model_row(model, &model->opened);
	if (leaves(code) || code == KEY_CODE_ENTER)
		model_pop(model);
	else if (!keys_scroll(model, code, true) && row)
		row_key(model, row, code, &action);
	return action;
}

static struct tui_action certificate_key(struct tui_model *model, uint32_t code)
{
	if (leaves(code) || code == KEY_CODE_ENTER)
		model_pop(model);
	else if (code == 'e')
		return (struct tui_action){ .kind = TUI_ACTION_EXPORT, .job = model->certificate_id };
	else
		keys_scroll(model, code, true);
	return nothing;
}

static bool is_text_asked(const struct tui_model *model)
{
	enum model_view view = model_view(model);
	return view == MODEL_START || view == MODEL_CONFIRM || (view == MODEL_BOARD && model->filtering);
}

struct tui_action tui_key(struct tui_model *model, const struct tui_key *key)
{
	enum model_view view = model_view(model);
	if (key->code == KEY_CODE_REFRESH)
		return (struct tui_action){ .kind = TUI_ACTION_REFRESH };
	if (view != MODEL_HELP &&
	    (key->code == KEY_CODE_HELP || (key->code == '?' && !is_text_asked(model)))) {
		model_push(model, MODEL_HELP);
		return nothing;
	}
	switch (view) {
	case MODEL_DISK:
		return disk_key(model, key->code);
	case MODEL_START:
		return start_key(model, key);
	case MODEL_CONFIRM:
		return confirm_key(model, key);
	case MODEL_CERTIFICATE:
		return certificate_key(model, key->code);
	case MODEL_ARCHIVE:
		return archive_key(model, key->code);
	case MODEL_HELP:
		if (!keys_scroll(model, key->code, true))
			model_pop(model);
		return nothing;
	default:
		return board_key(model, key);
	}
}
