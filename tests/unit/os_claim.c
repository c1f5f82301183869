/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os: the exclusive claim on a real block device. */
#include "unit/loop_rig.h"

#include "wipe/os.h"

#include <linux/blkpg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define SIZE ((uint64_t)16 * 1024 * 1024)

static struct loop_rig loop_or_skip(const char *options)
{
	struct loop_rig loop = loop_rig_open(SIZE, options);
	if (!loop.node[0])
		skip();
	return loop;
}

static void geometry_is_what_the_device_says(void **state)
{
	(void)state;
	struct loop_rig loop = loop_or_skip("-b4096");
	struct os_claim claim = { .fd = -1 };
	struct os_geometry geometry = { 0 };
	struct err err;
	struct stat info = { 0 };
	stat(loop.node, &info);
	enum code code = os_claim_open(loop.node, &claim, &err);
	if (code == CODE_OK)
		code = os_claim_geometry(&claim, &geometry, &err);
	if (code == CODE_OK)
		code = os_claim_flush_cache(&claim, &err);
	os_claim_close(&claim);
	os_claim_close(&claim);
	loop_rig_close(&loop);
	assert_ok(code, err);
	assert_int_equal(geometry.size, SIZE);
	assert_int_equal(geometry.logical, 4096);
	assert_true(geometry.physical >= 4096);
	assert_int_equal(geometry.major, major(info.st_rdev));
	assert_int_equal(geometry.minor, minor(info.st_rdev));
	assert_true(geometry.max_request >= 4096);
	assert_false(geometry.readonly);
	assert_true(geometry.diskseq > 0 || access("/sys/block/loop0/diskseq", F_OK) != 0);
}

static void a_second_claim_is_busy_until_the_first_ends(void **state)
{
	(void)state;
	struct loop_rig loop = loop_or_skip("");
	struct os_claim first = { .fd = -1 }, second = { .fd = -1 }, reader = { .fd = -1 };
	struct err err, busy;
	enum code claimed = os_claim_open(loop.node, &first, &err);
	enum code refused = os_claim_open(loop.node, &second, &busy);
	int untouched = second.fd;
	enum code read = os_claim_open_readonly(loop.node, &reader, &err);
	os_claim_close(&first);
	enum code again = os_claim_open(loop.node, &second, &err);
	os_claim_close(&second);
	os_claim_close(&reader);
	loop_rig_close(&loop);
	assert_int_equal(claimed, CODE_OK);
	assert_int_equal(refused, CODE_BUSY);
	assert_int_equal(untouched, -1);
	assert_non_null(strstr(busy.line, "in use"));
	assert_int_equal(read, CODE_OK);
	assert_int_equal(again, CODE_OK);
}

static void a_foreign_flock_is_busy(void **state)
{
	(void)state;
	struct loop_rig loop = loop_or_skip("");
	struct os_claim claim = { .fd = -1 };
	struct err err;
	/* A lock belongs to the open file, not to the process: this one is as foreign as any. */
	int other = open(loop.node, O_RDONLY | O_CLOEXEC);
	bool locked = other >= 0 && flock(other, LOCK_SH | LOCK_NB) == 0;
	enum code code = os_claim_open(loop.node, &claim, &err);
	os_claim_close(&claim);
	close(other);
	enum code after = os_claim_open(loop.node, &claim, &err);
	os_claim_close(&claim);
	loop_rig_close(&loop);
	assert_true(locked);
	assert_int_equal(code, CODE_BUSY);
	assert_int_equal(after, CODE_OK);
}

static void what_is_no_writable_block_device_is_refused(void **state)
{
	(void)state;
	struct os_claim claim = { .fd = -1 };
	struct err err;
	assert_int_equal(os_claim_open("/dev/no-such-disk", &claim, &err), CODE_MISSING);
	assert_int_equal(os_claim_open("/dev/null", &claim, &err), CODE_INPUT);
	assert_int_equal(os_claim_open("/", &claim, &err), CODE_INPUT);
	assert_int_equal(os_claim_open_readonly("/proc/self/exe", &claim, &err), CODE_INPUT);
	assert_int_equal(claim.fd, -1);
	struct loop_rig loop = loop_or_skip("-r");
	enum code code = os_claim_open(loop.node, &claim, &err);
	os_claim_close(&claim);
	enum code reading = os_claim_open_readonly(loop.node, &claim, &err);
	os_claim_close(&claim);
	loop_rig_close(&loop);
	assert_int_equal(code, CODE_REFUSED);
	assert_int_equal(reading, CODE_OK);
}

