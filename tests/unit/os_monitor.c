/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os_monitor: is a disk that comes, goes or changes told, by each of the ways there are? */
#include "unit/loop_rig.h"

#include "fakes/host_tree.h"
#include "fakes/monitor.h"
#include "wipe/os/monitor.h"

#include <stdio.h>

#define WITHIN_MS 1000 /* "within a second" */

/* What was told of `name` (all disks of this machine are heard) until a bit of `wanted` came, or time
 * is up. */
static unsigned listen_for(struct os_monitor *monitor, const char *name, unsigned wanted, int timeout_ms)
{
	struct os_clock *clock = os_clock_system();
	uint64_t end_ns = clock->ops->boot_ns(clock) + (uint64_t)timeout_ms * 1000000;
	unsigned told = 0;
	for (uint64_t now_ns; !(told & wanted) && (now_ns = clock->ops->boot_ns(clock)) < end_ns;) {
		struct os_changes changes;
		struct err err;
		bool ready = false;
		int left_ms = (int)((end_ns - now_ns) / 1000000) + 1;
		(void)!os_wait_readable(&monitor->fd, &ready, 1, left_ms, &err);
		if (monitor->ops->take(monitor, &changes, &err) != CODE_OK)
			continue;
		for (size_t i = 0; i < changes.count; i++) {
			if (strcmp(changes.items[i].name, name) == 0)
				told |= changes.items[i].what;
		}
	}
	return told;
}

static void attach_and_detach(struct os_monitor *monitor)
{
	struct loop_rig rig = loop_rig_open(1 << 20, "");
	if (!rig.node[0]) {
		os_monitor_free(monitor);
		skip();
	}
	const char *name = rig.node + 5;
	/* A loop device is always there: media come and go. */
	unsigned any = OS_CHANGE_ADDED | OS_CHANGE_OTHER | OS_CHANGE_REMOVED;
	char kept[64];
	snprintf(kept, sizeof(kept), "%s", name);
	assert_true(listen_for(monitor, kept, OS_CHANGE_ADDED | OS_CHANGE_OTHER, WITHIN_MS) != 0);
	struct os_changes rest;
	struct err err;
	while (monitor->ops->take(monitor, &rest, &err) == CODE_OK)
		;
	loop_rig_close(&rig);
	assert_true((listen_for(monitor, kept, any, WITHIN_MS) & any) != 0);
	os_monitor_free(monitor);
}

static void a_loop_device_is_seen_to_come_and_go_within_a_second(void **state)
{
	(void)state;
	struct os_monitor *monitor = NULL;
	struct err err;
	assert_ok(os_monitor_open(&monitor, &err), err);
	bool udevd = access("/run/udev/control", F_OK) == 0;
	if (!udevd)
		assert_string_not_equal(monitor->method, "udev");
	attach_and_detach(monitor);
}

static void and_so_it_is_by_polling(void **state)
{
	(void)state;
	struct os_monitor *monitor = NULL;
	struct err err;
	assert_ok(monitor_open_polling("/sys/block", 100, &monitor, &err), err);
	assert_string_equal(monitor->method, "polling");
	attach_and_detach(monitor);
}

static void nothing_is_told_where_nothing_happens(void **state)
{
	(void)state;
	char dir[] = "/tmp/certwipe-host-XXXXXX";
	struct os_monitor *monitor = NULL;
	struct os_changes changes;
	struct err err;
	bool ready = false;
	assert_non_null(mkdtemp(dir));
	host_tree_file(dir, "/sda/diskseq", "4\n");
	host_tree_file(dir, "/sda/size", "100\n");
	assert_ok(monitor_open_polling(dir, 10, &monitor, &err), err);
	assert_int_equal(monitor->ops->take(monitor, &changes, &err), CODE_BUSY);
	assert_ok(os_wait_readable(&monitor->fd, &ready, 1, 10000, &err), err);
	assert_int_equal(monitor->ops->take(monitor, &changes, &err), CODE_BUSY);
	os_monitor_free(monitor);
	host_tree_remove(dir);
}

