/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_claim: what sysfs says of a claimed disk, its count of sectors written above all. Found by
 * device number (/sys/dev/block/M:m, Documentation/admin-guide/iostats.rst), never by name.
 */
#include "claim_sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

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

bool os_claim_sysfs_number(dev_t device, const char *name, uint64_t *ret)
{
	char text[32];
	return attribute(device, name, text, sizeof(text)) && text_u64_parse(text, ret);
}

uint32_t os_claim_sysfs_max_request(dev_t device)
{
	uint64_t kib = 0;
	if (!os_claim_sysfs_number(device, "queue/max_sectors_kb", &kib) || kib > UINT32_MAX / 1024)
		return 0;
	return (uint32_t)(kib * 1024);
}

enum code os_claim_sysfs_device(const struct os_claim *claim, dev_t *ret, struct err *err)
{
	struct stat info;
	if (fstat(claim->fd, &info) != 0)
		return err_set_errno(err, CODE_GONE, errno, "%s is no longer there", claim->path);
	*ret = info.st_rdev;
	return CODE_OK;
}

enum code os_claim_counters(const struct os_claim *claim, struct os_counters *ret,
    struct err *err)
{
	dev_t device = 0;
	enum code code = os_claim_sysfs_device(claim, &device, err);
	if (code != CODE_OK)
		return code;
	*ret = (struct os_counters){ 0 };
	uint64_t on = 0;
	char text[512];
	if (!os_claim_sysfs_number(device, "queue/iostats", &on) || on != 1 ||
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
	*ret = (struct os_counters){ .known = true, .written = fields[6] * OS_CLAIM_SECTOR,
		.discarded = fields[13] * OS_CLAIM_SECTOR };
	return CODE_OK;
}
