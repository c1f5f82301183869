/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tidy: which files beside the certificates did a process leave that was killed? They go. */
#include "app_private.h"
#include "job_store.h"

#include <stdio.h>
#include <string.h>

#define RANDOM 10 /* characters that os_files_put() and os_files_reserve() put in */

/* "ID<stem>.XXXXXXXXXX<suffix>" */
static bool has_form(const char *name, const char *stem, const char *suffix)
{
	size_t stem_len = strlen(stem), suffix_len = strlen(suffix);
	size_t len = ID_TEXT - 1 + stem_len + 1 + RANDOM + suffix_len;
	return strlen(name) == len && strncmp(name + ID_TEXT - 1, stem, stem_len) == 0 &&
	    name[ID_TEXT - 1 + stem_len] == '.' && strcmp(name + len - suffix_len, suffix) == 0;
}

/* Only what a job's process makes while it has the job locked: a person may be signing right now. */
static bool is_temporary(const char *name)
{
	return has_form(name, ".json", ".reserved") || has_form(name, ".json", ".tmp") ||
	    has_form(name, ".json.station.sshsig", ".tmp") || has_form(name, ".ranges", ".tmp");
}

static void tidy_one(struct app *app, const char *name)
{
	char id[ID_TEXT], path[2 * APP_PATH];
	struct err ignored = { 0 };
	int lock = -1;
	snprintf(id, sizeof(id), "%.*s", ID_TEXT - 1, name);
	if (!id_is_valid(id) || !is_temporary(name))
		return;
	/* A job is made before these, and gone after them: without one nobody needs them any more. */
	enum code code = job_store_lock(app, id, &lock, &ignored);
	snprintf(path, sizeof(path), "%s/%s", app->paths.certificates, name);
	if ((code == CODE_OK || code == CODE_MISSING) &&
	    app->files->ops->remove(app->files, path, &ignored) != CODE_OK)
		ignored.code = CODE_OK; /* the next run tries again */
	job_store_unlock(app, lock);
}

void app_tidy(struct app *app)
{
	BUF_AUTO names = { 0 };
	struct err ignored = { 0 };
	if (app->files->ops->list(app->files, app->paths.certificates, &names, &ignored) != CODE_OK)
		return;
	for (size_t at = 0; at < names.len; at += strlen((const char *)names.data + at) + 1)
		tidy_one(app, (const char *)names.data + at);
}
