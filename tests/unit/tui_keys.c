/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui: what keys do; above all, that nothing starts that was not confirmed disk by disk. */
#include "unit/unit.h"

#include "unit/station_rig.h"

#define FREE_A	"58O7K1LTFVLC"
#define FREE_B	"S463NF0M512345B"
#define RUNS	"S5STNF0R123456T"
#define WAITS	"WKD1XYZ9"
#define MOUNTED "ZFL0ABCD"

static int make(void **state)
{
	*state = calloc(1, sizeof(struct station_rig));
	if (*state)
		rig_start(*state);
	return *state ? 0 : -1;
}

static int drop(void **state)
{
	rig_end(*state);
	free(*state);
	return 0;
}

static const char *here(const struct station_rig *rig)
{
	return model_identity(&rig->model, model_selected(&rig->model))->serial;
}

/* The form for these disks, its plan shown, the cursor on the serial number. */
static void open_form(struct station_rig *rig, const char *first, const char *second)
{
	rig_scan(rig, first);
	rig_key(rig, ' ');
	if (second) {
		rig_scan(rig, second);
		rig_key(rig, ' ');
	}
	rig_key(rig, 's');
	assert_int_equal(model_view(&rig->model), MODEL_START);
	rig_serve(rig);
	while (rig->model.start.field != START_SERIAL)
		rig_key(rig, KEY_CODE_TAB);
}

static void the_cursor_moves_as_people_expect(void **state)
{
	struct station_rig *rig = *state;
	assert_int_equal(rig->model.selected_index, 0);
	rig_key(rig, KEY_CODE_DOWN);
	rig_key(rig, 'j');
	assert_int_equal(rig->model.selected_index, 2);
	rig_key(rig, KEY_CODE_UP);
	rig_key(rig, 'k');
	rig_key(rig, 'k');
	assert_int_equal(rig->model.selected_index, 0);
	rig_key(rig, KEY_CODE_END);
	assert_int_equal(rig->model.selected_index, rig->model.row_count - 1);
	rig_key(rig, KEY_CODE_PAGE_DOWN);
	assert_int_equal(rig->model.selected_index, rig->model.row_count - 1);
	rig_key(rig, KEY_CODE_HOME);
	assert_int_equal(rig->model.selected_index, 0);
}

static void the_cursor_stays_on_its_disk_when_others_come_and_go(void **state)
{
	struct station_rig *rig = *state;
	rig_scan(rig, FREE_B);
	sample_disk(&rig->station, "A0", "NEW", "NEWSERIAL", 100, DEVICE_MEDIA_HDD);
	rig_tell(rig);
	assert_string_equal(here(rig), FREE_B);
	sample_job(&rig->station, &rig->station.disks[7].device.identity, APP_VIEW_RUNNING, 1);
	rig_tell(rig);
	assert_string_equal(here(rig), FREE_B);
}

static void the_cursor_is_always_on_the_screen(void **state)
{
	struct station_rig *rig = *state;
	for (unsigned height = 1; height < 40; height++) {
		tui_model_size(&rig->model, 80, height);
		for (size_t i = 0; i < rig->model.row_count; i++) {
			model_select(&rig->model, i);
			size_t line = model_board_line(&rig->model, i);
			assert_true(line >= rig->model.top);
			assert_true(line < rig->model.top + model_body_height(&rig->model));
		}
	}
}

static void only_free_disks_can_be_marked_and_the_others_say_why(void **state)
{
	struct station_rig *rig = *state;
	rig_scan(rig, MOUNTED);
	rig_key(rig, ' ');
	assert_int_equal(rig->model.mark_count, 0);
	assert_string_equal(rig->model.notice, "C3 ST2000DM008-2FR102 " MOUNTED
		       ": its partition 1 is mounted on /srv: umount /srv");
	rig_scan(rig, RUNS);
	rig_key(rig, ' ');
	assert_int_equal(rig->model.mark_count, 0);
	rig_scan(rig, FREE_A);
	rig_key(rig, ' ');
	assert_int_equal(rig->model.mark_count, 1);
	rig_scan(rig, FREE_A);
	rig_key(rig, ' ');
	assert_int_equal(rig->model.mark_count, 0);
}

static void a_mark_is_lost_when_somebody_uses_the_disk(void **state)
{
	struct station_rig *rig = *state;
	rig_scan(rig, FREE_A);
	rig_key(rig, ' ');
	sample_claim(&rig->station.disks[6], DEVICE_CLAIM_SWAP, "swap");
	rig_tell(rig);
	assert_int_equal(rig->model.mark_count, 0);
}

