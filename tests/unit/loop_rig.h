/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop rig: a loop device of our own for tests of the real kernel path. It is marked for detaching
 * as soon as it is open, so that it goes away with the process however that ends; its file has no
 * name any more. Without root or loop devices the tests skip.
 */
#ifndef TESTS_UNIT_LOOP_RIG_H
#define TESTS_UNIT_LOOP_RIG_H

#include "unit/unit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct loop_rig {
	char node[64]; /* "" = none */
	int fd; /* keeps it alive */
};

static inline bool loop_rig_command(const char *command, char *ret_line, size_t size)
{
	FILE *pipe = popen(command, "r");
	if (!pipe)
		return false;
	char *line = fgets(ret_line, (int)size, pipe);
	if (line)
		line[strcspn(line, "\n")] = '\0';
	return pclose(pipe) == 0;
}

static inline struct loop_rig loop_rig_open(uint64_t size, const char *options)
{
	struct loop_rig rig = { .fd = -1 };
	char file[] = "/tmp/certwipe-loop-XXXXXX", command[300], line[80] = "";
	if (geteuid() != 0)
		return rig;
	int fd = mkstemp(file);
	if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
		return rig;
	snprintf(command, sizeof(command), "losetup %s -f --show %s 2>/dev/null", options, file);
	bool made = loop_rig_command(command, line, sizeof(line));
	unlink(file);
	close(fd);
	if (!made || strncmp(line, "/dev/loop", 9) != 0)
		return rig;
	rig.fd = open(line, O_RDONLY | O_CLOEXEC);
	snprintf(command, sizeof(command), "losetup -d %s", line);
	if (loop_rig_command(command, (char[80]){ 0 }, 80) && rig.fd >= 0)
		memcpy(rig.node, line, sizeof(rig.node) - 1);
	return rig;
}

static inline void loop_rig_close(struct loop_rig *rig)
{
	if (rig->fd >= 0)
		close(rig->fd);
	rig->fd = -1;
	rig->node[0] = '\0';
}

#endif
