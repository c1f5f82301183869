/* SPDX-License-Identifier: GPL-3.0-or-later */
/* writer: what must lie in a slot before its piece is written? */
#include "pass.h"

enum code engine_writer_prepare(struct pass *pass, unsigned slot, const struct piece *piece,
    uint8_t *data, struct err *err)
{
	/* Nobody but this function writes into a slot during a write step, so that a constant that
	 * lies there in the same phase lies there still. */
	uint32_t period = pass->constant_period;
	uint64_t phase = period ? piece->offset % period : 0;
	if (period && pass->slots[slot].ready_phase == phase &&
	    pass->slots[slot].ready_len >= piece->len)
		return CODE_OK;
	pass->slots[slot].ready_phase = phase;
	pass->slots[slot].ready_len = piece->len;
	return content_fill(pass->source, piece->offset, data, piece->len, err);
}
