/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: which disks carry what is mounted, swapped to, or ours, in whatever namespace? */
#include "unit/device_machine.h"

static void the_system_disk_is_refused(void **state)
{
	struct machine *machine = *state;
	scan(machine);
	assert_claim(machine, "sda", DEVICE_CLAIM_SYSTEM, "running system");
}

static void the_esp_and_usr_are_the_system(void **state)
{
	struct machine *machine = *state;
	set_mounts(machine, "30 26 8:17 / /boot/efi rw - vfat /dev/sdb1 rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_SYSTEM, "/boot/efi");
	set_mounts(machine, "30 26 8:18 / /usr rw - ext4 /dev/sdb2 rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_SYSTEM, "/usr");
}

static void a_mount_is_found_by_number_whatever_its_name(void **state)
{
	struct machine *machine = *state;
	set_mounts(machine, "30 26 8:17 / /mnt/a\\040b rw - ext4 /dev/no-such-name rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_MOUNT, "sdb1 is mounted at /mnt/a b");
	/* And a source that names the disk, but is not on it, says nothing. */
	set_mounts(machine, "30 26 8:1 / /mnt rw - ext4 /dev/sdb1 rw\n");
	scan(machine);
	assert_free(machine, "sdb");
}

static void a_mount_only_in_another_namespace_is_found(void **state)
{
	struct machine *machine = *state;
	add_process(machine, "200", "mnt:[2]", "60 1 8:17 / /data rw - ext4 /dev/sdb1 rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_MOUNT, "namespace of process 200");
}

static void a_mount_only_in_a_threads_namespace_is_found(void **state)
{
	struct machine *machine = *state;
	add_process(machine, "200", "mnt:[1]", ROOT_MOUNTS);
	host_tree_link(machine->dir, "/proc/200/task/201/ns/mnt", "mnt:[3]");
	host_tree_file(machine->dir, "/proc/200/task/201/mountinfo",
	    "60 1 8:17 / /data rw - ext4 /dev/sdb1 rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_MOUNT, "namespace of process 200");
}

static void a_namespace_without_a_process_is_said(void **state)
{
	struct machine *machine = *state;
	set_mounts(machine, "31 26 0:4 mnt:[77] /run/keep rw - nsfs nsfs rw\n");
	scan(machine);
	assert_true(disk(machine, "sdb")->scan_incomplete);
	assert_non_null(strstr(disk(machine, "sdb")->scan_note, "mnt:[77]"));
}

static void mounts_that_are_not_understood_clear_nothing(void **state)
{
	struct machine *machine = *state;
	set_mounts(machine, "30 26 8:17 / /mnt rw ext4 /dev/sdb1 rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "cannot be told");
	set_mounts(machine, "");
	host_tree_node(machine->dir, "/proc/swaps", "refused", "0:0", "0:0");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_HOST_UNKNOWN, "/proc/swaps");
}

static void an_overlay_root_claims_the_disks_of_its_layers(void **state)
{
	struct machine *machine = *state;
	add_disk(machine->dir, "loop0", "virtual", "7:0");
	put_disk(machine, "loop0", "loop/backing_file", "/run/live/medium/root.squashfs");
	host_tree_node(machine->dir, "/run/live/medium/root.squashfs", "file", "8:17", "0:0");
	host_tree_node(machine->dir, "/run/live/rootfs", "directory", "7:0", "0:0");
	host_tree_node(machine->dir, "/run/live/upper:x", "directory", "8:18", "0:0");
	add_process(machine, "1", "mnt:[1]", "");
	const char *mounts = "26 1 0:30 / / rw - overlay overlay "
			     "rw,lowerdir=/run/live/rootfs,upperdir=/run/live/upper\\:x,workdir=/w\n";
	add_process(machine, "100", "mnt:[1]", mounts);
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_SYSTEM, "loop0 (on sdb1)");
	assert_claim(machine, "sdb", DEVICE_CLAIM_SYSTEM, "sdb2 carries");
	assert_claim(machine, "loop0", DEVICE_CLAIM_SYSTEM, "mounted at /");
}

static void an_overlay_that_cannot_be_followed_is_said(void **state)
{
	struct machine *machine = *state;
	set_mounts(machine, "30 26 0:30 / /c rw - overlay overlay rw,lowerdir=/gone,upperdir=/w\n");
	scan(machine);
	assert_true(disk(machine, "sdb")->scan_incomplete);
}

static void swap_is_refused(void **state)
{
	struct machine *machine = *state;
	host_tree_link(machine->dir, "/dev/disk/by-id/x", "../../sdb2");
	host_tree_file(machine->dir, "/proc/swaps",
	    "Filename\tType\n/dev/disk/by-id/x partition 99 0 -2\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_SWAP, "sdb2");
}

static void a_swap_file_claims_the_disk_below(void **state)
{
	struct machine *machine = *state;
	host_tree_node(machine->dir, "/swapfile", "file", "8:17", "0:0");
	host_tree_file(machine->dir, "/proc/swaps", "Filename\tType\n/swapfile file 99 0 -2\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_SWAP, "/swapfile");
}

static void our_state_directory_is_refused(void **state)
{
	struct machine *machine = *state;
	struct device_scan_options options = { .state_dir = "/srv/state/not/made/yet" };
	host_tree_node(machine->dir, "/srv/state", "directory", "8:18", "0:0");
	assert_ok(try_scan(machine, &options), machine->err);
	assert_claim(machine, "sdb", DEVICE_CLAIM_STATE, "sdb2 carries");
}

static void a_state_directory_on_a_btrfs_subvolume_is_found(void **state)
{
	struct machine *machine = *state;
	struct device_scan_options options = { .state_dir = "/srv/state" };
	/* st_dev of a subvolume is a number no mountinfo line has. */
	host_tree_node(machine->dir, "/srv/state", "directory", "0:99", "0:0");
	set_mounts(machine, "30 26 0:50 /@srv /srv rw - btrfs /dev/sdb1 rw\n");
	assert_ok(try_scan(machine, &options), machine->err);
	assert_claim(machine, "sdb", DEVICE_CLAIM_STATE, "sdb1 carries");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(the_system_disk_is_refused),
		RULE(the_esp_and_usr_are_the_system),
		RULE(a_mount_is_found_by_number_whatever_its_name),
		RULE(a_mount_only_in_another_namespace_is_found),
		RULE(a_mount_only_in_a_threads_namespace_is_found),
		RULE(a_namespace_without_a_process_is_said),
		RULE(mounts_that_are_not_understood_clear_nothing),
		RULE(an_overlay_root_claims_the_disks_of_its_layers),
		RULE(an_overlay_that_cannot_be_followed_is_said),
		RULE(swap_is_refused),
		RULE(a_swap_file_claims_the_disk_below),
		RULE(our_state_directory_is_refused),
		RULE(a_state_directory_on_a_btrfs_subvolume_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
