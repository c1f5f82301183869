/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What does the running machine answer? /proc and /sys through plain system calls, udev's
 * database through libudev, signatures through the sandboxed probe.
 */
#include "wipe/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

#define UDEV_DATABASE "/run/udev/data"

struct host {
	struct os_host base;
	struct udev *udev;
};

/* A process or device that went away between two looks is "missing", whichever way it says so. */
static enum code fail(struct err *err, const char *what, const char *path)
{
	int number = errno;
	enum code code = CODE_IO;
	switch (number) {
	case ENOENT:
	case ENOTDIR:
	case ESRCH:
	case ENODEV:
	case ENXIO:
		code = CODE_MISSING;
		break;
	case EACCES:
	case EPERM:
		code = CODE_REFUSED;
		break;
	default:
		break;
	}
	return err_set_errno(err, code, number, "cannot %s %s", what, path);
}

static enum code read_fd(int fd, const char *path, size_t max, struct buf *ret, struct err *err)
{
	BUF_AUTO got = { 0 };
	uint8_t chunk[16384];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, "read", path);
		if (n == 0)
			break;
		if ((size_t)n > max - got.len)
			return err_set(err, CODE_FULL, "%s is longer than %zu bytes", path, max);
		buf_append(&got, chunk, (size_t)n);
	}
	buf_append(ret, got.data, got.len);
	return got.failed ? err_memory(err) : buf_check(ret, err);
}

static enum code host_read(struct os_host *host, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	(void)host;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fail(err, "open", path);
	enum code code = read_fd(fd, path, max, ret, err);
	close(fd);
	return code;
}

static enum code host_link(struct os_host *host, const char *path, struct buf *ret, struct err *err)
{
	(void)host;
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));
	if (n < 0)
		return fail(err, "read the link", path);
	if ((size_t)n == sizeof(target))
		return err_set(err, CODE_FULL, "the link %s is too long", path);
	buf_append(ret, target, (size_t)n);
	return buf_check(ret, err);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The directory's names into an array that grows; false when memory ran out. */
static bool collect_names(DIR *dir, char ***names, size_t *count)
{
	size_t room = 0;
	struct dirent *entry;
	while (errno = 0, (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (*count == room) {
			room = room ? room * 2 : 64;
			char **more = reallocarray(*names, room, sizeof(*more));
			if (!more)
				return false;
			*names = more;
		}
		(*names)[*count] = strdup(entry->d_name);
		if (!(*names)[(*count)++])
			return false;
	}
	return true;
}

static enum code host_list(struct os_host *host, const char *path, struct buf *ret, struct err *err)
{
	(void)host;
	DIR *dir = opendir(path);
	if (!dir)
		return fail(err, "list", path);
	char **names = NULL;
	size_t count = 0;
	bool whole = collect_names(dir, &names, &count);
	enum code code = CODE_OK;
	if (!whole)
		code = err_memory(err);
	else if (errno != 0)
		code = fail(err, "list", path);
	closedir(dir);
	if (code == CODE_OK && count > 1)
		qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++) {
		if (code == CODE_OK)
			buf_append(ret, names[i], strlen(names[i]) + 1);
		free(names[i]);
	}
	free(names);
	return code == CODE_OK ? buf_check(ret, err) : code;
}

static enum code host_node(struct os_host *host, const char *path, struct os_node *ret,
    struct err *err)
{
	(void)host;
	struct statx st;
	/* DONT_SYNC: a descriptor on a dead network filesystem must not stop the whole scan. */
	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &st) < 0)
		return fail(err, "look at", path);
	*ret = (struct os_node){ .kind = S_ISREG(st.stx_mode) ? OS_NODE_FILE
		    : S_ISDIR(st.stx_mode)		      ? OS_NODE_DIRECTORY
		    : S_ISBLK(st.stx_mode)		      ? OS_NODE_BLOCK
							      : OS_NODE_OTHER,
		.dev_major = st.stx_dev_major,
		.dev_minor = st.stx_dev_minor,
		.rdev_major = st.stx_rdev_major,
		.rdev_minor = st.stx_rdev_minor };
	return CODE_OK;
}

static enum code host_resolve(struct os_host *host, const char *path, struct buf *ret,
    struct err *err)
{
	(void)host;
	char *whole = realpath(path, NULL);
	if (!whole)
		return fail(err, "resolve", path);
	buf_string(ret, whole);
	free(whole);
	return buf_check(ret, err);
}

/*
 * libudev answers some keys (DEVNAME, MAJOR, DISKSEQ …) from sysfs alone; only a device that udevd
 * has initialised has a database entry, and only that counts as udev's word.
 */
static enum code host_property(struct os_host *host, const char *name, const char *key,
    struct buf *ret, struct err *err)
{
	struct udev *udev = ((struct host *)host)->udev;
	/* Without its database no device has an entry; to ask libudev costs a dozen system calls each time. */
	struct udev_device *device = udev && access(UDEV_DATABASE, F_OK) == 0
	    ? udev_device_new_from_subsystem_sysname(udev, "block", name)
	    : NULL;
	if (!device)
		return err_set(err, CODE_MISSING, "udev does not know %s", name);
	const char *value = udev_device_get_is_initialized(device)
	    ? udev_device_get_property_value(device, key)
	    : NULL;
	enum code code = CODE_OK;
	if (value) {
		buf_string(ret, value);
		code = buf_check(ret, err);
	} else {
		code = err_set(err, CODE_MISSING, "udev has no %s for %s", key, name);
	}
	udev_device_unref(device);
	return code;
}

static void host_probe(struct os_host *host, const char *node, struct os_probe *ret)
{
	(void)host;
	os_probe_run(node, OS_PROBE_ACT_NONE, OS_PROBE_TIMEOUT_MS, ret);
}

static void host_free(struct os_host *host)
{
	struct host *self = (struct host *)host;
	if (self->udev)
		udev_unref(self->udev);
	free(self);
}

enum code os_host_open(struct os_host **ret, struct err *err)
{
	static const struct os_host_ops ops = {
		.read = host_read,
		.link = host_link,
		.list = host_list,
		.node = host_node,
		.resolve = host_resolve,
		.property = host_property,
		.probe = host_probe,
		.free = host_free,
	};
	struct host *self = calloc(1, sizeof(*self));
	if (!self)
		return err_memory(err);
	self->base.ops = &ops;
	self->udev = udev_new(); /* NULL: then no property is known, and that is an answer */
	*ret = &self->base;
	return CODE_OK;
}

void os_host_free(struct os_host *host)
{
	if (host)
		host->ops->free(host);
}
