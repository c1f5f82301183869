/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a secret key, for the files of this area alone. */
#ifndef WIPE_TRUST_SECRET_KEY_H
#define WIPE_TRUST_SECRET_KEY_H

#include "wipe/trust.h"

/* Lies in memory of sodium_malloc(): locked, guarded, read-only after it was made. */
struct trust_secret_key {
	uint8_t bytes[64]; /* seed and point, as libsodium and OpenSSH keep them */
};

#endif
