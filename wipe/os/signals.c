/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signals: how does a wish to stop reach the loop, without a handler that could run anywhere? */
#include "wipe/os.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum code os_signals_open(int *ret_fd, struct err *err)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot block signals");
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot open a signal descriptor");
	signal(SIGPIPE, SIG_IGN);
	*ret_fd = fd;
	return CODE_OK;
}

unsigned os_signals_take(int fd)
{
	unsigned stops = 0;
	for (;;) {
		struct signalfd_siginfo info;
		ssize_t got = read(fd, &info, sizeof(info));
		if (got < 0 && errno == EINTR)
			continue;
		if (got != (ssize_t)sizeof(info))
			return stops;
		/* A terminal that hangs up is no reason to leave a disk half wiped. */
		if (info.ssi_signo != SIGHUP)
			stops++;
	}
}
