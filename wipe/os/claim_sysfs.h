/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_sysfs: what /sys/dev/block/M:m says of a claimed disk (private to os). */
#ifndef WIPE_OS_CLAIM_SYSFS_H
#define WIPE_OS_CLAIM_SYSFS_H

#include "wipe/os.h"

#define OS_CLAIM_SECTOR 512 /* bytes; the unit of /sys, whatever the disk's blocks are */

/* Fills in what struct os_claim keeps of /sys: claim->major and minor are there already. */
void os_claim_sysfs_open(struct os_claim *claim);
void os_claim_sysfs_close(struct os_claim *claim);
/* false: the device is no longer there. True also where there is no /sys that could say so. */
bool os_claim_sysfs_is_present(const struct os_claim *claim);
/* An attribute that is one number; false: there is none, or it is something else. */
bool os_claim_sysfs_number(const struct os_claim *claim, const char *name, uint64_t *ret);

#endif
