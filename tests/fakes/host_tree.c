/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host_tree: what would a machine answer that looks like this folder? */
#include "host_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct tree {
	struct os_host base;
	char dir[256];
	int root; /* a descriptor of it */
	struct tree_node *nodes; /* of DIR/nodes, sorted; of one name the first line counts */
	size_t node_count;
	char *text; /* where their names lie */
};

struct tree_node {
	char *name;
	char kind[16];
	struct os_node node;
};

static const char *inside(const struct tree *tree, const char *path, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s%s", tree->dir, path);
	return out;
}

static bool find_node(const struct tree *tree, const char *path, char kind[16], struct os_node *ret)
{
	size_t low = 0;
	for (size_t high = tree->node_count; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(tree->nodes[middle].name, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == tree->node_count || strcmp(tree->nodes[low].name, path) != 0)
		return false;
	strcpy(kind, tree->nodes[low].kind);
	*ret = tree->nodes[low].node;
	return true;
}

static int compare_nodes(const void *a, const void *b)
{
	const struct tree_node *left = a, *right = b;
	int order = strcmp(left->name, right->name);
	/* The names lie in one text, in the order of its lines. */
	return order ? order : (left->name > right->name) - (left->name < right->name);
}

/* The lines of DIR/nodes; those that are not understood are passed over. */
static void read_nodes(struct tree *tree, char *text)
{
	char *save = NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct tree_node at = { .name = line };
		int end = 0;
		if (sscanf(line, "%*511s%n %15s %u:%u %u:%u", &end, at.kind, &at.node.dev_major,
			&at.node.dev_minor, &at.node.rdev_major, &at.node.rdev_minor) != 5)
			continue;
		line[end] = 0;
		at.node.kind = strcmp(at.kind, "file") == 0 ? OS_NODE_FILE
		    : strcmp(at.kind, "directory") == 0	    ? OS_NODE_DIRECTORY
		    : strcmp(at.kind, "block") == 0	    ? OS_NODE_BLOCK
							    : OS_NODE_OTHER;
		tree->nodes = reallocarray(tree->nodes, tree->node_count + 1, sizeof(at));
		if (!tree->nodes)
			abort();
		tree->nodes[tree->node_count++] = at;
	}
	if (tree->node_count)
		qsort(tree->nodes, tree->node_count, sizeof(*tree->nodes), compare_nodes);
}

static bool is_refused(const struct tree *tree, const char *path)
{
	char kind[16];
	struct os_node node;
	return find_node(tree, path, kind, &node) && strcmp(kind, "refused") == 0;
}

