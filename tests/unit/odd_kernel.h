/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odd_kernel: computes every bit the wrong way round, and claims that every machine can do it. Fails its
 * self-test; and who is given it all the same leaves the complement on the disk.
 */
#ifndef TESTS_ODD_KERNEL_H
#define TESTS_ODD_KERNEL_H

#include "wipe/content/kernel.h"

static inline bool odd_kernel_is_supported(void)
{
	return true;
}

static inline enum code odd_kernel_new(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement,
    void **ret, struct err *err)
{
	return content_kernel_libcrypto.new(key, high, !complement, ret, err);
}

static inline void odd_kernel_free(void *state)
{
	content_kernel_libcrypto.free(state);
}

static inline enum code odd_kernel_fill(void *state, uint64_t block, unsigned skip, uint8_t *data,
    size_t len, struct err *err)
{
	return content_kernel_libcrypto.fill(state, block, skip, data, len, err);
}

static inline enum code odd_kernel_compare(void *state, uint64_t block, unsigned skip,
    const uint8_t *data, size_t len, bool *ret_same, struct err *err)
{
	return content_kernel_libcrypto.compare(state, block, skip, data, len, ret_same, err);
}

static const struct content_kernel odd_kernel = { "odd", odd_kernel_is_supported, odd_kernel_new,
	odd_kernel_free, odd_kernel_fill, odd_kernel_compare };

#endif
