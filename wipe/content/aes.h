/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * aes: what the kernels with AES instructions share (private to content). They differ in how many
 * blocks a register holds.
 *
 * Of AES's fourteen rounds two need not be computed for every block (D. J. Bernstein and P. Schwabe, New
 * AES software speed records, INDOCRYPT 2008: counter-mode caching). Within a run of 256 blocks only
 * byte 15 of the counter changes. ShiftRows and MixColumns bring it together with bytes 0, 5 and 10 into
 * one column; the next round spreads that column over the block, byte by byte, and adds what comes of
 * the other columns. After two rounds the state is therefore
 *
 *     base(run) ^ table[byte 15]
 *
 * where base is the state of the run's first block, and the table holds for all runs with the same bytes
 * 0, 5 and 10: over 2^40 blocks, 16 TiB of disk.
 */
#ifndef WIPE_CONTENT_AES_H
#define WIPE_CONTENT_AES_H

#include "kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AES_RUN    256u /* blocks of one base */
#define AES_ROUNDS 14u
/* Functions that call for it, and only they, are compiled for AES instructions. */
#define AES_ONE __attribute__((target("aes")))

struct aes;
/* One width's inner loops: whole blocks, all under the table that is there. */
struct aes_loops {
	void (*fill)(const struct aes *aes, uint64_t block, uint8_t *data, size_t blocks);
	bool (*is_same)(const struct aes *aes, uint64_t block, const uint8_t *data, size_t blocks);
};
struct aes {
	_Alignas(64) __m128i table[AES_RUN];
	__m128i round_keys[AES_ROUNDS + 1]; /* the last one inverted for a complement */
	uint64_t high;
	const struct aes_loops *loops;
	uint64_t table_number; /* which 2^40 blocks the table is for */
};

/* The processor has wide AES instructions; whether it and the system have the registers is asked beside. */
bool aes_is_wide(void);
/* As of struct content_kernel, but for the loops. */
enum code aes_new(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement,
    const struct aes_loops *loops, void **ret, struct err *err) WIPE_MUST_USE;
void aes_free(void *state);
enum code aes_fill(void *state, uint64_t block, unsigned skip, uint8_t *data, size_t len,
    struct err *err) WIPE_MUST_USE;
enum code aes_compare(void *state, uint64_t block, unsigned skip, const uint8_t *data, size_t len,
    bool *ret_same, struct err *err) WIPE_MUST_USE;

/* How many of the blocks are in block's run. */
static inline size_t aes_run(uint64_t block, size_t blocks)
{
	size_t run = AES_RUN - (size_t)(block % AES_RUN);
	return run < blocks ? run : blocks;
}

/* A counter block after two rounds. */
AES_ONE static inline __attribute__((always_inline)) __m128i aes_two_rounds(
    const struct aes *aes, uint64_t block)
{
	__m128i state = _mm_set_epi64x((long long)__builtin_bswap64(block),
	    (long long)__builtin_bswap64(aes->high));
	state = _mm_xor_si128(state, aes->round_keys[0]);
	state = _mm_aesenc_si128(state, aes->round_keys[1]);
	return _mm_aesenc_si128(state, aes->round_keys[2]);
}

/* What the blocks of block's run have in common. */
AES_ONE static inline __attribute__((always_inline)) __m128i aes_base(const struct aes *aes,
    uint64_t block)
{
	return aes_two_rounds(aes, block - block % AES_RUN);
}

#endif
#endif
