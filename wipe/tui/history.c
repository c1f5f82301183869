/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history: how fast was it, over minutes or days, without keeping every second? */
#include "history.h"

void history_start(struct history *history, const char *id)
{
	*history = (struct history){ .period_s = 1 };
	text_copy(history->id, sizeof(history->id), id);
}

static void halve(struct history *history)
{
	for (uint32_t i = 0; i < HISTORY_SAMPLES / 2; i++) {
		uint64_t a = history->samples[2 * i], b = history->samples[2 * i + 1];
		history->samples[i] = a / 2 + b / 2 + (a & b & 1);
	}
	history->count = HISTORY_SAMPLES / 2;
	history->period_s *= 2;
}

void history_add(struct history *history, uint64_t rate)
{
	if (__builtin_add_overflow(history->sum, rate, &history->sum))
		history->sum = UINT64_MAX;
	if (++history->pending < history->period_s)
		return;
	if (history->count == HISTORY_SAMPLES) {
		halve(history);
		return; /* the second stays pending: a sample takes twice as long now */
	}
	history->samples[history->count++] = history->sum / history->pending;
	history->sum = 0;
	history->pending = 0;
}

uint64_t history_mean(const struct history *history, unsigned index, unsigned slots)
{
	if (history->count == 0)
		return 0;
	/* Fewer samples than slots: each is drawn wider. */
	uint64_t from = (uint64_t)index * history->count / slots;
	uint64_t to = ((uint64_t)index + 1) * history->count / slots;
	to = to > from ? to : from + 1;
	uint64_t sum = 0;
	for (uint64_t i = from; i < to; i++) {
		if (__builtin_add_overflow(sum, history->samples[i], &sum))
			return UINT64_MAX / (to - from);
	}
	return sum / (to - from);
}

uint64_t history_most(const struct history *history)
{
	uint64_t most = 0;
	for (uint32_t i = 0; i < history->count; i++)
		most = bytes_max(most, history->samples[i]);
	return most;
}

uint64_t history_length(const struct history *history)
{
	return (uint64_t)history->count * history->period_s;
}
