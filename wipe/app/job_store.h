/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job store: the folder of a job under way, jobs/<id>/: its journal, the keys of its contents, and the
 * certificate between the chain's entry and its publication.
 */
#ifndef WIPE_APP_JOB_STORE_H
#define WIPE_APP_JOB_STORE_H

#include "job_document.h"

struct job_place {
	char dir[APP_PATH];
	char journal[APP_PATH];
	char keys[APP_PATH];
	char draft[APP_PATH]; /* certificate.json */
	char draft_signature[APP_PATH];
};
void job_place(const struct app *app, const char *id, struct job_place *ret);

/* The key of a job's journal, derived from the station's. */
enum code job_store_key(struct app *app, const char *id, uint8_t ret[JOURNAL_KEY], struct err *err)
    WIPE_MUST_USE;
/* Folder, keys and journal of a new job, all durable. The caller has the door locked, and keeps it so until
 * somebody works on the job. Leaves nothing behind when it fails. */
enum code job_store_create(struct app *app, const struct job_document *document,
    const struct plan *keys, struct journal **ret, struct err *err) WIPE_MUST_USE;
/* Writes the keys of the plan over those in the file: forgotten ones are zeros there, too. */
enum code job_store_put_keys(struct app *app, const struct plan *plan, struct err *err) WIPE_MUST_USE;
/*
 * Are the keys there of all steps that are not done yet? CODE_INPUT otherwise: forgotten ones are those of
 * passes that were written over, and with zeros in place of its key a pass would write what anybody knows.
 */
enum code job_store_check_keys(const struct app *app, const struct plan *plan,
    const struct evidence *evidence, struct err *err) WIPE_MUST_USE;
/* The last session: its boot, and the disk's number and diskseq, which mean something within that boot. */
struct job_session {
	char boot_id[37];
	uint32_t major;
	uint32_t minor;
	uint64_t diskseq;
};
/*
 * Opens a job to go on: journal locked, replayed into *ret_evidence (the caller's, also its freeing),
 * document parsed, keys that are still needed in document->plan. CODE_BUSY: a process works on it.
 * CODE_MISSING: no journal, or keys that are lost. ret_journal NULL: only to look, without the lock.
 */
enum code job_store_open(struct app *app, const char *id, struct job_document *ret_document,
    struct evidence *ret_evidence, struct job_session *ret_session, struct journal **ret_journal,
    struct err *err) WIPE_MUST_USE;
/*
 * Keeps every other process off a job, also where its journal cannot be read. CODE_BUSY: one works on it.
 * CODE_MISSING: it has no journal; nobody can work on it then.
 */
enum code job_store_lock(struct app *app, const char *id, int *ret_handle, struct err *err)
    WIPE_MUST_USE;
void job_store_unlock(struct app *app, int handle);
/*
 * jobs/lock, waited for: whoever has it makes a job and hands it over to its supervisor, or removes one that
 * never began. Without it a job on its way looks like one whose maker died.
 */
enum code job_store_lock_door(struct app *app, int *ret_handle, struct err *err) WIPE_MUST_USE;
/* Does a process work on it right now? */
bool job_store_is_locked(struct app *app, const char *id);
/* Does the journal's file say just what `evidence` says? CODE_BUG when it does not. */
enum code job_store_compare(struct app *app, const struct plan *plan, const struct evidence *evidence,
    struct err *err) WIPE_MUST_USE;
/* Keys first, so that a folder half removed can never be taken up again. */
enum code job_store_remove(struct app *app, const char *id, struct err *err) WIPE_MUST_USE;
/* Ids of all jobs, sorted, each followed by a NUL. */
enum code job_store_list(struct app *app, struct buf *ret, struct err *err) WIPE_MUST_USE;

#endif
