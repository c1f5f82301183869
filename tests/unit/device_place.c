/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * device_place_find(): is a disk on every kind of adapter given the name that udev would give it? The trees
 * have the form of Linux's; where udev's own program is installed it is asked about the same trees.
 */
#include "unit/place_trees.h"
#include "unit/spawn.h"
#include "wipe/device.h"

#include <sched.h>
#include <sys/mount.h>

struct rig {
	char dir[64];
	struct os_host *host;
	struct device_place place;
	struct err err;
};

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	strcpy(rig->dir, "/tmp/certwipe-host-XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	assert_ok(host_tree_open(rig->dir, &rig->host, &rig->err), rig->err);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	os_host_free(rig->host);
	host_tree_remove(rig->dir);
	free(rig);
	return 0;
}

static void find(struct rig *rig, const char *name, const char *sysfs, const char *unit)
{
	struct device device = { .virtual_disk = false };
	text_copy(device.identity.name, sizeof(device.identity.name), name);
	text_copy(device.identity.unit, sizeof(device.identity.unit), unit);
	text_copy(device.sysfs, sizeof(device.sysfs), sysfs);
	device_place_find(rig->host, &device, &rig->place);
}

static void every_kind_of_port_has_udev_s_name(void **state)
{
	struct rig *rig = *state;
	for (size_t i = 0; i < WIPE_COUNT(place_trees); i++) {
		const struct place_tree *tree = &place_trees[i];
		place_tree_make(rig->dir, tree);
		find(rig, tree->name, tree->sysfs, tree->unit);
		if (strcmp(rig->place.path, tree->path) != 0)
			fail_msg("%s: \"%s\" instead of \"%s\"", tree->sysfs, rig->place.path, tree->path);
		assert_string_equal(rig->place.pci, tree->pci);
		assert_string_equal(rig->place.scsi, tree->scsi);
		assert_string_equal(rig->place.bay, "");
		assert_string_equal(rig->place.enclosure, "");
	}
}

#define UDEVADM "/usr/bin/udevadm"

/* udevadm over the tree in place of /sys, in a mount namespace of its own; only where that works at all. */
static bool ask_udev(const struct rig *rig, const char *sysfs, char *out, size_t size)
{
	char fake[80];
	int ends[2];
	size_t len = 0;
	snprintf(fake, sizeof(fake), "%s/sys", rig->dir);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount(fake, "/sys", NULL, MS_BIND, NULL) < 0)
			_exit(99);
		setenv("SYSTEMD_DEVICE_VERIFY_SYSFS", "0", 1);
		dup2(ends[1], 1);
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
		execl(UDEVADM, UDEVADM, "test-builtin", "path_id", sysfs, NULL);
		_exit(99);
	}
	close(ends[1]);
	for (ssize_t n; len < size - 1 && (n = read(ends[0], out + len, size - 1 - len)) > 0;)
		len += (size_t)n;
	close(ends[0]);
	out[len] = 0;
	return spawn_wait(pid) != 99;
}

static void udev_agrees(void **state)
{
	struct rig *rig = *state;
	if (geteuid() != 0 || access(UDEVADM, X_OK) != 0)
		skip();
	for (size_t i = 0; i < WIPE_COUNT(place_trees); i++) {
		char said[4096];
		char wanted[200];
		place_tree_make(rig->dir, &place_trees[i]);
		if (!ask_udev(rig, place_trees[i].sysfs, said, sizeof(said)))
			skip();
		snprintf(wanted, sizeof(wanted), "ID_PATH=%s\n", place_trees[i].path);
		if (!strstr(said, wanted))
			fail_msg("%s: udev says \"%s\" instead of \"%s\"", place_trees[i].sysfs, said, wanted);
	}
}

static void what_cannot_be_read_makes_no_name(void **state)
{
	struct rig *rig = *state;
	find(rig, "sda", "/sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda", "0");
	assert_string_equal(rig->place.path, "");
	assert_string_equal(rig->place.pci, "0000:00:1f.2");
	/* The way is known, but for the number of the port. */
	place_tree_make(rig->dir, &place_trees[0]);
	host_tree_file(rig->dir, place_trees[0].files[0].path, "\n");
	find(rig, "sda", place_trees[0].sysfs, "0");
	assert_string_equal(rig->place.path, "");
	find(rig, "x", "", "");
	find(rig, "x", "/sys/devices", "");
	find(rig, "x", "/", "");
	assert_string_equal(rig->place.path, "");
}

