/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout and os_monitor together on this very kernel: a loop device comes, is looked at, is written to, goes.
 * Needs root; loop devices on files in /tmp, detached on the way out.
 */
#include "unit/spawn.h"
#include "wipe/device/scout.h"

#include <stdio.h>
#include <stdlib.h>

#define LOSETUP "/usr/sbin/losetup"
#define PATIENT_MS 60000

struct rig {
	char file[64];
	char node[64]; /* "" = none */
	struct os_host_ops ops; /* the machine's, but for the probe */
	struct os_monitor *monitor;
	struct device_scout *scout;
	struct device_scout_options options;
	struct err err;
};

/* Of the process that is forked. Other loop devices are other people's: none of them is opened. */
static struct rig *here;
static void (*real_probe)(struct os_host *host, const char *node, struct os_probe *ret);

static void probe_ours(struct os_host *host, const char *node, struct os_probe *ret)
{
	char target[128] = "";
	char path[64];
	snprintf(path, sizeof(path), "/sys/block/%.20s/loop/backing_file", node + 5);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, target, sizeof(target) - 1);
	close(fd);
	*ret = (struct os_probe){ .why = "not one of ours" };
	if (n > 0 && strncmp(target, here->file, strlen(here->file)) == 0)
		real_probe(host, node, ret);
}

static enum code open_machine(void *self, struct os_host **ret, struct err *err)
{
	here = self;
	enum code code = os_host_open(ret, err);
	if (code != CODE_OK)
		return code;
	here->ops = *(*ret)->ops;
	real_probe = here->ops.probe;
	here->ops.probe = probe_ours;
	(*ret)->ops = &here->ops;
	return CODE_OK;
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	strcpy(rig->file, "/tmp/certwipe-scout-XXXXXX");
	int fd = mkstemp(rig->file);
	assert_true(fd >= 0 && ftruncate(fd, 16 << 20) == 0);
	close(fd);
	rig->options.clock = os_clock_system();
	assert_ok(os_monitor_open(&rig->monitor, &rig->err), rig->err);
	const struct scout_seams seams = { open_machine, rig, UINT64_C(60000000000), UINT64_C(60000000000) };
	assert_ok(scout_start(&rig->options, &seams, &rig->scout, &rig->err), rig->err);
	*state = rig;
	return 0;
}

static void detach(struct rig *rig)
{
	if (rig->node[0])
		spawn_quiet(SPAWN_WORDS(LOSETUP, "-d", rig->node));
	rig->node[0] = 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	device_scout_end(rig->scout);
	os_monitor_free(rig->monitor);
	detach(rig);
	unlink(rig->file);
	free(rig);
	return 0;
}

static const struct device_sight *sight(struct rig *rig, const char *node)
{
	const struct device_sights *list = device_scout_list(rig->scout);
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].device.identity.node, node) == 0)
			return &list->items[i];
	}
	return NULL;
}

/* One turn of a screen: waits for either, asks when there is a reason, takes what there is. */
static void turn(struct rig *rig)
{
	int fds[2] = { rig->monitor->fd, device_scout_fd(rig->scout) };
	bool ready[2] = { false, false };
	struct os_changes changes;
	(void)!os_wait_readable(fds, ready, 2, PATIENT_MS, &rig->err);
	if (ready[0] && rig->monitor->ops->take(rig->monitor, &changes, &rig->err) == CODE_OK)
		assert_ok(device_scout_ask(rig->scout, &rig->err), rig->err);
	enum code code = device_scout_take(rig->scout, &rig->err);
	if (code != CODE_OK && code != CODE_BUSY)
		fail_msg("%s", rig->err.line);
}

static const struct device_sight *until_looked(struct rig *rig)
{
	assert_ok(device_scout_ask(rig->scout, &rig->err), rig->err);
	const struct device_sight *found;
	while (!(found = sight(rig, rig->node)) || found->look != DEVICE_LOOK_DONE)
		turn(rig);
	return found;
}

static void a_disk_comes_is_looked_at_is_written_to_and_goes(void **state)
{
	struct rig *rig = *state;
	char line[64] = "";
	char node[64];
	struct clearance clearance;
	bool incomplete;
	if (geteuid() != 0)
		skip();
	assert_int_equal(spawn_quiet(SPAWN_WORDS("/usr/sbin/mkfs.ext4", "-q", "-F", rig->file)), 0);
	if (spawn_line(SPAWN_WORDS(LOSETUP, "-f", "--show", rig->file), line, sizeof(line)) != 0)
		skip();
	memcpy(rig->node, line, sizeof(rig->node));
	memcpy(node, line, sizeof(node));
	/* Nobody asks but for what the monitor tells. */
	while (!sight(rig, node) || sight(rig, node)->device.identity.size != 16 << 20)
		turn(rig);
	const struct device_sight *found = until_looked(rig);
	assert_int_equal(found->device.found.result, OS_PROBE_DONE);
	assert_string_equal(found->device.found.items[0].type, "ext4");
	assert_int_equal(found->device.claim_count, 0);
	assert_string_equal(found->place.path, "");
	assert_string_equal(found->health.text, "unknown: a virtual disk has none");
	/* The tables of an ext4 lie in its first megabyte, and copies further behind. */
	char of[80];
	snprintf(of, sizeof(of), "of=%s", node);
	assert_int_equal(spawn_quiet(SPAWN_WORDS("dd", "if=/dev/zero", of, "bs=1M", "count=16", "conv=fsync")),
	    0);
	assert_ok(device_scout_ask(rig->scout, &rig->err), rig->err);
	while (sight(rig, node)->device.found.result != OS_PROBE_DONE || sight(rig, node)->device.found.count)
		turn(rig);
	/* After a rest nobody has it open any more. */
	device_scout_rest(rig->scout);
	assert_ok(device_clear(&sight(rig, node)->device, &clearance, &rig->err), rig->err);
	struct os_host *host = NULL;
	assert_ok(os_host_open(&host, &rig->err), rig->err);
	assert_ok(device_openers(host, &clearance, (uint32_t)getpid(), &incomplete, &rig->err), rig->err);
	os_host_free(host);
	detach(rig);
	assert_ok(device_scout_ask(rig->scout, &rig->err), rig->err);
	while (sight(rig, node) && sight(rig, node)->device.identity.size != 0)
		turn(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_disk_comes_is_looked_at_is_written_to_and_goes, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
