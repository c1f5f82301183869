/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place trees: the way to one disk on every kind of adapter, as Linux shows it in /sys. */
#ifndef TESTS_UNIT_PLACE_TREES_H
#define TESTS_UNIT_PLACE_TREES_H

#include "fakes/host_tree.h"
#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

struct place_tree {
	const char *name; /* of the disk */
	const char *sysfs;
	const char *unit; /* struct identity's */
	const char *path; /* what udev calls it */
	const char *pci;
	const char *scsi;
	/* Devices on the way: the folder, its bus or class, its DEVTYPE or NULL. */
	struct { const char *path, *subsystem, *type; } devices[12];
	struct { const char *path, *text; } files[6];
};

#define PCI(path) { path, "bus/pci", NULL }
#define HOST(path) { path, "bus/scsi", "scsi_host" }
#define TARGET(path) { path, "bus/scsi", "scsi_target" }
#define UNIT_(path) { path, "bus/scsi", "scsi_device" }
#define DISK(path) { path, "class/block", "disk" }

#define AHCI "/sys/devices/pci0000:00/0000:00:1f.2"
#define NVME "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"
#define SUBSYSTEM "/sys/devices/virtual/nvme-subsystem/nvme-subsys1"
#define XHCI "/sys/devices/pci0000:00/0000:00:14.0"
#define VIRTIO "/sys/devices/pci0000:00/0000:00:02.0/virtio1"
#define VSCSI "/sys/devices/pci0000:00/0000:00:05.0/virtio2"
#define HBA "/sys/devices/pci0000:00/0000:00:03.0/0000:03:00.0"
#define EXPANDER HBA "/host7/port-7:0/expander-7:0"
#define RAID "/sys/devices/pci0000:00/0000:00:02.2/0000:05:00.0"

