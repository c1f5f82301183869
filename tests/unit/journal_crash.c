/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal: after a crash at any operation everything is there that was said to be durable. */
#include "unit/journal_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVENTS 12
#define DICE   12

/* How far a run came before the machine stopped. */
struct run {
	bool created;
	unsigned appended;
	unsigned promised; /* events a successful journal_sync() covered */
};

/* Syncs after some events, in batches of several sectors too. */
static bool syncs_after(unsigned n)
{
	return n == 0 || n == 1 || n == 5 || n == EVENTS - 1;
}

static struct run play(struct fake_files *files, uint64_t reserve)
{
	struct err err;
	struct run run = { 0 };
	struct journal *journal = NULL;
	if (rig_create(files, reserve, &journal, &err) != CODE_OK)
		return run;
	run.created = true;
	for (unsigned n = 0; n < EVENTS; n++) {
		rig_append(journal, n, n + 1);
		run.appended = n + 1;
		if (syncs_after(n) && journal_sync(journal, &err) == CODE_OK)
			run.promised = n + 1;
	}
	assert_true(journal_is_behind(journal) == (run.promised < EVENTS));
	if (journal_close(journal, &err) == CODE_OK)
		assert_int_equal(run.promised, EVENTS);
	return run;
}

/* Resumes after a crash, appends the rest, crashes without warning, and looks again. */
static void go_on(struct fake_files *files, const struct run *run, bool again)
{
	struct err err;
	struct rig_kept kept;
	struct journal_replay replay;
	struct journal *journal = NULL;
	enum code code = rig_replay(files, &kept, &replay, &journal, &err);
	if (!run->created && code == CODE_MISSING)
		return;
	if (code != CODE_OK)
		fail_msg("%s", err.line);
	assert_true(kept.count >= run->promised && kept.count <= run->appended);
	/* What was replayed is durable now: nothing that is told may be taken back. */
	unsigned known = (unsigned)kept.count;
	if (again) {
		assert_false(journal_is_behind(journal));
		assert_ok(journal_close(journal, &err), err);
		fake_files_crash(files, FAKE_CRASH_LOSE, 0);
		assert_ok(rig_replay(files, &kept, &replay, &journal, &err), err);
		assert_int_equal(kept.count, known);
		assert_int_equal(replay.torn, 0);
	}
	rig_append(journal, known, EVENTS + 3);
	assert_ok(journal_close(journal, &err), err);
	fake_files_crash(files, FAKE_CRASH_LOSE, 0);
	assert_ok(rig_replay(files, &kept, &replay, NULL, &err), err);
	assert_int_equal(kept.count, EVENTS + 3);
	assert_int_equal(replay.torn, 0);
}

static struct fake_files *new_files(void)
{
	struct fake_files *files = fake_files_new();
	fake_files_set(files, "/jobs/other", "x", 1);
	return files;
}

static void cut_everywhere(uint64_t reserve)
{
	struct fake_files *uncut = new_files();
	play(uncut, reserve);
	unsigned operations = uncut->operations;
	os_files_free(&uncut->base);
	assert_true(operations > 2 * EVENTS - 4);
	for (unsigned cut = 1; cut <= operations + 1; cut++) {
		for (unsigned i = 0; i < FAKE_CRASH_COUNT * DICE; i++) {
			struct fake_files *files = new_files();
			files->cut_at = cut;
			struct run run = play(files, reserve);
			fake_files_crash(files, (enum fake_crash)(i / DICE), cut * 1000 + i);
			go_on(files, &run, i % 2);
			os_files_free(&files->base);
		}
	}
}

static void a_crash_at_any_operation_loses_nothing_that_was_promised(void **state)
{
	(void)state;
	cut_everywhere(0);
	cut_everywhere(4096);
}

static void a_failure_at_any_operation_is_repaired_by_the_next_sync(void **state)
{
	(void)state;
	bool reached = true;
	for (unsigned k = 1; reached; k++) {
		struct err err;
		struct rig_kept kept;
		struct journal_replay replay;
		struct fake_files *files = new_files();
		struct journal *journal = NULL;
		files->fail_at = k;
		if (rig_create(files, 100, &journal, &err) != CODE_OK) {
			/* The name may be used again at once. */
			assert_int_equal(fake_files_count(files), 1);
			assert_ok(rig_create(files, 100, &journal, &err), err);
		}
		for (unsigned n = 0; n < EVENTS; n++) {
			rig_append(journal, n, n + 1);
			if (syncs_after(n) && journal_sync(journal, &err) != CODE_OK)
				assert_true(journal_is_behind(journal));
		}
		reached = files->fail_at == 0;
		files->fail_at = 0;
		assert_ok(journal_sync(journal, &err), err);
		assert_false(journal_is_behind(journal));
		assert_ok(journal_close(journal, &err), err);
		fake_files_crash(files, FAKE_CRASH_LOSE, 0);
		assert_ok(rig_replay(files, &kept, &replay, NULL, &err), err);
		assert_int_equal(kept.count, EVENTS);
		os_files_free(&files->base);
	}
}

