/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * content self test: does this machine compute what an auditor's will? Asked once at start: a
 * broken library or processor must be found before it is written over a disk. Vectors: NIST SP
 * 800-38A F.5.5, and our own offsets as `openssl enc` gives them.
 */
#include "wipe/content.h"

#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#define RANGE 20000u /* bytes compared with libcrypto at one offset: some runs, and odd ends */

static enum code wrong(struct err *err, const char *what, const struct content_kernel *kernel)
{
	return err_set(err, CODE_BUG, "self test: %s by %s does not give the known answer", what,
	    kernel->name);
}

/* The keystream of F.5.5's key and counter, added to its plain text. */
static enum code published_vector(const struct content_kernel *kernel, struct err *err)
{
	uint8_t key[CONTENT_KEY], plain[64], expected[64], data[64];
	if (!bytes_hex_parse("603deb1015ca71be2b73aef0857d7781"
			     "1f352c073b6108d72d9810a30914dff4", key, sizeof(key)) ||
	    !bytes_hex_parse("6bc1bee22e409f96e93d7e117393172a"
			     "ae2d8a571e03ac9c9eb76fac45af8e51"
			     "30c81c46a35ce411e5fbc1191a0a52ef"
			     "f69f2445df4f9b17ad2b417be66c3710", plain, sizeof(plain)) ||
	    !bytes_hex_parse("601ec313775789a5b7a7f504bbf3d228"
			     "f443e3ca4d62b59aca84e990cacaf5c5"
			     "2b0930daa23de94ce87017ba2d84988d"
			     "dfc9c58db67aada613c2dd08457941a6", expected, sizeof(expected)))
		return wrong(err, "hexadecimal", kernel);
	void *state = NULL;
	enum code code = kernel->new(key, UINT64_C(0xf0f1f2f3f4f5f6f7), false, &state, err);
	if (code != CODE_OK)
		return code;
	code = kernel->fill(state, UINT64_C(0xf8f9fafbfcfdfeff), 0, data, sizeof(data), err);
	kernel->free(state);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] ^= plain[i];
	if (code == CODE_OK && memcmp(data, expected, sizeof(data)) != 0)
		return wrong(err, "AES-256-CTR", kernel);
	return code;
}

/* 16 bytes at `offset` of the content are `expected`, filled and compared. */
static enum code answer(const struct content *content, const struct content_kernel *kernel,
    uint64_t offset, const char *expected_hex, struct err *err)
{
	uint8_t data[16], expected[16];
	if (!bytes_hex_parse(expected_hex, expected, sizeof(expected)))
		return wrong(err, "hexadecimal", kernel);
	struct content_source *source = NULL;
	enum code code = content_source_new(content, kernel, &source, err);
	if (code != CODE_OK)
		return code;
	bool same = false;
	code = content_fill(source, offset, data, sizeof(data), err);
	if (code == CODE_OK)
		code = content_compare(source, offset, expected, sizeof(expected), &same, err);
	content_source_free(source);
	if (code == CODE_OK && (!same || memcmp(data, expected, sizeof(data)) != 0))
		return wrong(err, "a content", kernel);
	return code;
}

static enum code known_answers(const struct content_kernel *kernel, struct err *err)
{
	struct content zero_key = { .kind = CONTENT_KEYSTREAM };
	struct content complement = { .kind = CONTENT_KEYSTREAM, .complement = true };
	struct content three = { .kind = CONTENT_CONSTANT, .byte_count = 3,
		.bytes = { 0x92, 0x49, 0x24 } };
	const struct {
		const struct content *content;
		uint64_t offset;
		const char *expected;
	} cases[] = {
		{ &zero_key, 0, "dc95c078a2408989ad48a21492842087" },
		{ &zero_key, 16, "530f8afbc74536b9a963b4f1c4cb738b" },
		{ &zero_key, 5, "408989ad48a21492842087530f8afbc7" },
		{ &zero_key, UINT64_C(16) << 32, "677d494dbb73caf55c1990158da12f14" },
		{ &complement, 0, "236a3f875dbf767652b75deb6d7bdf78" },
		{ &three, 0, "92492492492492492492492492492492" },
		{ &three, 512, "24924924924924924924924924924924" },
	};
	enum code code = published_vector(kernel, err);
	for (size_t i = 0; i < WIPE_COUNT(cases) && code == CODE_OK; i++)
		code = answer(cases[i].content, kernel, cases[i].offset, cases[i].expected, err);
	return code;
}

/* RANGE bytes at `offset`, which libcrypto made, are those of `source`, and no others are. */
static enum code agrees(struct content_source *source, uint64_t offset, const uint8_t *expected,
    uint8_t *data, bool *ret_agrees, struct err *err)
{
	enum code code = content_fill(source, offset, data, RANGE, err);
	bool same = true, other = false;
	*ret_agrees = code == CODE_OK && memcmp(data, expected, RANGE) == 0;
	if (code == CODE_OK)
		code = content_compare(source, offset, data, RANGE, &same, err);
	*ret_agrees &= same;
	for (size_t at = 0; at < RANGE && code == CODE_OK; at += 1 + at) {
		data[at] ^= 1;
		code = content_compare(source, offset, data, RANGE, &other, err);
		data[at] ^= 1;
		*ret_agrees &= !other;
	}
	return code;
}

/* A key that nobody has tried yet; around offsets where a counter or a table turns. */
static enum code same_as_libcrypto(const struct content_kernel *kernel, bool complement,
    uint8_t *expected, uint8_t *data, struct err *err)
{
	static const uint64_t offsets[] = { 0, 4093, (UINT64_C(1) << 36) - 4096, (UINT64_C(1) << 44) - 9001,
		(UINT64_C(1) << 63) - 7000 };
	struct content content = { .kind = CONTENT_KEYSTREAM, .complement = complement };
	struct content_source *theirs = NULL, *ours = NULL;
	content_random(content.key, sizeof(content.key));
	enum code code = content_source_new(&content, NULL, &theirs, err);
	if (code == CODE_OK)
		code = content_source_new(&content, kernel, &ours, err);
	bool agreed = true;
	for (size_t i = 0; i < WIPE_COUNT(offsets) && agreed && code == CODE_OK; i++) {
		code = content_fill(theirs, offsets[i], expected, RANGE, err);
		if (code == CODE_OK)
			code = agrees(ours, offsets[i], expected, data, &agreed, err);
	}
	content_source_free(theirs);
	content_source_free(ours);
	if (code == CODE_OK && !agreed)
		return err_set(err, CODE_BUG, "self test: %s and libcrypto compute different bytes", kernel->name);
	return code;
}

enum code content_self_test(const struct content_kernel *kernel, struct err *err)
{
	if (!kernel)
		kernel = &content_kernel_libcrypto;
	enum code code = known_answers(kernel, err);
	if (code != CODE_OK || kernel == &content_kernel_libcrypto)
		return code;
	uint8_t *ranges = malloc(2 * RANGE);
	if (!ranges)
		return err_memory(err);
	for (int complement = 0; complement < 2 && code == CODE_OK; complement++)
		code = same_as_libcrypto(kernel, complement, ranges, ranges + RANGE, err);
	free(ranges);
	return code;
}
