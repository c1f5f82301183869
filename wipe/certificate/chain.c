/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chain: one line per start and per certificate of a station, each naming the hash of the line
 * before it. The file is read and checked afresh under the lock before every append: another process
 * may have written meanwhile, and a lock is given up by closing the handle.
 */
#include "chain_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_PAUSE_MS  10
#define LOCK_FIRST_MS  10000 /* before anything is written: others may be many */
#define LOCK_LATER_MS  1000 /* disks are at work, and it is tried again */
#define CHAIN_LINE_MAX 256
#define CHAIN_ZEROS    "0000000000000000000000000000000000000000000000000000000000000000"

struct chain {
	struct os_files *files;
	struct os_clock *clock;
	char path[512];
	char id[ID_TEXT];
	int handle; /* -1: not locked */
	bool torn; /* the last load cut a torn line */
	uint64_t size; /* bytes of the file */
	uint64_t durable; /* of these, by our own doing */
	uint64_t next; /* counter of the entry that comes next */
	char previous[HASH_SHA256_HEX]; /* hash of the last line */
};

static bool follows(const struct chain *chain, const struct chain_line *line)
{
	bool genesis = strcmp(line->kind, "genesis") == 0;
	if (line->counter != chain->next || strcmp(line->previous, chain->previous) != 0 ||
	    genesis != (chain->next == 0))
		return false;
	return genesis ? strcmp(line->sha256, CHAIN_ZEROS) == 0
	    : strcmp(line->kind, "start") == 0 || strcmp(line->kind, "certificate") == 0;
}

/* An entry that is looked for on the way. */
struct chain_search {
	const char *kind;
	const char *id;
	char sha256[HASH_SHA256_HEX]; /* of the one found, "" = none */
	uint64_t counter;
};

/* Walks the whole lines up to the first that is none; search may be NULL. */
static enum code walk(struct chain *chain, const struct buf *text, struct chain_search *search,
    struct err *err)
{
	size_t at = 0;
	memcpy(chain->previous, CHAIN_ZEROS, sizeof(chain->previous));
	chain->next = 0;
	while (at < text->len) {
		const char *line = (const char *)text->data + at;
		const char *end = memchr(line, '\n', text->len - at);
		struct chain_line parsed;
		if (!end || memchr(line, 0, (size_t)(end - line)) || !chain_line_parse(line, &parsed) ||
		    !follows(chain, &parsed))
			break;
		if (chain->next == 0 && *chain->id && strcmp(chain->id, parsed.id) != 0)
			return err_set(err, CODE_INPUT, "%s:1: became another chain meanwhile",
			    chain->path);
		if (chain->next == 0)
			text_copy(chain->id, sizeof(chain->id), parsed.id);
		if (search && strcmp(parsed.kind, search->kind) == 0 &&
		    strcmp(parsed.id, search->id) == 0) {
			memcpy(search->sha256, parsed.sha256, sizeof(search->sha256));
			search->counter = parsed.counter;
		}
		hash_sha256_hex(line, (size_t)(end - line), chain->previous);
		chain->next++;
		at += (size_t)(end - line) + 1;
	}
	chain->size = at;
	return CODE_OK;
}

/*
 * A crash can leave one line at the end that is not durable, whole or in part or as noise, but not the LF
 * that ends it: that one is written when the line is durable. What ends in LF was a line once.
 */
static enum code cut_torn(struct chain *chain, const struct buf *text, struct err *err)
{
	chain->torn = text->len > chain->size;
	if (!chain->torn)
		return CODE_OK;
	if (text->data[text->len - 1] == '\n' || text->len - chain->size > CHAIN_LINE_MAX)
		return err_set(err, CODE_INPUT, "%s:%llu: the station's chain is broken here; "
		    "restore the file, or begin a new state directory", chain->path,
		    (unsigned long long)chain->next + 1);
	return chain->files->ops->truncate(chain->files, chain->handle, chain->size, err);
}

void chain_unlock(struct chain *chain)
{
	struct err err;
	/* Nothing was written since the last sync, so nothing can be lost here. */
	if (chain->handle >= 0)
		chain->files->ops->close(chain->files, chain->handle, &err);
	chain->handle = -1;
}

