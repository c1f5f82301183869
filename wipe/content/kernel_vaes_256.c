/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernel vaes-256: two blocks in a register (AVX2 and VAES). Two registers and the keys are all that the
 * sixteen hold; more blocks are under way all the same, as processors of this kind begin the next turns
 * while one waits.
 */
#include "vaes.h"

#if defined(__x86_64__)

#define WIDE	__attribute__((target("avx2,aes,vaes")))
#define WIDE_IN WIDE static inline __attribute__((always_inline))
#define LANES	2u /* blocks of a register */

/* Of the rounds that are left, in both lanes; they stay in registers. */
struct keys {
	__m256i of_3, of_4, of_5, of_6, of_7, of_8, of_9, of_10, of_11, of_12, of_13, of_14;
};
/* The registers of one turn. */
struct turn {
	__m256i a, b;
};
#define TURN (2 * LANES) /* blocks */

WIDE_IN struct keys spread_keys(const struct vaes *vaes)
{
	const __m128i *keys = vaes->round_keys;
	return (struct keys){
		.of_3 = _mm256_broadcastsi128_si256(keys[3]),
		.of_4 = _mm256_broadcastsi128_si256(keys[4]),
		.of_5 = _mm256_broadcastsi128_si256(keys[5]),
		.of_6 = _mm256_broadcastsi128_si256(keys[6]),
		.of_7 = _mm256_broadcastsi128_si256(keys[7]),
		.of_8 = _mm256_broadcastsi128_si256(keys[8]),
		.of_9 = _mm256_broadcastsi128_si256(keys[9]),
		.of_10 = _mm256_broadcastsi128_si256(keys[10]),
		.of_11 = _mm256_broadcastsi128_si256(keys[11]),
		.of_12 = _mm256_broadcastsi128_si256(keys[12]),
		.of_13 = _mm256_broadcastsi128_si256(keys[13]),
		.of_14 = _mm256_broadcastsi128_si256(keys[14]),
	};
}

WIDE_IN __m256i load(const void *from)
{
	return _mm256_loadu_si256(from);
}

WIDE_IN struct turn round_of(struct turn x, __m256i key)
{
	return (struct turn){ _mm256_aesenc_epi128(x.a, key), _mm256_aesenc_epi128(x.b, key) };
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
	return (struct turn){ _mm256_aesenclast_epi128(x.a, keys->of_14),
		_mm256_aesenclast_epi128(x.b, keys->of_14) };
}

/* TURN blocks of the keystream. */
WIDE_IN struct turn turn_of(const __m128i *table, __m256i base, const struct keys *keys)
{
	const struct turn x = { _mm256_xor_si256(base, load(table)),
		_mm256_xor_si256(base, load(table + LANES)) };
	return rounds_of(x, keys);
}

/* One block. */
WIDE_IN __m128i one_of(const __m128i *table, __m256i base, const struct keys *keys)
{
	__m256i x = _mm256_xor_si256(base, _mm256_broadcastsi128_si256(*table));
	return _mm256_castsi256_si128(rounds_of((struct turn){ x, x }, keys).a);
}

WIDE static void fill(const struct vaes *vaes, uint64_t block, uint8_t *data, size_t blocks)
{
	const struct keys keys = spread_keys(vaes);
	while (blocks > 0) {
		const __m128i *table = vaes->table + block % VAES_RUN;
		const __m256i base = _mm256_broadcastsi128_si256(vaes_base(vaes, block));
		size_t run = vaes_run(block, blocks);
		blocks -= run;
		block += run;
		for (; run >= TURN; run -= TURN) {
			const struct turn x = turn_of(table, base, &keys);
			_mm256_storeu_si256((__m256i *)(void *)data, x.a);
			_mm256_storeu_si256((__m256i *)(void *)(data + 32), x.b);
			table += TURN;
			data += TURN * KERNEL_BLOCK;
		}
		for (; run > 0; run--) {
			_mm_storeu_si128((__m128i *)(void *)data, one_of(table++, base, &keys));
			data += KERNEL_BLOCK;
		}
	}
}

WIDE static bool is_same(const struct vaes *vaes, uint64_t block, const uint8_t *data, size_t blocks)
{
	const struct keys keys = spread_keys(vaes);
	__m256i different = _mm256_setzero_si256();
	while (blocks > 0) {
		const __m128i *table = vaes->table + block % VAES_RUN;
		const __m256i base = _mm256_broadcastsi128_si256(vaes_base(vaes, block));
		size_t run = vaes_run(block, blocks);
		blocks -= run;
		block += run;
		for (; run >= TURN; run -= TURN) {
			const struct turn x = turn_of(table, base, &keys);
			different = _mm256_or_si256(different, _mm256_xor_si256(x.a, load(data)));
			different = _mm256_or_si256(different, _mm256_xor_si256(x.b, load(data + 32)));
			table += TURN;
			data += TURN * KERNEL_BLOCK;
		}
		for (; run > 0; run--) {
			__m128i x = _mm_xor_si128(one_of(table++, base, &keys),
			    _mm_loadu_si128((const __m128i *)(const void *)data));
			different = _mm256_or_si256(different, _mm256_zextsi128_si256(x));
			data += KERNEL_BLOCK;
		}
		if (!_mm256_testz_si256(different, different))
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
	return __builtin_cpu_supports("avx2") && vaes_is_supported();
}

const struct content_kernel content_kernel_vaes_256 = { "vaes-256", is_supported, new_state, vaes_free,
	vaes_fill, vaes_compare };

#else

const struct content_kernel content_kernel_vaes_256 = { .name = "vaes-256" };

#endif
