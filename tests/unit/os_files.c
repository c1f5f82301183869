/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os_files on a real filesystem: refusals, wholeness, and a filesystem that is full. */
#include "unit/unit.h"
#include "wipe/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
	struct os_files *files;
	struct err err;
	char dir[64];
	char path[128]; /* of the last at() */
};

static const char *at(struct bench *bench, const char *name)
{
	snprintf(bench->path, sizeof(bench->path), "%s/%s", bench->dir, name);
	return bench->path;
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	strcpy(bench->dir, "/tmp/certwipe-files-XXXXXX");
	assert_non_null(mkdtemp(bench->dir));
	assert_ok(os_files_open(&bench->files, &bench->err), bench->err);
	*state = bench;
	return 0;
}

static unsigned entries(struct bench *bench)
{
	BUF_AUTO names = { 0 };
	assert_ok(bench->files->ops->list(bench->files, bench->dir, &names, &bench->err),
	    bench->err);
	unsigned count = 0;
	for (size_t i = 0; i < names.len; i++)
		count += names.data[i] == 0;
	return count;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	BUF_AUTO names = { 0 };
	assert_ok(bench->files->ops->list(bench->files, bench->dir, &names, &bench->err),
	    bench->err);
	for (size_t i = 0; i < names.len; i += strlen((char *)names.data + i) + 1) {
		const char *path = at(bench, (char *)names.data + i);
		if (unlink(path) < 0)
			rmdir(path);
	}
	assert_int_equal(rmdir(bench->dir), 0);
	os_files_free(bench->files);
	free(bench);
	return 0;
}

static void expect_content(struct bench *bench, const char *name, const char *text)
{
	BUF_AUTO content = { 0 };
	assert_ok(os_files_read(bench->files, at(bench, name), 4096, &content, &bench->err),
	    bench->err);
	assert_int_equal(content.len, strlen(text));
	assert_memory_equal(content.data, text, content.len);
}

