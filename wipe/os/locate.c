/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * locate: how is one light switched, and nothing else of /sys ever written? By the name of an enclosure
 * and of its component, whose links the kernel follows only as long as they stay on and below /sys
 * (openat2(2), RESOLVE_BENEATH), and only into a regular file of sysfs.
 */
#include "locate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* One element of a path: components are named by the enclosure ("Slot 03"), so blanks are fine. */
static bool is_element(const char *name)
{
	return name[0] && strlen(name) < 128 && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0 && text_is_printable(name);
}

static enum code fail(struct err *err, int number, const char *path)
{
	enum code code = CODE_IO;
	if (number == ENOENT || number == ENOTDIR || number == ENODEV || number == ENXIO)
		code = CODE_MISSING;
	else if (number == EACCES || number == EPERM || number == EROFS || number == ELOOP ||
	    number == EXDEV)
		code = CODE_REFUSED;
	else if (number == ENOSYS)
		code = CODE_UNSUPPORTED;
	return err_set_errno(err, code, number, "cannot switch the light %s", path);
}

static enum code write_light(int fd, long magic, const char *path, bool on, struct err *err)
{
	struct stat st;
	struct statfs fs;
	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return fail(err, errno, path);
	if (!S_ISREG(st.st_mode) || (long)fs.f_type != magic)
		return err_set(err, CODE_REFUSED, "%s is no attribute of the kernel", path);
	if (write(fd, on ? "1\n" : "0\n", 2) != 2)
		return fail(err, errno, path);
	return CODE_OK;
}

enum code locate_set_at(const char *root, long magic, const char *enclosure, const char *component,
    bool on, struct err *err)
{
	char path[300];
	struct open_how how = { .flags = O_WRONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
	if (!is_element(enclosure) || !is_element(component))
		return err_set(err, CODE_INPUT, "no enclosure and slot have such names");
	snprintf(path, sizeof(path), "class/enclosure/%s/%s/locate", enclosure, component);
	int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(err, errno, root);
	int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	int number = errno;
	close(dir);
	if (fd < 0)
		return fail(err, number, path);
	enum code code = write_light(fd, magic, path, on, err);
	close(fd);
	return code;
}

enum code os_locate_set(const char *enclosure, const char *component, bool on, struct err *err)
{
	return locate_set_at("/sys", SYSFS_MAGIC, enclosure, component, on, err);
}
