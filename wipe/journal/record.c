/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record: one record of a journal to bytes and back; the layout is in record.h. */
#include "record.h"

#include <string.h>

enum { AT_LENGTH = 0, AT_TYPE = 4, AT_NUMBER = 8, AT_DURABLE = 16 };

_Static_assert(AT_DURABLE + 8 == RECORD_HEAD, "the payload follows the numbers");

static const char magic[] = "certwipe-journal/1\n";

_Static_assert(sizeof(magic) - 1 + ID_TEXT == RECORD_FILE_HEAD, "magic, id and LF");

void record_head(const char *id, const uint8_t key[JOURNAL_KEY], uint8_t out[RECORD_FILE_HEAD],
    uint8_t ret_mac[HASH_MAC_BYTES])
{
	memcpy(out, magic, sizeof(magic) - 1);
	memcpy(out + sizeof(magic) - 1, id, ID_TEXT - 1);
	out[RECORD_FILE_HEAD - 1] = '\n';
	hash_mac(key, "", 0, out, RECORD_FILE_HEAD, ret_mac);
}

void record_append(struct buf *out, const struct record *record, const uint8_t key[JOURNAL_KEY],
    uint8_t mac[HASH_MAC_BYTES])
{
	uint8_t head[RECORD_HEAD];
	uint8_t crc[4];
	size_t start = out->len;
	bytes_store_u32le(head + AT_LENGTH, (uint32_t)record->payload_len);
	bytes_store_u32le(head + AT_TYPE, record->type);
	bytes_store_u64le(head + AT_NUMBER, record->number);
	bytes_store_u64le(head + AT_DURABLE, record->durable);
	buf_append(out, head, sizeof(head));
	buf_append(out, record->payload, record->payload_len);
	if (out->failed)
		return;
	uint8_t next[HASH_MAC_BYTES];
	hash_mac(key, mac, HASH_MAC_BYTES, out->data + start, out->len - start, next);
	buf_append(out, next, sizeof(next));
	if (out->failed)
		return;
	bytes_store_u32le(crc, hash_crc32c(out->data + start, out->len - start));
	buf_append(out, crc, sizeof(crc));
	if (!out->failed)
		memcpy(mac, next, HASH_MAC_BYTES);
}

bool record_find(const uint8_t *data, size_t len, struct record *ret)
{
	if (len <= RECORD_OVERHEAD)
		return false;
	size_t payload_len = bytes_load_u32le(data + AT_LENGTH);
	uint32_t type = bytes_load_u32le(data + AT_TYPE);
	size_t most = type == RECORD_DOCUMENT ? JOURNAL_DOCUMENT_MAX : EVENT_PACKED;
	if ((type != RECORD_DOCUMENT && type != RECORD_EVENT) || payload_len == 0 ||
	    payload_len > most || payload_len > len - RECORD_OVERHEAD)
		return false;
	size_t crc_at = payload_len + RECORD_OVERHEAD - 4;
	if (bytes_load_u32le(data + crc_at) != hash_crc32c(data, crc_at))
		return false;
	*ret = (struct record){
		.type = (enum record_type)type,
		.number = bytes_load_u64le(data + AT_NUMBER),
		.durable = bytes_load_u64le(data + AT_DURABLE),
		.payload = data + RECORD_HEAD,
		.payload_len = payload_len,
		.mac = data + RECORD_HEAD + payload_len,
		.size = payload_len + RECORD_OVERHEAD,
	};
	return true;
}

bool record_follows(const struct record *record, const uint8_t key[JOURNAL_KEY],
    uint8_t mac[HASH_MAC_BYTES])
{
	uint8_t expected[HASH_MAC_BYTES];
	hash_mac(key, mac, HASH_MAC_BYTES, record->payload - RECORD_HEAD,
	    RECORD_HEAD + record->payload_len, expected);
	if (!hash_mac_equals(expected, record->mac))
		return false;
	memcpy(mac, expected, HASH_MAC_BYTES);
	return true;
}

void record_event_pack(const struct event *event, uint8_t out[EVENT_PACKED], size_t *ret_len)
{
	event_pack(event, out);
	size_t len = EVENT_PACKED;
	while (len > 1 && out[len - 1] == 0)
		len--;
	*ret_len = len;
}

enum code record_event_unpack(const struct record *record, struct event *ret, struct err *err)
{
	uint8_t packed[EVENT_PACKED] = { 0 };
	if (record->payload_len > EVENT_PACKED || record->payload_len == 0 ||
	    record->payload[record->payload_len - 1] == 0)
		return err_set(err, CODE_INPUT, "an event that is not cut at its last byte");
	memcpy(packed, record->payload, record->payload_len);
	return event_unpack(packed, ret, err);
}
