/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernel vaes-256: two blocks in a register (AVX2 and VAES). */
#include "aes.h"

#if defined(__x86_64__)

#define LOOPS	 __attribute__((target("avx2,aes,vaes")))
#define STEP	 LOOPS static inline __attribute__((always_inline))
#define REGISTER __m256i
#define LANES	 2u

STEP __m256i spread(__m128i block)
{
	return _mm256_broadcastsi128_si256(block);
}

STEP __m128i first_lane(__m256i x)
{
	return _mm256_castsi256_si128(x);
}

STEP __m256i load(const void *from)
{
	return _mm256_loadu_si256(from);
}

STEP void store(void *to, __m256i x)
{
	_mm256_storeu_si256(to, x);
}

STEP __m256i add(__m256i x, __m256i y)
{
	return _mm256_xor_si256(x, y);
}

STEP __m256i round_of(__m256i x, __m256i key)
{
	return _mm256_aesenc_epi128(x, key);
}

STEP __m256i last_round_of(__m256i x, __m256i key)
{
	return _mm256_aesenclast_epi128(x, key);
}

STEP __m256i gather(__m256i all, __m256i x, __m256i y)
{
	return _mm256_or_si256(all, _mm256_xor_si256(x, y));
}

STEP bool is_zero(__m256i x)
{
	return _mm256_testz_si256(x, x) != 0;
}

#include "aes_loops.h"

static bool is_supported(void)
{
	/* The first also asks whether the system keeps such registers. */
	return __builtin_cpu_supports("avx2") && aes_is_wide();
}

const struct content_kernel content_kernel_vaes_256 = { "vaes-256", is_supported, new_state, aes_free,
	aes_fill, aes_compare };

#else

const struct content_kernel content_kernel_vaes_256 = { .name = "vaes-256" };

#endif
