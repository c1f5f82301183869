/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernel libcrypto: the general path. AES-NI where the processor has it; right, and slow, where it has
 * not.
 */
#include "kernel.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Cleared and encrypted, or made and compared, in one go: stays in the cache in between. */
#define FILL_PART    (32u * 1024)
#define COMPARE_PART (16u * 1024)

struct state {
	EVP_CIPHER_CTX *cipher; /* keyed; the counter is set for every range */
	uint64_t high;
	int plain; /* what is encrypted: ones instead of zeros give the complement */
	uint8_t expected[COMPARE_PART];
};

static enum code broken(struct err *err)
{
	return err_set(err, CODE_BUG, "libcrypto refuses AES-256-CTR");
}

static bool is_supported(void)
{
	return true;
}

static void free_state(void *self)
{
	struct state *state = self;
	if (!state)
		return;
	EVP_CIPHER_CTX_free(state->cipher); /* wipes its key schedule */
	sodium_memzero(state, sizeof(*state));
	free(state);
}

static enum code new_state(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement, void **ret,
    struct err *err)
{
	struct state *state = calloc(1, sizeof(*state));
	if (!state)
		return err_memory(err);
	state->high = high;
	state->plain = complement ? 0xff : 0;
	state->cipher = EVP_CIPHER_CTX_new();
	if (!state->cipher) {
		free_state(state);
		return err_memory(err);
	}
	if (EVP_EncryptInit_ex(state->cipher, EVP_aes_256_ctr(), NULL, key, NULL) != 1) {
		free_state(state);
		return broken(err);
	}
	*ret = state;
	return CODE_OK;
}

static bool encrypt(const struct state *state, uint8_t *data, size_t len)
{
	int out = 0;
	memset(data, state->plain, len);
	return EVP_EncryptUpdate(state->cipher, data, &out, data, (int)len) == 1 && (size_t)out == len;
}

/* The next byte is number `skip` of block `block`. */
static enum code seek(const struct state *state, uint64_t block, unsigned skip, struct err *err)
{
	uint8_t counter[KERNEL_BLOCK], before[KERNEL_BLOCK];
	bytes_store_u64be(counter, state->high);
	bytes_store_u64be(counter + 8, block);
	if (EVP_EncryptInit_ex(state->cipher, NULL, NULL, NULL, counter) != 1 ||
	    (skip > 0 && !encrypt(state, before, skip)))
		return broken(err);
	return CODE_OK;
}

static enum code fill(void *self, uint64_t block, unsigned skip, uint8_t *data, size_t len,
    struct err *err)
{
	struct state *state = self;
	enum code code = seek(state, block, skip, err);
	for (size_t done = 0; done < len && code == CODE_OK;) {
		size_t part = (size_t)bytes_min(len - done, FILL_PART);
		if (!encrypt(state, data + done, part))
			code = broken(err);
		done += part;
	}
	return code;
}

static enum code compare(void *self, uint64_t block, unsigned skip, const uint8_t *data, size_t len,
    bool *ret_same, struct err *err)
{
	struct state *state = self;
	bool same = true;
	enum code code = seek(state, block, skip, err);
	for (size_t done = 0; done < len && same && code == CODE_OK;) {
		size_t part = (size_t)bytes_min(len - done, COMPARE_PART);
		if (!encrypt(state, state->expected, part))
			code = broken(err);
		same = memcmp(data + done, state->expected, part) == 0;
		done += part;
	}
	if (code == CODE_OK)
		*ret_same = same;
	return code;
}

const struct content_kernel content_kernel_libcrypto = { "libcrypto", is_supported, new_state,
	free_state, fill, compare };
