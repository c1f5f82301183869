/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files_memory: an os_files that lives in memory and fails on demand: no room after so many
 * bytes, a directory that cannot be written, an error at the k-th operation from now, a machine
 * that stops at the k-th operation and loses what was not synced.
 * Directories are not kept: one exists when it was made or set, or holds something.
 *
 * What a crash loses: the bytes of a file since its last sync, and every name that was made, moved
 * or removed since the last sync of its directory. A sync that fails drops what it should have
 * written, as Linux may: the next one succeeds and writes only what was written after it.
 */
#ifndef TESTS_FAKES_FILES_MEMORY_H
#define TESTS_FAKES_FILES_MEMORY_H

#include "power.h"
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
	struct buf stable; /* content that a crash cannot take */
	size_t dirty_from; /* bytes written since the last sync: [from, to) */
	size_t dirty_to;
	char stable_path[600]; /* name that a crash leaves it, "" = none */
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
	uint64_t allocates; /* bytes of a reservation that are really made, for speed; 0: all */
	const char *unwritable; /* prefix of paths nothing may be made, renamed or removed under */
	unsigned fail_at; /* 1: the next operation fails, 2: the one after it; 0: none */
	enum code fail_code; /* with this; starts as CODE_IO */
	unsigned cut_at; /* from the operation of this number on (1 = the first) all fail; 0: never */
	unsigned operations; /* counted so far; reading and listing too */
	struct fake_power *power; /* borrowed; NULL: they have their own */
	unsigned syncs; /* of files and directories */
	struct fake_file files[FAKE_FILES_MAX];
	struct fake_handle handles[FAKE_HANDLES_MAX];
};

/* Yours to end with os_files_free(&files->base). Never NULL: a test that has no memory ends. */
struct fake_files *fake_files_new(void);
void fake_files_set(struct fake_files *files, const char *path, const void *data, size_t len);
/* Content of a file, borrowed until it changes; NULL when there is none. */
const struct buf *fake_files_get(struct fake_files *files, const char *path);

/* How much of what was not synced a crash takes. */
enum fake_crash {
	FAKE_CRASH_KILL, /* nothing: the process died, not the machine */
	FAKE_CRASH_LOSE, /* all of it */
	FAKE_CRASH_TEAR, /* all behind some byte */
	FAKE_CRASH_GARBLE, /* each sector on its own: new, old, or noise */
	FAKE_CRASH_COUNT
};
/*
 * The machine starts again: no handles, no locks, cut_at and fail_at as new. The dice decide where
 * it is torn, which sectors live, and whether a directory's changes do (TEAR, GARBLE).
 */
void fake_files_crash(struct fake_files *files, enum fake_crash how, uint64_t dice);
/* How many files (no directories) there are, temporaries included. */
unsigned fake_files_count(const struct fake_files *files);

#endif
