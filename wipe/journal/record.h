/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record: the bytes of a journal, one record at a time. Little-endian, nothing aligned, nothing
 * between the parts (certwipe-journal(5)):
 *
 *   head        46  "certwipe-journal/1" LF, id (26 characters) LF
 *   record 0        the document
 *   record 1 …      an event each
 *   zeros           room that was reserved and is not used yet
 *
 *   record       0  u32 length n of the payload, at least 1
 *                4  u32 type: 1 document, 2 event
 *                8  u64 number of this record, from 0
 *               16  u64 records below this number were durable when this one was made
 *               24  payload; an event's is its packed form (wipe/event.h) without trailing zeros
 *             24+n  MAC, 32 bytes: keyed BLAKE2b-256 over the MAC of the record before and bytes
 *                   0 to 24+n of this one; before record 0 the MAC is that of the head alone
 *             56+n  u32 CRC-32C over bytes 0 to 56+n
 *
 * The CRC lies over the MAC: a record that a power loss tore fails its CRC, and a record whose CRC is
 * right and whose MAC is wrong was made by somebody else. The fourth number tells a tear from a hole:
 * what was durable when a later record was made cannot have been lost with the power.
 */
#ifndef WIPE_JOURNAL_RECORD_H
#define WIPE_JOURNAL_RECORD_H

#include "wipe/journal.h"

#define RECORD_FILE_HEAD 46
#define RECORD_HEAD      24
#define RECORD_OVERHEAD  (RECORD_HEAD + HASH_MAC_BYTES + 4)
#define RECORD_EVENT_MAX (RECORD_OVERHEAD + EVENT_PACKED)

enum record_type { RECORD_DOCUMENT = 1, RECORD_EVENT = 2 };

/* A whole record as it lies in a file, borrowed. */
struct record {
	enum record_type type;
	uint64_t number;
	uint64_t durable; /* records below this number were durable already */
	const uint8_t *payload;
	size_t payload_len;
	const uint8_t *mac;
	size_t size; /* of all of it */
};

/* The head of a file, and the MAC that record 0 is chained to. */
void record_head(const char *id, const uint8_t key[JOURNAL_KEY], uint8_t out[RECORD_FILE_HEAD],
    uint8_t ret_mac[HASH_MAC_BYTES]);
/* Appends record->type, number, durable and payload as a record; *mac moves on to its MAC. */
void record_append(struct buf *out, const struct record *record, const uint8_t key[JOURNAL_KEY],
    uint8_t mac[HASH_MAC_BYTES]);
/* Is there a whole record at the start of data: lengths and CRC right? The MAC is not looked at. */
bool record_find(const uint8_t *data, size_t len, struct record *ret);
/* Does it follow the record that *mac is of? *mac moves on when it does. */
bool record_follows(const struct record *record, const uint8_t key[JOURNAL_KEY],
    uint8_t mac[HASH_MAC_BYTES]);

/* An event as a payload, canonical: *ret_len bytes of out. */
void record_event_pack(const struct event *event, uint8_t out[EVENT_PACKED], size_t *ret_len);
/* CODE_INPUT for anything record_event_pack() would not have written. */
enum code record_event_unpack(const struct record *record, struct event *ret, struct err *err)
    WIPE_MUST_USE;

/* Where the checked part of a journal ends, and from where on it may not be durable. */
struct record_extent {
	char id[ID_TEXT];
	struct record document;
	uint64_t count; /* of records, the document among them */
	uint64_t durable; /* records below this number are surely durable */
	size_t durable_end; /* bytes up to the end of those */
	size_t end; /* bytes of the whole records */
	uint64_t torn; /* bytes behind them, but for zeros at the very end */
	uint8_t mac[HASH_MAC_BYTES]; /* of the last record */
};
/* Checks all of a journal. CODE_INPUT as journal_parse() has it. Pure. */
enum code record_check(const uint8_t *data, size_t len, const uint8_t key[JOURNAL_KEY],
    struct record_extent *ret, struct err *err) WIPE_MUST_USE;

#endif