static void a_start_needs_every_serial_number_and_then_an_enter(void **state)
{
	struct station_rig *rig = *state;
	open_form(rig, FREE_A, FREE_B);
	assert_int_equal(rig_key(rig, KEY_CODE_ENTER).kind, TUI_ACTION_NONE);
	rig_scan(rig, FREE_B);
	assert_int_equal(rig_key(rig, KEY_CODE_ENTER).kind, TUI_ACTION_NONE);
	rig_type(rig, FREE_A);
	assert_int_equal(rig_key(rig, KEY_CODE_ENTER).kind, TUI_ACTION_NONE);
	struct tui_action action = rig_key(rig, KEY_CODE_ENTER);
	assert_int_equal(action.kind, TUI_ACTION_START);
	assert_int_equal(action.choice_count, 2);
	assert_string_equal(action.order->procedure, "multipass");
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(action.choices[i].typed,
		    device_confirm_word(&action.choices[i].identity));
	assert_int_equal(model_view(&rig->model), MODEL_BOARD);
	assert_int_equal(rig->model.mark_count, 0);
}

static void a_reader_may_add_blanks_and_the_stars_of_code_39(void **state)
{
	(void)state;
	assert_true(keys_is_word("ABC", "ABC"));
	assert_true(keys_is_word("  ABC \r", "ABC"));
	assert_true(keys_is_word("*ABC*", "ABC"));
	assert_true(keys_is_word(" *ABC", "ABC"));
	assert_true(keys_is_word("ABC* ", "ABC"));
	assert_true(keys_is_word("*ABC*", "*ABC*"));
	assert_false(keys_is_word("**ABC**", "ABC"));
	assert_false(keys_is_word("ABCD", "ABC"));
	assert_false(keys_is_word("AB", "ABC"));
	assert_false(keys_is_word("abc", "ABC"));
	assert_false(keys_is_word("*", ""));
	assert_false(keys_is_word("**", ""));
	assert_false(keys_is_word("", ""));
}

static void a_wrong_serial_number_is_named_and_the_right_one_is_not_told(void **state)
{
	struct station_rig *rig = *state;
	open_form(rig, FREE_A, NULL);
	rig_scan(rig, "NOBODY");
	assert_true(rig->model.start.said_bad);
	assert_non_null(strstr(rig->model.start.said, "NOBODY"));
	assert_null(strstr(rig->model.start.said, FREE_A));
	rig_scan(rig, RUNS);
	assert_non_null(strstr(rig->model.start.said, "A1"));
	rig_scan(rig, FREE_A);
	assert_false(rig->model.start.said_bad);
	rig_scan(rig, FREE_A);
	assert_non_null(strstr(rig->model.start.said, "confirmed already"));
}

static void another_procedure_asks_for_plan_and_serial_numbers_again(void **state)
{
	struct station_rig *rig = *state;
	open_form(rig, FREE_A, NULL);
	rig_scan(rig, FREE_A);
	assert_true(start_is_complete(&rig->model.start));
	while (rig->model.start.field != START_PROCEDURE)
		rig_key(rig, KEY_CODE_TAB);
	rig_key(rig, KEY_CODE_RIGHT);
	assert_string_equal(rig->model.start.order.procedure, "nist-r1-clear");
	assert_false(start_is_complete(&rig->model.start));
	/* The answer to the question before does not count. */
	rig_tell(rig);
	assert_false(rig->model.start.planned);
	rig_scan(rig, FREE_A);
	assert_int_equal(start_confirmed(&rig->model.start), 0);
	rig_serve(rig);
	rig_scan(rig, FREE_A);
	assert_true(start_is_complete(&rig->model.start));
}

static void a_refused_plan_cannot_be_confirmed(void **state)
{
	struct station_rig *rig = *state;
	struct err err = { 0 };
	rig_scan(rig, FREE_A);
	rig_key(rig, 's');
	struct tui_action wanted = tui_model_wants(&rig->model);
	assert_int_equal(wanted.kind, TUI_ACTION_PLAN);
	rig->news.plan_request = wanted.request;
	rig->news.plan_text = "the disk is too small";
	rig->news.plan_refused = true;
	assert_ok(tui_model_news(&rig->model, &rig->news, &err), err);
	rig_scan(rig, FREE_A);
	assert_int_equal(start_confirmed(&rig->model.start), 0);
	assert_true(rig_shows(rig, "the disk is too small"));
}

