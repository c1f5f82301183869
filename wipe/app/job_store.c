/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job store: makes, reads and removes the folders of jobs. */
#include "job_store.h"

#include "app_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESERVE (1024u * 1024) /* bytes of events: some 10,000, long errors' lists included */

void job_place(const struct app *app, const char *id, struct job_place *ret)
{
	snprintf(ret->dir, APP_PATH, "%s/%s", app->paths.jobs, id);
	snprintf(ret->journal, APP_PATH, "%s/%s/journal", app->paths.jobs, id);
	snprintf(ret->keys, APP_PATH, "%s/%s/keys", app->paths.jobs, id);
	snprintf(ret->draft, APP_PATH, "%s/%s/certificate.json", app->paths.jobs, id);
	app_signature_path(ret->draft, TRUST_STATION, ret->draft_signature);
}

enum code job_store_key(struct app *app, const char *id, uint8_t ret[JOURNAL_KEY], struct err *err)
{
	struct trust_secret_key *key = NULL;
	enum code code = app_key_read(app, &key, err);
	if (code == CODE_OK)
		trust_secret_key_derive(key, JOURNAL_PURPOSE, id, ret);
	trust_secret_key_free(key);
	return code;
}

/* One key a step, in the plan's order; zeros where a step has none. */
static void list_keys(const struct plan *plan, struct buf *ret)
{
	for (unsigned i = 0; i < plan->step_count; i++)
		buf_append(ret, plan->steps[i].content.key, CONTENT_KEY);
}

static enum code create(struct app *app, const struct job_document *document,
    const struct plan *keys, const struct job_place *place, struct journal **ret, struct err *err)
{
	BUF_AUTO bytes = { 0 };
	BUF_AUTO text = { 0 };
	uint8_t journal_key[JOURNAL_KEY];
	list_keys(keys, &bytes);
	enum code code = buf_check(&bytes, err);
	if (code == CODE_OK)
		code = os_files_put(app->files, place->keys, 0600, false, bytes.data, bytes.len, err);
	if (code == CODE_OK)
		code = job_document_format(document, &text, err);
	if (code == CODE_OK)
		code = job_store_key(app, keys->id, journal_key, err);
	if (code == CODE_OK)
		code = journal_create(app->files, place->journal, keys->id, journal_key, text.data,
		    text.len, RESERVE, ret, err);
	explicit_bzero(journal_key, sizeof(journal_key));
	return code;
}

enum code job_store_create(struct app *app, const struct job_document *document,
    const struct plan *keys, struct journal **ret, struct err *err)
{
	struct job_place place;
	job_place(app, keys->id, &place);
	enum code code = app->files->ops->make_dir(app->files, place.dir, 0700, err);
	if (code != CODE_OK)
		return code;
	code = app->files->ops->sync_dir(app->files, app->paths.jobs, err);
	if (code == CODE_OK)
		code = create(app, document, keys, &place, ret, err);
	struct err ignored = { 0 };
	if (code != CODE_OK && job_store_remove(app, keys->id, &ignored) != CODE_OK)
		err_prefix(err, "%s (and what was made of it stays)", place.dir);
	return code;
}

static enum code write_over(struct os_files *files, const char *path, const struct buf *bytes,
    struct err *err)
{
	int handle = -1;
	enum code code = files->ops->open_rewrite(files, path, &handle, err);
	if (code != CODE_OK)
		return code;
	code = files->ops->write(files, handle, bytes->data, bytes->len, err);
	if (code == CODE_OK)
		code = files->ops->sync(files, handle, err);
	struct err ignored;
	enum code closed = files->ops->close(files, handle, code == CODE_OK ? err : &ignored);
	return code == CODE_OK ? closed : code;
}

enum code job_store_put_keys(struct app *app, const struct plan *plan, struct err *err)
{
	struct job_place place;
	job_place(app, plan->id, &place);
	BUF_AUTO bytes = { 0 };
	list_keys(plan, &bytes);
	enum code code = buf_check(&bytes, err);
	return code == CODE_OK ? write_over(app->files, place.keys, &bytes, err) : code;
}

/*
 * A key that the job still needs from `step` on must be the one the journal names by its hash. One that it
 * does not need any more may be whole, zeros, or, after a crash while it was forgotten, anything.
 */
static enum code check_keys(const struct job_place *place, struct plan *plan, unsigned step,
    bool to_go_on, struct err *err)
{
	static const uint8_t none[CONTENT_KEY];
	for (unsigned i = 0; i < plan->step_count; i++) {
		const struct plan_step *of = &plan->steps[i];
		char sha256[HASH_SHA256_HEX];
		bool is_there = memcmp(of->content.key, none, CONTENT_KEY) != 0;
		bool is_named = strcmp(hash_sha256_hex(of->content.key, CONTENT_KEY, sha256),
		    of->key_sha256) == 0;
		if (is_named || !plan_key_is_needed(plan, i, step))
			continue;
		/* Who only looks has no lock: the job may have gone on since its journal was read. */
		if (is_there || to_go_on)
			return err_set(err, CODE_MISSING, "%s: the key of step %u is lost: it is not the one the "
			    "journal names", place->keys, i + 1);
	}
	(void)plan_forget_passed(plan, step);
	return CODE_OK;
}

