/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sink that keeps every event, and can refuse one. */
#ifndef TESTS_FAKES_RECORDER_H
#define TESTS_FAKES_RECORDER_H

#include "wipe/event.h"

struct fake_recorder {
	struct event *items;
	size_t count;
	size_t refuse_at; /* events taken before one is refused; 0 = never */
	bool refused; /* it was, and after that nothing may come */
	bool called_after_refusal;
	/* Called with each event before it is kept, may be NULL. */
	void (*look)(void *self, const struct event *event);
	void *self;
};

struct event_sink fake_recorder_sink(struct fake_recorder *recorder);
void fake_recorder_free(struct fake_recorder *recorder);
size_t fake_recorder_count(const struct fake_recorder *recorder, enum event_kind kind);
/* The index-th event of a kind, or NULL. */
const struct event *fake_recorder_get(const struct fake_recorder *recorder, enum event_kind kind,
    size_t index);
/* Sum of the lengths of all events of a kind. */
uint64_t fake_recorder_length(const struct fake_recorder *recorder, enum event_kind kind);

#endif