static void a_disk_that_goes_is_taken_off_the_form(void **state)
{
	struct station_rig *rig = *state;
	open_form(rig, FREE_A, FREE_B);
	rig_scan(rig, FREE_A);
	rig_scan(rig, FREE_B);
	assert_true(start_is_complete(&rig->model.start));
	/* Another one of the same name, in the same bay: only the kernel's number tells. */
	rig->station.disks[7].device.identity.diskseq++;
	rig_tell(rig);
	assert_int_equal(rig->model.start.count, 1);
	assert_false(start_is_complete(&rig->model.start));
	assert_int_equal(rig_key(rig, KEY_CODE_ENTER).kind, TUI_ACTION_NONE);
	rig_serve(rig);
	struct tui_action action = rig_key(rig, KEY_CODE_ENTER);
	assert_int_equal(action.kind, TUI_ACTION_START);
	assert_int_equal(action.choice_count, 1);
	assert_string_equal(action.choices[0].identity.serial, FREE_A);
}

static void the_form_closes_with_its_last_disk(void **state)
{
	struct station_rig *rig = *state;
	open_form(rig, FREE_A, NULL);
	rig_key(rig, KEY_CODE_HELP); /* also when something lies on it */
	sample_claim(&rig->station.disks[6], DEVICE_CLAIM_MOUNT, "mounted");
	rig_tell(rig);
	assert_int_equal(model_view(&rig->model), MODEL_BOARD);
	assert_true(rig->model.notice_bad);
}

static void a_scanned_disk_confirms_itself_in_any_field_and_orders_can_be_scanned(void **state)
{
	struct station_rig *rig = *state;
	rig_scan(rig, FREE_A);
	rig_key(rig, 's');
	rig_serve(rig);
	assert_int_equal(rig->model.start.field, START_REFERENCE);
	rig_scan(rig, "ORDER-4711");
	assert_string_equal(rig->model.start.order.reference, "ORDER-4711");
	assert_int_equal(rig->model.start.field, START_CLIENT);
	rig_scan(rig, FREE_A);
	assert_string_equal(rig->model.start.order.client, "");
	assert_int_equal(start_confirmed(&rig->model.start), 1);
}

static void orders_take_any_letters_but_no_control_characters(void **state)
{
	(void)state;
	char text[12] = "";
	assert_true(keys_edit(text, sizeof(text), 'a'));
	assert_true(keys_edit(text, sizeof(text), 0xe4));
	assert_true(keys_edit(text, sizeof(text), 0x5317));
	assert_string_equal(text, "aä北");
	assert_false(keys_edit(text, sizeof(text), 0x07));
	assert_false(keys_edit(text, sizeof(text), 0x202e));
	assert_false(keys_edit(text, sizeof(text), 0xd800));
	assert_false(keys_edit(text, sizeof(text), KEY_CODE_UP));
	assert_true(keys_edit(text, sizeof(text), KEY_CODE_BACKSPACE));
	assert_string_equal(text, "aä");
	for (unsigned i = 0; i < 20; i++)
		keys_edit(text, sizeof(text), 0x5317);
	assert_true(strlen(text) < sizeof(text) && text_is_utf8(text, strlen(text)));
	keys_edit(text, sizeof(text), KEY_CODE_KILL);
	assert_string_equal(text, "");
	keys_edit(text, sizeof(text), KEY_CODE_BACKSPACE);
}

static void a_stop_needs_the_serial_number(void **state)
{
	struct station_rig *rig = *state;
	rig_scan(rig, RUNS);
	rig_key(rig, 'x');
	assert_int_equal(model_view(&rig->model), MODEL_CONFIRM);
	rig_type(rig, FREE_A);
	assert_int_equal(rig_key(rig, KEY_CODE_ENTER).kind, TUI_ACTION_NONE);
	assert_true(rig->model.confirm.wrong);
	assert_int_equal(rig_key(rig, KEY_CODE_ENTER).kind, TUI_ACTION_NONE);
	struct tui_action action = rig_scan(rig, RUNS);
	assert_int_equal(action.kind, TUI_ACTION_STOP);
	assert_string_equal(action.job, rig->station.jobs[0].id);
	/* What does not run cannot be stopped. */
	rig_scan(rig, FREE_A);
	rig_key(rig, 'x');
	assert_int_equal(model_view(&rig->model), MODEL_BOARD);
}

