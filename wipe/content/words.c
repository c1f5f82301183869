/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * content words: numbers that anyone can draw again from the seed. ChaCha20 as first published
 * (64-bit nonce, 64-bit block counter), little-endian words, rejection instead of a biased modulus.
 */
#include "wipe/content.h"

#include <sodium.h>
#include <string.h>

#define CHACHA_BLOCK 64

void content_words_start(struct content_words *words, const uint8_t seed[CONTENT_SEED])
{
	*words = (struct content_words){ 0 };
	memcpy(words->seed, seed, CONTENT_SEED);
}

static uint64_t next_word(struct content_words *words)
{
	if (words->used == words->have) {
		const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = { 0 };
		memset(words->block, 0, sizeof(words->block));
		crypto_stream_chacha20_xor_ic(words->block, words->block, sizeof(words->block),
		    nonce, words->next_block, words->seed);
		words->next_block += sizeof(words->block) / CHACHA_BLOCK;
		words->used = 0;
		words->have = sizeof(words->block);
	}
	uint64_t word = bytes_load_u64le(words->block + words->used);
	words->used += sizeof(word);
	return word;
}

uint64_t content_words_below(struct content_words *words, uint64_t bound)
{
	/* 2^64 mod bound, without 2^64: the words above the last whole multiple are not taken. */
	uint64_t excess = (UINT64_MAX % bound + 1) % bound;
	uint64_t word = next_word(words);
	while (word > UINT64_MAX - excess)
		word = next_word(words);
	return word % bound;
}

void content_random(void *data, size_t len)
{
	randombytes_buf(data, len);
}
