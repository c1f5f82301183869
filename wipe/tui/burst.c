/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * burst: a barcode reader types like a keyboard, only faster. Its letters must not be taken for commands
 * ("s", "x", "q" are in many a serial number), so a letter waits a moment to see whether others follow.
 */
#include "burst.h"

#include <string.h>

bool burst_put(struct burst *burst, uint32_t code, uint64_t now_ms)
{
	if (burst->count == WIPE_COUNT(burst->codes))
		return false;
	burst->codes[burst->count++] = code;
	burst->last_ms = now_ms;
	return true;
}

static bool is_text(uint32_t code)
{
	return code >= 0x20 && code != 0x7f && code < KEY_CODE_NONE;
}

/* Characters at the front that may belong together. */
static size_t run_length(const struct burst *burst)
{
	size_t length = 0;
	while (length < burst->count && is_text(burst->codes[length]))
		length++;
	return length;
}

static bool is_burst(const struct burst *burst, size_t length)
{
	size_t kinds = 0;
	for (size_t i = 0; i < length; i++) {
		size_t before = 0;
		while (burst->codes[before] != burst->codes[i])
			before++;
		kinds += before == i;
	}
	return length >= BURST_LEAST && kinds >= BURST_KINDS;
}

static void drop(struct burst *burst, size_t count)
{
	burst->count -= count;
	memmove(burst->codes, burst->codes + count, burst->count * sizeof(*burst->codes));
}

bool burst_take(struct burst *burst, uint64_t now_ms, struct tui_key *ret)
{
	size_t run = run_length(burst);
	*ret = (struct tui_key){ 0 };
	if (burst->count == 0)
		return false;
	/* All of the queue is text, and there is time for more of it. */
	if (run == burst->count && run < WIPE_COUNT(burst->codes) &&
	    now_ms - burst->last_ms < BURST_GAP_MS)
		return false;
	if (!is_burst(burst, run)) {
		ret->code = burst->codes[0];
		drop(burst, 1);
		return true;
	}
	for (size_t i = 0; i < run; i++)
		keys_edit(ret->scan, sizeof(ret->scan), burst->codes[i]);
	bool scanned = run < burst->count && burst->codes[run] == KEY_CODE_ENTER;
	ret->code = scanned ? KEY_CODE_SCAN : KEY_CODE_PASTE;
	drop(burst, run + (scanned ? 1 : 0));
	return true;
}

int burst_wait_ms(const struct burst *burst, uint64_t now_ms)
{
	if (burst->count == 0)
		return -1;
	uint64_t passed = now_ms - burst->last_ms;
	return passed < BURST_GAP_MS ? (int)(BURST_GAP_MS - passed) : 0;
}
