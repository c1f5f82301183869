/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust_tool: runs OpenSSH's programs as independent judges, without a shell. */
#ifndef TESTS_TRUST_TOOL_H
#define TESTS_TRUST_TOOL_H

#include "wipe/trust.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Exit status; input from file `in` (or NULL), standard output into file `out` (or NULL). */
static inline int tool_run(const char *in, const char *out, char *const argv[])
{
	posix_spawn_file_actions_t acts;
	posix_spawn_file_actions_init(&acts);
	posix_spawn_file_actions_addopen(&acts, 0, in ? in : "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&acts, 1, out ? out : "/dev/null",
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_addopen(&acts, 2, "/dev/null", O_WRONLY, 0);
	pid_t pid = 0;
	int status = -1;
	if (posix_spawnp(&pid, argv[0], &acts, NULL, argv, environ) == 0)
		waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&acts);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
#define TOOL(in, out, ...) tool_run(in, out, (char *[]){ __VA_ARGS__, NULL })

static inline void tool_put(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

static inline void tool_get(const char *path, struct buf *ret)
{
	uint8_t data[65536];
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t len = read(fd, data, sizeof(data));
	assert_true(len >= 0);
	close(fd);
	buf_append(ret, data, (size_t)len);
}

/* An empty directory of its own becomes the working directory; leave removes what is in it. */
static inline int tool_enter(void **state)
{
	static const char form[] = "/tmp/certwipe-trust-XXXXXX";
	char *path = strdup(form);
	*state = path;
	return path && mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

static inline int tool_leave(void **state)
{
	static const char *const names[] = { "k", "k.pub", "d", "d.sig", "s", "a", "o", "agent" };
	for (size_t i = 0; i < WIPE_COUNT(names); i++)
		unlink(names[i]);
	int bad = chdir("/") != 0 || rmdir(*state) != 0;
	free(*state);
	return bad ? -1 : 0;
}

#endif
