/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files_memory: an os_files that lives in memory and fails on demand. */
#include "files_memory.h"

#include <stdlib.h>
#include <string.h>

static struct fake_files *self(struct os_files *base)
{
	return (struct fake_files *)base;
}

static bool is_off(const struct fake_files *files)
{
	return (files->power && files->power->off) ||
	    (files->cut_at && files->operations >= files->cut_at);
}

/* Every operation begins here: counts, and fails when it is the chosen one. */
static enum code begin(struct fake_files *files, const char *what, struct err *err)
{
	files->operations++;
	(void)fake_power_lasts(files->power);
	if (is_off(files))
		return err_set(err, CODE_IO, "cannot %s: the machine is off", what);
	if (files->fail_at && --files->fail_at == 0)
		return err_set(err, files->fail_code, "cannot %s: failure by order", what);
	return CODE_OK;
}

static enum code begin_change(struct fake_files *files, const char *what, const char *path,
    struct err *err)
{
	enum code code = begin(files, what, err);
	if (code == CODE_OK && files->unwritable && text_has_prefix(path, files->unwritable))
		return err_set(err, CODE_CONFIG, "cannot %s %s: Permission denied", what, path);
	return code;
}

static struct fake_file *find(struct fake_files *files, const char *path)
{
	for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
		if (!files->files[i].unlinked && strcmp(files->files[i].path, path) == 0)
			return &files->files[i];
	}
	return NULL;
}

static struct fake_file *add(struct fake_files *files, const char *path, unsigned mode)
{
	for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
		struct fake_file *file = &files->files[i];
		if (file->path[0])
			continue;
		if (!text_copy(file->path, sizeof(file->path), path))
			abort();
		file->mode = mode;
		return file;
	}
	abort(); /* the test makes more files than FAKE_FILES_MAX */
}

static void drop(struct fake_file *file)
{
	buf_free(&file->content);
	buf_free(&file->stable);
	*file = (struct fake_file){ 0 };
}

/* A file that is open lives on without a name, as on Linux. */
static void unlink_file(struct fake_file *file)
{
	file->unlinked = true;
	if (file->opens == 0 && !file->stable_path[0])
		drop(file);
}

/* A new length; new bytes are zeros. */
static void fit(struct buf *stable, size_t len)
{
	static const uint8_t zeros[4096];
	while (stable->len < len)
		buf_append(stable, zeros, (size_t)bytes_min(len - stable->len, sizeof(zeros)));
	stable->len = len;
	if (stable->failed)
		abort();
}

static bool lies_in(const char *path, const char *dir)
{
	size_t len = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
	return path[0] && strncmp(path, dir, len) == 0 && path[len] == '/' &&
	    !strchr(path + len + 1, '/');
}

static bool dir_exists(struct fake_files *files, const char *path)
{
	struct fake_file *file = find(files, path);
	if (file || strcmp(path, "/") == 0)
		return !file || file->is_dir;
	size_t len = strlen(path);
	for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
		const struct fake_file *other = &files->files[i];
		if (!other->unlinked && text_has_prefix(other->path, path) &&
		    other->path[len] == '/')
			return true;
	}
	return false;
}

static enum code open_handle(struct fake_files *files, struct fake_file *file, bool append,
    int *ret_handle, struct err *err)
{
	if (file->is_dir)
		return err_set(err, CODE_CONFIG, "%s is a directory", file->path);
	for (int i = 0; i < FAKE_HANDLES_MAX; i++) {
		if (files->handles[i].file)
			continue;
		files->handles[i] = (struct fake_handle){ .file = file, .append = append };
		file->opens++;
		*ret_handle = i;
		return CODE_OK;
	}
	return err_set(err, CODE_IO, "cannot open %s: Too many open files", file->path);
}

static struct fake_handle *of(struct fake_files *files, int handle)
{
	if (handle < 0 || handle >= FAKE_HANDLES_MAX || !files->handles[handle].file)
		abort(); /* used after close: a bug of the code under test */
	return &files->handles[handle];
}

static uint64_t room_left(const struct fake_files *files)
{
	uint64_t used = 0;
	for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
		const struct fake_file *file = &files->files[i];
		used += file->unlinked && file->opens == 0 ? 0 : file->content.len;
	}
	return files->room > used ? files->room - used : 0;
}

