/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verifier: is what was read what belongs there, and if not, exactly where? */
#include "pass.h"

void engine_verifier_spoil(struct pass *pass, const struct piece *piece)
{
	if (piece->block == ROUTE_NO_BLOCK)
		return;
	uint8_t *byte = &pass->spoiled[piece->block / 8];
	uint8_t bit = (uint8_t)(1u << piece->block % 8);
	if (!(*byte & bit))
		pass->spoiled_count++;
	*byte |= bit;
}

enum code engine_verifier_check(struct pass *pass, const struct piece *piece, const uint8_t *data,
    uint32_t len, struct err *err)
{
	bool same = false;
	enum code code = content_compare(pass->source, piece->offset, data, len, &same, err);
	if (code != CODE_OK || same)
		return code;
	engine_verifier_spoil(pass, piece);
	for (uint32_t at = 0; at < len && code == CODE_OK; at += pass->logical) {
		uint32_t block = (uint32_t)bytes_min(pass->logical, len - at);
		code = content_compare(pass->source, piece->offset + at, data + at, block, &same,
		    err);
		if (code == CODE_OK && !same)
			code = engine_report_bad(pass->report, EVENT_MISMATCH, piece->offset + at,
			    block, 0, err);
	}
	return code;
}
