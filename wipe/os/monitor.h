/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor: its single ways, for tests (private to os). */
#ifndef WIPE_OS_MONITOR_H
#define WIPE_OS_MONITOR_H

#include "wipe/os.h"

/* source: "udev" or "kernel", as libudev calls the two netlink groups. CODE_UNSUPPORTED. */
enum code monitor_open_netlink(const char *source, struct os_monitor **ret, struct err *err)
    WIPE_MUST_USE;
/* dir: /sys/block, or a folder of the same form. */
enum code monitor_open_polling(const char *dir, int interval_ms, struct os_monitor **ret,
    struct err *err) WIPE_MUST_USE;
/* Notes one thing that happened to a disk, together with what is noted of it already. */
void monitor_note(struct os_changes *changes, const char *name, unsigned what);

#endif