static void soil(struct fake_file *file, size_t from, size_t to)
{
	bool clean = file->dirty_from == file->dirty_to;
	file->dirty_from = clean || from < file->dirty_from ? from : file->dirty_from;
	file->dirty_to = clean || to > file->dirty_to ? to : file->dirty_to;
}

static enum code grow(struct fake_files *files, struct fake_file *file, uint64_t len,
    struct err *err)
{
	static const uint8_t zeros[4096];
	while (file->content.len < len) {
		uint64_t step = bytes_min(len - file->content.len, sizeof(zeros));
		step = bytes_min(step, room_left(files));
		if (step == 0)
			return err_set(err, CODE_FULL, "cannot write %s: No space left on device",
			    file->path);
		soil(file, file->content.len, file->content.len + (size_t)step);
		buf_append(&file->content, zeros, (size_t)step);
		if (file->content.failed)
			return err_memory(err);
	}
	return CODE_OK;
}

static enum code fake_read(struct os_files *base, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	enum code code = begin(self(base), "read", err);
	if (code != CODE_OK)
		return code;
	struct fake_file *file = find(self(base), path);
	if (!file)
		return err_set(err, CODE_MISSING, "cannot read %s: No such file", path);
	if (file->is_dir)
		return err_set(err, CODE_CONFIG, "cannot read %s: it is not a regular file", path);
	if (file->content.len > max)
		return err_set(err, CODE_INPUT, "%s is longer than %zu bytes", path, max);
	buf_append(ret, file->content.data ? file->content.data : (const uint8_t *)"",
	    file->content.len);
	return buf_check(ret, err);
}

static enum code fake_create(struct os_files *base, const char *path, unsigned mode,
    int *ret_handle, struct err *err)
{
	enum code code = begin_change(self(base), "create", path, err);
	if (code != CODE_OK)
		return code;
	if (find(self(base), path))
		return err_set(err, CODE_EXISTS, "cannot create %s: File exists", path);
	return open_handle(self(base), add(self(base), path, mode), false, ret_handle, err);
}

static enum code fake_open_append(struct os_files *base, const char *path, unsigned mode,
    int *ret_handle, struct err *err)
{
	enum code code = begin_change(self(base), "open", path, err);
	if (code != CODE_OK)
		return code;
	struct fake_file *file = find(self(base), path);
	if (!file)
		file = add(self(base), path, mode);
	return open_handle(self(base), file, true, ret_handle, err);
}

static enum code fake_open_rewrite(struct os_files *base, const char *path, int *ret_handle,
    struct err *err)
{
	enum code code = begin_change(self(base), "open", path, err);
	if (code != CODE_OK)
		return code;
	struct fake_file *file = find(self(base), path);
	if (!file)
		return err_set(err, CODE_MISSING, "cannot open %s: No such file", path);
	return open_handle(self(base), file, false, ret_handle, err);
}

static enum code fake_allocate(struct os_files *base, int handle, uint64_t bytes, struct err *err)
{
	enum code code = begin(self(base), "reserve room", err);
	if (self(base)->allocates)
		bytes = bytes_min(bytes, self(base)->allocates);
	return code == CODE_OK ? grow(self(base), of(self(base), handle)->file, bytes, err) : code;
}

/* A full filesystem takes what fits before it says so, as the real one does. */
static enum code put(struct fake_files *files, struct fake_file *file, size_t at, const void *data,
    size_t len, size_t *ret_end, struct err *err)
{
	enum code code = grow(files, file, at + len, err);
	size_t fits = at < file->content.len ? (size_t)bytes_min(len, file->content.len - at) : 0;
	if (fits) {
		memcpy(file->content.data + at, data, fits);
		soil(file, at, at + fits);
	}
	*ret_end = at + fits;
	return code;
}

static enum code fake_write(struct os_files *base, int handle, const void *data, size_t len,
    struct err *err)
{
	enum code code = begin(self(base), "write", err);
	if (code != CODE_OK)
		return code;
	struct fake_handle *open = of(self(base), handle);
	size_t at = open->append ? open->file->content.len : open->at;
	return put(self(base), open->file, at, data, len, &open->at, err);
}

