/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: every rule that refuses, over a host that the test makes up; and a free disk. */
#include "unit/unit.h"
#include "fakes/host_tree.h"
#include "wipe/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A machine with its system on sda1, swap on nothing, and one free disk sdb. */
struct machine {
	char dir[64];
	struct os_host *host;
	struct device_set set;
	struct err err;
};

static const char root_mounts[] = "26 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
				  "22 26 0:21 / /sys rw - sysfs sysfs rw\n";

static void add_numbers(const char *dir, const char *name, const char *sysfs, const char *number)
{
	char path[256];
	char node[64];
	snprintf(path, sizeof(path), "%s/dev", sysfs);
	host_tree_file(dir, path, "%s\n", number);
	snprintf(node, sizeof(node), "/dev/%s", name);
	host_tree_node(dir, node, "block", "0:6", number);
}

static void put(const char *dir, const char *sysfs, const char *file, const char *value)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", sysfs, file);
	host_tree_file(dir, path, "%s\n", value);
}

static void add_disk(const char *dir, const char *name, const char *parent, const char *number)
{
	char sysfs[256];
	char link[64];
	snprintf(sysfs, sizeof(sysfs), "/sys/devices/%s/block/%s", parent, name);
	snprintf(link, sizeof(link), "/sys/block/%s", name);
	host_tree_link(dir, link, sysfs);
	add_numbers(dir, name, sysfs, number);
	put(dir, sysfs, "size", "1953525168");
	put(dir, sysfs, "ro", "0");
	put(dir, sysfs, "removable", "0");
	put(dir, sysfs, "diskseq", "9");
	put(dir, sysfs, "queue/logical_block_size", "512");
	put(dir, sysfs, "queue/physical_block_size", "4096");
	put(dir, sysfs, "queue/rotational", "1");
}

/* Of /sys/block/<disk>. */
static void put_disk(const struct machine *machine, const char *name, const char *file,
    const char *value)
{
	char sysfs[128];
	char target[256];
	snprintf(sysfs, sizeof(sysfs), "%s/sys/block/%s", machine->dir, name);
	ssize_t n = readlink(sysfs, target, sizeof(target) - 1);
	assert_true(n > 0);
	target[n] = 0;
	put(machine->dir, target, file, value);
}

static void add_partition(const struct machine *machine, const char *disk, const char *name,
    const char *number)
{
	char file[128];
	char sysfs[128];
	snprintf(file, sizeof(file), "%s/partition", name);
	put_disk(machine, disk, file, "1");
	snprintf(file, sizeof(file), "%s/dev", name);
	put_disk(machine, disk, file, number);
	snprintf(sysfs, sizeof(sysfs), "/dev/%s", name);
	host_tree_node(machine->dir, sysfs, "block", "0:6", number);
}

static void add_process(const struct machine *machine, const char *pid, const char *space,
    const char *mounts)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", pid);
	host_tree_link(machine->dir, path, space);
	snprintf(path, sizeof(path), "/proc/%s/mountinfo", pid);
	host_tree_file(machine->dir, path, "%s", mounts);
	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	host_tree_file(machine->dir, path, "%s (a) b) S 1 1 1 0 -1 4194304 0\n", pid);
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	host_tree_file(machine->dir, path, "worker\n");
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	host_tree_folder(machine->dir, path);
}

static void set_mounts(const struct machine *machine, const char *more)
{
	char all[4096];
	snprintf(all, sizeof(all), "%s%s", root_mounts, more);
	add_process(machine, "100", "mnt:[1]", all);
	add_process(machine, "1", "mnt:[1]", all);
}

