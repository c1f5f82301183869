/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place: on which port does a disk hang, in the words that /dev/disk/by-path uses? udev's own answer
 * where udevd runs; else the same walk from the disk to the bus (systemd-udevd, "path_id"): every kind
 * of device on the way adds its part.
 */
#include "place.h"

#include <stdio.h>
#include <string.h>

void place_prepend(struct place_path *path, const char *format, ...)
{
	char part[DEVICE_PATH];
	char whole[2 * DEVICE_PATH];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(part, sizeof(part), format, args);
	va_end(args);
	snprintf(whole, sizeof(whole), "%s%s%s", part, path->text[0] ? "-" : "", path->text);
	if (len < 0 || (size_t)len >= sizeof(part) || strlen(whole) >= sizeof(path->text))
		path->failed = true;
	else
		text_safe(path->text, sizeof(path->text), whole, strlen(whole));
}

bool place_up(char dir[SYSFS_PATH])
{
	char *slash = strrchr(dir, '/');
	if (!slash || !text_has_prefix(dir, "/sys/devices/"))
		return false;
	*slash = 0;
	return text_has_prefix(dir, "/sys/devices/");
}

const char *place_name(const char *dir)
{
	const char *slash = strrchr(dir, '/');
	return slash ? slash + 1 : dir;
}

void place_subsystem(struct os_host *host, const char *dir, char *out, size_t size)
{
	char path[SYSFS_PATH];
	BUF_AUTO target = { 0 };
	struct err err;
	out[0] = 0;
	sysfs_path(path, "%s/subsystem", dir);
	if (host->ops->link(host, path, &target, &err) == CODE_OK && target.len)
		text_copy(out, size, place_name((const char *)target.data));
}

/* Up to the topmost of the devices of one kind that follow each other: of PCI bridges only the device
 * itself is named. */
static void skip(struct os_host *host, char dir[SYSFS_PATH], const char *subsystem)
{
	char above[SYSFS_PATH];
	char kind[32];
	text_copy(above, sizeof(above), dir);
	while (place_up(above)) {
		place_subsystem(host, above, kind, sizeof(kind));
		if (strcmp(kind, subsystem) != 0)
			return;
		text_copy(dir, SYSFS_PATH, above);
	}
}

/* "1-2.4:1.0": bus 1 is renumbered by every boot, port and interface are not. */
static void add_usb(struct os_host *host, char dir[SYSFS_PATH], struct place_path *path)
{
	const char *dash = strchr(place_name(dir), '-');
	if (!dash)
		return;
	place_prepend(path, "usb-0:%s", dash + 1);
	skip(host, dir, "usb");
	path->has_transport = true;
}

static void add_nvme(struct os_host *host, const struct device *device, char dir[SYSFS_PATH],
    struct place_path *path)
{
	if (!device->identity.unit[0])
		return;
	place_prepend(path, "nvme-%s", device->identity.unit);
	skip(host, dir, "nvme");
	path->has_parent = true;
	path->has_transport = true;
}

static void add_bus(struct os_host *host, char dir[SYSFS_PATH], const char *kind,
    struct place_path *path)
{
	place_prepend(path, "%s-%s", kind, place_name(dir));
	skip(host, dir, kind);
	path->has_parent = true;
	if (strcmp(kind, "platform") == 0)
		path->has_transport = true;
}

static void add_part(struct os_host *host, const struct device *device, char dir[SYSFS_PATH],
    struct place_path *path)
{
	char kind[32];
	place_subsystem(host, dir, kind, sizeof(kind));
	if (strcmp(kind, "scsi") == 0) {
		place_scsi(host, dir, path);
	} else if (strcmp(kind, "usb") == 0) {
		add_usb(host, dir, path);
	} else if (strcmp(kind, "nvme") == 0) {
		add_nvme(host, device, dir, path);
	} else if (strcmp(kind, "virtio") == 0) {
		skip(host, dir, kind);
		path->has_transport = true;
	} else if (strcmp(kind, "pci") == 0 || strcmp(kind, "platform") == 0 ||
	    strcmp(kind, "acpi") == 0) {
		add_bus(host, dir, kind, path);
	}
}

