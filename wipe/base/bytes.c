/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bytes: endian loads and stores, a bounded reader, arithmetic that cannot overflow. */
#include "wipe/base.h"

#include <string.h>

uint16_t bytes_load_u16be(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t bytes_load_u32be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t bytes_load_u64be(const uint8_t *p)
{
	return (uint64_t)bytes_load_u32be(p) << 32 | bytes_load_u32be(p + 4);
}

uint32_t bytes_load_u32le(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

uint64_t bytes_load_u64le(const uint8_t *p)
{
	return (uint64_t)bytes_load_u32le(p + 4) << 32 | bytes_load_u32le(p);
}

void bytes_store_u32be(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

void bytes_store_u64be(uint8_t *p, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(value >> (56 - 8 * i));
}

void bytes_store_u32le(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

void bytes_store_u64le(uint8_t *p, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

const uint8_t *bytes_read_raw(struct bytes_reader *reader, size_t len)
{
	if (reader->failed || len > reader->len - reader->pos) {
		reader->failed = true;
		return NULL;
	}
	const uint8_t *p = reader->data + reader->pos;
	reader->pos += len;
	return p;
}

uint8_t bytes_read_u8(struct bytes_reader *reader)
{
	const uint8_t *p = bytes_read_raw(reader, 1);
	return p ? *p : 0;
}

uint32_t bytes_read_u32be(struct bytes_reader *reader)
{
	const uint8_t *p = bytes_read_raw(reader, 4);
	return p ? bytes_load_u32be(p) : 0;
}

uint64_t bytes_read_u64be(struct bytes_reader *reader)
{
	const uint8_t *p = bytes_read_raw(reader, 8);
	return p ? bytes_load_u64be(p) : 0;
}

const uint8_t *bytes_read_sshstr(struct bytes_reader *reader, size_t *ret_len)
{
	size_t len = bytes_read_u32be(reader);
	const uint8_t *p = bytes_read_raw(reader, len);
	*ret_len = p ? len : 0;
	return p;
}

bool bytes_read_done(const struct bytes_reader *reader)
{
	return !reader->failed && reader->pos == reader->len;
}

uint64_t bytes_round_down(uint64_t value, uint64_t unit)
{
	return value - value % unit;
}

uint64_t bytes_round_up(uint64_t value, uint64_t unit)
{
	uint64_t down = bytes_round_down(value, unit);
	if (down == value || down > UINT64_MAX - unit)
		return down;
	return down + unit;
}

uint64_t bytes_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t bytes_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint64_t bytes_mul_div(uint64_t a, uint64_t b, uint64_t c)
{
	unsigned __int128 wide = (unsigned __int128)a * b / c;
	return wide > UINT64_MAX ? UINT64_MAX : (uint64_t)wide;
}

void bytes_hex_format(const uint8_t *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * len] = 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool bytes_hex_parse(const char *text, uint8_t *ret_data, size_t len)
{
	if (strlen(text) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret_data[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