static void udev_s_word_goes_first_and_is_made_safe(void **state)
{
	struct rig *rig = *state;
	place_tree_make(rig->dir, &place_trees[0]);
	host_tree_file(rig->dir, "/udev/sda", "ID_PATH=pci-odd\x1b[31m-ata-9\n");
	find(rig, "sda", place_trees[0].sysfs, "0");
	assert_string_equal(rig->place.path, "pci-odd\\x1b[31m-ata-9");
}

static void a_virtual_disk_is_nowhere(void **state)
{
	struct rig *rig = *state;
	struct device device = { .virtual_disk = true, .sysfs = "/sys/devices/virtual/block/loop0" };
	host_tree_file(rig->dir, "/udev/loop0", "ID_PATH=made-up\n");
	text_copy(device.identity.name, sizeof(device.identity.name), "loop0");
	device_place_find(rig->host, &device, &rig->place);
	assert_string_equal(rig->place.path, "");
}

/* A drive that could have several controllers lies below its subsystem, and with one below that one. */
static void an_nvme_drive_with_one_controller_sits_where_that_is(void **state)
{
	struct rig *rig = *state;
	place_tree_make(rig->dir, &place_trees[2]);
	host_tree_file(rig->dir, SUBSYSTEM "/nvme1n1/nsid", "1\n");
	host_tree_link(rig->dir, SUBSYSTEM "/nvme0", NVME "/nvme/nvme0");
	find(rig, "nvme1n1", SUBSYSTEM "/nvme1n1", "1");
	assert_string_equal(rig->place.path, "pci-0000:01:00.0-nvme-1");
	assert_string_equal(rig->place.pci, "0000:01:00.0");
	/* With two it is at neither. */
	host_tree_link(rig->dir, SUBSYSTEM "/nvme4", "/sys/devices/pci0000:00/0000:00:09.0/nvme/nvme4");
	find(rig, "nvme1n1", SUBSYSTEM "/nvme1n1", "1");
	assert_string_equal(rig->place.path, "");
	assert_string_equal(rig->place.pci, "");
}

#define UNIT "/sys/devices/pci0000:00/0000:00:03.0/0000:03:00.0/host0/port-0:0/expander-0:0/port-0:0:5/" \
	"end_device-0:0:5/target0:0:5/0:0:5:0"
#define SHELF "/sys/devices/pci0000:00/0000:00:03.0/0000:03:00.0/host0/port-0:0/expander-0:0/port-0:0:20/" \
	"end_device-0:0:20/target0:0:20/0:0:20:0/enclosure/0:0:20:0"

static void a_slot_and_its_light_are_found(void **state)
{
	struct rig *rig = *state;
	host_tree_file(rig->dir, UNIT "/block/sdf/size", "100\n");
	host_tree_link(rig->dir, UNIT "/enclosure_device:Slot 05", SHELF "/Slot 05");
	host_tree_file(rig->dir, SHELF "/id", "0x500304801e977a7f\n");
	host_tree_file(rig->dir, SHELF "/Slot 05/slot", "5\n");
	host_tree_file(rig->dir, SHELF "/Slot 05/locate", "0\n");
	find(rig, "sdf", UNIT "/block/sdf", "0");
	assert_string_equal(rig->place.enclosure, "0:0:20:0");
	assert_string_equal(rig->place.enclosure_id, "0x500304801e977a7f");
	assert_string_equal(rig->place.component, "Slot 05");
	assert_true(rig->place.slot_known);
	assert_int_equal(rig->place.slot, 5);
	assert_int_equal(rig->place.light, DEVICE_LIGHT_OFF);
	assert_string_equal(rig->place.scsi, "0:0:5:0");
	host_tree_file(rig->dir, SHELF "/Slot 05/locate", "1\n");
	find(rig, "sdf", UNIT "/block/sdf", "0");
	assert_int_equal(rig->place.light, DEVICE_LIGHT_ON);
	/* Some enclosures number nothing, and have no lights. */
	host_tree_file(rig->dir, SHELF "/Slot 05/slot", "-1\n");
	host_tree_file(rig->dir, SHELF "/Slot 05/locate", "\n");
	find(rig, "sdf", UNIT "/block/sdf", "0");
	assert_false(rig->place.slot_known);
	assert_int_equal(rig->place.light, DEVICE_LIGHT_NONE);
}

#define PLACE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE(every_kind_of_port_has_udev_s_name),
		PLACE(udev_agrees),
		PLACE(what_cannot_be_read_makes_no_name),
		PLACE(udev_s_word_goes_first_and_is_made_safe),
		PLACE(an_nvme_drive_with_one_controller_sits_where_that_is),
		PLACE(a_virtual_disk_is_nowhere),
		PLACE(a_slot_and_its_light_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
