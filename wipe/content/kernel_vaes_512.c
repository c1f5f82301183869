/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernel vaes-512: four blocks in a register (AVX-512 and VAES). */
#include "aes.h"

#if defined(__x86_64__)

#define LOOPS	 __attribute__((target("avx512f,aes,vaes")))
#define STEP	 LOOPS static inline __attribute__((always_inline))
#define REGISTER __m512i
#define LANES	 4u

STEP __m512i spread(__m128i block)
{
	return _mm512_broadcast_i32x4(block);
}

STEP __m128i first_lane(__m512i x)
{
	return _mm512_castsi512_si128(x);
}

STEP __m512i load(const void *from)
{
	return _mm512_loadu_si512(from);
}

STEP void store(void *to, __m512i x)
{
	_mm512_storeu_si512(to, x);
}

STEP __m512i add(__m512i x, __m512i y)
{
	return _mm512_xor_si512(x, y);
}

STEP __m512i round_of(__m512i x, __m512i key)
{
	return _mm512_aesenc_epi128(x, key);
}

STEP __m512i last_round_of(__m512i x, __m512i key)
{
	return _mm512_aesenclast_epi128(x, key);
}

STEP __m512i gather(__m512i all, __m512i x, __m512i y)
{
	return _mm512_ternarylogic_epi64(all, x, y, 0xf6); /* the truth table, from 111 to 000 */
}

STEP bool is_zero(__m512i x)
{
	return _mm512_test_epi64_mask(x, x) == 0;
}

#include "aes_loops.h"

static bool is_supported(void)
{
	/* The first also asks whether the system keeps such registers. */
	return __builtin_cpu_supports("avx512f") && aes_is_wide();
}

const struct content_kernel content_kernel_vaes_512 = { "vaes-512", is_supported, new_state, aes_free,
	aes_fill, aes_compare };

#else

const struct content_kernel content_kernel_vaes_512 = { .name = "vaes-512" };

#endif
