/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct fake_disk *of(struct os_disk *disk)
{
	return (struct fake_disk *)disk;
}

static struct fake_disk *of_clock(struct os_clock *clock)
{
	return (struct fake_disk *)((char *)clock - offsetof(struct fake_disk, clock));
}

static enum code fake_submit(struct os_disk *disk, const struct os_io *io, struct err *err)
{
	struct fake_disk *fake = of(disk);
	bool moves = io->kind != OS_IO_FLUSH;
	if (!fake_power_lasts(fake->power))
		return err_set_errno(err, CODE_IO, EIO, "no power");
	uint64_t memory = (uint64_t)disk->slot_count * disk->slot_size;
	if (io->slot >= disk->slot_count ||
	    (moves && (io->data < disk->slots[0] || io->data + io->len > disk->slots[0] + memory)) ||
	    (moves && (io->len == 0 || io->len % fake->logical || io->offset % fake->logical)))
		return err_set(err, CODE_BUG, "a request no disk would take");
	for (unsigned i = 0; i < fake->queued; i++) {
		if (fake->queue[i].slot == io->slot)
			return err_set(err, CODE_BUG, "slot %u is in flight already", io->slot);
	}
	fake->queue[fake->queued++] = *io;
	if (fake->queued > fake->most_in_flight)
		fake->most_in_flight = fake->queued;
	return CODE_OK;
}

static unsigned kind_bit(enum os_io_kind kind)
{
	return kind == OS_IO_READ ? FAKE_READ : kind == OS_IO_WRITE ? FAKE_WRITE : FAKE_FLUSH;
}

/* The fault that this request meets, or NULL; a transient one is used up by it. */
static struct fake_disk_fault *meet(struct fake_disk *fake, const struct os_io *io,
    enum fake_disk_act act)
{
	for (size_t i = 0; i < fake->fault_count; i++) {
		struct fake_disk_fault *fault = &fake->faults[i];
		bool touches = io->kind == OS_IO_FLUSH ||
		    (io->offset < fault->offset + fault->length &&
			fault->offset < io->offset + io->len);
		if (fault->act != act || !(fault->kinds & kind_bit(io->kind)) || !touches)
			continue;
		if (fault->times == 1)
			fault->kinds = 0;
		if (fault->times > 1)
			fault->times--;
		return fault;
	}
	return NULL;
}

static void forget_old(struct fake_disk *fake)
{
	for (size_t i = 0; i < fake->old_count; i++)
		free(fake->old[i].bytes);
	free(fake->old);
	fake->old = NULL;
	fake->old_count = 0;
}

static void remember_old(struct fake_disk *fake, uint64_t offset, uint32_t len)
{
	fake->old = reallocarray(fake->old, fake->old_count + 1, sizeof(*fake->old));
	struct fake_disk_old *old = &fake->old[fake->old_count++];
	*old = (struct fake_disk_old){ .offset = offset, .len = len, .bytes = malloc(len) };
	memcpy(old->bytes, fake->bytes + offset, len);
}

static void move_bytes(struct fake_disk *fake, const struct os_io *io, uint64_t len)
{
	uint8_t *slot = io->data;
	uint8_t *medium = fake->bytes + io->offset;
	if (io->kind == OS_IO_WRITE && fake->remembers)
		remember_old(fake, io->offset, (uint32_t)len);
	struct fake_disk_fault *flip = meet(fake, io, FAKE_FLIP);
	struct fake_disk_fault *drop = meet(fake, io, FAKE_DROP);
	if (io->kind == OS_IO_READ)
		memcpy(slot, medium, len);
	for (uint64_t i = 0; io->kind == OS_IO_WRITE && i < len; i++) {
		uint64_t at = io->offset + i;
		if (!drop || at < drop->offset || at >= drop->offset + drop->length)
			medium[i] = slot[i];
	}
	if (flip && flip->offset >= io->offset && flip->offset < io->offset + len)
		(io->kind == OS_IO_READ ? slot : medium)[flip->offset - io->offset] ^= 0x10;
	if (io->kind == OS_IO_WRITE)
		fake->unflushed_from = bytes_min(fake->unflushed_from, io->offset);
}

static int64_t carry_out(struct fake_disk *fake, const struct os_io *io)
{
	fake->requests++;
	if (fake->shrink_after && fake->requests > fake->shrink_after)
		fake->told_size = fake->shrink_to;
	if (fake->vanish_after && fake->requests > fake->vanish_after)
		return -ENODEV;
	struct fake_disk_fault *fault = meet(fake, io, FAKE_FAIL);
	if (fault)
		return -fault->sys_errno;
	if (io->kind == OS_IO_FLUSH) {
		fake->unflushed_from = UINT64_MAX;
		forget_old(fake);
		return 0;
	}
	if (io->offset + io->len > fake->told_size)
		return -EIO;
	uint64_t len = io->len;
	fault = meet(fake, io, FAKE_SHORT);
	if (fault)
		len = fault->offset > io->offset
		    ? fault->offset - io->offset
		    : bytes_round_down(io->len / 2, fake->logical);
	move_bytes(fake, io, len);
	return (int64_t)len;
}

