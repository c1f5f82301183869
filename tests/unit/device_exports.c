/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: what does the kernel serve to other machines, with neither holder nor process to show? */
#include "unit/device_machine.h"

#define NVMET "/sys/kernel/config/nvmet/subsystems/"
#define NQN   "nqn.2014-08.org.nvmexpress:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
#define LIO   "/sys/kernel/config/target/core/"

/* As the kernel makes them: a new namespace has the path "(null)" and is not enabled. */
static void add_namespace(const struct machine *machine, const char *number, const char *path,
    const char *enable)
{
	char dir[256];
	snprintf(dir, sizeof(dir), NVMET NQN "/namespaces/%s", number);
	host_tree_folder(machine->dir, "/sys/module/nvmet");
	put(machine->dir, dir, "device_path", path);
	put(machine->dir, dir, "enable", enable);
	put(machine->dir, NVMET NQN "/passthru", "device_path", "(null)");
	put(machine->dir, NVMET NQN "/passthru", "enable", "0");
}

static void add_store(const struct machine *machine, const char *name, const char *enable,
    const char *udev_path, const char *info)
{
	char dir[256];
	snprintf(dir, sizeof(dir), LIO "%s", name);
	host_tree_folder(machine->dir, "/sys/module/target_core_mod");
	put(machine->dir, LIO "alua", "lu_gps", "");
	put(machine->dir, LIO "iblock_0", "hba_info", "HBA Index: 1 plugin: iblock version: v5.0");
	put(machine->dir, dir, "udev_path", udev_path);
	put(machine->dir, dir, "enable", enable);
	put(machine->dir, dir, "info", info);
}

static const char iblock_info[] =
    "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 32768\n"
    "        iBlock device: sdb1  UDEV PATH: /dev/x Major: 8 Minor: 0  readonly: 0\n"
    "  exclusive: 0\n        Major: 8 Minor: 17  CLAIMED: IBLOCK";

/* ---- NVMe target ----------------------------------------------------------------------------- */

static void an_exported_disk_is_refused(void **state)
{
	struct machine *machine = *state;
	add_namespace(machine, "3", "/dev/sdb", "1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER,
	    "sdb is exported by the kernel's NVMe target (namespace 3 of " NQN "); disable that first");
	assert_int_equal(disk(machine, "sdb")->claim_count, 1);
	assert_false(has_claim(disk(machine, "sda"), DEVICE_CLAIM_HOLDER, ""));
}

static void an_export_that_is_not_enabled_has_nothing_open(void **state)
{
	struct machine *machine = *state;
	add_namespace(machine, "1", "/dev/sdb", "0");
	add_namespace(machine, "2", "(null)", "0");
	scan(machine);
	assert_free(machine, "sdb");
	assert_false(disk(machine, "sdb")->scan_incomplete);
}

static void an_export_is_found_by_number_whatever_its_name(void **state)
{
	struct machine *machine = *state;
	host_tree_link(machine->dir, "/dev/disk/by-id/x-part1", "../../sdb1");
	add_namespace(machine, "1", "/dev/disk/by-id/x-part1", "1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER, "sdb1 is exported");
	/* A node by the name of one disk with the number of another. */
	host_tree_node(machine->dir, "/srv/sdb", "block", "0:6", "8:0");
	add_namespace(machine, "1", "/srv/sdb", "1");
	scan(machine);
	assert_claim(machine, "sda", DEVICE_CLAIM_HOLDER, "sda is exported");
	assert_free(machine, "sdb");
}

static void an_exported_file_claims_the_disk_below(void **state)
{
	struct machine *machine = *state;
	host_tree_node(machine->dir, "/srv/image", "file", "8:18", "0:0");
	add_namespace(machine, "1", "/srv/image", "1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER, "sdb2 carries a file exported by the kernel's");
}

static void an_exported_volume_claims_the_disk_below(void **state)
{
	struct machine *machine = *state;
	add_disk(machine->dir, "dm-0", "virtual", "253:0");
	put_disk(machine, "dm-0", "dm/name", "vg-lun");
	put_disk(machine, "dm-0", "slaves/sdb2", "");
	add_namespace(machine, "1", "/dev/dm-0", "1");
	scan(machine);
	assert_claim(machine, "dm-0", DEVICE_CLAIM_HOLDER, "dm-0 is exported");
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER, "dm-0 (on sdb2) is exported");
}

static void an_export_of_an_unknown_disk_clears_nothing(void **state)
{
	struct machine *machine = *state;
	add_namespace(machine, "1", "/dev/disk/by-id/unplugged", "1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "/dev/disk/by-id/unplugged");
	/* Relative to the folder of whoever wrote it, which nobody knows now. */
	add_namespace(machine, "1", "dev/sda", "1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "dev/sda");
}

static void a_controller_passed_through_claims_all_its_namespaces(void **state)
{
	struct machine *machine = *state;
	const char controller[] = "/sys/devices/pci0000:00/0000:00:01.0/nvme/nvme0";
	add_nvme(machine, "nvme0n1", "259:0", "1", "eui.0025385a01");
	add_nvme(machine, "nvme0n2", "259:1", "2", "eui.0025385a02");
	/* Without native multipath: below the controller. */
	add_disk(machine->dir, "nvme1n1", "pci0000:00/0000:00:02.0/nvme/nvme1", "259:2");
	host_tree_folder(machine->dir, controller);
	host_tree_link(machine->dir, "/sys/dev/char/241:0", controller);
	host_tree_link(machine->dir, "/sys/dev/char/241:1",
	    "/sys/devices/pci0000:00/0000:00:02.0/nvme/nvme1");
	host_tree_node(machine->dir, "/dev/nvme0", "other", "0:6", "241:0");
	host_tree_node(machine->dir, "/dev/nvme1", "other", "0:6", "241:1");
	add_namespace(machine, "1", "(null)", "0");
	put(machine->dir, NVMET NQN "/passthru", "device_path", "/dev/nvme0");
	scan(machine);
	assert_free(machine, "nvme0n1");
	put(machine->dir, NVMET NQN "/passthru", "enable", "1");
	scan(machine);
	assert_claim(machine, "nvme0n1", DEVICE_CLAIM_HOLDER, "NVMe target (passthru of " NQN ")");
	assert_claim(machine, "nvme0n2", DEVICE_CLAIM_HOLDER, "passthru");
	assert_free(machine, "nvme1n1");
	assert_free(machine, "sdb");
	put(machine->dir, NVMET NQN "/passthru", "device_path", "/dev/nvme1");
	scan(machine);
	assert_claim(machine, "nvme1n1", DEVICE_CLAIM_HOLDER, "passthru");
	assert_free(machine, "nvme0n1");
	put(machine->dir, NVMET NQN "/passthru", "device_path", "/dev/nvme7");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "/dev/nvme7");
}

/* ---- SCSI target ----------------------------------------------------------------------------- */

static void an_iblock_export_is_refused_by_the_number_it_says(void **state)
{
	struct machine *machine = *state;
	add_store(machine, "iblock_0/vol", "0", "/dev/sdb1", iblock_info);
	scan(machine);
	assert_free(machine, "sdb");
	add_store(machine, "iblock_0/vol", "1", "/dev/x Major: 8 Minor: 0", iblock_info);
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER,
	    "sdb1 is exported by the kernel's SCSI target (iblock_0/vol); disable that first");
	assert_false(has_claim(disk(machine, "sda"), DEVICE_CLAIM_HOLDER, ""));
	add_store(machine, "iblock_0/vol", "1", "/dev/sdb1", " Major: 8 Minor: 99  CLAIMED: IBLOCK");
	scan(machine);
	assert_free(machine, "sdb");
	assert_true(disk(machine, "sdb")->scan_incomplete);
	add_store(machine, "iblock_0/vol", "1", "/dev/sdb1", " Major: 8 Minor: none");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "iblock_0/vol");
	add_store(machine, "iblock_0/vol", "1", "/dev/sdb1", "Status: ACTIVATED");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "iblock_0/vol");
}

