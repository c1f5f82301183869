/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui: which job belongs to which disk, and what may be said of it. */
#include "unit/unit.h"

#include "unit/station_rig.h"

static struct station_rig *started(void **state)
{
	rig_start(*state);
	return *state;
}

static int make(void **state)
{
	*state = calloc(1, sizeof(struct station_rig));
	return *state ? 0 : -1;
}

static int drop(void **state)
{
	rig_end(*state);
	free(*state);
	return 0;
}

static struct tui_disk *disk_of(struct station_rig *rig, const char *serial)
{
	for (size_t i = 0; i < rig->station.disk_count; i++) {
		if (strcmp(rig->station.disks[i].device.identity.serial, serial) == 0)
			return &rig->station.disks[i];
	}
	fail_msg("no disk %s", serial);
	return NULL;
}

static struct app_view *job_of(struct station_rig *rig, const char *serial)
{
	for (size_t i = 0; i < rig->station.job_count; i++) {
		if (strcmp(rig->station.jobs[i].identity.serial, serial) == 0)
			return &rig->station.jobs[i];
	}
	fail_msg("no job %s", serial);
	return NULL;
}

static enum row_state state_now(struct station_rig *rig, const char *serial)
{
	rig_tell(rig);
	const struct row *row = rig_row(rig, serial);
	assert_non_null(row);
	return row->state;
}

static void pull(struct station_rig *rig, const char *serial)
{
	*disk_of(rig, serial) = rig->station.disks[--rig->station.disk_count];
}

#define RUNS   "S5STNF0R123456T"
#define FAILED "ZC1AB2CD"
#define ERASED "WD-WCC7K0SERIAL"
#define WAITS  "WKD1XYZ9"
#define FREE   "58O7K1LTFVLC"

static void groups_come_in_the_order_of_urgency_and_bays_within(void **state)
{
	struct station_rig *rig = started(state);
	for (size_t i = 1; i < rig->model.row_count; i++)
		assert_true(rig->model.rows[i - 1].group <= rig->model.rows[i].group);
	assert_string_equal(model_identity(&rig->model, &rig->model.rows[0])->serial, FAILED);
	/* A2 comes before A10. */
	snprintf(disk_of(rig, FREE)->bay, TUI_BAY, "A10");
	snprintf(disk_of(rig, "S463NF0M512345B")->bay, TUI_BAY, "A2");
	rig_tell(rig);
	assert_true(rig_row(rig, "S463NF0M512345B") < rig_row(rig, FREE));
}

static void erased_is_said_only_with_a_certificate(void **state)
{
	struct station_rig *rig = started(state);
	assert_int_equal(state_now(rig, ERASED), ROW_ERASED);
	assert_true(rig_shows(rig, "ERASED – you may pull it"));
	job_of(rig, ERASED)->issued = false;
	assert_int_equal(state_now(rig, ERASED), ROW_UNCERTIFIED);
	assert_false(rig_shows(rig, "ERASED – you may pull it"));
	assert_true(rig_shows(rig, "do NOT pull"));
}

static void a_disk_that_was_out_since_is_not_called_erased(void **state)
{
	struct station_rig *rig = started(state);
	disk_of(rig, ERASED)->device.identity.diskseq++;
	assert_int_equal(state_now(rig, ERASED), ROW_FREE);
	assert_true(rig_row(rig, ERASED)->earlier >= 0);
	assert_true(rig_shows(rig, "but was out since"));
	assert_false(rig_shows(rig, "ERASED"));
}

static void without_a_sequence_number_nobody_knows_whether_it_was_out(void **state)
{
	struct station_rig *rig = started(state);
	disk_of(rig, ERASED)->device.identity.diskseq = 0;
	job_of(rig, ERASED)->identity.diskseq = 0;
	assert_int_equal(state_now(rig, ERASED), ROW_FREE);
}

