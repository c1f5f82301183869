/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * processes: who has a block device open, and which mount namespaces are lived in? A process that
 * ends while we look is fine; one that we may not look into is said, not hidden.
 */
#include "processes.h"

#include "facts.h"
#include "sysfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PF_KTHREAD 0x00200000u /* of /proc/PID/stat, field 9 */

/* Kernel threads have no descriptors and live in the first namespace. */
static bool is_kernel_thread(struct os_host *host, const char *dir)
{
	BUF_AUTO text = { 0 };
	if (!sysfs_bytes(host, &text, dir, "stat") || !text.len)
		return false;
	/* The name before it may hold anything: blanks, newlines, ')'. */
	const char *at = strrchr((const char *)text.data, ')');
	for (int field = 2; at && field < 9; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at && (strtoul(at, NULL, 10) & PF_KTHREAD) != 0;
}

static void visit_descriptors(struct os_host *host, const char *pid, const char *dir,
    const struct processes_visitor *visitor)
{
	BUF_AUTO names = { 0 };
	struct err err;
	char path[SYSFS_PATH];
	enum code code = host->ops->list(host, sysfs_path(path, "%s/fd", dir), &names, &err);
	if (code != CODE_OK) {
		if (code != CODE_MISSING)
			visitor->unseen(visitor->self, pid);
		return;
	}
	size_t pos = 0;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		struct os_node node;
		code = host->ops->node(host, sysfs_path(path, "%s/fd/%s", dir, name), &node, &err);
		if (code == CODE_OK && node.kind == OS_NODE_BLOCK)
			visitor->opened(visitor->self, pid, &node);
		else if (code != CODE_OK && code != CODE_MISSING)
			visitor->unseen(visitor->self, pid);
	}
}

enum code processes_visit(struct os_host *host, const char *skip,
    const struct processes_visitor *visitor, struct err *err)
{
	BUF_AUTO names = { 0 };
	enum code code = host->ops->list(host, "/proc", &names, err);
	if (code != CODE_OK)
		return code;
	size_t pos = 0;
	for (const char *pid; (pid = sysfs_next_name(&names, &pos));) {
		uint64_t number;
		char dir[SYSFS_PATH];
		sysfs_path(dir, "/proc/%s", pid);
		if (!text_u64_parse(pid, &number) || is_kernel_thread(host, dir))
			continue;
		if (visitor->process)
			visitor->process(visitor->self, pid);
		if (strcmp(pid, skip) != 0)
			visit_descriptors(host, pid, dir, visitor);
	}
	return CODE_OK;
}

const char *processes_name(struct os_host *host, const char *pid, char *out, size_t size)
{
	char dir[SYSFS_PATH];
	char name[80];
	sysfs_path(dir, "/proc/%s", pid);
	if (sysfs_text(host, name, sizeof(name), dir, "comm"))
		snprintf(out, size, "%s (%s)", pid, name);
	else
		text_copy(out, size, pid);
	return out;
}

/* ---- into the facts ------------------------------------------------------------------------- */

static struct space *add_space(struct facts *facts, const char *id, const char *pid)
{
	struct space *more = reallocarray(facts->spaces, facts->space_count + 1, sizeof(*more));
	if (!more) {
		facts->no_memory = true;
		return NULL;
	}
	facts->spaces = more;
	struct space *space = &facts->spaces[facts->space_count];
	*space = (struct space){ 0 };
	text_copy(space->id, sizeof(space->id), id);
	text_copy(space->pid, sizeof(space->pid), pid);
	return space;
}

static enum code read_space(struct facts *facts, const char *id, const char *pid, struct err *err)
{
	char path[SYSFS_PATH];
	BUF_AUTO text = { 0 };
	enum code code = facts->host->ops->read(facts->host,
	    sysfs_path(path, "/proc/%s/mountinfo", pid), MOUNTINFO_BYTES_MAX, &text, err);
	if (code != CODE_OK)
		return code;
	struct mountinfo mounts;
	code = mountinfo_parse(text.data, text.len, &mounts, err);
	if (code != CODE_OK)
		return code;
	struct space *space = add_space(facts, id, pid);
	if (!space) {
		mountinfo_free(&mounts);
		return err_memory(err);
	}
	space->mounts = mounts;
	facts->space_count++;
	return CODE_OK;
}

