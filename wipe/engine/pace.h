/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace: when may the next request start, so that a rate is kept? (private to engine) */
#ifndef WIPE_ENGINE_PACE_H
#define WIPE_ENGINE_PACE_H

#include "wipe/base.h"

/* A value. All zero but `rate`: nothing has moved yet. */
struct pace {
	uint64_t rate; /* bytes per second; 0 = as fast as it goes */
	uint64_t next_ns; /* on the clock: by when what was started is paid for */
};
/* Nanoseconds until the next request may start; 0 = now. */
uint64_t engine_pace_wait_ns(const struct pace *pace, uint64_t now_ns);
/* A request of so many bytes starts. */
void engine_pace_spend(struct pace *pace, uint64_t now_ns, uint64_t bytes);

#endif