static enum code read_keys(struct app *app, const struct job_place *place,
    const struct evidence *evidence, bool to_go_on, struct plan *plan, struct err *err)
{
	BUF_AUTO bytes = { 0 };
	size_t len = (size_t)plan->step_count * CONTENT_KEY;
	uint32_t step = 0;
	uint64_t offset = 0;
	enum code code = os_files_read(app->files, place->keys, len + 1, &bytes, err);
	if (code != CODE_OK)
		return code;
	if (bytes.len != len)
		return err_set(err, CODE_INPUT, "%s: %zu bytes, not the %zu of this job", place->keys,
		    bytes.len, len);
	for (unsigned i = 0; i < plan->step_count; i++)
		memcpy(plan->steps[i].content.key, bytes.data + (size_t)i * CONTENT_KEY, CONTENT_KEY);
	explicit_bzero(bytes.data, bytes.len);
	evidence_resume_point(evidence, &step, &offset);
	return check_keys(place, plan, step, to_go_on, err);
}

enum code job_store_check_keys(const struct app *app, const struct plan *plan,
    const struct evidence *evidence, struct err *err)
{
	static const uint8_t none[CONTENT_KEY];
	struct job_place place;
	uint32_t step = 0;
	uint64_t offset = 0;
	evidence_resume_point(evidence, &step, &offset);
	job_place(app, plan->id, &place);
	for (; step < plan->step_count; step++) {
		const struct content *content = &plan->steps[step].content;
		if (content->kind == CONTENT_KEYSTREAM && memcmp(content->key, none, CONTENT_KEY) == 0)
			return err_set(err, CODE_INPUT, "%s: the key of step %u is not there any more", place.keys,
			    step + 1);
	}
	return CODE_OK;
}

/* ---- replay: events before the plan that explains them -------------------------------------------- */

/* The document is parsed after the events were read, so they are kept until then. */
struct replay {
	struct event *events;
	size_t count;
	size_t room;
};

static enum code keep_event(void *self, const struct event *event, struct err *err)
{
	struct replay *replay = self;
	if (replay->count == replay->room) {
		size_t room = replay->room ? 2 * replay->room : 256;
		struct event *more = realloc(replay->events, room * sizeof(*more));
		if (!more)
			return err_memory(err);
		replay->events = more;
		replay->room = room;
	}
	replay->events[replay->count++] = *event;
	return CODE_OK;
}

static enum code fold_all(const struct replay *replay, const struct plan *plan,
    struct evidence *ret, struct err *err)
{
	evidence_start(plan, ret);
	enum code code = CODE_OK;
	for (size_t i = 0; code == CODE_OK && i < replay->count; i++)
		code = evidence_fold(ret, &replay->events[i], err);
	if (code != CODE_OK) {
		evidence_free(ret);
		return err_prefix(err, "the journal of job %s", plan->id);
	}
	return CODE_OK;
}

static void find_session(const struct replay *replay, const struct job_document *document,
    struct job_session *ret)
{
	const struct identity *first = &document->plan.identity;
	*ret = (struct job_session){ .major = first->major, .minor = first->minor,
		.diskseq = first->diskseq };
	text_copy(ret->boot_id, sizeof(ret->boot_id), document->boot_id);
	for (size_t i = 0; i < replay->count; i++) {
		const struct event *event = &replay->events[i];
		if (event->kind != EVENT_RESUMED)
			continue;
		text_copy(ret->boot_id, sizeof(ret->boot_id), event->text);
		ret->major = (uint32_t)(event->extra >> 32);
		ret->minor = (uint32_t)event->extra;
		ret->diskseq = event->count;
	}
}

static enum code replay(struct app *app, const struct job_place *place, const char *id,
    struct replay *ret, struct journal_replay *ret_replay, struct journal **ret_journal,
    struct err *err)
{
	const struct event_sink sink = { keep_event, ret };
	uint8_t key[JOURNAL_KEY];
	enum code code = job_store_key(app, id, key, err);
	if (code == CODE_OK)
		code = ret_journal
		    ? journal_open(app->files, place->journal, key, &sink, ret_replay, ret_journal, err)
		    : journal_read(app->files, place->journal, key, &sink, ret_replay, err);
	explicit_bzero(key, sizeof(key));
	return code;
}

