/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock: a clock that shows what the test sets. */
#include "clock.h"

#define NS_PER_S UINT64_C(1000000000)

static int64_t fake_wall_s(struct os_clock *base)
{
	return ((struct fake_clock *)base)->wall_s;
}

static uint64_t fake_boot_ns(struct os_clock *base)
{
	struct fake_clock *clock = (struct fake_clock *)base;
	uint64_t now_ns = clock->boot_ns;
	fake_clock_advance(clock, clock->step_ns);
	return now_ns;
}

static enum os_clock_sync fake_sync(struct os_clock *base)
{
	return ((struct fake_clock *)base)->sync;
}

static const struct os_clock_ops fake_ops = {
	.wall_s = fake_wall_s,
	.boot_ns = fake_boot_ns,
	.sync = fake_sync,
};

void fake_clock_start(struct fake_clock *clock, int64_t wall_s)
{
	*clock = (struct fake_clock){
		.base = { .ops = &fake_ops },
		.wall_s = wall_s,
		.boot_ns = 3600 * NS_PER_S,
		.sync = OS_CLOCK_SYNCHRONISED,
	};
}

void fake_clock_advance(struct fake_clock *clock, uint64_t ns)
{
	/* Whole seconds since boot carry over to the wall, so many small steps add up. */
	uint64_t before_s = clock->boot_ns / NS_PER_S;
	clock->boot_ns += ns;
	clock->wall_s += (int64_t)(clock->boot_ns / NS_PER_S - before_s);
}
