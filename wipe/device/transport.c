/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transport: by which way is a disk reached? The sysfs path is the way the kernel took. */
#include "transport.h"

#include "sysfs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct prefix {
	const char *text;
	const char *word;
	bool virtual_disk;
};

/* Kernel names whose driver alone says it. */
static const struct prefix names[] = {
	{ "loop", "loop", true },
	{ "zram", "zram", true },
	{ "ram", "ram", true },
	{ "dm-", "dm", true },
	{ "md", "md", true },
	{ "bcache", "bcache", true },
	{ "nbd", "nbd", false },
	{ "mmcblk", "mmc", false },
	{ "vd", "virtio", false },
	{ "pmem", "pmem", false },
};

/* Elements of the path of a SCSI disk, the outermost bridge last to be overruled: a USB box may
 * hold an ATA disk, and a SAS adapter too, but the host speaks what comes first here. */
static const struct prefix elements[] = {
	{ "/usb", "usb", false },
	{ "/ata", "sata", false },
	{ "/end_device-", "sas", false },
	{ "/rport-", "fc", false },
	{ "/session", "iscsi", false },
};

/* "/usb" followed by a digit: an element such as "usb2", not a name that only starts so. */
static bool has_element(const char *path, const char *element)
{
	for (const char *at = path; (at = strstr(at, element)); at++) {
		if (isdigit((unsigned char)at[strlen(element)]))
			return true;
	}
	return false;
}

/* A controller's "transport"; the head of a multipath disk has it one level down. */
static void classify_nvme(struct os_host *host, struct device *device)
{
	char kind[16];
	char dir[SYSFS_PATH];
	BUF_AUTO members = { 0 };
	struct err err;
	char *out = device->identity.transport;
	text_copy(out, sizeof(device->identity.transport), "nvme");
	bool known = sysfs_text(host, kind, sizeof(kind), device->sysfs, "device/transport");
	sysfs_path(dir, "%s/device", device->sysfs);
	if (!known && host->ops->list(host, dir, &members, &err) == CODE_OK) {
		size_t pos = 0;
		for (const char *name; !known && (name = sysfs_next_name(&members, &pos));) {
			char path[SYSFS_PATH];
			sysfs_path(path, "%s/%s", dir, name);
			known = text_has_prefix(name, "nvme") &&
			    sysfs_text(host, kind, sizeof(kind), path, "transport");
		}
	}
	if (known && strcmp(kind, "pcie") != 0)
		snprintf(out, sizeof(device->identity.transport), "nvme-%.10s", kind);
}

static void classify_scsi(struct os_host *host, struct device *device)
{
	char *out = device->identity.transport;
	size_t size = sizeof(device->identity.transport);
	char vendor[32];
	BUF_AUTO bus = { 0 };
	struct err err;
	text_copy(out, size, "scsi");
	for (size_t i = 0; i < WIPE_COUNT(elements); i++) {
		if (!has_element(device->sysfs, elements[i].text))
			continue;
		text_copy(out, size, elements[i].word);
		break;
	}
	/* A SATA disk behind a SAS adapter: the adapter's firmware translates, and says so. */
	if (strcmp(out, "sas") == 0 &&
	    sysfs_text(host, vendor, sizeof(vendor), device->sysfs, "device/vendor") &&
	    strcmp(vendor, "ATA") == 0)
		text_copy(out, size, "sata");
	if (strcmp(out, "scsi") == 0 &&
	    host->ops->property(host, device->identity.name, "ID_USB_DRIVER", &bus, &err) == CODE_OK)
		text_copy(out, size, "usb");
	else if (strcmp(out, "scsi") == 0 &&
	    host->ops->property(host, device->identity.name, "ID_BUS", &bus, &err) == CODE_OK &&
	    bus.len)
		text_copy(out, size, strcmp((const char *)bus.data, "ata") == 0 ? "sata"
			: strcmp((const char *)bus.data, "usb") == 0		 ? "usb"
										 : "scsi");
}

void transport_classify(struct os_host *host, struct device *device)
{
	const char *name = device->identity.name;
	char *out = device->identity.transport;
	text_copy(out, sizeof(device->identity.transport), "unknown");
	for (size_t i = 0; i < WIPE_COUNT(names); i++) {
		if (!text_has_prefix(name, names[i].text))
			continue;
		text_copy(out, sizeof(device->identity.transport), names[i].word);
		device->virtual_disk = names[i].virtual_disk;
		break;
	}
	if (text_has_prefix(name, "nvme"))
		classify_nvme(host, device);
	else if (text_has_prefix(name, "sd") || text_has_prefix(name, "sr"))
		classify_scsi(host, device);
	const char *bus = strcmp(out, "usb") == 0 || has_element(device->sysfs, "/usb") ? "usb"
	    : strstr(device->sysfs, "/pci")						? "pci"
	    : text_has_prefix(device->sysfs, "/sys/devices/virtual/")			? "virtual"
	    : strstr(device->sysfs, "/platform/")					? "platform"
											: "";
	text_copy(device->bus, sizeof(device->bus), bus);
}

static bool is_emulated(const char *model)
{
	static const char *const makers[] = { "QEMU", "VBOX", "VMware", "Msft Virtual" };
	for (size_t i = 0; i < WIPE_COUNT(makers); i++) {
		if (text_has_prefix(model, makers[i]))
			return true;
	}
	return false;
}

void transport_media(struct os_host *host, struct device *device)
{
	const char *transport = device->identity.transport;
	uint64_t rotational = 0;
	bool told = sysfs_u64(host, &rotational, device->sysfs, "queue/rotational");
	bool usb = strcmp(transport, "usb") == 0;
	device->media = DEVICE_MEDIA_UNKNOWN;
	if (device->virtual_disk || strcmp(transport, "virtio") == 0 ||
	    is_emulated(device->identity.model)) {
		device->media = DEVICE_MEDIA_VIRTUAL;
	} else if (text_has_prefix(transport, "nvme") || strcmp(transport, "mmc") == 0) {
		device->media = DEVICE_MEDIA_SSD;
		device->rotational_known = true;
	} else if (told && !(usb && rotational)) {
		/* The kernel takes a device for rotating until it denies it, and USB bridges and
		 * sticks mostly stay silent. */
		device->media = rotational ? DEVICE_MEDIA_HDD : DEVICE_MEDIA_SSD;
		device->rotational_known = true;
	}
}