#define PARTITIONS 3
#define MIB        ((long long)1024 * 1024)

/* The kernel's partitions need no table on the disk; those of a loop device outlive its file. */
static int partition(const struct loop_rig *loop, int op, int number)
{
	struct blkpg_partition data = { .pno = number, .start = number * 4 * MIB - 3 * MIB,
		.length = number * MIB };
	struct blkpg_ioctl_arg call = { .op = op, .datalen = sizeof(data), .data = &data };
	return ioctl(loop->fd, BLKPG, &call);
}

static void partitions_remove(struct loop_rig *loop)
{
	for (int number = 1; number <= PARTITIONS; number++)
		partition(loop, BLKPG_DEL_PARTITION, number);
	loop_rig_close(loop);
}

static struct loop_rig partitions_or_skip(const char *option)
{
	struct loop_rig loop = loop_or_skip(option);
	for (int number = 1; number <= PARTITIONS; number++)
		if (partition(&loop, BLKPG_ADD_PARTITION, number) != 0) {
			partitions_remove(&loop);
			skip();
		}
	return loop;
}

static int partition_open(const struct loop_rig *loop, int number)
{
	char node[80];
	snprintf(node, sizeof(node), "%sp%d", loop->node, number);
	return open(node, O_RDONLY | O_CLOEXEC);
}

