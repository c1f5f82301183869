/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysfs: single values out of /proc and /sys through os_host. */
#ifndef WIPE_DEVICE_SYSFS_H
#define WIPE_DEVICE_SYSFS_H

#include "wipe/os.h"

#define SYSFS_PATH 512

/* "dir/name" with a printf-like tail, into out; returns out. */
const char *sysfs_path(char out[SYSFS_PATH], const char *format, ...) WIPE_PRINTF(2, 3);
/* First line of a file, made safe. False when absent, unreadable or empty; out is "" then. */
bool sysfs_text(struct os_host *host, char *out, size_t size, const char *dir, const char *name);
bool sysfs_u64(struct os_host *host, uint64_t *ret, const char *dir, const char *name);
/* "M:m\n" as in …/dev. */
bool sysfs_devno(struct os_host *host, const char *dir, uint32_t *ret_major, uint32_t *ret_minor);
/* The whole file, however binary; false when absent or longer than 64 KiB. Appends. */
bool sysfs_bytes(struct os_host *host, struct buf *ret, const char *dir, const char *name);
/* The next name in what os_host's list gave; *pos starts at 0. NULL at the end. */
const char *sysfs_next_name(const struct buf *names, size_t *pos);

#endif
