/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history: the speed of a job from its beginning, in a fixed number of samples. */
#ifndef WIPE_TUI_HISTORY_H
#define WIPE_TUI_HISTORY_H

#include "wipe/base.h"

#define HISTORY_SAMPLES 240
struct history {
	char id[ID_TEXT]; /* of the job */
	uint32_t count;
	uint32_t period_s; /* seconds of one sample */
	uint32_t pending; /* seconds in `sum` */
	uint64_t sum; /* bytes per second, of each pending second */
	uint64_t samples[HISTORY_SAMPLES]; /* bytes per second */
};
void history_start(struct history *history, const char *id);
/* The rate of one more second. When all samples are taken, two become one, and each counts double. */
void history_add(struct history *history, uint64_t rate);
/* The mean of slot `index` of `slots` equal parts of the whole time; slots > 0. */
uint64_t history_mean(const struct history *history, unsigned index, unsigned slots);
uint64_t history_most(const struct history *history);
/* Seconds it covers. */
uint64_t history_length(const struct history *history);

#endif
