/* SPDX-License-Identifier: GPL-3.0-or-later */
/* armour: see armour.h. Reading accepts exactly what writing gives. */
#include "armour.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 70 /* as ssh-keygen breaks its lines */

void armour_wrap(const char *label, const uint8_t *data, size_t len, struct buf *ret)
{
	size_t size = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
	char *text = malloc(size);
	if (!text) {
		ret->failed = true;
		return;
	}
	sodium_bin2base64(text, size, data, len, sodium_base64_VARIANT_ORIGINAL);
	buf_printf(ret, "-----BEGIN %s-----\n", label);
	for (size_t at = 0, all = strlen(text); at < all; at += COLUMNS) {
		buf_append(ret, text + at, all - at < COLUMNS ? all - at : COLUMNS);
		buf_u8(ret, '\n');
	}
	buf_printf(ret, "-----END %s-----\n", label);
	sodium_memzero(text, size);
	free(text);
}

bool armour_base64(const char *text, size_t len, struct buf *ret)
{
	uint8_t *data = malloc(len + 1);
	if (!data)
		return false;
	size_t used = 0;
	bool good = sodium_base642bin(data, len, text, len, NULL, &used, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == 0;
	if (good)
		buf_append(ret, data, used);
	sodium_memzero(data, len + 1);
	free(data);
	return good && !ret->failed;
}

bool armour_unwrap(const char *label, const void *text, size_t len, struct buf *ret)
{
	BUF_AUTO packed = { 0 }; /* the base64 alone, without line ends */
	BUF_AUTO data = { 0 };
	BUF_AUTO head = { 0 };
	BUF_AUTO foot = { 0 };
	BUF_AUTO again = { 0 };
	buf_printf(&head, "-----BEGIN %s-----\n", label);
	buf_printf(&foot, "-----END %s-----\n", label);
	if (head.failed || foot.failed || len < head.len + foot.len)
		return false;
	const char *body = (const char *)text + head.len;
	for (size_t i = 0; i < len - head.len - foot.len; i++) {
		if (body[i] != '\n')
			buf_u8(&packed, (uint8_t)body[i]);
	}
	if (packed.failed || packed.len == 0 ||
	    !armour_base64((const char *)packed.data, packed.len, &data))
		return false;
	/* Whatever else could mean the same bytes is refused: what is read is what is written. */
	armour_wrap(label, data.data, data.len, &again);
	if (again.failed || again.len != len || memcmp(again.data, text, len) != 0)
		return false;
	buf_append(ret, data.data, data.len);
	return !ret->failed;
}
