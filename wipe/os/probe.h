/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe: libblkid over a hostile disk, in a child that can do nothing else. */
#ifndef WIPE_OS_PROBE_H
#define WIPE_OS_PROBE_H

#include "wipe/os.h"

#define OS_PROBE_TIMEOUT_MS 30000

/* What the child does inside the sandbox before it probes; all but NONE are for tests. */
enum os_probe_act {
	OS_PROBE_ACT_NONE,
	OS_PROBE_ACT_OPEN, /* opens a file: the filter must kill it */
	OS_PROBE_ACT_EXEC_MEMORY, /* maps executable memory: likewise */
	OS_PROBE_ACT_STALL, /* never ends: the parent must not wait for it */
	OS_PROBE_ACT_LIE, /* writes a count that does not fit, and says it is complete */
};

/* Looks at node for at most timeout_ms. Never fails: *ret says what came of it. */
void os_probe_run(const char *node, enum os_probe_act act, int timeout_ms, struct os_probe *ret);

#endif
