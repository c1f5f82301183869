/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * device and os_host on this very kernel, over loop devices that the test makes on files in /tmp.
 * Mounts happen in a private mount namespace; everything is detached on the way out. Needs root.
 */
#include "unit/spawn.h"
#include "wipe/device.h"
#include "wipe/os/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOPS_MAX 4

struct rig {
	char dir[64];
	char mount_point[80];
	char loops[LOOPS_MAX][32]; /* "/dev/loop3" */
	size_t loop_count;
	bool mounted;
	char swap[32];
	pid_t child;
	struct os_host *host;
	struct device_set set;
	struct err err;
};

#define RUN(...) spawn_quiet(SPAWN_WORDS(__VA_ARGS__))

static const char *add_loop(struct rig *rig, const char *file, off_t size)
{
	assert_true(rig->loop_count < LOOPS_MAX);
	int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
	char *loop = rig->loops[rig->loop_count];
	assert_int_equal(spawn_line(SPAWN_WORDS("/usr/sbin/losetup", "-f", "--show", file), loop,
			     sizeof(rig->loops[0])),
	    0);
	assert_memory_equal(loop, "/dev/loop", 9);
	rig->loop_count++;
	return loop;
}

static const char *add_image(struct rig *rig, const char *name, off_t size)
{
	char file[128];
	snprintf(file, sizeof(file), "%s/%s", rig->dir, name);
	return add_loop(rig, file, size);
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	*state = rig;
	strcpy(rig->dir, "/tmp/certwipe-real-XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	snprintf(rig->mount_point, sizeof(rig->mount_point), "%s/mnt", rig->dir);
	assert_int_equal(mkdir(rig->mount_point, 0700), 0);
	assert_ok(os_host_open(&rig->host, &rig->err), rig->err);
	return 0;
}

static void end_child(struct rig *rig)
{
	if (rig->child > 0) {
		kill(rig->child, SIGKILL);
		waitpid(rig->child, NULL, 0);
	}
	rig->child = 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	end_child(rig);
	if (rig->swap[0])
		swapoff(rig->swap);
	/* From the top: a loop may lie on a file on another. */
	for (size_t i = rig->loop_count; i-- > 0;) {
		if (i == 0 && rig->mounted)
			umount2(rig->mount_point, MNT_DETACH);
		RUN("/usr/sbin/losetup", "-d", rig->loops[i]);
	}
	RUN("/bin/rm", "-rf", "--one-file-system", rig->dir);
	device_set_free(&rig->set);
	os_host_free(rig->host);
	free(rig);
	return 0;
}

static const struct device *scan(struct rig *rig, const char *node)
{
	struct device_scan_options options = { 0 };
	const struct device *found = NULL;
	device_set_free(&rig->set);
	assert_ok(device_scan(rig->host, &options, &rig->set, &rig->err), rig->err);
	assert_ok(device_find(rig->host, &rig->set, node, &found, &rig->err), rig->err);
	return found;
}

static void assert_claim(const struct device *device, enum device_claim_kind kind, const char *part)
{
	for (size_t i = 0; i < device->claim_count; i++) {
		if (device->claims[i].kind == kind && strstr(device->claims[i].text, part))
			return;
	}
	for (size_t i = 0; i < device->claim_count; i++)
		print_message("has: %s\n", device->claims[i].text);
	fail_msg("%s: no claim %d with \"%s\"", device->identity.node, (int)kind, part);
}

static void mount_on(struct rig *rig, const char *node, const char *type)
{
	assert_int_equal(mount(node, rig->mount_point, type, 0, NULL), 0);
	rig->mounted = true;
}

/* A child that does `act`, says so, and then waits to be ended. */
static void start_child(struct rig *rig, bool (*act)(struct rig *rig))
{
	int pipe_fd[2];
	char said = 0;
	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	rig->child = fork();
	assert_true(rig->child >= 0);
	if (rig->child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		said = act(rig) ? 'y' : 'n';
		if (write(pipe_fd[1], &said, 1) == 1)
			pause();
		_exit(0);
	}
	close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], &said, 1), 1);
	close(pipe_fd[0]);
	assert_int_equal(said, 'y');
}

/* ---- rules on real answers -------------------------------------------------------------------- */

static void a_free_loop_device_is_cleared_and_confirmed(void **state)
{
	struct rig *rig = *state;
	struct clearance clearance;
	bool incomplete;
	const char *loop = add_image(rig, "a", 16 << 20);
	const struct device *device = scan(rig, loop);
	assert_true(device->virtual_disk);
	assert_string_equal(device->identity.transport, "loop");
	assert_true(device->identity.size == 16 << 20);
	assert_ok(device_clear(device, &clearance, &rig->err), rig->err);
	assert_ok(device_openers(rig->host, &clearance, (uint32_t)getpid(), &incomplete, &rig->err),
	    rig->err);
}

