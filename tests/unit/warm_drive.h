/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * warm_drive: a drive whose temperature the test sets while a reader process asks for it, and clocks that
 * run on and that the test puts forward, in all processes at once. The worker's can be held: then its
 * process stands still, wherever it asked for the time.
 */
#ifndef TESTS_UNIT_WARM_DRIVE_H
#define TESTS_UNIT_WARM_DRIVE_H

#include "unit/nvme_log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

/* What the processes share. */
struct warm_shared {
	atomic_int temperature_c;
	atomic_ullong ahead_ns; /* of the real clocks */
	atomic_uint answers; /* of the worker's clock */
	atomic_uint hold_at; /* with which answer it is held; 0: never */
	atomic_bool held; /* until this is false again */
};

struct warm_clock {
	struct os_clock base;
	struct warm_shared *shared;
	bool is_workers; /* in the memory of the worker's process */
};

/* ---- the clocks ----------------------------------------------------------------------------------- */

static inline int64_t warm_wall_s(struct os_clock *base)
{
	struct os_clock *real = os_clock_system();
	const struct warm_clock *clock = (struct warm_clock *)base;
	return real->ops->wall_s(real) + (int64_t)(clock->shared->ahead_ns / 1000000000);
}

static inline uint64_t warm_boot_ns(struct os_clock *base)
{
	struct os_clock *real = os_clock_system();
	const struct warm_clock *clock = (struct warm_clock *)base;
	struct warm_shared *shared = clock->shared;
	uint64_t now_ns = real->ops->boot_ns(real) + shared->ahead_ns;
	if (clock->is_workers && ++shared->answers == shared->hold_at) {
		shared->held = true;
		while (shared->held)
			;
	}
	return now_ns;
}

static inline enum os_clock_sync warm_sync(struct os_clock *base)
{
	(void)base;
	return OS_CLOCK_SYNCHRONISED;
}

static const struct os_clock_ops warm_clock_ops = { warm_wall_s, warm_boot_ns, warm_sync };

/* ---- the drive ------------------------------------------------------------------------------------ */

struct warm_pass {
	struct os_pass pass;
	struct warm_shared *shared;
};

static inline enum code warm_pass_nvme(struct os_pass *base, const struct os_pass_nvme *command,
    void *data, uint32_t len, struct os_pass_answer *ret, struct err *err)
{
	struct warm_pass *warm = (struct warm_pass *)base;
	struct os_pass_nvme log_command;
	uint8_t log[HEALTH_NVME_BYTES];
	(void)err;
	memset(data, 0, len);
	*ret = (struct os_pass_answer){ .len = len };
	health_nvme_log_command(&log_command);
	if (command->opcode != log_command.opcode)
		return CODE_OK;
	nvme_log(log);
	store_u16le(log + 1, 273 + (unsigned)warm->shared->temperature_c);
	memcpy(data, log, bytes_min(len, sizeof(log)));
	return CODE_OK;
}

static inline enum code warm_pass_confine(struct os_pass *base, struct err *err)
{
	(void)base, (void)err;
	return CODE_OK;
}

static inline void warm_pass_free(struct os_pass *base)
{
	free(base);
}

static const struct os_pass_ops warm_pass_ops = { .nvme = warm_pass_nvme,
	.confine = warm_pass_confine, .free = warm_pass_free };

/* The device as a drive that is asked, whatever else it is. */
struct warm_drive {
	struct device device;
	struct warm_shared *shared;
};

/* A health_opener of the device in a warm_drive. */
static inline enum code warm_open(const struct device *device, enum os_pass_kind kind,
    struct os_pass **ret, struct err *err)
{
	const struct warm_drive *drive = (const struct warm_drive *)device;
	struct warm_pass *warm = calloc(1, sizeof(*warm));
	if (!warm)
		return err_memory(err);
	*warm = (struct warm_pass){ .shared = drive->shared,
		.pass = { .ops = &warm_pass_ops, .kind = kind, .major = device->identity.major,
		    .minor = device->identity.minor } };
	*ret = &warm->pass;
	return CODE_OK;
}

static inline struct warm_drive warm_drive_of(const struct device *device, struct warm_shared *shared)
{
	struct warm_drive drive = { .device = *device, .shared = shared };
	drive.device.virtual_disk = false;
	text_copy(drive.device.identity.transport, sizeof(drive.device.identity.transport), "nvme");
	return drive;
}

static inline struct warm_shared *warm_shared_new(int temperature_c)
{
	struct warm_shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	shared->temperature_c = temperature_c;
	return shared;
}

static inline void warm_shared_free(struct warm_shared *shared)
{
	if (shared)
		munmap(shared, sizeof(*shared));
}

#endif
