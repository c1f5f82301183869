/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job store lock: which process may touch a job's folder? The one that has its journal locked. */
#include "job_store.h"

#include <stdio.h>

enum code job_store_lock_door(struct app *app, int *ret_handle, struct err *err)
{
	struct os_files *files = app->files;
	char path[APP_PATH];
	int handle = -1;
	snprintf(path, sizeof(path), "%s/lock", app->paths.jobs);
	enum code code = os_files_make_dirs(files, app->paths.jobs, 0700, err);
	if (code == CODE_OK)
		code = files->ops->open_append(files, path, 0600, &handle, err);
	if (code != CODE_OK)
		return code;
	code = files->ops->lock(files, handle, true, err);
	if (code != CODE_OK) {
		job_store_unlock(app, handle);
		return code;
	}
	*ret_handle = handle;
	return CODE_OK;
}

enum code job_store_lock(struct app *app, const char *id, int *ret_handle, struct err *err)
{
	struct os_files *files = app->files;
	struct job_place place;
	struct err ignored = { 0 };
	int handle = -1;
	job_place(app, id, &place);
	enum code code = files->ops->open_rewrite(files, place.journal, &handle, err);
	if (code != CODE_OK)
		return code;
	code = files->ops->lock(files, handle, false, err);
	if (code == CODE_BUSY)
		err_set(err, CODE_BUSY, "another process works on this job: it has %s locked", place.journal);
	if (code != CODE_OK) {
		files->ops->close(files, handle, &ignored);
		return code;
	}
	*ret_handle = handle;
	return CODE_OK;
}

void job_store_unlock(struct app *app, int handle)
{
	struct err ignored = { 0 };
	if (handle >= 0)
		app->files->ops->close(app->files, handle, &ignored);
}

bool job_store_is_locked(struct app *app, const char *id)
{
	struct err ignored = { 0 };
	int handle = -1;
	enum code code = job_store_lock(app, id, &handle, &ignored);
	job_store_unlock(app, handle);
	return code == CODE_BUSY;
}
