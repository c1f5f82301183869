/* SPDX-License-Identifier: GPL-3.0-or-later */
/* content: cut-invariance, known answers, and an independent computation by `openssl enc`. */
#include "unit/spawn.h"
#include "wipe/content.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define RANGE (200u * 1024)

static struct content three(void)
{
	return (struct content){ .kind = CONTENT_CONSTANT, .byte_count = 3,
		.bytes = { 0x92, 0x49, 0x24 } };
}

static struct content keystream(bool complement)
{
	struct content content = { .kind = CONTENT_KEYSTREAM, .complement = complement };
	for (size_t i = 0; i < CONTENT_KEY; i++)
		content.key[i] = (uint8_t)(i * 7 + 1);
	return content;
}

static struct content_source *open_source(struct content content)
{
	struct err err;
	struct content_source *source = NULL;
	assert_ok(content_source_new(&content, NULL, &source, &err), err);
	return source;
}

static void cut_anywhere(struct content content, uint64_t base)
{
	struct err err;
	struct content_source *source = open_source(content);
	uint8_t *whole = malloc(RANGE), *cut = malloc(RANGE);
	assert_non_null(whole);
	assert_non_null(cut);
	assert_ok(content_fill(source, base, whole, RANGE, &err), err);
	for (int round = 0; round < 8; round++) {
		memset(cut, 0x5a, RANGE);
		for (size_t at = 0; at < RANGE;) {
			size_t part = randombytes_uniform(round % 2 ? 70000 : 700);
			part = part < RANGE - at ? part : RANGE - at;
			assert_ok(content_fill(source, base + at, cut + at, part, &err), err);
			bool same = false;
			assert_ok(content_compare(source, base + at, whole + at, part, &same, &err),
			    err);
			assert_true(same);
			at += part;
		}
		assert_memory_equal(cut, whole, RANGE);
	}
	content_source_free(source);
	free(whole);
	free(cut);
}

static void cuts_do_not_matter(void **state)
{
	(void)state;
	struct content odd = { .kind = CONTENT_CONSTANT, .byte_count = 61, .complement = true };
	randombytes_buf(odd.bytes, 61);
	const uint64_t bases[] = { 0, 1, 511, 12345678901, (UINT64_C(1) << 36) - 7,
		(UINT64_C(1) << 62) + 3 };
	for (size_t i = 0; i < WIPE_COUNT(bases); i++) {
		cut_anywhere(three(), bases[i]);
		cut_anywhere(odd, bases[i]);
		cut_anywhere(keystream(false), bases[i]);
		cut_anywhere(keystream(true), bases[i]);
	}
}

static void constants_keep_phase_from_byte_zero(void **state)
{
	(void)state;
	struct err err;
	for (uint8_t count = 1; count <= CONTENT_BYTES_MAX; count++) {
		struct content content = { .kind = CONTENT_CONSTANT, .byte_count = count };
		randombytes_buf(content.bytes, count);
		struct content_source *source = open_source(content);
		uint64_t base = 4096u * 1000003u + 1;
		static const size_t len = 70001;
		uint8_t *data = malloc(len);
		assert_non_null(data);
		assert_ok(content_fill(source, base, data, len, &err), err);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(data[i], content.bytes[(base + i) % count]);
		free(data);
		content_source_free(source);
	}
}

/* What the certificate tells an auditor to type. */
static void keystream_is_what_openssl_writes(void **state)
{
	(void)state;
	struct err err;
	const uint64_t blocks[] = { 0, 1, 255, UINT64_C(1) << 32, (UINT64_C(1) << 59) - 1 };
	struct content content = keystream(false);
	static const uint8_t zeros[40000];
	char key[2 * CONTENT_KEY + 1];
	bytes_hex_format(content.key, CONTENT_KEY, key);
	struct content_source *source = open_source(content);
	for (size_t i = 0; i < WIPE_COUNT(blocks); i++) {
		uint8_t expected[sizeof(zeros)], data[sizeof(zeros) - 5];
		char iv[33];
		size_t got = 0;
		snprintf(iv, sizeof(iv), "%032llx", (unsigned long long)blocks[i]);
		int status = spawn_filter(
		    SPAWN_WORDS("openssl", "enc", "-aes-256-ctr", "-K", key, "-iv", iv), zeros,
		    sizeof(zeros), expected, sizeof(expected), &got);
		if (status == 127 || status == -1) {
			content_source_free(source);
			skip();
		}
		assert_int_equal(status, 0);
		assert_int_equal(got, sizeof(zeros));
		assert_ok(content_fill(source, blocks[i] * 16 + 5, data, sizeof(data), &err), err);
		assert_memory_equal(data, expected + 5, sizeof(data));
	}
	content_source_free(source);
}

