/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_sysfs: what /sys/dev/block/M:m says of a claimed disk (private to os). */
#ifndef WIPE_OS_CLAIM_SYSFS_H
#define WIPE_OS_CLAIM_SYSFS_H

#include "wipe/os.h"

#define OS_CLAIM_SECTOR 512 /* bytes; the unit of /sys, whatever the disk's blocks are */

/* The number of the claimed device; CODE_GONE. */
enum code os_claim_sysfs_device(const struct os_claim *claim, dev_t *ret, struct err *err)
    WIPE_MUST_USE;
/* An attribute that is one number; false: there is none, or it is something else. */
bool os_claim_sysfs_number(dev_t device, const char *name, uint64_t *ret);
/* Bytes of queue/max_sectors_kb; 0 = unknown. */
uint32_t os_claim_sysfs_max_request(dev_t device);

#endif