static void the_disk_behind_root_is_the_system(void **state)
{
	struct rig *rig = *state;
	struct os_node node;
	bool found = false;
	assert_ok(rig->host->ops->node(rig->host, "/", &node, &rig->err), rig->err);
	if (node.dev_major == 0)
		skip(); /* an overlay or btrfs: the captured trees cover those */
	add_image(rig, "a", 1 << 20);
	scan(rig, rig->loops[0]);
	for (size_t i = 0; i < rig->set.count; i++) {
		const struct device *device = &rig->set.items[i];
		if (device->claim_count && device->claims[0].kind == DEVICE_CLAIM_SYSTEM)
			found = true;
	}
	assert_true(found);
}

static void a_mounted_ext4_and_a_loop_over_a_file_on_it(void **state)
{
	struct rig *rig = *state;
	char file[128];
	const char *loop = add_image(rig, "a", 32 << 20);
	assert_int_equal(RUN("/usr/sbin/mkfs.ext4", "-q", loop), 0);
	mount_on(rig, loop, "ext4");
	assert_claim(scan(rig, loop), DEVICE_CLAIM_MOUNT, rig->mount_point);
	snprintf(file, sizeof(file), "%s/inner", rig->mount_point);
	const char *inner = add_loop(rig, file, 4 << 20);
	assert_claim(scan(rig, loop), DEVICE_CLAIM_LOOP, inner + 5);
}

static bool mount_privately(struct rig *rig)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount(rig->loops[0], rig->mount_point, "ext4", 0, NULL) == 0;
}

static void a_mount_in_another_namespace(void **state)
{
	struct rig *rig = *state;
	char pid[32];
	const char *loop = add_image(rig, "a", 32 << 20);
	assert_int_equal(RUN("/usr/sbin/mkfs.ext4", "-q", loop), 0);
	start_child(rig, mount_privately);
	snprintf(pid, sizeof(pid), "of process %d", (int)rig->child);
	assert_claim(scan(rig, loop), DEVICE_CLAIM_MOUNT, pid);
}

static void swap_in_use(void **state)
{
	struct rig *rig = *state;
	const char *loop = add_image(rig, "a", 16 << 20);
	assert_int_equal(RUN("/usr/sbin/mkswap", loop), 0);
	if (swapon(loop, 0) < 0)
		skip(); /* a kernel without swap */
	snprintf(rig->swap, sizeof(rig->swap), "%s", loop);
	assert_claim(scan(rig, loop), DEVICE_CLAIM_SWAP, "swapoff");
}

static void a_second_member_of_a_mounted_btrfs(void **state)
{
	struct rig *rig = *state;
	char options[64];
	const char *first = add_image(rig, "a", 128 << 20);
	const char *second = add_image(rig, "b", 128 << 20);
	assert_int_equal(
	    RUN("/usr/sbin/mkfs.btrfs", "-q", "-f", "-d", "raid1", "-m", "raid1", first, second), 0);
	snprintf(options, sizeof(options), "device=%s,device=%s", first, second);
	if (mount(first, rig->mount_point, "btrfs", 0, options) < 0 && errno == ENODEV)
		skip();
	rig->mounted = true;
	assert_claim(scan(rig, second), DEVICE_CLAIM_BTRFS, "member");
	assert_claim(scan(rig, second), DEVICE_CLAIM_MOUNT, rig->mount_point);
	assert_claim(scan(rig, first), DEVICE_CLAIM_MOUNT, rig->mount_point);
}

static bool open_device(struct rig *rig)
{
	return open(rig->loops[0], O_RDONLY | O_CLOEXEC) >= 0;
}

static void an_open_descriptor_in_another_process(void **state)
{
	struct rig *rig = *state;
	struct clearance clearance;
	bool incomplete;
	char pid[32];
	const char *loop = add_image(rig, "a", 1 << 20);
	assert_ok(device_clear(scan(rig, loop), &clearance, &rig->err), rig->err);
	start_child(rig, open_device);
	snprintf(pid, sizeof(pid), "process %d", (int)rig->child);
	assert_claim(scan(rig, loop), DEVICE_CLAIM_OPENER, pid);
	assert_int_equal(
	    device_openers(rig->host, &clearance, (uint32_t)getpid(), &incomplete, &rig->err),
	    CODE_REFUSED);
	assert_non_null(strstr(rig->err.line, pid));
	end_child(rig);
	assert_ok(device_clear(scan(rig, loop), &clearance, &rig->err), rig->err);
}

/* ---- the sandboxed probe ---------------------------------------------------------------------- */

