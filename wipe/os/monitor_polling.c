/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * monitor_polling: what changed in /sys/block between two looks, where no events come (a container
 * without netlink)? A disk is its name and its diskseq: another disk under the same name has another one.
 */
#include "monitor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SEEN_MAX 4096

struct seen {
	char name[32];
	char state[64]; /* diskseq and size, as the kernel prints them */
	bool still;
};

struct polling {
	struct os_monitor base;
	char dir[256];
	struct seen *seen;
	size_t count;
};

/* Appends the first line of a file to *text; nothing where there is none. */
static void add_line(int dir, const char *name, const char *file, char *text, size_t size)
{
	char path[300];
	size_t used = strlen(text);
	snprintf(path, sizeof(path), "%s/%s", name, file);
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t got = read(fd, text + used, size - used - 1);
	close(fd);
	text[used + (got > 0 ? (size_t)got : 0)] = 0;
	text[used + strcspn(text + used, "\n")] = 0;
}

static struct seen *find(struct polling *self, const char *name)
{
	for (size_t i = 0; i < self->count; i++) {
		if (strcmp(self->seen[i].name, name) == 0)
			return &self->seen[i];
	}
	return NULL;
}

static bool look_at(struct polling *self, int dir, const char *name, struct os_changes *changes)
{
	struct seen now = { .still = true };
	if (!text_copy(now.name, sizeof(now.name), name) || self->count == SEEN_MAX) {
		changes->lost = true;
		return true;
	}
	add_line(dir, name, "diskseq", now.state, sizeof(now.state) / 2);
	add_line(dir, name, "size", now.state, sizeof(now.state));
	struct seen *before = find(self, name);
	if (!before) {
		struct seen *more = reallocarray(self->seen, self->count + 1, sizeof(*more));
		if (!more)
			return false;
		self->seen = more;
		self->seen[self->count++] = now;
		monitor_note(changes, name, OS_CHANGE_ADDED);
		return true;
	}
	if (strcmp(before->state, now.state) != 0)
		monitor_note(changes, name, OS_CHANGE_OTHER);
	*before = now;
	return true;
}

static void forget_gone(struct polling *self, struct os_changes *changes)
{
	size_t kept = 0;
	for (size_t i = 0; i < self->count; i++) {
		if (self->seen[i].still)
			self->seen[kept++] = self->seen[i];
		else
			monitor_note(changes, self->seen[i].name, OS_CHANGE_REMOVED);
	}
	self->count = kept;
}

static enum code look(struct polling *self, struct os_changes *changes, struct err *err)
{
	DIR *dir = opendir(self->dir);
	if (!dir)
		return err_set_errno(err, CODE_IO, errno, "cannot list %s", self->dir);
	for (size_t i = 0; i < self->count; i++)
		self->seen[i].still = false;
	bool room = true;
	struct dirent *entry;
	while (errno = 0, room && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			room = look_at(self, dirfd(dir), entry->d_name, changes);
	}
	int number = errno;
	closedir(dir);
	if (!room)
		return err_memory(err);
	if (number != 0)
		return err_set_errno(err, CODE_IO, number, "cannot list %s", self->dir);
	forget_gone(self, changes);
	return CODE_OK;
}

static enum code polling_take(struct os_monitor *base, struct os_changes *ret, struct err *err)
{
	struct polling *self = (struct polling *)base;
	struct os_changes changes = { .lost = false };
	uint64_t ticks;
	if (read(base->fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return err_set(err, CODE_BUSY, "it is not time to look yet");
	enum code code = look(self, &changes, err);
	if (code != CODE_OK)
		return code;
	if (!changes.count && !changes.lost)
		return err_set(err, CODE_BUSY, "no disk came or went");
	*ret = changes;
	return CODE_OK;
}

static void polling_free(struct os_monitor *base)
{
	struct polling *self = (struct polling *)base;
	os_fd_close(base->fd);
	free(self->seen);
	free(self);
}

enum code monitor_open_polling(const char *dir, int interval_ms, struct os_monitor **ret,
    struct err *err)
{
	static const struct os_monitor_ops ops = { .take = polling_take, .free = polling_free };
	struct timespec interval = { .tv_sec = interval_ms / 1000,
		.tv_nsec = interval_ms % 1000 * 1000000L };
	struct itimerspec timer = { .it_interval = interval, .it_value = interval };
	struct os_changes first = { .lost = false };
	struct polling *self = calloc(1, sizeof(*self));
	if (!self)
		return err_memory(err);
	self->base = (struct os_monitor){ .ops = &ops, .method = "polling" };
	text_copy(self->dir, sizeof(self->dir), dir);
	self->base.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	enum code code = CODE_OK;
	if (self->base.fd < 0 || timerfd_settime(self->base.fd, 0, &timer, NULL) < 0)
		code = err_set_errno(err, CODE_IO, errno, "cannot set a timer");
	if (code == CODE_OK)
		code = look(self, &first, err); /* what is there now did not come */
	if (code != CODE_OK) {
		polling_free(&self->base);
		return code;
	}
	*ret = &self->base;
	return CODE_OK;
}
