/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock: a clock that shows what the test sets. */
#ifndef TESTS_FAKES_CLOCK_H
#define TESTS_FAKES_CLOCK_H

#include "wipe/os.h"

struct fake_clock {
	struct os_clock base;
	int64_t wall_s;
	uint64_t boot_ns;
	enum os_clock_sync sync;
	uint64_t step_ns; /* both times go on by this with each question for boot_ns */
};

/* Starts at wall_s, one hour after boot, synchronised, standing still. */
void fake_clock_start(struct fake_clock *clock, int64_t wall_s);
/* Both times go on. */
void fake_clock_advance(struct fake_clock *clock, uint64_t ns);

#endif
