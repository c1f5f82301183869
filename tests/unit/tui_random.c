/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tui: any keys, on any size, while disks and jobs come and go: the screen holds together, and an action
 * that touches a disk says nothing that was not typed. The seeds are fixed; CERTWIPE_SEED is another one.
 */
#include "unit/unit.h"

#include "unit/station_rig.h"

#define ROUNDS 6
#define STEPS  4000

struct dice {
	uint64_t state;
	char typed[1024][MODEL_INPUT]; /* what was scanned or entered since the form was opened */
	size_t typed_count;
	char last[MODEL_INPUT]; /* the latest of it */
};

static unsigned roll(struct dice *dice, unsigned sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (unsigned)(dice->state % sides);
}

/* The shelf, as if hands were at work. */
static void shake(struct station_rig *rig, struct dice *dice)
{
	struct sample_station *station = &rig->station;
	struct tui_disk *disk = station->disk_count ? &station->disks[roll(dice,
						      (unsigned)station->disk_count)] : NULL;
	struct app_view *job = &station->jobs[roll(dice, (unsigned)station->job_count)];
	switch (roll(dice, 10)) {
	case 0:
		if (disk)
			*disk = station->disks[--station->disk_count];
		break;
	case 1:
		if (disk && disk->device.claim_count == 0)
			sample_claim(disk, DEVICE_CLAIM_MOUNT, "mounted");
		else if (disk)
			disk->device.claim_count = 0;
		break;
	case 2:
		if (disk)
			disk->device.identity.diskseq++;
		break;
	case 3:
		job->state = (enum app_view_state)roll(dice, 5);
		job->issued = roll(dice, 2);
		job->outcome = (enum outcome)roll(dice, 3);
		break;
	case 4:
		rig->news.link = (enum tui_link)roll(dice, 3);
		break;
	case 5:
		job->rate = dice->state;
		job->whole_done = dice->state / 3;
		job->errors = roll(dice, 3);
		break;
	default:
		if (station->disk_count < 20)
			sample_station_start(station);
		rig->news.link = TUI_LINK_ATTACHED;
	}
	rig_tell(rig);
}

static struct tui_action press(struct station_rig *rig, struct dice *dice)
{
	static const uint32_t keys[] = { ' ', ' ', 's', 's', 'x', 'r', 'a', 'l', 'c', 'e', 'q', 'h', 'j', 'k',
		'/', '?', '*', 0xe4, 0x5317, 0x301, KEY_CODE_ENTER, KEY_CODE_ENTER, KEY_CODE_ENTER,
		KEY_CODE_ESCAPE, KEY_CODE_TAB, KEY_CODE_KILL, KEY_CODE_BACKSPACE };
	struct tui_key key = { .code = keys[roll(dice, WIPE_COUNT(keys))] };
	if (roll(dice, 3) == 0)
		key.code = KEY_CODE_NONE + roll(dice, KEY_CODE_LAST - KEY_CODE_NONE + 1);
	if (key.code == KEY_CODE_SCAN || key.code == KEY_CODE_PASTE || roll(dice, 4) == 0) {
		size_t at = rig->station.disk_count ? roll(dice, (unsigned)rig->station.disk_count) : 0;
		bool mine = model_view(&rig->model) == MODEL_START && rig->model.start.count;
		const struct identity *identity = mine
		    ? &rig->model.start.choices[roll(dice, (unsigned)rig->model.start.count)].identity
		    : &rig->station.disks[at].device.identity;
		key.code = KEY_CODE_SCAN;
		text_copy(key.scan, sizeof(key.scan), device_confirm_word(identity));
	}
	/* What a form is about to take as an answer. */
	const char *answer = key.code == KEY_CODE_SCAN ? key.scan
	    : model_view(&rig->model) == MODEL_START   ? rig->model.start.input
						       : rig->model.confirm.input;
	text_copy(dice->last, sizeof(dice->last), answer);
	if (key.code == KEY_CODE_SCAN || key.code == KEY_CODE_ENTER)
		text_copy(dice->typed[dice->typed_count++ % 1024], MODEL_INPUT, answer);
	size_t views = rig->model.view_count;
	struct tui_action action = tui_key(&rig->model, &key);
	/* Opened, not come back to. */
	if (rig->model.view_count > views && model_view(&rig->model) == MODEL_START)
		memset(dice->typed, 0, sizeof(dice->typed));
	return action;
}

