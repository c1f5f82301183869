/* SPDX-License-Identifier: GPL-3.0-or-later */
/* terminal: how wide is it, and what did the person type? */
#include "wipe/os.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

bool os_terminal_is(int fd)
{
	return isatty(fd) == 1;
}

unsigned os_terminal_columns(int fd)
{
	struct winsize size = { 0 };
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

bool os_terminal_takes(int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLOUT };
	/* A reader that is gone makes the write fail, not wait: that is a yes. */
	return poll(&item, 1, 0) > 0;
}

/*
 * Becomes readable when a signal to stop is pending because it is blocked; nothing is read from
 * it, so the signal stays for whoever takes them. One that is not blocked acts by itself.
 */
static int open_stop_watch(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static enum code next_byte(int fd, int stop_fd, char *ret, struct err *err)
{
	struct pollfd items[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
	};
	/* Without O_NONBLOCK on the terminal a read after poll(2) can still wait; that needs a
	 * second reader of the same terminal, and then only this question waits. */
	bool interrupted = false;
	if (poll(items, 2, -1) < 0) {
		if (errno != EINTR)
			return err_set_errno(err, CODE_IO, errno, "cannot wait for an answer");
		interrupted = true;
	}
	if (interrupted || items[1].revents)
		return err_set(err, CODE_STOPPED, "interrupted");
	ssize_t got = read(fd, ret, 1);
	if (got == 1)
		return CODE_OK;
	if (got == 0 || errno == EINTR || errno == EIO) /* EIO: the terminal hung up */
		return err_set(err, CODE_STOPPED, "the input ended");
	return err_set_errno(err, CODE_IO, errno, "cannot read the answer");
}

static enum code read_line(int fd, int stop_fd, char *line, size_t size, struct err *err)
{
	size_t used = 0;
	bool nul = false;
	bool cut = false;
	for (;;) {
		char c = 0;
		enum code code = next_byte(fd, stop_fd, &c, err);
		if (code != CODE_OK)
			return code;
		if (c == '\n')
			break;
		nul |= c == 0;
		cut |= used + 1 >= size;
		if (!cut)
			line[used++] = c;
	}
	if (nul)
		return err_set(err, CODE_INPUT, "the answer holds a NUL");
	if (cut)
		return err_set(err, CODE_INPUT, "the answer is longer than %zu characters",
		    size - 1);
	line[used] = 0;
	return CODE_OK;
}

enum code os_terminal_line(int fd, char *ret, size_t size, struct err *err)
{
	int stop_fd = open_stop_watch();
	if (stop_fd < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot watch for signals");
	enum code code = read_line(fd, stop_fd, ret, size, err);
	close(stop_fd);
	return code;
}
