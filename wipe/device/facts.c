/* SPDX-License-Identifier: GPL-3.0-or-later */
/* facts: how are the host's answers kept? Arrays that grow; a lack of memory sticks. */
#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void facts_free(struct facts *facts)
{
	for (size_t i = 0; i < facts->space_count; i++)
		mountinfo_free(&facts->spaces[i].mounts);
	free(facts->spaces);
	free(facts->blocks);
	free(facts->by_number);
	free(facts->by_name);
	free(facts->edges);
	free(facts->uses);
	*facts = (struct facts){ 0 };
}

static int compare_numbers(const struct block *block, uint32_t major, uint32_t minor)
{
	if (block->major != major)
		return block->major < major ? -1 : 1;
	return (block->minor > minor) - (block->minor < minor);
}

/* Of equals (a disk that came back while we looked) the first one found comes first. */
static int by_number(const void *a, const void *b, void *blocks)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	const struct block *other = (struct block *)blocks + right;
	int order = compare_numbers((struct block *)blocks + left, other->major, other->minor);
	return order ? order : (left > right) - (left < right);
}

static int by_name(const void *a, const void *b, void *blocks)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	int order = strcmp(((struct block *)blocks)[left].name, ((struct block *)blocks)[right].name);
	return order ? order : (left > right) - (left < right);
}

enum code facts_index(struct facts *facts, struct err *err)
{
	size_t count = facts->block_count;
	facts->by_number = calloc(count + 1, sizeof(*facts->by_number));
	facts->by_name = calloc(count + 1, sizeof(*facts->by_name));
	if (!facts->by_number || !facts->by_name)
		return err_memory(err);
	for (size_t i = 0; i < count; i++)
		facts->by_number[i] = facts->by_name[i] = i;
	if (count > 1) {
		qsort_r(facts->by_number, count, sizeof(size_t), by_number, facts->blocks);
		qsort_r(facts->by_name, count, sizeof(size_t), by_name, facts->blocks);
	}
	return CODE_OK;
}

bool facts_block(const struct facts *facts, uint32_t major, uint32_t minor, size_t *ret)
{
	size_t low = 0;
	for (size_t high = facts->block_count; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (compare_numbers(&facts->blocks[facts->by_number[middle]], major, minor) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == facts->block_count ||
	    compare_numbers(&facts->blocks[facts->by_number[low]], major, minor) != 0)
		return false;
	*ret = facts->by_number[low];
	return true;
}

bool facts_block_named(const struct facts *facts, const char *name, size_t *ret)
{
	size_t low = 0;
	for (size_t high = facts->block_count; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(facts->blocks[facts->by_name[middle]].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == facts->block_count || strcmp(facts->blocks[facts->by_name[low]].name, name) != 0)
		return false;
	*ret = facts->by_name[low];
	return true;
}

void facts_edge(struct facts *facts, size_t upper, size_t lower)
{
	for (size_t i = 0; i < facts->edge_count; i++) {
		if (facts->edges[i].upper == upper && facts->edges[i].lower == lower)
			return;
	}
	struct edge *more = reallocarray(facts->edges, facts->edge_count + 1, sizeof(*more));
	if (!more) {
		facts->no_memory = true;
		return;
	}
	facts->edges = more;
	facts->edges[facts->edge_count++] = (struct edge){ upper, lower };
}

void facts_use(struct facts *facts, size_t block, enum device_claim_kind kind, const char *format,
    ...)
{
	struct use use = { .block = block, .kind = kind };
	char text[sizeof(use.text)];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* Paths and process names in it come from anybody. */
	text_safe(use.text, sizeof(use.text), text, strlen(text));
	for (size_t i = 0; i < facts->use_count; i++) {
		if (facts->uses[i].block == block && facts->uses[i].kind == kind &&
		    strcmp(facts->uses[i].text, use.text) == 0)
			return;
	}
	struct use *more = reallocarray(facts->uses, facts->use_count + 1, sizeof(*more));
	if (!more) {
		facts->no_memory = true;
		return;
	}
	facts->uses = more;
	facts->uses[facts->use_count++] = use;
}

void facts_incomplete(struct facts *facts, const char *format, ...)
{
	bool first = !facts->incomplete;
	facts->incomplete = true;
	if (!first)
		return;
	char text[sizeof(facts->note)];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_safe(facts->note, sizeof(facts->note), text, strlen(text));
}

void facts_blind(struct facts *facts, const char *format, ...)
{
	if (facts->blind[0])
		return;
	char text[sizeof(facts->blind)];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_safe(facts->blind, sizeof(facts->blind), text, strlen(text));
}
