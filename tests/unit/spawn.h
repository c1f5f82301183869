/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spawn: other people's programs as tools and judges, called by their words and never through a
 * shell. Their complaints go nowhere: a test says itself what it misses.
 */
#ifndef TESTS_UNIT_SPAWN_H
#define TESTS_UNIT_SPAWN_H

#include "unit/unit.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPAWN_WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Starts words[0] (looked up in PATH) between two descriptors, -1: /dev/null. -1: it did not. */
static inline pid_t spawn_start(const char *const *words, int in, int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	const int ends[2] = { in, out };
	for (int fd = 0; fd < 2; fd++)
		if (ends[fd] >= 0)
			posix_spawn_file_actions_adddup2(&actions, ends[fd], fd);
		else
			posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	pid_t pid = -1;
	if (posix_spawnp(&pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* Its exit status; -1: it never ran, or a signal ended it. */
static inline int spawn_wait(pid_t pid)
{
	int status = -1;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs it to its end with nothing to read and nothing to say. */
static inline int spawn_quiet(const char *const *words)
{
	return spawn_wait(spawn_start(words, -1, -1));
}

/* The same, keeping what it says. What `size` does not hold is lost, and costs it a SIGPIPE. */
static inline int spawn_keep(const char *const *words, int in, void *ret, size_t size,
    size_t *ret_len)
{
	int ends[2];
	*ret_len = 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid_t pid = spawn_start(words, in, ends[1]);
	close(ends[1]);
	ssize_t n = 1;
	for (; n > 0 && *ret_len < size; *ret_len += n > 0 ? (size_t)n : 0)
		n = read(ends[0], (uint8_t *)ret + *ret_len, size - *ret_len);
	close(ends[0]);
	return spawn_wait(pid);
}

/* The same, keeping the first line. */
static inline int spawn_line(const char *const *words, char *ret, size_t size)
{
	size_t len = 0;
	int status = spawn_keep(words, -1, ret, size - 1, &len);
	ret[len] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return status;
}

/* The same with something to read: from memory, so that neither side can wait for the other. */
static inline int spawn_filter(const char *const *words, const void *data, size_t len, void *ret,
    size_t size, size_t *ret_len)
{
	int status = -1;
	int in = memfd_create("spawn", MFD_CLOEXEC);
	*ret_len = 0;
	if (in >= 0 && write(in, data, len) == (ssize_t)len && lseek(in, 0, SEEK_SET) == 0)
		status = spawn_keep(words, in, ret, size, ret_len);
	if (in >= 0)
		close(in);
	return status;
}

#endif
