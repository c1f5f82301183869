/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pace: the generic cell rate algorithm (ITU-T I.371, annex A) over bytes. Each request takes its bytes'
 * worth of time; what was not used is kept for a tenth of a second and no longer, so that a disk that was
 * slow, or paused, does not make up for it at full speed.
 */
#include "pace.h"

#define SECOND_NS UINT64_C(1000000000)
#define KEPT_NS   (SECOND_NS / 10)

uint64_t engine_pace_wait_ns(const struct pace *pace, uint64_t now_ns)
{
	return pace->rate == 0 || pace->next_ns <= now_ns ? 0 : pace->next_ns - now_ns;
}

void engine_pace_spend(struct pace *pace, uint64_t now_ns, uint64_t bytes)
{
	if (pace->rate == 0)
		return;
	uint64_t earliest = now_ns - bytes_min(now_ns, KEPT_NS);
	/* A nanosecond more: rounding must not make it faster. */
	pace->next_ns = bytes_max(pace->next_ns, earliest) +
	    bytes_mul_div(bytes, SECOND_NS, pace->rate) + 1;
}