static int setup(void **state)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	assert_non_null(machine);
	strcpy(machine->dir, "/tmp/certwipe-host-XXXXXX");
	assert_non_null(mkdtemp(machine->dir));
	host_tree_link(machine->dir, "/proc/self", "100");
	host_tree_file(machine->dir, "/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
	host_tree_folder(machine->dir, "/sys/fs/btrfs/features");
	add_disk(machine->dir, "sda", "pci0000:00/ata1/host0/target0:0:0/0:0:0:0", "8:0");
	add_partition(machine, "sda", "sda1", "8:1");
	add_disk(machine->dir, "sdb", "pci0000:00/ata2/host1/target1:0:0/1:0:0:0", "8:16");
	add_partition(machine, "sdb", "sdb1", "8:17");
	add_partition(machine, "sdb", "sdb2", "8:18");
	put_disk(machine, "sda", "device/model", "SYSTEM DISK");
	put_disk(machine, "sdb", "device/vendor", "ATA");
	put_disk(machine, "sdb", "device/model", "WDC WD10EZEX");
	put_disk(machine, "sdb", "device/rev", "1A01");
	put_disk(machine, "sdb", "device/wwid", "naa.50014ee2b1234567");
	set_mounts(machine, "");
	*state = machine;
	return 0;
}

static int teardown(void **state)
{
	struct machine *machine = *state;
	device_set_free(&machine->set);
	os_host_free(machine->host);
	host_tree_remove(machine->dir);
	free(machine);
	return 0;
}

static enum code try_scan(struct machine *machine, const struct device_scan_options *options)
{
	device_set_free(&machine->set);
	os_host_free(machine->host);
	machine->host = NULL;
	assert_ok(host_tree_open(machine->dir, &machine->host, &machine->err), machine->err);
	return device_scan(machine->host, options, &machine->set, &machine->err);
}

static void scan(struct machine *machine)
{
	struct device_scan_options options = { 0 };
	assert_ok(try_scan(machine, &options), machine->err);
}

static const struct device *disk(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->set.count; i++) {
		if (strcmp(machine->set.items[i].identity.name, name) == 0)
			return &machine->set.items[i];
	}
	fail_msg("no disk %s", name);
	return NULL;
}

static bool has_claim(const struct device *device, enum device_claim_kind kind, const char *part)
{
	for (size_t i = 0; i < device->claim_count; i++) {
		if (device->claims[i].kind == kind && strstr(device->claims[i].text, part))
			return true;
	}
	return false;
}

static void assert_claim(struct machine *machine, const char *name, enum device_claim_kind kind,
    const char *part)
{
	struct clearance clearance = { 0 };
	const struct device *device = disk(machine, name);
	for (size_t i = 0; !has_claim(device, kind, part) && i < device->claim_count; i++)
		print_message("has: %s\n", device->claims[i].text);
	assert_true(has_claim(device, kind, part));
	assert_int_equal(device_clear(device, &clearance, &machine->err), CODE_REFUSED);
	assert_false(clearance.granted);
}

static void assert_free(struct machine *machine, const char *name)
{
	struct clearance clearance;
	assert_ok(device_clear(disk(machine, name), &clearance, &machine->err), machine->err);
	assert_true(clearance.granted);
}

/* ---- cleared -------------------------------------------------------------------------------- */

static void a_free_disk_is_cleared(void **state)
{
	struct machine *machine = *state;
	scan(machine);
	const struct device *device = disk(machine, "sdb");
	assert_free(machine, "sdb");
	assert_false(device->scan_incomplete);
	assert_string_equal(device->identity.transport, "sata");
	assert_string_equal(device->identity.model, "WDC WD10EZEX");
	assert_string_equal(device->identity.wwn, "naa.50014ee2b1234567");
	assert_string_equal(device->identity.unit, "0");
	assert_int_equal(device->media, DEVICE_MEDIA_HDD);
	assert_true(device->identity.size == UINT64_C(1953525168) * 512);
	assert_int_equal(device->partition_count, 2);
	assert_true(hash_is_sha256_hex(device->identity.identify_sha256));
	assert_string_equal(device_confirm_word(&device->identity), "sdb");
}

/* ---- refused -------------------------------------------------------------------------------- */

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
	add_process(machine, "200", "mnt:[1]", root_mounts);
	host_tree_link(machine->dir, "/proc/200/task/201/ns/mnt", "mnt:[3]");
	host_tree_file(machine->dir, "/proc/200/task/201/mountinfo",
	    "60 1 8:17 / /data rw - ext4 /dev/sdb1 rw\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_MOUNT, "namespace of process 200");
}

