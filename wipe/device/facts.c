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
	free(facts->edges);
	free(facts->uses);
	*facts = (struct facts){ 0 };
}

bool facts_block(const struct facts *facts, uint32_t major, uint32_t minor, size_t *ret)
{
	for (size_t i = 0; i < facts->block_count; i++) {
		if (facts->blocks[i].major == major && facts->blocks[i].minor == minor) {
			*ret = i;
			return true;
		}
	}
	return false;
}

bool facts_block_named(const struct facts *facts, const char *name, size_t *ret)
{
	for (size_t i = 0; i < facts->block_count; i++) {
		if (strcmp(facts->blocks[i].name, name) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
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
