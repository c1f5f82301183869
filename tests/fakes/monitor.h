/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor: an os_monitor that tells what the test says happened; its descriptor is a real one. */
#ifndef TESTS_FAKES_MONITOR_H
#define TESTS_FAKES_MONITOR_H

#include "wipe/os.h"

/* abort() on failure; ends with os_monitor_free(). */
struct os_monitor *fake_monitor_new(void);
/* Bits of OS_CHANGE_…; name NULL: events were lost. */
void fake_monitor_say(struct os_monitor *monitor, const char *name, unsigned what);

#endif
