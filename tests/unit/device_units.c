/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: one unit with two nodes, one drive with two units, and the words that name one. */
#include "unit/device_machine.h"

static void add_sas_pair(const struct machine *machine)
{
	add_disk(machine->dir, "sdc", "pci0000:00/host2/port-2:0/end_device-2:0/target2:0:0/2:0:0:0",
	    "8:32");
	add_disk(machine->dir, "sdd", "pci0000:00/host3/port-3:0/end_device-3:0/target3:0:0/3:0:0:0",
	    "8:48");
	put_disk(machine, "sdc", "device/wwid", "naa.5000c500a1b2c3d4");
	put_disk(machine, "sdd", "device/wwid", "naa.5000c500a1b2c3d4");
}

static void two_paths_of_one_unit_are_duplicates(void **state)
{
	struct machine *machine = *state;
	add_sas_pair(machine);
	scan(machine);
	assert_string_equal(disk(machine, "sdc")->identity.transport, "sas");
	assert_claim(machine, "sdc", DEVICE_CLAIM_DUPLICATE, "sdd");
	assert_claim(machine, "sdd", DEVICE_CLAIM_DUPLICATE, "sdc");
	assert_free(machine, "sdb");
}

static void a_path_is_refused_while_the_other_is_taken(void **state)
{
	struct machine *machine = *state;
	add_sas_pair(machine);
	set_mounts(machine, "30 26 8:32 / /mnt rw - xfs /dev/sdc rw\n");
	scan(machine);
	assert_claim(machine, "sdd", DEVICE_CLAIM_MULTIPATH, "sdc");
	assert_claim(machine, "sdc", DEVICE_CLAIM_MOUNT, "/mnt");
}

static void paths_that_dm_multipath_holds_are_held_not_duplicates(void **state)
{
	struct machine *machine = *state;
	add_sas_pair(machine);
	add_disk(machine->dir, "dm-0", "virtual", "253:0");
	put_disk(machine, "dm-0", "dm/name", "mpatha");
	put_disk(machine, "dm-0", "dm/uuid", "mpath-35000c500a1b2c3d4");
	put_disk(machine, "dm-0", "slaves/sdc", "");
	put_disk(machine, "dm-0", "slaves/sdd", "");
	scan(machine);
	assert_claim(machine, "sdc", DEVICE_CLAIM_HOLDER, "dm-multipath mpatha");
	assert_int_equal(disk(machine, "sdc")->claim_count, 1);
	assert_free(machine, "dm-0");
}

static void two_namespaces_of_one_drive_are_no_duplicates(void **state)
{
	struct machine *machine = *state;
	const struct device *found;
	add_nvme(machine, "nvme0n1", "259:0", "1", "eui.0025385a01");
	add_nvme(machine, "nvme0n2", "259:1", "2", "eui.0025385a02");
	add_nvme(machine, "nvme0c0n1", "259:2", "1", "eui.0025385a01");
	put_disk(machine, "nvme0c0n1", "hidden", "1");
	scan(machine);
	assert_int_equal(machine->set.count, 4);
	assert_free(machine, "nvme0n1");
	assert_free(machine, "nvme0n2");
	assert_string_equal(disk(machine, "nvme0n2")->identity.unit, "2");
	assert_string_equal(disk(machine, "nvme0n2")->identity.transport, "nvme");
	assert_string_equal(disk(machine, "nvme0n2")->identity.model, "Samsung SSD 990");
	assert_int_equal(disk(machine, "nvme0n2")->media, DEVICE_MEDIA_SSD);
	assert_int_equal(device_find(machine->host, &machine->set, "serial:S6Z2NJ0", &found,
			     &machine->err),
	    CODE_REFUSED);
	assert_non_null(strstr(machine->err.line, "nvme0n1"));
	assert_non_null(strstr(machine->err.line, "nvme0n2"));
	/* Without a WWN the namespace id alone tells them apart. */
	put_disk(machine, "nvme0n1", "wwid", "");
	put_disk(machine, "nvme0n2", "wwid", "");
	scan(machine);
	assert_free(machine, "nvme0n1");
}

static void disks_are_found_by_any_link_and_partitions_are_refused(void **state)
{
	struct machine *machine = *state;
	const struct device *found = NULL;
	host_tree_link(machine->dir, "/dev/disk/by-id/ata-WDC", "../../sdb");
	host_tree_node(machine->dir, "/etc/passwd", "file", "8:1", "0:0");
	scan(machine);
	assert_ok(device_find(machine->host, &machine->set, "/dev/disk/by-id/ata-WDC", &found,
		      &machine->err),
	    machine->err);
	assert_string_equal(found->identity.name, "sdb");
	found = NULL;
	assert_ok(device_find(machine->host, &machine->set, "wwn:naa.50014ee2b1234567", &found,
		      &machine->err),
	    machine->err);
	assert_string_equal(found->identity.name, "sdb");
	struct { const char *word; enum code code; const char *part; } refusals[] = {
		{ "/dev/sdb1", CODE_INPUT, "/dev/sdb" },
		{ "/etc/passwd", CODE_INPUT, "not a block device" },
		{ "/dev/sdz", CODE_MISSING, "/dev/sdz" },
		{ "sdb", CODE_INPUT, "/dev/sdb" },
		{ "serial:", CODE_MISSING, "serial:" },
		{ "wwn:", CODE_MISSING, "wwn:" },
	};
	for (size_t i = 0; i < WIPE_COUNT(refusals); i++) {
		assert_int_equal(device_find(machine->host, &machine->set, refusals[i].word, &found,
				     &machine->err),
		    refusals[i].code);
		assert_non_null(strstr(machine->err.line, refusals[i].part));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(two_paths_of_one_unit_are_duplicates),
		RULE(a_path_is_refused_while_the_other_is_taken),
		RULE(paths_that_dm_multipath_holds_are_held_not_duplicates),
		RULE(two_namespaces_of_one_drive_are_no_duplicates),
		RULE(disks_are_found_by_any_link_and_partitions_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
