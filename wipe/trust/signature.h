/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What signing with the station's key and through an agent have in common. */
#ifndef WIPE_TRUST_SIGNATURE_H
#define WIPE_TRUST_SIGNATURE_H

#include "wipe/trust.h"

/* The bytes that a key signs for `namespace_` over data. */
void signature_message(const char *namespace_, const void *data, size_t len, struct buf *ret);
/* The armoured SSHSIG of a raw signature ("SIG" in the design), appended. */
enum code signature_armour(const struct trust_public_key *key, const char *namespace_,
    const uint8_t *sig, size_t sig_len, struct buf *ret, struct err *err) WIPE_MUST_USE;

#endif
