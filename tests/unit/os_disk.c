/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os: both I/O paths on a real block device, and a whole job of the engine over each. */
#include "unit/loop_rig.h"

#include "fakes/recorder.h"
#include "wipe/engine.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define SIZE ((uint64_t)32 * 1024 * 1024 + 4096 * 3)
#define SLOT (1024u * 1024)

typedef enum code open_path(int fd, unsigned slot_count, uint32_t slot_size, struct os_disk **ret,
    struct err *err);

struct bench {
	struct loop_rig loop;
	struct os_claim claim;
	struct os_disk *disk;
	struct err err;
};

static void bench_close(struct bench *bench)
{
	os_disk_free(bench->disk);
	os_claim_close(&bench->claim);
	loop_rig_close(&bench->loop);
}

/* Skips the test where the machine cannot. */
static void bench_open(struct bench *bench, open_path *open_disk)
{
	*bench = (struct bench){ .claim = { .fd = -1 }, .loop = loop_rig_open(SIZE, "-b4096") };
	if (!bench->loop.node[0])
		skip();
	enum code code = os_claim_open(bench->loop.node, &bench->claim, &bench->err);
	if (code == CODE_OK)
		code = open_disk(bench->claim.fd, 8, SLOT, &bench->disk, &bench->err);
	if (code == CODE_OK)
		return;
	bench_close(bench);
	if (code == CODE_UNSUPPORTED)
		skip();
	fail_msg("%s", bench->err.line);
}

static int64_t one(struct bench *bench, struct os_io io)
{
	struct os_io_done done;
	if (bench->disk->ops->submit(bench->disk, &io, &bench->err) != CODE_OK ||
	    bench->disk->ops->wait(bench->disk, -1, &done, &bench->err) != CODE_OK)
		return -EPROTO;
	return done.slot == io.slot ? done.result : -EPROTO;
}

/* Eight requests in flight, each with its own bytes; all of them must come back where they were. */
static bool fill_and_read_back(struct bench *bench)
{
	struct os_disk *disk = bench->disk;
	struct os_io_done done;
	bool right = true;
	for (int kind = OS_IO_WRITE; kind >= OS_IO_READ; kind--) {
		for (unsigned i = 0; i < 8; i++) {
			memset(disk->slots[i], kind == OS_IO_WRITE ? 0x30 + (int)i : 0, SLOT);
			struct os_io io = { .kind = (enum os_io_kind)kind, .slot = i,
				.data = disk->slots[i] + 4096, .offset = (uint64_t)i * 4 * SLOT,
				.len = SLOT / 2 };
			right &= disk->ops->submit(disk, &io, &bench->err) == CODE_OK;
		}
		for (unsigned i = 0; i < 8; i++) {
			right &= disk->ops->wait(disk, 10000, &done, &bench->err) == CODE_OK;
			right &= done.result == SLOT / 2 && done.slot < 8;
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		right &= disk->slots[i][4096] == 0x30 + i;
		right &= disk->slots[i][4096 + SLOT / 2 - 1] == 0x30 + i;
		right &= disk->slots[i][4095] == 0 && disk->slots[i][4096 + SLOT / 2] == 0;
	}
	return right;
}

static void works_on_a_real_device(open_path *open_disk, const char *method)
{
	struct bench bench;
	bench_open(&bench, open_disk);
	struct os_disk *disk = bench.disk;
	struct os_io_done done;
	uint64_t size = 0;
	bool named = strcmp(disk->method, method) == 0;
	bool aligned = (uintptr_t)disk->slots[0] % (2 * 1024 * 1024) == 0;
	bool moved = fill_and_read_back(&bench);
	bool idle = disk->ops->wait(disk, 1, &done, &bench.err) == CODE_BUSY;
	bool sized = disk->ops->size(disk, &size, &bench.err) == CODE_OK && size == SIZE;
	int64_t flushed = one(&bench, (struct os_io){ .kind = OS_IO_FLUSH, .slot = 3 });
	struct os_io last = { .kind = OS_IO_WRITE, .slot = 1, .data = disk->slots[1],
		.offset = SIZE - 4096, .len = 8192 };
	int64_t over = one(&bench, last);
	last.kind = OS_IO_READ;
	last.offset = SIZE;
	int64_t beyond = one(&bench, last);
	last.slot = 9;
	bool refused = disk->ops->submit(disk, &last, &bench.err) == CODE_BUG;
	last.slot = 7;
	last.data = disk->slots[7] + SLOT - 4096;
	refused &= disk->ops->submit(disk, &last, &bench.err) == CODE_BUG;
	last.data = NULL;
	refused &= disk->ops->submit(disk, &last, &bench.err) == CODE_BUG;
	bench_close(&bench);
	assert_true(named);
	assert_true(aligned);
	assert_true(moved);
	assert_true(idle);
	assert_true(sized);
	assert_int_equal(flushed, 0);
	assert_true(over < 8192); /* short, or an error; never all of it */
	assert_true(beyond <= 0);
	assert_true(refused);
}

static void io_uring_works_on_a_real_device(void **state)
{
	(void)state;
	works_on_a_real_device(os_disk_open_uring, "io_uring");
}

static void plain_calls_work_on_a_real_device(void **state)
{
	(void)state;
	works_on_a_real_device(os_disk_open_sync, "pread/pwrite");
}

/* Runs `limit` in a child, then the auto-chosen path over the device; its exit status tells. */
static int opened_under(int (*limit)(void), const char *method)
{
	struct bench bench = { .claim = { .fd = -1 }, .loop = loop_rig_open(SIZE, "-b4096") };
	if (!bench.loop.node[0])
		skip();
	pid_t child = fork();
	if (child == 0) {
		if (os_claim_open(bench.loop.node, &bench.claim, &bench.err) != CODE_OK)
			_exit(10);
		if (limit() != 0)
			_exit(77);
		if (os_disk_open(bench.claim.fd, 8, SLOT, &bench.disk, &bench.err) != CODE_OK)
			_exit(11);
		if (strcmp(bench.disk->method, method) != 0)
			_exit(12);
		_exit(fill_and_read_back(&bench) ? 0 : 13);
	}
	int status = -1;
	waitpid(child, &status, 0);
	loop_rig_close(&bench.loop);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int deny_io_uring(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(io_uring_setup), 0) != 0)
		return -1;
	return seccomp_load(filter);
}

