/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confirm: is it this job that is to be stopped? The serial number of its disk says so. */
#include "confirm.h"

#include "words.h"

#include <string.h>

void confirm_open(struct tui_model *model, enum tui_action_kind kind, const struct app_view *job)
{
	model->confirm = (struct model_confirm){ .kind = kind };
	text_copy(model->confirm.job, sizeof(model->confirm.job), job->id);
	model_push(model, MODEL_CONFIRM);
}

static struct tui_action answer(struct tui_model *model)
{
	struct model_confirm *confirm = &model->confirm;
	const struct app_view *job = model_job_by_id(model, confirm->job);
	if (!job) {
		tui_model_say(model, true, _("That job is no more."));
		model_pop(model);
		return (struct tui_action){ 0 };
	}
	const char *word = device_confirm_word(&job->identity);
	confirm->wrong = !word[0] || !keys_is_word(confirm->input, word);
	confirm->input[0] = 0;
	if (confirm->wrong)
		return (struct tui_action){ 0 };
	model_pop(model);
	return (struct tui_action){ .kind = confirm->kind, .job = confirm->job };
}

struct tui_action confirm_key(struct tui_model *model, const struct tui_key *key)
{
	struct model_confirm *confirm = &model->confirm;
	switch (key->code) {
	case KEY_CODE_ESCAPE:
		model_pop(model);
		return (struct tui_action){ 0 };
	case KEY_CODE_SCAN:
		text_copy(confirm->input, sizeof(confirm->input), key->scan);
		return answer(model);
	case KEY_CODE_PASTE:
		keys_append(confirm->input, sizeof(confirm->input), key->scan);
		return (struct tui_action){ 0 };
	case KEY_CODE_ENTER:
		return answer(model);
	default:
		keys_edit(confirm->input, sizeof(confirm->input), key->code);
		return (struct tui_action){ 0 };
	}
}
