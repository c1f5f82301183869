/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout_wire: one disk in one packet. Rows of a table in order, each integer big-endian in its width, a text
 * as u32 length and bytes; then u32 claims of (u8 kind, text); then the look: u8 result, text why, u8
 * truncated, u32 signatures of (text type, text usage, u64 offset), and a reading as in health_wire.
 */
#include "health.h"
#include "scout.h"

#include <string.h>

enum row_kind { ROW_TEXT, ROW_U64, ROW_U32, ROW_BOOL, ROW_WORD };
struct row {
	enum row_kind kind;
	uint8_t most; /* ROW_WORD: an enum from 0 to this */
	uint16_t size;
	uint32_t offset;
};

#define SIZE(member) sizeof(((struct device_sight *)0)->member)
#define TEXT(member) { ROW_TEXT, 0, SIZE(member), offsetof(struct device_sight, member) }
#define U64(member) { ROW_U64, 0, 8, offsetof(struct device_sight, member) }
#define U32(member) { ROW_U32, 0, 4, offsetof(struct device_sight, member) }
#define BOOL(member) { ROW_BOOL, 1, sizeof(bool), offsetof(struct device_sight, member) }
#define WORD(member, last) { ROW_WORD, last, SIZE(member), offsetof(struct device_sight, member) }

static const struct row rows[] = {
	TEXT(device.identity.name), TEXT(device.identity.node), U32(device.identity.major),
	U32(device.identity.minor), U64(device.identity.diskseq), TEXT(device.identity.transport),
	TEXT(device.identity.model), TEXT(device.identity.serial), TEXT(device.identity.wwn),
	TEXT(device.identity.unit), TEXT(device.identity.firmware), U64(device.identity.size),
	U32(device.identity.logical), U32(device.identity.physical),
	TEXT(device.identity.identify_sha256), TEXT(device.bus),
	WORD(device.media, DEVICE_MEDIA_VIRTUAL), BOOL(device.virtual_disk), BOOL(device.removable),
	BOOL(device.rotational_known), TEXT(device.model_source), TEXT(device.serial_source),
	TEXT(device.wwn_source), TEXT(device.firmware_source), TEXT(device.sysfs),
	U32(device.partition_count), BOOL(device.scan_incomplete), TEXT(device.scan_note),
	TEXT(place.path), TEXT(place.pci), TEXT(place.scsi), TEXT(place.enclosure),
	TEXT(place.enclosure_id), TEXT(place.component), BOOL(place.slot_known), U32(place.slot),
	WORD(place.light, DEVICE_LIGHT_ON), TEXT(place.bay), TEXT(place.note),
	WORD(look, DEVICE_LOOK_DONE), U64(written),
};

/* Every row above is one of these in memory. */
_Static_assert(sizeof(enum device_look) == 4 && sizeof(unsigned) == 4, "widths");

/* ---- packing ---------------------------------------------------------------------------------- */

/* size: what holds it at the other end. */
static void put_text(struct buf *out, const char *text, size_t size)
{
	char safe[512];
	if (!text_is_printable(text)) /* a path or a word that somebody else chose: longer then, and cut */
		text = text_safe(safe, size < sizeof(safe) ? size : sizeof(safe), text, strlen(text));
	buf_sshstr(out, text, strlen(text));
}

static void put_u64(struct buf *out, uint64_t value)
{
	buf_u32be(out, (uint32_t)(value >> 32));
	buf_u32be(out, (uint32_t)value);
}

static void put_row(struct buf *out, const struct row *row, const uint8_t *base)
{
	const uint8_t *at = base + row->offset;
	uint64_t wide;
	uint32_t narrow;
	bool flag;
	switch (row->kind) {
	case ROW_TEXT:
		put_text(out, (const char *)at, row->size);
		break;
	case ROW_U64:
		memcpy(&wide, at, sizeof(wide));
		put_u64(out, wide);
		break;
	case ROW_BOOL:
		memcpy(&flag, at, sizeof(flag));
		buf_u8(out, flag);
		break;
	case ROW_U32:
	case ROW_WORD:
		memcpy(&narrow, at, sizeof(narrow));
		buf_u32be(out, narrow);
		break;
	}
}

void scout_wire_pack_look(const struct device_sight *sight, struct buf *ret)
{
	const struct os_probe *found = &sight->device.found;
	uint8_t health[HEALTH_WIRE_BYTES];
	buf_u8(ret, found->result == OS_PROBE_DONE);
	put_text(ret, found->why, sizeof(found->why));
	buf_u8(ret, found->truncated);
	buf_u32be(ret, (uint32_t)found->count);
	for (size_t i = 0; i < found->count; i++) {
		const struct os_signature *item = &found->items[i];
		put_text(ret, item->type, sizeof(item->type));
		put_text(ret, item->usage, sizeof(item->usage));
		put_u64(ret, item->offset);
	}
	health_wire_pack(&sight->health, health);
	buf_append(ret, health, sizeof(health));
}

