/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rotating: a disk of any size that holds nothing, reads as zeros, and owns the clock by which its
 * arm takes time: 200 MB/s under the head, 4 ms to a track near by, 8 ms to any other. What lies ahead
 * so near that it passes under the head sooner is waited for instead.
 */
#ifndef TESTS_FAKES_ROTATING_H
#define TESTS_FAKES_ROTATING_H

#include "wipe/os.h"

struct rotating {
	struct os_disk disk;
	struct os_clock clock;
	uint64_t size; /* bytes */
	uint64_t head; /* the byte that it stands before */
	uint64_t now_ns;
	uint64_t seeks; /* moves that took time */
	struct os_io queue[OS_DISK_SLOTS_MAX];
	unsigned queued;
};

/* Ended by os_disk_free(&rotating->disk). */
struct rotating *rotating_new(uint64_t size, unsigned slot_count, uint32_t slot_size);

#endif
