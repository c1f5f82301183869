/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place: the way to a disk, one device of the kernel after the other, and what it is called. */
#ifndef WIPE_DEVICE_PLACE_H
#define WIPE_DEVICE_PLACE_H

#include "wipe/device.h"

#include "sysfs.h"

/* A name that grows at its front: the walk starts at the disk. */
struct place_path {
	char text[DEVICE_PATH];
	bool has_parent; /* a bus at which a path may begin */
	bool has_transport; /* a way to a disk that is known to be the same after every boot */
	bool failed; /* too long, or a part of it could not be told: then there is no name */
};
void place_prepend(struct place_path *path, const char *format, ...) WIPE_PRINTF(2, 3);

/* Cuts the last element off; false at the root of all devices. */
bool place_up(char dir[SYSFS_PATH]);
/* The last element of "…/subsystem"'s target, "" where it is no device of any. */
void place_subsystem(struct os_host *host, const char *dir, char *out, size_t size);
const char *place_name(const char *dir); /* its last element */

/* Does an address such as "0000:00:1f.2" stand here, len bytes long? Pure. */
bool place_is_pci(const char *text, size_t len);

/* place_scsi.c: exactly `count` numbers with colons between, "0:0:3:0", len bytes long. Pure. */
bool place_numbers(const char *text, size_t len, uint64_t *ret, size_t count);
/* Prepends what a SCSI unit adds, and moves dir up to what it hangs on. */
void place_scsi(struct os_host *host, char dir[SYSFS_PATH], struct place_path *path);
/* place_slot.c: enclosure, component, slot, light. */
void place_slot(struct os_host *host, const struct device *device, struct device_place *ret);

#endif
