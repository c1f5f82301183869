/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox: what can a process give up that it never gets back? Capabilities (capabilities(7)), the
 * way to new ones (PR_SET_NO_NEW_PRIVS, prctl(2)), and with Landlock (landlock(7)) the right to name
 * any file, port or process. None of it touches what is open already.
 */
#include "sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- privileges ------------------------------------------------------------------------------ */

/* Before the capabilities themselves: it takes one of them. */
static bool drop_bounding_set(void)
{
	for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
	    capability++) {
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
			continue;
		/* An ordinary user's process cannot; nor could it ever gain from the set: it has
		 * no new privileges. */
		return errno == EPERM;
	}
	return true;
}

enum code os_sandbox_drop_privileges(struct err *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[2] = { 0 };
	const struct rlimit no_core = { 0, 0 };
	bool done = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &no_core) == 0 &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	    drop_bounding_set() && syscall(SYS_capset, &header, none) == 0;
	if (!done)
		return err_set_errno(err, CODE_IO, errno, "privileges cannot be given up");
	return CODE_OK;
}

/* ---- Landlock -------------------------------------------------------------------------------- */

/*
 * The kernel's structure as of version 6 and its bits, written out: the headers one compiles with
 * are often older than the kernel one runs on. Older kernels take it as long as what they do not
 * know is zero.
 */
struct ruleset {
	uint64_t files; /* handled_access_fs */
	uint64_t net; /* handled_access_net, from version 4 */
	uint64_t scoped; /* from version 6 */
};

/* Bits 0 to n - 1. */
#define RIGHTS(n) ((UINT64_C(1) << (n)) - 1)

static struct ruleset all_rights(long version)
{
	struct ruleset all = { .files = RIGHTS(13) };
	if (version >= 2)
		all.files = RIGHTS(14); /* linking and renaming between directories */
	if (version >= 3)
		all.files = RIGHTS(15); /* truncating */
	if (version >= 4)
		all.net = RIGHTS(2); /* binding and connecting TCP */
	if (version >= 5)
		all.files = RIGHTS(16); /* ioctl on devices opened from now on */
	if (version >= 6)
		all.scoped = RIGHTS(2); /* abstract sockets of others, signals to others */
	return all;
}

enum code os_sandbox_landlock(unsigned *ret_version, struct err *err)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version <= 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) {
		*ret_version = 0;
		return CODE_OK;
	}
	const struct ruleset all = all_rights(version);
	int fd = version <= 0 ? -1
			      : (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	bool done = fd >= 0 && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	int sys_errno = errno;
	os_fd_close(fd);
	if (!done)
		return err_set_errno(err, CODE_IO, sys_errno, "Landlock cannot be set up");
	*ret_version = (unsigned)version;
	return CODE_OK;
}
