/* SPDX-License-Identifier: GPL-3.0-or-later */
/* power: one count of operations over all fakes of a machine, and one moment at which it goes out. */
#ifndef TESTS_FAKES_POWER_H
#define TESTS_FAKES_POWER_H

#include <stdbool.h>

struct fake_power {
	unsigned operations; /* counted so far, of files and disk */
	unsigned cut_at; /* this operation (1 = the first) finds no power, and none after it; 0: never */
	bool off;
};

/* Every operation begins here; false: it does not happen, nor is it answered. NULL: power is no matter. */
static inline bool fake_power_lasts(struct fake_power *power)
{
	if (!power)
		return true;
	power->operations++;
	power->off |= power->cut_at && power->operations >= power->cut_at;
	return !power->off;
}

#endif
