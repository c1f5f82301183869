/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which signatures lie on a disk? The disk is hostile and libblkid is large, so it runs in a child
 * that has one descriptor, no capability and a handful of system calls; what it writes into shared
 * memory is untrusted as well. Whatever goes wrong is OS_PROBE_UNKNOWN, never "nothing found".
 */
#include "probe.h"

#include "sandbox.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child writes; `complete` last, after everything else. */
struct report {
	uint32_t complete;
	uint32_t stage; /* how far it came, for the line that says why */
	int32_t sys_errno;
	struct os_probe probe;
};

enum stage { STAGE_START, STAGE_OPEN, STAGE_PREPARE, STAGE_SANDBOX, STAGE_PROBE };

static void unknown(struct os_probe *ret, const char *why)
{
	*ret = (struct os_probe){ .result = OS_PROBE_UNKNOWN };
	text_copy(ret->why, sizeof(ret->why), why);
}

/* ---- the child ------------------------------------------------------------------------------ */

static blkid_probe prepare(int fd)
{
	blkid_probe probe = blkid_new_probe();
	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) != 0)
		return NULL;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
		BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_BADCSUM);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT);
	/* Both are looked up lazily, by ioctl and in /sys, which the filter will not allow. */
	(void)blkid_probe_get_sectorsize(probe);
	(void)blkid_probe_get_wholedisk_devno(probe);
	return probe;
}

static bool limit(int resource, rlim_t value)
{
	struct rlimit limits = { value, value };
	return setrlimit((__rlimit_resource_t)resource, &limits) == 0;
}

static bool drop_everything(void)
{
	struct err ignored;
	unsigned landlock;
	bool done = os_sandbox_drop_privileges(&ignored) == CODE_OK &&
	    os_sandbox_landlock(&landlock, &ignored) == CODE_OK && limit(RLIMIT_FSIZE, 0) &&
	    limit(RLIMIT_NPROC, 0) && limit(RLIMIT_CPU, 20);
	/* A sanitizer reserves terabytes of shadow; without one, a bomb ends at 512 MiB. */
	return done && (OS_SANITIZED || limit(RLIMIT_AS, (rlim_t)512 << 20));
}

static bool allow(scmp_filter_ctx filter, int call)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
}

/* The same, as long as the third argument (prot of mmap and mprotect) asks for no PROT_EXEC. */
static bool allow_without_exec(scmp_filter_ctx filter, int call)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
		   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static bool load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return false;
	bool made = allow(filter, SCMP_SYS(lseek)) && allow(filter, SCMP_SYS(pread64)) &&
	    allow(filter, SCMP_SYS(read)) && allow(filter, SCMP_SYS(brk)) &&
	    allow(filter, SCMP_SYS(munmap)) && allow(filter, SCMP_SYS(exit)) &&
	    allow(filter, SCMP_SYS(exit_group)) && allow_without_exec(filter, SCMP_SYS(mmap)) &&
	    /* glibc's realloc of a large block: libblkid's list of partitions grows so. */
	    allow(filter, SCMP_SYS(mremap)) &&
	    /* libblkid can make its buffers read-only, and glibc grows an arena with it. */
	    allow_without_exec(filter, SCMP_SYS(mprotect));
	if (made && OS_SANITIZED)
		made = allow(filter, SCMP_SYS(madvise)) && allow(filter, SCMP_SYS(sigaltstack)) &&
		    allow(filter, SCMP_SYS(sched_yield)) && allow(filter, SCMP_SYS(futex));
	made = made && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return made;
}

/* One result of the chain that answered last. */
static void record(blkid_probe probe, struct os_probe *out)
{
	const char *type = NULL;
	const char *usage = NULL;
	const char *offset = NULL;
	if (blkid_probe_lookup_value(probe, "TYPE", &type, NULL) == 0) {
		(void)blkid_probe_lookup_value(probe, "USAGE", &usage, NULL);
		(void)blkid_probe_lookup_value(probe, "SBMAGIC_OFFSET", &offset, NULL);
	} else if (blkid_probe_lookup_value(probe, "PTTYPE", &type, NULL) == 0) {
		usage = "partition-table";
		(void)blkid_probe_lookup_value(probe, "PTMAGIC_OFFSET", &offset, NULL);
	} else {
		return;
	}
	if (out->count == OS_SIGNATURES_MAX) {
		out->truncated = true;
		return;
	}
	struct os_signature *item = &out->items[out->count++];
	text_copy(item->type, sizeof(item->type), type);
	text_copy(item->usage, sizeof(item->usage), usage ? usage : "other");
	item->offset = offset ? strtoull(offset, NULL, 10) : 0;
}

