/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journal: what of a job survives a crash, a kill or a power loss? One file per job: a document that
 * describes it, then its events. Format: certwipe-journal(5). Every record carries a sequence number, a
 * CRC and a MAC that also covers the MAC before it, under a key that only this station can derive: a
 * journal that was altered, or whose records were left out or moved, cannot be resumed.
 */
#ifndef WIPE_JOURNAL_H
#define WIPE_JOURNAL_H

#include "wipe/base.h"
#include "wipe/event.h"
#include "wipe/os.h"

#define JOURNAL_KEY 32 /* bytes, of trust_secret_key_derive() with JOURNAL_PURPOSE and the job's id */
#define JOURNAL_PURPOSE "journal"
#define JOURNAL_DOCUMENT_MAX (1024u * 1024) /* bytes, at least 1 */
#define JOURNAL_FILE_MAX     (1024u * 1024 * 1024) /* bytes: some millions of events */

struct journal;

/*
 * A new journal, locked, its document durable, with room for `reserve` bytes of events on the
 * filesystem, mode 0600. id: of the job. It has its name only when all that is true; until then it is
 * path ".new", and that is all a crash can leave. CODE_EXISTS, CODE_FULL, CODE_IO …; nothing is left
 * behind then.
 */
enum code journal_create(struct os_files *files, const char *path, const char *id,
    const uint8_t key[JOURNAL_KEY], const void *document, size_t len, uint64_t reserve,
    struct journal **ret, struct err *err) WIPE_MUST_USE;

/*
 * Takes an event in, in memory and on its way to the file. Only CODE_MEMORY is returned, or CODE_FULL
 * at JOURNAL_FILE_MAX, and the event is not in the journal then: what the file does not take now is
 * tried again by journal_sync().
 */
enum code journal_append(struct journal *journal, const struct event *event, struct err *err)
    WIPE_MUST_USE;
/*
 * Makes all events durable. On failure (CODE_FULL, CODE_IO) none of them is lost: they stay in memory
 * and the next call writes all again that is not known to be durable, behind what is.
 */
enum code journal_sync(struct journal *journal, struct err *err) WIPE_MUST_USE;
/* Events that are not known to be durable. */
bool journal_is_behind(const struct journal *journal);
/* A last sync, and its result; the journal is gone either way. NULL is fine. */
enum code journal_close(struct journal *journal, struct err *err) WIPE_MUST_USE;

/* What replaying tells. Everything but `document` is a value. */
struct journal_replay {
	char id[ID_TEXT];
	struct buf document; /* owned; buf_free() */
	uint64_t events;
	uint64_t torn; /* bytes behind the last whole record that a crash left, 0 = none; room that was
	                * reserved and not used does not count */
};
/*
 * Opens a journal to go on: locks it (CODE_BUSY: another process works on this job), checks every
 * record, then gives each event to sink in order, cuts a torn tail off and makes durable what is
 * there. CODE_MISSING; CODE_INPUT: altered, not this station's, or no journal: one line says what and
 * at which record; sink got nothing and the file is left as it is.
 */
enum code journal_open(struct os_files *files, const char *path, const uint8_t key[JOURNAL_KEY],
    const struct event_sink *sink, struct journal_replay *ret_replay, struct journal **ret,
    struct err *err) WIPE_MUST_USE;
/* The same without lock and without cutting: to look. */
enum code journal_read(struct os_files *files, const char *path, const uint8_t key[JOURNAL_KEY],
    const struct event_sink *sink, struct journal_replay *ret_replay, struct err *err) WIPE_MUST_USE;
/*
 * The bytes of a journal; pure. *ret_valid: bytes up to the end of the last whole record. sink may be
 * NULL; what it returns ends the reading and is returned.
 */
enum code journal_parse(const void *data, size_t len, const uint8_t key[JOURNAL_KEY],
    const struct event_sink *sink, struct journal_replay *ret_replay, size_t *ret_valid,
    struct err *err) WIPE_MUST_USE;

#endif
