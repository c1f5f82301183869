/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files_names: the half of os_files that is about names in directories: rename, remove, make, list, sync. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum code os_files_rename(struct os_files *files, const char *from, const char *to,
    bool replace, struct err *err)
{
	(void)files;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, replace ? 0 : RENAME_NOREPLACE) == 0)
		return CODE_OK;
	if (replace || (errno != EINVAL && errno != ENOSYS))
		return os_files_failed(err, errno, "create", to);
	/* Some network filesystems know no RENAME_NOREPLACE; a hard link never replaces. */
	if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0) < 0)
		return os_files_failed(err, errno, "create", to);
	if (unlink(from) < 0)
		return os_files_failed(err, errno, "remove", from);
	return CODE_OK;
}

enum code os_files_remove(struct os_files *files, const char *path, struct err *err)
{
	(void)files;
	/* remove(3) would ask first what it is; unlink(2) of a directory says EISDIR. */
	if (unlink(path) < 0 && (errno != EISDIR || rmdir(path) < 0))
		return os_files_failed(err, errno, "remove", path);
	return CODE_OK;
}

enum code os_files_sync_dir(struct os_files *files, const char *path, struct err *err)
{
	(void)files;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return os_files_failed(err, errno, "open directory", path);
	int why = 0;
	while (fsync(fd) < 0) {
		why = errno;
		if (why != EINTR)
			break;
		why = 0;
	}
	close(fd);
	/* EINVAL: this filesystem keeps names by itself and has nothing to sync in a directory. */
	return why && why != EINVAL ? os_files_failed(err, why, "sync directory", path) : CODE_OK;
}

enum code os_files_make_dir(struct os_files *files, const char *path, unsigned mode,
    struct err *err)
{
	(void)files;
	return mkdir(path, mode) < 0 ? os_files_failed(err, errno, "make directory", path) : CODE_OK;
}

static int is_shown_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* By bytes: alphasort() would follow the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

enum code os_files_list(struct os_files *files, const char *path, struct buf *ret,
    struct err *err)
{
	(void)files;
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_shown_entry, by_name);
	if (count < 0)
		return os_files_failed(err, errno, "list", path);
	for (int i = 0; i < count; i++) {
		buf_append(ret, entries[i]->d_name, strlen(entries[i]->d_name) + 1);
		free(entries[i]);
	}
	free(entries);
	return buf_check(ret, err);
}
