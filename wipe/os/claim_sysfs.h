/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_sysfs: what /sys/dev/block/M:m says of a claimed disk (private to os). */
#ifndef WIPE_OS_CLAIM_SYSFS_H
#define WIPE_OS_CLAIM_SYSFS_H

#include "wipe/os.h"

/* Bytes of queue/max_sectors_kb; 0 = unknown. */
uint32_t os_claim_sysfs_max_request(dev_t device);

#endif
