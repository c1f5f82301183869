/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vaes: what the kernels with wide AES instructions share (private to content). They differ in how many
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
#ifndef WIPE_CONTENT_VAES_H
#define WIPE_CONTENT_VAES_H

#include "kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define VAES_RUN    256u /* blocks of one base */
#define VAES_ROUNDS 14u
/* Functions that call for it, and only they, are compiled for AES instructions. */
#define VAES_NARROW __attribute__((target("aes")))

struct vaes;
/* One width's inner loops: whole blocks, all under the table that is there. */
struct vaes_loops {
	void (*fill)(const struct vaes *vaes, uint64_t block, uint8_t *data, size_t blocks);
	bool (*is_same)(const struct vaes *vaes, uint64_t block, const uint8_t *data, size_t blocks);
};
struct vaes {
	_Alignas(64) __m128i table[VAES_RUN];
	__m128i round_keys[VAES_ROUNDS + 1]; /* the last one inverted for a complement */
	uint64_t high;
	const struct vaes_loops *loops;
	uint64_t table_number; /* which 2^40 blocks the table is for */
};

/* The processor has wide AES instructions; whether it and the system have the registers is asked beside. */
bool vaes_is_supported(void);
/* As of struct content_kernel, but for the loops. */
enum code vaes_new(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement,
    const struct vaes_loops *loops, void **ret, struct err *err) WIPE_MUST_USE;
void vaes_free(void *state);
enum code vaes_fill(void *state, uint64_t block, unsigned skip, uint8_t *data, size_t len,
    struct err *err) WIPE_MUST_USE;
enum code vaes_compare(void *state, uint64_t block, unsigned skip, const uint8_t *data, size_t len,
    bool *ret_same, struct err *err) WIPE_MUST_USE;

/* How many of the blocks are in block's run. */
static inline size_t vaes_run(uint64_t block, size_t blocks)
{
	size_t run = VAES_RUN - (size_t)(block % VAES_RUN);
	return run < blocks ? run : blocks;
}

/* A counter block after two rounds. */
VAES_NARROW static inline __attribute__((always_inline)) __m128i vaes_two_rounds(
    const struct vaes *vaes, uint64_t block)
{
	__m128i state = _mm_set_epi64x((long long)__builtin_bswap64(block),
	    (long long)__builtin_bswap64(vaes->high));
	state = _mm_xor_si128(state, vaes->round_keys[0]);
	state = _mm_aesenc_si128(state, vaes->round_keys[1]);
	return _mm_aesenc_si128(state, vaes->round_keys[2]);
}

/* What the blocks of block's run have in common. */
VAES_NARROW static inline __attribute__((always_inline)) __m128i vaes_base(const struct vaes *vaes,
    uint64_t block)
{
	return vaes_two_rounds(vaes, block - block % VAES_RUN);
}

#endif
#endif
