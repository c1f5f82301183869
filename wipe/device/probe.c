/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe: what was on this disk? libblkid's answer for the disk itself and for every partition the
 * kernel knows of it, as types and places on the disk.
 */
#include "wipe/device.h"

#include "sysfs.h"

#define SECTOR 512 /* bytes; the unit of …/start, whatever the logical block */

/* A partition that cannot be looked into is said: unknown is not nothing. */
static void add(struct os_probe *found, const struct os_signature *signature, uint64_t start)
{
	if (found->count == OS_SIGNATURES_MAX) {
		found->truncated = true;
		return;
	}
	found->items[found->count] = *signature;
	found->items[found->count++].offset += start;
}

static void probe_partition(struct os_host *host, const char *name, uint64_t start,
    struct os_probe *found)
{
	char node[SYSFS_PATH];
	struct os_probe part;
	host->ops->probe(host, sysfs_path(node, "/dev/%s", name), &part);
	if (part.result != OS_PROBE_DONE) {
		const struct os_signature unknown = { .type = "unknown", .usage = "other" };
		add(found, &unknown, start);
		return;
	}
	for (size_t i = 0; i < part.count; i++)
		add(found, &part.items[i], start);
	found->truncated |= part.truncated;
}

void device_probe(struct os_host *host, struct device *device)
{
	host->ops->probe(host, device->identity.node, &device->found);
	BUF_AUTO names = { 0 };
	struct err ignored = { 0 };
	if (device->found.result != OS_PROBE_DONE ||
	    host->ops->list(host, device->sysfs, &names, &ignored) != CODE_OK)
		return;
	size_t pos = 0;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		char dir[SYSFS_PATH];
		uint64_t number = 0, start = 0;
		sysfs_path(dir, "%s/%s", device->sysfs, name);
		if (sysfs_u64(host, &number, dir, "partition") && sysfs_u64(host, &start, dir, "start"))
			probe_partition(host, name, start * SECTOR, &device->found);
	}
}
