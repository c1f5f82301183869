/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files: what files.c and files_names.c share. (private to os) */
#ifndef WIPE_OS_FILES_H
#define WIPE_OS_FILES_H

#include "wipe/os.h"

/* "cannot WHAT PATH: why", with the code that a caller can act on. */
enum code os_files_failed(struct err *err, int sys_errno, const char *what, const char *path);

/* Operations of os_files that know no handle; see os.h. */
enum code os_files_rename(struct os_files *files, const char *from, const char *to, bool replace,
    struct err *err) WIPE_MUST_USE;
enum code os_files_remove(struct os_files *files, const char *path, struct err *err) WIPE_MUST_USE;
enum code os_files_sync_dir(struct os_files *files, const char *path, struct err *err) WIPE_MUST_USE;
enum code os_files_make_dir(struct os_files *files, const char *path, unsigned mode,
    struct err *err) WIPE_MUST_USE;
enum code os_files_list(struct os_files *files, const char *path, struct buf *ret, struct err *err)
    WIPE_MUST_USE;

#endif