static void a_fileio_export_is_refused_by_the_path_it_opened(void **state)
{
	struct machine *machine = *state;
	/* udev_path is a remark only, there. */
	add_store(machine, "fileio_1/disk", "1", "/dev/sda",
	    "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 16384\n"
	    "        TCM FILEIO ID: 0        File: /dev/sdb  Size: 99  Mode: O_DSYNC Async: 0");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER,
	    "sdb is exported by the kernel's SCSI target (fileio_1/disk)");
	assert_false(has_claim(disk(machine, "sda"), DEVICE_CLAIM_HOLDER, ""));
	add_store(machine, "fileio_1/disk", "1", "", "TCM FILEIO ID: 0        File: /srv/sdc");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "fileio_1/disk");
}

static void a_pscsi_export_is_refused_and_a_ramdisk_is_nobodys(void **state)
{
	struct machine *machine = *state;
	add_store(machine, "rd_mcp_2/ram", "1", "/dev/sdb", "TCM RAMDISK ID: 0  Major: 8 Minor: 16");
	scan(machine);
	assert_free(machine, "sdb");
	add_store(machine, "pscsi_3/disk", "1", "/dev/sdb", "SCSI Device Bus Location: Channel ID: 0");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER, "SCSI target (pscsi_3/disk)");
}

/* ---- what cannot be read --------------------------------------------------------------------- */

static void a_target_that_is_loaded_and_shows_nothing_clears_nothing(void **state)
{
	struct machine *machine = *state;
	host_tree_folder(machine->dir, "/sys/module/nvmet");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN,
	    "the kernel's NVMe target is loaded, but its /sys/kernel/config/nvmet/subsystems is not "
	    "there: mount -t configfs none /sys/kernel/config");
	host_tree_folder(machine->dir, "/sys/kernel/config/nvmet/subsystems");
	scan(machine);
	assert_free(machine, "sdb");
	host_tree_folder(machine->dir, "/sys/module/target_core_mod");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "SCSI target is loaded");
	host_tree_folder(machine->dir, "/sys/kernel/config/target/core");
	scan(machine);
	assert_free(machine, "sdb");
}

static void exports_that_may_not_be_read_clear_nothing(void **state)
{
	struct machine *machine = *state;
	add_namespace(machine, "1", "/dev/sda", "1");
	host_tree_node(machine->dir, NVMET NQN "/namespaces/1/enable", "refused", "0:0", "0:0");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "namespaces/1/enable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(an_exported_disk_is_refused),
		RULE(an_export_that_is_not_enabled_has_nothing_open),
		RULE(an_export_is_found_by_number_whatever_its_name),
		RULE(an_exported_file_claims_the_disk_below),
		RULE(an_exported_volume_claims_the_disk_below),
		RULE(an_export_of_an_unknown_disk_clears_nothing),
		RULE(a_controller_passed_through_claims_all_its_namespaces),
		RULE(an_iblock_export_is_refused_by_the_number_it_says),
		RULE(a_fileio_export_is_refused_by_the_path_it_opened),
		RULE(a_pscsi_export_is_refused_and_a_ramdisk_is_nobodys),
		RULE(a_target_that_is_loaded_and_shows_nothing_clears_nothing),
		RULE(exports_that_may_not_be_read_clear_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
