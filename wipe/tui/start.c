/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * start: which disks, by which procedure, for whom, and did somebody look at each of them? A disk is
 * confirmed by its own serial number, in any order, as fast as a reader scans; only when all of them are,
 * under a plan that is on the screen, can Enter start them.
 */
#include "start.h"

#include "rows.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_SHOWN 60 /* of an answer that is repeated */

size_t start_confirmed(const struct model_start *start)
{
	size_t confirmed = 0;
	for (size_t i = 0; i < start->count; i++)
		confirmed += start->choices[i].typed[0] != 0;
	return confirmed;
}

bool start_is_complete(const struct model_start *start)
{
	return start->count && start_confirmed(start) == start->count && start->planned &&
	    !start->plan_refused;
}

static void say(struct model_start *start, bool bad, const char *line)
{
	text_copy(start->said, sizeof(start->said), line);
	start->said_bad = bad;
}

/* Whatever was planned is not what would happen now. */
static void plan_anew(struct model_start *start)
{
	start->request++;
	start->planned = false;
	free(start->plan_text);
	start->plan_text = NULL;
}

static void add(struct tui_model *model, const struct row *row)
{
	struct model_start *start = &model->start;
	const struct tui_disk *disk = model_disk(model, row);
	if (start->count == TUI_START_MAX || model_may_start(model, row) != ROW_MAY)
		return;
	struct tui_choice *choice = &start->choices[start->count++];
	*choice = (struct tui_choice){ .identity = disk->device.identity };
	text_copy(choice->bay, sizeof(choice->bay), disk->bay);
}

bool start_open(struct tui_model *model)
{
	struct model_start *start = &model->start;
	start->count = 0;
	for (size_t i = 0; i < model->row_count + model->hidden; i++) {
		if (model_is_marked(model, &model->rows[i].key))
			add(model, &model->rows[i]);
	}
	const struct row *row = model_view(model) == MODEL_DISK ? model_row(model, &model->opened)
								: model_selected(model);
	if (start->count == 0 && row)
		add(model, row);
	if (start->count == 0)
		return false;
	if (!start->order.procedure[0] && model->procedure_count)
		text_copy(start->order.procedure, sizeof(start->order.procedure), model->procedures[0].id);
	/* Disk after disk for one order: only the first of them is asked for it. */
	start->field = start->order.reference[0] ? START_SERIAL : START_REFERENCE;
	start->input[0] = 0;
	say(start, false, "");
	plan_anew(start);
	model_push(model, MODEL_START);
	return true;
}

/* ---- confirming --------------------------------------------------------------------------------------------- */

static const char *place_of(const char *bay)
{
	return bay[0] ? bay : _("no bay name");
}

/* Says whose the answer is, if it is anybody's; never what it should have been. */
static void say_wrong(struct tui_model *model, const char *input)
{
	struct model_start *start = &model->start;
	char line[256], shown[SERIAL_SHOWN];
	text_copy(shown, sizeof(shown), input);
	snprintf(line, sizeof(line), _("“%s” is none of these disks."), shown);
	for (size_t i = 0; i < model->disk_count; i++) {
		if (keys_is_word(input, device_confirm_word(&model->disks[i].device.identity)))
			snprintf(line, sizeof(line), _("“%s” is another disk, not on this list (%s)."), shown,
			    place_of(model->disks[i].bay));
	}
	for (size_t i = 0; i < start->count; i++) {
		if (keys_is_word(input, device_confirm_word(&start->choices[i].identity)))
			snprintf(line, sizeof(line), _("“%s” is confirmed already (%s)."), shown,
			    place_of(start->choices[i].bay));
	}
	say(start, true, line);
}

static void confirm(struct tui_model *model, const char *input)
{
	struct model_start *start = &model->start;
	char line[256];
	for (size_t i = 0; i < start->count; i++) {
		struct tui_choice *choice = &start->choices[i];
		const char *word = device_confirm_word(&choice->identity);
		if (choice->typed[0] || !word[0] || !keys_is_word(input, word))
			continue;
		text_copy(choice->typed, sizeof(choice->typed), word);
		snprintf(line, sizeof(line), _("Confirmed: %s, %s."), place_of(choice->bay),
		    choice->identity.model);
		say(start, false, line);
		return;
	}
	say_wrong(model, input);
}

/* ---- keys -------------------------------------------------------------------------------------------------- */

static void choose_procedure(struct tui_model *model, bool forward)
{
	struct model_start *start = &model->start;
	size_t count = model->procedure_count, at = 0;
	if (count == 0)
		return;
	while (at < count && strcmp(model->procedures[at].id, start->order.procedure) != 0)
		at++;
	at = at == count ? 0 : (at + (forward ? 1 : count - 1)) % count;
	text_copy(start->order.procedure, sizeof(start->order.procedure), model->procedures[at].id);
	/* The serials were typed under another plan. */
	for (size_t i = 0; i < start->count; i++)
		start->choices[i].typed[0] = 0;
	say(start, false, "");
	plan_anew(start);
}

static char *field_text(struct model_start *start, size_t *ret_size)
{
	*ret_size = sizeof(start->order.reference);
	switch (start->field) {
	case START_REFERENCE:
		return start->order.reference;
	case START_CLIENT:
		return start->order.client;
	case START_OPERATOR:
		return start->order.operator_;
	case START_SERIAL:
		*ret_size = sizeof(start->input);
		return start->input;
	default:
		return NULL;
	}
}

static void move_field(struct model_start *start, int by)
{
	start->field = (enum start_field)(((int)start->field + START_FIELDS + by) % START_FIELDS);
}

