/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exports: which disk does this kernel serve to other machines? The NVMe target, and the SCSI target
 * with fileio or exclusive=0, open a disk inside the kernel and not exclusively: there is no holder,
 * no process, and O_EXCL does not fail. Only configfs tells (Linux: drivers/nvme/target/configfs.c
 * and drivers/target/target_core_{configfs,file,iblock,pscsi}.c).
 */
#include "facts.h"
#include "sysfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NVMET "/sys/kernel/config/nvmet/subsystems"
#define LIO   "/sys/kernel/config/target/core"
#define WORDS 112 /* "NVMe target (namespace 1 of nqn.…)" */

static void serve(struct facts *facts, size_t block, bool itself, const char *words)
{
	facts_use(facts, block, DEVICE_CLAIM_HOLDER, "%s the kernel's %s; disable that first",
	    itself ? "is exported by" : "carries a file exported by", words);
}

static void serve_unknown(struct facts *facts, const char *what, const char *words)
{
	facts_blind(facts, "no disk is known behind %.40s, which is exported by the kernel's %s", what,
	    words);
}

/* The path was opened when the export was enabled: it is relative to nobody's folder any more. */
static void serve_path(struct facts *facts, const char *path, const char *words)
{
	struct behind behind = { 0 };
	struct os_node node;
	struct err err;
	if (path[0] != '/' || !facts_behind_path(facts, path, &behind, 0)) {
		serve_unknown(facts, path, words);
		return;
	}
	if (behind.unknown)
		facts_incomplete(facts, "which disk is behind %.60s (%s) cannot be told", path, words);
	bool itself = facts->host->ops->node(facts->host, path, &node, &err) == CODE_OK &&
	    node.kind == OS_NODE_BLOCK;
	for (size_t i = 0; i < behind.count; i++)
		serve(facts, behind.items[i], itself, words);
}

/* What is not there went away meanwhile; what is there and cannot be read may hide an export. */
static bool list(struct facts *facts, const char *path, struct buf *ret)
{
	struct err err;
	enum code code = facts->host->ops->list(facts->host, path, ret, &err);
	if (code != CODE_OK && code != CODE_MISSING)
		facts_blind(facts, "%s", err.line);
	return code == CODE_OK;
}

/* The whole attribute as a string; false when it is empty or not there. */
static bool attribute(struct facts *facts, const char *dir, const char *name, struct buf *ret)
{
	char path[SYSFS_PATH];
	struct err err;
	sysfs_path(path, "%s/%s", dir, name);
	enum code code = facts->host->ops->read(facts->host, path, 65536, ret, &err);
	if (code != CODE_OK && code != CODE_MISSING)
		facts_blind(facts, "%s", err.line);
	return code == CODE_OK && ret->len > 0;
}

/* What is configured and not enabled has nothing open. */
static bool is_enabled(struct facts *facts, const char *dir)
{
	BUF_AUTO value = { 0 };
	return attribute(facts, dir, "enable", &value) && strcmp((char *)value.data, "0\n") != 0;
}

static char *first_line(struct buf *text)
{
	char *line = (char *)text->data;
	line[strcspn(line, "\n")] = 0;
	return line;
}

/* The folder of a target's exports. A target that is loaded and shows none hides them. */
static bool list_target(struct facts *facts, const char *root, const char *module, const char *what,
    struct buf *ret)
{
	struct os_node node;
	struct err err;
	if (list(facts, root, ret))
		return true;
	if (facts->host->ops->node(facts->host, module, &node, &err) != CODE_MISSING)
		facts_blind(facts, "the kernel's %s is loaded, but its %.40s is not there: "
				   "mount -t configfs none /sys/kernel/config",
		    what, root);
	return false;
}

/* ---- NVMe target ----------------------------------------------------------------------------- */

static void collect_namespace(struct facts *facts, const char *dir, const char *nqn,
    const char *number)
{
	BUF_AUTO path = { 0 };
	char words[WORDS];
	if (!is_enabled(facts, dir) || !attribute(facts, dir, "device_path", &path))
		return;
	snprintf(words, sizeof(words), "NVMe target (namespace %.10s of %.70s)", number, nqn);
	serve_path(facts, first_line(&path), words);
}

/*
 * A controller that is passed through whole, with every namespace it has. Of a disk with native
 * multipath the controllers are entries beside it; without, the disk lies below its controller.
 */
static void serve_controller(struct facts *facts, const char *path, const char *words)
{
	struct os_node node;
	struct err err;
	BUF_AUTO whole = { 0 };
	char number[SYSFS_PATH];
	if (path[0] != '/' || facts->host->ops->node(facts->host, path, &node, &err) != CODE_OK) {
		serve_unknown(facts, path, words);
		return;
	}
	sysfs_path(number, "/sys/dev/char/%" PRIu32 ":%" PRIu32, node.rdev_major, node.rdev_minor);
	if (facts->host->ops->resolve(facts->host, number, &whole, &err) != CODE_OK) {
		serve_unknown(facts, path, words);
		return;
	}
	const char *controller = (const char *)whole.data;
	const char *name = strrchr(controller, '/');
	for (size_t i = 0; i < facts->block_count; i++) {
		char entry[SYSFS_PATH];
		const char *sysfs = facts->blocks[i].sysfs;
		if (facts->blocks[i].disk != i)
			continue;
		sysfs_path(entry, "%s/device%s", sysfs, name);
		if ((text_has_prefix(sysfs, controller) && sysfs[whole.len] == '/') ||
		    facts->host->ops->node(facts->host, entry, &node, &err) == CODE_OK)
			serve(facts, i, true, words);
	}
}