/* The path after every link in the tree; what is not in the tree is kept as it is written. */
static void follow(const struct tree *tree, const char *path, char out[PATH_MAX], unsigned depth)
{
	char rest[PATH_MAX];
	char real[PATH_MAX];
	char target[PATH_MAX];
	char *save = NULL;
	snprintf(rest, sizeof(rest), "%s", path);
	out[0] = 0;
	for (char *part = strtok_r(rest, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		if (strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			char *slash = strrchr(out, '/');
			if (slash)
				*slash = 0;
			continue;
		}
		char before[PATH_MAX];
		strcpy(before, out);
		snprintf(out + strlen(out), PATH_MAX - strlen(out), "/%s", part);
		ssize_t n = readlink(inside(tree, out, real), target, sizeof(target) - 1);
		if (n <= 0 || depth > 32)
			continue;
		target[n] = 0;
		char next[PATH_MAX * 2 + 2];
		snprintf(next, sizeof(next), "%s/%s%s%s", target[0] == '/' ? "" : before, target,
		    save && *save ? "/" : "", save && *save ? save : "");
		next[PATH_MAX - 1] = 0;
		follow(tree, next, out, depth + 1);
		return;
	}
	if (!out[0])
		strcpy(out, "/");
}

static enum code missing(struct err *err, const char *path)
{
	return err_set(err, CODE_MISSING, "%s does not exist", path);
}

/* What the kernel finds when the folder is its root; by hand where it cannot do that. */
static int open_inside(const struct tree *tree, const char *path, int flags)
{
	const struct open_how how = { .flags = (unsigned long long)(unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT };
	int fd = (int)syscall(SYS_openat2, tree->root, path, &how, sizeof(how));
	if (fd >= 0 || errno != ENOSYS)
		return fd;
	char whole[PATH_MAX], real[PATH_MAX];
	follow(tree, path, whole, 0);
	return open(inside(tree, whole, real), flags | O_CLOEXEC);
}

static enum code tree_read(struct os_host *host, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	const struct tree *tree = (struct tree *)host;
	if (is_refused(tree, path))
		return err_set(err, CODE_REFUSED, "cannot open %s: no permission", path);
	int fd = open_inside(tree, path, O_RDONLY);
	if (fd < 0)
		return missing(err, path);
	uint8_t chunk[4096];
	ssize_t n;
	enum code code = CODE_OK;
	for (size_t total = 0; code == CODE_OK && (n = read(fd, chunk, sizeof(chunk))) > 0;) {
		total += (size_t)n;
		if (total > max)
			code = err_set(err, CODE_FULL, "%s is longer than %zu bytes", path, max);
		buf_append(ret, chunk, (size_t)n);
	}
	close(fd);
	return code == CODE_OK ? buf_check(ret, err) : code;
}

static enum code tree_link(struct os_host *host, const char *path, struct buf *ret, struct err *err)
{
	const struct tree *tree = (struct tree *)host;
	char parent[PATH_MAX];
	char real[PATH_MAX];
	char target[PATH_MAX];
	if (is_refused(tree, path))
		return err_set(err, CODE_REFUSED, "cannot read the link %s: no permission", path);
	/* Everything but the last name is followed, as the kernel does. */
	snprintf(real, sizeof(real), "%s", path);
	char *slash = strrchr(real, '/');
	*slash = 0;
	follow(tree, real, parent, 0);
	snprintf(parent + strlen(parent), sizeof(parent) - strlen(parent), "/%s",
	    strrchr(path, '/') + 1);
	ssize_t n = readlink(inside(tree, parent, real), target, sizeof(target));
	if (n < 0)
		return missing(err, path);
	buf_append(ret, target, (size_t)n);
	return buf_check(ret, err);
}

/* As bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum code tree_list(struct os_host *host, const char *path, struct buf *ret, struct err *err)
{
	const struct tree *tree = (struct tree *)host;
	struct dirent **entries;
	if (is_refused(tree, path))
		return err_set(err, CODE_REFUSED, "cannot list %s: no permission", path);
	int fd = open_inside(tree, path, O_RDONLY | O_DIRECTORY);
	int n = fd < 0 ? -1 : scandirat(fd, ".", &entries, NULL, by_name);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return missing(err, path);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			buf_append(ret, name, strlen(name) + 1);
		free(entries[i]);
	}
	free(entries);
	return buf_check(ret, err);
}

static enum code tree_node(struct os_host *host, const char *path, struct os_node *ret,
    struct err *err)
{
	const struct tree *tree = (struct tree *)host;
	char whole[PATH_MAX];
	char real[PATH_MAX];
	char kind[16];
	struct stat st;
	if (is_refused(tree, path))
		return err_set(err, CODE_REFUSED, "cannot look at %s: no permission", path);
	if (find_node(tree, path, kind, ret))
		return CODE_OK;
	follow(tree, path, whole, 0);
	if (find_node(tree, whole, kind, ret))
		return CODE_OK;
	if (lstat(inside(tree, whole, real), &st) < 0)
		return missing(err, path);
	*ret = (struct os_node){ .kind = S_ISDIR(st.st_mode) ? OS_NODE_DIRECTORY : OS_NODE_FILE };
	return CODE_OK;
}

static enum code tree_resolve(struct os_host *host, const char *path, struct buf *ret,
    struct err *err)
{
	char whole[PATH_MAX];
	struct os_node node;
	enum code code = tree_node(host, path, &node, err);
	if (code != CODE_OK)
		return code;
	follow((struct tree *)host, path, whole, 0);
	buf_string(ret, whole);
	return buf_check(ret, err);
}

static enum code tree_property(struct os_host *host, const char *name, const char *key,
    struct buf *ret, struct err *err)
{
	char path[PATH_MAX];
	BUF_AUTO text = { 0 };
	snprintf(path, sizeof(path), "/udev/%s", name);
	enum code code = tree_read(host, path, 65536, &text, err);
	if (code != CODE_OK)
		return code;
	for (char *line = (char *)text.data; line;) {
		char *end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		if (text_has_prefix(line, key) && line[strlen(key)] == '=') {
			buf_string(ret, line + strlen(key) + 1);
			return buf_check(ret, err);
		}
		line = end;
	}
	return missing(err, key);
}

static void tree_probe(struct os_host *host, const char *node, struct os_probe *ret)
{
	char path[PATH_MAX];
	BUF_AUTO text = { 0 };
	struct err err;
	const char *slash = strrchr(node, '/');
	*ret = (struct os_probe){ .result = OS_PROBE_UNKNOWN, .why = "no answer was captured" };
	snprintf(path, sizeof(path), "/blkid/%s", slash ? slash + 1 : node);
	if (tree_read(host, path, 65536, &text, &err) != CODE_OK)
		return;
	*ret = (struct os_probe){ .result = OS_PROBE_DONE };
	for (const char *line = (const char *)text.data; line && *line;) {
		struct os_signature item = { 0 };
		if (sscanf(line, "%31s %15s %lu", item.type, item.usage, &item.offset) == 3 &&
		    ret->count < OS_SIGNATURES_MAX)
			ret->items[ret->count++] = item;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
}

static void tree_free(struct os_host *host)
{
	struct tree *tree = (struct tree *)host;
	if (tree->root >= 0)
		close(tree->root);
	free(tree->text);
	free(tree->nodes);
	free(tree);
}

enum code host_tree_open(const char *dir, struct os_host **ret, struct err *err)
{
	static const struct os_host_ops ops = { tree_read, tree_link, tree_list, tree_node,
		tree_resolve, tree_property, tree_probe, tree_free };
	struct tree *tree = calloc(1, sizeof(*tree));
	if (!tree)
		return err_memory(err);
	tree->base.ops = &ops;
	snprintf(tree->dir, sizeof(tree->dir), "%s", dir);
	tree->root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	BUF_AUTO nodes = { 0 };
	if (tree_read(&tree->base, "/nodes", 1 << 20, &nodes, err) == CODE_OK && nodes.data) {
		tree->text = strdup((const char *)nodes.data);
		if (!tree->text)
			abort();
		read_nodes(tree, tree->text);
	}
	*ret = &tree->base;
	return CODE_OK;
}

/* ---- making one ----------------------------------------------------------------------------- */

static void make_parents(const char *dir, const char *path, char real[PATH_MAX])
{
	snprintf(real, PATH_MAX, "%s/%s", dir, path);
	for (char *slash = real + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		if (mkdir(real, 0755) < 0 && errno != EEXIST)
			abort();
		*slash = '/';
	}
}

void host_tree_bytes(const char *dir, const char *path, const void *data, size_t len)
{
	char real[PATH_MAX];
	make_parents(dir, path, real);
	FILE *file = fopen(real, "we");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file) != 0)
		abort();
}

void host_tree_file(const char *dir, const char *path, const char *format, ...)
{
	BUF_AUTO text = { 0 };
	char line[8192];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	buf_string(&text, line);
	host_tree_bytes(dir, path, text.data, text.len);
}

void host_tree_link(const char *dir, const char *path, const char *target)
{
	char real[PATH_MAX];
	make_parents(dir, path, real);
	(void)unlink(real);
	if (symlink(target, real) < 0)
		abort();
}

void host_tree_folder(const char *dir, const char *path)
{
	char real[PATH_MAX];
	make_parents(dir, path, real);
	if (mkdir(real, 0755) < 0 && errno != EEXIST)
		abort();
}

void host_tree_node(const char *dir, const char *path, const char *kind, const char *dev,
    const char *rdev)
{
	char real[PATH_MAX];
	make_parents(dir, "nodes", real);
	FILE *file = fopen(real, "ae");
	if (!file || fprintf(file, "%s %s %s %s\n", path, kind, dev, rdev) < 0 || fclose(file) != 0)
		abort();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void host_tree_remove(const char *dir)
{
	if (text_has_prefix(dir, "/tmp/"))
		(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
