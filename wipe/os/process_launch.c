/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * process_launch: a process that outlives whoever asked for it. Twice forked and in a session of its
 * own, it has neither this terminal nor this parent, and starts anew from the program's file, so that
 * nothing this process had in memory goes along.
 */
#include "wipe/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 16
/* The descriptor that a launched process closes when it is ready, and the word that it was given one: it
 * may have been started otherwise, with something else there. */
#define READY_FD   3
#define READY_WORD "CERTWIPE_LAUNCHED"

static void start_anew(const char *program, char *const *words, int ready)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (setsid() < 0 || chdir("/") < 0)
		_exit(127);
	pid_t pid = fork();
	if (pid != 0)
		_exit(pid < 0 ? 127 : 0);
	os_process_quiet();
	if (ready != READY_FD && dup2(ready, READY_FD) < 0)
		_exit(127);
	if (ready == READY_FD)
		fcntl(ready, F_SETFD, 0);
	close_range(READY_FD + 1, ~0U, 0);
	if (setenv(READY_WORD, "1", 1) != 0)
		_exit(127);
	execv(program, words);
	/* Its file may have been replaced by a newer one meanwhile; the running one is still there. */
	execv("/proc/self/exe", words);
	_exit(127);
}

static enum code wait_closed(int fd, int timeout_ms, struct err *err)
{
	bool ready = false;
	enum code code = os_wait_readable(&fd, &ready, 1, timeout_ms, err);
	return code == CODE_OK ? CODE_OK : err_set(err, CODE_BUSY, "it does not get ready");
}

enum code os_process_launch(const char *const *arguments, int timeout_ms, struct err *err)
{
	char program[512] = "/proc/self/exe";
	char *words[ARGUMENTS_MAX + 2] = { program };
	int ends[2], status = 0;
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (len > 0)
		program[len] = 0;
	for (size_t i = 0; arguments[i]; i++) {
		if (i == ARGUMENTS_MAX)
			return err_set(err, CODE_BUG, "too many arguments");
		words[i + 1] = (char *)(uintptr_t)arguments[i];
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot make a pipe");
	pid_t pid = fork();
	if (pid == 0)
		start_anew(program, words, ends[1]);
	enum code code = pid < 0
	    ? err_set_errno(err, CODE_MEMORY, errno, "cannot start another process") : CODE_OK;
	close(ends[1]);
	if (code == CODE_OK)
		code = os_process_reap(pid, true, &status, err);
	if (code == CODE_OK && status != 0)
		code = err_set(err, CODE_IO, "cannot start another process");
	if (code == CODE_OK)
		code = wait_closed(ends[0], timeout_ms, err);
	close(ends[0]);
	return code;
}

void os_process_ready(void)
{
	if (!getenv(READY_WORD))
		return;
	unsetenv(READY_WORD);
	close(READY_FD);
}