static void a_full_filesystem_delays_and_loses_nothing(void **state)
{
	(void)state;
	for (uint64_t extra = 0; extra < 900; extra += 7) {
		struct err err;
		struct rig_kept kept;
		struct journal_replay replay;
		struct fake_files *files = new_files();
		struct journal *journal = NULL;
		assert_ok(rig_create(files, 0, &journal, &err), err);
		files->room = fake_files_get(files, RIG_PATH)->len + extra;
		rig_append(journal, 0, EVENTS);
		assert_int_equal(journal_sync(journal, &err), CODE_FULL);
		assert_true(journal_is_behind(journal));
		rig_append(journal, EVENTS, EVENTS + 1);
		assert_int_equal(journal_sync(journal, &err), CODE_FULL);
		files->room = UINT64_MAX;
		assert_ok(journal_sync(journal, &err), err);
		assert_ok(journal_close(journal, &err), err);
		fake_files_crash(files, FAKE_CRASH_LOSE, 0);
		assert_ok(rig_replay(files, &kept, &replay, NULL, &err), err);
		assert_int_equal(kept.count, EVENTS + 1);
		os_files_free(&files->base);
	}
}

static void reserved_room_outlives_a_full_filesystem(void **state)
{
	(void)state;
	struct err err;
	struct rig_kept kept;
	struct journal_replay replay;
	struct journal *journal = NULL;
	struct fake_files *files = new_files();
	files->room = 2000;
	assert_int_equal(rig_create(files, 4096, &journal, &err), CODE_FULL);
	assert_int_equal(fake_files_count(files), 1);
	files->room = UINT64_MAX;
	assert_ok(rig_create(files, 4096, &journal, &err), err);
	files->room = 1;
	rig_append(journal, 0, EVENTS);
	assert_ok(journal_close(journal, &err), err);
	/* Resuming cuts and may ask for the room again; it is not given now, and not needed. */
	assert_ok(rig_replay(files, &kept, &replay, &journal, &err), err);
	assert_int_equal(kept.count, EVENTS);
	assert_int_equal(replay.torn, 0);
	assert_ok(journal_close(journal, &err), err);
	os_files_free(&files->base);
}

static void a_journal_that_is_refused_stays_as_it_is(void **state)
{
	(void)state;
	struct err err;
	struct rig_kept kept;
	struct journal_replay replay;
	struct journal *journal = NULL;
	struct fake_files *files = new_files();
	assert_int_equal(rig_replay(files, &kept, &replay, &journal, &err), CODE_MISSING);
	play(files, 4096);
	BUF_AUTO before = { 0 };
	buf_append(&before, fake_files_get(files, RIG_PATH)->data,
	    fake_files_get(files, RIG_PATH)->len);
	before.data[200] ^= 1;
	fake_files_set(files, RIG_PATH, before.data, before.len);
	assert_int_equal(rig_replay(files, &kept, &replay, &journal, &err), CODE_INPUT);
	assert_non_null(strstr(err.line, RIG_PATH));
	const struct buf *after = fake_files_get(files, RIG_PATH);
	assert_int_equal(after->len, before.len);
	assert_memory_equal(after->data, before.data, before.len);
	os_files_free(&files->base);
}

static void an_existing_journal_is_not_replaced(void **state)
{
	(void)state;
	struct err err;
	struct journal *journal = NULL;
	struct fake_files *files = new_files();
	play(files, 0);
	assert_int_equal(rig_create(files, 0, &journal, &err), CODE_EXISTS);
	assert_int_equal(fake_files_count(files), 2);
	os_files_free(&files->base);
}

/* On the machine's own files: lock, mode, and a replay through a real fsync. */
static void a_job_is_worked_on_by_one_process(void **state)
{
	(void)state;
	struct err err;
	char dir[] = "/tmp/certwipe-journal-XXXXXX";
	char path[64];
	struct stat st;
	struct os_files *files = NULL;
	struct journal *journal = NULL;
	struct journal *other = NULL;
	struct journal_replay replay;
	struct rig_kept kept = { .count = 0 };
	struct event_sink sink = { .put = rig_put, .self = &kept };
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/journal", dir);
	assert_ok(os_files_open(&files, &err), err);
	assert_ok(journal_create(files, path, RIG_ID, rig_key, rig_document, 10, 100000, &journal,
	    &err), err);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_size > 100000);
	rig_append(journal, 0, EVENTS);
	assert_int_equal(journal_open(files, path, rig_key, &sink, &replay, &other, &err),
	    CODE_BUSY);
	assert_int_equal(kept.count, 0);
	assert_ok(journal_read(files, path, rig_key, &sink, &replay, &err), err);
	buf_free(&replay.document);
	assert_int_equal(kept.count, EVENTS);
	assert_ok(journal_close(journal, &err), err);
	kept.count = 0;
	assert_ok(journal_open(files, path, rig_key, &sink, &replay, &other, &err), err);
	buf_free(&replay.document);
	rig_is_prefix(&kept);
	assert_int_equal(kept.count, EVENTS);
	rig_append(other, EVENTS, EVENTS + 2);
	assert_ok(journal_close(other, &err), err);
	kept.count = 0;
	assert_ok(journal_read(files, path, rig_key, &sink, &replay, &err), err);
	buf_free(&replay.document);
	rig_is_prefix(&kept);
	assert_int_equal(kept.count, EVENTS + 2);
	os_files_free(files);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_at_any_operation_loses_nothing_that_was_promised),
		cmocka_unit_test(a_failure_at_any_operation_is_repaired_by_the_next_sync),
		cmocka_unit_test(a_full_filesystem_delays_and_loses_nothing),
		cmocka_unit_test(reserved_room_outlives_a_full_filesystem),
		cmocka_unit_test(a_journal_that_is_refused_stays_as_it_is),
		cmocka_unit_test(an_existing_journal_is_not_replaced),
		cmocka_unit_test(a_job_is_worked_on_by_one_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
