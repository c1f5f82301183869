/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device machine: a small machine made up in a folder, and what tests of the rules ask of it. */
#ifndef TESTS_UNIT_DEVICE_MACHINE_H
#define TESTS_UNIT_DEVICE_MACHINE_H

#include "fakes/host_tree.h"
#include "unit/unit.h"
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

#define ROOT_MOUNTS                                \
	"26 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n" \
	"22 26 0:21 / /sys rw - sysfs sysfs rw\n"

static inline void add_numbers(const char *dir, const char *name, const char *sysfs,
    const char *number)
{
	char path[256];
	char node[64];
	snprintf(path, sizeof(path), "%s/dev", sysfs);
	host_tree_file(dir, path, "%s\n", number);
	snprintf(node, sizeof(node), "/dev/%s", name);
	host_tree_node(dir, node, "block", "0:6", number);
}

static inline void put(const char *dir, const char *sysfs, const char *file, const char *value)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", sysfs, file);
	host_tree_file(dir, path, "%s\n", value);
}

static inline void add_disk(const char *dir, const char *name, const char *parent,
    const char *number)
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
static inline void put_disk(const struct machine *machine, const char *name, const char *file,
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

static inline void add_partition(const struct machine *machine, const char *disk, const char *name,
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

static inline void add_process(const struct machine *machine, const char *pid, const char *space,
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

static inline void set_mounts(const struct machine *machine, const char *more)
{
	char all[4096];
	snprintf(all, sizeof(all), "%s%s", ROOT_MOUNTS, more);
	add_process(machine, "100", "mnt:[1]", all);
	add_process(machine, "1", "mnt:[1]", all);
}

static inline int setup(void **state)
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

static inline int teardown(void **state)
{
	struct machine *machine = *state;
	device_set_free(&machine->set);
	os_host_free(machine->host);
	host_tree_remove(machine->dir);
	free(machine);
	return 0;
}

static inline enum code try_scan(struct machine *machine, const struct device_scan_options *options)
{
	device_set_free(&machine->set);
	os_host_free(machine->host);
	machine->host = NULL;
	assert_ok(host_tree_open(machine->dir, &machine->host, &machine->err), machine->err);
	return device_scan(machine->host, options, &machine->set, &machine->err);
}

static inline void scan(struct machine *machine)
{
	struct device_scan_options options = { 0 };
	assert_ok(try_scan(machine, &options), machine->err);
}

static inline const struct device *disk(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->set.count; i++) {
		if (strcmp(machine->set.items[i].identity.name, name) == 0)
			return &machine->set.items[i];
	}
	fail_msg("no disk %s", name);
	return NULL;
}

static inline bool has_claim(const struct device *device, enum device_claim_kind kind,
    const char *part)
{
	for (size_t i = 0; i < device->claim_count; i++) {
		if (device->claims[i].kind == kind && strstr(device->claims[i].text, part))
			return true;
	}
	return false;
}

static inline void assert_claim(struct machine *machine, const char *name,
    enum device_claim_kind kind, const char *part)
{
	struct clearance clearance = { 0 };
	const struct device *device = disk(machine, name);
	for (size_t i = 0; !has_claim(device, kind, part) && i < device->claim_count; i++)
		print_message("has: %s\n", device->claims[i].text);
	assert_true(has_claim(device, kind, part));
	assert_int_equal(device_clear(device, &clearance, &machine->err), CODE_REFUSED);
	assert_false(clearance.granted);
}

static inline void assert_free(struct machine *machine, const char *name)
{
	struct clearance clearance;
	assert_ok(device_clear(disk(machine, name), &clearance, &machine->err), machine->err);
	assert_true(clearance.granted);
}

static inline void add_nvme(const struct machine *machine, const char *name, const char *number,
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

#define RULE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
