/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernel aes-ni: a block in a register (AES-NI, with SSE2 as every x86-64 has it). Ahead of libcrypto by the
 * two rounds that are not computed, and by comparing in registers.
 */
#include "aes.h"

#if defined(__x86_64__)

#define LOOPS	 AES_ONE
#define STEP	 LOOPS static inline __attribute__((always_inline))
#define REGISTER __m128i
#define LANES	 1u

STEP __m128i spread(__m128i block)
{
	return block;
}

STEP __m128i first_lane(__m128i x)
{
	return x;
}

STEP __m128i load(const void *from)
{
	return _mm_loadu_si128(from);
}

STEP void store(void *to, __m128i x)
{
	_mm_storeu_si128(to, x);
}

STEP __m128i add(__m128i x, __m128i y)
{
	return _mm_xor_si128(x, y);
}

STEP __m128i round_of(__m128i x, __m128i key)
{
	return _mm_aesenc_si128(x, key);
}

STEP __m128i last_round_of(__m128i x, __m128i key)
{
	return _mm_aesenclast_si128(x, key);
}

STEP __m128i gather(__m128i all, __m128i x, __m128i y)
{
	return _mm_or_si128(all, _mm_xor_si128(x, y));
}

STEP bool is_zero(__m128i x)
{
	return _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_setzero_si128())) == 0xffff;
}

#include "aes_loops.h"

static bool is_supported(void)
{
	return __builtin_cpu_supports("aes");
}

const struct content_kernel content_kernel_aes_ni = { "aes-ni", is_supported, new_state, aes_free,
	aes_fill, aes_compare };

#else

const struct content_kernel content_kernel_aes_ni = { .name = "aes-ni" };

#endif