static struct tui_action begin(struct tui_model *model)
{
	struct model_start *start = &model->start;
	if (model->link != TUI_LINK_ATTACHED) {
		say(start, true, _("Nothing can be started: the supervisor is not connected."));
		return (struct tui_action){ 0 };
	}
	model->mark_count = 0;
	model_pop(model);
	return (struct tui_action){ .kind = TUI_ACTION_START, .choices = start->choices,
		.choice_count = start->count, .order = &start->order, .request = start->request };
}

static struct tui_action answer(struct tui_model *model)
{
	struct model_start *start = &model->start;
	char input[MODEL_INPUT];
	text_copy(input, sizeof(input), start->input);
	start->input[0] = 0;
	if (input[strspn(input, " ")]) {
		if (start->planned && !start->plan_refused)
			confirm(model, input);
		else
			say(start, true, _("The plan is not there yet: nothing can be confirmed."));
	} else if (start_is_complete(start)) {
		return begin(model);
	} else {
		say(start, true, _("Not every disk is confirmed yet."));
	}
	return (struct tui_action){ 0 };
}

/* A reader types wherever the cursor is. The serial number of a disk on the list is one in any field. */
static void take_scan(struct model_start *start, const char *scan)
{
	size_t size = 0;
	for (size_t i = 0; i < start->count; i++) {
		if (keys_is_word(scan, device_confirm_word(&start->choices[i].identity)))
			start->field = START_SERIAL;
	}
	char *text = field_text(start, &size);
	if (text)
		text_copy(text, size, scan);
}

static struct tui_action enter(struct tui_model *model)
{
	if (model->start.field == START_SERIAL)
		return answer(model);
	move_field(&model->start, 1);
	return (struct tui_action){ 0 };
}

struct tui_action start_key(struct tui_model *model, const struct tui_key *key)
{
	struct model_start *start = &model->start;
	size_t size = 0;
	char *text = field_text(start, &size);
	switch (key->code) {
	case KEY_CODE_ESCAPE:
		model_pop(model);
		return (struct tui_action){ 0 };
	case KEY_CODE_ENTER:
		return enter(model);
	case KEY_CODE_TAB:
	case KEY_CODE_DOWN:
		move_field(start, 1);
		return (struct tui_action){ 0 };
	case KEY_CODE_BACK_TAB:
	case KEY_CODE_UP:
		move_field(start, -1);
		return (struct tui_action){ 0 };
	case KEY_CODE_SCAN:
		take_scan(start, key->scan);
		return enter(model);
	case KEY_CODE_PASTE:
		if (text)
			keys_append(text, size, key->scan);
		return (struct tui_action){ 0 };
	default:
		break;
	}
	if (!text && (key->code == KEY_CODE_LEFT || key->code == KEY_CODE_RIGHT || key->code == ' '))
		choose_procedure(model, key->code != KEY_CODE_LEFT);
	else if (!keys_scroll(model, key->code, false) && text)
		keys_edit(text, size, key->code);
	return (struct tui_action){ 0 };
}

/* ---- what changes meanwhile ---------------------------------------------------------------------------------- */

/* The very disk that was chosen, still free? Another one in its place, even if it says that it is the same
 * one, has not been confirmed. */
static bool is_still_there(const struct tui_model *model, const struct identity *identity)
{
	for (size_t i = 0; i < model->row_count + model->hidden; i++) {
		const struct tui_disk *disk = model_disk(model, &model->rows[i]);
		if (disk && device_match(&disk->device.identity, identity) != DEVICE_OTHER &&
		    disk->device.identity.diskseq == identity->diskseq &&
		    strcmp(disk->device.identity.node, identity->node) == 0)
			return model_may_start(model, &model->rows[i]) == ROW_MAY;
	}
	return false;
}

void start_settle(struct tui_model *model)
{
	struct model_start *start = &model->start;
	size_t kept = 0;
	char line[256];
	bool open = false;
	for (size_t i = 0; i < model->view_count; i++)
		open |= model->views[i] == MODEL_START;
	if (!open)
		return;
	for (size_t i = 0; i < start->count; i++) {
		if (is_still_there(model, &start->choices[i].identity)) {
			start->choices[kept++] = start->choices[i];
			continue;
		}
		snprintf(line, sizeof(line), _("Taken off the list, for it is gone or in use: %s, %s."),
		    place_of(start->choices[i].bay), start->choices[i].identity.model);
		say(start, true, line);
	}
	if (kept == start->count)
		return;
	start->count = kept;
	plan_anew(start);
	if (kept == 0) {
		tui_model_say(model, true, start->said);
		while (model_view(model) != MODEL_START && model->view_count > 1)
			model->view_count--;
		model->view_count -= model->view_count > 1;
	}
}

struct tui_action start_wants(struct tui_model *model)
{
	struct model_start *start = &model->start;
	if (model_view(model) != MODEL_START || start->asked == start->request)
		return (struct tui_action){ 0 };
	start->asked = start->request;
	return (struct tui_action){ .kind = TUI_ACTION_PLAN, .choices = start->choices,
		.choice_count = start->count, .order = &start->order, .request = start->request };
}

enum code start_take_plan(struct tui_model *model, const struct tui_news *news, struct err *err)
{
	struct model_start *start = &model->start;
	if (start->planned || !news->plan_text || news->plan_request != start->request)
		return CODE_OK;
	char *text = strdup(news->plan_text);
	if (!text)
		return err_memory(err);
	free(start->plan_text);
	start->plan_text = text;
	start->planned = true;
	start->plan_refused = news->plan_refused;
	return CODE_OK;
}