void scout_wire_pack(const struct device_sight *sight, struct buf *ret)
{
	for (size_t i = 0; i < WIPE_COUNT(rows); i++)
		put_row(ret, &rows[i], (const uint8_t *)sight);
	buf_u32be(ret, (uint32_t)sight->device.claim_count);
	for (size_t i = 0; i < sight->device.claim_count; i++) {
		const struct device_claim *claim = &sight->device.claims[i];
		buf_u8(ret, (uint8_t)claim->kind);
		put_text(ret, claim->text, sizeof(claim->text));
	}
	scout_wire_pack_look(sight, ret);
}

/* ---- unpacking -------------------------------------------------------------------------------- */

static bool get_text(struct bytes_reader *reader, char *out, size_t size)
{
	size_t len = 0;
	const uint8_t *text = bytes_read_sshstr(reader, &len);
	if (reader->failed || len >= size)
		return false;
	memcpy(out, text, len);
	out[len] = 0;
	return strlen(out) == len && text_is_printable(out);
}

static bool get_bool(struct bytes_reader *reader, bool *ret)
{
	uint8_t value = bytes_read_u8(reader);
	*ret = value == 1;
	return !reader->failed && value <= 1;
}

static bool get_row(struct bytes_reader *reader, const struct row *row, uint8_t *base)
{
	uint8_t *at = base + row->offset;
	uint64_t wide;
	uint32_t narrow;
	bool flag;
	switch (row->kind) {
	case ROW_TEXT:
		return get_text(reader, (char *)at, row->size);
	case ROW_U64:
		wide = bytes_read_u64be(reader);
		memcpy(at, &wide, sizeof(wide));
		return !reader->failed;
	case ROW_BOOL:
		if (!get_bool(reader, &flag))
			return false;
		memcpy(at, &flag, sizeof(flag));
		return true;
	case ROW_U32:
	case ROW_WORD:
		narrow = bytes_read_u32be(reader);
		memcpy(at, &narrow, sizeof(narrow));
		return !reader->failed && (row->kind == ROW_U32 || narrow <= row->most);
	}
	return false;
}

static bool get_look(struct bytes_reader *reader, struct device_sight *sight)
{
	struct os_probe *found = &sight->device.found;
	bool done = false;
	if (!get_bool(reader, &done) || !get_text(reader, found->why, sizeof(found->why)) ||
	    !get_bool(reader, &found->truncated))
		return false;
	found->result = done ? OS_PROBE_DONE : OS_PROBE_UNKNOWN;
	found->count = bytes_read_u32be(reader);
	/* Unknown holds no findings, and what was found is not unknown. */
	if (found->count > OS_SIGNATURES_MAX || (done ? found->why[0] != 0 : found->count != 0))
		return false;
	for (size_t i = 0; i < found->count; i++) {
		struct os_signature *item = &found->items[i];
		if (!get_text(reader, item->type, sizeof(item->type)) || !item->type[0] ||
		    !get_text(reader, item->usage, sizeof(item->usage)))
			return false;
		item->offset = bytes_read_u64be(reader);
	}
	const uint8_t *health = bytes_read_raw(reader, HEALTH_WIRE_BYTES);
	return health && health_wire_unpack(health, HEALTH_WIRE_BYTES, &sight->health);
}

static bool get_claims(struct bytes_reader *reader, struct device *device)
{
	device->claim_count = bytes_read_u32be(reader);
	if (device->claim_count > DEVICE_CLAIMS_MAX)
		return false;
	for (size_t i = 0; i < device->claim_count; i++) {
		struct device_claim *claim = &device->claims[i];
		uint8_t kind = bytes_read_u8(reader);
		if (kind < DEVICE_CLAIM_SYSTEM || kind > DEVICE_CLAIM_HOST_UNKNOWN ||
		    !get_text(reader, claim->text, sizeof(claim->text)))
			return false;
		claim->kind = (enum device_claim_kind)kind;
	}
	return true;
}

bool scout_wire_unpack_look(const uint8_t *data, size_t len, struct device_sight *ret)
{
	struct bytes_reader reader = { .data = data, .len = len };
	return get_look(&reader, ret) && bytes_read_done(&reader);
}

bool scout_wire_unpack(const uint8_t *data, size_t len, struct device_sight *ret)
{
	struct bytes_reader reader = { .data = data, .len = len };
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		if (!get_row(&reader, &rows[i], (uint8_t *)ret))
			return false;
	}
	return get_claims(&reader, &ret->device) && get_look(&reader, ret) && bytes_read_done(&reader) &&
	    ret->device.identity.name[0];
}
