/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files_durable: how does a file appear whole or not at all, and how is room promised for one
 * that is written hours later? Built on the operations alone, so that a fake can cut the run
 * between any two of them.
 *
 * The order is write, sync the file, rename, sync the directory: after a power loss the name
 * leads to the whole content, or does not exist.
 */
#include "wipe/os.h"

#include <stdio.h>
#include <string.h>

#define PATH_SIZE 540

enum code os_files_read(struct os_files *files, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	return files->ops->read(files, path, max, ret, err);
}

/* The directory a path lies in. */
static enum code parent_of(const char *path, char out[PATH_SIZE], struct err *err)
{
	const char *slash = strrchr(path, '/');
	if (!slash || path[0] != '/')
		return err_set(err, CODE_BUG, "%s is not an absolute path", path);
	size_t len = slash == path ? 1 : (size_t)(slash - path);
	if (len >= PATH_SIZE)
		return err_set(err, CODE_INPUT, "the path %s is too long", path);
	memcpy(out, path, len);
	out[len] = 0;
	return CODE_OK;
}

bool os_files_exists(struct os_files *files, const char *path)
{
	/* By the directory's listing: whatever has the name counts, also a dangling link or a
	 * directory, and nothing is opened. */
	char dir[PATH_SIZE];
	struct err err;
	BUF_AUTO names = { 0 };
	if (parent_of(path, dir, &err) != CODE_OK ||
	    files->ops->list(files, dir, &names, &err) != CODE_OK)
		return false;
	const char *wanted = strrchr(path, '/') + 1;
	for (size_t at = 0; at < names.len;) {
		const char *name = (const char *)names.data + at;
		if (strcmp(name, wanted) == 0)
			return true;
		at += strlen(name) + 1;
	}
	return false;
}

enum code os_files_make_dirs(struct os_files *files, const char *path, unsigned mode,
    struct err *err)
{
	char level[PATH_SIZE];
	if (path[0] != '/')
		return err_set(err, CODE_BUG, "%s is not an absolute path", path);
	if (!text_copy(level, sizeof(level), path))
		return err_set(err, CODE_INPUT, "the path %s is too long", path);
	for (char *slash = strchr(level + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = 0;
		enum code code = CODE_EXISTS; /* "/" is there */
		if (level[1])
			code = files->ops->make_dir(files, level, mode, err);
		if (code == CODE_OK) {
			/* A new directory is only there for good when its parent says so. */
			char dir[PATH_SIZE];
			code = parent_of(level, dir, err);
			if (code == CODE_OK)
				code = files->ops->sync_dir(files, dir, err);
		}
		if (code != CODE_OK && code != CODE_EXISTS)
			return code;
		if (!slash)
			return CODE_OK;
		*slash = '/';
	}
}

/* "path.XXXXXXXXXX<suffix>": nobody else's name, and no one can wait for it. */
static enum code temporary_name(const char *path, const char *suffix, char *out, size_t size,
    struct err *err)
{
	char id[ID_TEXT];
	id_new(id);
	int len = snprintf(out, size, "%s.%s%s", path, id + ID_TEXT - 1 - 10, suffix);
	if (len < 0 || (size_t)len >= size)
		return err_set(err, CODE_INPUT, "the path %s is too long", path);
	return CODE_OK;
}

/* Closes after whatever came before; the first failure is the one that is told. */
static enum code finish_handle(struct os_files *files, int handle, enum code code, struct err *err)
{
	struct err ignored;
	enum code closed = files->ops->close(files, handle, code == CODE_OK ? err : &ignored);
	return code == CODE_OK ? closed : code;
}

/*
 * Rename, and make the name durable. When the latter fails a new name is taken back: the caller
 * is told that there is no such file, and may try again.
 */
static enum code publish(struct os_files *files, const char *temporary, const char *path,
    bool replace, struct err *err)
{
	char dir[PATH_SIZE];
	enum code code = parent_of(path, dir, err);
	if (code == CODE_OK)
		code = files->ops->rename(files, temporary, path, replace, err);
	if (code != CODE_OK)
		return code;
	code = files->ops->sync_dir(files, dir, err);
	struct err ignored;
	if (code != CODE_OK && !replace)
		(void)files->ops->rename(files, path, temporary, false, &ignored);
	return code;
}

enum code os_files_put(struct os_files *files, const char *path, unsigned mode, bool replace,
    const void *data, size_t len, struct err *err)
{
	/* rename(…, replace=false) decides; asking first only spares the writing. */
	if (!replace && os_files_exists(files, path))
		return err_set(err, CODE_EXISTS, "%s exists already", path);
	char temporary[PATH_SIZE];
	int handle = -1;
	enum code code = temporary_name(path, ".tmp", temporary, sizeof(temporary), err);
	if (code == CODE_OK)
		code = files->ops->create(files, temporary, mode, &handle, err);
	if (code != CODE_OK)
		return code;
	code = files->ops->write(files, handle, data, len, err);
	if (code == CODE_OK)
		code = files->ops->sync(files, handle, err);
	code = finish_handle(files, handle, code, err);
	if (code == CODE_OK)
		code = publish(files, temporary, path, replace, err);
	struct err ignored;
	if (code != CODE_OK)
		(void)files->ops->remove(files, temporary, &ignored);
	return code;
}

enum code os_files_reserve(struct os_files *files, const char *path, unsigned mode,
    uint64_t bytes, struct os_reserved *ret, struct err *err)
{
	struct os_reserved made = { 0 };
	int handle = -1;
	if (!text_copy(made.path, sizeof(made.path), path))
		return err_set(err, CODE_INPUT, "the path %s is too long", path);
	if (os_files_exists(files, path))
		return err_set(err, CODE_EXISTS, "%s exists already", path);
	enum code code =
	    temporary_name(path, ".reserved", made.temporary, sizeof(made.temporary), err);
	if (code == CODE_OK)
		code = files->ops->create(files, made.temporary, mode, &handle, err);
	if (code != CODE_OK)
		return code;
	code = files->ops->allocate(files, handle, bytes, err);
	/* A medium that cannot be written is found now, not in some hours. */
	if (code == CODE_OK)
		code = files->ops->sync(files, handle, err);
	code = finish_handle(files, handle, code, err);
	if (code != CODE_OK) {
		os_files_release(files, &made);
		return code;
	}
	*ret = made;
	return CODE_OK;
}

enum code os_files_commit(struct os_files *files, struct os_reserved *reserved, const void *data,
    size_t len, struct err *err)
{
	int handle = -1;
	if (!reserved->temporary[0])
		return err_set(err, CODE_BUG, "nothing is reserved for %s", reserved->path);
	enum code code = files->ops->open_rewrite(files, reserved->temporary, &handle, err);
	if (code != CODE_OK)
		return code;
	/* Written over what is there and cut afterwards: cutting first would give the room back. */
	code = files->ops->write(files, handle, data, len, err);
	if (code == CODE_OK)
		code = files->ops->truncate(files, handle, len, err);
	if (code == CODE_OK)
		code = files->ops->sync(files, handle, err);
	code = finish_handle(files, handle, code, err);
	if (code == CODE_OK)
		code = publish(files, reserved->temporary, reserved->path, false, err);
	if (code == CODE_OK)
		reserved->temporary[0] = 0;
	return code;
}

void os_files_release(struct os_files *files, struct os_reserved *reserved)
{
	struct err ignored;
	if (reserved->temporary[0])
		(void)files->ops->remove(files, reserved->temporary, &ignored);
	reserved->temporary[0] = 0;
}
