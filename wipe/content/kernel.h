/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernel: the ways to compute AES-256 in counter mode (NIST SP 800-38A section 6.5), each a const descriptor
 * at the end of its file, kernel_<name>.c (private to content, and to its tests, which make broken ones).
 *
 * The counter block is 128 bits, big-endian: `high` and `block`. On a disk `high` is 0 and `block` the
 * number of the 16-byte block, below 2^60, so that no sum of an offset and a length carries into `high`;
 * kernels need not care. The published vectors have both.
 */
#ifndef WIPE_CONTENT_KERNEL_H
#define WIPE_CONTENT_KERNEL_H

#include "wipe/content.h"

#define KERNEL_BLOCK 16u /* bytes */

struct content_kernel {
	const char *name; /* as certwipe.conf has it */
	/* By this processor and, as for wide registers, this system; NULL: not on this architecture. */
	bool (*is_supported)(void);
	/* What is computed once for a key. complement: all bytes of the keystream are inverted. */
	enum code (*new)(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement, void **ret,
	    struct err *err) WIPE_MUST_USE;
	void (*free)(void *state); /* wipes the key; NULL is fine */
	/* data[0..len) from byte `skip` (0..15) of counter block `block` on. */
	enum code (*fill)(void *state, uint64_t block, unsigned skip, uint8_t *data, size_t len,
	    struct err *err) WIPE_MUST_USE;
	/* *ret_same: that is what is there. Contents are no secret: the time it takes may tell them. */
	enum code (*compare)(void *state, uint64_t block, unsigned skip, const uint8_t *data, size_t len,
	    bool *ret_same, struct err *err) WIPE_MUST_USE;
};

extern const struct content_kernel content_kernel_vaes_512;
extern const struct content_kernel content_kernel_vaes_256;
extern const struct content_kernel content_kernel_aes_ni;
extern const struct content_kernel content_kernel_libcrypto; /* what others are measured by */

/* Fastest first; the last is content_kernel_libcrypto, then NULL. */
extern const struct content_kernel *const content_kernels[];

#endif
