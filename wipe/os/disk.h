/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disk: what both I/O paths share (private to os). */
#ifndef WIPE_OS_DISK_H
#define WIPE_OS_DISK_H

#include "wipe/os.h"

/* Fills slots[], slot_count and slot_size of *disk. */
enum code os_disk_slots_map(struct os_disk *disk, unsigned slot_count, uint32_t slot_size,
    struct err *err) WIPE_MUST_USE;
void os_disk_slots_unmap(struct os_disk *disk);

/* Size of the block device behind fd; CODE_GONE when the kernel cannot tell. */
enum code os_disk_size(int fd, uint64_t *ret_size, struct err *err) WIPE_MUST_USE;

/* The request fits its slot; CODE_BUG otherwise. */
enum code os_disk_check(const struct os_disk *disk, const struct os_io *io, struct err *err)
    WIPE_MUST_USE;

/* One request with plain system calls: bytes moved (may be short) or -errno; never -EINTR. */
int64_t os_disk_io_now(int fd, const struct os_io *io);

/* The descriptor of its ring; -1: it has none (the other path). */
int os_disk_uring_fd(const struct os_disk *disk);
/* For tests: the ring itself, to ask of it what the sandbox forbids. */
struct io_uring *os_disk_uring_ring(struct os_disk *disk);

#endif