static bool was_typed(const struct dice *dice, const char *word)
{
	for (size_t i = 0; i < 1024; i++) {
		if (keys_is_word(dice->typed[i], word))
			return true;
	}
	return false;
}

static void check_start(const struct station_rig *rig, const struct dice *dice,
    const struct tui_action *action)
{
	assert_int_equal(rig->model.link, TUI_LINK_ATTACHED);
	assert_true(action->choice_count > 0);
	/* The plan that was shown is the plan of this. */
	assert_int_equal(action->request, rig->news.plan_request);
	for (size_t i = 0; i < action->choice_count; i++) {
		const struct tui_choice *choice = &action->choices[i];
		bool here = false;
		assert_string_equal(choice->typed, device_confirm_word(&choice->identity));
		assert_true(was_typed(dice, choice->typed));
		for (size_t k = 0; k < rig->model.disk_count; k++) {
			const struct device *device = &rig->model.disks[k].device;
			here |= memcmp(&device->identity, &choice->identity, sizeof(choice->identity)) == 0 &&
			    device->claim_count == 0;
		}
		assert_true(here);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(action->choices[k].identity.node, choice->identity.node);
	}
}

static void check_action(const struct station_rig *rig, const struct dice *dice,
    const struct tui_action *action)
{
	if (action->kind == TUI_ACTION_START)
		check_start(rig, dice, action);
	if (action->kind == TUI_ACTION_STOP || action->kind == TUI_ACTION_ABANDON) {
		const struct app_view *job = model_job_by_id(&rig->model, action->job);
		assert_non_null(job);
		assert_true(keys_is_word(dice->last, device_confirm_word(&job->identity)));
	}
	if (action->kind == TUI_ACTION_RESUME)
		assert_int_equal(model_job_by_id(&rig->model, action->job)->state, APP_VIEW_WAITS);
}

static void check_model(struct station_rig *rig)
{
	const struct tui_model *model = &rig->model;
	assert_in_range(model->view_count, 1, MODEL_VIEWS);
	assert_true(model->row_count == 0 || model->selected_index < model->row_count);
	assert_true(model->mark_count <= TUI_START_MAX && model->start.count <= TUI_START_MAX);
	for (size_t i = 0; i < model->mark_count; i++)
		assert_int_equal(model_may_start(model, model_row(model, &model->marks[i])), ROW_MAY);
	assert_true(text_is_utf8(model->start.order.reference, strlen(model->start.order.reference)));
}

static void play(uint64_t seed, unsigned *ret_starts)
{
	struct station_rig *rig = malloc(sizeof(*rig));
	struct dice *dice = calloc(1, sizeof(*dice));
	dice->state = seed;
	rig_start(rig);
	for (unsigned i = 0; i < STEPS; i++) {
		if (roll(dice, 25) == 0)
			shake(rig, dice);
		if (roll(dice, 3) == 0)
			rig_serve(rig);
		tui_model_tick(&rig->model, SAMPLE_NOW + i / 8, 3600);
		struct tui_action action = press(rig, dice);
		check_action(rig, dice, &action);
		*ret_starts += action.kind == TUI_ACTION_START;
		check_model(rig);
		if (roll(dice, 20) == 0)
			rig_draw(rig, 1 + roll(dice, 210), 1 + roll(dice, 70), roll(dice, 2));
		else if (roll(dice, 2)) {
			view_draw(&rig->model, &rig->canvas);
			rig_draw(rig, 80, 24, false);
		}
	}
	rig_end(rig);
	free(rig);
	free(dice);
}

static void whatever_is_pressed_nothing_unconfirmed_starts(void **state)
{
	(void)state;
	unsigned starts = 0;
	const char *seed = getenv("CERTWIPE_SEED");
	for (unsigned i = 0; i < ROUNDS; i++)
		play(seed ? strtoull(seed, NULL, 10) + i : 88172645463325252u + i * 7919, &starts);
	/* It was not safe for want of starts. */
	assert_true(starts > 20);
	print_message("%u starts\n", starts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_pressed_nothing_unconfirmed_starts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
