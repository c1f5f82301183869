/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_rig: events with something in them, a sink that keeps what it gets, and a key. */
#ifndef TESTS_JOURNAL_RIG_H
#define TESTS_JOURNAL_RIG_H

#include "unit/unit.h"
#include "fakes/files_memory.h"
#include "wipe/journal.h"

#include <stdio.h>

#define RIG_PATH "/jobs/one"
#define RIG_ID   "01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define RIG_MAX  64

static const uint8_t rig_key[JOURNAL_KEY] = "thirty-two bytes of a secret key";
static const char rig_document[] = "{ \"plan\": \"what is to be done\" }\n";

struct rig_kept {
	struct event events[RIG_MAX];
	size_t count;
};

static inline enum code rig_put(void *self, const struct event *event, struct err *err)
{
	struct rig_kept *kept = self;
	if (kept->count == RIG_MAX)
		return err_set(err, CODE_BUG, "more events than a test makes");
	kept->events[kept->count++] = *event;
	return CODE_OK;
}

/* The n-th event of every journal here: of any kind, with and without a tail of zeros. */
static inline struct event rig_event(unsigned n)
{
	struct event event = { .kind = (enum event_kind)(1 + n % (EVENT_KIND_COUNT - 1)),
		.step = n, .wall_s = 1790000000 + n, .boot_ns = n * UINT64_C(1000000007),
		.offset = n % 3 ? (uint64_t)n << 33 : 0, .length = n % 2 ? 4096 : 0,
		.flag = n % 5 == 0, .sys_errno = n % 4 ? 0 : 5 };
	if (n % 7 == 3)
		memset(event.blob, 0x5a, sizeof(event.blob));
	if (n % 3 == 1)
		snprintf(event.text, sizeof(event.text), "event %u", n);
	return event;
}

static inline void rig_is_prefix(const struct rig_kept *kept)
{
	for (unsigned i = 0; i < kept->count; i++) {
		struct event expected = rig_event(i);
		assert_true(event_equals(&kept->events[i], &expected));
	}
}

static inline enum code rig_create(struct fake_files *files, uint64_t reserve,
    struct journal **ret, struct err *err)
{
	return journal_create(&files->base, RIG_PATH, RIG_ID, rig_key, rig_document,
	    sizeof(rig_document) - 1, reserve, ret, err);
}

static inline void rig_append(struct journal *journal, unsigned from, unsigned to)
{
	struct err err;
	for (unsigned n = from; n < to; n++) {
		struct event event = rig_event(n);
		assert_ok(journal_append(journal, &event, &err), err);
	}
}

/* Opens, checks that a prefix is there; journal NULL: only reads. */
static inline enum code rig_replay(struct fake_files *files, struct rig_kept *kept,
    struct journal_replay *replay, struct journal **journal, struct err *err)
{
	*kept = (struct rig_kept){ .count = 0 };
	struct event_sink sink = { .put = rig_put, .self = kept };
	enum code code = journal
	    ? journal_open(&files->base, RIG_PATH, rig_key, &sink, replay, journal, err)
	    : journal_read(&files->base, RIG_PATH, rig_key, &sink, replay, err);
	if (code != CODE_OK) {
		assert_int_equal(kept->count, 0);
		return code;
	}
	assert_int_equal(replay->events, kept->count);
	assert_string_equal(replay->id, RIG_ID);
	assert_int_equal(replay->document.len, sizeof(rig_document) - 1);
	assert_memory_equal(replay->document.data, rig_document, replay->document.len);
	buf_free(&replay->document);
	rig_is_prefix(kept);
	return code;
}

#endif
