/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read: what does a journal tell? All of it is checked before any of it is told. */
#include "record.h"

#include <string.h>

/* Every event of a journal that record_check() has passed. */
static enum code tell(const uint8_t *data, const struct record_extent *extent,
    const struct event_sink *sink, struct err *err)
{
	size_t at = RECORD_FILE_HEAD + extent->document.size;
	while (at < extent->end) {
		struct record record;
		struct event event;
		if (!record_find(data + at, extent->end - at, &record))
			return err_set(err, CODE_BUG, "a journal that was checked does not hold");
		enum code code = record_event_unpack(&record, &event, err);
		if (code == CODE_OK)
			code = sink->put(sink->self, &event, err);
		if (code != CODE_OK)
			return code;
		at += record.size;
	}
	return CODE_OK;
}

enum code journal_parse(const void *data, size_t len, const uint8_t key[JOURNAL_KEY],
    const struct event_sink *sink, struct journal_replay *ret_replay, size_t *ret_valid,
    struct err *err)
{
	struct record_extent extent;
	enum code code = record_check(data, len, key, &extent, err);
	if (code == CODE_OK && sink)
		code = tell(data, &extent, sink, err);
	if (code != CODE_OK)
		return code;
	struct journal_replay replay = { .events = extent.count - 1, .torn = extent.torn };
	memcpy(replay.id, extent.id, ID_TEXT);
	buf_append(&replay.document, extent.document.payload, extent.document.payload_len);
	if (replay.document.failed) {
		buf_free(&replay.document);
		return err_memory(err);
	}
	*ret_replay = replay;
	*ret_valid = extent.end;
	return CODE_OK;
}

enum code journal_read(struct os_files *files, const char *path, const uint8_t key[JOURNAL_KEY],
    const struct event_sink *sink, struct journal_replay *ret_replay, struct err *err)
{
	BUF_AUTO content = { 0 };
	size_t valid;
	enum code code = files->ops->read(files, path, JOURNAL_FILE_MAX, &content, err);
	if (code != CODE_OK)
		return code;
	code = journal_parse(content.data, content.len, key, sink, ret_replay, &valid, err);
	return code == CODE_INPUT ? err_prefix(err, "%s", path) : code;
}