static const struct os_signature *signature(const struct os_probe *probe, const char *type)
{
	assert_string_equal(probe->why, "");
	assert_int_equal(probe->result, OS_PROBE_DONE);
	for (size_t i = 0; i < probe->count; i++) {
		if (strcmp(probe->items[i].type, type) == 0)
			return &probe->items[i];
	}
	for (size_t i = 0; i < probe->count; i++)
		print_message("found: %s\n", probe->items[i].type);
	fail_msg("no %s found", type);
	return NULL;
}

static void the_probe_finds_ext4_and_gpt(void **state)
{
	struct rig *rig = *state;
	struct os_probe probe;
	const char *loop = add_image(rig, "a", 32 << 20);
	rig->host->ops->probe(rig->host, loop, &probe);
	assert_string_equal(probe.why, "");
	assert_int_equal(probe.result, OS_PROBE_DONE);
	assert_int_equal(probe.count, 0);
	assert_int_equal(RUN("/usr/sbin/mkfs.ext4", "-q", loop), 0);
	rig->host->ops->probe(rig->host, loop, &probe);
	assert_string_equal(signature(&probe, "ext4")->usage, "filesystem");
	assert_true(signature(&probe, "ext4")->offset == 0x438);
	const char *table = add_image(rig, "b", 32 << 20);
	assert_int_equal(RUN("/usr/sbin/sgdisk", "-n", "1:2048:4095", table), 0);
	rig->host->ops->probe(rig->host, table, &probe);
	assert_string_equal(signature(&probe, "gpt")->usage, "partition-table");
	assert_true(signature(&probe, "gpt")->offset == 512);
	/* Both at once: a table does not reach an old btrfs at 64 KiB, and both are told. */
	const char *both = add_image(rig, "c", 128 << 20);
	assert_int_equal(RUN("/usr/sbin/mkfs.btrfs", "-q", "-f", both), 0);
	assert_int_equal(RUN("/usr/sbin/sgdisk", "-n", "1:2048:4095", both), 0);
	rig->host->ops->probe(rig->host, both, &probe);
	assert_true(signature(&probe, "btrfs")->offset == 0x10040);
	assert_true(signature(&probe, "gpt")->offset == 512);
}

static void a_violation_is_killed_and_unknown(void **state)
{
	struct rig *rig = *state;
	struct os_probe probe;
	const char *loop = add_image(rig, "a", 1 << 20);
	enum os_probe_act acts[] = { OS_PROBE_ACT_OPEN, OS_PROBE_ACT_EXEC_MEMORY };
	for (size_t i = 0; i < WIPE_COUNT(acts); i++) {
		os_probe_run(loop, acts[i], OS_PROBE_TIMEOUT_MS, &probe);
		assert_int_equal(probe.result, OS_PROBE_UNKNOWN);
		assert_non_null(strstr(probe.why, "sandbox forbids"));
	}
}

static void a_probe_that_hangs_or_lies_is_unknown(void **state)
{
	struct rig *rig = *state;
	struct os_probe probe;
	const char *loop = add_image(rig, "a", 1 << 20);
	os_probe_run(loop, OS_PROBE_ACT_STALL, 50, &probe);
	assert_int_equal(probe.result, OS_PROBE_UNKNOWN);
	assert_non_null(strstr(probe.why, "in time"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left behind */
	os_probe_run(loop, OS_PROBE_ACT_LIE, OS_PROBE_TIMEOUT_MS, &probe);
	assert_int_equal(probe.result, OS_PROBE_UNKNOWN);
	assert_int_equal(probe.count, 0);
	assert_non_null(strstr(probe.why, "counted more"));
	os_probe_run("/dev/no-such-disk", OS_PROBE_ACT_NONE, OS_PROBE_TIMEOUT_MS, &probe);
	assert_int_equal(probe.result, OS_PROBE_UNKNOWN);
	assert_non_null(strstr(probe.why, "cannot open"));
}

#define REAL(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	if (geteuid() != 0) {
		puts("skipped: needs root");
		return 0;
	}
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		puts("skipped: no mount namespace here");
		return 0;
	}
	const struct CMUnitTest tests[] = {
		REAL(a_free_loop_device_is_cleared_and_confirmed),
		REAL(the_disk_behind_root_is_the_system),
		REAL(a_mounted_ext4_and_a_loop_over_a_file_on_it),
		REAL(a_mount_in_another_namespace),
		REAL(swap_in_use),
		REAL(a_second_member_of_a_mounted_btrfs),
		REAL(an_open_descriptor_in_another_process),
		REAL(the_probe_finds_ext4_and_gpt),
		REAL(a_violation_is_killed_and_unknown),
		REAL(a_probe_that_hangs_or_lies_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
