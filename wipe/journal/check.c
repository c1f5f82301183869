/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check: is this the journal that this station wrote, and how far does it go? A tear at the end is
 * what a power loss leaves and is cut; anything else that does not fit is refused, because a journal
 * that says less than happened could end in a certificate that says more.
 */
#include "record.h"

#include <string.h>

static enum code refuse(struct err *err, uint64_t number, const char *what)
{
	return err_set(err, CODE_INPUT,
	    "record %llu of the journal %s: the job cannot be resumed from it; begin anew, "
	    "and keep the file to find out why",
	    (unsigned long long)number, what);
}

static enum code check_head(const uint8_t *data, size_t len, const uint8_t key[JOURNAL_KEY],
    struct record_extent *extent, struct err *err)
{
	uint8_t expected[RECORD_FILE_HEAD];
	if (len < RECORD_FILE_HEAD)
		return err_set(err, CODE_INPUT, "not a journal: shorter than a journal's head");
	/* What the id would be: whatever is there must give the same head again. */
	memcpy(extent->id, data + RECORD_FILE_HEAD - ID_TEXT, ID_TEXT - 1);
	extent->id[ID_TEXT - 1] = 0;
	if (!id_is_valid(extent->id))
		return err_set(err, CODE_INPUT, "not a journal, or its head is damaged");
	record_head(extent->id, key, expected, extent->mac);
	if (memcmp(data, expected, RECORD_FILE_HEAD) != 0)
		return err_set(err, CODE_INPUT,
		    "not a journal of the form certwipe-journal/1, or its head is damaged");
	extent->end = RECORD_FILE_HEAD;
	return CODE_OK;
}

static enum code check_record(const struct record *record, const uint8_t key[JOURNAL_KEY],
    struct record_extent *extent, struct err *err)
{
	struct event event;
	struct err why;
	uint64_t number = extent->count;
	if (record->number != number)
		return refuse(err, number,
		    "is not there, another one is in its place: some were removed or moved");
	if (!record_follows(record, key, extent->mac))
		return refuse(err, number,
		    "was not written by this station, or was altered, or does not belong to this job");
	if ((record->type == RECORD_DOCUMENT) != (number == 0) || record->durable > number ||
	    record->durable < extent->durable)
		return refuse(err, number, "is not in the order that certwipe writes");
	if (number == 0)
		extent->document = *record;
	else if (record_event_unpack(record, &event, &why) != CODE_OK)
		return refuse(err, number, "holds no event that this certwipe knows");
	return CODE_OK;
}

/*
 * The record that should begin here is not whole. With the power go only records that were not
 * durable, in any order: a later one that is whole says which those were.
 */
static enum code check_tail(const uint8_t *data, size_t len, struct record_extent *extent,
    struct err *err)
{
	struct record later;
	if (extent->count == 0)
		return refuse(err, 0, "(what the job is) is damaged");
	size_t end = len;
	while (end > extent->end && data[end - 1] == 0)
		end--;
	for (size_t at = extent->end; at < end; at++) {
		size_t most = (size_t)bytes_min(len - at, RECORD_EVENT_MAX);
		if (record_find(data + at, most, &later) && later.durable > extent->count)
			return refuse(err, extent->count,
			    "is damaged, although it was safely on the disk once");
	}
	extent->torn = end - extent->end;
	return CODE_OK;
}

enum code record_check(const uint8_t *data, size_t len, const uint8_t key[JOURNAL_KEY],
    struct record_extent *ret, struct err *err)
{
	struct record_extent extent = { 0 };
	struct record record;
	enum code code = check_head(data, len, key, &extent, err);
	while (code == CODE_OK && record_find(data + extent.end, len - extent.end, &record)) {
		code = check_record(&record, key, &extent, err);
		if (code != CODE_OK)
			return code;
		extent.durable = record.durable;
		extent.end += record.size;
		extent.count++;
	}
	if (code == CODE_OK)
		code = check_tail(data, len, &extent, err);
	if (code != CODE_OK)
		return code;
	extent.durable_end = RECORD_FILE_HEAD;
	for (uint64_t i = 0; i < extent.durable; i++)
		extent.durable_end += RECORD_OVERHEAD + bytes_load_u32le(data + extent.durable_end);
	*ret = extent;
	return CODE_OK;
}
