/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os: the exclusive claim on a real block device. */
#include "unit/loop_rig.h"

#include "wipe/os.h"

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
	struct loop_rig loop = loop_or_skip("-b 4096");
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
	char command[200], line[80] = "";
	/* Another process's lock; it ends when its standard input does. */
	snprintf(command, sizeof(command), "flock --shared %s cat", loop.node);
	FILE *other = popen(command, "w");
	snprintf(command, sizeof(command),
	    "for i in $(seq 2000); do flock --nonblock --exclusive %s true || exit 0; done; exit 1",
	    loop.node);
	bool locked = other && loop_rig_command(command, line, sizeof(line));
	enum code code = os_claim_open(loop.node, &claim, &err);
	os_claim_close(&claim);
	if (other)
		pclose(other);
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

static bool partition(const struct loop_rig *loop)
{
	char command[300], line[80];
	snprintf(command, sizeof(command),
	    "printf ',4M\\n,4M\\n,\\n' | sfdisk -q %s >/dev/null 2>&1; partx -a %s 2>/dev/null; "
	    "test -e %sp3", loop->node, loop->node, loop->node);
	return loop_rig_command(command, line, sizeof(line));
}

static void partitions_are_dropped_unless_somebody_has_one_open(void **state)
{
	(void)state;
	struct loop_rig loop = loop_or_skip("");
	if (!partition(&loop)) {
		loop_rig_close(&loop);
		skip();
	}
	char node[80];
	snprintf(node, sizeof(node), "%sp2", loop.node);
	struct os_claim claim = { .fd = -1 };
	struct err err, busy = { 0 };
	unsigned count = 99, none = 99, held_count = 99;
	int held = open(node, O_RDONLY | O_CLOEXEC);
	enum code code = os_claim_open(loop.node, &claim, &err);
	enum code refused = CODE_OK, dropped = CODE_OK, again = CODE_OK;
	if (code == CODE_OK) {
		refused = os_claim_drop_partitions(&claim, &held_count, &busy);
		close(held);
		dropped = os_claim_drop_partitions(&claim, &count, &err);
		again = os_claim_drop_partitions(&claim, &none, &err);
	}
	bool left = access(node, F_OK) == 0;
	os_claim_close(&claim);
	loop_rig_close(&loop);
	assert_ok(code, err);
	assert_true(held >= 0);
	assert_int_equal(refused, CODE_BUSY);
	assert_int_equal(held_count, 99);
	assert_non_null(strstr(busy.line, "p2"));
	assert_int_equal(dropped, CODE_OK);
	assert_in_range(count, 1, 3); /* the first try may have taken some */
	assert_int_equal(again, CODE_OK);
	assert_int_equal(none, 0);
	assert_false(left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(geometry_is_what_the_device_says),
		cmocka_unit_test(a_second_claim_is_busy_until_the_first_ends),
		cmocka_unit_test(a_foreign_flock_is_busy),
		cmocka_unit_test(what_is_no_writable_block_device_is_refused),
		cmocka_unit_test(partitions_are_dropped_unless_somebody_has_one_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
