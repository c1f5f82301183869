/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mountinfo: /proc/PID/mountinfo as values (proc_pid_mountinfo(5)). */
#ifndef WIPE_DEVICE_MOUNTINFO_H
#define WIPE_DEVICE_MOUNTINFO_H

#include "wipe/base.h"

#define MOUNTINFO_BYTES_MAX (16u << 20)
#define MOUNTINFO_MOUNTS_MAX 100000

/* One mount. The strings point into the list's text, with the kernel's octal escapes undone. */
struct mountinfo_entry {
	uint32_t major; /* of the filesystem; 0 = no block device of its own (btrfs, overlay …) */
	uint32_t minor;
	const char *root;
	const char *point;
	const char *type;
	const char *source;
	const char *options; /* of the filesystem, escapes kept: a lowerdir may hold them */
};
struct mountinfo {
	struct mountinfo_entry *items;
	size_t count;
	char *text;
};
/* All or nothing: one line that is not understood makes the whole CODE_INPUT. Pure. */
enum code mountinfo_parse(const void *data, size_t len, struct mountinfo *ret, struct err *err)
    WIPE_MUST_USE;
void mountinfo_free(struct mountinfo *list);
/* Undoes \ooo in place; false when a backslash is followed by anything else. */
bool mountinfo_unescape(char *text);

#endif
