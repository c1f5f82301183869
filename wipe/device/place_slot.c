/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place_slot: in which slot of which enclosure? The kernel's SES driver joins the two: a disk has a link
 * "enclosure_device:COMPONENT" to its slot, whose folder lies in that of the enclosure
 * (linux/drivers/misc/enclosure.c).
 */
#include "place.h"

#include <string.h>

#define LINK "enclosure_device:"

/* The slot's folder, by the disk's link to it. */
static bool find_link(struct os_host *host, const char *unit, char out[SYSFS_PATH])
{
	char path[SYSFS_PATH];
	BUF_AUTO names = { 0 };
	BUF_AUTO whole = { 0 };
	struct err err;
	size_t pos = 0;
	if (host->ops->list(host, unit, &names, &err) != CODE_OK)
		return false;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		if (!text_has_prefix(name, LINK))
			continue;
		sysfs_path(path, "%s/%s", unit, name);
		return host->ops->resolve(host, path, &whole, &err) == CODE_OK &&
		    text_copy(out, SYSFS_PATH, (const char *)whole.data);
	}
	return false;
}

/* The folder's own name, unless it holds what os_locate_set() would not take back. */
static void take_name(const char *dir, char *out, size_t size)
{
	const char *name = place_name(dir);
	if (strlen(name) < size && text_is_printable(name))
		text_copy(out, size, name);
}

void place_slot(struct os_host *host, const struct device *device, struct device_place *ret)
{
	char unit[SYSFS_PATH];
	char slot[SYSFS_PATH];
	uint64_t number;
	if (!ret->scsi[0]) /* only the SCSI layer has such links */
		return;
	text_copy(unit, sizeof(unit), device->sysfs);
	for (int i = 0; i < 2; i++) { /* "UNIT/block/sda" */
		if (!place_up(unit))
			return;
	}
	if (!find_link(host, unit, slot))
		return;
	take_name(slot, ret->component, sizeof(ret->component));
	if (sysfs_u64(host, &number, slot, "slot") && number <= UINT32_MAX) {
		ret->slot_known = true;
		ret->slot = (uint32_t)number;
	}
	if (sysfs_u64(host, &number, slot, "locate"))
		ret->light = number ? DEVICE_LIGHT_ON : DEVICE_LIGHT_OFF;
	if (!place_up(slot))
		return;
	take_name(slot, ret->enclosure, sizeof(ret->enclosure));
	sysfs_text(host, ret->enclosure_id, sizeof(ret->enclosure_id), slot, "id");
}
