/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files: how does a file become durable on Linux? One system call per operation, each failure with the
 * path and a code that a caller can act on. put, reserve and commit are built from them in
 * files_durable.c, which works on a fake just as well.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN 400
#define CHUNK 16384 /* bytes read at once */

/* A path as it may stand in a message: names found in a directory are anybody's bytes. */
static const char *shown(const char *path, char out[SHOWN])
{
	if (text_is_utf8(path, strlen(path)))
		text_copy(out, SHOWN, path);
	else
		text_safe(out, SHOWN, path, strlen(path));
	return out;
}

static enum code code_of(int sys_errno)
{
	switch (sys_errno) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return CODE_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:
	case ENOTDIR:
		return CODE_CONFIG;
	case ENOENT:
		return CODE_MISSING;
	case EEXIST:
	case ENOTEMPTY:
		return CODE_EXISTS;
	case ENAMETOOLONG:
		return CODE_INPUT;
	case ENOMEM:
		return CODE_MEMORY;
	default:
		return CODE_IO;
	}
}

enum code os_files_failed(struct err *err, int sys_errno, const char *what, const char *path)
{
	char name[SHOWN];
	/* open(2) says ELOOP for a link met with O_NOFOLLOW: "too many levels" would mislead. */
	if (sys_errno == ELOOP) {
		err_set(err, CODE_CONFIG,
		    "cannot %s %s: it is a symbolic link, which is not followed", what,
		    shown(path, name));
		err->sys_errno = sys_errno;
		return CODE_CONFIG;
	}
	return err_set_errno(err, code_of(sys_errno), sys_errno, "cannot %s %s", what,
	    shown(path, name));
}

/* The same for a handle; the kernel still knows its path. */
static enum code handle_failed(struct err *err, int sys_errno, const char *what, int fd)
{
	char link[40];
	char path[SHOWN];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = 0;
	return os_files_failed(err, sys_errno, what, len < 0 ? "a file" : path);
}

/* A descriptor of a regular file, or the reason why not. */
static enum code open_regular(const char *path, int flags, unsigned mode, const char *what,
    int *ret_fd, struct err *err)
{
	/* O_NONBLOCK: opening a FIFO or a sick tape must not hang; regular files do not care. */
	int fd;
	do
		fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return os_files_failed(err, errno, what, path);
	struct stat st;
	char name[SHOWN];
	enum code code = CODE_OK;
	if (fstat(fd, &st) < 0)
		code = os_files_failed(err, errno, what, path);
	else if (!S_ISREG(st.st_mode))
		code = err_set(err, CODE_CONFIG, "cannot %s %s: it is not a regular file", what,
		    shown(path, name));
	if (code != CODE_OK) {
		close(fd);
		return code;
	}
	*ret_fd = fd;
	return CODE_OK;
}

