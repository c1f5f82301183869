/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keystream: AES-256-CTR at any offset, through libcrypto (private to content). */
#ifndef WIPE_CONTENT_KEYSTREAM_H
#define WIPE_CONTENT_KEYSTREAM_H

#include "wipe/content.h"

struct keystream;
enum code content_keystream_new(const uint8_t key[CONTENT_KEY], struct keystream **ret,
    struct err *err)
    WIPE_MUST_USE;
void content_keystream_free(struct keystream *keystream); /* NULL is fine */
/* Bytes [offset, offset + len) of the keystream of counter block 0, or their complement. */
enum code content_keystream_fill(struct keystream *keystream, uint64_t offset, bool complement,
    uint8_t *data, size_t len, struct err *err) WIPE_MUST_USE;
/* XORs the keystream that starts at counter block `iv` onto data: for the published vectors. */
enum code content_keystream_xor(struct keystream *keystream, const uint8_t iv[16], uint8_t *data,
    size_t len, struct err *err) WIPE_MUST_USE;

#endif
