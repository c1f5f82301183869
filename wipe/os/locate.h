/* SPDX-License-Identifier: GPL-3.0-or-later */
/* locate: the same on another folder and filesystem than /sys, for tests (private to os). */
#ifndef WIPE_OS_LOCATE_H
#define WIPE_OS_LOCATE_H

#include "wipe/os.h"

/* root: what stands for /sys; magic: f_type of statfs(2) that the file must lie on. */
enum code locate_set_at(const char *root, long magic, const char *enclosure, const char *component,
    bool on, struct err *err) WIPE_MUST_USE;

#endif
