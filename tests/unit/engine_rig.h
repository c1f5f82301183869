/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine rig: a plan, a fake disk and a recorder, wired together for the engine's tests. */
#ifndef TESTS_UNIT_ENGINE_RIG_H
#define TESTS_UNIT_ENGINE_RIG_H

#include "unit/unit.h"

#include "fakes/disk.h"
#include "fakes/recorder.h"
#include "wipe/engine.h"

#include <errno.h>
#include <stdlib.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)

struct rig {
	struct fake_disk *fake;
	struct fake_recorder recorder;
	struct engine_limits limits;
	struct plan *plan;
	struct engine_totals totals;
	struct err err;
	size_t stop_at; /* events, then a stop is asked for; 0 = never */
	void *owner; /* a test that wraps the rig */
	bool durable_led; /* a durable offset was told that the disk had not confirmed */
};

static inline void rig_look(void *self, const struct event *event)
{
	struct rig *rig = self;
	if (event->kind == EVENT_DURABLE &&
	    (rig->fake->queued > 0 || rig->fake->unflushed_from < event->offset))
		rig->durable_led = true;
}

static inline struct rig *rig_new(uint64_t size, uint32_t logical, uint32_t physical)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	rig->plan = calloc(1, sizeof(*rig->plan));
	rig->fake = fake_disk_new(size, logical, 8, 64 * 1024);
	rig->recorder.look = rig_look;
	rig->recorder.self = rig;
	rig->limits = engine_limits_default;
	rig->limits.skip_first = 0;
	rig->plan->size = size;
	rig->plan->logical = logical;
	rig->plan->physical = physical;
	rig->plan->block = 64 * 1024;
	rig->plan->depth = 8;
	return rig;
}

static inline void rig_free(struct rig *rig)
{
	assert_false(rig->durable_led);
	assert_false(rig->recorder.called_after_refusal);
	os_disk_free(&rig->fake->disk);
	fake_recorder_free(&rig->recorder);
	free(rig->plan);
	free(rig);
}

static inline struct content rig_keystream(void)
{
	struct content content = { .kind = CONTENT_KEYSTREAM };
	memset(content.key, 0x42, sizeof(content.key));
	return content;
}

static inline struct plan_step *rig_step(struct rig *rig, enum plan_action action,
    struct content content)
{
	struct plan_step *step = &rig->plan->steps[rig->plan->step_count++];
	step->action = action;
	step->content = content;
	step->verify = PROCEDURE_VERIFY_FULL;
	step->sample_each = 1;
	return step;
}

static inline bool rig_is_stopping(void *self)
{
	struct rig *rig = self;
	return rig->stop_at && rig->recorder.count >= rig->stop_at;
}

static inline struct engine_context rig_context(struct rig *rig)
{
	return (struct engine_context){ .disk = &rig->fake->disk, .clock = &rig->fake->clock,
		.sink = fake_recorder_sink(&rig->recorder), .is_stopping = rig_is_stopping,
		.self = rig, .limits = &rig->limits };
}

static inline enum code rig_run(struct rig *rig)
{
	struct engine_context context = rig_context(rig);
	return engine_run(rig->plan, NULL, &context, &rig->totals, &rig->err);
}

static inline size_t rig_count(struct rig *rig, enum event_kind kind)
{
	return fake_recorder_count(&rig->recorder, kind);
}

static inline const struct event *rig_event(struct rig *rig, enum event_kind kind, size_t index)
{
	const struct event *event = fake_recorder_get(&rig->recorder, kind, index);
	assert_non_null(event);
	return event;
}

static inline void rig_assert_range(struct rig *rig, enum event_kind kind, size_t index,
    uint64_t offset, uint64_t length, int sys_errno)
{
	const struct event *event = rig_event(rig, kind, index);
	assert_int_equal(event->offset, offset);
	assert_int_equal(event->length, length);
	assert_int_equal(event->sys_errno, sys_errno);
}

/* Everything but [but, but + length) of the medium is the content. */
static inline void rig_assert_medium(struct rig *rig, struct content content, uint64_t but,
    uint64_t length)
{
	struct content_source *source = NULL;
	assert_ok(content_source_new(&content, NULL, &source, &rig->err), rig->err);
	uint32_t logical = rig->fake->logical;
	for (uint64_t at = 0; at < rig->fake->size; at += logical) {
		bool same = false;
		assert_ok(content_compare(source, at, rig->fake->bytes + at, logical, &same,
		    &rig->err), rig->err);
		if (same == (at >= but && at < but + length))
			fail_msg("byte %llu: %s", (unsigned long long)at,
			    same ? "written" : "not written");
	}
	content_source_free(source);
}

static inline void rig_fault(struct rig *rig, unsigned kinds, enum fake_disk_act act,
    uint64_t offset, uint64_t length, unsigned times)
{
	fake_disk_fault(rig->fake, (struct fake_disk_fault){ .kinds = kinds, .act = act,
	    .offset = offset, .length = length, .times = times, .sys_errno = EIO });
}

#endif
