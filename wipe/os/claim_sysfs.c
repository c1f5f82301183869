/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_claim: what sysfs says of a claimed disk, its count of sectors written above all. Found by
 * device number (/sys/dev/block/M:m, Documentation/admin-guide/iostats.rst), never by name, and
 * opened once: the open disk pins its number, and a confined worker can open nothing.
 */
#include "claim_sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_attribute(const struct os_claim *claim, const char *name)
{
	char path[512];
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", claim->major, claim->minor, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* First line of an attribute as it is now, without its newline; false: there is none. A file of /sys
 * that is read at its start is made afresh, and one of a device that is gone answers ENODEV. */
static bool first_line(int fd, char *out, size_t size)
{
	ssize_t len;
	if (fd < 0)
		return false; /* not even asked: a sandbox kills for that */
	do
		len = pread(fd, out, size - 1, 0);
	while (len < 0 && errno == EINTR);
	if (len <= 0)
		return false;
	out[len] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

static bool number(int fd, uint64_t *ret)
{
	char text[32];
	return first_line(fd, text, sizeof(text)) && text_u64_parse(text, ret);
}

bool os_claim_sysfs_number(const struct os_claim *claim, const char *name, uint64_t *ret)
{
	int fd = open_attribute(claim, name);
	bool known = number(fd, ret);
	os_fd_close(fd);
	return known;
}

void os_claim_sysfs_open(struct os_claim *claim)
{
	uint64_t kib = 0;
	bool known = os_claim_sysfs_number(claim, "queue/max_sectors_kb", &kib);
	claim->max_request = known && kib <= UINT32_MAX / 1024 ? (uint32_t)(kib * 1024) : 0;
	claim->stat_fd = open_attribute(claim, "stat");
	claim->iostats_fd = open_attribute(claim, "queue/iostats");
}

void os_claim_sysfs_close(struct os_claim *claim)
{
	os_fd_close(claim->stat_fd);
	os_fd_close(claim->iostats_fd);
	claim->stat_fd = claim->iostats_fd = -1;
}

bool os_claim_sysfs_is_present(const struct os_claim *claim)
{
	char text[512];
	return claim->stat_fd < 0 || first_line(claim->stat_fd, text, sizeof(text));
}

enum code os_claim_counters(const struct os_claim *claim, struct os_counters *ret,
    struct err *err)
{
	if (!os_claim_sysfs_is_present(claim))
		return err_set(err, CODE_GONE, "%s is no longer there", claim->path);
	*ret = (struct os_counters){ 0 };
	uint64_t on = 0;
	char text[512];
	if (!number(claim->iostats_fd, &on) || on != 1 ||
	    !first_line(claim->stat_fd, text, sizeof(text)))
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
