/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process: how do this process's requests to disks rank among those of others? (ioprio_set(2)) */
#include "wipe/os.h"

#include <linux/ioprio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOWEST 7 /* of the eight levels of best effort */

static const char *const words[] = {
	[OS_IO_CLASS_BEST_EFFORT] = "best-effort",
	[OS_IO_CLASS_IDLE] = "idle",
	[OS_IO_CLASS_NONE] = "none",
};

bool os_io_class_find(const char *word, enum os_io_class *ret)
{
	for (size_t i = 0; i < WIPE_COUNT(words); i++) {
		if (strcmp(words[i], word) == 0) {
			*ret = (enum os_io_class)i;
			return true;
		}
	}
	return false;
}

const char *os_io_class_text(enum os_io_class io_class)
{
	return words[io_class];
}

bool os_process_io_class(enum os_io_class io_class)
{
	int rank = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, LOWEST);
	if (io_class == OS_IO_CLASS_NONE)
		return true;
	if (io_class == OS_IO_CLASS_IDLE)
		rank = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0);
	return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, rank) == 0;
}
