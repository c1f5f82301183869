/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pass_sandbox: what may a process still do that asks a drive? What comes back is the drive's, and
 * the capability that the ioctl needs is a large one: so one ioctl on one descriptor, packets over the
 * sockets that are open, memory that is not executable, and the end (seccomp(2), capabilities(7)).
 */
#include "pass.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define PASS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PASS_SANITIZED 1
#endif
#endif
#ifndef PASS_SANITIZED
#define PASS_SANITIZED 0
#endif

/* Keeps one capability, if it was there; all others are gone for good. */
static bool keep_one(unsigned capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct one[2] = { 0 };
	one[capability / 32].effective = one[capability / 32].permitted = 1u << capability % 32;
	const struct rlimit none = { 0, 0 };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
	    setrlimit(RLIMIT_FSIZE, &none) == 0 && setrlimit(RLIMIT_NPROC, &none) == 0 &&
	    syscall(SYS_capset, &header, one) == 0;
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

static bool allow_memory(scmp_filter_ctx filter)
{
	bool made = allow(filter, SCMP_SYS(brk)) && allow(filter, SCMP_SYS(munmap)) &&
	    allow(filter, SCMP_SYS(mremap)) && allow_without_exec(filter, SCMP_SYS(mmap)) &&
	    allow_without_exec(filter, SCMP_SYS(mprotect));
	if (made && PASS_SANITIZED)
		made = allow(filter, SCMP_SYS(madvise)) && allow(filter, SCMP_SYS(sigaltstack)) &&
		    allow(filter, SCMP_SYS(sched_yield)) && allow(filter, SCMP_SYS(futex));
	return made;
}

static bool allow_talk(scmp_filter_ctx filter)
{
	/* glibc's poll is ppoll where there is no poll; a wait that was stopped goes on by restart_syscall. */
	return allow(filter, SCMP_SYS(poll)) && allow(filter, SCMP_SYS(ppoll)) &&
	    allow(filter, SCMP_SYS(recvfrom)) && allow(filter, SCMP_SYS(restart_syscall)) &&
	    /* With no address: not to whoever else listens on a datagram socket. */
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1,
		SCMP_A4(SCMP_CMP_EQ, 0, 0)) == 0;
}

static bool load_filter(int fd, unsigned long request)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return false;
	bool made = allow(filter, SCMP_SYS(exit)) && allow(filter, SCMP_SYS(exit_group)) &&
	    allow(filter, SCMP_SYS(close)) && allow_memory(filter) && allow_talk(filter) &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 2,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd, 0), SCMP_A1(SCMP_CMP_EQ, request, 0)) == 0 &&
	    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return made;
}

enum code os_pass_sandbox(enum os_pass_kind kind, int fd, struct err *err)
{
	bool nvme = kind == OS_PASS_NVME;
	if (!keep_one(nvme ? CAP_SYS_ADMIN : CAP_SYS_RAWIO))
		return err_set_errno(err, errno == EPERM ? CODE_REFUSED : CODE_UNSUPPORTED, errno,
		    "cannot keep %s and drop the rest", nvme ? "CAP_SYS_ADMIN" : "CAP_SYS_RAWIO");
	if (!load_filter(fd, nvme ? NVME_IOCTL_ADMIN_CMD : SG_IO))
		return err_set_errno(err, CODE_UNSUPPORTED, errno,
		    "cannot filter the system calls of the process that asks the drive");
	return CODE_OK;
}
