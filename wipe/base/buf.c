/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf: a byte string that grows; failure sticks and is asked for once. */
#include "wipe/base.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buf *buf, size_t extra)
{
	if (buf->failed || extra > SIZE_MAX / 2 - buf->len - 1) {
		buf->failed = true;
		return false;
	}
	size_t need = buf->len + extra + 1;
	if (need <= buf->cap)
		return true;
	size_t cap = buf->cap ? buf->cap : 64;
	while (cap < need)
		cap *= 2;
	/* No realloc: the old copy may hold a key and is wiped before it is given back. */
	uint8_t *data = malloc(cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	if (buf->data) {
		memcpy(data, buf->data, buf->len);
		sodium_memzero(buf->data, buf->cap);
		free(buf->data);
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void buf_append(struct buf *buf, const void *data, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = 0;
}

void buf_string(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_list again;
	va_start(args, format);
	va_copy(again, args);
	int need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0)
		buf->failed = true;
	else if (reserve(buf, (size_t)need)) {
		vsnprintf((char *)buf->data + buf->len, (size_t)need + 1, format, again);
		buf->len += (size_t)need;
	}
	va_end(again);
}

void buf_u8(struct buf *buf, uint8_t value)
{
	buf_append(buf, &value, 1);
}

void buf_u32be(struct buf *buf, uint32_t value)
{
	uint8_t raw[4];
	bytes_store_u32be(raw, value);
	buf_append(buf, raw, sizeof(raw));
}

void buf_sshstr(struct buf *buf, const void *data, size_t len)
{
	if (len > UINT32_MAX) {
		buf->failed = true;
		return;
	}
	buf_u32be(buf, (uint32_t)len);
	buf_append(buf, data, len);
}

enum code buf_check(const struct buf *buf, struct err *err)
{
	return buf->failed ? err_memory(err) : CODE_OK;
}

void buf_free(struct buf *buf)
{
	if (buf->data) {
		sodium_memzero(buf->data, buf->cap);
		free(buf->data);
	}
	*buf = (struct buf){ 0 };
}
