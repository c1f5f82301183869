/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust_tool: runs OpenSSH's programs as independent judges, without a shell. */
#ifndef TESTS_TRUST_TOOL_H
#define TESTS_TRUST_TOOL_H

#include "unit/spawn.h"
#include "wipe/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Exit status; input from file `in` (or NULL), standard output into file `out` (or NULL). */
static inline int tool_run(const char *in, const char *out, const char *const *words)
{
	int in_fd = in ? open(in, O_RDONLY | O_CLOEXEC) : -1;
	int out_fd = out ? open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	assert_true((!in || in_fd >= 0) && (!out || out_fd >= 0));
	int status = spawn_wait(spawn_start(words, in_fd, out_fd));
	if (in)
		close(in_fd);
	if (out)
		close(out_fd);
	return status;
}
#define TOOL(in, out, ...) tool_run(in, out, SPAWN_WORDS(__VA_ARGS__))

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
