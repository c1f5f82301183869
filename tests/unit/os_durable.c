/* SPDX-License-Identifier: GPL-3.0-or-later */
/* put, reserve and commit with every single operation failing once: nothing half, nothing left. */
#include "unit/unit.h"
#include "fakes/clock.h"
#include "fakes/files_memory.h"

static bool is_text(struct fake_files *files, const char *path, const char *text)
{
	const struct buf *content = fake_files_get(files, path);
	return content && content->len == strlen(text) &&
	    memcmp(content->data, text, content->len) == 0;
}

static void put_with_any_operation_failing_leaves_no_trace(void **state)
{
	(void)state;
	struct err err;
	bool succeeded = false;
	for (unsigned k = 1; k < 20 && !succeeded; k++) {
		struct fake_files *files = fake_files_new();
		fake_files_set(files, "/out/other", "x", 1);
		files->fail_at = k;
		enum code code =
		    os_files_put(&files->base, "/out/a", 0600, false, "whole", 5, &err);
		succeeded = files->fail_at != 0;
		if (code == CODE_OK)
			assert_true(is_text(files, "/out/a", "whole"));
		else
			assert_null(fake_files_get(files, "/out/a"));
		/* k = 1 is the listing that only spares work: its failure decides nothing. */
		assert_int_equal(code, succeeded || k == 1 ? CODE_OK : CODE_IO);
		assert_int_equal(fake_files_count(files), code == CODE_OK ? 2 : 1);
		os_files_free(&files->base);
	}
	assert_true(succeeded);
}

static void replacing_with_any_operation_failing_keeps_one_whole(void **state)
{
	(void)state;
	struct err err;
	bool succeeded = false;
	for (unsigned k = 1; k < 20 && !succeeded; k++) {
		struct fake_files *files = fake_files_new();
		fake_files_set(files, "/out/a", "old", 3);
		files->fail_at = k;
		enum code code = os_files_put(&files->base, "/out/a", 0600, true, "new!", 4, &err);
		succeeded = files->fail_at != 0;
		assert_true(is_text(files, "/out/a", "new!") ||
		    (code != CODE_OK && is_text(files, "/out/a", "old")));
		assert_int_equal(fake_files_count(files), 1);
		os_files_free(&files->base);
	}
	assert_true(succeeded);
}

static void commit_with_any_operation_failing_can_be_repeated(void **state)
{
	(void)state;
	struct err err;
	bool succeeded = false;
	for (unsigned k = 1; k < 20 && !succeeded; k++) {
		struct fake_files *files = fake_files_new();
		struct os_reserved reserved;
		fake_files_set(files, "/out/other", "x", 1);
		assert_ok(os_files_reserve(&files->base, "/out/a", 0600, 99, &reserved, &err), err);
		files->fail_at = k;
		enum code code = os_files_commit(&files->base, &reserved, "whole", 5, &err);
		succeeded = files->fail_at != 0;
		assert_int_equal(code, succeeded ? CODE_OK : CODE_IO);
		files->fail_at = 0;
		if (code != CODE_OK) {
			assert_null(fake_files_get(files, "/out/a"));
			assert_ok(os_files_commit(&files->base, &reserved, "whole", 5, &err), err);
		}
		assert_true(is_text(files, "/out/a", "whole"));
		assert_int_equal(fake_files_count(files), 2);
		os_files_free(&files->base);
	}
	assert_true(succeeded);
}

static void a_reservation_that_fails_leaves_no_trace(void **state)
{
	(void)state;
	struct err err;
	struct os_reserved reserved;
	struct fake_files *files = fake_files_new();
	fake_files_set(files, "/out/other", "x", 1);
	files->room = 50;
	assert_int_equal(os_files_reserve(&files->base, "/out/a", 0600, 100, &reserved, &err),
	    CODE_FULL);
	assert_int_equal(fake_files_count(files), 1);
	files->unwritable = "/out";
	assert_int_equal(os_files_reserve(&files->base, "/out/a", 0600, 10, &reserved, &err),
	    CODE_CONFIG);
	files->unwritable = NULL;
	assert_ok(os_files_reserve(&files->base, "/out/a", 0600, 40, &reserved, &err), err);
	/* The promised room is enough although nothing else fits any more. */
	files->room = 41;
	assert_ok(os_files_commit(&files->base, &reserved, "whole", 5, &err), err);
	os_files_free(&files->base);
}

static void data_is_synced_before_its_name_is(void **state)
{
	(void)state;
	struct err err;
	struct fake_files *files = fake_files_new();
	fake_files_set(files, "/out/other", "x", 1);
	assert_ok(os_files_put(&files->base, "/out/a", 0600, true, "whole", 5, &err), err);
	assert_int_equal(files->syncs, 2);
	os_files_free(&files->base);
}

static void paths_that_are_too_long_are_refused(void **state)
{
	(void)state;
	struct err err;
	struct os_reserved reserved;
	char path[600];
	struct fake_files *files = fake_files_new();
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = 0;
	assert_int_equal(os_files_put(&files->base, path, 0600, true, "", 0, &err), CODE_INPUT);
	assert_int_equal(os_files_reserve(&files->base, path, 0600, 1, &reserved, &err),
	    CODE_INPUT);
	assert_int_equal(os_files_make_dirs(&files->base, path, 0700, &err), CODE_INPUT);
	/* The longest that a reservation takes, with its temporary name. */
	path[511] = 0;
	assert_ok(os_files_reserve(&files->base, path, 0600, 1, &reserved, &err), err);
	assert_int_equal(fake_files_count(files), 1);
	os_files_free(&files->base);
}

static void missing_directories_are_made_once(void **state)
{
	(void)state;
	struct err err;
	struct fake_files *files = fake_files_new();
	assert_ok(os_files_make_dirs(&files->base, "/var/lib/certwipe", 0700, &err), err);
	assert_int_equal(files->syncs, 3);
	assert_ok(os_files_make_dirs(&files->base, "/var/lib/certwipe", 0700, &err), err);
	assert_int_equal(files->syncs, 3);
	assert_true(os_files_exists(&files->base, "/var/lib/certwipe"));
	assert_false(os_files_exists(&files->base, "/var/lib/certwipe/x"));
	os_files_free(&files->base);
}

static void clocks_stand_still_until_told(void **state)
{
	(void)state;
	struct fake_clock clock;
	fake_clock_start(&clock, 1000);
	assert_int_equal(clock.base.ops->wall_s(&clock.base), 1000);
	for (int i = 0; i < 4; i++)
		fake_clock_advance(&clock, 500000000);
	assert_int_equal(clock.base.ops->wall_s(&clock.base), 1002);
	struct os_clock *system = os_clock_system();
	assert_true(system->ops->wall_s(system) > 1700000000);
	assert_true(system->ops->boot_ns(system) <= system->ops->boot_ns(system));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_with_any_operation_failing_leaves_no_trace),
		cmocka_unit_test(replacing_with_any_operation_failing_keeps_one_whole),
		cmocka_unit_test(commit_with_any_operation_failing_can_be_repeated),
		cmocka_unit_test(a_reservation_that_fails_leaves_no_trace),
		cmocka_unit_test(data_is_synced_before_its_name_is),
		cmocka_unit_test(paths_that_are_too_long_are_refused),
		cmocka_unit_test(missing_directories_are_made_once),
		cmocka_unit_test(clocks_stand_still_until_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