static void compare_sees_every_single_bit(void **state)
{
	(void)state;
	struct err err;
	const struct content contents[] = { three(), keystream(false), keystream(true) };
	for (size_t k = 0; k < WIPE_COUNT(contents); k++) {
		struct content_source *source = open_source(contents[k]);
		uint8_t *data = malloc(RANGE);
		assert_non_null(data);
		assert_ok(content_fill(source, 77, data, RANGE, &err), err);
		for (int i = 0; i < 200; i++) {
			size_t at = i == 0 ? 0 : i == 1 ? RANGE - 1 : randombytes_uniform(RANGE);
			data[at] ^= 1;
			bool same = true;
			assert_ok(content_compare(source, 77, data, RANGE, &same, &err), err);
			assert_false(same);
			data[at] ^= 1;
		}
		free(data);
		content_source_free(source);
	}
}

static void self_test_passes(void **state)
{
	(void)state;
	struct err err;
	assert_ok(content_self_test(NULL, &err), err);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	struct err err;
	struct content_source *source = NULL;
	struct content content = { .kind = CONTENT_CONSTANT };
	assert_int_equal(content_source_new(&content, NULL, &source, &err), CODE_BUG);
	content.byte_count = 65;
	assert_int_equal(content_source_new(&content, NULL, &source, &err), CODE_BUG);
	content.kind = CONTENT_NONE;
	assert_int_equal(content_source_new(&content, NULL, &source, &err), CODE_BUG);
	assert_null(source);
}

/* A second ChaCha20, from its specification, to replay the numbers. */
static uint32_t rotate(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static void quarter(uint32_t *x, int a, int b, int c, int d)
{
	x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 16);
	x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 12);
	x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 8);
	x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 7);
}

static uint64_t replay_word(const uint8_t seed[32], uint64_t index)
{
	uint32_t in[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 }, x[16];
	for (int i = 0; i < 8; i++)
		in[4 + i] = bytes_load_u32le(seed + 4 * i);
	in[12] = (uint32_t)(index / 8);
	in[13] = (uint32_t)(index / 8 >> 32);
	memcpy(x, in, sizeof(x));
	for (int i = 0; i < 10; i++) {
		quarter(x, 0, 4, 8, 12), quarter(x, 1, 5, 9, 13);
		quarter(x, 2, 6, 10, 14), quarter(x, 3, 7, 11, 15);
		quarter(x, 0, 5, 10, 15), quarter(x, 1, 6, 11, 12);
		quarter(x, 2, 7, 8, 13), quarter(x, 3, 4, 9, 14);
	}
	size_t at = 2 * (index % 8);
	return (uint64_t)(x[at + 1] + in[at + 1]) << 32 | (uint32_t)(x[at] + in[at]);
}

static void words_can_be_replayed(void **state)
{
	(void)state;
	uint8_t seed[CONTENT_SEED];
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)(255 - i);
	/* Near 2^63 and 3 * 2^62 words are rejected half and a quarter of the time. */
	const uint64_t bounds[] = { 1, 2, 3, 10241, UINT64_C(1) << 63, (UINT64_C(1) << 63) + 1,
		UINT64_C(3) << 62, UINT64_MAX };
	for (size_t i = 0; i < WIPE_COUNT(bounds); i++) {
		struct content_words words;
		content_words_start(&words, seed);
		uint64_t index = 0, bound = bounds[i];
		unsigned __int128 limit = ((unsigned __int128)1 << 64) / bound * bound;
		for (int round = 0; round < 1000; round++) {
			uint64_t word = replay_word(seed, index++);
			while (word >= limit)
				word = replay_word(seed, index++);
			assert_true(content_words_below(&words, bound) == word % bound);
		}
		assert_true(bound != (UINT64_C(1) << 63) + 1 || index > 1500);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_do_not_matter),
		cmocka_unit_test(constants_keep_phase_from_byte_zero),
		cmocka_unit_test(keystream_is_what_openssl_writes),
		cmocka_unit_test(compare_sees_every_single_bit),
		cmocka_unit_test(self_test_passes),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(words_can_be_replayed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
