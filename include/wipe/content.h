/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * content: what is written at byte x of the disk? A pure function of the offset, so that writing,
 * verifying, resuming and an auditor's re-check years later all ask the same question.
 *
 * A constant repeats its bytes from byte 0 of the disk: phase = offset mod length. A keystream is
 * AES-256-CTR with initial counter block 0: counter = offset / 16, big-endian. A complement is the
 * bytewise complement of either. (Design: evidence, "What is written".)
 */
#ifndef WIPE_CONTENT_H
#define WIPE_CONTENT_H

#include "wipe/base.h"

#define CONTENT_BYTES_MAX 64
#define CONTENT_KEY       32
#define CONTENT_SEED      32

enum content_kind { CONTENT_NONE, CONTENT_CONSTANT, CONTENT_KEYSTREAM };

/* A value: copied, packed, compared. */
struct content {
	enum content_kind kind;
	bool complement;
	uint8_t byte_count; /* CONTENT_CONSTANT: 1..64 */
	uint8_t bytes[CONTENT_BYTES_MAX];
	uint8_t key[CONTENT_KEY]; /* CONTENT_KEYSTREAM */
};

/* A way to compute the keystream: by wide registers, or by libcrypto. A constant; all give the same bytes. */
struct content_kernel;

/* A generator for one content; owns cipher state and scratch (at most 256 KiB). kernel NULL: libcrypto. */
struct content_source;
enum code content_source_new(const struct content *content, const struct content_kernel *kernel,
    struct content_source **ret, struct err *err) WIPE_MUST_USE;
void content_source_free(struct content_source *source); /* wipes the key; NULL is fine */

/* Fills data[0..len) with what belongs at `offset` (any offset, any length). */
enum code content_fill(struct content_source *source, uint64_t offset, void *data, size_t len,
    struct err *err) WIPE_MUST_USE;
/* *ret_same: data[0..len) is exactly what belongs at `offset`. */
enum code content_compare(struct content_source *source, uint64_t offset, const void *data,
    size_t len, bool *ret_same, struct err *err) WIPE_MUST_USE;

/*
 * Does this machine, by this kernel, compute what an auditor's will? Known answers (AES-256-CTR of SP
 * 800-38A F.5.5 and our own offsets), and the same bytes as libcrypto. CODE_BUG.
 */
enum code content_self_test(const struct content_kernel *kernel, struct err *err) WIPE_MUST_USE;

#define CONTENT_KERNEL_AUTO "auto"
#define CONTENT_KERNEL_NAME 16 /* bytes of a name, at most */
#define CONTENT_KERNEL_LINE 160
const char *content_kernel_name(const struct content_kernel *kernel); /* NULL: "libcrypto" */
/* "auto", or one that some machine has: "vaes-512", "vaes-256", "aes-ni", "libcrypto". */
bool content_kernel_is_name(const char *name);
/*
 * Once at start: the fastest kernel that this machine can do and that passes its self-test ("auto", ""
 * or NULL), or the one of that name. *ret_line: "", or one line to say: which kernels this machine
 * computes wrongly by. CODE_CONFIG: the named one is none of it; CODE_BUG: libcrypto is broken. `kernels`
 * NULL: all there are; else a NULL-terminated list, fastest first, that ends in libcrypto (for tests).
 */
enum code content_kernel_choose(const struct content_kernel *const *kernels, const char *name,
    const struct content_kernel **ret, char ret_line[CONTENT_KERNEL_LINE], struct err *err)
    WIPE_MUST_USE;

/*
 * Uniform numbers from a seed, replayable in a few lines of any language: ChaCha20 (the original
 * one with a 64-bit nonce of zeros and a 64-bit counter from 0; key = seed), its keystream read as
 * little-endian 64-bit words; a word w is taken for a bound n only if w < n * floor(2^64 / n) (2^64
 * itself counts as such a limit when n is a power of two), and gives w mod n.
 */
struct content_words {
	uint8_t seed[CONTENT_SEED];
	uint64_t next_block; /* ChaCha20 block counter of the next refill */
	uint8_t block[1024];
	size_t used; /* bytes of block consumed */
	size_t have;
};
void content_words_start(struct content_words *words, const uint8_t seed[CONTENT_SEED]);
/* A number in [0, bound), bound > 0. */
uint64_t content_words_below(struct content_words *words, uint64_t bound);

/* Fresh randomness of the operating system (randombytes_buf). */
void content_random(void *data, size_t len);

#endif