static enum code fake_write_at(struct os_files *base, int handle, uint64_t offset,
    const void *data, size_t len, struct err *err)
{
	size_t end;
	enum code code = begin(self(base), "write", err);
	if (code != CODE_OK)
		return code;
	if (of(self(base), handle)->append)
		abort(); /* Linux would append */
	return put(self(base), of(self(base), handle)->file, (size_t)offset, data, len, &end, err);
}

static enum code fake_truncate(struct os_files *base, int handle, uint64_t bytes, struct err *err)
{
	enum code code = begin(self(base), "truncate", err);
	if (code != CODE_OK)
		return code;
	struct fake_file *file = of(self(base), handle)->file;
	if (bytes < file->content.len)
		file->content.len = (size_t)bytes;
	return grow(self(base), file, bytes, err);
}

static enum code fake_sync(struct os_files *base, int handle, struct err *err)
{
	enum code code = begin(self(base), "sync", err);
	struct fake_file *file = of(self(base), handle)->file;
	if (is_off(self(base)))
		return code; /* it did not happen, which is not the same as a failure */
	if (code == CODE_OK) {
		size_t to = (size_t)bytes_min(file->dirty_to, file->content.len);
		fit(&file->stable, file->content.len);
		if (file->dirty_from < to)
			memcpy(file->stable.data + file->dirty_from, file->content.data + file->dirty_from,
			    to - file->dirty_from);
	}
	file->dirty_from = 0;
	file->dirty_to = 0;
	self(base)->syncs += code == CODE_OK;
	return code;
}

static enum code fake_lock(struct os_files *base, int handle, bool wait, struct err *err)
{
	enum code code = begin(self(base), "lock", err);
	if (code != CODE_OK)
		return code;
	struct fake_handle *open = of(self(base), handle);
	if (open->file->locked && !open->owns_lock) {
		if (wait)
			abort(); /* nobody else runs here: it would wait for ever */
		return err_set(err, CODE_BUSY, "cannot lock %s: held already", open->file->path);
	}
	open->file->locked = true;
	open->owns_lock = true;
	return CODE_OK;
}

static enum code fake_close(struct os_files *base, int handle, struct err *err)
{
	enum code code = begin(self(base), "close", err);
	struct fake_handle *open = of(self(base), handle);
	if (open->owns_lock)
		open->file->locked = false;
	open->file->opens--;
	if (open->file->opens == 0 && open->file->unlinked && !open->file->stable_path[0])
		drop(open->file);
	*open = (struct fake_handle){ 0 };
	return code;
}

static enum code fake_rename(struct os_files *base, const char *from, const char *to, bool replace,
    struct err *err)
{
	enum code code = begin_change(self(base), "create", to, err);
	if (code != CODE_OK)
		return code;
	struct fake_file *file = find(self(base), from);
	struct fake_file *old = find(self(base), to);
	if (!file)
		return err_set(err, CODE_MISSING, "cannot rename %s: No such file", from);
	if (old && !replace)
		return err_set(err, CODE_EXISTS, "cannot create %s: File exists", to);
	if (old && old != file)
		unlink_file(old);
	text_copy(file->path, sizeof(file->path), to);
	return CODE_OK;
}

static enum code fake_remove(struct os_files *base, const char *path, struct err *err)
{
	enum code code = begin_change(self(base), "remove", path, err);
	if (code != CODE_OK)
		return code;
	struct fake_file *file = find(self(base), path);
	if (!file)
		return err_set(err, CODE_MISSING, "cannot remove %s: No such file", path);
	unlink_file(file);
	return CODE_OK;
}

/* Does a name lie in a folder of `dir` that was removed? Nothing in there comes back then. */
static bool lies_in_removed(struct fake_files *files, const char *path, const char *dir)
{
	char folder[sizeof(files->files[0].path)];
	size_t len = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
	const char *end = strncmp(path, dir, len) == 0 && path[len] == '/' ? strchr(path + len + 1, '/')
	    : NULL;
	if (!end)
		return false;
	memcpy(folder, path, (size_t)(end - path));
	folder[end - path] = 0;
	return !dir_exists(files, folder);
}

