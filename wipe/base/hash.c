/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hash: SHA-256 (FIPS 180-4) and keyed BLAKE2b-256 (RFC 7693) over memory, through libsodium;
 * CRC-32C (RFC 3720, B.4), reflected polynomial 0x82f63b78.
 */
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

void hash_mac(const uint8_t key[HASH_MAC_KEY], const void *before, size_t before_len,
    const void *data, size_t len, uint8_t out[HASH_MAC_BYTES])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key, HASH_MAC_KEY, HASH_MAC_BYTES);
	crypto_generichash_update(&state, before, before_len);
	crypto_generichash_update(&state, data, len);
	crypto_generichash_final(&state, out, HASH_MAC_BYTES);
	sodium_memzero(&state, sizeof(state)); /* its first block is the key */
}

bool hash_mac_equals(const uint8_t a[HASH_MAC_BYTES], const uint8_t b[HASH_MAC_BYTES])
{
	return sodium_memcmp(a, b, HASH_MAC_BYTES) == 0;
}

uint32_t hash_crc32c(const void *data, size_t len)
{
	/* Remainders of the sixteen values of four bits. */
	static const uint32_t table[16] = { 0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6,
		0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75 };
	const uint8_t *bytes = data;
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		crc = table[crc & 15] ^ (crc >> 4);
		crc = table[crc & 15] ^ (crc >> 4);
	}
	return ~crc;
}
