/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files_crash: what is left of the files in memory when the power comes back? */
#include "files_memory.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 512

/* splitmix64: enough to throw dice with. */
static uint64_t throw(uint64_t *dice)
{
	uint64_t z = *dice += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void set_len(struct buf *buf, size_t len)
{
	static const uint8_t zeros[4096];
	while (buf->len < len)
		buf_append(buf, zeros, (size_t)bytes_min(len - buf->len, sizeof(zeros)));
	buf->len = len;
	if (buf->failed)
		abort();
}

/* New up to some byte of what is new, old behind it. */
static void tear(struct fake_file *file, uint64_t *dice)
{
	size_t first = 0;
	size_t both = (size_t)bytes_min(file->content.len, file->stable.len);
	while (first < both && file->content.data[first] == file->stable.data[first])
		first++;
	size_t cut = first + (size_t)(throw(dice) % (file->content.len - first + 1));
	set_len(&file->stable, cut > file->stable.len ? cut : file->stable.len);
	if (first < cut)
		memcpy(file->stable.data + first, file->content.data + first, cut - first);
}

static void garble(struct fake_file *file, uint64_t *dice)
{
	set_len(&file->stable, file->content.len);
	for (size_t at = 0; at < file->content.len; at += SECTOR) {
		size_t len = (size_t)bytes_min(SECTOR, file->content.len - at);
		uint8_t *old = file->stable.data + at;
		const uint8_t *new = file->content.data + at;
		if (memcmp(old, new, len) == 0)
			continue;
		uint64_t fate = throw(dice) % 3;
		for (size_t i = 0; i < len && fate != 0; i++) {
			/* What was there and is the same survives noise: it was not written again. */
			if (fate == 1 || old[i] != new[i])
				old[i] = fate == 1 ? new[i] : (uint8_t)throw(dice);
		}
	}
}

static void content_after(struct fake_file *file, enum fake_crash how, uint64_t *dice)
{
	if (how == FAKE_CRASH_KILL) {
		/* The page cache lives on, and with it what is not stable yet. */
		return;
	}
	if (how == FAKE_CRASH_TEAR)
		tear(file, dice);
	if (how == FAKE_CRASH_GARBLE)
		garble(file, dice);
	file->content.len = 0;
	buf_append(&file->content, file->stable.data ? file->stable.data : (const uint8_t *)"",
	    file->stable.len);
	file->dirty_from = 0;
	file->dirty_to = 0;
}

/* The directory a path lies in decides the fate of its names together. */
static bool names_are_kept(const char *path, enum fake_crash how, uint64_t dice)
{
	if (how == FAKE_CRASH_KILL || how == FAKE_CRASH_LOSE)
		return how == FAKE_CRASH_KILL;
	const char *end = strrchr(path, '/');
	for (const char *at = path; at < end; at++)
		dice = dice * 31 + (uint8_t)*at;
	return throw(&dice) & 1;
}

void fake_files_crash(struct fake_files *files, enum fake_crash how, uint64_t dice)
{
	uint64_t start = dice;
	memset(files->handles, 0, sizeof(files->handles));
	files->cut_at = 0;
	files->fail_at = 0;
	for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
		struct fake_file *file = &files->files[i];
		if (!file->path[0])
			continue;
		bool kept = file->is_dir || names_are_kept(file->path, how, start);
		content_after(file, how, &dice);
		file->opens = 0;
		file->locked = false;
		file->unlinked = kept ? file->unlinked : !file->stable_path[0];
		if (!kept && file->stable_path[0])
			text_copy(file->path, sizeof(file->path), file->stable_path);
		if (how != FAKE_CRASH_KILL)
			text_copy(file->stable_path, sizeof(file->stable_path),
			    file->unlinked ? "" : file->path);
		if (!file->unlinked || file->stable_path[0])
			continue;
		buf_free(&file->content);
		buf_free(&file->stable);
		*file = (struct fake_file){ 0 };
	}
}
