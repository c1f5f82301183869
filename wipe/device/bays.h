/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bays: what reading and looking up share. */
#ifndef WIPE_DEVICE_BAYS_H
#define WIPE_DEVICE_BAYS_H

#include "wipe/device.h"

/* Does all of text fit the pattern? * stands for any characters or none, ? for one. Pure. */
bool bays_match(const char *pattern, const char *text);

#endif
