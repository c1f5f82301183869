/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysfs: how is one value read, when every file may be absent, empty or strange? */
#include "sysfs.h"

#include <stdio.h>
#include <string.h>

const char *sysfs_path(char out[SYSFS_PATH], const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(out, SYSFS_PATH, format, args);
	va_end(args);
	return out;
}

bool sysfs_bytes(struct os_host *host, struct buf *ret, const char *dir, const char *name)
{
	char path[SYSFS_PATH];
	struct err err;
	return host->ops->read(host, sysfs_path(path, "%s/%s", dir, name), 65536, ret, &err) ==
	    CODE_OK;
}

bool sysfs_text(struct os_host *host, char *out, size_t size, const char *dir, const char *name)
{
	BUF_AUTO raw = { 0 };
	out[0] = 0;
	if (!sysfs_bytes(host, &raw, dir, name) || !raw.len)
		return false;
	const uint8_t *end = memchr(raw.data, '\n', raw.len);
	text_safe(out, size, raw.data, end ? (size_t)(end - raw.data) : raw.len);
	return out[0] != 0;
}

bool sysfs_u64(struct os_host *host, uint64_t *ret, const char *dir, const char *name)
{
	char text[32];
	return sysfs_text(host, text, sizeof(text), dir, name) && text_u64_parse(text, ret);
}

bool sysfs_devno(struct os_host *host, const char *dir, uint32_t *ret_major, uint32_t *ret_minor)
{
	char text[32];
	uint64_t major;
	uint64_t minor;
	if (!sysfs_text(host, text, sizeof(text), dir, "dev"))
		return false;
	char *colon = strchr(text, ':');
	if (!colon)
		return false;
	*colon = 0;
	if (!text_u64_parse(text, &major) || !text_u64_parse(colon + 1, &minor) ||
	    major > UINT32_MAX || minor > UINT32_MAX)
		return false;
	*ret_major = (uint32_t)major;
	*ret_minor = (uint32_t)minor;
	return true;
}

const char *sysfs_next_name(const struct buf *names, size_t *pos)
{
	if (*pos >= names->len)
		return NULL;
	const char *name = (const char *)names->data + *pos;
	*pos += strnlen(name, names->len - *pos) + 1;
	return name;
}
