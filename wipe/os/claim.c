/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_claim: is this block device ours alone, and what does the open descriptor say it is? O_EXCL
 * keeps out mounts, swap and md; flock keeps out udev's probing and tools that honour it. All the
 * rest is asked of the descriptor, so that no path can be changed under it.
 */
#include "wipe/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "claim_sysfs.h"

#ifndef BLKGETDISKSEQ
#define BLKGETDISKSEQ _IOR(0x12, 128, uint64_t)
#endif

/* A claim of a process that just ended lingers for tens of milliseconds, udev looks for a while. */
#define TRIES    11
#define PAUSE_NS 50000000L

static enum code open_failed(const char *path, int sys_errno, struct err *err)
{
	switch (sys_errno) {
	case ENOENT:
	case ENOTDIR:
		return err_set(err, CODE_MISSING, "%s does not exist", path);
	case EBUSY:
	case EWOULDBLOCK:
		return err_set(err, CODE_BUSY,
		    "%s is in use by the kernel or another program; stop that first", path);
	case EACCES:
	case EPERM:
	case EROFS:
		return err_set_errno(err, CODE_REFUSED, sys_errno,
		    "%s cannot be opened for writing: read-only, or no permission", path);
	case ENXIO:
	case ENODEV:
	case ENOMEDIUM:
		return err_set_errno(err, CODE_GONE, sys_errno, "%s has no medium", path);
	default:
		return err_set_errno(err, CODE_IO, sys_errno, "%s cannot be opened", path);
	}
}

/* A fifo would block in open, a file could be created over: look before opening, and after. */
static enum code check_block(const char *path, const struct stat *info, struct err *err)
{
	if (!S_ISBLK(info->st_mode))
		return err_set(err, CODE_INPUT, "%s is not a block device", path);
	return CODE_OK;
}

static int try_open(const char *path, int flags, bool lock)
{
	int fd = open(path, flags | O_DIRECT | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (lock && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int sys_errno = errno;
		close(fd);
		return -sys_errno;
	}
	return fd;
}

static enum code open_block(const char *path, int flags, bool exclusive, struct os_claim *ret,
    struct err *err)
{
	struct os_claim claim = { .fd = -1 };
	if (!text_copy(claim.path, sizeof(claim.path), path))
		return err_set(err, CODE_INPUT, "the path of the device is too long: %s", path);
	struct stat info;
	if (stat(path, &info) != 0)
		return open_failed(path, errno, err);
	enum code code = check_block(path, &info, err);
	if (code != CODE_OK)
		return code;
	for (int i = 0; i < TRIES; i++) {
		claim.fd = try_open(path, flags, exclusive);
		if (claim.fd != -EBUSY && claim.fd != -EWOULDBLOCK && claim.fd != -EINTR)
			break;
		struct timespec pause = { .tv_nsec = PAUSE_NS };
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	if (claim.fd < 0)
		return open_failed(path, -claim.fd, err);
	code = fstat(claim.fd, &info) != 0 ? open_failed(path, errno, err)
					   : check_block(path, &info, err);
	if (code != CODE_OK) {
		close(claim.fd);
		return code;
	}
	claim.major = major(info.st_rdev);
	claim.minor = minor(info.st_rdev);
	os_claim_sysfs_open(&claim);
	*ret = claim;
	return CODE_OK;
}

static enum code ask(const struct os_claim *claim, const char *what, int failed, struct err *err)
{
	if (failed)
		return err_set_errno(err, CODE_GONE, errno, "%s does not tell its %s", claim->path,
		    what);
	return CODE_OK;
}

enum code os_claim_geometry(const struct os_claim *claim, struct os_geometry *ret,
    struct err *err)
{
	struct os_geometry geometry = { 0 };
	int logical = 0;
	unsigned physical = 0;
	int readonly = 0;
	if (!os_claim_sysfs_is_present(claim))
		return err_set(err, CODE_GONE, "%s is no longer there", claim->path);
	enum code code = ask(claim, "size", ioctl(claim->fd, BLKGETSIZE64, &geometry.size), err);
	if (code == CODE_OK)
		code = ask(claim, "logical block", ioctl(claim->fd, BLKSSZGET, &logical), err);
	if (code == CODE_OK)
		code = ask(claim, "physical block", ioctl(claim->fd, BLKPBSZGET, &physical), err);
	if (code == CODE_OK)
		code = ask(claim, "write protection", ioctl(claim->fd, BLKROGET, &readonly), err);
	if (code != CODE_OK)
		return code;
	if (ioctl(claim->fd, BLKGETDISKSEQ, &geometry.diskseq) != 0)
		geometry.diskseq = 0; /* kernels before 5.15 */
	geometry.major = claim->major;
	geometry.minor = claim->minor;
	geometry.logical = (uint32_t)logical;
	geometry.physical = physical;
	geometry.readonly = readonly != 0;
	geometry.max_request = claim->max_request;
	*ret = geometry;
	return CODE_OK;
}

enum code os_claim_open(const char *path, struct os_claim *ret, struct err *err)
{
	struct os_claim claim = { .fd = -1 };
	enum code code = open_block(path, O_RDWR | O_EXCL, true, &claim, err);
	if (code != CODE_OK)
		return code;
	/* Some drivers let a protected device be opened for writing all the same. */
	int readonly = 0;
	if (ioctl(claim.fd, BLKROGET, &readonly) != 0 || readonly) {
		os_claim_close(&claim);
		return err_set(err, CODE_REFUSED, "%s is read-only", path);
	}
	*ret = claim;
	return CODE_OK;
}

enum code os_claim_open_readonly(const char *path, struct os_claim *ret, struct err *err)
{
	return open_block(path, O_RDONLY, false, ret, err);
}

enum code os_claim_write_back(const struct os_claim *claim, struct err *err)
{
	/* All openers of a block device share its pages: this writes theirs too. */
	if (fsync(claim->fd) != 0)
		return err_set_errno(err, CODE_IO, errno, "%s cannot be flushed", claim->path);
	return CODE_OK;
}

enum code os_claim_flush_cache(const struct os_claim *claim, struct err *err)
{
	enum code code = os_claim_write_back(claim, err);
	if (code != CODE_OK)
		return code;
	if (ioctl(claim->fd, BLKFLSBUF, 0) != 0)
		return err_set_errno(err, CODE_IO, errno, "the cache of %s cannot be dropped",
		    claim->path);
	return CODE_OK;
}

void os_claim_close(struct os_claim *claim)
{
	if (claim->fd < 0)
		return;
	/* Fails on devices that know no partitions by themselves, and nothing depends on it. */
	if (claim->reread)
		(void)ioctl(claim->fd, BLKRRPART, 0);
	close(claim->fd);
	os_claim_sysfs_close(claim);
	claim->fd = -1;
	claim->reread = false;
}