static void act_forbidden(enum os_probe_act act, struct report *report)
{
	if (act == OS_PROBE_ACT_OPEN)
		(void)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
	if (act == OS_PROBE_ACT_EXEC_MEMORY)
		(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile bool stalled = act == OS_PROBE_ACT_STALL;
	while (stalled)
		;
	if (act == OS_PROBE_ACT_LIE) {
		report->probe.result = OS_PROBE_DONE;
		report->probe.count = (size_t)OS_SIGNATURES_MAX + 1;
		__atomic_store_n(&report->complete, 1, __ATOMIC_RELEASE);
		_exit(0);
	}
}

static void child(const char *node, enum os_probe_act act, struct report *report)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* A crash ends the child; it must not run what the caller put up for its own crashes. */
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
	/* Nothing that was open before is of any use here: keys, journals, other disks. */
	if (close_range(0, ~0u, 0) != 0)
		_exit(1);
	report->stage = STAGE_OPEN;
	int fd = open(node, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		report->sys_errno = errno;
		_exit(1);
	}
	report->stage = STAGE_PREPARE;
	blkid_probe probe = prepare(fd);
	if (!probe) {
		report->sys_errno = errno;
		_exit(1);
	}
	report->stage = STAGE_SANDBOX;
	if (!drop_everything() || !load_filter()) {
		report->sys_errno = errno;
		_exit(1);
	}
	report->stage = STAGE_PROBE;
	act_forbidden(act, report);
	int rc = 0;
	/* The cap ends a chain that a crafted disk would make step for ever. */
	for (int i = 0; i < 1024 && (rc = blkid_do_probe(probe)) == 0; i++)
		record(probe, &report->probe);
	if (rc != 1) {
		report->sys_errno = errno;
		_exit(1);
	}
	report->probe.result = OS_PROBE_DONE;
	__atomic_store_n(&report->complete, 1, __ATOMIC_RELEASE);
	_exit(0);
}

/* ---- the parent ----------------------------------------------------------------------------- */

static bool ended_within(int pidfd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int n;
	do {
		n = poll(&poll_fd, 1, timeout_ms);
	} while (n < 0 && errno == EINTR);
	return n == 1;
}

static bool clean_word(char *word, size_t size)
{
	if (!memchr(word, 0, size))
		return false;
	char safe[64];
	text_safe(safe, size < sizeof(safe) ? size : sizeof(safe), word, strlen(word));
	memcpy(word, safe, strlen(safe) + 1);
	return *word != 0;
}

/* The child may have been taken over by the disk: copy once, then believe nothing unchecked. */
static void accept(const struct report *shared, struct os_probe *ret)
{
	struct os_probe got;
	memcpy(&got, &shared->probe, sizeof(got));
	if (got.result != OS_PROBE_DONE || got.count > OS_SIGNATURES_MAX) {
		unknown(ret, "the probe counted more than it can hold; its answer is not believed");
		return;
	}
	*ret = (struct os_probe){ .result = OS_PROBE_DONE, .count = got.count };
	/* Through bytes: a bool from outside may hold a value that no bool has. */
	uint8_t truncated;
	memcpy(&truncated, &got.truncated, 1);
	ret->truncated = truncated != 0;
	for (size_t i = 0; i < got.count; i++) {
		struct os_signature item = got.items[i];
		if (!clean_word(item.type, sizeof(item.type)) ||
		    !clean_word(item.usage, sizeof(item.usage))) {
			unknown(ret, "the probe answered no words; its answer is not believed");
			return;
		}
		ret->items[i] = item;
	}
}

static void explain(const struct report *shared, int status, struct os_probe *ret)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
		unknown(ret, "the probe tried what its sandbox forbids and was killed");
		return;
	}
	if (WIFSIGNALED(status)) {
		char why[160];
		snprintf(why, sizeof(why), "the probe was ended by signal %d", WTERMSIG(status));
		unknown(ret, why);
		return;
	}
	static const char *const failed[] = { "the probe could not start", "cannot open the device",
		"libblkid cannot look at the device", "the probe's sandbox could not be set up",
		"libblkid failed while reading the device" };
	uint32_t stage = shared->stage;
	int number = shared->sys_errno;
	char why[160];
	snprintf(why, sizeof(why), "%s%s%s", stage < WIPE_COUNT(failed) ? failed[stage] : failed[0],
	    number > 0 ? ": " : "", number > 0 ? strerror(number) : "");
	unknown(ret, why);
}

static void collect(pid_t pid, int pidfd, int timeout_ms, const struct report *shared,
    struct os_probe *ret)
{
	bool ended = ended_within(pidfd, timeout_ms);
	if (!ended) {
		kill(pid, SIGKILL);
		unknown(ret, "the device did not answer the probe in time");
		/* A child stuck inside the kernel cannot be reaped now, and is not waited for. */
		if (!ended_within(pidfd, 1000))
			return;
	}
	int status = 0;
	pid_t got;
	do {
		got = waitpid(pid, &status, 0);
	} while (got < 0 && errno == EINTR);
	if (!ended)
		return;
	if (got != pid)
		unknown(ret, "the end of the probe was not seen");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    __atomic_load_n(&shared->complete, __ATOMIC_ACQUIRE) == 1)
		accept(shared, ret);
	else
		explain(shared, status, ret);
}

void os_probe_run(const char *node, enum os_probe_act act, int timeout_ms, struct os_probe *ret)
{
	struct report *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		unknown(ret, "no memory for the probe");
		return;
	}
	pid_t pid = fork();
	if (pid == 0)
		child(node, act, shared);
	int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (pid < 0) {
		unknown(ret, "cannot start the probe");
	} else if (pidfd < 0) {
		kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, WNOHANG);
		unknown(ret, "cannot watch the probe");
	} else {
		collect(pid, pidfd, timeout_ms, shared, ret);
		close(pidfd);
	}
	munmap(shared, sizeof(*shared));
}