static void what_was_erased_before_this_boot_is_not_called_so(void **state)
{
	struct station_rig *rig = started(state);
	job_of(rig, ERASED)->wall_changed_s = SAMPLE_BOOT - 1;
	assert_int_equal(state_now(rig, ERASED), ROW_FREE);
}

static void an_erased_disk_that_is_used_again_says_so(void **state)
{
	struct station_rig *rig = started(state);
	sample_claim(disk_of(rig, ERASED), DEVICE_CLAIM_MOUNT, "mounted on /mnt");
	assert_int_equal(state_now(rig, ERASED), ROW_USED_AGAIN);
	assert_false(rig_shows(rig, "you may pull it"));
}

static void a_failed_disk_is_to_be_destroyed_and_says_what_remains(void **state)
{
	struct station_rig *rig = started(state);
	assert_int_equal(state_now(rig, FAILED), ROW_FAILED);
	assert_true(rig_shows(rig, "DESTROY this disk"));
	rig_scan(rig, FAILED);
	rig_key(rig, KEY_CODE_ENTER);
	assert_true(rig_shows(rig, "12582912 bytes could not be overwritten."));
	assert_true(rig_shows(rig, "was not verified"));
}

static void a_pulled_disk_whose_job_runs_needs_attention(void **state)
{
	struct station_rig *rig = started(state);
	pull(rig, RUNS);
	assert_int_equal(state_now(rig, RUNS), ROW_PULLED);
	assert_int_equal(rig_row(rig, RUNS)->group, ROW_ATTENTION);
}

static void a_pulled_disk_whose_job_waits_keeps_a_row_and_is_known_in_any_bay(void **state)
{
	struct station_rig *rig = started(state);
	struct tui_disk back = *disk_of(rig, WAITS);
	pull(rig, WAITS);
	assert_int_equal(state_now(rig, WAITS), ROW_WAITS_AWAY);
	struct row_key key = rig_row(rig, WAITS)->key;
	snprintf(back.bay, sizeof(back.bay), "Z9");
	snprintf(back.device.identity.node, 64, "/dev/sdzz");
	back.device.identity.diskseq = 999;
	rig->station.disks[rig->station.disk_count++] = back;
	assert_int_equal(state_now(rig, WAITS), ROW_WAITS_HERE);
	/* The cursor stays on it all the time. */
	assert_memory_equal(&key, &rig_row(rig, WAITS)->key, sizeof(key));
}

static void a_pulled_disk_that_is_done_leaves_the_board(void **state)
{
	struct station_rig *rig = started(state);
	pull(rig, ERASED);
	rig_tell(rig);
	assert_null(rig_row(rig, ERASED));
	/* Not so without a certificate. */
	job_of(rig, ERASED)->issued = false;
	assert_int_equal(state_now(rig, ERASED), ROW_UNCERTIFIED);
}

static void another_disk_of_the_same_make_takes_over_nothing(void **state)
{
	struct station_rig *rig = started(state);
	snprintf(disk_of(rig, ERASED)->device.identity.serial, 128, "WD-ANOTHER");
	assert_int_equal(state_now(rig, "WD-ANOTHER"), ROW_FREE);
	assert_int_equal(rig_row(rig, "WD-ANOTHER")->earlier, -1);
}

static void a_disk_without_a_name_of_its_own_is_known_by_its_place_in_this_boot_only(void **state)
{
	struct station_rig *rig = started(state);
	struct tui_disk *disk = disk_of(rig, "");
	struct app_view *job = sample_job(&rig->station, &disk->device.identity, APP_VIEW_WAITS, 30);
	assert_int_equal(state_now(rig, ""), ROW_WAITS_HERE);
	job->identity.diskseq++;
	rig_tell(rig);
	size_t rows = 0;
	for (size_t i = 0; i < rig->model.row_count; i++)
		rows += strcmp(model_identity(&rig->model, &rig->model.rows[i])->model, "USB DISK 3.0") == 0;
	assert_int_equal(rows, 2); /* the disk, free; and a job whose disk is not here */
}

