/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rotating: how long does what is asked of it take a disk with an arm? */
#include "rotating.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_NS    UINT64_C(4000000)
#define AVERAGE_NS  UINT64_C(8000000)
#define NEAR	    (UINT64_C(1) << 30) /* bytes */
#define NS_FOR(bytes) ((bytes) * 5) /* 200 MB/s */

static struct rotating *of(struct os_disk *disk)
{
	return (struct rotating *)disk;
}

static struct rotating *of_clock(struct os_clock *clock)
{
	return (struct rotating *)((char *)clock - offsetof(struct rotating, clock));
}

static enum code rotating_submit(struct os_disk *disk, const struct os_io *io, struct err *err)
{
	struct rotating *rotating = of(disk);
	if (rotating->queued == OS_DISK_SLOTS_MAX || io->slot >= disk->slot_count ||
	    io->len > disk->slot_size)
		return err_set(err, CODE_BUG, "a request no disk would take");
	rotating->queue[rotating->queued++] = *io;
	return CODE_OK;
}

static void move_arm(struct rotating *rotating, uint64_t to)
{
	uint64_t from = rotating->head;
	if (to == from)
		return;
	uint64_t distance = to > from ? to - from : from - to;
	uint64_t ns = distance < NEAR ? SHORT_NS : AVERAGE_NS;
	if (to > from && distance < NEAR)
		ns = bytes_min(ns, NS_FOR(distance));
	rotating->seeks++;
	rotating->now_ns += ns;
}

/* In the order asked for: what another order would cost is what is to be seen. */
static enum code rotating_wait(struct os_disk *disk, int timeout_ms, struct os_io_done *ret,
    struct err *err)
{
	struct rotating *rotating = of(disk);
	(void)timeout_ms;
	if (rotating->queued == 0)
		return err_set(err, CODE_BUSY, "nothing is under way");
	struct os_io io = rotating->queue[0];
	rotating->queued--;
	memmove(&rotating->queue[0], &rotating->queue[1],
	    rotating->queued * sizeof(rotating->queue[0]));
	*ret = (struct os_io_done){ .slot = io.slot, .result = io.len };
	if (io.kind == OS_IO_FLUSH) {
		ret->result = 0;
		return CODE_OK;
	}
	if (io.offset > rotating->size || io.len > rotating->size - io.offset) {
		ret->result = -EIO;
		return CODE_OK;
	}
	move_arm(rotating, io.offset);
	rotating->now_ns += NS_FOR(io.len);
	rotating->head = io.offset + io.len;
	return CODE_OK;
}

static enum code rotating_size(struct os_disk *disk, uint64_t *ret_size, struct err *err)
{
	(void)err;
	*ret_size = of(disk)->size;
	return CODE_OK;
}

static void rotating_free(struct os_disk *disk)
{
	free(disk->slots[0]);
	free(disk);
}

static int64_t rotating_wall_s(struct os_clock *clock)
{
	return 1700000000 + (int64_t)(of_clock(clock)->now_ns / 1000000000);
}

static uint64_t rotating_boot_ns(struct os_clock *clock)
{
	return of_clock(clock)->now_ns;
}

static enum os_clock_sync rotating_sync(struct os_clock *clock)
{
	(void)clock;
	return OS_CLOCK_SYNCHRONISED;
}

struct rotating *rotating_new(uint64_t size, unsigned slot_count, uint32_t slot_size)
{
	static const struct os_disk_ops disk_ops = { .submit = rotating_submit,
		.wait = rotating_wait, .size = rotating_size, .free = rotating_free };
	static const struct os_clock_ops clock_ops = { .wall_s = rotating_wall_s,
		.boot_ns = rotating_boot_ns, .sync = rotating_sync };
	struct rotating *rotating = calloc(1, sizeof(*rotating));
	uint8_t *slots = calloc(slot_count, slot_size);
	if (!rotating || !slots)
		abort();
	rotating->disk = (struct os_disk){ .ops = &disk_ops, .method = "model",
		.slot_count = slot_count, .slot_size = slot_size };
	for (unsigned i = 0; i < slot_count; i++)
		rotating->disk.slots[i] = slots + (size_t)i * slot_size;
	rotating->clock.ops = &clock_ops;
	rotating->size = size;
	rotating->now_ns = 1;
	return rotating;
}
