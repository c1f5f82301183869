/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journal: how does an event become durable, whatever the filesystem does meanwhile? Every byte that
 * no successful fsync has confirmed stays in memory. After any failure all of them are written again,
 * at the same place: a kernel whose fsync failed may have dropped the pages and call the next fsync a
 * success. Nothing is ever cut off while a job runs, since that would give reserved room away.
 */
#include "record.h"

#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 540

struct journal {
	struct os_files *files;
	int handle;
	uint8_t *key; /* os_secret: workers are forked while the journal is open */
	uint8_t mac[HASH_MAC_BYTES]; /* of the last record */
	uint64_t next; /* number of the next record */
	uint64_t durable; /* records below this number are durable */
	uint64_t durable_end; /* bytes of the file that are */
	struct buf pending; /* all that follows them */
	size_t written; /* bytes of pending that the file has taken */
	bool failed; /* since then something failed: nothing of pending can be relied on */
};

static struct journal *journal_new(struct os_files *files, const uint8_t key[JOURNAL_KEY])
{
	struct journal *journal = calloc(1, sizeof(*journal));
	if (!journal)
		return NULL;
	journal->files = files;
	journal->handle = -1;
	journal->key = os_secret_new(JOURNAL_KEY);
	if (!journal->key) {
		free(journal);
		return NULL;
	}
	memcpy(journal->key, key, JOURNAL_KEY);
	return journal;
}

/* Closes after whatever came before; the first failure is the one that is told. */
static enum code journal_free(struct journal *journal, enum code code, struct err *err)
{
	struct err ignored;
	enum code closed = CODE_OK;
	if (journal->handle >= 0)
		closed = journal->files->ops->close(journal->files, journal->handle,
		    code == CODE_OK ? err : &ignored);
	buf_free(&journal->pending);
	os_secret_free(journal->key, JOURNAL_KEY);
	explicit_bzero(journal, sizeof(*journal));
	free(journal);
	return code == CODE_OK ? closed : code;
}

static enum code write_pending(struct journal *journal, struct err *err)
{
	if (journal->failed)
		journal->written = 0;
	if (journal->written == journal->pending.len)
		return CODE_OK;
	enum code code = journal->files->ops->write_at(journal->files, journal->handle,
	    journal->durable_end + journal->written, journal->pending.data + journal->written,
	    journal->pending.len - journal->written, err);
	journal->failed = code != CODE_OK;
	if (code == CODE_OK)
		journal->written = journal->pending.len;
	return code;
}

enum code journal_sync(struct journal *journal, struct err *err)
{
	if (!journal_is_behind(journal))
		return CODE_OK;
	enum code code = write_pending(journal, err);
	if (code == CODE_OK)
		code = journal->files->ops->sync(journal->files, journal->handle, err);
	journal->failed = code != CODE_OK;
	if (code != CODE_OK)
		return err_prefix(err, "the journal");
	journal->durable_end += journal->pending.len;
	journal->durable = journal->next;
	journal->pending.len = 0;
	journal->written = 0;
	return CODE_OK;
}

bool journal_is_behind(const struct journal *journal)
{
	return journal->pending.len != 0;
}

/* The record joins what is pending, whole or not at all. */
static enum code add(struct journal *journal, enum record_type type, const void *payload,
    size_t len, struct err *err)
{
	size_t before = journal->pending.len;
	struct record record = { .type = type, .number = journal->next,
		.durable = journal->durable, .payload = payload, .payload_len = len };
	if (journal->durable_end + before + len + RECORD_OVERHEAD > JOURNAL_FILE_MAX)
		return err_set(err, CODE_FULL, "the journal has reached its largest size");
	record_append(&journal->pending, &record, journal->key, journal->mac);
	if (journal->pending.failed) {
		journal->pending.len = before;
		journal->pending.failed = false;
		return err_memory(err);
	}
	journal->next++;
	return CODE_OK;
}

enum code journal_append(struct journal *journal, const struct event *event, struct err *err)
{
	uint8_t packed[EVENT_PACKED];
	size_t len;
	struct err ignored;
	record_event_pack(event, packed, &len);
	enum code code = add(journal, RECORD_EVENT, packed, len, err);
	/* A kill leaves what the file took; a failure is journal_sync()'s to repair and to tell. */
	if (code == CODE_OK && !journal->failed)
		(void)write_pending(journal, &ignored);
	return code;
}

enum code journal_close(struct journal *journal, struct err *err)
{
	if (!journal)
		return CODE_OK;
	return journal_free(journal, journal_sync(journal, err), err);
}

static enum code sync_parent(struct os_files *files, const char *path, struct err *err)
{
	char dir[PATH_SIZE];
	text_copy(dir, sizeof(dir), path);
	char *slash = strrchr(dir, '/');
	slash[slash == dir ? 1 : 0] = 0;
	return files->ops->sync_dir(files, dir, err);
}

