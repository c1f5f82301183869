/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os_disk with io_uring: one ring, the slots and the descriptor registered (a process without the
 * right to lock memory gets ENOMEM for the slots: then without them), and then restricted: whoever
 * gets hold of the ring can read, write and flush this descriptor and nothing else. Kernels that
 * cannot restrict a ring get none. All of it happens here, before the worker gives up its privileges.
 */
#include "disk.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct disk_uring {
	struct os_disk disk;
	int fd;
	struct io_uring ring;
	bool fixed_buffers;
	struct os_io under_way[OS_DISK_SLOTS_MAX]; /* by slot, to do one again */
};

static void prepare(struct disk_uring *self, const struct os_io *io, struct io_uring_sqe *sqe)
{
	const int fd = 0; /* of the registered ones, of which there is one */
	const int memory = 0; /* likewise: all slots in one piece */
	if (io->kind == OS_IO_FLUSH)
		io_uring_prep_fsync(sqe, fd, 0);
	else if (io->kind == OS_IO_WRITE && self->fixed_buffers)
		io_uring_prep_write_fixed(sqe, fd, io->data, io->len, io->offset, memory);
	else if (io->kind == OS_IO_WRITE)
		io_uring_prep_write(sqe, fd, io->data, io->len, io->offset);
	else if (self->fixed_buffers)
		io_uring_prep_read_fixed(sqe, fd, io->data, io->len, io->offset, memory);
	else
		io_uring_prep_read(sqe, fd, io->data, io->len, io->offset);
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
	return CODE_OK;
}

/* One call of the kernel for both: to start what was taken, and to wait. */
static int start_and_wait(struct disk_uring *self, int timeout_ms, struct io_uring_cqe **ret)
{
	struct __kernel_timespec limit = { .tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000L };
	int rc;
	do {
		rc = io_uring_submit_and_wait_timeout(&self->ring, ret, 1,
		    timeout_ms < 0 ? NULL : &limit, NULL);
	} while (io_uring_sq_ready(&self->ring) > 0 && (rc == -EINTR || rc == -EAGAIN));
	if (rc < 0 || *ret)
		return rc;
	return io_uring_peek_cqe(&self->ring, ret);
}

static enum code uring_wait(struct os_disk *disk, int timeout_ms, struct os_io_done *ret,
    struct err *err)
{
	struct disk_uring *self = (struct disk_uring *)disk;
	struct io_uring_cqe *cqe = NULL;
	int rc = 0;
	bool starts = io_uring_sq_ready(&self->ring) > 0;
	if (!starts)
		rc = io_uring_peek_cqe(&self->ring, &cqe);
	if (starts || (rc != 0 && timeout_ms != 0))
		rc = start_and_wait(self, timeout_ms, &cqe);
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
		done.result = os_disk_io_now(self->fd, &self->under_way[done.slot]);
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

/* Failure is no failure: the same requests work without, a little slower. */
static void register_memory(struct disk_uring *self)
{
	const struct iovec memory = { .iov_base = self->disk.slots[0],
		.iov_len = (size_t)self->disk.slot_count * self->disk.slot_size };
	self->fixed_buffers = io_uring_register_buffers(&self->ring, &memory, 1) == 0;
}

/* Through the system call: not every liburing.so has io_uring_register_restrictions(). */
static int ring_register(const struct disk_uring *self, unsigned what, void *arg, unsigned count)
{
	long rc = syscall(SYS_io_uring_register, self->ring.ring_fd, what, arg, count);
	return rc < 0 ? -errno : 0;
}

/*
 * A seccomp filter does not see what a ring is asked to do, so the ring itself is told for good
 * (io_uring_register(2)): these three operations, on the registered descriptor, nothing registered
 * any more. As no register operation is listed, all of them are refused from then on.
 */
static int restrict_and_enable(struct disk_uring *self)
{
	struct io_uring_restriction allowed[] = {
		{ .opcode = IORING_RESTRICTION_SQE_OP,
		    .sqe_op = self->fixed_buffers ? IORING_OP_READ_FIXED : IORING_OP_READ },
		{ .opcode = IORING_RESTRICTION_SQE_OP,
		    .sqe_op = self->fixed_buffers ? IORING_OP_WRITE_FIXED : IORING_OP_WRITE },
		{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_FSYNC },
		{ .opcode = IORING_RESTRICTION_SQE_FLAGS_REQUIRED, .sqe_flags = IOSQE_FIXED_FILE },
	};
	int rc = ring_register(self, IORING_REGISTER_RESTRICTIONS, allowed, WIPE_COUNT(allowed));
	return rc < 0 ? rc : ring_register(self, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
}

/* A ring that could be asked for anything would be a hole in the sandbox: then rather none. */
static int set_up(struct disk_uring *self)
{
	/* Twice the slots, so that a request always finds a place. */
	int rc = io_uring_queue_init(2 * OS_DISK_SLOTS_MAX, &self->ring, IORING_SETUP_R_DISABLED);
	if (rc < 0)
		return rc == -EINVAL ? -EOPNOTSUPP : rc; /* before 5.10: no such flag */
	/* Without this (before 5.11) a timed wait is a request too, and one on no descriptor. */
	if (!(self->ring.features & IORING_FEAT_EXT_ARG))
		rc = -EOPNOTSUPP;
	register_memory(self);
	if (rc == 0)
		rc = io_uring_register_files(&self->ring, &self->fd, 1);
	if (rc == 0)
		rc = restrict_and_enable(self);
	if (rc < 0)
		io_uring_queue_exit(&self->ring);
	return rc;
}

static bool is_denied(int rc)
{
	return rc == -EPERM || rc == -EACCES || rc == -ENOSYS || rc == -ENOMEM || rc == -EOPNOTSUPP;
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
	int rc = set_up(self);
	if (rc < 0) {
		os_disk_slots_unmap(&self->disk);
		free(self);
		return err_set_errno(err, is_denied(rc) ? CODE_UNSUPPORTED : CODE_IO, -rc,
		    "io_uring cannot be set up");
	}
	*ret = &self->disk;
	return CODE_OK;
}

int os_disk_uring_fd(const struct os_disk *disk)
{
	return disk->ops == &uring_ops ? ((const struct disk_uring *)disk)->ring.ring_fd : -1;
}

struct io_uring *os_disk_uring_ring(struct os_disk *disk)
{
	return disk->ops == &uring_ops ? &((struct disk_uring *)disk)->ring : NULL;
}
