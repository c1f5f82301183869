/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk in memory that fails as told, loses at a crash what was not flushed, counts what it is asked, and owns the clock by which that
 * takes time. Requests are carried out when their completion is fetched, so that a buffer changed
 * while it is under way shows on the medium.
 */
#ifndef TESTS_FAKES_DISK_H
#define TESTS_FAKES_DISK_H

#include "power.h"
#include "wipe/os.h"

enum fake_disk_kinds { FAKE_READ = 1, FAKE_WRITE = 2, FAKE_FLUSH = 4 };
enum fake_disk_act {
	FAKE_FAIL, /* -sys_errno */
	FAKE_SHORT, /* only the part before the range, or half of what lies in it */
	FAKE_FLIP, /* one bit of the range's first byte, in the buffer (read) or medium (write) */
	FAKE_DROP, /* a write that says yes and leaves the range as it was */
};
struct fake_disk_fault {
	unsigned kinds;
	enum fake_disk_act act;
	uint64_t offset; /* requests that touch [offset, offset + length); flushes always match */
	uint64_t length;
	unsigned times; /* then it is over; 0 = for ever */
	int sys_errno;
};

/* What a write replaced that no flush has made durable yet. */
struct fake_disk_old {
	uint64_t offset;
	uint32_t len;
	uint8_t *bytes;
};

#define FAKE_DISK_FAULTS 64
struct fake_disk {
	struct os_disk disk;
	struct os_clock clock; /* wall_s and boot_ns follow now_ns */
	uint8_t *bytes; /* what is on the medium */
	uint64_t size;
	uint64_t told_size; /* what size() answers */
	uint32_t logical;
	struct fake_disk_fault faults[FAKE_DISK_FAULTS];
	size_t fault_count;
	uint64_t requests, reads, writes, flushes, failures; /* completed */
	uint64_t shrink_after; /* requests, then told_size = shrink_to and -EIO beyond; 0 = never */
	uint64_t shrink_to;
	uint64_t vanish_after; /* requests, then everything is -ENODEV; 0 = never */
	unsigned stalls; /* so many waits in a row time out before the next completion */
	bool newest_first; /* completes out of order */
	bool broken_wait; /* wait() fails */
	uint64_t die_after; /* requests, then nothing is answered any more, not even the last; 0 = never */
	bool dies_before; /* the last one is not even carried out */
	bool dead;
	/* Borrowed; NULL: it has its own. Counts each request when it is sent, and when it is answered. */
	struct fake_power *power;
	bool remembers; /* keeps what fake_disk_crash() needs */
	struct fake_disk_old *old;
	size_t old_count;
	uint64_t now_ns;
	uint64_t request_ns; /* time one takes */
	uint64_t failure_ns; /* time a failed one takes on top */
	uint64_t unflushed_from; /* lowest byte written since the last flush; UINT64_MAX: none */
	unsigned most_in_flight;
	struct os_io queue[OS_DISK_SLOTS_MAX];
	unsigned queued;
};

/* Filled with 0xa5. Ended by os_disk_free(&fake->disk). */
struct fake_disk *fake_disk_new(uint64_t size, uint32_t logical, unsigned slot_count,
    uint32_t slot_size);
void fake_disk_fault(struct fake_disk *fake, struct fake_disk_fault fault);

/*
 * The power fails and comes back: each block that was written and not flushed, or still under way, is
 * what it was, what it should have become, or garbage; which, follows from seed. Afterwards the disk
 * answers again.
 */
void fake_disk_crash(struct fake_disk *fake, uint64_t seed);

#endif