static enum code fake_sync_dir(struct os_files *base, const char *path, struct err *err)
{
	enum code code = begin(self(base), "sync directory", err);
	if (code == CODE_OK && !dir_exists(self(base), path))
		return err_set(err, CODE_MISSING, "cannot open directory %s: No such file", path);
	self(base)->syncs += code == CODE_OK;
	for (size_t i = 0; code == CODE_OK && i < FAKE_FILES_MAX; i++) {
		struct fake_file *file = &self(base)->files[i];
		if (lies_in(file->path, path) && !file->unlinked)
			text_copy(file->stable_path, sizeof(file->stable_path), file->path);
		else if (lies_in(file->stable_path, path) ||
		    lies_in_removed(self(base), file->stable_path, path))
			file->stable_path[0] = 0;
		if (file->unlinked && file->opens == 0 && !file->stable_path[0])
			drop(file);
	}
	return code;
}

static enum code fake_make_dir(struct os_files *base, const char *path, unsigned mode,
    struct err *err)
{
	enum code code = begin_change(self(base), "make directory", path, err);
	if (code != CODE_OK)
		return code;
	if (find(self(base), path) || dir_exists(self(base), path))
		return err_set(err, CODE_EXISTS, "cannot make directory %s: File exists", path);
	add(self(base), path, mode)->is_dir = true;
	return CODE_OK;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum code fake_list(struct os_files *base, const char *path, struct buf *ret,
    struct err *err)
{
	enum code code = begin(self(base), "list", err);
	if (code != CODE_OK)
		return code;
	if (!dir_exists(self(base), path))
		return err_set(err, CODE_MISSING, "cannot list %s: No such file", path);
	size_t len = strcmp(path, "/") == 0 ? 0 : strlen(path);
	char *names[FAKE_FILES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
		const struct fake_file *file = &self(base)->files[i];
		const char *rest = file->path + len;
		if (file->unlinked || strncmp(file->path, path, len) != 0 || rest[0] != '/')
			continue;
		names[count] = strndup(rest + 1, strcspn(rest + 1, "/"));
		if (!names[count++])
			abort();
	}
	qsort(names, count, sizeof(names[0]), by_text);
	for (size_t i = 0; i < count; i++) {
		/* A folder shows once, however much it holds. */
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			buf_append(ret, names[i], strlen(names[i]) + 1);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	return buf_check(ret, err);
}

static void fake_free(struct os_files *base)
{
	for (size_t i = 0; i < FAKE_FILES_MAX; i++)
		drop(&self(base)->files[i]);
	free(base);
}

static const struct os_files_ops fake_ops = {
	.read = fake_read,
	.create = fake_create,
	.open_append = fake_open_append,
	.open_rewrite = fake_open_rewrite,
	.allocate = fake_allocate,
	.write = fake_write,
	.write_at = fake_write_at,
	.truncate = fake_truncate,
	.sync = fake_sync,
	.lock = fake_lock,
	.close = fake_close,
	.rename = fake_rename,
	.remove = fake_remove,
	.sync_dir = fake_sync_dir,
	.make_dir = fake_make_dir,
	.list = fake_list,
	.free = fake_free,
};

struct fake_files *fake_files_new(void)
{
	struct fake_files *files = calloc(1, sizeof(*files));
	if (!files)
		abort();
	files->base.ops = &fake_ops;
	files->room = UINT64_MAX;
	files->fail_code = CODE_IO;
	return files;
}

void fake_files_set(struct fake_files *files, const char *path, const void *data, size_t len)
{
	struct fake_file *file = find(files, path);
	if (!file)
		file = add(files, path, 0600);
	file->content.len = 0;
	file->stable.len = 0;
	buf_append(&file->content, data, len);
	buf_append(&file->stable, data, len);
	text_copy(file->stable_path, sizeof(file->stable_path), path);
}

const struct buf *fake_files_get(struct fake_files *files, const char *path)
{
	struct fake_file *file = find(files, path);
	return file && !file->is_dir ? &file->content : NULL;
}

unsigned fake_files_count(const struct fake_files *files)
{
	unsigned count = 0;
	for (size_t i = 0; i < FAKE_FILES_MAX; i++)
		count += files->files[i].path[0] && !files->files[i].unlinked &&
		    !files->files[i].is_dir;
	return count;
}