static enum code fake_wait(struct os_disk *disk, int timeout_ms, struct os_io_done *ret,
    struct err *err)
{
	struct fake_disk *fake = of(disk);
	fake->dead |= fake->power && fake->power->off;
	bool lasts = fake->dead || fake->queued == 0 || fake_power_lasts(fake->power);
	bool dies = fake->die_after && fake->requests + 1 >= fake->die_after && fake->queued;
	if (!fake->dead && (dies || !lasts)) {
		/* Whatever was told before this moment is all that anybody will know. */
		fake->dead = true;
		if (!fake->dies_before)
			(void)carry_out(fake, &fake->queue[0]);
	}
	if (fake->broken_wait || fake->dead)
		return err_set_errno(err, CODE_IO, EBADF, "no completion");
	if (fake->stalls > 0 || fake->queued == 0) {
		fake->stalls -= fake->stalls > 0;
		fake->now_ns += timeout_ms > 0 ? (uint64_t)timeout_ms * 1000000 : 0;
		return err_set(err, CODE_BUSY, "nothing yet");
	}
	unsigned index = fake->newest_first ? fake->queued - 1 : 0;
	struct os_io io = fake->queue[index];
	fake->queued--;
	memmove(&fake->queue[index], &fake->queue[index + 1],
	    (fake->queued - index) * sizeof(fake->queue[0]));
	*ret = (struct os_io_done){ .slot = io.slot, .result = carry_out(fake, &io) };
	fake->reads += io.kind == OS_IO_READ;
	fake->writes += io.kind == OS_IO_WRITE;
	fake->flushes += io.kind == OS_IO_FLUSH;
	fake->failures += ret->result < 0;
	fake->now_ns += fake->request_ns + (ret->result < 0 ? fake->failure_ns : 0);
	return CODE_OK;
}

static enum code fake_size(struct os_disk *disk, uint64_t *ret_size, struct err *err)
{
	struct fake_disk *fake = of(disk);
	if (fake->vanish_after && fake->requests > fake->vanish_after)
		return err_set_errno(err, CODE_GONE, ENODEV, "the disk no longer tells its size");
	*ret_size = fake->told_size;
	return CODE_OK;
}

static void fake_free(struct os_disk *disk)
{
	free(disk->slots[0]);
	forget_old(of(disk));
	free(of(disk)->bytes);
	free(disk);
}

static int64_t fake_wall_s(struct os_clock *clock)
{
	return 1700000000 + (int64_t)(of_clock(clock)->now_ns / 1000000000);
}

static uint64_t fake_boot_ns(struct os_clock *clock)
{
	return of_clock(clock)->now_ns;
}

static enum os_clock_sync fake_sync(struct os_clock *clock)
{
	(void)clock;
	return OS_CLOCK_SYNCHRONISED;
}

static const struct os_disk_ops disk_ops = {
	.submit = fake_submit,
	.wait = fake_wait,
	.size = fake_size,
	.free = fake_free,
};

static const struct os_clock_ops clock_ops = {
	.wall_s = fake_wall_s,
	.boot_ns = fake_boot_ns,
	.sync = fake_sync,
};

struct fake_disk *fake_disk_new(uint64_t size, uint32_t logical, unsigned slot_count,
    uint32_t slot_size)
{
	struct fake_disk *fake = calloc(1, sizeof(*fake));
	uint8_t *slots = calloc(slot_count, slot_size);
	uint8_t *bytes = malloc(size);
	if (!fake || !slots || !bytes)
		abort();
	memset(bytes, 0xa5, size);
	fake->disk = (struct os_disk){ .ops = &disk_ops, .method = "memory",
		.slot_count = slot_count, .slot_size = slot_size };
	for (unsigned i = 0; i < slot_count; i++)
		fake->disk.slots[i] = slots + (size_t)i * slot_size;
	fake->clock.ops = &clock_ops;
	fake->bytes = bytes;
	fake->size = size;
	fake->told_size = size;
	fake->logical = logical;
	fake->now_ns = 1000000;
	fake->request_ns = 1000000;
	fake->unflushed_from = UINT64_MAX;
	return fake;
}

void fake_disk_fault(struct fake_disk *fake, struct fake_disk_fault fault)
{
	if (fake->fault_count == FAKE_DISK_FAULTS)
		abort();
	fake->faults[fake->fault_count++] = fault;
}

/* splitmix64: any numbers will do, as long as they are the same again. */
static uint64_t next_number(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A bad block takes nothing, whatever was under way to it. */
static bool is_bad(const struct fake_disk *fake, uint64_t offset)
{
	for (size_t i = 0; i < fake->fault_count; i++) {
		const struct fake_disk_fault *fault = &fake->faults[i];
		if (fault->act == FAKE_FAIL && (fault->kinds & FAKE_WRITE) &&
		    offset < fault->offset + fault->length &&
		    fault->offset < offset + fake->logical)
			return true;
	}
	return false;
}

/* One block of a write that no flush covered: stays as it is, becomes `other`, or is torn. */
static void lose_block(struct fake_disk *fake, uint64_t offset, const uint8_t *other, uint64_t *state)
{
	uint64_t number = is_bad(fake, offset) ? 0 : next_number(state) % 3;
	for (uint32_t i = 0; number != 0 && i < fake->logical; i++)
		fake->bytes[offset + i] = number == 1 ? other[i] : (uint8_t)(0xd0 + i % 7);
}

void fake_disk_crash(struct fake_disk *fake, uint64_t seed)
{
	uint64_t state = seed;
	for (unsigned i = 0; i < fake->queued; i++) {
		const struct os_io *io = &fake->queue[i];
		const uint8_t *slot = io->data;
		for (uint32_t at = 0; io->kind == OS_IO_WRITE && at < io->len; at += fake->logical)
			lose_block(fake, io->offset + at, slot + at, &state);
	}
	for (size_t i = fake->old_count; i-- > 0;) {
		const struct fake_disk_old *old = &fake->old[i];
		for (uint32_t at = 0; at < old->len; at += fake->logical)
			lose_block(fake, old->offset + at, old->bytes + at, &state);
	}
	forget_old(fake);
	fake->queued = 0;
	fake->unflushed_from = UINT64_MAX;
	fake->dead = false;
	fake->die_after = 0;
}
