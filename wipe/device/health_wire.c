/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * health_wire: one reading in one packet, little-endian: 0 u8 known, 1 u8 verdict, 2 zero[2],
 * 4 i32 temperature, 8 i32 limit, 12 zero[4], 16 u64 reallocated, pending, errors, percent_used,
 * spare_percent, written, 64 text[200], 264 zero[8]. Whoever reads it trusts the writer with nothing.
 */
#include "health.h"

#include <string.h>

#define COUNTS_AT 16
#define TEXT_AT 64
#define TAIL_AT 264

_Static_assert(TEXT_AT + sizeof(((struct device_health *)0)->text) == TAIL_AT, "layout");

/* In the order of the packet. */
static const size_t counts[] = {
	offsetof(struct device_health, reallocated),
	offsetof(struct device_health, pending),
	offsetof(struct device_health, errors),
	offsetof(struct device_health, percent_used),
	offsetof(struct device_health, spare_percent),
	offsetof(struct device_health, written),
};

void health_wire_pack(const struct device_health *health, uint8_t out[HEALTH_WIRE_BYTES])
{
	memset(out, 0, HEALTH_WIRE_BYTES);
	out[0] = health->known;
	out[1] = (uint8_t)health->verdict;
	bytes_store_u32le(out + 4, (uint32_t)health->temperature_c);
	bytes_store_u32le(out + 8, (uint32_t)health->limit_c);
	for (size_t i = 0; i < WIPE_COUNT(counts); i++) {
		uint64_t value;
		memcpy(&value, (const uint8_t *)health + counts[i], sizeof(value));
		bytes_store_u64le(out + COUNTS_AT + 8 * i, value);
	}
	text_copy((char *)out + TEXT_AT, sizeof(health->text), health->text);
}

static bool is_temperature(int32_t celsius)
{
	return celsius == DEVICE_HEALTH_NO_TEMPERATURE || health_temperature(celsius) == celsius;
}

bool health_wire_unpack(const uint8_t *data, size_t len, struct device_health *ret)
{
	if (len != HEALTH_WIRE_BYTES || data[0] > 1 || data[1] > DEVICE_HEALTH_FAILING)
		return false;
	struct device_health health = {
		.known = data[0] == 1,
		.verdict = (enum device_health_verdict)data[1],
		.temperature_c = (int32_t)bytes_load_u32le(data + 4),
		.limit_c = (int32_t)bytes_load_u32le(data + 8),
	};
	for (size_t i = 0; i < WIPE_COUNT(counts); i++) {
		uint64_t value = bytes_load_u64le(data + COUNTS_AT + 8 * i);
		memcpy((uint8_t *)&health + counts[i], &value, sizeof(value));
	}
	memcpy(health.text, data + TEXT_AT, sizeof(health.text));
	if (!memchr(health.text, 0, sizeof(health.text)) || !text_is_printable(health.text) ||
	    !is_temperature(health.temperature_c) || !is_temperature(health.limit_c))
		return false;
	/* One form for each reading: nothing hides in the gaps, and unknown holds no values. */
	uint8_t again[HEALTH_WIRE_BYTES];
	struct device_health none;
	health_clear(&none);
	memcpy(none.text, health.text, sizeof(none.text));
	health_wire_pack(health.known ? &health : &none, again);
	if (memcmp(again, data, sizeof(again)) != 0)
		return false;
	*ret = health;
	return true;
}
