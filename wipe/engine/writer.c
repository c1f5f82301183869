/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * writer: where are the bytes of a piece before it is written? A keystream is made for each. A constant
 * is laid out once, a little longer than a piece, and all pieces in flight share it: a piece begins
 * as many logical blocks into it as its phase asks for. So a pass reads one megabyte over and over, which
 * stays in the processor's cache, and not eight.
 */
#include "pass.h"

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

enum code engine_writer_start(struct pass *pass, const struct content *content, struct err *err)
{
	if (content->kind != CONTENT_CONSTANT)
		return CODE_OK;
	/* After so many blocks the pattern is at the beginning of a block again. */
	uint32_t phases = content->byte_count / common_divisor(content->byte_count, pass->logical);
	uint64_t len = pass->route.request + (uint64_t)(phases - 1) * pass->logical;
	if (len > pass->memory_size)
		return CODE_OK;
	pass->shared_phases = phases;
	return content_fill(pass->source, 0, pass->memory, len, err);
}

enum code engine_writer_prepare(struct pass *pass, const struct piece *piece, uint8_t *data,
    uint8_t **ret_data, struct err *err)
{
	*ret_data = data;
	if (!pass->shared_phases)
		return content_fill(pass->source, piece->offset, data, piece->len, err);
	*ret_data = pass->memory + piece->offset / pass->logical % pass->shared_phases * pass->logical;
	return CODE_OK;
}
