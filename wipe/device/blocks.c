/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blocks: which whole disks and partitions does the kernel have? */
#include "facts.h"
#include "sysfs.h"

#include <stdlib.h>
#include <string.h>

static bool add(struct facts *facts, const struct block *block)
{
	struct block *more = reallocarray(facts->blocks, facts->block_count + 1, sizeof(*more));
	if (!more) {
		facts->no_memory = true;
		return false;
	}
	facts->blocks = more;
	facts->blocks[facts->block_count++] = *block;
	return true;
}

static void collect_partitions(struct facts *facts, size_t disk)
{
	struct os_host *host = facts->host;
	BUF_AUTO names = { 0 };
	struct err err;
	char dir[256];
	text_copy(dir, sizeof(dir), facts->blocks[disk].sysfs);
	if (host->ops->list(host, dir, &names, &err) != CODE_OK) {
		if (err.code != CODE_MISSING)
			facts_blind(facts, "%s", err.line);
		return;
	}
	size_t pos = 0;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		char path[SYSFS_PATH];
		uint64_t number;
		struct block block = { .disk = disk };
		sysfs_path(path, "%s/%s", dir, name);
		if (!text_has_prefix(name, facts->blocks[disk].name) ||
		    !sysfs_u64(host, &number, path, "partition") ||
		    !sysfs_devno(host, path, &block.major, &block.minor))
			continue;
		if (!text_copy(block.name, sizeof(block.name), name) ||
		    !text_copy(block.sysfs, sizeof(block.sysfs), path))
			facts_blind(facts, "the name of partition %s is too long", name);
		else
			add(facts, &block);
	}
}

static void collect_disk(struct facts *facts, const char *name)
{
	struct os_host *host = facts->host;
	char path[SYSFS_PATH];
	uint64_t hidden;
	struct block block = { .disk = facts->block_count };
	BUF_AUTO whole = { 0 };
	struct err err;
	sysfs_path(path, "/sys/block/%s", name);
	/* A path of a native NVMe multipath disk has no node; its head is in the list. */
	if (sysfs_u64(host, &hidden, path, "hidden") && hidden != 0)
		return;
	if (!sysfs_devno(host, path, &block.major, &block.minor) ||
	    host->ops->resolve(host, path, &whole, &err) != CODE_OK)
		return; /* vanished meanwhile */
	if (!text_copy(block.name, sizeof(block.name), name) ||
	    !text_copy(block.sysfs, sizeof(block.sysfs), (const char *)whole.data)) {
		facts_blind(facts, "the sysfs path of %s is too long", name);
		return;
	}
	if (add(facts, &block))
		collect_partitions(facts, facts->block_count - 1);
}

enum code facts_collect_blocks(struct facts *facts, struct err *err)
{
	BUF_AUTO names = { 0 };
	enum code code = facts->host->ops->list(facts->host, "/sys/block", &names, err);
	if (code != CODE_OK)
		return err_prefix(err, "cannot tell which disks there are");
	size_t pos = 0;
	for (const char *name; (name = sysfs_next_name(&names, &pos));)
		collect_disk(facts, name);
	return facts->no_memory ? err_memory(err) : facts_index(facts, err);
}
