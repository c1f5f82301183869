/* SPDX-License-Identifier: GPL-3.0-or-later */
/* aes: a key, its table, and the odd bytes before and after whole blocks. */
#include "aes.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_BLOCKS (UINT64_C(1) << 40) /* byte 10 of the counter is the same for so many */
#define NO_TABLE     UINT64_MAX
#define FEATURE_VAES (1u << 9)
#define STACK_USED   1024 /* bytes, and more, that a loop has on the stack */

/* Not every compiler knows vaes as a word for __builtin_cpu_supports(): bit 9 of ECX of leaf 7 (Intel SDM
 * volume 2A, CPUID). */
bool aes_is_wide(void)
{
	unsigned eax, ebx, ecx, edx;
	return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ecx & FEATURE_VAES) != 0 &&
	       __builtin_cpu_supports("aes");
}

/* FIPS 197 section 5.2 with Nk = 8, four words at a time. */
AES_ONE static void expand_key(struct aes *aes, const uint8_t key[CONTENT_KEY])
{
	__m128i *keys = aes->round_keys;
	keys[0] = _mm_loadu_si128((const __m128i *)(const void *)key);
	keys[1] = _mm_loadu_si128((const __m128i *)(const void *)(key + 16));
	for (unsigned i = 2; i <= AES_ROUNDS; i++) {
		/* Its words are SubWord and RotWord(SubWord) of words 1 and 3. */
		__m128i words = _mm_aeskeygenassist_si128(keys[i - 1], 0);
		__m128i mixed = keys[i - 2];
		if (i % 2 == 0)
			words = _mm_xor_si128(_mm_shuffle_epi32(words, 0xff),
			    _mm_set1_epi32(1 << (i / 2 - 1)));
		else
			words = _mm_shuffle_epi32(words, 0xaa);
		/* Each word is added to all that follow it. */
		mixed = _mm_xor_si128(mixed, _mm_slli_si128(mixed, 4));
		mixed = _mm_xor_si128(mixed, _mm_slli_si128(mixed, 8));
		keys[i] = _mm_xor_si128(mixed, words);
	}
}

AES_ONE static void make_table(struct aes *aes, uint64_t number)
{
	uint64_t block = number * TABLE_BLOCKS;
	const __m128i base = aes_base(aes, block);
	for (unsigned i = 0; i < AES_RUN; i++)
		aes->table[i] = _mm_xor_si128(aes_two_rounds(aes, block + i), base);
	aes->table_number = number;
}

/* With the right table: how many of the blocks it serves. */
static size_t prepare(struct aes *aes, uint64_t block, size_t blocks)
{
	if (aes->table_number != block / TABLE_BLOCKS)
		make_table(aes, block / TABLE_BLOCKS);
	return (size_t)bytes_min(blocks, TABLE_BLOCKS - block % TABLE_BLOCKS);
}

enum code aes_new(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement,
    const struct aes_loops *loops, void **ret, struct err *err)
{
	struct aes *aes = aligned_alloc(_Alignof(struct aes), sizeof(*aes));
	if (!aes)
		return err_memory(err);
	memset(aes, 0, sizeof(*aes));
	aes->high = high;
	aes->loops = loops;
	aes->table_number = NO_TABLE;
	expand_key(aes, key);
	if (complement) /* what the last round adds is added to what comes out */
		aes->round_keys[AES_ROUNDS] =
		    _mm_xor_si128(aes->round_keys[AES_ROUNDS], _mm_set1_epi8(-1));
	*ret = aes;
	return CODE_OK;
}

void aes_free(void *state)
{
	if (!state)
		return;
	sodium_memzero(state, sizeof(struct aes));
	free(state);
}

static void one_block(struct aes *aes, uint64_t block, uint8_t data[KERNEL_BLOCK])
{
	prepare(aes, block, 1);
	aes->loops->fill(aes, block, data, 1);
}

static void fill(struct aes *aes, uint64_t block, unsigned skip, uint8_t *data, size_t len)
{
	uint8_t whole[KERNEL_BLOCK];
	if (skip > 0) {
		size_t part = (size_t)bytes_min(KERNEL_BLOCK - skip, len);
		one_block(aes, block++, whole);
		memcpy(data, whole + skip, part);
		data += part;
		len -= part;
	}
	while (len >= KERNEL_BLOCK) {
		size_t blocks = prepare(aes, block, len / KERNEL_BLOCK);
		aes->loops->fill(aes, block, data, blocks);
		block += blocks;
		data += blocks * KERNEL_BLOCK;
		len -= blocks * KERNEL_BLOCK;
	}
	if (len > 0) {
		one_block(aes, block, whole);
		memcpy(data, whole, len);
	}
}

static bool is_same(struct aes *aes, uint64_t block, unsigned skip, const uint8_t *data, size_t len)
{
	uint8_t whole[KERNEL_BLOCK];
	if (skip > 0) {
		size_t part = (size_t)bytes_min(KERNEL_BLOCK - skip, len);
		one_block(aes, block++, whole);
		if (memcmp(data, whole + skip, part) != 0)
			return false;
		data += part;
		len -= part;
	}
	while (len >= KERNEL_BLOCK) {
		size_t blocks = prepare(aes, block, len / KERNEL_BLOCK);
		if (!aes->loops->is_same(aes, block, data, blocks))
			return false;
		block += blocks;
		data += blocks * KERNEL_BLOCK;
		len -= blocks * KERNEL_BLOCK;
	}
	if (len > 0)
		one_block(aes, block, whole);
	return len == 0 || memcmp(data, whole, len) == 0;
}

/* Where registers are few, compilers put round keys on the stack. */
static void forget_keys(void)
{
	sodium_stackzero(STACK_USED);
}

enum code aes_fill(void *state, uint64_t block, unsigned skip, uint8_t *data, size_t len,
    struct err *err)
{
	(void)err;
	fill(state, block, skip, data, len);
	forget_keys();
	return CODE_OK;
}

enum code aes_compare(void *state, uint64_t block, unsigned skip, const uint8_t *data, size_t len,
    bool *ret_same, struct err *err)
{
	(void)err;
	*ret_same = is_same(state, block, skip, data, len);
	forget_keys();
	return CODE_OK;
}

#endif
