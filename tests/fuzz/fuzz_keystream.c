/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kernel makes the bytes that libcrypto makes, takes them for its own, and no others. */
#include "wipe/content/kernel.h"

#include <stdlib.h>
#include <string.h>

#define MOST 40000u

static void check(const struct content_kernel *kernel, const struct content *content, uint64_t offset,
    const uint8_t *expected, size_t len, uint64_t flip)
{
	struct err err;
	struct content_source *source = NULL;
	uint8_t *data = malloc(len ? len : 1);
	bool same = false;
	if (!data || content_source_new(content, kernel, &source, &err) != CODE_OK ||
	    content_fill(source, offset, data, len, &err) != CODE_OK ||
	    memcmp(data, expected, len) != 0 ||
	    content_compare(source, offset, data, len, &same, &err) != CODE_OK || !same)
		abort();
	if (len > 0) {
		data[flip / 8 % len] ^= (uint8_t)(1u << flip % 8);
		if (content_compare(source, offset, data, len, &same, &err) != CODE_OK || same)
			abort();
	}
	content_source_free(source);
	free(data);
}

/* Key, offset, length, a bit to flip, and whether it is the complement. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	struct content content = { .kind = CONTENT_KEYSTREAM };
	struct content_source *source = NULL;
	if (size < CONTENT_KEY + 8 + 4 + 4 + 1)
		return 0;
	memcpy(content.key, data, CONTENT_KEY);
	uint64_t offset = bytes_load_u64le(data + CONTENT_KEY) % (UINT64_MAX - MOST);
	size_t len = bytes_load_u32le(data + CONTENT_KEY + 8) % MOST;
	uint32_t flip = bytes_load_u32le(data + CONTENT_KEY + 12);
	content.complement = data[CONTENT_KEY + 16] & 1;
	uint8_t *expected = malloc(MOST);
	if (!expected || content_source_new(&content, NULL, &source, &err) != CODE_OK ||
	    content_fill(source, offset, expected, len, &err) != CODE_OK)
		abort();
	for (size_t i = 0; content_kernels[i]; i++) {
		if (content_kernels[i]->is_supported && content_kernels[i]->is_supported())
			check(content_kernels[i], &content, offset, expected, len, flip);
	}
	content_source_free(source);
	free(expected);
	return 0;
}
