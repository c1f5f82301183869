/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * process_end: how is a child ended that may hang in the kernel, and what may it not hold meanwhile?
 * SIGKILL is not heard inside an uninterruptible system call, so the wait has an end (pidfd_open(2)).
 */
#include "wipe/os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

void os_process_quiet(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int stream = 0; stream < 3; stream++) {
		if (fd < 0 || dup2(fd, stream) < 0)
			close(stream);
	}
	if (fd > 2)
		close(fd);
}

/* Takes the descriptor; returns early only when the process ended, or where there is none of it. */
static void wait_for(int pidfd, int timeout_ms)
{
	struct pollfd item = { .fd = pidfd, .events = POLLIN };
	int count = -1;
	if (pidfd < 0)
		return;
	do
		count = poll(&item, 1, timeout_ms);
	while (count < 0 && errno == EINTR);
	close(pidfd);
}

enum code os_process_end(pid_t pid, int timeout_ms, struct err *err)
{
	int status;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	os_process_kill(pid);
	wait_for(fd, timeout_ms);
	return os_process_reap(pid, false, &status, err);
}

enum code os_process_wait(pid_t pid, int timeout_ms, int *ret_status, struct err *err)
{
	wait_for((int)syscall(SYS_pidfd_open, pid, 0), timeout_ms);
	return os_process_reap(pid, false, ret_status, err);
}