static void a_kernel_thread_is_known_by_its_flag_not_its_name(void **state)
{
	struct machine *machine = *state;
	add_process(machine, "300", "mnt:[1]", root_mounts);
	host_tree_link(machine->dir, "/proc/300/fd/5", "/dev/sdb");
	host_tree_file(machine->dir, "/proc/300/stat", "300 (a)       2097152\n) S 1 1 1 0 -1 64 0\n");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_OPENER, "300");
	host_tree_file(machine->dir, "/proc/300/stat", "300 (kworker) S 1 1 1 0 -1 2097152 0\n");
	host_tree_node(machine->dir, "/proc/300/fd", "refused", "0:0", "0:0");
	scan(machine);
	assert_false(disk(machine, "sdb")->scan_incomplete);
}

static void a_namespace_without_a_process_is_said(void **state)
{
	struct machine *machine = *state;
	set_mounts(machine, "31 26 0:4 mnt:[77] /run/keep rw - nsfs nsfs rw\n");
	scan(machine);
	assert_true(disk(machine, "sdb")->scan_incomplete);
	assert_non_null(strstr(disk(machine, "sdb")->scan_note, "mnt:[77]"));
}

static void a_process_that_hides_is_said(void **state)
{
	struct machine *machine = *state;
	add_process(machine, "200", "mnt:[1]", root_mounts);
	host_tree_node(machine->dir, "/proc/200/fd", "refused", "0:0", "0:0");
	scan(machine);
	assert_true(disk(machine, "sdb")->scan_incomplete);
	assert_non_null(strstr(disk(machine, "sdb")->scan_note, "200"));
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
	add_process(machine, "300", "mnt:[1]", root_mounts);
	host_tree_link(machine->dir, "/proc/300/fd/5", "/dev/sdb1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_OPENER, "sdb1 is open in process 300 (worker)");
	assert_int_equal(
	    device_openers(machine->host, &clearance, 100, &incomplete, &machine->err), CODE_REFUSED);
	assert_non_null(strstr(machine->err.line, "300 (worker)"));
	assert_ok(device_openers(machine->host, &clearance, 300, &incomplete, &machine->err),
	    machine->err);
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

static void readonly_and_empty_are_refused(void **state)
{
	struct machine *machine = *state;
	put_disk(machine, "sdb", "ro", "1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_READONLY, "read-only");
	put_disk(machine, "sdb", "ro", "0");
	put_disk(machine, "sdb", "size", "0");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_EMPTY, "medium");
}

static void excluded_is_refused_and_a_slip_is_an_error(void **state)
{
	struct machine *machine = *state;
	const char *const words[] = { "/dev/sdb1", NULL };
	struct device_scan_options options = { .excluded = words };
	assert_ok(try_scan(machine, &options), machine->err);
	assert_claim(machine, "sdb", DEVICE_CLAIM_EXCLUDED, "/dev/sdb1");
	const char *const wwn[] = { "wwn:0x50014EE2B1234567", NULL };
	options.excluded = wwn;
	assert_ok(try_scan(machine, &options), machine->err);
	assert_claim(machine, "sdb", DEVICE_CLAIM_EXCLUDED, "wwn");
	const char *const slip[] = { "serial:nobody", NULL };
	options.excluded = slip;
	assert_int_equal(try_scan(machine, &options), CODE_MISSING);
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

/* ---- one unit, two nodes; one drive, two units ------------------------------------------------ */

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

static void add_nvme(const struct machine *machine, const char *name, const char *number,
    const char *nsid, const char *wwid)
{
	add_disk(machine->dir, name, "virtual/nvme-subsystem/nvme-subsys0", number);
	put_disk(machine, name, "device/model", "Samsung SSD 990  ");
	put_disk(machine, name, "device/serial", "S6Z2NJ0");
	put_disk(machine, name, "device/firmware_rev", "4B2Q");
	put_disk(machine, name, "device/nvme0/transport", "pcie");
	put_disk(machine, name, "nsid", nsid);
	put_disk(machine, name, "wwid", wwid);
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

/* ---- found, confirmed ------------------------------------------------------------------------- */

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

static void a_changed_device_is_not_confirmed(void **state)
{
	struct machine *machine = *state;
	struct clearance clearance = { 0 };
	struct os_geometry same = { 8, 16, UINT64_C(1953525168) * 512, 512, 4096, 0, 9, false };
	scan(machine);
	assert_int_equal(device_confirm(&clearance, &same, &machine->err), CODE_BUG);
	assert_ok(device_clear(disk(machine, "sdb"), &clearance, &machine->err), machine->err);
	assert_ok(device_confirm(&clearance, &same, &machine->err), machine->err);
	struct os_geometry other[] = { same, same, same, same, same, same, same };
	other[0].major++;
	other[1].minor++;
	other[2].size -= 512;
	other[3].logical = 4096;
	other[4].physical = 512;
	other[5].diskseq++;
	other[6].readonly = true;
	for (size_t i = 0; i < WIPE_COUNT(other); i++)
		assert_int_equal(device_confirm(&clearance, &other[i], &machine->err), CODE_GONE);
	/* Told at the clearance and not any more: unknown is not the same. */
	same.diskseq = 0;
	assert_int_equal(device_confirm(&clearance, &same, &machine->err), CODE_GONE);
}

static void what_changed_after_the_clearance_is_seen_again(void **state)
{
	struct machine *machine = *state;
	struct clearance clearance;
	scan(machine);
	assert_ok(device_clear(disk(machine, "sdb"), &clearance, &machine->err), machine->err);
	assert_ok(device_recheck(machine->host, &clearance, &machine->err), machine->err);
	struct clearance other = clearance;
	text_copy(other.device.identity.serial, sizeof(other.device.identity.serial), "ANOTHER");
	assert_int_equal(device_recheck(machine->host, &other, &machine->err), CODE_GONE);
	assert_int_equal(device_recheck_identity(machine->host, &other, &machine->err), CODE_GONE);
	other = clearance;
	other.device.identity.minor = 4095;
	assert_int_equal(device_recheck(machine->host, &other, &machine->err), CODE_GONE);
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(a_free_disk_is_cleared),
		RULE(the_system_disk_is_refused),
		RULE(the_esp_and_usr_are_the_system),
		RULE(a_mount_is_found_by_number_whatever_its_name),
		RULE(a_mount_only_in_another_namespace_is_found),
		RULE(a_mount_only_in_a_threads_namespace_is_found),
		RULE(a_kernel_thread_is_known_by_its_flag_not_its_name),
		RULE(a_namespace_without_a_process_is_said),
		RULE(a_process_that_hides_is_said),
		RULE(swap_is_refused),
		RULE(a_swap_file_claims_the_disk_below),
		RULE(an_md_member_is_refused),
		RULE(lvm_on_luks_reaches_the_disk),
		RULE(a_second_btrfs_member_is_refused),
		RULE(a_zfs_member_is_refused_while_a_pool_is_imported),
		RULE(a_loop_over_a_file_claims_the_disk_below),
		RULE(a_loop_over_a_disk_is_refused_both_ways),
		RULE(an_opener_of_a_partition_is_named),
		RULE(an_overlay_root_claims_the_disks_of_its_layers),
		RULE(an_overlay_that_cannot_be_followed_is_said),
		RULE(our_state_directory_is_refused),
		RULE(a_state_directory_on_a_btrfs_subvolume_is_found),
		RULE(readonly_and_empty_are_refused),
		RULE(excluded_is_refused_and_a_slip_is_an_error),
		RULE(mounts_that_are_not_understood_clear_nothing),
		RULE(two_paths_of_one_unit_are_duplicates),
		RULE(a_path_is_refused_while_the_other_is_taken),
		RULE(paths_that_dm_multipath_holds_are_held_not_duplicates),
		RULE(two_namespaces_of_one_drive_are_no_duplicates),
		RULE(disks_are_found_by_any_link_and_partitions_are_refused),
		RULE(a_changed_device_is_not_confirmed),
		RULE(what_changed_after_the_clearance_is_seen_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
