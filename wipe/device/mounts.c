/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mounts: which block devices are behind a mount, a swap area, a path? By number, never by name. */
#include "facts.h"
#include "sysfs.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 6 /* overlays upon overlays */

static void behind_add(struct behind *behind, size_t block)
{
	for (size_t i = 0; i < behind->count; i++) {
		if (behind->items[i] == block)
			return;
	}
	if (behind->count < FACTS_BEHIND_MAX)
		behind->items[behind->count++] = block;
	else
		behind->unknown = true;
}

static void behind_number(const struct facts *facts, uint32_t major, uint32_t minor,
    struct behind *behind)
{
	size_t block;
	if (facts_block(facts, major, minor, &block))
		behind_add(behind, block);
	else
		behind->unknown = true;
}

/* A source that is a device node: "/dev/sda1", or several parted by ':' (bcachefs). */
static void behind_sources(const struct facts *facts, const char *source, struct behind *behind)
{
	char path[SYSFS_PATH];
	for (const char *at = source; *at;) {
		size_t len = strcspn(at, ":");
		struct os_node node;
		struct err err;
		sysfs_path(path, "%.*s", (int)(len < sizeof(path) ? len : sizeof(path) - 1), at);
		if (facts->host->ops->node(facts->host, path, &node, &err) == CODE_OK &&
		    node.kind == OS_NODE_BLOCK)
			behind_number(facts, node.rdev_major, node.rdev_minor, behind);
		else
			behind->unknown = true;
		at += len + (at[len] == ':');
	}
}

/* One directory of an overlay, as the option spells it (kernel's escapes, ':' as "\:"). */
static void behind_layer(const struct facts *facts, const char *text, size_t len,
    struct behind *behind, unsigned depth)
{
	char path[1024];
	size_t used = 0;
	for (size_t i = 0; i < len && used < sizeof(path) - 1; i++) {
		if (text[i] == '\\' && i + 1 < len && (text[i + 1] == ':' || text[i + 1] == ','))
			i++;
		path[used++] = text[i];
	}
	path[used] = 0;
	if (used == 0)
		return; /* "a::b": what follows is a data-only layer */
	if (!mountinfo_unescape(path) || !facts_behind_path(facts, path, behind, depth + 1))
		behind->unknown = true;
}

static void behind_layers(const struct facts *facts, const char *list, size_t len,
    struct behind *behind, unsigned depth)
{
	size_t start = 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && (list[i] != ':' || (i > start && list[i - 1] == '\\')))
			continue;
		behind_layer(facts, list + start, i - start, behind, depth);
		start = i + 1;
	}
}

static void behind_overlay(const struct facts *facts, const char *options, struct behind *behind,
    unsigned depth)
{
	static const char *const keys[] = { "lowerdir=", "upperdir=", "lowerdir+=", "datadir+=" };
	for (const char *at = options; *at;) {
		size_t len = strcspn(at, ",");
		for (size_t i = 0; i < WIPE_COUNT(keys); i++) {
			size_t skip = strlen(keys[i]);
			if (text_has_prefix(at, keys[i]))
				behind_layers(facts, at + skip, len - skip, behind, depth);
		}
		at += len + (at[len] == ',');
	}
}

static void behind_mount(const struct facts *facts, const struct mountinfo_entry *mount,
    struct behind *behind, unsigned depth)
{
	/* The disks of a ZFS pool are told by the ZFS rule. */
	if (depth > DEPTH_MAX || strcmp(mount->type, "zfs") == 0)
		behind->unknown = true;
	else if (mount->major != 0)
		behind_number(facts, mount->major, mount->minor, behind);
	else if (strcmp(mount->type, "overlay") == 0)
		behind_overlay(facts, mount->options, behind, depth);
	else if (strcmp(mount->type, "btrfs") == 0 || strcmp(mount->type, "bcachefs") == 0)
		behind_sources(facts, mount->source, behind);
}

/* Does `point` lie on the way to `path`? */
static bool is_above(const char *point, const char *path)
{
	size_t len = strlen(point);
	if (strcmp(point, "/") == 0)
		return true;
	return strncmp(point, path, len) == 0 && (path[len] == 0 || path[len] == '/');
}

/* st_dev of a btrfs subvolume is a number mountinfo does not know: ask for the mount above. */
static void behind_mount_point(const struct facts *facts, const char *path,
    struct behind *behind, unsigned depth)
{
	const struct mountinfo_entry *best = NULL;
	const struct mountinfo *own = facts->space_count ? &facts->spaces[0].mounts : NULL;
	BUF_AUTO whole = { 0 };
	struct err err;
	if (!own || facts->host->ops->resolve(facts->host, path, &whole, &err) != CODE_OK) {
		behind->unknown = true;
		return;
	}
	for (size_t i = 0; i < own->count; i++) {
		const struct mountinfo_entry *mount = &own->items[i];
		/* Of equals the later one: it covers the earlier. */
		if (is_above(mount->point, (const char *)whole.data) &&
		    (!best || strlen(mount->point) >= strlen(best->point)))
			best = mount;
	}
	if (best)
		behind_mount(facts, best, behind, depth);
	else
		behind->unknown = true;
}