static void put_makes_a_whole_file_and_no_other(void **state)
{
	struct bench *bench = *state;
	assert_ok(os_files_put(bench->files, at(bench, "a"), 0600, false, "one", 3, &bench->err),
	    bench->err);
	expect_content(bench, "a", "one");
	struct stat st;
	assert_int_equal(stat(at(bench, "a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(entries(bench), 1);
}

static void put_replaces_only_when_asked(void **state)
{
	struct bench *bench = *state;
	assert_ok(os_files_put(bench->files, at(bench, "a"), 0600, false, "one", 3, &bench->err),
	    bench->err);
	assert_int_equal(os_files_put(bench->files, at(bench, "a"), 0600, false, "two", 3,
	    &bench->err), CODE_EXISTS);
	expect_content(bench, "a", "one");
	assert_int_equal(entries(bench), 1);
	assert_ok(os_files_put(bench->files, at(bench, "a"), 0600, true, "three", 5, &bench->err),
	    bench->err);
	expect_content(bench, "a", "three");
	assert_int_equal(entries(bench), 1);
}

static void rename_itself_refuses_an_existing_name(void **state)
{
	struct bench *bench = *state;
	char from[128];
	assert_ok(os_files_put(bench->files, at(bench, "to"), 0600, false, "old", 3, &bench->err),
	    bench->err);
	assert_ok(os_files_put(bench->files, at(bench, "from"), 0600, false, "new", 3, &bench->err),
	    bench->err);
	strcpy(from, bench->path);
	assert_int_equal(bench->files->ops->rename(bench->files, from, at(bench, "to"), false,
	    &bench->err), CODE_EXISTS);
	expect_content(bench, "to", "old");
	expect_content(bench, "from", "new");
}

static void read_refuses_what_is_no_plain_file(void **state)
{
	struct bench *bench = *state;
	BUF_AUTO content = { 0 };
	buf_string(&content, "kept");
	assert_ok(os_files_put(bench->files, at(bench, "a"), 0600, false, "12345", 5, &bench->err),
	    bench->err);
	assert_int_equal(symlink("a", at(bench, "link")), 0);
	assert_int_equal(os_files_read(bench->files, bench->path, 100, &content, &bench->err),
	    CODE_CONFIG);
	assert_non_null(strstr(bench->err.line, "symbolic link"));
	/* A FIFO without a writer must not hang the program. */
	assert_int_equal(mkfifo(at(bench, "fifo"), 0600), 0);
	assert_int_equal(os_files_read(bench->files, bench->path, 100, &content, &bench->err),
	    CODE_CONFIG);
	assert_non_null(strstr(bench->err.line, "not a regular file"));
	assert_int_equal(os_files_read(bench->files, bench->dir, 100, &content, &bench->err),
	    CODE_CONFIG);
	assert_int_equal(os_files_read(bench->files, "/dev/zero", 100, &content, &bench->err),
	    CODE_CONFIG);
	assert_int_equal(os_files_read(bench->files, at(bench, "none"), 100, &content, &bench->err),
	    CODE_MISSING);
	assert_int_equal(os_files_read(bench->files, at(bench, "a"), 4, &content, &bench->err),
	    CODE_INPUT);
	assert_non_null(strstr(bench->err.line, "longer than the 4 bytes"));
	assert_string_equal((char *)content.data, "kept");
	assert_ok(os_files_read(bench->files, at(bench, "a"), 5, &content, &bench->err),
	    bench->err);
	assert_string_equal((char *)content.data, "kept12345");
}

static void nothing_is_written_through_a_link(void **state)
{
	struct bench *bench = *state;
	int handle = -1;
	assert_ok(os_files_put(bench->files, at(bench, "a"), 0600, false, "1", 1, &bench->err),
	    bench->err);
	assert_int_equal(symlink("a", at(bench, "link")), 0);
	assert_int_equal(bench->files->ops->create(bench->files, bench->path, 0600, &handle,
	    &bench->err), CODE_EXISTS);
	assert_int_equal(bench->files->ops->open_append(bench->files, bench->path, 0600, &handle,
	    &bench->err), CODE_CONFIG);
	assert_int_equal(bench->files->ops->open_rewrite(bench->files, bench->path, &handle,
	    &bench->err), CODE_CONFIG);
	/* Replacing takes the link away, not what it leads to. */
	assert_ok(os_files_put(bench->files, bench->path, 0600, true, "2", 1, &bench->err),
	    bench->err);
	expect_content(bench, "a", "1");
	expect_content(bench, "link", "2");
	assert_int_equal(symlink("nowhere", at(bench, "dangling")), 0);
	assert_true(os_files_exists(bench->files, bench->path));
	assert_false(os_files_exists(bench->files, at(bench, "none")));
}

static void appending_goes_on_where_it_ended(void **state)
{
	struct bench *bench = *state;
	const struct os_files_ops *ops = bench->files->ops;
	for (int i = 0; i < 2; i++) {
		int handle = -1;
		assert_ok(ops->open_append(bench->files, at(bench, "log"), 0600, &handle,
		    &bench->err), bench->err);
		assert_ok(ops->write(bench->files, handle, "ab", 2, &bench->err), bench->err);
		assert_ok(ops->sync(bench->files, handle, &bench->err), bench->err);
		assert_ok(ops->close(bench->files, handle, &bench->err), bench->err);
	}
	expect_content(bench, "log", "abab");
}

static void writing_at_a_place_stays_within_reserved_room(void **state)
{
	struct bench *bench = *state;
	const struct os_files_ops *ops = bench->files->ops;
	struct stat st;
	int handle = -1;
	assert_ok(ops->create(bench->files, at(bench, "room"), 0600, &handle, &bench->err),
	    bench->err);
	assert_ok(ops->allocate(bench->files, handle, 6, &bench->err), bench->err);
	assert_ok(ops->write_at(bench->files, handle, 2, "cdXX", 4, &bench->err), bench->err);
	assert_ok(ops->write_at(bench->files, handle, 0, "ab", 2, &bench->err), bench->err);
	assert_ok(ops->write_at(bench->files, handle, 4, "ef", 2, &bench->err), bench->err);
	assert_int_equal(stat(bench->path, &st), 0);
	assert_int_equal(st.st_size, 6);
	assert_int_equal(ops->write_at(bench->files, handle, UINT64_MAX, "x", 1, &bench->err),
	    CODE_FULL);
	assert_ok(ops->write_at(bench->files, handle, 6, "g", 1, &bench->err), bench->err);
	assert_ok(ops->close(bench->files, handle, &bench->err), bench->err);
	expect_content(bench, "room", "abcdefg");
}

static void a_lock_is_held_against_others(void **state)
{
	struct bench *bench = *state;
	const struct os_files_ops *ops = bench->files->ops;
	int first = -1;
	int second = -1;
	assert_ok(ops->open_append(bench->files, at(bench, "l"), 0600, &first, &bench->err),
	    bench->err);
	assert_ok(ops->open_append(bench->files, at(bench, "l"), 0600, &second, &bench->err),
	    bench->err);
	assert_ok(ops->lock(bench->files, first, false, &bench->err), bench->err);
	assert_int_equal(ops->lock(bench->files, second, false, &bench->err), CODE_BUSY);
	assert_int_equal(bench->err.code, CODE_BUSY);
	assert_ok(ops->close(bench->files, first, &bench->err), bench->err);
	assert_ok(ops->lock(bench->files, second, true, &bench->err), bench->err);
	assert_ok(ops->close(bench->files, second, &bench->err), bench->err);
}

static void a_reservation_becomes_the_file(void **state)
{
	struct bench *bench = *state;
	struct os_reserved reserved;
	struct stat st;
	assert_ok(os_files_reserve(bench->files, at(bench, "cert"), 0644, 65536, &reserved,
	    &bench->err), bench->err);
	assert_int_equal(stat(reserved.temporary, &st), 0);
	assert_true(st.st_blocks * 512 >= 65536);
	assert_false(os_files_exists(bench->files, at(bench, "cert")));
	assert_ok(os_files_commit(bench->files, &reserved, "whole", 5, &bench->err), bench->err);
	expect_content(bench, "cert", "whole");
	assert_int_equal(entries(bench), 1);
	assert_int_equal(os_files_commit(bench->files, &reserved, "again", 5, &bench->err),
	    CODE_BUG);
	assert_int_equal(os_files_reserve(bench->files, at(bench, "cert"), 0644, 10, &reserved,
	    &bench->err), CODE_EXISTS);
}

static void a_commit_that_fails_can_be_tried_again(void **state)
{
	struct bench *bench = *state;
	struct os_reserved reserved;
	assert_ok(os_files_reserve(bench->files, at(bench, "cert"), 0644, 100, &reserved,
	    &bench->err), bench->err);
	assert_ok(os_files_put(bench->files, at(bench, "cert"), 0600, false, "alien", 5,
	    &bench->err), bench->err);
	assert_int_equal(os_files_commit(bench->files, &reserved, "long content", 12,
	    &bench->err), CODE_EXISTS);
	expect_content(bench, "cert", "alien");
	assert_int_equal(unlink(at(bench, "cert")), 0);
	assert_ok(os_files_commit(bench->files, &reserved, "whole", 5, &bench->err), bench->err);
	expect_content(bench, "cert", "whole");
	os_files_release(bench->files, &reserved); /* nothing left to release */
	expect_content(bench, "cert", "whole");
}

static void released_room_is_gone(void **state)
{
	struct bench *bench = *state;
	struct os_reserved reserved;
	assert_ok(os_files_reserve(bench->files, at(bench, "cert"), 0644, 100, &reserved,
	    &bench->err), bench->err);
	os_files_release(bench->files, &reserved);
	os_files_release(bench->files, &reserved);
	assert_int_equal(entries(bench), 0);
}

static void directories_are_made_level_by_level(void **state)
{
	struct bench *bench = *state;
	struct stat st;
	assert_ok(os_files_make_dirs(bench->files, at(bench, "a/b/c"), 0700, &bench->err),
	    bench->err);
	assert_int_equal(stat(bench->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_ok(os_files_make_dirs(bench->files, at(bench, "a/b/c"), 0700, &bench->err),
	    bench->err);
	assert_ok(os_files_make_dirs(bench->files, "/", 0700, &bench->err), bench->err);
	assert_ok(os_files_put(bench->files, at(bench, "file"), 0600, false, "", 0, &bench->err),
	    bench->err);
	assert_int_equal(os_files_make_dirs(bench->files, at(bench, "file/below"), 0700,
	    &bench->err), CODE_CONFIG);
	assert_int_equal(os_files_make_dirs(bench->files, "relative", 0700, &bench->err), CODE_BUG);
	rmdir(at(bench, "a/b/c"));
	rmdir(at(bench, "a/b"));
}

static void a_list_is_sorted_and_whole(void **state)
{
	struct bench *bench = *state;
	const char *names[] = { "b", "a", "C", ".hidden" };
	for (size_t i = 0; i < WIPE_COUNT(names); i++)
		assert_ok(os_files_put(bench->files, at(bench, names[i]), 0600, false, "", 0,
		    &bench->err), bench->err);
	BUF_AUTO list = { 0 };
	assert_ok(bench->files->ops->list(bench->files, bench->dir, &list, &bench->err),
	    bench->err);
	assert_int_equal(list.len, 14);
	assert_memory_equal(list.data, ".hidden\0C\0a\0b", 14);
}

/*
 * In a child with a mount namespace of its own: a tmpfs of 64 KiB. Returns 0 when all is as it
 * should be, else the number of the step that was not.
 */
static int on_a_full_filesystem(struct bench *bench)
{
	struct os_files *files = bench->files;
	struct os_reserved reserved;
	struct stat st;
	static const char big[128 * 1024];
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", bench->dir, "tmpfs", 0, "size=64k") < 0)
		return 1;
	if (os_files_put(files, at(bench, "big"), 0600, false, big, sizeof(big), &bench->err) !=
	    CODE_FULL || bench->err.sys_errno != ENOSPC)
		return 2;
	if (os_files_reserve(files, at(bench, "big"), 0600, sizeof(big), &reserved, &bench->err) !=
	    CODE_FULL)
		return 3;
	if (entries(bench) != 0)
		return 4; /* something was left behind */
	if (os_files_reserve(files, at(bench, "cert"), 0600, 32768, &reserved, &bench->err) !=
	    CODE_OK)
		return 5;
	/* Somebody fills the rest: what was promised is still there, even for a second try. */
	int fd = open(at(bench, "filler"), O_WRONLY | O_CREAT, 0600);
	while (write(fd, big, 4096) > 0)
		;
	close(fd);
	if (os_files_commit(files, &reserved, big, sizeof(big), &bench->err) != CODE_FULL)
		return 6;
	if (os_files_commit(files, &reserved, big, 32768, &bench->err) != CODE_OK)
		return 7;
	if (stat(at(bench, "cert"), &st) < 0 || st.st_size != 32768)
		return 8;
	if (mount("tmpfs", bench->dir, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL) < 0)
		return 9;
	if (os_files_put(files, at(bench, "ro"), 0600, false, "", 0, &bench->err) != CODE_CONFIG)
		return 10;
	return 0;
}

static void a_full_filesystem_is_told_and_promises_hold(void **state)
{
	struct bench *bench = *state;
	if (geteuid() != 0)
		skip();
	pid_t pid = fork();
	if (pid == 0)
		_exit(on_a_full_filesystem(bench));
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
	umask(022);
	const struct CMUnitTest tests[] = {
		T(put_makes_a_whole_file_and_no_other),
		T(put_replaces_only_when_asked),
		T(rename_itself_refuses_an_existing_name),
		T(read_refuses_what_is_no_plain_file),
		T(nothing_is_written_through_a_link),
		T(appending_goes_on_where_it_ended),
		T(writing_at_a_place_stays_within_reserved_room),
		T(a_lock_is_held_against_others),
		T(a_reservation_becomes_the_file),
		T(a_commit_that_fails_can_be_tried_again),
		T(released_room_is_gone),
		T(directories_are_made_level_by_level),
		T(a_list_is_sorted_and_whole),
		T(a_full_filesystem_is_told_and_promises_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
