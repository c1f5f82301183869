/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_claim: the kernel's partitions of a claimed disk, and its count of sectors written. Found
 * by device number (/sys/dev/block/M:m, Documentation/admin-guide/iostats.rst), never by name.
 */
#include "claim_sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SECTOR 512 /* the unit of the stat file, whatever the disk's blocks are */

/* First line of an attribute, without its newline; false: there is none. */
static bool attribute(dev_t device, const char *name, char *out, size_t size)
{
	char path[512];
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(device), minor(device), name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t len = read(fd, out, size - 1);
	close(fd);
	if (len <= 0)
		return false;
	out[len] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

static bool attribute_number(dev_t device, const char *name, uint64_t *ret)
{
	char text[32];
	return attribute(device, name, text, sizeof(text)) && text_u64_parse(text, ret);
}

uint32_t os_claim_sysfs_max_request(dev_t device)
{
	uint64_t kib = 0;
	if (!attribute_number(device, "queue/max_sectors_kb", &kib) || kib > UINT32_MAX / 1024)
		return 0;
	return (uint32_t)(kib * 1024);
}

static enum code device_of(const struct os_claim *claim, dev_t *ret, struct err *err)
{
	struct stat info;
	if (fstat(claim->fd, &info) != 0)
		return err_set_errno(err, CODE_GONE, errno, "%s is no longer there", claim->path);
	*ret = info.st_rdev;
	return CODE_OK;
}

static enum code drop(const struct os_claim *claim, const char *name, uint64_t number,
    struct err *err)
{
	struct blkpg_partition partition = { .pno = (int)number };
	struct blkpg_ioctl_arg call = { .op = BLKPG_DEL_PARTITION, .datalen = sizeof(partition),
		.data = &partition };
	if (ioctl(claim->fd, BLKPG, &call) == 0 || errno == ENXIO)
		return CODE_OK;
	if (errno == EBUSY)
		return err_set(err, CODE_BUSY,
		    "partition %s of %s is in use by another program; stop that first", name,
		    claim->path);
	return err_set_errno(err, CODE_IO, errno, "partition %s of %s cannot be dropped", name,
	    claim->path);
}

enum code os_claim_drop_partitions(const struct os_claim *claim, unsigned *ret_count,
    struct err *err)
{
	dev_t device = 0;
	enum code code = device_of(claim, &device, err);
	if (code != CODE_OK)
		return code;
	char path[64];
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(device), minor(device));
	DIR *folder = opendir(path);
	if (!folder)
		return err_set_errno(err, CODE_IO, errno, "%s cannot be read", path);
	unsigned count = 0;
	errno = 0;
	for (struct dirent *entry; code == CODE_OK && (entry = readdir(folder)); errno = 0) {
		char name[280];
		uint64_t number = 0;
		snprintf(name, sizeof(name), "%s/partition", entry->d_name);
		if (entry->d_name[0] == '.' || !attribute_number(device, name, &number))
			continue;
		code = drop(claim, entry->d_name, number, err);
		count++;
	}
	if (code == CODE_OK && errno != 0)
		code = err_set_errno(err, CODE_IO, errno, "%s cannot be read", path);
	closedir(folder);
	if (code == CODE_OK)
		*ret_count = count;
	return code;
}

enum code os_claim_counters(const struct os_claim *claim, struct os_counters *ret,
    struct err *err)
{
	dev_t device = 0;
	enum code code = device_of(claim, &device, err);
	if (code != CODE_OK)
		return code;
	*ret = (struct os_counters){ 0 };
	uint64_t on = 0;
	char text[512];
	if (!attribute_number(device, "queue/iostats", &on) || on != 1 ||
	    !attribute(device, "stat", text, sizeof(text)))
		return CODE_OK;
	uint64_t fields[14];
	char *rest = text;
	for (size_t i = 0; i < WIPE_COUNT(fields); i++) {
		char *word = strsep(&rest, " ");
		while (word && *word == '\0')
			word = strsep(&rest, " ");
		/* Fewer fields: a kernel before 4.18, which does not count discards. */
		if (!word || !text_u64_parse(word, &fields[i]))
			return CODE_OK;
	}
	*ret = (struct os_counters){ .known = true, .written = fields[6] * SECTOR,
		.discarded = fields[13] * SECTOR };
	return CODE_OK;
}
