/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: who has a disk open, and who will not say? */
#include "unit/device_machine.h"

static void a_kernel_thread_is_known_by_its_flag_not_its_name(void **state)
{
	struct machine *machine = *state;
	add_process(machine, "300", "mnt:[1]", ROOT_MOUNTS);
	host_tree_link(machine->dir, "/proc/300/fd/5", "/dev/sdb");
	host_tree_file(machine->dir, "/proc/300/stat", "300 (a)       2097152\n) S 1 1 1 0 -1 64 0\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_OPENER, "300");
	host_tree_file(machine->dir, "/proc/300/stat", "300 (kworker) S 1 1 1 0 -1 2097152 0\n");
	host_tree_node(machine->dir, "/proc/300/fd", "refused", "0:0", "0:0");
	scan(machine);
	assert_false(disk(machine, "sdb")->scan_incomplete);
}

static void a_process_that_hides_is_said(void **state)
{
	struct machine *machine = *state;
	add_process(machine, "200", "mnt:[1]", ROOT_MOUNTS);
	host_tree_node(machine->dir, "/proc/200/fd", "refused", "0:0", "0:0");
	scan(machine);
	assert_true(disk(machine, "sdb")->scan_incomplete);
	assert_non_null(strstr(disk(machine, "sdb")->scan_note, "200"));
}

static void an_opener_of_a_partition_is_named(void **state)
{
	struct machine *machine = *state;
	struct clearance clearance;
	bool incomplete = true;
	scan(machine);
	assert_ok(device_clear(disk(machine, "sdb"), &clearance, &machine->err), machine->err);
	assert_ok(device_openers(machine->host, &clearance, 100, &incomplete, &machine->err),
	    machine->err);
	assert_false(incomplete);
	add_process(machine, "300", "mnt:[1]", ROOT_MOUNTS);
	host_tree_link(machine->dir, "/proc/300/fd/5", "/dev/sdb1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_OPENER, "sdb1 is open in process 300 (worker)");
	assert_int_equal(
	    device_openers(machine->host, &clearance, 100, &incomplete, &machine->err), CODE_REFUSED);
	assert_non_null(strstr(machine->err.line, "300 (worker)"));
	assert_ok(device_openers(machine->host, &clearance, 300, &incomplete, &machine->err),
	    machine->err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(a_kernel_thread_is_known_by_its_flag_not_its_name),
		RULE(a_process_that_hides_is_said),
		RULE(an_opener_of_a_partition_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