/*
 * An NVMe drive that can have several controllers lies below none of them, but below its subsystem. With
 * one controller that one is the way; with several no one is.
 */
static void way_of(struct os_host *host, const char *sysfs, char dir[SYSFS_PATH])
{
	char subsystem[SYSFS_PATH];
	char path[SYSFS_PATH];
	BUF_AUTO names = { 0 };
	BUF_AUTO controller = { 0 };
	struct err err;
	size_t pos = 0;
	uint64_t number;
	text_copy(dir, SYSFS_PATH, sysfs);
	text_copy(subsystem, sizeof(subsystem), sysfs);
	if (!strstr(sysfs, "/nvme-subsystem/") || !place_up(subsystem) ||
	    host->ops->list(host, subsystem, &names, &err) != CODE_OK)
		return;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		if (!text_has_prefix(name, "nvme") || !text_u64_parse(name + 4, &number))
			continue;
		if (controller.len) {
			text_copy(dir, SYSFS_PATH, sysfs);
			return;
		}
		sysfs_path(path, "%s/%s", subsystem, name);
		if (host->ops->resolve(host, path, &controller, &err) == CODE_OK)
			text_copy(dir, SYSFS_PATH, (const char *)controller.data);
	}
}

static void walk(struct os_host *host, const struct device *device, const char *from,
    struct device_place *ret)
{
	struct place_path path = { .text = "" };
	char dir[SYSFS_PATH];
	text_copy(dir, sizeof(dir), from);
	do
		add_part(host, device, dir, &path);
	while (place_up(dir));
	/* A name that might be another port's after the next boot is none. */
	if (path.has_parent && path.has_transport && !path.failed)
		text_copy(ret->path, sizeof(ret->path), path.text);
}

static void take_udev(struct os_host *host, const char *name, struct device_place *ret)
{
	BUF_AUTO value = { 0 };
	struct err err;
	if (host->ops->property(host, name, "ID_PATH", &value, &err) == CODE_OK &&
	    value.len < sizeof(ret->path))
		text_safe(ret->path, sizeof(ret->path), value.data, value.len);
}

bool place_is_pci(const char *element, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t domain = strspn(element, digits);
	return domain >= 4 && domain <= 8 && len == domain + 8 && element[domain] == ':' &&
	    strspn(element + domain + 1, digits) == 2 && element[domain + 3] == ':' &&
	    strspn(element + domain + 4, digits) == 2 && element[domain + 6] == '.' &&
	    strspn(element + domain + 7, digits) == 1;
}

static void take_pci(const char *sysfs, struct device_place *ret)
{
	for (const char *at = sysfs; (at = strchr(at, '/'));) {
		size_t len = strcspn(++at, "/");
		if (len < sizeof(ret->pci) && place_is_pci(at, len))
			snprintf(ret->pci, sizeof(ret->pci), "%.*s", (int)len, at);
	}
}

/* "…/2:0:0:5/block/sdc" */
static void take_scsi(const char *sysfs, struct device_place *ret)
{
	uint64_t numbers[4];
	const char *end = strstr(sysfs, "/block/");
	const char *at = end;
	while (at && at > sysfs && at[-1] != '/')
		at--;
	if (at && place_numbers(at, (size_t)(end - at), numbers, 4))
		snprintf(ret->scsi, sizeof(ret->scsi), "%.*s", (int)(end - at), at);
}

void device_place_find(struct os_host *host, const struct device *device, struct device_place *ret)
{
	char way[SYSFS_PATH];
	*ret = (struct device_place){ .path = "" };
	if (device->virtual_disk)
		return; /* nowhere that a hand could reach */
	way_of(host, device->sysfs, way);
	take_udev(host, device->identity.name, ret);
	if (!ret->path[0])
		walk(host, device, way, ret);
	take_pci(way, ret);
	take_scsi(device->sysfs, ret);
	place_slot(host, device, ret);
}