static void two_disks_of_one_identity_are_two_rows(void **state)
{
	struct station_rig *rig = started(state);
	struct tui_disk *twin = &rig->station.disks[rig->station.disk_count++];
	*twin = *disk_of(rig, FREE);
	twin->device.identity.diskseq++;
	sample_claim(twin, DEVICE_CLAIM_DUPLICATE, "another disk says that it is this one");
	sample_claim(disk_of(rig, FREE), DEVICE_CLAIM_DUPLICATE, "another disk says that it is this one");
	rig_tell(rig);
	const struct row *row = rig_row(rig, FREE);
	assert_string_equal(model_identity(&rig->model, row + 1)->serial, FREE);
	assert_memory_not_equal(&row[0].key, &row[1].key, sizeof(row->key));
	assert_int_equal(row->group, ROW_REFUSED);
}

static void the_running_job_of_a_disk_hides_older_ones(void **state)
{
	struct station_rig *rig = started(state);
	sample_done(&rig->station, &disk_of(rig, RUNS)->device.identity, OUTCOME_ERASED);
	assert_int_equal(state_now(rig, RUNS), ROW_WRITING);
}

static void old_news_are_not_shown_as_new_when_the_link_is_lost(void **state)
{
	struct station_rig *rig = started(state);
	rig->news.link = TUI_LINK_LOST;
	rig_tell(rig);
	assert_true(rig_shows(rig, "CONNECTION LOST at 15:40: what you see is old"));
	rig->news.link = TUI_LINK_NONE;
	rig_tell(rig);
	assert_true(rig_shows(rig, "NO SUPERVISOR RUNS"));
	rig_scan(rig, FREE);
	rig_key(rig, 's');
	assert_int_equal(model_view(&rig->model), MODEL_BOARD);
}

static void every_claim_has_words_in_both_languages(void **state)
{
	(void)started(state);
	for (int i = DEVICE_CLAIM_SYSTEM; i <= DEVICE_CLAIM_HOST_UNKNOWN; i++) {
		char english[64];
		rig_language("en");
		text_copy(english, sizeof(english), state_claim_text((enum device_claim_kind)i));
		rig_language("de");
		assert_string_not_equal(english, state_claim_text((enum device_claim_kind)i));
		assert_string_not_equal(english, "locked");
	}
}

static void a_history_keeps_its_mean_while_it_is_halved(void **state)
{
	(void)started(state);
	struct history history;
	history_start(&history, "x");
	for (unsigned i = 0; i < 5000; i++)
		history_add(&history, i % 2 ? 300 : 100);
	assert_true(history.count <= HISTORY_SAMPLES);
	assert_true(history_length(&history) <= 5000 && history_length(&history) > 4900);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(history_mean(&history, i, 50), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
		TEST(groups_come_in_the_order_of_urgency_and_bays_within),
		TEST(erased_is_said_only_with_a_certificate),
		TEST(a_disk_that_was_out_since_is_not_called_erased),
		TEST(without_a_sequence_number_nobody_knows_whether_it_was_out),
		TEST(what_was_erased_before_this_boot_is_not_called_so),
		TEST(an_erased_disk_that_is_used_again_says_so),
		TEST(a_failed_disk_is_to_be_destroyed_and_says_what_remains),
		TEST(a_pulled_disk_whose_job_runs_needs_attention),
		TEST(a_pulled_disk_whose_job_waits_keeps_a_row_and_is_known_in_any_bay),
		TEST(a_pulled_disk_that_is_done_leaves_the_board),
		TEST(another_disk_of_the_same_make_takes_over_nothing),
		TEST(a_disk_without_a_name_of_its_own_is_known_by_its_place_in_this_boot_only),
		TEST(two_disks_of_one_identity_are_two_rows),
		TEST(the_running_job_of_a_disk_hides_older_ones),
		TEST(old_news_are_not_shown_as_new_when_the_link_is_lost),
		TEST(every_claim_has_words_in_both_languages),
		TEST(a_history_keeps_its_mean_while_it_is_halved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
