/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nvme_log: the health log of an NVMe drive that is well, byte by byte. */
#ifndef TESTS_UNIT_NVME_LOG_H
#define TESTS_UNIT_NVME_LOG_H

#include "unit/unit.h"
#include "wipe/device/health.h"

static inline void store_u16le(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static inline void nvme_log(uint8_t log[HEALTH_NVME_BYTES])
{
	memset(log, 0, HEALTH_NVME_BYTES);
	store_u16le(log + 1, 273 + 41);
	log[3] = 98;
	log[4] = 10;
	log[5] = 7;
	bytes_store_u64le(log + 48, 2000);
	bytes_store_u64le(log + 160, 3);
}

#endif
