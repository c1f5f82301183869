/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confirm: the operator's word for each disk, typed or given with --confirm. */
#ifndef WIPE_CLI_CONFIRM_H
#define WIPE_CLI_CONFIRM_H

#include "wipe/app.h"

/*
 * Every disk that is to be wiped needs its own word (serial, or kernel name where there is none):
 * from `given` (NULL-terminated), each used once, or typed when `ask`. CODE_USAGE names what is missing
 * or left over; CODE_STOPPED when the person answers something else.
 */
enum code confirm_disks(const struct app_disk *disks, size_t count, const char *const *given,
    bool ask, struct err *err) WIPE_MUST_USE;

#endif
