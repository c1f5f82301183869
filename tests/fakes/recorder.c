/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder.h"

#include <stdlib.h>

static enum code put(void *self, const struct event *event, struct err *err)
{
	struct fake_recorder *recorder = self;
	if (recorder->refused)
		recorder->called_after_refusal = true;
	if (recorder->refuse_at && recorder->count >= recorder->refuse_at) {
		recorder->refused = true;
		return err_set(err, CODE_FULL, "the sink is full");
	}
	if (recorder->look)
		recorder->look(recorder->self, event);
	recorder->items = reallocarray(recorder->items, recorder->count + 1, sizeof(*event));
	if (!recorder->items)
		abort();
	recorder->items[recorder->count++] = *event;
	return CODE_OK;
}

struct event_sink fake_recorder_sink(struct fake_recorder *recorder)
{
	return (struct event_sink){ .put = put, .self = recorder };
}

void fake_recorder_free(struct fake_recorder *recorder)
{
	free(recorder->items);
	*recorder = (struct fake_recorder){ 0 };
}

size_t fake_recorder_count(const struct fake_recorder *recorder, enum event_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < recorder->count; i++)
		count += recorder->items[i].kind == kind;
	return count;
}

const struct event *fake_recorder_get(const struct fake_recorder *recorder, enum event_kind kind,
    size_t index)
{
	for (size_t i = 0; i < recorder->count; i++) {
		if (recorder->items[i].kind == kind && index-- == 0)
			return &recorder->items[i];
	}
	return NULL;
}

uint64_t fake_recorder_length(const struct fake_recorder *recorder, enum event_kind kind)
{
	uint64_t length = 0;
	for (size_t i = 0; i < recorder->count; i++)
		length += recorder->items[i].kind == kind ? recorder->items[i].length : 0;
	return length;
}
