/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rest_rig: a real supervisor with a real worker on a loop device whose drive gets too warm in the middle
 * of its work. Time is put forward whenever an answer came, so that nothing here waits for the next one.
 */
#ifndef TESTS_UNIT_REST_RIG_H
#define TESTS_UNIT_REST_RIG_H

#include "unit/journal_rig.h"
#include "unit/spawn.h"
#include "unit/warm_drive.h"

#include "wipe/job/supervisor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#define REST_LOSETUP   "/usr/sbin/losetup"
#define REST_SIZE      (UINT64_C(16) << 20)
#define REST_BLOCK     (64u * 1024)
#define REST_STRIDE_NS (UINT64_C(30) * 1000000000) /* longer than between two readings */
#define REST_READINGS  5 /* while it rests: longer than a disk may be silent */
#define REST_LIMIT_C   60
#define REST_HOT_C     61
#define REST_COOL_C    41
#define REST_HOLD_AT   60 /* of its clock's answers: in the middle of the first pass */

/* Where the disk is between work and work. */
enum rest_stage { WORKING, WARMING, SETTLING, RESTING, LEFT };

struct rest_rig {
	struct clearance clearance;
	struct warm_drive drive; /* the same disk, as one that tells its temperature */
	struct warm_shared *shared;
	struct warm_clock clock;
	char node[32]; /* "": there are no loop devices here */
	struct os_host *host;
	struct procedure procedure;
	struct plan plan;
	struct fake_files *files;
	struct journal *journal;
	struct evidence earlier; /* for a resumed session */
	int signals_fd;
	struct job_supervisor *supervisor;
	bool stopped; /* the last session, by a signal */
	enum rest_stage stage;
	uint64_t counted; /* before the job */
	uint64_t written; /* when it had come to rest */
	unsigned rests; /* readings since then */
	void (*leave)(struct rest_rig *rig); /* how the rest ends */
};

static inline enum code rest_start_reader(const struct device *device,
    struct device_health_reader **ret, struct err *err)
{
	const struct rest_rig *rig =
	    (const void *)((const char *)device - offsetof(struct rest_rig, clearance.device));
	return health_reader_start(&rig->drive.device, warm_open, ret, err);
}

/* ---- the disk and its worker ------------------------------------------------------------------------ */

/* Bytes that ever arrived at a loop device of this number, and requests that are on their way to it. */
static inline uint64_t rest_counted(const struct rest_rig *rig, unsigned *ret_in_flight)
{
	unsigned long long sectors = 0;
	char path[96];
	snprintf(path, sizeof(path), "/sys/block/%s/stat", rig->clearance.device.identity.name);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*u %*u %*u %*u %*u %*u %llu %*u %u", &sectors, ret_in_flight), 2);
	fclose(file);
	return sectors * 512;
}

/* Bytes that arrived at the disk, by the kernel's count. */
static inline uint64_t rest_written(const struct rest_rig *rig)
{
	unsigned in_flight = 0;
	return rest_counted(rig, &in_flight) - rig->counted;
}

/* It waits for a word of its supervisor, and for nothing else. */
static inline bool rest_is_waiting(pid_t pid)
{
	char path[64], line[32] = "";
	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, sizeof(line), file);
	if (file)
		fclose(file);
	long call = read && line[0] >= '0' && line[0] <= '9' ? strtol(line, NULL, 10) : -1;
#ifdef SYS_poll
	if (call == SYS_poll)
		return true;
#endif
	return call == SYS_ppoll || call == SYS_restart_syscall;
}

/* What was in flight when the worker came to rest has arrived. */
static inline bool rest_has_settled(struct rest_rig *rig)
{
	unsigned in_flight = 0;
	rig->written = rest_counted(rig, &in_flight) - rig->counted;
	return in_flight == 0;
}

static inline void rest_pass_time(struct rest_rig *rig)
{
	rig->shared->ahead_ns += REST_STRIDE_NS;
}