static void a_waiting_job_is_resumed_at_once_and_given_up_by_serial_number(void **state)
{
	struct station_rig *rig = *state;
	rig_scan(rig, WAITS);
	assert_int_equal(rig_key(rig, 'r').kind, TUI_ACTION_RESUME);
	rig_scan(rig, "WKD1ABC2"); /* its disk is not here */
	assert_int_equal(rig_key(rig, 'r').kind, TUI_ACTION_NONE);
	assert_true(rig->model.notice_bad);
	rig_key(rig, 'a');
	assert_int_equal(model_view(&rig->model), MODEL_CONFIRM);
	assert_int_equal(rig_scan(rig, "WKD1ABC2").kind, TUI_ACTION_ABANDON);
}

static void the_filter_hides_rows_and_escape_brings_them_back(void **state)
{
	struct station_rig *rig = *state;
	size_t all = rig->model.row_count;
	rig_key(rig, '/');
	rig_type(rig, "samsung");
	assert_int_equal(rig->model.row_count, 3);
	assert_int_equal(rig->model.row_count + rig->model.hidden, all);
	rig_key(rig, KEY_CODE_ENTER);
	/* Letters are commands again. */
	rig_key(rig, 'j');
	assert_int_equal(rig->model.row_count, 3);
	rig_key(rig, KEY_CODE_ESCAPE);
	assert_int_equal(rig->model.row_count, all);
}

static void q_leaves_the_board_and_goes_back_elsewhere(void **state)
{
	struct station_rig *rig = *state;
	rig_key(rig, KEY_CODE_ENTER);
	assert_int_equal(model_view(&rig->model), MODEL_DISK);
	assert_int_equal(rig_key(rig, 'q').kind, TUI_ACTION_NONE);
	rig_key(rig, KEY_CODE_TAB);
	assert_int_equal(model_view(&rig->model), MODEL_ARCHIVE);
	rig_key(rig, KEY_CODE_ENTER);
	assert_int_equal(model_view(&rig->model), MODEL_CERTIFICATE);
	struct tui_action wanted = tui_model_wants(&rig->model);
	assert_int_equal(wanted.kind, TUI_ACTION_CERTIFICATE);
	assert_int_equal(tui_model_wants(&rig->model).kind, TUI_ACTION_NONE);
	assert_int_equal(rig_key(rig, 'e').kind, TUI_ACTION_EXPORT);
	rig_key(rig, 'q');
	rig_key(rig, '?');
	rig_key(rig, 'q');
	rig_key(rig, 'q');
	assert_int_equal(model_view(&rig->model), MODEL_BOARD);
	assert_int_equal(rig_key(rig, 'q').kind, TUI_ACTION_QUIT);
}

static void the_light_is_switched_where_there_is_one(void **state)
{
	struct station_rig *rig = *state;
	rig_scan(rig, FREE_A);
	struct tui_action action = rig_key(rig, 'l');
	assert_int_equal(action.kind, TUI_ACTION_LOCATE);
	assert_true(action.on);
	assert_string_equal(action.choices[0].identity.serial, FREE_A);
	rig->station.disks[6].locating = true;
	rig_tell(rig);
	assert_false(rig_key(rig, 'l').on);
	rig->station.disks[6].can_locate = false;
	rig_tell(rig);
	assert_int_equal(rig_key(rig, 'l').kind, TUI_ACTION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
		TEST(the_cursor_moves_as_people_expect),
		TEST(the_cursor_stays_on_its_disk_when_others_come_and_go),
		TEST(the_cursor_is_always_on_the_screen),
		TEST(only_free_disks_can_be_marked_and_the_others_say_why),
		TEST(a_mark_is_lost_when_somebody_uses_the_disk),
		TEST(a_start_needs_every_serial_number_and_then_an_enter),
		TEST(a_reader_may_add_blanks_and_the_stars_of_code_39),
		TEST(a_wrong_serial_number_is_named_and_the_right_one_is_not_told),
		TEST(another_procedure_asks_for_plan_and_serial_numbers_again),
		TEST(a_refused_plan_cannot_be_confirmed),
		TEST(a_disk_that_goes_is_taken_off_the_form),
		TEST(the_form_closes_with_its_last_disk),
		TEST(a_scanned_disk_confirms_itself_in_any_field_and_orders_can_be_scanned),
		TEST(orders_take_any_letters_but_no_control_characters),
		TEST(a_stop_needs_the_serial_number),
		TEST(a_waiting_job_is_resumed_at_once_and_given_up_by_serial_number),
		TEST(the_filter_hides_rows_and_escape_brings_them_back),
		TEST(q_leaves_the_board_and_goes_back_elsewhere),
		TEST(the_light_is_switched_where_there_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