static void polling_tells_what_differs(void **state)
{
	(void)state;
	char dir[] = "/tmp/certwipe-host-XXXXXX";
	char path[80];
	struct os_monitor *monitor = NULL;
	struct err err;
	assert_non_null(mkdtemp(dir));
	host_tree_file(dir, "/sda/diskseq", "4\n");
	host_tree_file(dir, "/sda/size", "100\n");
	assert_ok(monitor_open_polling(dir, 10, &monitor, &err), err);
	host_tree_file(dir, "/sdb/diskseq", "5\n");
	assert_int_equal(listen_for(monitor, "sdb", OS_CHANGE_ADDED, 10000), OS_CHANGE_ADDED);
	/* Another disk under the same name, as large as the one before. */
	host_tree_file(dir, "/sda/diskseq", "6\n");
	assert_int_equal(listen_for(monitor, "sda", OS_CHANGE_OTHER, 10000), OS_CHANGE_OTHER);
	host_tree_file(dir, "/sda/size", "0\n");
	assert_int_equal(listen_for(monitor, "sda", OS_CHANGE_OTHER, 10000), OS_CHANGE_OTHER);
	snprintf(path, sizeof(path), "%s/sdb", dir);
	host_tree_remove(path);
	assert_int_equal(listen_for(monitor, "sdb", OS_CHANGE_REMOVED, 10000), OS_CHANGE_REMOVED);
	host_tree_remove(dir);
	struct os_changes changes;
	bool ready = false;
	assert_ok(os_wait_readable(&monitor->fd, &ready, 1, 10000, &err), err);
	assert_int_equal(monitor->ops->take(monitor, &changes, &err), CODE_IO);
	os_monitor_free(monitor);
}

static void what_happened_to_one_disk_is_told_once(void **state)
{
	(void)state;
	struct os_changes changes = { .lost = false };
	monitor_note(&changes, "sda", OS_CHANGE_REMOVED);
	monitor_note(&changes, "sdb", OS_CHANGE_OTHER);
	monitor_note(&changes, "sda", OS_CHANGE_ADDED);
	assert_int_equal(changes.count, 2);
	assert_string_equal(changes.items[0].name, "sda");
	assert_int_equal(changes.items[0].what, OS_CHANGE_REMOVED | OS_CHANGE_ADDED);
	assert_int_equal(changes.items[1].what, OS_CHANGE_OTHER);
}

static void the_fake_tells_what_was_said(void **state)
{
	(void)state;
	struct os_monitor *monitor = fake_monitor_new();
	struct os_changes changes;
	struct err err;
	bool ready = false;
	assert_int_equal(monitor->ops->take(monitor, &changes, &err), CODE_BUSY);
	fake_monitor_say(monitor, "sda", OS_CHANGE_ADDED);
	fake_monitor_say(monitor, NULL, 0);
	assert_ok(os_wait_readable(&monitor->fd, &ready, 1, 0, &err), err);
	assert_ok(monitor->ops->take(monitor, &changes, &err), err);
	assert_int_equal(changes.count, 1);
	assert_true(changes.lost);
	assert_int_equal(monitor->ops->take(monitor, &changes, &err), CODE_BUSY);
	os_monitor_free(monitor);
}

static void more_than_fits_is_told_as_lost(void **state)
{
	(void)state;
	struct os_changes changes = { .lost = false };
	for (size_t i = 0; i < OS_CHANGES_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "sd%zu", i);
		monitor_note(&changes, name, OS_CHANGE_ADDED);
	}
	monitor_note(&changes, "sd3", OS_CHANGE_OTHER);
	assert_false(changes.lost);
	monitor_note(&changes, "one-more", OS_CHANGE_ADDED);
	assert_true(changes.lost);
	assert_int_equal(changes.count, OS_CHANGES_MAX);
	changes = (struct os_changes){ .lost = false };
	monitor_note(&changes, "a-name-that-is-longer-than-any-disk-has", OS_CHANGE_ADDED);
	assert_true(changes.lost);
	assert_int_equal(changes.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_device_is_seen_to_come_and_go_within_a_second),
		cmocka_unit_test(and_so_it_is_by_polling),
		cmocka_unit_test(nothing_is_told_where_nothing_happens),
		cmocka_unit_test(polling_tells_what_differs),
		cmocka_unit_test(what_happened_to_one_disk_is_told_once),
		cmocka_unit_test(the_fake_tells_what_was_said),
		cmocka_unit_test(more_than_fits_is_told_as_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
