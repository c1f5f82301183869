/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_disk with pread, pwrite and fsync: for kernels and containers that do not allow io_uring.
 * A request is carried out when it is submitted; wait only hands out what is done.
 */
#include "disk.h"

#include <stdlib.h>

struct disk_sync {
	struct os_disk disk;
	int fd;
	struct os_io_done done[OS_DISK_SLOTS_MAX]; /* ring of finished requests */
	unsigned first;
	unsigned count;
};

static enum code sync_submit(struct os_disk *disk, const struct os_io *io, struct err *err)
{
	struct disk_sync *self = (struct disk_sync *)disk;
	enum code code = os_disk_check(disk, io, err);
	if (code != CODE_OK)
		return code;
	if (self->count == OS_DISK_SLOTS_MAX)
		return err_set(err, CODE_BUG, "more requests than slots");
	unsigned last = (self->first + self->count) % OS_DISK_SLOTS_MAX;
	self->done[last] = (struct os_io_done){ .slot = io->slot,
		.result = os_disk_io_now(self->fd, io) };
	self->count++;
	return CODE_OK;
}

static enum code sync_wait(struct os_disk *disk, int timeout_ms, struct os_io_done *ret,
    struct err *err)
{
	struct disk_sync *self = (struct disk_sync *)disk;
	(void)timeout_ms; /* nothing is ever under way here */
	if (self->count == 0)
		return err_set(err, CODE_BUSY, "no request is under way");
	*ret = self->done[self->first];
	self->first = (self->first + 1) % OS_DISK_SLOTS_MAX;
	self->count--;
	return CODE_OK;
}

static enum code sync_size(struct os_disk *disk, uint64_t *ret_size, struct err *err)
{
	return os_disk_size(((struct disk_sync *)disk)->fd, ret_size, err);
}

static void sync_free(struct os_disk *disk)
{
	os_disk_slots_unmap(disk);
	free(disk);
}

static const struct os_disk_ops sync_ops = {
	.submit = sync_submit,
	.wait = sync_wait,
	.size = sync_size,
	.free = sync_free,
};

enum code os_disk_open_sync(int fd, unsigned slot_count, uint32_t slot_size,
    struct os_disk **ret, struct err *err)
{
	struct disk_sync *self = calloc(1, sizeof(*self));
	if (!self)
		return err_memory(err);
	self->disk.ops = &sync_ops;
	self->disk.method = "pread/pwrite";
	self->fd = fd;
	enum code code = os_disk_slots_map(&self->disk, slot_count, slot_size, err);
	if (code != CODE_OK) {
		free(self);
		return code;
	}
	*ret = &self->disk;
	return CODE_OK;
}
