/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire: OpenSSH's base64 and its armour (RFC 4648 section 4, 70 columns), one form only. */
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 70
#define BASE64 sodium_base64_VARIANT_ORIGINAL

bool trust_wire_is(const uint8_t *data, size_t len, const char *text)
{
	return data && len == strlen(text) && memcmp(data, text, len) == 0;
}

void trust_wire_base64(const uint8_t *data, size_t len, struct buf *ret)
{
	size_t size = sodium_base64_encoded_len(len, BASE64);
	char *text = malloc(size);
	if (!text) {
		ret->failed = true;
		return;
	}
	sodium_bin2base64(text, size, data, len, BASE64);
	buf_append(ret, text, size - 1);
	sodium_memzero(text, size);
	free(text);
}

bool trust_wire_base64_parse(const char *text, size_t len, struct buf *ret)
{
	size_t size = len / 4 * 3 + 3;
	uint8_t *data = malloc(size);
	if (!data) {
		ret->failed = true;
		return false;
	}
	size_t used = 0;
	const char *end = NULL;
	bool ok = sodium_base642bin(data, size, text, len, NULL, &used, &end, BASE64) == 0 &&
	    end == text + len;
	BUF_AUTO again = { 0 };
	if (ok) {
		trust_wire_base64(data, used, &again);
		ok = !again.failed && again.len == len && (len == 0 || memcmp(again.data, text, len) == 0);
	}
	if (ok)
		buf_append(ret, data, used);
	sodium_memzero(data, size);
	free(data);
	return ok && !ret->failed;
}

void trust_wire_armour(const char *label, const uint8_t *data, size_t len, struct buf *ret)
{
	BUF_AUTO text = { 0 };
	trust_wire_base64(data, len, &text);
	if (text.failed) {
		ret->failed = true;
		return;
	}
	buf_printf(ret, "-----BEGIN %s-----\n", label);
	for (size_t at = 0; at < text.len; at += COLUMNS) {
		buf_append(ret, text.data + at, (size_t)bytes_min(COLUMNS, text.len - at));
		buf_u8(ret, '\n');
	}
	buf_printf(ret, "-----END %s-----\n", label);
}

/* Everything between the two border lines, without its line ends. */
static bool inner_text(const char *label, const struct buf *whole, struct buf *ret)
{
	BUF_AUTO begin = { 0 };
	BUF_AUTO end = { 0 };
	buf_printf(&begin, "-----BEGIN %s-----\n", label);
	buf_printf(&end, "-----END %s-----\n", label);
	if (begin.failed || end.failed || whole->len < begin.len + end.len ||
	    memcmp(whole->data, begin.data, begin.len) != 0 ||
	    memcmp(whole->data + whole->len - end.len, end.data, end.len) != 0)
		return false;
	for (size_t i = begin.len; i < whole->len - end.len; i++) {
		if (whole->data[i] != '\n')
			buf_u8(ret, whole->data[i]);
	}
	return !ret->failed && ret->len > 0;
}

enum code trust_wire_dearmour(const char *label, const void *data, size_t len, struct buf *ret,
    struct err *err)
{
	BUF_AUTO whole = { 0 };
	BUF_AUTO text = { 0 };
	BUF_AUTO blob = { 0 };
	BUF_AUTO again = { 0 };
	buf_append(&whole, data, len);
	if (whole.failed)
		return err_memory(err);
	bool ok = inner_text(label, &whole, &text) &&
	    trust_wire_base64_parse((const char *)text.data, text.len, &blob);
	/* Written again it must be the same bytes: line lengths and line ends are settled by that. */
	if (ok) {
		trust_wire_armour(label, blob.data, blob.len, &again);
		ok = !again.failed && again.len == len && memcmp(again.data, data, len) == 0;
	}
	if (text.failed || blob.failed || again.failed)
		return err_memory(err);
	if (!ok)
		return err_set(err, CODE_INPUT, "not a complete %s in OpenSSH's armour, or altered",
		    label);
	buf_append(ret, blob.data, blob.len);
	return buf_check(ret, err);
}