static long long sectors(const struct loop_rig *loop, int number, const char *what)
{
	const char *name = loop->node + strlen("/dev/");
	char path[200], text[32] = "";
	snprintf(path, sizeof(path), "/sys/block/%s/%sp%d/%s", name, name, number, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t len = read(fd, text, sizeof(text) - 1);
	close(fd);
	return len > 0 ? atoll(text) : -1;
}

/* How many of them are where partition() put them. */
static int partitions_there(const struct loop_rig *loop)
{
	int count = 0;
	for (int number = 1; number <= PARTITIONS; number++)
		count += sectors(loop, number, "start") * 512 == number * 4 * MIB - 3 * MIB &&
		    sectors(loop, number, "size") * 512 == number * MIB;
	return count;
}

static void partitions_are_dropped_unless_somebody_has_one_open(void **state)
{
	(void)state;
	struct loop_rig loop = partitions_or_skip("");
	struct os_claim claim = { .fd = -1 };
	struct err err, busy = { 0 };
	unsigned count = 99, none = 99, held_count = 99;
	int held = partition_open(&loop, 2);
	enum code code = os_claim_open(loop.node, &claim, &err);
	enum code refused = CODE_OK, dropped = CODE_OK, again = CODE_OK;
	if (code == CODE_OK) {
		refused = os_claim_drop_partitions(&claim, &held_count, &busy);
		close(held);
		dropped = os_claim_drop_partitions(&claim, &count, &err);
		again = os_claim_drop_partitions(&claim, &none, &err);
	}
	int left = partitions_there(&loop);
	os_claim_close(&claim);
	partitions_remove(&loop);
	assert_ok(code, err);
	assert_true(held >= 0);
	assert_int_equal(refused, CODE_BUSY);
	assert_int_equal(held_count, 99);
	assert_non_null(strstr(busy.line, "p2"));
	assert_int_equal(dropped, CODE_OK);
	assert_int_equal(count, PARTITIONS); /* the first try has taken none */
	assert_int_equal(again, CODE_OK);
	assert_int_equal(none, 0);
	assert_int_equal(left, 0);
}

/*
 * With "-P" a loop device obeys when asked to read its table. There is none on these disks, so that
 * reading it takes away whatever partitions the kernel has: one can see whether it was asked.
 */
static void a_refused_drop_puts_back_what_it_took(void **state)
{
	(void)state;
	/* In which order they are taken is the kernel's affair: each is once the one that stays. */
	for (int number = 1; number <= PARTITIONS; number++) {
		struct loop_rig loop = partitions_or_skip("-P");
		struct os_claim claim = { .fd = -1 };
		struct err err, busy = { 0 };
		unsigned count = 99;
		int held = partition_open(&loop, number);
		enum code claimed = os_claim_open(loop.node, &claim, &err);
		enum code refused = CODE_OK;
		if (claimed == CODE_OK)
			refused = os_claim_drop_partitions(&claim, &count, &busy);
		int at_once = partitions_there(&loop);
		close(held);
		os_claim_close(&claim);
		int in_the_end = partitions_there(&loop);
		partitions_remove(&loop);
		assert_true(held >= 0);
		assert_ok(claimed, err);
		assert_int_equal(refused, CODE_BUSY);
		assert_int_equal(at_once, PARTITIONS);
		assert_int_equal(in_the_end, PARTITIONS);
	}
}

static void a_claim_that_took_no_partitions_leaves_them(void **state)
{
	(void)state;
	struct loop_rig loop = partitions_or_skip("-P");
	struct os_claim claim = { .fd = -1 };
	struct err err;
	enum code code = os_claim_open(loop.node, &claim, &err);
	os_claim_close(&claim);
	int there = partitions_there(&loop);
	partitions_remove(&loop);
	assert_ok(code, err);
	assert_int_equal(there, PARTITIONS);
}

static void after_a_drop_the_table_is_read_again(void **state)
{
	(void)state;
	struct loop_rig loop = partitions_or_skip("-P");
	struct os_claim claim = { .fd = -1 };
	struct err err;
	unsigned count = 99;
	enum code code = os_claim_open(loop.node, &claim, &err);
	if (code == CODE_OK)
		code = os_claim_drop_partitions(&claim, &count, &err);
	int added = partition(&loop, BLKPG_ADD_PARTITION, 1);
	os_claim_close(&claim);
	int there = partitions_there(&loop);
	partitions_remove(&loop);
	assert_ok(code, err);
	assert_int_equal(count, PARTITIONS);
	assert_int_equal(added, 0);
	assert_int_equal(there, 0);
}

/* The kernel goes on telling the size of an unplugged disk; only its files of /sys answer no more. */
static void a_device_without_its_files_in_sys_is_gone(void **state)
{
	(void)state;
	struct loop_rig loop = loop_or_skip("");
	struct os_claim claim = { .fd = -1 };
	struct os_geometry geometry;
	struct os_counters counters;
	struct err err, gone;
	enum code opened = os_claim_open(loop.node, &claim, &err);
	enum code before = opened ? opened : os_claim_counters(&claim, &counters, &err);
	int empty = memfd_create("empty", MFD_CLOEXEC);
	int replaced = opened ? -1 : dup3(empty, claim.stat_fd, O_CLOEXEC);
	enum code asked = opened ? opened : os_claim_geometry(&claim, &geometry, &gone);
	enum code counted = opened ? opened : os_claim_counters(&claim, &counters, &gone);
	os_claim_close(&claim);
	close(empty);
	loop_rig_close(&loop);
	assert_ok(before, err);
	assert_true(replaced >= 0);
	assert_int_equal(asked, CODE_GONE);
	assert_int_equal(counted, CODE_GONE);
	assert_non_null(strstr(gone.line, "no longer there"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(geometry_is_what_the_device_says),
		cmocka_unit_test(a_second_claim_is_busy_until_the_first_ends),
		cmocka_unit_test(a_foreign_flock_is_busy),
		cmocka_unit_test(what_is_no_writable_block_device_is_refused),
		cmocka_unit_test(partitions_are_dropped_unless_somebody_has_one_open),
		cmocka_unit_test(a_refused_drop_puts_back_what_it_took),
		cmocka_unit_test(a_claim_that_took_no_partitions_leaves_them),
		cmocka_unit_test(after_a_drop_the_table_is_read_again),
		cmocka_unit_test(a_device_without_its_files_in_sys_is_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
