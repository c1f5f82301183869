/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a journal under the key of the corpus, and the same with the checksum and the MAC of
 * every record made right, so that what lies behind them is reached: what is taken must be written
 * back byte for byte.
 */
#include "wipe/journal/record.h"

#include <stdlib.h>
#include <string.h>

struct writer {
	struct buf out;
	const uint8_t *key;
	const uint8_t *from; /* the journal that is read */
	uint8_t mac[HASH_MAC_BYTES];
	uint64_t count;
};

static void write_record(struct writer *writer, enum record_type type, const uint8_t *payload,
    size_t len)
{
	/* The one thing that events do not tell. */
	uint64_t durable = bytes_load_u64le(writer->from + writer->out.len + 16);
	struct record record = { .type = type, .number = writer->count++, .durable = durable,
		.payload = payload, .payload_len = len };
	record_append(&writer->out, &record, writer->key, writer->mac);
}

static enum code put(void *self, const struct event *event, struct err *err)
{
	uint8_t packed[EVENT_PACKED];
	size_t len;
	(void)err;
	record_event_pack(event, packed, &len);
	write_record(self, RECORD_EVENT, packed, len);
	return CODE_OK;
}

static void try(const uint8_t *data, size_t size, const uint8_t *key)
{
	struct err err;
	struct journal_replay replay;
	struct journal_replay again;
	size_t valid;
	if (journal_parse(data, size, key, NULL, &replay, &valid, &err) != CODE_OK)
		return;
	if (valid > size || replay.torn > size - valid)
		abort();
	struct writer writer = { .key = key, .from = data };
	uint8_t head[RECORD_FILE_HEAD];
	record_head(replay.id, key, head, writer.mac);
	buf_append(&writer.out, head, sizeof(head));
	write_record(&writer, RECORD_DOCUMENT, replay.document.data, replay.document.len);
	struct event_sink sink = { .put = put, .self = &writer };
	if (journal_parse(data, size, key, &sink, &again, &valid, &err) != CODE_OK ||
	    writer.out.len != valid || memcmp(writer.out.data, data, valid) != 0)
		abort();
	buf_free(&writer.out);
	buf_free(&replay.document);
	buf_free(&again.document);
}

/* Records by their lengths alone, each sealed; the rest as it is. */
static void seal(const uint8_t *data, size_t size, const uint8_t *key, struct buf *out)
{
	uint8_t head[RECORD_FILE_HEAD];
	uint8_t mac[HASH_MAC_BYTES];
	char id[ID_TEXT] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
	record_head(id, key, head, mac);
	buf_append(out, head, sizeof(head));
	size_t at = RECORD_FILE_HEAD;
	while (size > at && size - at > RECORD_OVERHEAD) {
		size_t len = bytes_load_u32le(data + at);
		struct record record = {
			.type = (enum record_type)bytes_load_u32le(data + at + 4),
			.number = bytes_load_u64le(data + at + 8),
			.durable = bytes_load_u64le(data + at + 16),
			.payload = data + at + RECORD_HEAD,
			.payload_len = len,
		};
		if (len > size - at - RECORD_OVERHEAD)
			break;
		record_append(out, &record, key, mac);
		at += len + RECORD_OVERHEAD;
	}
	if (size > at)
		buf_append(out, data + at, size - at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "thirty-two bytes of a secret key";
	uint8_t key[JOURNAL_KEY];
	memcpy(key, text, sizeof(key));
	BUF_AUTO sealed = { 0 };
	try(data, size, key);
	seal(data, size, key, &sealed);
	try(sealed.data, sealed.len, key);
	return 0;
}
