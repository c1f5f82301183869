/* SPDX-License-Identifier: GPL-3.0-or-later */
/* burst: did a person press these keys, or did a barcode reader or a paste send them in one go? */
#ifndef WIPE_TUI_BURST_H
#define WIPE_TUI_BURST_H

#include "keys.h"

#define BURST_GAP_MS 40 /* between two keys of a reader; people are slower */
#define BURST_LEAST  4 /* characters */
#define BURST_KINDS  3 /* different ones: a key that repeats is no text */

struct burst {
	uint32_t codes[MODEL_INPUT - 1];
	size_t count;
	uint64_t last_ms; /* when the last one came */
};
/* False: there is no room before something is taken. */
bool burst_put(struct burst *burst, uint32_t code, uint64_t now_ms);
/* The next key, scan or paste; false: none yet. */
bool burst_take(struct burst *burst, uint64_t now_ms, struct tui_key *ret);
/* Milliseconds until burst_take() may know more; -1: nothing waits. */
int burst_wait_ms(const struct burst *burst, uint64_t now_ms);

#endif
