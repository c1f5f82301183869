/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armour: the text around OpenSSH's binary files: a head line, base64 in lines of 70, a foot line. */
#ifndef WIPE_TRUST_ARMOUR_H
#define WIPE_TRUST_ARMOUR_H

#include "wipe/base.h"

#define ARMOUR_SIGNATURE "SSH SIGNATURE"
#define ARMOUR_SECRET    "OPENSSH PRIVATE KEY"

/* Appends data armoured under `label`. */
void armour_wrap(const char *label, const uint8_t *data, size_t len, struct buf *ret);
/* The one canonical armour of its content and nothing else; false otherwise. Appends. */
bool armour_unwrap(const char *label, const void *text, size_t len, struct buf *ret);
/* Standard base64 with padding, canonical. Appends; false when it is not. */
bool armour_base64(const char *text, size_t len, struct buf *ret);

#endif
