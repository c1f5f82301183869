/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job_rig: a record of the world's small job, with a journal in memory and times of the test's choice. */
#ifndef TESTS_JOB_RIG_H
#define TESTS_JOB_RIG_H

#include "unit/journal_rig.h"
#include "unit/world.h"
#include "wipe/job/record.h"

#define SECOND UINT64_C(1000000000)

struct job_rig {
	struct world world;
	struct fake_files *files;
	struct record record;
	int64_t wall_s;
	uint64_t boot_ns;
};

static inline struct job_rig *job_rig_new(void)
{
	struct job_rig *rig = calloc(1, sizeof(*rig));
	struct err err = { 0 };
	assert_non_null(rig);
	world_start(&rig->world);
	rig->files = fake_files_new();
	rig->wall_s = 1790000000;
	rig->boot_ns = 1000 * SECOND;
	evidence_start(&rig->world.plan, &rig->record.evidence);
	assert_ok(rig_create(rig->files, 0, &rig->record.journal, &err), err);
	return rig;
}

static inline void job_rig_free(struct job_rig *rig)
{
	struct err err = { 0 };
	assert_ok(journal_close(rig->record.journal, &err), err);
	evidence_free(&rig->record.evidence);
	os_files_free(&rig->files->base);
	free(rig);
}

/* Both clocks go on. */
static inline void job_rig_pass(struct job_rig *rig, unsigned seconds)
{
	rig->wall_s += seconds;
	rig->boot_ns += seconds * SECOND;
}

static inline enum code job_rig_try(struct job_rig *rig, struct event event, struct err *err)
{
	event.wall_s = rig->wall_s;
	event.boot_ns = rig->boot_ns;
	return record_event(&rig->record, &event, err);
}

static inline void job_rig_tell(struct job_rig *rig, struct event event)
{
	struct err err = { 0 };
	job_rig_pass(rig, 1);
	assert_ok(job_rig_try(rig, event, &err), err);
}

/* The world's events up to one of them, that one left out. */
static inline void job_rig_until(struct job_rig *rig, size_t end)
{
	for (size_t i = 0; i < end; i++)
		job_rig_tell(rig, rig->world.events[i]);
}

static inline enum code job_rig_fold(void *self, const struct event *event, struct err *err)
{
	return evidence_fold(self, event, err);
}

/* What the journal proves, read from the file as another process would. */
static inline void job_rig_replay(struct job_rig *rig, struct evidence *ret, uint64_t *ret_events)
{
	struct err err = { 0 };
	struct journal_replay replay = { 0 };
	const struct event_sink sink = { job_rig_fold, ret };
	evidence_start(&rig->world.plan, ret);
	assert_ok(journal_read(&rig->files->base, RIG_PATH, rig_key, &sink, &replay, &err), err);
	*ret_events = replay.events;
	buf_free(&replay.document);
}

static inline bool job_rig_agrees(struct job_rig *rig)
{
	struct evidence *replayed = calloc(1, sizeof(*replayed));
	uint64_t events = 0;
	assert_non_null(replayed);
	job_rig_replay(rig, replayed, &events);
	bool same = evidence_equals(replayed, &rig->record.evidence);
	evidence_free(replayed);
	free(replayed);
	return same;
}

#endif