static inline void rest_more(struct rest_rig *rig, const struct care *care)
{
	/* Warm, and not cool enough either. */
	static const int temperatures[] = { REST_HOT_C + 9, REST_LIMIT_C, REST_LIMIT_C - CARE_COOLER + 1 };
	assert_int_equal(rest_written(rig), rig->written);
	assert_true(care->paused);
	if (care->asked)
		return;
	if (rig->rests == REST_READINGS) {
		rig->stage = LEFT;
		rig->leave(rig);
		return;
	}
	rig->shared->temperature_c = temperatures[bytes_min(rig->rests, 2)];
	rig->rests++;
	rest_pass_time(rig);
}

static inline void rest_on_tick(void *self)
{
	struct rest_rig *rig = self;
	const struct session *job = rig->supervisor->jobs[0];
	if (job->state != JOB_RUNNING)
		return;
	switch (rig->stage) {
	case WORKING:
		if (!rig->shared->held || job->care.asked)
			return;
		rig->shared->temperature_c = REST_HOT_C;
		rest_pass_time(rig);
		rig->stage = WARMING;
		return;
	case WARMING:
		if (!job->care.paused)
			return;
		rig->shared->held = false;
		rig->stage = SETTLING;
		return;
	case SETTLING:
		if (rest_is_waiting(job->pid) && rest_has_settled(rig))
			rig->stage = RESTING;
		return;
	case RESTING:
		rest_more(rig, &job->care);
		return;
	case LEFT:
		return;
	}
}

/* ---- a job ------------------------------------------------------------------------------------------ */

/* Nobody may hold it open beside its worker, as loop_rig.h does: it is detached in the end. */
static inline void rest_attach(struct rest_rig *rig)
{
	char file[] = "/tmp/certwipe-rest-XXXXXX";
	if (geteuid() != 0)
		return;
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, REST_SIZE), 0);
	close(fd);
	if (spawn_line(SPAWN_WORDS(REST_LOSETUP, "-f", "--show", file), rig->node, sizeof(rig->node)) != 0)
		rig->node[0] = '\0';
	unlink(file);
}

static inline void rest_clear(struct rest_rig *rig)
{
	struct device_scan_options options = { 0 };
	struct device_set set = { 0 };
	const struct device *found = NULL;
	struct err err = { 0 };
	assert_ok(os_host_open(&rig->host, &err), err);
	assert_ok(device_scan(rig->host, &options, &set, &err), err);
	assert_ok(device_find(rig->host, &set, rig->node, &found, &err), err);
	assert_ok(device_clear(found, &rig->clearance, &err), err);
	device_set_free(&set);
	rig->drive = warm_drive_of(&rig->clearance.device, rig->shared);
}

static inline void rest_plan(struct rest_rig *rig)
{
	static const char text[] = "[procedure]\nid = rests\ntitle = One pass\nversion = 1\nlevel = clear\n"
				   "status = current\nbasis = A procedure of the tests\n"
				   "[step 1]\nwrite = random\nverify = full\n";
	struct faults faults = { 0 };
	struct err err = { 0 };
	assert_ok(procedure_parse(text, sizeof(text) - 1, "rests", &faults, &rig->procedure, &err), err);
	assert_ok(plan_build(&rig->clearance, &rig->procedure, 0, &rig->plan, &err), err);
	rig->plan.block = REST_BLOCK;
	rig->plan.depth = 4;
}

static inline int rest_set_up(void **state)
{
	struct rest_rig *rig = calloc(1, sizeof(*rig));
	struct err err = { 0 };
	assert_non_null(rig);
	*state = rig;
	rig->signals_fd = -1;
	rest_attach(rig);
	if (!rig->node[0])
		return 0;
	/* As the program does: a confined worker cannot load what libcrypto loads when it is first used. */
	assert_ok(content_self_test(NULL, &err), err);
	rig->shared = warm_shared_new(REST_COOL_C);
	rig->shared->hold_at = REST_HOLD_AT;
	rig->clock = (struct warm_clock){ .base = { &warm_clock_ops }, .shared = rig->shared };
	rig->files = fake_files_new();
	assert_ok(os_signals_open(&rig->signals_fd, &err), err);
	assert_ok(rig_create(rig->files, 0, &rig->journal, &err), err);
	rest_clear(rig);
	unsigned in_flight = 0;
	rig->counted = rest_counted(rig, &in_flight);
	rest_plan(rig);
	return 0;
}

