/* SPDX-License-Identifier: GPL-3.0-or-later */
/* processes: a walk over /proc that says what it could not see. */
#ifndef WIPE_DEVICE_PROCESSES_H
#define WIPE_DEVICE_PROCESSES_H

#include "wipe/os.h"

struct processes_visitor {
	void *self;
	/* A block device that process `pid` has open. */
	void (*opened)(void *self, const char *pid, const struct os_node *node);
	/* Once per process before its descriptors; may be NULL. */
	void (*process)(void *self, const char *pid);
	/* Something of process `pid` could not be looked into. */
	void (*unseen)(void *self, const char *pid);
};
/* All user processes but `skip` (a decimal pid, or ""). CODE_OK, or why /proc has no list. */
enum code processes_visit(struct os_host *host, const char *skip,
    const struct processes_visitor *visitor, struct err *err) WIPE_MUST_USE;
/* "1234 (name)" into out. */
const char *processes_name(struct os_host *host, const char *pid, char *out, size_t size);

#endif
