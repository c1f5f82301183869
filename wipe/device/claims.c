/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claims: which use of which block device keeps which whole disk from being wiped? */
#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void device_claim_add(struct device *device, enum device_claim_kind kind, const char *format, ...)
{
	struct device_claim claim = { .kind = kind };
	va_list args;
	va_start(args, format);
	vsnprintf(claim.text, sizeof(claim.text), format, args);
	va_end(args);
	size_t at = 0;
	/* The gravest first: that is the line a refusal shows. */
	for (; at < device->claim_count && device->claims[at].kind <= kind; at++) {
		if (device->claims[at].kind == kind &&
		    strcmp(device->claims[at].text, claim.text) == 0)
			return;
	}
	if (at == DEVICE_CLAIMS_MAX)
		return; /* 63 graver reasons say enough */
	if (device->claim_count == DEVICE_CLAIMS_MAX)
		device->claim_count--;
	memmove(&device->claims[at + 1], &device->claims[at],
	    (device->claim_count - at) * sizeof(claim));
	device->claims[at] = claim;
	device->claim_count++;
}

/* Says the use on the disk of `block`, and goes down to everything `block` lies on. */
static void spread(const struct facts *facts, struct device_set *set, const size_t *item_of,
    const struct use *use, size_t block, bool *seen)
{
	if (seen[block])
		return;
	seen[block] = true;
	const struct block *at = &facts->blocks[block];
	const char *user = facts->blocks[use->block].name;
	struct device *device = &set->items[item_of[at->disk]];
	if (block == use->block)
		device_claim_add(device, use->kind, "%s %s", user, use->text);
	else
		device_claim_add(device, use->kind, "%s (on %s) %s", user, at->name, use->text);
	for (size_t i = 0; i < facts->edge_count; i++) {
		const struct edge *edge = &facts->edges[i];
		/* A partition of a stacked disk (md0p1) lies on whatever the disk lies on. */
		if (edge->upper == block || edge->upper == at->disk)
			spread(facts, set, item_of, use, edge->lower, seen);
	}
}

/* As scan.c sorts them. */
static int compare_name(const void *name, const void *item)
{
	return strverscmp(name, ((const struct device *)item)->identity.name);
}

enum code device_claims_apply(const struct facts *facts, struct device_set *set, struct err *err)
{
	size_t *item_of = calloc(facts->block_count + 1, sizeof(*item_of));
	bool *seen = calloc(facts->block_count + 1, sizeof(*seen));
	if (!item_of || !seen) {
		free(item_of);
		free(seen);
		return err_memory(err);
	}
	for (size_t i = 0; i < facts->block_count; i++) {
		const struct device *item = facts->blocks[i].disk != i ? NULL
		    : bsearch(facts->blocks[i].name, set->items, set->count, sizeof(*item),
			compare_name);
		if (item)
			item_of[i] = (size_t)(item - set->items);
	}
	for (size_t i = 0; i < facts->use_count; i++) {
		memset(seen, 0, facts->block_count * sizeof(*seen));
		spread(facts, set, item_of, &facts->uses[i], facts->uses[i].block, seen);
	}
	for (size_t i = 0; facts->blind[0] && i < set->count; i++)
		device_claim_add(&set->items[i], DEVICE_CLAIM_HOST_UNKNOWN,
		    "whether %s is in use cannot be told: %s", set->items[i].identity.name,
		    facts->blind);
	free(item_of);
	free(seen);
	return CODE_OK;
}

/* A designator that is unique in the world names one unit, whatever LUN it is mapped to. */
static bool is_worldwide(const char *wwn)
{
	static const char *const kinds[] = { "naa.", "eui.", "nvme.", "uuid.", "0x" };
	for (size_t i = 0; i < WIPE_COUNT(kinds); i++) {
		if (text_has_prefix(wwn, kinds[i]))
			return true;
	}
	return false;
}

/* Two nodes that are, or claim to be, one and the same unit. */
static bool same_unit(const struct identity *a, const struct identity *b)
{
	if (a->wwn[0] && b->wwn[0])
		return strcmp(a->wwn, b->wwn) == 0 &&
		    (is_worldwide(a->wwn) || strcmp(a->unit, b->unit) == 0);
	return a->serial[0] && strcmp(a->serial, b->serial) == 0 &&
	    strcmp(a->model, b->model) == 0 && strcmp(a->unit, b->unit) == 0;
}

static bool is_taken(const struct device *device)
{
	for (size_t i = 0; i < device->claim_count; i++) {
		enum device_claim_kind kind = device->claims[i].kind;
		if (kind <= DEVICE_CLAIM_OPENER || kind == DEVICE_CLAIM_EXCLUDED)
			return true;
	}
	return false;
}

/* Both lie under one upper device: dm-multipath (or another) knows that they are one. */
static bool share_holder(const struct facts *facts, const char *a, const char *b)
{
	size_t first;
	size_t second;
	if (!facts_block_named(facts, a, &first) || !facts_block_named(facts, b, &second))
		return false;
	for (size_t i = 0; i < facts->edge_count; i++) {
		for (size_t j = 0; facts->edges[i].lower == first && j < facts->edge_count; j++) {
			if (facts->edges[i].upper == facts->edges[j].upper &&
			    facts->edges[j].lower == second)
				return true;
		}
	}
	return false;
}

static void compare(const struct facts *facts, struct device *device, bool taken,
    const struct device *other, bool other_taken)
{
	const char *name = device->identity.name;
	const char *twin = other->identity.name;
	if (share_holder(facts, name, twin))
		return;
	if (other_taken)
		device_claim_add(device, DEVICE_CLAIM_MULTIPATH,
		    "%s is the same unit as %s, which is taken; release that one first", name, twin);
	else if (!taken)
		device_claim_add(device, DEVICE_CLAIM_DUPLICATE,
		    "%s and %s claim the same identity; remove one of the two, or use the "
		    "dm-multipath device over both",
		    name, twin);
}

/* Of what same_unit() compares; 0 = not told. Two that are one unit share one of them. */
struct fingerprint {
	uint64_t wwn;
	uint64_t serial;
};

/* FNV-1a. What happens to agree is compared in full. */
static uint64_t fingerprint_of(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	if (!text[0])
		return 0;
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}

static bool may_be_one(const struct fingerprint *a, const struct fingerprint *b)
{
	return (a->wwn && a->wwn == b->wwn) || (a->serial && a->serial == b->serial);
}

enum code device_claims_compare(const struct facts *facts, struct device_set *set, struct err *err)
{
	struct fingerprint *prints = calloc(set->count + 1, sizeof(*prints));
	if (!prints)
		return err_memory(err);
	for (size_t i = 0; i < set->count; i++) {
		prints[i].wwn = fingerprint_of(set->items[i].identity.wwn);
		prints[i].serial = fingerprint_of(set->items[i].identity.serial);
	}
	for (size_t i = 0; i < set->count; i++) {
		for (size_t j = i + 1; j < set->count; j++) {
			struct device *a = &set->items[i];
			struct device *b = &set->items[j];
			if (!may_be_one(&prints[i], &prints[j]) ||
			    !same_unit(&a->identity, &b->identity))
				continue;
			/* Looked at before either gets a claim from the other. */
			bool a_taken = is_taken(a);
			bool b_taken = is_taken(b);
			compare(facts, a, a_taken, b, b_taken);
			compare(facts, b, b_taken, a, a_taken);
		}
	}
	free(prints);
	return CODE_OK;
}
