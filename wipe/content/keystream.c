/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keystream: AES-256-CTR at any offset. The counter block is the number of the 16-byte block on
 * the disk, 128 bits big-endian, as `openssl enc -aes-256-ctr -iv` takes it.
 */
#include "keystream.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* Cleared and encrypted in one go: stays in the cache in between. */
#define PART (32u * 1024)

struct keystream {
	EVP_CIPHER_CTX *cipher; /* keyed; the counter is set for every range */
};

static enum code broken(struct err *err)
{
	return err_set(err, CODE_BUG, "libcrypto refuses AES-256-CTR");
}

enum code content_keystream_new(const uint8_t key[CONTENT_KEY], struct keystream **ret,
    struct err *err)
{
	struct keystream *keystream = calloc(1, sizeof(*keystream));
	if (!keystream)
		return err_memory(err);
	keystream->cipher = EVP_CIPHER_CTX_new();
	if (!keystream->cipher) {
		free(keystream);
		return err_memory(err);
	}
	if (EVP_EncryptInit_ex(keystream->cipher, EVP_aes_256_ctr(), NULL, key, NULL) != 1) {
		content_keystream_free(keystream);
		return broken(err);
	}
	*ret = keystream;
	return CODE_OK;
}

void content_keystream_free(struct keystream *keystream)
{
	if (!keystream)
		return;
	EVP_CIPHER_CTX_free(keystream->cipher); /* wipes its key schedule */
	free(keystream);
}

static bool start(struct keystream *keystream, const uint8_t iv[16])
{
	return EVP_EncryptInit_ex(keystream->cipher, NULL, NULL, NULL, iv) == 1;
}

static bool encrypt(struct keystream *keystream, uint8_t *data, size_t len)
{
	int out = 0;
	return EVP_EncryptUpdate(keystream->cipher, data, &out, data, (int)len) == 1 &&
	       (size_t)out == len;
}

enum code content_keystream_xor(struct keystream *keystream, const uint8_t iv[16], uint8_t *data,
    size_t len, struct err *err)
{
	if (!start(keystream, iv) || !encrypt(keystream, data, len))
		return broken(err);
	return CODE_OK;
}

enum code content_keystream_fill(struct keystream *keystream, uint64_t offset, bool complement,
    uint8_t *data, size_t len, struct err *err)
{
	uint8_t iv[16] = { 0 };
	bytes_store_u64be(iv + 8, offset / 16);
	if (!start(keystream, iv))
		return broken(err);
	uint8_t before[16] = { 0 };
	if (offset % 16 && !encrypt(keystream, before, offset % 16))
		return broken(err);
	/* Encrypting ones instead of zeros gives the complement. */
	int plain = complement ? 0xff : 0;
	for (size_t done = 0; done < len;) {
		size_t part = (size_t)bytes_min(len - done, PART);
		memset(data + done, plain, part);
		if (!encrypt(keystream, data + done, part))
			return broken(err);
		done += part;
	}
	return CODE_OK;
}