static void collect_subsystem(struct facts *facts, const char *nqn)
{
	BUF_AUTO names = { 0 };
	BUF_AUTO path = { 0 };
	char dir[SYSFS_PATH];
	size_t pos = 0;
	sysfs_path(dir, NVMET "/%s/namespaces", nqn);
	list(facts, dir, &names);
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		sysfs_path(dir, NVMET "/%s/namespaces/%s", nqn, name);
		collect_namespace(facts, dir, nqn, name);
	}
	sysfs_path(dir, NVMET "/%s/passthru", nqn);
	if (is_enabled(facts, dir) && attribute(facts, dir, "device_path", &path)) {
		char words[WORDS];
		snprintf(words, sizeof(words), "NVMe target (passthru of %.70s)", nqn);
		serve_controller(facts, first_line(&path), words);
	}
}

/* ---- SCSI target (LIO) ----------------------------------------------------------------------- */

/* What follows the last `mark`: names of anybody's choosing stand before it. */
static char *after_last(char *text, const char *mark)
{
	char *found = NULL;
	for (char *at = text; (at = strstr(at, mark)); at++)
		found = at + strlen(mark);
	return found;
}

static bool number(char *text, uint32_t *ret)
{
	uint64_t value;
	if (!text)
		return false;
	text[strcspn(text, " \n")] = 0;
	if (!text_u64_parse(text, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* iblock says the number of what it opened: "…\n        Major: 8 Minor: 16  CLAIMED: IBLOCK\n" */
static void serve_number(struct facts *facts, char *info, const char *words)
{
	uint32_t major;
	uint32_t minor;
	size_t block;
	char *majors = after_last(info, " Major: ");
	char *minors = after_last(info, " Minor: ");
	if (!number(majors, &major) || !number(minors, &minor))
		serve_unknown(facts, "an iblock device", words);
	else if (facts_block(facts, major, minor, &block))
		serve(facts, block, true, words);
	else
		facts_incomplete(facts, "the %s exports a disk that is gone", words);
}

/* "TCM FILEIO ID: 0        File: /srv/a  Size: 4096  Mode: O_DSYNC Async: 0\n" */
static void serve_file(struct facts *facts, char *info, const char *words)
{
	char *path = strstr(info, " File: ");
	char *end = path ? after_last(path, "  Size: ") : NULL;
	if (!end) {
		serve_unknown(facts, "a fileio device", words);
		return;
	}
	end[-(ptrdiff_t)strlen("  Size: ")] = 0;
	serve_path(facts, path + strlen(" File: "), words);
}

static void collect_store(struct facts *facts, const char *hba, const char *name)
{
	BUF_AUTO text = { 0 };
	char dir[SYSFS_PATH];
	char words[WORDS];
	bool pass = text_has_prefix(hba, "pscsi_");
	sysfs_path(dir, LIO "/%s/%s", hba, name);
	if (!is_enabled(facts, dir) || !attribute(facts, dir, pass ? "udev_path" : "info", &text))
		return;
	snprintf(words, sizeof(words), "SCSI target (%.20s/%.60s)", hba, name);
	if (pass)
		serve_path(facts, first_line(&text), words);
	else if (text_has_prefix(hba, "fileio_"))
		serve_file(facts, (char *)text.data, words);
	else
		serve_number(facts, (char *)text.data, words);
}

/* Of the others ramdisk has no disk, and user has a process that has it open. */
static void collect_hba(struct facts *facts, const char *hba)
{
	BUF_AUTO names = { 0 };
	char dir[SYSFS_PATH];
	size_t pos = 0;
	if (!text_has_prefix(hba, "iblock_") && !text_has_prefix(hba, "fileio_") &&
	    !text_has_prefix(hba, "pscsi_"))
		return;
	sysfs_path(dir, LIO "/%s", hba);
	list(facts, dir, &names);
	for (const char *name; (name = sysfs_next_name(&names, &pos));)
		collect_store(facts, hba, name);
}

void facts_collect_exports(struct facts *facts)
{
	static const struct {
		const char *root, *module, *what;
		void (*collect)(struct facts *facts, const char *name);
	} targets[] = {
		{ NVMET, "/sys/module/nvmet", "NVMe target", collect_subsystem },
		{ LIO, "/sys/module/target_core_mod", "SCSI target", collect_hba },
	};
	for (size_t i = 0; i < WIPE_COUNT(targets); i++) {
		BUF_AUTO names = { 0 };
		size_t pos = 0;
		if (!list_target(facts, targets[i].root, targets[i].module, targets[i].what, &names))
			continue;
		for (const char *name; (name = sysfs_next_name(&names, &pos));)
			targets[i].collect(facts, name);
	}
}
