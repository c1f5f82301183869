/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock: what time is it, and does the kernel think that somebody keeps its clock right? */
#include "wipe/os.h"

#include <sys/timex.h>
#include <time.h>

static int64_t system_wall_s(struct os_clock *clock)
{
	(void)clock;
	struct timespec now = { 0 };
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

static uint64_t system_boot_ns(struct os_clock *clock)
{
	(void)clock;
	struct timespec now = { 0 };
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static enum os_clock_sync system_sync(struct os_clock *clock)
{
	(void)clock;
	struct timex state = { .modes = 0 };
	if (adjtimex(&state) < 0)
		return OS_CLOCK_UNKNOWN;
	return state.status & STA_UNSYNC ? OS_CLOCK_UNSYNCHRONISED : OS_CLOCK_SYNCHRONISED;
}

static const struct os_clock_ops system_ops = {
	.wall_s = system_wall_s,
	.boot_ns = system_boot_ns,
	.sync = system_sync,
};

struct os_clock *os_clock_system(void)
{
	static const struct os_clock system_clock = { .ops = &system_ops };
	/* Nothing in it can be changed through its operations. */
	return (struct os_clock *)(uintptr_t)&system_clock;
}
