/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stacks: which block device lies on which? dm, md, LVM, bcache, loop, btrfs, ZFS. */
#include "facts.h"
#include "sysfs.h"

#include <stdio.h>
#include <string.h>

/* "dm-0 (LVM vg-root)": what the upper device is, so that a person knows what to stop. */
static void name_holder(struct facts *facts, const char *name, char *out, size_t size)
{
	char dir[SYSFS_PATH];
	char label[64];
	char uuid[64];
	char level[16];
	sysfs_path(dir, "/sys/block/%s", name);
	if (sysfs_text(facts->host, label, sizeof(label), dir, "dm/name")) {
		sysfs_text(facts->host, uuid, sizeof(uuid), dir, "dm/uuid");
		const char *what = text_has_prefix(uuid, "LVM-") ? "LVM"
		    : text_has_prefix(uuid, "CRYPT-")		 ? "dm-crypt"
		    : text_has_prefix(uuid, "mpath-")		 ? "dm-multipath"
								 : "device mapper";
		snprintf(out, size, "%s (%s %s)", name, what, label);
	} else if (sysfs_text(facts->host, level, sizeof(level), dir, "md/level")) {
		snprintf(out, size, "%s (%s array)", name, level);
	} else {
		text_copy(out, size, name);
	}
}

static void held(struct facts *facts, size_t lower, const char *upper)
{
	char words[120];
	size_t index;
	name_holder(facts, upper, words, sizeof(words));
	facts_use(facts, lower, DEVICE_CLAIM_HOLDER, "is held by %s; stop or close that first", words);
	if (facts_block_named(facts, upper, &index))
		facts_edge(facts, index, lower);
}

static void collect_links(struct facts *facts, size_t block)
{
	static const char *const kinds[] = { "holders", "slaves" };
	for (size_t i = 0; i < WIPE_COUNT(kinds); i++) {
		BUF_AUTO names = { 0 };
		struct err err;
		char path[SYSFS_PATH];
		char name[32];
		text_copy(name, sizeof(name), facts->blocks[block].name);
		sysfs_path(path, "%s/%s", facts->blocks[block].sysfs, kinds[i]);
		if (facts->host->ops->list(facts->host, path, &names, &err) != CODE_OK) {
			if (err.code != CODE_MISSING)
				facts_blind(facts, "%s", err.line);
			continue;
		}
		size_t pos = 0;
		size_t lower;
		for (const char *other; (other = sysfs_next_name(&names, &pos));) {
			if (i == 0)
				held(facts, block, other);
			else if (facts_block_named(facts, other, &lower))
				held(facts, lower, name);
		}
	}
}

static void collect_loop(struct facts *facts, size_t block)
{
	char path[SYSFS_PATH];
	char name[32];
	BUF_AUTO file = { 0 };
	struct behind behind = { 0 };
	struct os_node node;
	struct err err;
	text_copy(name, sizeof(name), facts->blocks[block].name);
	sysfs_path(path, "%s/loop", facts->blocks[block].sysfs);
	if (!sysfs_bytes(facts->host, &file, path, "backing_file") || !file.len)
		return; /* not set up */
	char *backing = (char *)file.data;
	backing[strcspn(backing, "\n")] = 0;
	if (!facts_behind_path(facts, backing, &behind, 0) || behind.unknown) {
		facts_incomplete(facts, "which disk is behind %s (%.100s) cannot be told", name, backing);
	}
	bool window = facts->host->ops->node(facts->host, backing, &node, &err) == CODE_OK &&
	    node.kind == OS_NODE_BLOCK;
	for (size_t i = 0; i < behind.count; i++) {
		size_t lower = behind.items[i];
		if (lower == block)
			continue;
		facts_edge(facts, block, lower);
		facts_use(facts, lower, DEVICE_CLAIM_LOOP,
		    "%s %s (%.60s); detach it first (losetup -d /dev/%s)",
		    window ? "backs" : "carries the file behind", name, backing, name);
		if (window)
			facts_use(facts, block, DEVICE_CLAIM_LOOP,
			    "shows %s and is no disk of its own; wipe that one by its own name",
			    facts->blocks[lower].name);
	}
}

/* /sys/fs/btrfs/<uuid>/devices names every member of a filesystem that is mounted. */
static void collect_btrfs_one(struct facts *facts, const char *uuid)
{
	BUF_AUTO names = { 0 };
	struct err err;
	char path[SYSFS_PATH];
	size_t first = 0;
	bool any = false;
	sysfs_path(path, "/sys/fs/btrfs/%s/devices", uuid);
	if (facts->host->ops->list(facts->host, path, &names, &err) != CODE_OK)
		return; /* "features" and "debug" have none */
	size_t pos = 0;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		size_t member;
		if (!facts_block_named(facts, name, &member)) {
			facts_incomplete(facts, "member %.32s of btrfs %.40s is not known", name, uuid);
			continue;
		}
		facts_use(facts, member, DEVICE_CLAIM_BTRFS,
		    "is a member of the mounted btrfs %.40s; unmount it everywhere first", uuid);
		/* Members stand and fall together: what uses one uses all. */
		if (any) {
			facts_edge(facts, first, member);
			facts_edge(facts, member, first);
		}
		first = any ? first : member;
		any = true;
	}
}

static void collect_btrfs(struct facts *facts)
{
	BUF_AUTO names = { 0 };
	struct err err;
	enum code code = facts->host->ops->list(facts->host, "/sys/fs/btrfs", &names, &err);
	if (code != CODE_OK) {
		if (code != CODE_MISSING)
			facts_blind(facts, "%s", err.line);
		return;
	}
	size_t pos = 0;
	for (const char *name; (name = sysfs_next_name(&names, &pos));)
		collect_btrfs_one(facts, name);
}

/*
 * ZFS tells which pools are imported, but not on which disks. While any is, a device that udev
 * calls a pool member is taken to be one of it; without udev that cannot be told at all.
 */
static void collect_zfs(struct facts *facts)
{
	BUF_AUTO names = { 0 };
	struct err err;
	bool imported = false;
	enum code code = facts->host->ops->list(facts->host, "/proc/spl/kstat/zfs", &names, &err);
	if (code != CODE_OK && code != CODE_MISSING)
		facts_blind(facts, "%s", err.line);
	size_t pos = 0;
	for (const char *name; code == CODE_OK && (name = sysfs_next_name(&names, &pos));) {
		char path[SYSFS_PATH];
		char state[32];
		sysfs_path(path, "/proc/spl/kstat/zfs/%s", name);
		imported |= sysfs_text(facts->host, state, sizeof(state), path, "state");
	}
	if (!imported)
		return;
	facts_incomplete(facts, "a ZFS pool is imported: its disks are known only through udev");
	for (size_t i = 0; i < facts->block_count; i++) {
		BUF_AUTO type = { 0 };
		if (facts->host->ops->property(facts->host, facts->blocks[i].name, "ID_FS_TYPE", &type,
			&err) == CODE_OK &&
		    strcmp((const char *)type.data, "zfs_member") == 0)
			facts_use(facts, i, DEVICE_CLAIM_ZFS,
			    "is a member of a ZFS pool while a pool is imported; export it first");
	}
}

void facts_collect_stacks(struct facts *facts)
{
	for (size_t i = 0; i < facts->block_count; i++)
		collect_links(facts, i);
	for (size_t i = 0; i < facts->block_count; i++) {
		if (text_has_prefix(facts->blocks[i].name, "loop"))
			collect_loop(facts, i);
	}
	collect_btrfs(facts);
	collect_zfs(facts);
}
