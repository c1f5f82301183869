/* SPDX-License-Identifier: GPL-3.0-or-later */
/* find: which one disk does a person mean? By device number, serial or WWN, and never a guess. */
#include "facts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool device_word_matches(const struct identity *identity, const char *word)
{
	if (text_has_prefix(word, "serial:"))
		return word[7] && strcmp(identity->serial, word + 7) == 0;
	if (!text_has_prefix(word, "wwn:") || !identity->wwn[0])
		return false;
	const char *wanted = word + 4;
	/* udev and labels write 0x5000…, the kernel naa.5000… */
	const char *digits = text_has_prefix(wanted, "0x") ? wanted + 2 : wanted;
	const char *known = identity->wwn;
	if (strcasecmp(known, wanted) == 0)
		return true;
	known += text_has_prefix(known, "naa.") || text_has_prefix(known, "eui.") ? 4
	    : text_has_prefix(known, "0x")					  ? 2
										  : 0;
	return *digits && strcasecmp(known, digits) == 0;
}

static enum code find_by_word(const struct device_set *set, const char *word,
    const struct device **ret, struct err *err)
{
	const struct device *found = NULL;
	char names[200] = "";
	size_t count = 0;
	for (size_t i = 0; i < set->count; i++) {
		const struct identity *identity = &set->items[i].identity;
		if (!device_word_matches(identity, word))
			continue;
		found = &set->items[i];
		size_t used = strlen(names);
		snprintf(names + used, sizeof(names) - used, "%s%s%s%s", count++ ? ", " : "",
		    identity->node, identity->unit[0] ? " unit " : "", identity->unit);
	}
	if (count == 0)
		return err_set(err, CODE_MISSING, "no disk of this machine is %s", word);
	if (count > 1)
		return err_set(err, CODE_REFUSED, "%s names %zu disks (%s); name one by its path", word,
		    count, names);
	*ret = found;
	return CODE_OK;
}

static enum code find_by_path(struct os_host *host, const struct device_set *set, const char *path,
    const struct device **ret, struct err *err)
{
	struct os_node node;
	enum code code = host->ops->node(host, path, &node, err);
	if (code != CODE_OK)
		return code;
	if (node.kind != OS_NODE_BLOCK)
		return err_set(err, CODE_INPUT, "%s is not a block device", path);
	for (size_t i = 0; i < set->count; i++) {
		if (set->items[i].identity.major == node.rdev_major &&
		    set->items[i].identity.minor == node.rdev_minor) {
			*ret = &set->items[i];
			return CODE_OK;
		}
	}
	for (size_t i = 0; i < set->partition_count; i++) {
		if (set->partitions[i].major == node.rdev_major &&
		    set->partitions[i].minor == node.rdev_minor)
			return err_set(err, CODE_INPUT,
			    "%s is a partition (%s) of disk %s; only whole disks are wiped: name "
			    "/dev/%s if you mean it",
			    path, set->partitions[i].name, set->partitions[i].disk,
			    set->partitions[i].disk);
	}
	return err_set(err, CODE_MISSING, "%s (%u:%u) is not among the disks of this machine", path,
	    node.rdev_major, node.rdev_minor);
}

enum code device_find(struct os_host *host, const struct device_set *set, const char *word,
    const struct device **ret, struct err *err)
{
	if (text_has_prefix(word, "serial:") || text_has_prefix(word, "wwn:"))
		return find_by_word(set, word, ret, err);
	if (!strchr(word, '/'))
		return err_set(err, CODE_INPUT,
		    "%s is no DEVICE; write a path such as /dev/sdb, serial:… or wwn:…", word);
	return find_by_path(host, set, word, ret, err);
}