bool facts_behind_path(const struct facts *facts, const char *path, struct behind *ret,
    unsigned depth)
{
	struct os_node node;
	struct err err;
	if (facts->host->ops->node(facts->host, path, &node, &err) != CODE_OK)
		return false;
	if (node.kind == OS_NODE_BLOCK)
		behind_number(facts, node.rdev_major, node.rdev_minor, ret);
	else if (node.dev_major != 0)
		behind_number(facts, node.dev_major, node.dev_minor, ret);
	else if (depth > DEPTH_MAX)
		ret->unknown = true;
	else
		behind_mount_point(facts, path, ret, depth);
	return true;
}

static bool is_system_point(const char *point)
{
	static const char *const points[] = { "/", "/boot", "/boot/efi", "/efi", "/usr" };
	for (size_t i = 0; i < WIPE_COUNT(points); i++) {
		if (strcmp(point, points[i]) == 0)
			return true;
	}
	return false;
}

static void judge_mount(struct facts *facts, const struct space *space,
    const struct mountinfo_entry *mount, bool own)
{
	struct behind behind = { 0 };
	bool system = space->system && is_system_point(mount->point);
	behind_mount(facts, mount, &behind, 0);
	for (size_t i = 0; i < behind.count; i++) {
		if (system)
			facts_use(facts, behind.items[i], DEVICE_CLAIM_SYSTEM,
			    "carries the running system (mounted at %s); it is never wiped",
			    mount->point);
		else if (own)
			facts_use(facts, behind.items[i], DEVICE_CLAIM_MOUNT,
			    "is mounted at %.80s (%.16s); unmount it first", mount->point,
			    mount->type);
		else
			facts_use(facts, behind.items[i], DEVICE_CLAIM_MOUNT,
			    "is mounted at %.60s in the mount namespace of process %s; "
			    "unmount it there or end that process first",
			    mount->point, space->pid);
	}
	if (behind.unknown && strcmp(mount->type, "zfs") != 0)
		facts_incomplete(facts, "which disk is behind the %.16s mounted at %.60s (process %s) "
					"cannot be told",
		    mount->type, mount->point, space->pid);
}

static bool someone_lives_in(const struct facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->space_count; i++) {
		if (strcmp(facts->spaces[i].id, id) == 0)
			return true;
	}
	return false;
}

void facts_collect_mounts(struct facts *facts)
{
	for (size_t i = 0; i < facts->space_count; i++) {
		const struct space *space = &facts->spaces[i];
		for (size_t j = 0; j < space->mounts.count; j++) {
			const struct mountinfo_entry *mount = &space->mounts.items[j];
			/* A namespace kept alive by a bind mount alone shows no mountinfo. */
			if (strcmp(mount->type, "nsfs") == 0 &&
			    text_has_prefix(mount->root, "mnt:") &&
			    !someone_lives_in(facts, mount->root))
				facts_incomplete(facts, "no process lives in mount namespace %.24s "
							"(kept by %.80s): its mounts are not known",
				    mount->root, mount->point);
			judge_mount(facts, space, mount, i == 0);
		}
	}
}

static void judge_swap(struct facts *facts, char *line)
{
	struct behind behind = { 0 };
	line[strcspn(line, " \t")] = 0;
	if (!mountinfo_unescape(line)) {
		facts_blind(facts, "a line of /proc/swaps is not understood");
		return;
	}
	if (!facts_behind_path(facts, line, &behind, 0) || behind.unknown)
		facts_incomplete(facts, "which disk is behind the swap area %.80s cannot be told", line);
	for (size_t i = 0; i < behind.count; i++)
		facts_use(facts, behind.items[i], DEVICE_CLAIM_SWAP,
		    "is in use as swap (%.60s); swapoff it first", line);
}

void facts_collect_swaps(struct facts *facts)
{
	BUF_AUTO text = { 0 };
	struct err err;
	enum code code = facts->host->ops->read(facts->host, "/proc/swaps", 1 << 20, &text, &err);
	if (code == CODE_MISSING)
		return; /* a kernel without swap */
	if (code != CODE_OK) {
		facts_blind(facts, "%s", err.line);
		return;
	}
	bool header = true;
	for (char *line = (char *)text.data; line && *line;) {
		char *end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		if (!header && *line)
			judge_swap(facts, line);
		header = false;
		line = end;
	}
}

/* The directory may not exist yet: then the one it will be made in. */
void facts_collect_state(struct facts *facts, const char *state_dir)
{
	char path[SYSFS_PATH];
	struct behind behind = { 0 };
	if (!state_dir || !text_copy(path, sizeof(path), state_dir))
		return;
	while (!facts_behind_path(facts, path, &behind, 0)) {
		char *slash = strrchr(path, '/');
		if (!slash || strcmp(path, "/") == 0)
			return;
		slash[slash == path] = 0;
	}
	for (size_t i = 0; i < behind.count; i++)
		facts_use(facts, behind.items[i], DEVICE_CLAIM_STATE,
		    "carries certwipe's own state directory %.80s; it is never wiped", state_dir);
	if (behind.unknown)
		facts_incomplete(facts, "which disk carries the state directory cannot be told");
}