static inline int rest_tear_down(void **state)
{
	struct rest_rig *rig = *state;
	struct err ignored = { 0 };
	job_supervisor_free(rig->supervisor);
	evidence_free(&rig->earlier);
	if (rig->journal && journal_close(rig->journal, &ignored) != CODE_OK)
		return -1;
	os_fd_close(rig->signals_fd);
	if (rig->files)
		os_files_free(&rig->files->base);
	if (rig->host)
		os_host_free(rig->host);
	warm_shared_free(rig->shared);
	if (rig->node[0] && spawn_quiet(SPAWN_WORDS(REST_LOSETUP, "-d", rig->node)) != 0)
		return -1;
	free(rig);
	return 0;
}

/* Turns until the job has come as far as `state`; a signal stops it, as its owner does. */
static inline void rest_turn_until(struct rest_rig *rig, size_t job, enum job_state state)
{
	struct err err = { 0 };
	while (job_supervisor_state(rig->supervisor, job) < state) {
		bool ready = false;
		assert_ok(job_supervisor_turn(rig->supervisor, &rig->signals_fd, &ready, 1, &err), err);
		if (ready && os_signals_take(rig->signals_fd) > 0) {
			rig->stopped = true;
			job_supervisor_stop(rig->supervisor, job, false);
		}
		rest_on_tick(rig);
	}
}

/* One session; what it leaves stays the supervisor's until the next one. */
static inline const struct evidence *rest_session(struct rest_rig *rig, struct evidence *earlier)
{
	const struct job_watcher watcher = { .self = rig };
	const struct job_options options = { .temperature_max_c = REST_LIMIT_C };
	const struct job_start start = { .plan = &rig->plan, .clearance = &rig->clearance,
		.journal = rig->journal, .evidence = earlier, .same_boot = true, .boot_id = "this-boot",
		.options = &options };
	struct err err = { 0 };
	size_t job = 0;
	job_supervisor_free(rig->supervisor);
	rig->supervisor = NULL;
	rig->stopped = false;
	assert_ok(job_supervisor_new(rig->host, &rig->clock.base, &watcher, &rig->supervisor, &err), err);
	rig->supervisor->start_reader = rest_start_reader;
	rig->clock.is_workers = true;
	assert_ok(job_supervisor_add(rig->supervisor, &start, &job, &err), err);
	rig->clock.is_workers = false;
	rest_turn_until(rig, job, JOB_CLAIMED);
	const char *line = "";
	if (job_supervisor_refusal(rig->supervisor, job, &line) != CODE_OK)
		fail_msg("refused: %s", line);
	assert_ok(job_supervisor_go(rig->supervisor, job, &err), err);
	rest_turn_until(rig, job, JOB_ENDED);
	return job_supervisor_evidence(rig->supervisor, job);
}

static inline enum code rest_fold(void *self, const struct event *event, struct err *err)
{
	return evidence_fold(self, event, err);
}

/* The next session, from what the journal has. */
static inline const struct evidence *rest_resume(struct rest_rig *rig)
{
	const struct event_sink sink = { rest_fold, &rig->earlier };
	struct journal_replay replay = { 0 };
	struct err err = { 0 };
	evidence_start(&rig->plan, &rig->earlier);
	assert_ok(journal_read(&rig->files->base, RIG_PATH, rig_key, &sink, &replay, &err), err);
	buf_free(&replay.document);
	assert_true(evidence_can_resume(&rig->earlier));
	rig->shared->temperature_c = REST_COOL_C;
	return rest_session(rig, &rig->earlier);
}

#endif