/* Head, document and room, all durable, under a name that nobody looks for. */
static enum code fill(struct journal *journal, const char *id, const void *document, size_t len,
    uint64_t reserve, struct err *err)
{
	uint8_t head[RECORD_FILE_HEAD];
	record_head(id, journal->key, head, journal->mac);
	buf_append(&journal->pending, head, sizeof(head));
	enum code code = buf_check(&journal->pending, err);
	if (code == CODE_OK)
		code = add(journal, RECORD_DOCUMENT, document, len, err);
	if (code == CODE_OK)
		code = journal->files->ops->lock(journal->files, journal->handle, false, err);
	if (code == CODE_OK && reserve)
		code = journal->files->ops->allocate(journal->files, journal->handle,
		    journal->pending.len + reserve, err);
	return code == CODE_OK ? journal_sync(journal, err) : code;
}

enum code journal_create(struct os_files *files, const char *path, const char *id,
    const uint8_t key[JOURNAL_KEY], const void *document, size_t len, uint64_t reserve,
    struct journal **ret, struct err *err)
{
	char fresh[PATH_SIZE];
	struct err ignored;
	if (!id_is_valid(id) || len == 0 || len > JOURNAL_DOCUMENT_MAX || path[0] != '/' ||
	    reserve > JOURNAL_FILE_MAX / 2)
		return err_set(err, CODE_BUG, "a journal cannot be made of this");
	if (!text_copy(fresh, sizeof(fresh) - 4, path))
		return err_set(err, CODE_INPUT, "the path %s is too long", path);
	memcpy(fresh + strlen(fresh), ".new", 5);
	struct journal *journal = journal_new(files, key);
	if (!journal)
		return err_memory(err);
	enum code code = files->ops->create(files, fresh, 0600, &journal->handle, err);
	if (code != CODE_OK)
		return journal_free(journal, code, err);
	code = fill(journal, id, document, len, reserve, err);
	const char *name = fresh;
	if (code == CODE_OK) {
		code = files->ops->rename(files, fresh, path, false, err);
		name = code == CODE_OK ? path : fresh;
	}
	if (code == CODE_OK)
		code = sync_parent(files, path, err);
	if (code != CODE_OK) {
		(void)files->ops->remove(files, name, &ignored);
		return journal_free(journal, code, err);
	}
	*ret = journal;
	return CODE_OK;
}

/*
 * What a process that died had written may be in the page cache only, and even marked clean there
 * after an fsync that failed: all that was not durable for sure is written again. So is the name.
 */
static enum code settle(struct journal *journal, const char *path, const struct buf *content,
    const struct record_extent *extent, struct err *err)
{
	struct err ignored;
	const struct os_files_ops *ops = journal->files->ops;
	memcpy(journal->mac, extent->mac, HASH_MAC_BYTES);
	journal->next = extent->count;
	journal->durable = extent->durable;
	journal->durable_end = extent->durable_end;
	buf_append(&journal->pending, content->data + extent->durable_end,
	    extent->end - extent->durable_end);
	enum code code = buf_check(&journal->pending, err);
	/* Old bytes behind the end go before new ones come: they could look like their successors. */
	if (code == CODE_OK)
		code = ops->truncate(journal->files, journal->handle, extent->end, err);
	if (code == CODE_OK)
		code = journal_sync(journal, err);
	if (code == CODE_OK)
		code = sync_parent(journal->files, path, err);
	/* Room that was there is asked for again; without it the journal may meet a full filesystem,
	 * which it survives. */
	if (code == CODE_OK && content->len > extent->end)
		(void)ops->allocate(journal->files, journal->handle, content->len, &ignored);
	return code;
}

enum code journal_open(struct os_files *files, const char *path, const uint8_t key[JOURNAL_KEY],
    const struct event_sink *sink, struct journal_replay *ret_replay, struct journal **ret,
    struct err *err)
{
	BUF_AUTO content = { 0 };
	struct journal_replay replay = { 0 };
	struct record_extent extent;
	size_t valid;
	if (path[0] != '/')
		return err_set(err, CODE_BUG, "%s is not an absolute path", path);
	struct journal *journal = journal_new(files, key);
	if (!journal)
		return err_memory(err);
	enum code code = files->ops->open_rewrite(files, path, &journal->handle, err);
	if (code == CODE_OK)
		code = files->ops->lock(files, journal->handle, false, err);
	if (code == CODE_BUSY)
		err_set(err, CODE_BUSY, "another process works on this job: it has %s locked", path);
	if (code == CODE_OK)
		code = files->ops->read(files, path, JOURNAL_FILE_MAX, &content, err);
	if (code == CODE_OK)
		code = journal_parse(content.data, content.len, key, sink, &replay, &valid, err);
	if (code == CODE_INPUT)
		err_prefix(err, "%s", path);
	if (code == CODE_OK)
		code = record_check(content.data, content.len, key, &extent, err);
	if (code == CODE_OK)
		code = settle(journal, path, &content, &extent, err);
	if (code != CODE_OK) {
		buf_free(&replay.document);
		return journal_free(journal, code, err);
	}
	*ret_replay = replay;
	*ret = journal;
	return CODE_OK;
}
