/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan: all whole disks, each with its identity and everything that claims it. */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

static int compare_devices(const void *a, const void *b)
{
	return strverscmp(((const struct device *)a)->identity.name,
	    ((const struct device *)b)->identity.name);
}

static enum code fill_set(const struct facts *facts, struct device_set *set, struct err *err)
{
	set->items = calloc(facts->block_count + 1, sizeof(*set->items));
	set->partitions = calloc(facts->block_count + 1, sizeof(*set->partitions));
	if (!set->items || !set->partitions)
		return err_memory(err);
	for (size_t i = 0; i < facts->block_count; i++) {
		const struct block *block = &facts->blocks[i];
		if (block->disk == i) {
			device_identify(facts->host, block, &set->items[set->count++]);
			continue;
		}
		size_t at = set->partition_count++;
		set->partitions[at].major = block->major;
		set->partitions[at].minor = block->minor;
		text_copy(set->partitions[at].name, sizeof(set->partitions[at].name), block->name);
		text_copy(set->partitions[at].disk, sizeof(set->partitions[at].disk),
		    facts->blocks[block->disk].name);
		set->items[set->count - 1].partition_count++; /* they follow their disk */
	}
	if (set->count > 1)
		qsort(set->items, set->count, sizeof(*set->items), compare_devices);
	for (size_t i = 0; i < set->count; i++) {
		set->items[i].scan_incomplete = facts->incomplete;
		text_copy(set->items[i].scan_note, sizeof(set->items[i].scan_note), facts->note);
	}
	return CODE_OK;
}

/* A word that excludes may name several disks; one that names none is taken for a slip. */
static enum code exclude(const struct facts *facts, struct device_set *set, const char *word,
    struct err *err)
{
	size_t matched = 0;
	size_t block;
	struct os_node node;
	const char *disk = "";
	if (!text_has_prefix(word, "serial:") && !text_has_prefix(word, "wwn:")) {
		enum code code = facts->host->ops->node(facts->host, word, &node, err);
		if (code != CODE_OK)
			return err_prefix(err, "--exclude");
		if (node.kind == OS_NODE_BLOCK &&
		    facts_block(facts, node.rdev_major, node.rdev_minor, &block))
			disk = facts->blocks[facts->blocks[block].disk].name;
	}
	for (size_t i = 0; i < set->count; i++) {
		const struct identity *identity = &set->items[i].identity;
		if (strcmp(identity->name, disk) != 0 && !device_word_matches(identity, word))
			continue;
		matched++;
		device_claim_add(&set->items[i], DEVICE_CLAIM_EXCLUDED, "%s is excluded (%.100s)",
		    identity->name, word);
	}
	if (!matched)
		return err_set(err, CODE_MISSING, "--exclude %s names no disk of this machine", word);
	return CODE_OK;
}

static enum code judge(const struct facts *facts, const struct device_scan_options *options,
    struct device_set *set, struct err *err)
{
	enum code code = device_claims_apply(facts, set, err);
	for (size_t i = 0; options->excluded && options->excluded[i] && code == CODE_OK; i++)
		code = exclude(facts, set, options->excluded[i], err);
	if (code == CODE_OK)
		code = device_claims_compare(facts, set, err);
	return code;
}

enum code device_scan(struct os_host *host, const struct device_scan_options *options,
    struct device_set *ret, struct err *err)
{
	struct facts facts = { .host = host };
	struct device_set set = { 0 };
	enum code code = facts_collect_blocks(&facts, err);
	if (code == CODE_OK) {
		facts_collect_processes(&facts);
		facts_collect_mounts(&facts);
		facts_collect_swaps(&facts);
		facts_collect_stacks(&facts);
		facts_collect_exports(&facts);
		facts_collect_state(&facts, options->state_dir);
		code = facts.no_memory ? err_memory(err) : fill_set(&facts, &set, err);
	}
	if (code == CODE_OK)
		code = judge(&facts, options, &set, err);
	facts_free(&facts);
	if (code == CODE_OK)
		*ret = set;
	else
		device_set_free(&set);
	return code;
}

void device_set_free(struct device_set *set)
{
	free(set->items);
	free(set->partitions);
	*set = (struct device_set){ 0 };
}
