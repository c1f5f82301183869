/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * host_tree: an os_host over a folder of captured answers.
 *
 *   DIR/proc/…, DIR/sys/…, DIR/dev/…   files, folders and links; absolute links stay inside DIR
 *   DIR/nodes          a line each: PATH KIND DEV RDEV, as in "/dev/sda block 0:6 8:0";
 *                      KIND is file, directory, block, other, or refused (no permission)
 *   DIR/udev/NAME      KEY=VALUE lines
 *   DIR/blkid/NAME     "TYPE USAGE OFFSET" lines; no such file: unknown
 */
#ifndef TESTS_FAKES_HOST_TREE_H
#define TESTS_FAKES_HOST_TREE_H

#include "wipe/os.h"

enum code host_tree_open(const char *dir, struct os_host **ret, struct err *err) WIPE_MUST_USE;

/* For tests that make their tree: a file (with its folders) and a link in it; abort() on failure. */
void host_tree_file(const char *dir, const char *path, const char *format, ...) WIPE_PRINTF(3, 4);
void host_tree_bytes(const char *dir, const char *path, const void *data, size_t len);
void host_tree_link(const char *dir, const char *path, const char *target);
void host_tree_folder(const char *dir, const char *path);
void host_tree_node(const char *dir, const char *path, const char *kind, const char *dev,
    const char *rdev);
/* Removes a tree that the test made under /tmp. */
void host_tree_remove(const char *dir);

#endif
