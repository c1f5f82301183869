/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_disk: one device's I/O path, by the best means this kernel allows. What both paths share:
 * slots in huge pages (4 KiB pages cost the direct I/O path far more processor time), the size, and
 * one request done with plain system calls.
 */
#include "disk.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE (UINT64_C(2) * 1024 * 1024)
#define TRIES_MAX 100 /* of a request that says "again" */

static size_t slots_bytes(const struct os_disk *disk)
{
	return (size_t)bytes_round_up((uint64_t)disk->slot_count * disk->slot_size, HUGE);
}

enum code os_disk_slots_map(struct os_disk *disk, unsigned slot_count, uint32_t slot_size,
    struct err *err)
{
	if (slot_count == 0 || slot_count > OS_DISK_SLOTS_MAX || slot_size == 0 ||
	    slot_size % 4096 != 0)
		return err_set(err, CODE_BUG, "%u slots of %u bytes", slot_count, slot_size);
	disk->slot_count = slot_count;
	disk->slot_size = slot_size;
	size_t want = slots_bytes(disk);
	/* One huge page more than wanted, so that an aligned part can be kept. */
	uint8_t *map = mmap(NULL, want + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);
	if (map == MAP_FAILED)
		return err_memory(err);
	size_t before = (size_t)((HUGE - (uintptr_t)map % HUGE) % HUGE);
	if (before)
		munmap(map, before);
	if (HUGE - before)
		munmap(map + before + want, HUGE - before);
	map += before;
	/* Advice, without which everything still works; and taken now, not page by page at the first use. */
	madvise(map, want, MADV_HUGEPAGE);
	madvise(map, want, MADV_POPULATE_WRITE);
	for (unsigned i = 0; i < slot_count; i++)
		disk->slots[i] = map + (size_t)i * slot_size;
	return CODE_OK;
}

void os_disk_slots_unmap(struct os_disk *disk)
{
	if (disk->slots[0])
		munmap(disk->slots[0], slots_bytes(disk));
	disk->slots[0] = NULL;
}

enum code os_disk_size(int fd, uint64_t *ret_size, struct err *err)
{
	uint64_t size = 0;
	if (ioctl(fd, BLKGETSIZE64, &size) != 0)
		return err_set_errno(err, CODE_GONE, errno, "the disk no longer tells its size");
	*ret_size = size;
	return CODE_OK;
}

enum code os_disk_check(const struct os_disk *disk, const struct os_io *io, struct err *err)
{
	bool moves = io->kind == OS_IO_READ || io->kind == OS_IO_WRITE;
	if (!moves && io->kind != OS_IO_FLUSH)
		return err_set(err, CODE_BUG, "a request of no known kind");
	if (io->slot >= disk->slot_count)
		return err_set(err, CODE_BUG, "a request in no slot");
	if (!moves)
		return CODE_OK;
	if (io->len == 0)
		return err_set(err, CODE_BUG, "a request for nothing");
	uintptr_t begin = (uintptr_t)disk->slots[0], data = (uintptr_t)io->data;
	uint64_t memory = (uint64_t)disk->slot_count * disk->slot_size;
	if (data < begin || data - begin > memory || io->len > memory - (data - begin))
		return err_set(err, CODE_BUG, "a request outside of the disk's memory");
	return CODE_OK;
}

static int64_t once(int fd, const struct os_io *io)
{
	if (io->kind == OS_IO_FLUSH)
		return fsync(fd) == 0 ? 0 : -errno;
	ssize_t moved = io->kind == OS_IO_WRITE ? pwrite(fd, io->data, io->len, (off_t)io->offset)
						: pread(fd, io->data, io->len, (off_t)io->offset);
	return moved >= 0 ? moved : -errno;
}

int64_t os_disk_io_now(int fd, const struct os_io *io)
{
	int64_t result = -EAGAIN;
	for (int i = 0; i < TRIES_MAX && (result == -EAGAIN || result == -EINTR); i++)
		result = once(fd, io);
	return result == -EINTR ? -EIO : result;
}

enum code os_disk_open(int fd, unsigned slot_count, uint32_t slot_size, struct os_disk **ret,
    struct err *err)
{
	enum code code = os_disk_open_uring(fd, slot_count, slot_size, ret, err);
	if (code == CODE_UNSUPPORTED)
		code = os_disk_open_sync(fd, slot_count, slot_size, ret, err);
	return code;
}

void os_disk_free(struct os_disk *disk)
{
	if (disk)
		disk->ops->free(disk);
}
