/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernel vaes-512: four blocks in a register (AVX-512 and VAES). Sixteen blocks are under way at once: an
 * AES instruction takes some cycles to answer, while one or two can begin in each.
 */
#include "vaes.h"

#if defined(__x86_64__)

#define WIDE	__attribute__((target("avx512f,aes,vaes")))
#define WIDE_IN WIDE static inline __attribute__((always_inline))
#define LANES	4u /* blocks of a register */

/* Of the rounds that are left, in all lanes; they stay in registers. */
struct keys {
	__m512i of_3, of_4, of_5, of_6, of_7, of_8, of_9, of_10, of_11, of_12, of_13, of_14;
};
/* The registers of one turn. */
struct turn {
	__m512i a, b, c, d;
};
#define TURN (4 * LANES) /* blocks */

WIDE_IN struct keys spread_keys(const struct vaes *vaes)
{
	const __m128i *keys = vaes->round_keys;
	return (struct keys){
		.of_3 = _mm512_broadcast_i32x4(keys[3]),
		.of_4 = _mm512_broadcast_i32x4(keys[4]),
		.of_5 = _mm512_broadcast_i32x4(keys[5]),
		.of_6 = _mm512_broadcast_i32x4(keys[6]),
		.of_7 = _mm512_broadcast_i32x4(keys[7]),
		.of_8 = _mm512_broadcast_i32x4(keys[8]),
		.of_9 = _mm512_broadcast_i32x4(keys[9]),
		.of_10 = _mm512_broadcast_i32x4(keys[10]),
		.of_11 = _mm512_broadcast_i32x4(keys[11]),
		.of_12 = _mm512_broadcast_i32x4(keys[12]),
		.of_13 = _mm512_broadcast_i32x4(keys[13]),
		.of_14 = _mm512_broadcast_i32x4(keys[14]),
	};
}

WIDE_IN struct turn round_of(struct turn x, __m512i key)
{
	return (struct turn){ _mm512_aesenc_epi128(x.a, key), _mm512_aesenc_epi128(x.b, key),
		_mm512_aesenc_epi128(x.c, key), _mm512_aesenc_epi128(x.d, key) };
}

WIDE_IN struct turn last_round_of(struct turn x, __m512i key)
{
	return (struct turn){ _mm512_aesenclast_epi128(x.a, key), _mm512_aesenclast_epi128(x.b, key),
		_mm512_aesenclast_epi128(x.c, key), _mm512_aesenclast_epi128(x.d, key) };
}

WIDE_IN struct turn rounds_of(struct turn x, const struct keys *keys)
{
	x = round_of(x, keys->of_3);
	x = round_of(x, keys->of_4);
	x = round_of(x, keys->of_5);
	x = round_of(x, keys->of_6);
	x = round_of(x, keys->of_7);
	x = round_of(x, keys->of_8);
	x = round_of(x, keys->of_9);
	x = round_of(x, keys->of_10);
	x = round_of(x, keys->of_11);
	x = round_of(x, keys->of_12);
	x = round_of(x, keys->of_13);
	return last_round_of(x, keys->of_14);
}

/* TURN blocks of the keystream. */
WIDE_IN struct turn turn_of(const __m128i *table, __m512i base, const struct keys *keys)
{
	const struct turn x = {
		_mm512_xor_si512(base, _mm512_loadu_si512(table)),
		_mm512_xor_si512(base, _mm512_loadu_si512(table + LANES)),
		_mm512_xor_si512(base, _mm512_loadu_si512(table + 2 * LANES)),
		_mm512_xor_si512(base, _mm512_loadu_si512(table + 3 * LANES)),
	};
	return rounds_of(x, keys);
}

/* The 64-bit words that hold the next blocks, of a register. */
static inline __mmask8 words_of(size_t blocks)
{
	return (__mmask8)(blocks < LANES ? (1u << 2 * blocks) - 1 : 0xff);
}

/* At most LANES blocks; what lies beyond the table's `words` is not touched. */
WIDE_IN __m512i few_of(const __m128i *table, __mmask8 words, __m512i base, const struct keys *keys)
{
	__m512i x = _mm512_xor_si512(base, _mm512_maskz_loadu_epi64(words, table));
	return rounds_of((struct turn){ x, x, x, x }, keys).a;
}

WIDE static void fill(const struct vaes *vaes, uint64_t block, uint8_t *data, size_t blocks)
{
	const struct keys keys = spread_keys(vaes);
	while (blocks > 0) {
		const __m128i *table = vaes->table + block % VAES_RUN;
		const __m512i base = _mm512_broadcast_i32x4(vaes_base(vaes, block));
		size_t run = vaes_run(block, blocks);
		blocks -= run;
		block += run;
		for (; run >= TURN; run -= TURN) {
			const struct turn x = turn_of(table, base, &keys);
			_mm512_storeu_si512(data, x.a);
			_mm512_storeu_si512(data + 64, x.b);
			_mm512_storeu_si512(data + 128, x.c);
			_mm512_storeu_si512(data + 192, x.d);
			table += TURN;
			data += TURN * KERNEL_BLOCK;
		}
		while (run > 0) {
			size_t few = run < LANES ? run : LANES;
			__mmask8 words = words_of(few);
			_mm512_mask_storeu_epi64(data, words, few_of(table, words, base, &keys));
			table += few;
			data += few * KERNEL_BLOCK;
			run -= few;
		}
	}
}

/* all | (x ^ y) */
WIDE_IN __m512i gather(__m512i all, __m512i x, const uint8_t *y)
{
	return _mm512_ternarylogic_epi64(all, x, _mm512_loadu_si512(y), 0xf6);
}

WIDE static bool is_same(const struct vaes *vaes, uint64_t block, const uint8_t *data, size_t blocks)
{
	const struct keys keys = spread_keys(vaes);
	__m512i different = _mm512_setzero_si512();
	while (blocks > 0) {
		const __m128i *table = vaes->table + block % VAES_RUN;
		const __m512i base = _mm512_broadcast_i32x4(vaes_base(vaes, block));
		size_t run = vaes_run(block, blocks);
		blocks -= run;
		block += run;
		for (; run >= TURN; run -= TURN) {
			const struct turn x = turn_of(table, base, &keys);
			different = gather(different, x.a, data);
			different = gather(different, x.b, data + 64);
			different = gather(different, x.c, data + 128);
			different = gather(different, x.d, data + 192);
			table += TURN;
			data += TURN * KERNEL_BLOCK;
		}
		while (run > 0) {
			size_t few = run < LANES ? run : LANES;
			__mmask8 words = words_of(few);
			__m512i x = few_of(table, words, base, &keys);
			if (_mm512_mask_cmpneq_epi64_mask(words, x, _mm512_maskz_loadu_epi64(words, data)))
				return false;
			table += few;
			data += few * KERNEL_BLOCK;
			run -= few;
		}
		if (_mm512_test_epi64_mask(different, different))
			return false;
	}
	return true;
}

static const struct vaes_loops loops = { fill, is_same };

static enum code new_state(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement, void **ret,
    struct err *err)
{
	return vaes_new(key, high, complement, &loops, ret, err);
}

static bool is_supported(void)
{
	/* The first also asks whether the system keeps the registers. */
	return __builtin_cpu_supports("avx512f") && vaes_is_supported();
}

const struct content_kernel content_kernel_vaes_512 = { "vaes-512", is_supported, new_state, vaes_free,
	vaes_fill, vaes_compare };

#else

const struct content_kernel content_kernel_vaes_512 = { .name = "vaes-512" };

#endif
