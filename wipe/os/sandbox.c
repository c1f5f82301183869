/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox: what may a worker still do once its disk is open? Read, write and flush that one
 * descriptor, talk over its socket, ask the clock and move its own memory. Every other system call
 * ends the process at once (seccomp(2)); where the kernel has no such filter, what was given up
 * before still binds it.
 */
#include "sandbox.h"

#include "disk.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef BLKGETDISKSEQ
#define BLKGETDISKSEQ _IOR(0x12, 128, uint64_t)
#endif

struct rules {
	scmp_filter_ctx filter;
	int failed; /* the first error of libseccomp, or 0 */
};

static void add(struct rules *rules, int call, unsigned count, const struct scmp_arg_cmp *conditions)
{
	if (rules->failed == 0)
		rules->failed = seccomp_rule_add_array(rules->filter, SCMP_ACT_ALLOW, call, count,
		    conditions);
}

static void allow(struct rules *rules, int call)
{
	add(rules, call, 0, NULL);
}

/* SCMP_A0(SCMP_CMP_EQ, fd), whole: clang misses a field in libseccomp's macro. */
static struct scmp_arg_cmp is_fd(int fd)
{
	return (struct scmp_arg_cmp){ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)fd };
}

/* A call whose first argument is this descriptor. */
static void allow_on(struct rules *rules, int call, int fd)
{
	const struct scmp_arg_cmp condition = is_fd(fd);
	if (fd >= 0)
		add(rules, call, 1, &condition);
}

static void allow_ioctl(struct rules *rules, int fd, unsigned long request)
{
	/* The kernel looks at 32 bits of it. */
	const struct scmp_arg_cmp conditions[] = { is_fd(fd),
		SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, request & UINT32_MAX) };
	add(rules, SCMP_SYS(ioctl), WIPE_COUNT(conditions), conditions);
}

static void allow_disk(struct rules *rules, const struct os_claim *claim, int ring_fd)
{
	static const unsigned long requests[] = { BLKGETSIZE64, BLKSSZGET, BLKPBSZGET, BLKROGET,
		BLKGETDISKSEQ };
	/* Without a ring, and for what the ring gives back with "again". */
	allow_on(rules, SCMP_SYS(pread64), claim->fd);
	allow_on(rules, SCMP_SYS(pwrite64), claim->fd);
	allow_on(rules, SCMP_SYS(fsync), claim->fd);
	allow_on(rules, SCMP_SYS(io_uring_enter), ring_fd);
	for (size_t i = 0; i < WIPE_COUNT(requests); i++)
		allow_ioctl(rules, claim->fd, requests[i]);
	allow_on(rules, SCMP_SYS(pread64), claim->stat_fd);
	allow_on(rules, SCMP_SYS(pread64), claim->iostats_fd);
}

static void allow_memory(struct rules *rules)
{
	const struct scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp anonymous[] = { not_executable,
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS) };
	add(rules, SCMP_SYS(mmap), WIPE_COUNT(anonymous), anonymous);
	add(rules, SCMP_SYS(mprotect), 1, &not_executable);
	allow(rules, SCMP_SYS(brk));
	allow(rules, SCMP_SYS(munmap));
	allow(rules, SCMP_SYS(mremap));
	allow(rules, SCMP_SYS(madvise));
}

static void allow_process(struct rules *rules, int packet_fd)
{
	allow_on(rules, SCMP_SYS(sendto), packet_fd); /* send(2) */
	allow_on(rules, SCMP_SYS(recvfrom), packet_fd); /* recv(2) */
	/* Their descriptors are in memory, where a filter cannot look. */
	allow(rules, SCMP_SYS(poll));
	allow(rules, SCMP_SYS(ppoll)); /* poll(2) on arm64 */
	allow(rules, SCMP_SYS(close));
	/* Where the vDSO has to ask the kernel after all: a clock source it cannot read. */
	allow(rules, SCMP_SYS(clock_gettime));
	allow(rules, SCMP_SYS(futex)); /* pthread_once() within libcrypto wakes nobody with it */
	allow(rules, SCMP_SYS(getpid));
	allow(rules, SCMP_SYS(getrandom)); /* a verification's places are drawn when it begins */
	/* SIGSTOP and SIGCONT in the middle of a wait. */
	allow(rules, SCMP_SYS(restart_syscall));
	allow(rules, SCMP_SYS(rt_sigreturn));
	allow(rules, SCMP_SYS(exit));
	allow(rules, SCMP_SYS(exit_group));
}

/* What the sanitizers' runtime needs to tell what it found. */
static void allow_sanitizers(struct rules *rules)
{
	allow_on(rules, SCMP_SYS(write), STDERR_FILENO);
	allow(rules, SCMP_SYS(sigaltstack));
	allow(rules, SCMP_SYS(sched_yield));
}

static bool has_filters(void)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static int load(const struct os_claim *claim, int ring_fd, int packet_fd)
{
	struct rules rules = { .filter = seccomp_init(SCMP_ACT_KILL_PROCESS) };
	if (!rules.filter)
		return -ENOMEM;
	/* The same for a call in the numbers of another architecture (x32, i386). */
	rules.failed = seccomp_attr_set(rules.filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	allow_disk(&rules, claim, ring_fd);
	allow_memory(&rules);
	allow_process(&rules, packet_fd);
	if (OS_SANITIZED)
		allow_sanitizers(&rules);
	if (rules.failed == 0)
		rules.failed = seccomp_load(rules.filter);
	seccomp_release(rules.filter);
	return rules.failed;
}

/* Closes everything that is not in keep (-1 entries are skipped). */
static bool close_others(const int *keep, size_t count)
{
	for (unsigned from = 0;;) {
		unsigned next = UINT32_MAX;
		for (size_t i = 0; i < count; i++) {
			if (keep[i] >= 0 && (unsigned)keep[i] >= from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		}
		if (next == UINT32_MAX)
			return close_range(from, UINT32_MAX, 0) == 0;
		if (next > from && close_range(from, next - 1, 0) != 0)
			return false;
		from = next + 1;
	}
}

enum code os_sandbox_enter(struct os_claim *claim, const struct os_disk *disk, int packet_fd,
    struct os_sandbox *ret, struct err *err)
{
	struct os_sandbox sandbox = { .filter = has_filters() };
	int ring_fd = os_disk_uring_fd(disk);
	const int keep[] = { claim->fd, claim->stat_fd, claim->iostats_fd, ring_fd, packet_fd,
		OS_SANITIZED ? STDERR_FILENO : -1 };
	if (!close_others(keep, WIPE_COUNT(keep)))
		return err_set_errno(err, CODE_IO, errno, "other descriptors cannot be closed");
	enum code code = os_sandbox_drop_privileges(err);
	if (code == CODE_OK)
		code = os_sandbox_landlock(&sandbox.landlock, err);
	int failed = code == CODE_OK && sandbox.filter ? load(claim, ring_fd, packet_fd) : 0;
	if (failed != 0)
		code = err_set_errno(err, CODE_IO, -failed, "the system call filter cannot be set up");
	if (code != CODE_OK)
		return code;
	claim->reread = false;
	*ret = sandbox;
	return CODE_OK;
}
