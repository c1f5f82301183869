/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_disk with io_uring: one ring, the slots and the descriptor registered where the kernel allows
 * (a process without the right to lock memory gets ENOMEM for the slots: then without). Everything
 * is registered here, before the worker drops its privileges.
 */
#include "disk.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

struct disk_uring {
	struct os_disk disk;
	int fd;
	struct io_uring ring;
	bool fixed_buffers;
	bool fixed_file;
	struct os_io under_way[OS_DISK_SLOTS_MAX]; /* by slot, to do one again */
};

static void prepare(struct disk_uring *self, const struct os_io *io, struct io_uring_sqe *sqe)
{
	int fd = self->fixed_file ? 0 : self->fd;
	uint8_t *data = self->disk.slots[io->slot] + io->slot_offset;
	if (io->kind == OS_IO_FLUSH)
		io_uring_prep_fsync(sqe, fd, 0);
	else if (io->kind == OS_IO_WRITE && self->fixed_buffers)
		io_uring_prep_write_fixed(sqe, fd, data, io->len, io->offset, (int)io->slot);
	else if (io->kind == OS_IO_WRITE)
		io_uring_prep_write(sqe, fd, data, io->len, io->offset);
	else if (self->fixed_buffers)
		io_uring_prep_read_fixed(sqe, fd, data, io->len, io->offset, (int)io->slot);
	else
		io_uring_prep_read(sqe, fd, data, io->len, io->offset);
	if (self->fixed_file)
		sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = io->slot;
}

static enum code uring_submit(struct os_disk *disk, const struct os_io *io, struct err *err)
{
	struct disk_uring *self = (struct disk_uring *)disk;
	enum code code = os_disk_check(disk, io, err);
	if (code != CODE_OK)
		return code;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&self->ring);
	if (!sqe)
		return err_set(err, CODE_BUG, "more requests than slots");
	prepare(self, io, sqe);
	self->under_way[io->slot] = *io;
	int submitted;
	do {
		submitted = io_uring_submit(&self->ring);
	} while (submitted == -EINTR || submitted == -EAGAIN);
	if (submitted != 1)
		return err_set_errno(err, CODE_IO, submitted < 0 ? -submitted : EIO,
		    "io_uring takes no request");
	return CODE_OK;
}

static enum code uring_wait(struct os_disk *disk, int timeout_ms, struct os_io_done *ret,
    struct err *err)
{
	struct disk_uring *self = (struct disk_uring *)disk;
	struct __kernel_timespec limit = { .tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000L };
	struct io_uring_cqe *cqe = NULL;
	int rc = timeout_ms < 0 ? io_uring_wait_cqe(&self->ring, &cqe)
				: io_uring_wait_cqe_timeout(&self->ring, &cqe, &limit);
	if (rc == -ETIME || rc == -EINTR || rc == -EAGAIN)
		return err_set(err, CODE_BUSY, "no request was finished in time");
	if (rc < 0)
		return err_set_errno(err, CODE_IO, -rc, "io_uring gives no completion");
	struct os_io_done done = { .slot = (unsigned)cqe->user_data, .result = cqe->res };
	io_uring_cqe_seen(&self->ring, cqe);
	if (done.slot >= disk->slot_count)
		return err_set(err, CODE_BUG, "io_uring completes what was not asked");
	/* "Again" is not the medium's answer: the kernel could not do it this way. */
	if (done.result == -EAGAIN || done.result == -EINTR)
		done.result = os_disk_io_now(disk, self->fd, &self->under_way[done.slot]);
	*ret = done;
	return CODE_OK;
}

static enum code uring_size(struct os_disk *disk, uint64_t *ret_size, struct err *err)
{
	return os_disk_size(((struct disk_uring *)disk)->fd, ret_size, err);
}

static void uring_free(struct os_disk *disk)
{
	struct disk_uring *self = (struct disk_uring *)disk;
	io_uring_queue_exit(&self->ring);
	os_disk_slots_unmap(disk);
	free(self);
}

static const struct os_disk_ops uring_ops = {
	.submit = uring_submit,
	.wait = uring_wait,
	.size = uring_size,
	.free = uring_free,
};

/* Failure of either is no failure: the same requests work without, a little slower. */
static void register_all(struct disk_uring *self)
{
	struct iovec slots[OS_DISK_SLOTS_MAX];
	for (unsigned i = 0; i < self->disk.slot_count; i++)
		slots[i] = (struct iovec){ .iov_base = self->disk.slots[i],
			.iov_len = self->disk.slot_size };
	self->fixed_buffers =
	    io_uring_register_buffers(&self->ring, slots, self->disk.slot_count) == 0;
	self->fixed_file = io_uring_register_files(&self->ring, &self->fd, 1) == 0;
}

enum code os_disk_open_uring(int fd, unsigned slot_count, uint32_t slot_size,
    struct os_disk **ret, struct err *err)
{
	struct disk_uring *self = calloc(1, sizeof(*self));
	if (!self)
		return err_memory(err);
	self->disk.ops = &uring_ops;
	self->disk.method = "io_uring";
	self->fd = fd;
	enum code code = os_disk_slots_map(&self->disk, slot_count, slot_size, err);
	if (code != CODE_OK) {
		free(self);
		return code;
	}
	/* Twice the slots: an older kernel's timed wait takes a place of its own. */
	int rc = io_uring_queue_init(2 * OS_DISK_SLOTS_MAX, &self->ring, 0);
	if (rc < 0) {
		os_disk_slots_unmap(&self->disk);
		free(self);
		bool denied = rc == -EPERM || rc == -ENOSYS || rc == -EACCES || rc == -ENOMEM;
		return err_set_errno(err, denied ? CODE_UNSUPPORTED : CODE_IO, -rc,
		    "io_uring cannot be set up");
	}
	register_all(self);
	*ret = &self->disk;
	return CODE_OK;
}