/* Whoever wrote a line may have been killed before it was durable: nothing may depend on it then. */
static enum code make_durable(struct chain *chain, struct err *err)
{
	if (chain->size == chain->durable && !chain->torn)
		return CODE_OK;
	enum code code = chain->files->ops->sync(chain->files, chain->handle, err);
	if (code == CODE_OK)
		chain->durable = chain->size;
	return code;
}

static enum code load(struct chain *chain, struct chain_search *search, struct err *err)
{
	BUF_AUTO text = { 0 };
	enum code code = chain->files->ops->read(chain->files, chain->path, CHAIN_FILE_MAX, &text,
	    err);
	if (code == CODE_OK)
		code = buf_check(&text, err);
	if (code == CODE_OK)
		code = walk(chain, &text, search, err);
	if (code == CODE_OK)
		code = cut_torn(chain, &text, err);
	return code == CODE_OK ? make_durable(chain, err) : code;
}

/* An append takes milliseconds. Whoever holds the lock longer was stopped, or hangs in its disk: this
 * run has other disks to look after, and tries again later. */
static enum code lock_within(struct chain *chain, unsigned most_ms, struct err *err)
{
	const struct os_files_ops *ops = chain->files->ops;
	struct err ignored;
	enum code code = ops->lock(chain->files, chain->handle, false, err);
	for (unsigned waited_ms = 0; code == CODE_BUSY && waited_ms < most_ms;
	    waited_ms += LOCK_PAUSE_MS) {
		if (os_wait_readable(NULL, NULL, 0, LOCK_PAUSE_MS, &ignored) != CODE_BUSY)
			break;
		code = ops->lock(chain->files, chain->handle, false, err);
	}
	if (code == CODE_BUSY)
		return err_set(err, CODE_IO, "another process has %s locked and keeps it", chain->path);
	return code;
}

static enum code lock_and_load(struct chain *chain, unsigned most_ms, struct err *err)
{
	if (chain->handle >= 0)
		return err_set(err, CODE_BUG, "%s: locked twice", chain->path);
	enum code code = chain->files->ops->open_append(chain->files, chain->path, 0600,
	    &chain->handle, err);
	if (code != CODE_OK) {
		chain->handle = -1;
		return code;
	}
	code = lock_within(chain, most_ms, err);
	if (code == CODE_OK)
		code = load(chain, NULL, err);
	if (code != CODE_OK)
		chain_unlock(chain);
	return code;
}

/* Under the lock, with the file loaded. */
static enum code append(struct chain *chain, const char *kind, const char *id, const char *sha256,
    struct err *err)
{
	const struct os_files_ops *ops = chain->files->ops;
	char stamp[STAMP_TEXT];
	char line[CHAIN_LINE_MAX];
	if (!id_is_valid(id) || !hash_is_sha256_hex(sha256))
		return err_set(err, CODE_BUG, "no id or hash for the station's chain");
	stamp_format(chain->clock->ops->wall_s(chain->clock), stamp);
	int len = snprintf(line, sizeof(line), CHAIN_WORD " %llu %s %s %s %s %s\n",
	    (unsigned long long)chain->next, kind, id, sha256, stamp, chain->previous);
	/* The LF for itself, when the rest is durable: see cut_torn(). */
	enum code code = ops->write(chain->files, chain->handle, line, (size_t)len - 1, err);
	if (code == CODE_OK)
		code = ops->sync(chain->files, chain->handle, err);
	if (code == CODE_OK)
		code = ops->write(chain->files, chain->handle, "\n", 1, err);
	if (code == CODE_OK)
		code = ops->sync(chain->files, chain->handle, err);
	if (code != CODE_OK) {
		/* Not durable: take it back, so that the same counter is not told twice. */
		struct err ignored;
		if (ops->truncate(chain->files, chain->handle, chain->size, &ignored) == CODE_OK)
			(void)ops->sync(chain->files, chain->handle, &ignored);
		return code;
	}
	hash_sha256_hex(line, (size_t)len - 1, chain->previous);
	chain->size += (size_t)len;
	chain->durable = chain->size;
	chain->next++;
	return CODE_OK;
}

