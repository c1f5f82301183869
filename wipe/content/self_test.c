/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * content self test: does this machine compute what an auditor's will? Asked once at start: a
 * broken library or processor must be found before it is written over a disk. Vectors: NIST SP
 * 800-38A F.5.5, and our own offsets as `openssl enc` gives them.
 */
#include "wipe/content.h"

#include "keystream.h"

#include <string.h>

static enum code wrong(struct err *err, const char *what)
{
	return err_set(err, CODE_BUG, "self test: %s does not give the known answer", what);
}

static enum code published_vector(struct err *err)
{
	uint8_t key[CONTENT_KEY], iv[16], data[32], expected[32];
	if (!bytes_hex_parse("603deb1015ca71be2b73aef0857d7781"
			     "1f352c073b6108d72d9810a30914dff4", key, sizeof(key)) ||
	    !bytes_hex_parse("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", iv, sizeof(iv)) ||
	    !bytes_hex_parse("6bc1bee22e409f96e93d7e117393172a"
			     "ae2d8a571e03ac9c9eb76fac45af8e51", data, sizeof(data)) ||
	    !bytes_hex_parse("601ec313775789a5b7a7f504bbf3d228"
			     "f443e3ca4d62b59aca84e990cacaf5c5", expected, sizeof(expected)))
		return wrong(err, "hexadecimal");
	struct keystream *keystream = NULL;
	enum code code = content_keystream_new(key, &keystream, err);
	if (code != CODE_OK)
		return code;
	code = content_keystream_xor(keystream, iv, data, sizeof(data), err);
	content_keystream_free(keystream);
	if (code == CODE_OK && memcmp(data, expected, sizeof(data)) != 0)
		return wrong(err, "AES-256-CTR");
	return code;
}

/* 16 bytes at `offset` of the content are `expected`, filled and compared. */
static enum code answer(const struct content *content, uint64_t offset, const char *expected_hex,
    struct err *err)
{
	uint8_t data[16], expected[16];
	if (!bytes_hex_parse(expected_hex, expected, sizeof(expected)))
		return wrong(err, "hexadecimal");
	struct content_source *source = NULL;
	enum code code = content_source_new(content, &source, err);
	if (code != CODE_OK)
		return code;
	bool same = false;
	code = content_fill(source, offset, data, sizeof(data), err);
	if (code == CODE_OK)
		code = content_compare(source, offset, expected, sizeof(expected), &same, err);
	content_source_free(source);
	if (code == CODE_OK && (!same || memcmp(data, expected, sizeof(data)) != 0))
		return wrong(err, "a content");
	return code;
}

enum code content_self_test(struct err *err)
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
	enum code code = published_vector(err);
	for (size_t i = 0; i < WIPE_COUNT(cases) && code == CODE_OK; i++)
		code = answer(cases[i].content, cases[i].offset, cases[i].expected, err);
	return code;
}