static enum code read_chunks(int fd, const char *path, size_t max, uint8_t *chunk, struct buf *ret,
    struct err *err)
{
	char name[SHOWN];
	size_t start = ret->len;
	for (;;) {
		ssize_t got = read(fd, chunk, CHUNK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return os_files_failed(err, errno, "read", path);
		if (got == 0)
			return buf_check(ret, err);
		if ((size_t)got > max - (ret->len - start))
			return err_set(err, CODE_INPUT,
			    "%s is longer than the %zu bytes that are accepted here",
			    shown(path, name), max);
		buf_append(ret, chunk, (size_t)got);
		if (ret->failed)
			return buf_check(ret, err);
	}
}

static enum code read_all(int fd, const char *path, size_t max, struct buf *ret, struct err *err)
{
	uint8_t chunk[CHUNK];
	enum code code = read_chunks(fd, path, max, chunk, ret, err);
	/* It may have been a key, and what lies on the stack goes along into every worker. */
	explicit_bzero(chunk, sizeof(chunk));
	return code;
}

static enum code files_read(struct os_files *files, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	(void)files;
	int fd = -1;
	enum code code = open_regular(path, O_RDONLY, 0, "read", &fd, err);
	if (code != CODE_OK)
		return code;
	/* Into a buffer of its own, so that *ret is as it was when reading fails. */
	BUF_AUTO content = { 0 };
	code = read_all(fd, path, max, &content, err);
	close(fd);
	if (code != CODE_OK)
		return code;
	buf_append(ret, content.data ? content.data : (const uint8_t *)"", content.len);
	return buf_check(ret, err);
}

static enum code files_create(struct os_files *files, const char *path, unsigned mode,
    int *ret_handle, struct err *err)
{
	(void)files;
	return open_regular(path, O_RDWR | O_CREAT | O_EXCL, mode, "create", ret_handle, err);
}

static enum code files_open_append(struct os_files *files, const char *path, unsigned mode,
    int *ret_handle, struct err *err)
{
	(void)files;
	return open_regular(path, O_RDWR | O_CREAT | O_APPEND, mode, "open", ret_handle, err);
}

static enum code files_open_rewrite(struct os_files *files, const char *path, int *ret_handle,
    struct err *err)
{
	(void)files;
	return open_regular(path, O_RDWR, 0, "open", ret_handle, err);
}

/* at -1: at the descriptor's own place. */
static enum code write_all(int fd, off_t at, const uint8_t *data, size_t len, struct err *err)
{
	while (len) {
		ssize_t put = at < 0 ? write(fd, data, len) : pwrite(fd, data, len, at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return handle_failed(err, put < 0 ? errno : EIO, "write", fd);
		data += put;
		len -= (size_t)put;
		at += at < 0 ? 0 : put;
	}
	return CODE_OK;
}

static enum code files_write(struct os_files *files, int handle, const void *data, size_t len,
    struct err *err)
{
	(void)files;
	return write_all(handle, -1, data, len, err);
}

static enum code files_write_at(struct os_files *files, int handle, uint64_t offset,
    const void *data, size_t len, struct err *err)
{
	(void)files;
	if (offset > INT64_MAX || len > INT64_MAX - offset)
		return handle_failed(err, EFBIG, "write", handle);
	return write_all(handle, (off_t)offset, data, len, err);
}

/* Where the filesystem has no fallocate(2): zeros take the room just as well. */
static enum code allocate_zeros(int fd, uint64_t bytes, struct err *err)
{
	static const uint8_t zeros[16384];
	struct stat st;
	if (fstat(fd, &st) < 0)
		return handle_failed(err, errno, "reserve room for", fd);
	uint64_t at = (uint64_t)st.st_size;
	enum code code = CODE_OK;
	for (size_t step = 0; code == CODE_OK && at < bytes; at += step) {
		step = (size_t)bytes_min(sizeof(zeros), bytes - at);
		code = write_all(fd, (off_t)at, zeros, step, err);
	}
	return code;
}

static enum code files_allocate(struct os_files *files, int handle, uint64_t bytes,
    struct err *err)
{
	(void)files;
	if (bytes == 0)
		return CODE_OK;
	if (bytes > INT64_MAX)
		return handle_failed(err, EFBIG, "reserve room for", handle);
	int done;
	do
		done = fallocate(handle, 0, 0, (off_t)bytes);
	while (done < 0 && errno == EINTR);
	if (done == 0)
		return CODE_OK;
	if (errno == EOPNOTSUPP || errno == ENOSYS)
		return allocate_zeros(handle, bytes, err);
	return handle_failed(err, errno, "reserve room for", handle);
}

static enum code files_truncate(struct os_files *files, int handle, uint64_t bytes,
    struct err *err)
{
	(void)files;
	if (ftruncate(handle, (off_t)bytes) < 0)
		return handle_failed(err, errno, "truncate", handle);
	return CODE_OK;
}

static enum code files_sync(struct os_files *files, int handle, struct err *err)
{
	(void)files;
	int done;
	do
		done = fsync(handle);
	while (done < 0 && errno == EINTR);
	return done < 0 ? handle_failed(err, errno, "sync", handle) : CODE_OK;
}

static enum code files_lock(struct os_files *files, int handle, bool wait, struct err *err)
{
	(void)files;
	int done;
	do
		done = flock(handle, LOCK_EX | (wait ? 0 : LOCK_NB));
	while (done < 0 && errno == EINTR);
	if (done == 0)
		return CODE_OK;
	int why = errno;
	handle_failed(err, why, "lock", handle);
	if (why == EWOULDBLOCK)
		err->code = CODE_BUSY;
	return err->code;
}

static enum code files_close(struct os_files *files, int handle, struct err *err)
{
	(void)files;
	/* Linux has let the descriptor go even when it says EINTR: never close twice. */
	if (close(handle) < 0 && errno != EINTR)
		return err_set_errno(err, code_of(errno), errno, "cannot write back a file");
	return CODE_OK;
}

static void files_free(struct os_files *files)
{
	free(files);
}

static const struct os_files_ops linux_files = {
	.read = files_read,
	.create = files_create,
	.open_append = files_open_append,
	.open_rewrite = files_open_rewrite,
	.allocate = files_allocate,
	.write = files_write,
	.write_at = files_write_at,
	.truncate = files_truncate,
	.sync = files_sync,
	.lock = files_lock,
	.close = files_close,
	.rename = os_files_rename,
	.remove = os_files_remove,
	.sync_dir = os_files_sync_dir,
	.make_dir = os_files_make_dir,
	.list = os_files_list,
	.free = files_free,
};

enum code os_files_open(struct os_files **ret, struct err *err)
{
	struct os_files *files = malloc(sizeof(*files));
	if (!files)
		return err_memory(err);
	files->ops = &linux_files;
	*ret = files;
	return CODE_OK;
}

void os_files_free(struct os_files *files)
{
	if (files)
		files->ops->free(files);
}