static void plain_calls_are_taken_where_io_uring_is_not_allowed(void **state)
{
	(void)state;
	int status = opened_under(deny_io_uring, "pread/pwrite");
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

/* Without the right to lock memory so many slots cannot be registered; the ring must work still. */
static int deny_locked_memory(void)
{
	struct rlimit little = { .rlim_cur = 1024 * 1024, .rlim_max = 1024 * 1024 };
	return setrlimit(RLIMIT_MEMLOCK, &little) != 0 || setresuid(65534, 65534, 65534) != 0;
}

static void io_uring_works_with_slots_that_cannot_be_registered(void **state)
{
	(void)state;
	int status = opened_under(deny_locked_memory, "io_uring");
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void nonsense_slots_are_refused(void **state)
{
	(void)state;
	struct os_disk *disk = NULL;
	struct err err;
	assert_int_equal(os_disk_open(0, 0, SLOT, &disk, &err), CODE_BUG);
	assert_int_equal(os_disk_open(0, OS_DISK_SLOTS_MAX + 1, SLOT, &disk, &err), CODE_BUG);
	assert_int_equal(os_disk_open(0, 1, 100, &disk, &err), CODE_BUG);
	assert_null(disk);
	os_disk_free(NULL);
}

/* ---- the engine over it ------------------------------------------------------------------- */

static int64_t wall_s(struct os_clock *clock)
{
	(void)clock;
	return time(NULL);
}

static uint64_t boot_ns(struct os_clock *clock)
{
	(void)clock;
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static const struct os_clock_ops clock_ops = { .wall_s = wall_s, .boot_ns = boot_ns };

static bool never(void *self)
{
	(void)self;
	return false;
}

static void engine_wipes_and_the_kernel_counts_the_same(open_path *open_disk)
{
	struct bench bench;
	bench_open(&bench, open_disk);
	struct plan *plan = calloc(1, sizeof(*plan));
	plan->size = SIZE;
	plan->logical = 4096;
	plan->physical = 4096;
	plan->block = SLOT;
	plan->depth = 8;
	plan->step_count = 2;
	plan->steps[0] = (struct plan_step){ .action = PLAN_WRITE,
		.content = { .kind = CONTENT_KEYSTREAM, .key = { 5 } } };
	plan->steps[1] = (struct plan_step){ .action = PLAN_VERIFY, .verify = PROCEDURE_VERIFY_FULL,
		.content = plan->steps[0].content };
	struct os_clock clock = { .ops = &clock_ops };
	struct fake_recorder recorder = { 0 };
	struct engine_context context = { .disk = bench.disk, .clock = &clock,
		.sink = fake_recorder_sink(&recorder), .is_stopping = never,
		.limits = &engine_limits_default };
	struct os_counters before = { 0 }, after = { 0 };
	struct engine_totals totals;
	enum code code = os_claim_counters(&bench.claim, &before, &bench.err);
	if (code == CODE_OK)
		code = engine_run(plan, NULL, &context, &totals, &bench.err);
	if (code == CODE_OK)
		code = os_claim_counters(&bench.claim, &after, &bench.err);
	bench_close(&bench);
	free(plan);
	assert_ok(code, bench.err);
	assert_true(before.known && after.known);
	assert_int_equal(after.written - before.written, SIZE);
	assert_int_equal(after.discarded - before.discarded, 0);
	assert_int_equal(totals.written, SIZE);
	assert_int_equal(totals.read, SIZE);
	assert_int_equal(fake_recorder_count(&recorder, EVENT_MISMATCH), 0);
	assert_int_equal(fake_recorder_count(&recorder, EVENT_STEP_FINISHED), 2);
	fake_recorder_free(&recorder);
}

static void a_job_through_io_uring_is_counted_right(void **state)
{
	(void)state;
	engine_wipes_and_the_kernel_counts_the_same(os_disk_open_uring);
}

static void a_job_through_plain_calls_is_counted_right(void **state)
{
	(void)state;
	engine_wipes_and_the_kernel_counts_the_same(os_disk_open_sync);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(io_uring_works_on_a_real_device),
		cmocka_unit_test(plain_calls_work_on_a_real_device),
		cmocka_unit_test(plain_calls_are_taken_where_io_uring_is_not_allowed),
		cmocka_unit_test(io_uring_works_with_slots_that_cannot_be_registered),
		cmocka_unit_test(nonsense_slots_are_refused),
		cmocka_unit_test(a_job_through_io_uring_is_counted_right),
		cmocka_unit_test(a_job_through_plain_calls_is_counted_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
