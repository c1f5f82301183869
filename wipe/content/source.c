/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * content source: which bytes belong at an offset? Constants carry their phase from byte 0 of the
 * disk; the keystream is AES-256-CTR (NIST SP 800-38A section 6.5) with the counter counting blocks
 * of the disk, so that any range can be made again on its own.
 */
#include "wipe/content.h"

#include "kernel.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH (64u * 1024) /* bytes, and stays in the cache */

struct content_source {
	struct content content;
	const struct content_kernel *kernel;
	void *keystream; /* CONTENT_KEYSTREAM: the kernel's state */
	size_t period; /* CONTENT_CONSTANT: bytes of `pattern` after which it repeats in phase */
	uint8_t pattern[SCRATCH + CONTENT_BYTES_MAX]; /* long enough to start at any phase */
};

static void constant_prepare(struct content_source *source)
{
	const struct content *content = &source->content;
	uint8_t flip = content->complement ? 0xff : 0;
	for (size_t i = 0; i < sizeof(source->pattern); i++)
		source->pattern[i] = content->bytes[i % content->byte_count] ^ flip;
	source->period = SCRATCH - SCRATCH % content->byte_count;
}

enum code content_source_new(const struct content *content, const struct content_kernel *kernel,
    struct content_source **ret, struct err *err)
{
	bool constant = content->kind == CONTENT_CONSTANT;
	if (!constant && content->kind != CONTENT_KEYSTREAM)
		return err_set(err, CODE_BUG, "content of no known kind");
	if (constant && (content->byte_count == 0 || content->byte_count > CONTENT_BYTES_MAX))
		return err_set(err, CODE_BUG, "a constant of %u bytes", content->byte_count);
	struct content_source *source = calloc(1, sizeof(*source));
	if (!source)
		return err_memory(err);
	source->content = *content;
	source->kernel = kernel ? kernel : &content_kernel_libcrypto;
	if (constant) {
		constant_prepare(source);
	} else {
		enum code code = source->kernel->new(content->key, 0, content->complement,
		    &source->keystream, err);
		if (code != CODE_OK) {
			content_source_free(source);
			return code;
		}
	}
	*ret = source;
	return CODE_OK;
}

void content_source_free(struct content_source *source)
{
	if (!source)
		return;
	source->kernel->free(source->keystream);
	sodium_memzero(source, sizeof(*source));
	free(source);
}

/* At most SCRATCH bytes of what belongs at offset: the pattern itself, where there is one. */
static const uint8_t *constant_at(const struct content_source *source, uint64_t offset)
{
	return source->pattern + offset % source->content.byte_count;
}

enum code content_fill(struct content_source *source, uint64_t offset, void *data, size_t len,
    struct err *err)
{
	uint8_t *out = data;
	if (source->content.kind == CONTENT_KEYSTREAM)
		return source->kernel->fill(source->keystream, offset / KERNEL_BLOCK,
		    (unsigned)(offset % KERNEL_BLOCK), out, len, err);
	const uint8_t *pattern = constant_at(source, offset);
	for (size_t done = 0; done < len;) {
		size_t part = (size_t)bytes_min(len - done, source->period);
		memcpy(out + done, pattern, part);
		done += part;
	}
	return CODE_OK;
}

enum code content_compare(struct content_source *source, uint64_t offset, const void *data,
    size_t len, bool *ret_same, struct err *err)
{
	const uint8_t *in = data;
	if (source->content.kind == CONTENT_KEYSTREAM)
		return source->kernel->compare(source->keystream, offset / KERNEL_BLOCK,
		    (unsigned)(offset % KERNEL_BLOCK), in, len, ret_same, err);
	const uint8_t *pattern = constant_at(source, offset);
	bool same = true;
	for (size_t done = 0; done < len && same;) {
		size_t part = (size_t)bytes_min(len - done, source->period);
		same = memcmp(in + done, pattern, part) == 0;
		done += part;
	}
	*ret_same = same;
	return CODE_OK;
}
