/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash: SHA-256 (FIPS 180-4) over memory, through libsodium. */
#include "wipe/base.h"

#include <sodium.h>
#include <string.h>

void hash_sha256(const void *data, size_t len, uint8_t out[HASH_SHA256_BYTES])
{
	crypto_hash_sha256(out, data, len);
}

const char *hash_sha256_hex(const void *data, size_t len, char out[HASH_SHA256_HEX])
{
	uint8_t raw[HASH_SHA256_BYTES];
	hash_sha256(data, len, raw);
	bytes_hex_format(raw, sizeof(raw), out);
	return out;
}

bool hash_is_sha256_hex(const char *text)
{
	uint8_t raw[HASH_SHA256_BYTES];
	return bytes_hex_parse(text, raw, sizeof(raw));
}
