/* SPDX-License-Identifier: GPL-3.0-or-later */
/* id: 128 random bits as 26 characters of Crockford base32, most significant bits first. */
#include "wipe/base.h"

#include <sodium.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void id_format(const uint8_t bits[16], char out[ID_TEXT])
{
	/* 26 * 5 = 130 bits: two zero bits stand in front of the 128. */
	for (int i = 0; i < 26; i++) {
		unsigned value = 0;
		for (int b = 0; b < 5; b++) {
			int bit = i * 5 + b - 2;
			unsigned set = bit < 0 ? 0 : (unsigned)bits[bit / 8] >> (7 - bit % 8) & 1u;
			value = value << 1 | set;
		}
		out[i] = alphabet[value];
	}
	out[26] = 0;
}

void id_new(char out[ID_TEXT])
{
	uint8_t bits[16];
	randombytes_buf(bits, sizeof(bits));
	id_format(bits, out);
}

bool id_is_valid(const char *text)
{
	/* The first character carries three bits only. */
	return strlen(text) == 26 && strspn(text, alphabet) == 26 && text[0] <= '7';
}
