/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files_memory: an os_files that lives in memory and fails on demand: no room after so many
 * bytes, a directory that cannot be written, an error at the k-th operation from now.
 * Directories are not kept: one exists when it was made or set, or holds something.
 */
#ifndef TESTS_FAKES_FILES_MEMORY_H
#define TESTS_FAKES_FILES_MEMORY_H

#include "wipe/os.h"

#define FAKE_FILES_MAX   64
#define FAKE_HANDLES_MAX 16

struct fake_file {
	char path[600]; /* "" = free */
	bool is_dir;
	unsigned mode;
	unsigned opens;
	bool locked;
	bool unlinked;
	struct buf content;
};

struct fake_handle {
	struct fake_file *file; /* NULL = free */
	size_t at;
	bool append;
	bool owns_lock;
};

struct fake_files {
	struct os_files base;
	uint64_t room; /* bytes all files together may take; starts as UINT64_MAX: CODE_FULL */
	const char *unwritable; /* prefix of paths nothing may be made, renamed or removed under */
	unsigned fail_at; /* 1: the next operation fails, 2: the one after it; 0: none */
	enum code fail_code; /* with this; starts as CODE_IO */
	unsigned operations; /* counted so far; reading and listing too */
	unsigned syncs; /* of files and directories */
	struct fake_file files[FAKE_FILES_MAX];
	struct fake_handle handles[FAKE_HANDLES_MAX];
};

/* Yours to end with os_files_free(&files->base). Never NULL: a test that has no memory ends. */
struct fake_files *fake_files_new(void);
void fake_files_set(struct fake_files *files, const char *path, const void *data, size_t len);
/* Content of a file, borrowed until it changes; NULL when there is none. */
const struct buf *fake_files_get(struct fake_files *files, const char *path);
/* How many files (no directories) there are, temporaries included. */
unsigned fake_files_count(const struct fake_files *files);

#endif
