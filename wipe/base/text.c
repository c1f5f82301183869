/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text: strings that come from drives, files and people are untrusted until they went through here. */
#include "wipe/base.h"

#include <stdio.h>
#include <string.h>

static bool is_padding(uint8_t c)
{
	return c == ' ' || c == 0;
}

const char *text_safe(char *out, size_t size, const void *data, size_t len)
{
	const uint8_t *in = data;
	while (len && is_padding(in[0]))
		in++, len--;
	while (len && is_padding(in[len - 1]))
		len--;
	size_t used = 0;
	for (size_t i = 0; i < len; i++) {
		char piece[5] = { (char)in[i], 0 };
		if (in[i] < 0x20 || in[i] > 0x7e || in[i] == '\\')
			snprintf(piece, sizeof(piece), "\\x%02x", in[i]);
		size_t add = strlen(piece);
		if (used + add >= size)
			break;
		memcpy(out + used, piece, add);
		used += add;
	}
	out[used] = 0;
	return out;
}

bool text_copy(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);
	bool fits = len < size;
	size_t take = fits ? len : size - 1;
	/* Never half a character: what was UTF-8 stays it. */
	while (!fits && take && ((uint8_t)text[take] & 0xc0) == 0x80)
		take--;
	memmove(out, text, take);
	out[take] = 0;
	return fits;
}

bool text_is_printable(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			return false;
	}
	return true;
}

/* One code point of well-formed UTF-8 (Unicode 15, table 3-7); returns its length or 0. */
static size_t utf8_point(const uint8_t *p, size_t len, uint32_t *ret_point)
{
	size_t need = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3
	    : p[0] < 0xf5 ? 4 : 0;
	if (need == 0 || need > len)
		return 0;
	uint32_t point = need == 1 ? p[0] : p[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3fu);
	}
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (point < least[need] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return need;
}

/* Characters that would let a name write over or reorder what stands around it. */
static bool is_treacherous(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c || point == 0x200e ||
	    point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	    (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

bool text_is_utf8(const void *data, size_t len)
{
	const uint8_t *p = data;
	while (len) {
		uint32_t point = 0;
		size_t used = utf8_point(p, len, &point);
		if (used == 0 || is_treacherous(point))
			return false;
		p += used;
		len -= used;
	}
	return true;
}

bool text_is_name(const char *text, size_t max)
{
	size_t len = strlen(text);
	if (len == 0 || len > max)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!plain && (i == 0 || !(c == '.' || c == '_' || c == '-')))
			return false;
	}
	return true;
}

bool text_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text);
	size_t tail = strlen(suffix);
	return len >= tail && memcmp(text + len - tail, suffix, tail) == 0;
}

bool text_u64_parse(const char *text, uint64_t *ret_value)
{
	if (!*text || (text[0] == '0' && text[1]))
		return false;
	uint64_t value = 0;
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return false;
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value))
			return false;
	}
	*ret_value = value;
	return true;
}