static bool space_id(struct facts *facts, const char *pid, char *out, size_t size, struct err *err)
{
	char path[SYSFS_PATH];
	BUF_AUTO link = { 0 };
	if (facts->host->ops->link(facts->host, sysfs_path(path, "/proc/%s/ns/mnt", pid), &link,
		err) != CODE_OK)
		return false;
	return text_copy(out, size, (const char *)link.data);
}

static void on_unseen(void *self, const char *pid)
{
	facts_incomplete(self, "process %s could not be looked into", pid);
}

/* The namespace that `task` ("200", or one thread: "200/task/201") lives in. */
static void look_at_space(struct facts *facts, const char *pid, const char *task)
{
	struct err err = { 0 };
	char id[32];
	if (!space_id(facts, task, id, sizeof(id), &err)) {
		if (err.code != CODE_MISSING)
			on_unseen(facts, pid);
		return;
	}
	for (size_t i = 0; i < facts->space_count; i++) {
		if (strcmp(facts->spaces[i].id, id) != 0)
			continue;
		if (strcmp(pid, "1") == 0)
			facts->spaces[i].system = true;
		return;
	}
	enum code code = read_space(facts, id, task, &err);
	if (code == CODE_OK) {
		struct space *space = &facts->spaces[facts->space_count - 1];
		space->system = strcmp(pid, "1") == 0;
		text_copy(space->pid, sizeof(space->pid), pid);
	} else if (code == CODE_INPUT || code == CODE_FULL) {
		facts_blind(facts, "the mounts of process %s: %s", pid, err.line);
	} else if (code != CODE_MISSING) {
		on_unseen(facts, pid); /* a zombie's is EINVAL */
	}
}

/* A single thread can leave its process's namespace: container runtimes do. */
static void on_process(void *self, const char *pid)
{
	struct facts *facts = self;
	char path[SYSFS_PATH];
	BUF_AUTO threads = { 0 };
	struct err err;
	look_at_space(facts, pid, pid);
	enum code code = facts->host->ops->list(facts->host, sysfs_path(path, "/proc/%s/task", pid),
	    &threads, &err);
	if (code != CODE_OK && code != CODE_MISSING)
		on_unseen(self, pid);
	size_t pos = 0;
	for (const char *name; code == CODE_OK && (name = sysfs_next_name(&threads, &pos));) {
		if (strcmp(name, pid) != 0)
			look_at_space(facts, pid, sysfs_path(path, "%s/task/%s", pid, name));
	}
}

static void on_opened(void *self, const char *pid, const struct os_node *node)
{
	struct facts *facts = self;
	size_t block;
	char name[100];
	if (facts_block(facts, node->rdev_major, node->rdev_minor, &block))
		facts_use(facts, block, DEVICE_CLAIM_OPENER,
		    "is open in process %s; end that process first",
		    processes_name(facts->host, pid, name, sizeof(name)));
}

void facts_collect_processes(struct facts *facts)
{
	struct processes_visitor visitor = { facts, on_opened, on_process, on_unseen };
	BUF_AUTO self = { 0 };
	struct err err;
	char id[32];
	/* Ours first: paths are resolved in spaces[0], and without it nothing can be judged. */
	if (facts->host->ops->link(facts->host, "/proc/self", &self, &err) != CODE_OK ||
	    !space_id(facts, "self", id, sizeof(id), &err) ||
	    read_space(facts, id, "self", &err) != CODE_OK) {
		facts_blind(facts, "%s", err.line);
		return;
	}
	facts->spaces[0].system = true;
	if (processes_visit(facts->host, (const char *)self.data, &visitor, &err) != CODE_OK)
		facts_blind(facts, "%s", err.line);
}
