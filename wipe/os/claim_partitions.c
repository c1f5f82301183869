/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_claim: the kernel's partitions of a claimed disk. They are taken all or none: when one of them
 * stays, those that went before it come back from what was noted (linux/blkpg.h). The table on the
 * disk is no help then: the kernel does not read it while a partition is open, and partitions
 * that were made without one (addpart, kpartx) are not in it.
 */
#include "claim_sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/blkpg.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define PARTITIONS_MAX 256 /* DISK_MAX_PARTS of Linux */

struct partition {
	char name[40]; /* "sda1" */
	int number;
	long long start; /* bytes */
	long long length; /* bytes */
	bool dropped;
};

struct partitions {
	unsigned count;
	struct partition items[PARTITIONS_MAX];
};

/* CODE_OK without a new one: that entry of the disk's folder is no partition. */
static enum code note(const struct os_claim *claim, const char *name, struct partitions *list,
    struct err *err)
{
	char path[300];
	uint64_t number = 0, start = 0, sectors = 0;
	struct partition *one = &list->items[list->count];
	snprintf(path, sizeof(path), "%s/partition", name);
	if (name[0] == '.' || !os_claim_sysfs_number(claim, path, &number))
		return CODE_OK;
	if (list->count == PARTITIONS_MAX)
		return err_set(err, CODE_UNSUPPORTED, "partition %s is one too many: at most %d",
		    name, PARTITIONS_MAX);
	snprintf(path, sizeof(path), "%s/start", name);
	bool known = os_claim_sysfs_number(claim, path, &start);
	snprintf(path, sizeof(path), "%s/size", name);
	known = known && os_claim_sysfs_number(claim, path, &sectors);
	const uint64_t most = INT64_MAX / OS_CLAIM_SECTOR;
	if (!known || start > most || sectors > most || number > INT_MAX ||
	    !text_copy(one->name, sizeof(one->name), name))
		return err_set(err, CODE_IO, "the kernel does not tell where partition %s lies",
		    name);
	one->number = (int)number;
	one->start = (long long)start * OS_CLAIM_SECTOR;
	one->length = (long long)sectors * OS_CLAIM_SECTOR;
	list->count++;
	return CODE_OK;
}

static enum code note_all(const struct os_claim *claim, struct partitions *list, struct err *err)
{
	char path[64];
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", claim->major, claim->minor);
	DIR *folder = opendir(path);
	if (!folder)
		return err_set_errno(err, CODE_IO, errno, "%s cannot be read", path);
	enum code code = CODE_OK;
	errno = 0;
	for (struct dirent *entry; code == CODE_OK && (entry = readdir(folder)); errno = 0)
		code = note(claim, entry->d_name, list, err);
	if (code == CODE_OK && errno != 0)
		code = err_set_errno(err, CODE_IO, errno, "%s cannot be read", path);
	closedir(folder);
	return code;
}

/* 0, or errno. */
static int change(const struct os_claim *claim, int op, const struct partition *one)
{
	struct blkpg_partition data = { .pno = one->number, .start = one->start,
		.length = one->length };
	struct blkpg_ioctl_arg call = { .op = op, .datalen = sizeof(data), .data = &data };
	return ioctl(claim->fd, BLKPG, &call) == 0 ? 0 : errno;
}

static enum code drop(const struct os_claim *claim, struct partition *one, struct err *err)
{
	int sys_errno = change(claim, BLKPG_DEL_PARTITION, one);
	one->dropped = sys_errno == 0;
	if (sys_errno == 0 || sys_errno == ENXIO) /* somebody else took it away just now */
		return CODE_OK;
	if (sys_errno == EBUSY)
		return err_set(err, CODE_BUSY,
		    "partition %s of %s is in use by another program; stop that first", one->name,
		    claim->path);
	return err_set_errno(err, CODE_IO, sys_errno, "partition %s of %s cannot be dropped",
	    one->name, claim->path);
}

static void put_back(struct os_claim *claim, const struct partitions *list)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->items[i].dropped &&
		    change(claim, BLKPG_ADD_PARTITION, &list->items[i]) != 0)
			claim->reread = true; /* the last resort */
}

enum code os_claim_drop_partitions(struct os_claim *claim, unsigned *ret_count, struct err *err)
{
	struct partitions list = { .count = 0 };
	enum code code = note_all(claim, &list, err);
	for (unsigned i = 0; code == CODE_OK && i < list.count; i++)
		code = drop(claim, &list.items[i], err);
	if (code != CODE_OK) {
		put_back(claim, &list);
		return code;
	}
	for (unsigned i = 0; i < list.count; i++)
		claim->reread |= list.items[i].dropped;
	*ret_count = list.count;
	return CODE_OK;
}