enum code job_store_open(struct app *app, const char *id, struct job_document *ret_document,
    struct evidence *ret_evidence, struct job_session *ret_session, struct journal **ret_journal,
    struct err *err)
{
	struct job_place place;
	struct replay events = { 0 };
	struct journal_replay replayed = { 0 };
	job_place(app, id, &place);
	enum code code = replay(app, &place, id, &events, &replayed, ret_journal, err);
	bool opened = code == CODE_OK;
	if (code == CODE_OK && strcmp(replayed.id, id) != 0)
		code = err_set(err, CODE_INPUT, "%s: is the journal of job %s", place.journal, replayed.id);
	if (code == CODE_OK)
		code = job_document_parse(replayed.document.data, replayed.document.len, place.journal,
		    ret_document, err);
	if (code == CODE_OK) {
		struct plan *plan = &ret_document->plan;
		code = fold_all(&events, plan, ret_evidence, err);
		if (code == CODE_OK) {
			code = read_keys(app, &place, ret_evidence, ret_journal != NULL, plan, err);
			if (code != CODE_OK)
				evidence_free(ret_evidence);
		}
		if (code == CODE_OK)
			find_session(&events, ret_document, ret_session);
		if (code != CODE_OK)
			job_document_free(ret_document);
	}
	free(events.events);
	buf_free(&replayed.document);
	struct err ignored = { 0 };
	if (code != CODE_OK && opened && ret_journal) {
		/* Nothing was appended: nothing can be lost. */
		if (journal_close(*ret_journal, &ignored) != CODE_OK)
			err_prefix(err, "%s", ignored.line);
		*ret_journal = NULL;
	}
	return code;
}

enum code job_store_compare(struct app *app, const struct plan *plan, const struct evidence *evidence,
    struct err *err)
{
	struct job_place place;
	struct replay events = { 0 };
	struct journal_replay replayed = { 0 };
	struct evidence folded = { 0 };
	job_place(app, plan->id, &place);
	enum code code = replay(app, &place, plan->id, &events, &replayed, NULL, err);
	if (code == CODE_OK)
		code = fold_all(&events, plan, &folded, err);
	if (code == CODE_OK && !evidence_equals(&folded, evidence))
		code = err_set(err, CODE_BUG, "%s: does not say what was seen live; no certificate can be made",
		    place.journal);
	evidence_free(&folded);
	free(events.events);
	buf_free(&replayed.document);
	return code;
}

/* ---- removal ----------------------------------------------------------------------------------------- */

static enum code remove_file(struct os_files *files, const char *path, struct err *err)
{
	enum code code = files->ops->remove(files, path, err);
	return code == CODE_MISSING ? CODE_OK : code;
}

/* As far as a filesystem overwrites in place; where it does not, the keys are those of passes that were
 * overwritten, or stand on the certificate. */
static void overwrite_keys(struct os_files *files, const char *path)
{
	struct err ignored = { 0 };
	BUF_AUTO keys = { 0 };
	/* Not a byte more: cut short here the folder is still one of a job. */
	if (os_files_read(files, path, PLAN_STEPS_MAX * CONTENT_KEY, &keys, &ignored) != CODE_OK)
		return;
	if (keys.len)
		explicit_bzero(keys.data, keys.len);
	if (write_over(files, path, &keys, &ignored) != CODE_OK)
		ignored.code = CODE_OK;
}

/* Whatever lies there: a process that was killed leaves temporary files, too. */
static enum code remove_files(struct os_files *files, const char *dir, struct err *err)
{
	BUF_AUTO names = { 0 };
	enum code code = files->ops->list(files, dir, &names, err);
	if (code == CODE_MISSING)
		return CODE_OK;
	for (size_t at = 0; code == CODE_OK && at < names.len;) {
		const char *name = (const char *)names.data + at;
		char path[2 * APP_PATH];
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		code = remove_file(files, path, err);
		at += strlen(name) + 1;
	}
	return code == CODE_OK ? remove_file(files, dir, err) : code;
}

enum code job_store_remove(struct app *app, const char *id, struct err *err)
{
	struct os_files *files = app->files;
	struct job_place place;
	job_place(app, id, &place);
	overwrite_keys(files, place.keys);
	enum code code = remove_file(files, place.keys, err);
	if (code == CODE_OK)
		code = remove_file(files, place.journal, err);
	if (code == CODE_OK)
		code = remove_files(files, place.dir, err);
	return code == CODE_OK ? files->ops->sync_dir(files, app->paths.jobs, err) : code;
}

enum code job_store_list(struct app *app, struct buf *ret, struct err *err)
{
	BUF_AUTO names = { 0 };
	enum code code = app->files->ops->list(app->files, app->paths.jobs, &names, err);
	if (code == CODE_MISSING)
		return CODE_OK;
	if (code != CODE_OK)
		return code;
	for (size_t at = 0; at < names.len; at += strlen((const char *)names.data + at) + 1) {
		const char *name = (const char *)names.data + at;
		if (id_is_valid(name))
			buf_append(ret, name, strlen(name) + 1);
	}
	return buf_check(ret, err);
}
