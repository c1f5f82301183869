/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * facts: what the host says, before any rule judges it. Block devices are named by index; an edge
 * says that one lies on another; a use says what keeps one busy. Everything by device number.
 */
#ifndef WIPE_DEVICE_FACTS_H
#define WIPE_DEVICE_FACTS_H

#include "wipe/device.h"

#include "mountinfo.h"

struct block {
	char name[32];
	uint32_t major;
	uint32_t minor;
	size_t disk; /* index of the whole disk; its own when it is one */
	char sysfs[256];
};
struct edge {
	size_t upper;
	size_t lower;
};
struct use {
	size_t block;
	enum device_claim_kind kind;
	char text[184]; /* completes the sentence "sda1 …" */
};
/* The mounts of one mount namespace. */
struct space {
	char id[32]; /* "mnt:[4026531841]" */
	char pid[16]; /* a process that lives there */
	bool system; /* ours or that of process 1 */
	struct mountinfo mounts;
};
struct facts {
	struct os_host *host;
	struct block *blocks;
	size_t block_count;
	size_t *by_number; /* indexes of blocks, sorted so; once all of them are collected */
	size_t *by_name;
	struct edge *edges;
	size_t edge_count;
	struct use *uses;
	size_t use_count;
	struct space *spaces;
	size_t space_count;
	char blind[160]; /* what decides and could not be read: nothing may be cleared then */
	bool incomplete;
	char note[200];
	bool no_memory; /* sticks; device_scan() tells once */
};

/* Up to this many block devices can lie behind one path (layers of an overlay). */
#define FACTS_BEHIND_MAX 64
struct behind {
	size_t items[FACTS_BEHIND_MAX];
	size_t count;
	bool unknown; /* some layer could not be followed to its device */
};

void facts_free(struct facts *facts);
/* Sorts the indexes of blocks: before the first of the two that look one up. */
enum code facts_index(struct facts *facts, struct err *err) WIPE_MUST_USE;
bool facts_block(const struct facts *facts, uint32_t major, uint32_t minor, size_t *ret);
bool facts_block_named(const struct facts *facts, const char *name, size_t *ret);
void facts_edge(struct facts *facts, size_t upper, size_t lower);
void facts_use(struct facts *facts, size_t block, enum device_claim_kind kind, const char *format,
    ...) WIPE_PRINTF(4, 5);
void facts_incomplete(struct facts *facts, const char *format, ...) WIPE_PRINTF(2, 3);
void facts_blind(struct facts *facts, const char *format, ...) WIPE_PRINTF(2, 3);

/* blocks.c: every whole disk and partition. Fails when /sys/block cannot be listed. */
enum code facts_collect_blocks(struct facts *facts, struct err *err) WIPE_MUST_USE;
/* stacks.c: holders, loop backing stores, btrfs, ZFS. After the mounts: a loop's file needs them. */
void facts_collect_stacks(struct facts *facts);
/* exports.c: what the kernel's NVMe and SCSI targets have open. After the mounts: likewise. */
void facts_collect_exports(struct facts *facts);
/* processes.c: every mount namespace and every open descriptor. */
void facts_collect_processes(struct facts *facts);
/* mounts.c: what the collected namespaces mount; swap; the state directory. */
void facts_collect_mounts(struct facts *facts);
void facts_collect_swaps(struct facts *facts);
void facts_collect_state(struct facts *facts, const char *state_dir);
/* The block devices behind a path of ours. False: no such path. */
bool facts_behind_path(const struct facts *facts, const char *path, struct behind *ret,
    unsigned depth);

/* identity.c: fills everything of *device but its claims. */
void device_identify(struct os_host *host, const struct block *block, struct device *device);
/* claims.c: uses become claims of whole disks; then the rules that compare disks. */
void device_claim_add(struct device *device, enum device_claim_kind kind, const char *format, ...)
    WIPE_PRINTF(3, 4);
enum code device_claims_apply(const struct facts *facts, struct device_set *set, struct err *err)
    WIPE_MUST_USE;
enum code device_claims_compare(const struct facts *facts, struct device_set *set, struct err *err)
    WIPE_MUST_USE;
/* find.c: does a serial: or wwn: word name this one? */
bool device_word_matches(const struct identity *identity, const char *word);

#endif