static const struct place_tree place_trees[] = {
	{ "sda", AHCI "/ata1/host0/target0:0:0/0:0:0:0/block/sda", "0", "pci-0000:00:1f.2-ata-1.0",
	    "0000:00:1f.2", "0:0:0:0",
	    { PCI(AHCI), HOST(AHCI "/ata1/host0"), TARGET(AHCI "/ata1/host0/target0:0:0"),
		UNIT_(AHCI "/ata1/host0/target0:0:0/0:0:0:0"),
		DISK(AHCI "/ata1/host0/target0:0:0/0:0:0:0/block/sda"),
		{ AHCI "/ata1", NULL, NULL }, { AHCI "/ata1/ata_port/ata1", "class/ata_port", NULL } },
	    { { AHCI "/ata1/ata_port/ata1/port_no", "1" } } },
	/* The third drive behind a port multiplier: the kernel's ata6 is the adapter's port 2. */
	{ "sdg", AHCI "/ata6/host5/target5:3:0/5:3:0:0/block/sdg", "0", "pci-0000:00:1f.2-ata-2.3.0",
	    "0000:00:1f.2", "5:3:0:0",
	    { PCI(AHCI), HOST(AHCI "/ata6/host5"), TARGET(AHCI "/ata6/host5/target5:3:0"),
		UNIT_(AHCI "/ata6/host5/target5:3:0/5:3:0:0"),
		DISK(AHCI "/ata6/host5/target5:3:0/5:3:0:0/block/sdg"),
		{ AHCI "/ata6", NULL, NULL }, { AHCI "/ata6/ata_port/ata6", "class/ata_port", NULL } },
	    { { AHCI "/ata6/ata_port/ata6/port_no", "2" } } },
	{ "nvme0n1", NVME "/nvme/nvme0/nvme0n1", "1", "pci-0000:01:00.0-nvme-1", "0000:01:00.0", "",
	    { PCI("/sys/devices/pci0000:00/0000:00:01.0"), PCI(NVME),
		{ NVME "/nvme/nvme0", "class/nvme", NULL }, DISK(NVME "/nvme/nvme0/nvme0n1") },
	    { { NVME "/nvme/nvme0/nvme0n1/nsid", "1" } } },
	{ "sdb", XHCI "/usb2/2-1/2-1.4/2-1.4:1.0/host6/target6:0:0/6:0:0:0/block/sdb", "0",
	    "pci-0000:00:14.0-usb-0:1.4:1.0-scsi-0:0:0:0", "0000:00:14.0", "6:0:0:0",
	    { PCI(XHCI), { XHCI "/usb2", "bus/usb", "usb_device" },
		{ XHCI "/usb2/2-1", "bus/usb", "usb_device" },
		{ XHCI "/usb2/2-1/2-1.4", "bus/usb", "usb_device" },
		{ XHCI "/usb2/2-1/2-1.4/2-1.4:1.0", "bus/usb", "usb_interface" },
		HOST(XHCI "/usb2/2-1/2-1.4/2-1.4:1.0/host6"),
		TARGET(XHCI "/usb2/2-1/2-1.4/2-1.4:1.0/host6/target6:0:0"),
		UNIT_(XHCI "/usb2/2-1/2-1.4/2-1.4:1.0/host6/target6:0:0/6:0:0:0"),
		DISK(XHCI "/usb2/2-1/2-1.4/2-1.4:1.0/host6/target6:0:0/6:0:0:0/block/sdb") },
	    { { NULL, NULL } } },
	{ "vda", VIRTIO "/block/vda", "", "pci-0000:00:02.0", "0000:00:02.0", "",
	    { PCI("/sys/devices/pci0000:00/0000:00:02.0"), { VIRTIO, "bus/virtio", NULL },
		DISK(VIRTIO "/block/vda") },
	    { { NULL, NULL } } },
	{ "sdc", VSCSI "/host2/target2:0:1/2:0:1:3/block/sdc", "3", "pci-0000:00:05.0-scsi-0:0:1:3",
	    "0000:00:05.0", "2:0:1:3",
	    { PCI("/sys/devices/pci0000:00/0000:00:05.0"), { VSCSI, "bus/virtio", NULL },
		HOST(VSCSI "/host2"), TARGET(VSCSI "/host2/target2:0:1"),
		UNIT_(VSCSI "/host2/target2:0:1/2:0:1:3"),
		DISK(VSCSI "/host2/target2:0:1/2:0:1:3/block/sdc") },
	    { { NULL, NULL } } },
	/* A disk on a phy of the adapter itself. */
	{ "sdd", HBA "/host7/port-7:3/end_device-7:3/target7:0:3/7:0:3:0/block/sdd", "0",
	    "pci-0000:03:00.0-sas-phy3-lun-0", "0000:03:00.0", "7:0:3:0",
	    { PCI("/sys/devices/pci0000:00/0000:00:03.0"), PCI(HBA), HOST(HBA "/host7"),
		TARGET(HBA "/host7/port-7:3/end_device-7:3/target7:0:3"),
		UNIT_(HBA "/host7/port-7:3/end_device-7:3/target7:0:3/7:0:3:0"),
		DISK(HBA "/host7/port-7:3/end_device-7:3/target7:0:3/7:0:3:0/block/sdd"),
		{ HBA "/host7/port-7:3", NULL, NULL }, { HBA "/host7/port-7:3/end_device-7:3", NULL, NULL },
		{ HBA "/host7/port-7:3/end_device-7:3/sas_device/end_device-7:3", "class/sas_device", NULL },
		{ HBA "/host7/port-7:3/sas_port/port-7:3", "class/sas_port", NULL } },
	    { { HBA "/host7/port-7:3/end_device-7:3/sas_device/end_device-7:3/phy_identifier", "3" },
		{ HBA "/host7/port-7:3/end_device-7:3/sas_device/end_device-7:3/sas_address",
		    "0x4433221103000000" },
		{ HBA "/host7/port-7:3/sas_port/port-7:3/num_phys", "1" } } },
	/* One with two ways at once. */
	{ "sde", HBA "/host7/port-7:4/end_device-7:4/target7:0:4/7:0:4:300/block/sde", "300",
	    "pci-0000:03:00.0-sas-0x5000c500a1b2c3d5-lun-0x012c000000000000", "0000:03:00.0", "7:0:4:300",
	    { PCI("/sys/devices/pci0000:00/0000:00:03.0"), PCI(HBA), HOST(HBA "/host7"),
		TARGET(HBA "/host7/port-7:4/end_device-7:4/target7:0:4"),
		UNIT_(HBA "/host7/port-7:4/end_device-7:4/target7:0:4/7:0:4:300"),
		DISK(HBA "/host7/port-7:4/end_device-7:4/target7:0:4/7:0:4:300/block/sde"),
		{ HBA "/host7/port-7:4", NULL, NULL }, { HBA "/host7/port-7:4/end_device-7:4", NULL, NULL },
		{ HBA "/host7/port-7:4/end_device-7:4/sas_device/end_device-7:4", "class/sas_device", NULL },
		{ HBA "/host7/port-7:4/sas_port/port-7:4", "class/sas_port", NULL } },
	    { { HBA "/host7/port-7:4/end_device-7:4/sas_device/end_device-7:4/phy_identifier", "0" },
		{ HBA "/host7/port-7:4/end_device-7:4/sas_device/end_device-7:4/sas_address",
		    "0x5000c500a1b2c3d5" },
		{ HBA "/host7/port-7:4/sas_port/port-7:4/num_phys", "2" } } },
	/* One in a shelf. */
	{ "sdf", EXPANDER "/port-7:0:5/end_device-7:0:5/target7:0:9/7:0:9:0/block/sdf", "0",
	    "pci-0000:03:00.0-sas-exp0x500304801e977aff-phy5-lun-0", "0000:03:00.0", "7:0:9:0",
	    { PCI(HBA), HOST(HBA "/host7"),
		TARGET(EXPANDER "/port-7:0:5/end_device-7:0:5/target7:0:9"),
		UNIT_(EXPANDER "/port-7:0:5/end_device-7:0:5/target7:0:9/7:0:9:0"),
		DISK(EXPANDER "/port-7:0:5/end_device-7:0:5/target7:0:9/7:0:9:0/block/sdf"),
		{ EXPANDER, NULL, NULL }, { EXPANDER "/port-7:0:5", NULL, NULL },
		{ EXPANDER "/port-7:0:5/end_device-7:0:5", NULL, NULL },
		{ EXPANDER "/port-7:0:5/end_device-7:0:5/sas_device/end_device-7:0:5", "class/sas_device",
		    NULL },
		{ EXPANDER "/port-7:0:5/sas_port/port-7:0:5", "class/sas_port", NULL },
		{ EXPANDER "/sas_device/expander-7:0", "class/sas_device", NULL } },
	    { { EXPANDER "/port-7:0:5/end_device-7:0:5/sas_device/end_device-7:0:5/phy_identifier", "5" },
		{ EXPANDER "/port-7:0:5/end_device-7:0:5/sas_device/end_device-7:0:5/sas_address",
		    "0x500304801e977a45" },
		{ EXPANDER "/port-7:0:5/sas_port/port-7:0:5/num_phys", "1" },
		{ EXPANDER "/sas_device/expander-7:0/sas_address", "0x500304801e977aff" } } },
	/* An adapter that hides its transport. */
	{ "sdh", RAID "/host8/target8:2:1/8:2:1:0/block/sdh", "0", "pci-0000:05:00.0-scsi-0:2:1:0",
	    "0000:05:00.0", "8:2:1:0",
	    { PCI("/sys/devices/pci0000:00/0000:00:02.2"), PCI(RAID), HOST(RAID "/host8"),
		TARGET(RAID "/host8/target8:2:1"), UNIT_(RAID "/host8/target8:2:1/8:2:1:0"),
		DISK(RAID "/host8/target8:2:1/8:2:1:0/block/sdh") },
	    { { NULL, NULL } } },
};

