/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop rig: a loop device of our own for tests of the real kernel path. It is marked for detaching
 * as soon as it is open, so that it goes away with the process however that ends; its file has no
 * name any more. Without root or loop devices the tests skip.
 */
#ifndef TESTS_UNIT_LOOP_RIG_H
#define TESTS_UNIT_LOOP_RIG_H

#include "unit/spawn.h"

#include <stdlib.h>

#define LOSETUP "/usr/sbin/losetup"

struct loop_rig {
	char node[64]; /* "" = none */
	int fd; /* keeps it alive */
};

/* `option` for losetup, "" for none. */
static inline struct loop_rig loop_rig_open(uint64_t size, const char *option)
{
	struct loop_rig rig = { .fd = -1 };
	char file[] = "/tmp/certwipe-loop-XXXXXX", line[64] = "";
	if (geteuid() != 0)
		return rig;
	int fd = mkstemp(file);
	if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
		return rig;
	int status = spawn_line(SPAWN_WORDS(LOSETUP, "-f", "--show", file, *option ? option : NULL),
	    line, sizeof(line));
	unlink(file);
	close(fd);
	if (status != 0 || strncmp(line, "/dev/loop", 9) != 0)
		return rig;
	rig.fd = open(line, O_RDONLY | O_CLOEXEC);
	if (spawn_quiet(SPAWN_WORDS(LOSETUP, "-d", line)) == 0 && rig.fd >= 0)
		memcpy(rig.node, line, sizeof(rig.node));
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
