/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout: what the process, its helpers and the one who asks share. Packets on the socket begin with one
 * byte of their kind; whoever asks sends one byte of any value.
 */
#ifndef WIPE_DEVICE_SCOUT_H
#define WIPE_DEVICE_SCOUT_H

#include "wipe/device.h"

enum scout_packet {
	SCOUT_BEGIN = 1, /* u64 boot_ns, u32 count: so many sights follow, then the end */
	SCOUT_SIGHT, /* one disk */
	SCOUT_END,
	SCOUT_LOOKED, /* one disk of the last list, of which more is known now */
	SCOUT_FAILED, /* u32 code, text: there is no list, and why */
};
#define SCOUT_PACKET_MAX 40000
#define SCOUT_DISKS_MAX	 16384

/* For tests: another machine, and less patience. */
typedef enum code scout_opener(void *self, struct os_host **ret, struct err *err);
struct scout_seams {
	scout_opener *open_host; /* called in each process, which has no descriptor of another's */
	void *self;
	uint64_t look_ns; /* a look at one disk is given up after this */
	uint64_t patience_ns; /* an answer is: at first; twice as long after each that did not come */
};
enum code scout_start(const struct device_scout_options *options, const struct scout_seams *seams,
    struct device_scout **ret, struct err *err) WIPE_MUST_USE;

/* What the process starts from; a copy, as everything is after fork(2). */
struct scout_task {
	const struct device_scout_options *options;
	const struct scout_seams *seams;
	const struct device_sights *known;
};
/* os_process_main over a struct scout_task. */
int scout_process(void *self, int fd);

/* scout_look.c: the process that looks at one disk. */
struct scout_look {
	pid_t pid; /* 0 = none */
	int fd;
	uint64_t end_ns;
	size_t sight; /* of the list */
};
enum code scout_look_start(const struct scout_seams *seams, const struct device *device,
    uint64_t end_ns, struct scout_look *ret, struct err *err) WIPE_MUST_USE;
/* Fills found and health, be it with the reason why not; CODE_BUSY: not yet. Ends the process else. */
enum code scout_look_take(struct scout_look *look, uint64_t now_ns, struct device_sight *sight);
void scout_look_end(struct scout_look *look);
/* Bytes written or discarded, of the disk and its partitions; UINT64_MAX: the kernel does not tell. */
uint64_t scout_written(struct os_host *host, const struct device *device);

/* scout_carry.c: a new list takes over what is known of disks that are still the same. */
bool scout_same_presence(const struct identity *now, const struct identity *then);
/* The one of the last list; NULL: it is new. *from: where to look first, 0 to start with. */
const struct device_sight *scout_find(const struct device_sights *before, size_t *from,
    const struct identity *identity);
void scout_carry(const struct device_sight *before, struct device_sight *now);

/*
 * scout_wire.c: one disk in one packet, in one form only. A drive's words are text by then, and are
 * checked again: strings end and are printable ASCII, numbers of things fit, choices exist.
 */
void scout_wire_pack(const struct device_sight *sight, struct buf *ret);
bool scout_wire_unpack(const uint8_t *data, size_t len, struct device_sight *ret);
/* What a look brings home: found and health alone. */
void scout_wire_pack_look(const struct device_sight *sight, struct buf *ret);
bool scout_wire_unpack_look(const uint8_t *data, size_t len, struct device_sight *ret);

#endif