/* "/sys/devices/a/b" -> "../../../" + what, from inside the folder. */
static inline void place_tree_up(char *out, size_t size, const char *folder, const char *what)
{
	char ups[256] = "";
	for (const char *at = folder + 5; (at = strchr(at, '/')); at++)
		strcat(ups, "../");
	snprintf(out, size, "%s%s", ups, what);
}

static inline void place_tree_make(const char *dir, const struct place_tree *tree)
{
	char path[512];
	char target[512];
	for (size_t i = 0; i < WIPE_COUNT(tree->devices) && tree->devices[i].path; i++) {
		const char *folder = tree->devices[i].path;
		snprintf(path, sizeof(path), "%s/uevent", folder);
		if (strcmp(tree->devices[i].subsystem ? tree->devices[i].subsystem : "", "class/block") == 0)
			host_tree_file(dir, path, "MAJOR=8\nMINOR=%zu\nDEVNAME=%s\nDEVTYPE=disk\n",
			    (size_t)(tree - place_trees) * 16, tree->name);
		else
			host_tree_file(dir, path, "%s%s%s", tree->devices[i].type ? "DEVTYPE=" : "",
			    tree->devices[i].type ? tree->devices[i].type : "",
			    tree->devices[i].type ? "\n" : "");
		if (!tree->devices[i].subsystem)
			continue;
		snprintf(path, sizeof(path), "/sys/%s/uevent", tree->devices[i].subsystem);
		snprintf(path, sizeof(path), "%s/subsystem", folder);
		place_tree_up(target, sizeof(target), folder, tree->devices[i].subsystem);
		host_tree_link(dir, path, target);
		/* How a device is found by its class or bus. */
		const char *name = strrchr(folder, '/') + 1;
		bool bus = strncmp(tree->devices[i].subsystem, "bus/", 4) == 0;
		snprintf(path, sizeof(path), "/sys/%s%s/%s", tree->devices[i].subsystem,
		    bus ? "/devices" : "", name);
		snprintf(target, sizeof(target), "../../%s%s", bus ? "../" : "", folder + 5);
		host_tree_link(dir, path, target);
	}
	for (size_t i = 0; i < WIPE_COUNT(tree->files) && tree->files[i].path; i++)
		host_tree_file(dir, tree->files[i].path, "%s\n", tree->files[i].text);
}

#endif
