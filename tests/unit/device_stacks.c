/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: which disks lie under md, LVM, dm-crypt, loop, btrfs and ZFS? */
#include "unit/device_machine.h"

static void an_md_member_is_refused(void **state)
{
	struct machine *machine = *state;
	add_disk(machine->dir, "md0", "virtual", "9:0");
	put_disk(machine, "md0", "md/level", "raid1");
	put_disk(machine, "sdb", "sdb1/holders/md0", "");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER, "md0 (raid1 array)");
	assert_true(disk(machine, "md0")->virtual_disk);
	assert_free(machine, "md0");
}

/* sdb2 <- LUKS dm-0 <- LVM dm-1, mounted as /usr. */
static void lvm_on_luks_reaches_the_disk(void **state)
{
	struct machine *machine = *state;
	add_disk(machine->dir, "dm-0", "virtual", "253:0");
	add_disk(machine->dir, "dm-1", "virtual", "253:1");
	put_disk(machine, "dm-0", "dm/name", "crypt");
	put_disk(machine, "dm-0", "dm/uuid", "CRYPT-LUKS2-ab");
	put_disk(machine, "dm-0", "slaves/sdb2", "");
	put_disk(machine, "sdb", "sdb2/holders/dm-0", "");
	put_disk(machine, "dm-1", "dm/name", "vg-home");
	put_disk(machine, "dm-1", "dm/uuid", "LVM-cd");
	put_disk(machine, "dm-1", "slaves/dm-0", "");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER, "dm-0 (dm-crypt crypt)");
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOLDER, "dm-1 (LVM vg-home)");
	set_mounts(machine, "30 26 253:1 / /usr rw - ext4 /dev/mapper/vg-home rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_SYSTEM, "dm-1 (on sdb2)");
}

static void a_second_btrfs_member_is_refused(void **state)
{
	struct machine *machine = *state;
	add_disk(machine->dir, "sdc", "pci0000:00/ata3/host2/target2:0:0/2:0:0:0", "8:32");
	host_tree_file(machine->dir, "/sys/fs/btrfs/uuid-1/devices/sdb1", "x");
	host_tree_file(machine->dir, "/sys/fs/btrfs/uuid-1/devices/sdc", "x");
	set_mounts(machine, "30 26 0:50 / /usr rw - btrfs /dev/sdb1 rw\n");
	scan(machine);
	assert_claim(machine, "sdc", DEVICE_CLAIM_BTRFS, "uuid-1");
	assert_claim(machine, "sdc", DEVICE_CLAIM_SYSTEM, "/usr");
	assert_claim(machine, "sdb", DEVICE_CLAIM_SYSTEM, "/usr");
}

static void a_zfs_member_is_refused_while_a_pool_is_imported(void **state)
{
	struct machine *machine = *state;
	host_tree_file(machine->dir, "/udev/sdb1", "ID_FS_TYPE=zfs_member\n");
	scan(machine);
	assert_free(machine, "sdb");
	host_tree_file(machine->dir, "/proc/spl/kstat/zfs/tank/state", "ONLINE\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_ZFS, "pool");
}

static void a_loop_over_a_file_claims_the_disk_below(void **state)
{
	struct machine *machine = *state;
	add_disk(machine->dir, "loop0", "virtual", "7:0");
	put_disk(machine, "loop0", "loop/backing_file", "/mnt/image");
	host_tree_node(machine->dir, "/mnt/image", "file", "8:17", "0:0");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_LOOP, "loop0 (/mnt/image)");
	assert_free(machine, "loop0");
}

static void a_loop_over_a_disk_is_refused_both_ways(void **state)
{
	struct machine *machine = *state;
	add_disk(machine->dir, "loop0", "virtual", "7:0");
	put_disk(machine, "loop0", "loop/backing_file", "/dev/sda");
	scan(machine);
	assert_claim(machine, "loop0", DEVICE_CLAIM_LOOP, "shows sda");
	assert_claim(machine, "sda", DEVICE_CLAIM_LOOP, "backs loop0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(an_md_member_is_refused),
		RULE(lvm_on_luks_reaches_the_disk),
		RULE(a_second_btrfs_member_is_refused),
		RULE(a_zfs_member_is_refused_while_a_pool_is_imported),
		RULE(a_loop_over_a_file_claims_the_disk_below),
		RULE(a_loop_over_a_disk_is_refused_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