static enum code begin(struct chain *chain, struct err *err)
{
	char id[ID_TEXT];
	id_new(id);
	enum code code = append(chain, "genesis", id, CHAIN_ZEROS, err);
	if (code != CODE_OK)
		return code;
	text_copy(chain->id, sizeof(chain->id), id);
	char folder[sizeof(chain->path)];
	text_copy(folder, sizeof(folder), chain->path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = 0;
	return chain->files->ops->sync_dir(chain->files, folder, err);
}

enum code chain_open(struct os_files *files, struct os_clock *clock, const char *path,
    struct chain **ret, bool *ret_torn, struct err *err)
{
	struct chain *chain = calloc(1, sizeof(*chain));
	if (!chain)
		return err_memory(err);
	chain->files = files;
	chain->clock = clock;
	chain->handle = -1;
	enum code code = text_copy(chain->path, sizeof(chain->path), path)
	    ? lock_and_load(chain, LOCK_FIRST_MS, err) : err_set(err, CODE_CONFIG, "%s: too long a path", path);
	bool torn = chain->torn;
	if (code == CODE_OK && chain->next == 0)
		code = begin(chain, err);
	chain_unlock(chain);
	if (code != CODE_OK) {
		free(chain);
		return code;
	}
	*ret = chain;
	*ret_torn = torn;
	return CODE_OK;
}

const char *chain_id(const struct chain *chain)
{
	return chain->id;
}

enum code chain_append_start(struct chain *chain, const char *id,
    const char sha256[HASH_SHA256_HEX], struct err *err)
{
	enum code code = lock_and_load(chain, LOCK_FIRST_MS, err);
	if (code == CODE_OK && chain->next == 0)
		code = err_set(err, CODE_INPUT, "%s: the station's chain was emptied", chain->path);
	if (code == CODE_OK)
		code = append(chain, "start", id, sha256, err);
	chain_unlock(chain);
	return code;
}

enum code chain_next(struct chain *chain, uint64_t *ret_counter,
    char ret_previous[HASH_SHA256_HEX], struct err *err)
{
	enum code code = lock_and_load(chain, LOCK_LATER_MS, err);
	if (code == CODE_OK && chain->next == 0)
		code = err_set(err, CODE_INPUT, "%s: the station's chain was emptied", chain->path);
	if (code != CODE_OK) {
		chain_unlock(chain);
		return code;
	}
	*ret_counter = chain->next;
	memcpy(ret_previous, chain->previous, HASH_SHA256_HEX);
	return CODE_OK;
}

enum code chain_append_certificate(struct chain *chain, const char *id,
    const char sha256[HASH_SHA256_HEX], struct err *err)
{
	if (chain->handle < 0)
		return err_set(err, CODE_BUG, "%s: a certificate must be appended under the lock that "
		    "told it its counter", chain->path);
	struct chain_search search = { .kind = "certificate", .id = id };
	enum code code = load(chain, &search, err);
	if (code == CODE_OK && search.sha256[0])
		code = err_set(err, CODE_EXISTS, "%s:%llu: job %s has its certificate already", chain->path,
		    (unsigned long long)search.counter + 1, id);
	if (code == CODE_OK)
		code = append(chain, "certificate", id, sha256, err);
	chain_unlock(chain);
	return code;
}

enum code chain_find(struct chain *chain, const char *kind, const char *id,
    char ret_sha256[HASH_SHA256_HEX], struct err *err)
{
	bool locked = chain->handle >= 0;
	struct chain_search search = { .kind = kind, .id = id };
	enum code code = locked ? CODE_OK : lock_and_load(chain, LOCK_LATER_MS, err);
	if (code == CODE_OK)
		code = load(chain, &search, err);
	if (!locked)
		chain_unlock(chain);
	if (code == CODE_OK)
		memcpy(ret_sha256, search.sha256, HASH_SHA256_HEX);
	return code;
}

enum code chain_close(struct chain *chain, struct err *err)
{
	(void)err; /* every append was synced when it was made */
	if (chain)
		chain_unlock(chain);
	free(chain);
	return CODE_OK;
}
