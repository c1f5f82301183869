/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue: how large may requests be, and must they follow one another? (Linux,
 * Documentation/ABI/stable/sysfs-block: max_sectors_kb, zoned.) */
#include "wipe/device.h"

#include "sysfs.h"

#include <string.h>

#define KIB_MOST (1024u * 1024)

void device_queue(struct os_host *host, const struct device *device, struct device_queue *ret)
{
	struct device_queue queue = { 0 };
	uint64_t kib = 0;
	char zoned[32];
	if (sysfs_u64(host, &kib, device->sysfs, "queue/max_sectors_kb") && kib <= KIB_MOST)
		queue.max_request = (uint32_t)kib * 1024;
	queue.zones_only = sysfs_text(host, zoned, sizeof(zoned), device->sysfs, "queue/zoned") &&
	    strcmp(zoned, "host-managed") == 0;
	*ret = queue;
}
