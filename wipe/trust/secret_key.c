/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * secret_key: a station's key as an unencrypted openssh-key-v1 file (OpenSSH PROTOCOL.key):
 *   "openssh-key-v1" NUL str("none") str("none") str("") u32(1) str(PUB) str(private)
 *   private = u32 check, u32 check, str("ssh-ed25519") str(point32) str(seed32 point32)
 *             str(comment) padding 1 2 3 … to a multiple of 8
 */
#include "wire.h"

#include <sodium.h>
#include <string.h>

#define LABEL "OPENSSH PRIVATE KEY"
#define BLOCK 8

struct trust_secret_key {
	uint8_t pair[crypto_sign_SECRETKEYBYTES]; /* seed, then public point */
};

static const char magic[] = "openssh-key-v1"; /* its NUL is part of the format */

/* *pair is copied into guarded memory that is read-only from then on. */
static enum code guard(const uint8_t *pair, struct trust_secret_key **ret, struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, CODE_BUG, "libsodium does not start");
	struct trust_secret_key *key = sodium_malloc(sizeof(*key));
	if (!key)
		return err_memory(err);
	memcpy(key->pair, pair, sizeof(key->pair));
	if (sodium_mprotect_readonly(key) != 0) {
		sodium_free(key);
		return err_set(err, CODE_CONFIG, "cannot protect the memory of the secret key");
	}
	*ret = key;
	return CODE_OK;
}

static enum code malformed(struct err *err)
{
	return err_set(err, CODE_INPUT, "malformed openssh-key-v1 secret key file");
}

/* Public half and secret half belong together, and to what the clear part of the file says. */
static bool is_pair(const uint8_t *pair, const uint8_t *point, const struct trust_public_key *named)
{
	uint8_t made_point[crypto_sign_PUBLICKEYBYTES];
	uint8_t made_pair[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(made_point, made_pair, pair);
	bool ok = sodium_memcmp(made_pair, pair, sizeof(made_pair)) == 0 &&
	    memcmp(made_point, point, sizeof(made_point)) == 0 &&
	    memcmp(made_point, named->point, sizeof(made_point)) == 0;
	sodium_memzero(made_pair, sizeof(made_pair));
	return ok;
}

static enum code parse_private(const uint8_t *data, size_t len,
    const struct trust_public_key *named, struct trust_secret_key **ret, struct err *err)
{
	struct bytes_reader reader = { .data = data, .len = len };
	size_t type_len, point_len, pair_len, comment_len;
	uint32_t check = bytes_read_u32be(&reader);
	if (bytes_read_u32be(&reader) != check)
		return malformed(err);
	const uint8_t *type = bytes_read_sshstr(&reader, &type_len);
	const uint8_t *point = bytes_read_sshstr(&reader, &point_len);
	const uint8_t *pair = bytes_read_sshstr(&reader, &pair_len);
	bytes_read_sshstr(&reader, &comment_len);
	if (reader.failed || !trust_wire_is(type, type_len, trust_wire_type(TRUST_KEY_ED25519)) ||
	    point_len != crypto_sign_PUBLICKEYBYTES || pair_len != crypto_sign_SECRETKEYBYTES ||
	    len % BLOCK != 0 || len - reader.pos >= BLOCK)
		return malformed(err);
	for (uint8_t pad = 1; reader.pos < reader.len; pad++) {
		if (bytes_read_u8(&reader) != pad)
			return malformed(err);
	}
	if (!is_pair(pair, point, named))
		return err_set(err, CODE_INPUT, "the secret key does not belong to its public key");
	return guard(pair, ret, err);
}

static enum code parse_blob(const struct buf *blob, struct trust_secret_key **ret, struct err *err)
{
	struct bytes_reader reader = { .data = blob->data, .len = blob->len };
	const uint8_t *start = bytes_read_raw(&reader, sizeof(magic));
	if (!start || memcmp(start, magic, sizeof(magic)) != 0)
		return malformed(err);
	size_t cipher_len, kdf_len, options_len, public_len, private_len;
	const uint8_t *cipher = bytes_read_sshstr(&reader, &cipher_len);
	const uint8_t *kdf = bytes_read_sshstr(&reader, &kdf_len);
	bytes_read_sshstr(&reader, &options_len);
	uint32_t count = bytes_read_u32be(&reader);
	const uint8_t *public = bytes_read_sshstr(&reader, &public_len);
	const uint8_t *private = bytes_read_sshstr(&reader, &private_len);
	if (!bytes_read_done(&reader) || count != 1)
		return malformed(err);
	if (!trust_wire_is(cipher, cipher_len, "none") || !trust_wire_is(kdf, kdf_len, "none"))
		return err_set(err, CODE_CONFIG,
		    "the secret key is encrypted: a station's key has no passphrase; "
		    "remove it with ssh-keygen -p");
	if (options_len != 0)
		return malformed(err);
	struct trust_public_key named;
	struct err why;
	if (trust_public_key_from_blob(public, public_len, &named, &why) != CODE_OK ||
	    named.type != TRUST_KEY_ED25519)
		return err_set(err, CODE_CONFIG,
		    "a station's key must be of type ed25519: make it with ssh-keygen -t ed25519");
	return parse_private(private, private_len, &named, ret, err);
}

enum code trust_secret_key_parse(const void *data, size_t len, struct trust_secret_key **ret,
    struct err *err)
{
	BUF_AUTO blob = { 0 };
	enum code code = trust_wire_dearmour(LABEL, data, len, &blob, err);
	return code == CODE_OK ? parse_blob(&blob, ret, err) : code;
}

enum code trust_secret_key_new(struct trust_secret_key **ret, struct err *err)
{
	uint8_t point[crypto_sign_PUBLICKEYBYTES];
	uint8_t pair[crypto_sign_SECRETKEYBYTES];
	if (sodium_init() < 0)
		return err_set(err, CODE_BUG, "libsodium does not start");
	crypto_sign_keypair(point, pair);
	enum code code = guard(pair, ret, err);
	sodium_memzero(pair, sizeof(pair));
	return code;
}

enum code trust_secret_key_format(const struct trust_secret_key *key, const char *comment,
    struct buf *ret, struct err *err)
{
	if (!text_is_utf8(comment, strlen(comment)) || strlen(comment) > 255)
		return err_set(err, CODE_USAGE, "a key's comment is one line of at most 255 bytes");
	struct trust_public_key public;
	trust_secret_key_public(key, &public);
	BUF_AUTO blob = { 0 };
	BUF_AUTO part = { 0 };
	buf_append(&blob, magic, sizeof(magic));
	buf_sshstr(&blob, "none", 4);
	buf_sshstr(&blob, "none", 4);
	buf_sshstr(&blob, "", 0);
	buf_u32be(&blob, 1);
	trust_public_key_blob(&public, &part);
	buf_sshstr(&blob, part.data, part.len);
	bool failed = part.failed;
	buf_free(&part);
	uint32_t check = randombytes_random();
	buf_u32be(&part, check);
	buf_u32be(&part, check);
	trust_public_key_blob(&public, &part);
	buf_sshstr(&part, key->pair, sizeof(key->pair));
	buf_sshstr(&part, comment, strlen(comment));
	for (uint8_t pad = 1; !part.failed && part.len % BLOCK != 0; pad++)
		buf_u8(&part, pad);
	buf_sshstr(&blob, part.data, part.len);
	if (failed || part.failed || blob.failed)
		return err_memory(err);
	trust_wire_armour(LABEL, blob.data, blob.len, ret);
	return buf_check(ret, err);
}

void trust_secret_key_public(const struct trust_secret_key *key, struct trust_public_key *ret)
{
	*ret = (struct trust_public_key){ .type = TRUST_KEY_ED25519 };
	memcpy(ret->point, key->pair + crypto_sign_SEEDBYTES, sizeof(ret->point));
}

void trust_secret_key_derive(const struct trust_secret_key *key, const char *purpose,
    const char *id, uint8_t ret[32])
{
	static const char prefix[] = "certwipe:";
	crypto_generichash_state state;
	crypto_generichash_init(&state, key->pair, crypto_sign_SEEDBYTES, 32);
	crypto_generichash_update(&state, (const uint8_t *)prefix, sizeof(prefix) - 1);
	crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose));
	crypto_generichash_update(&state, (const uint8_t *)":", 1);
	crypto_generichash_update(&state, (const uint8_t *)id, strlen(id));
	crypto_generichash_final(&state, ret, 32);
	sodium_memzero(&state, sizeof(state)); /* its first block is the seed */
}

void trust_secret_key_free(struct trust_secret_key *key)
{
	sodium_free(key);
}

enum code trust_sign(const struct trust_secret_key *key, enum trust_role role, const void *data,
    size_t len, struct buf *ret, struct err *err)
{
	struct trust_signature signature = { 0 };
	const char *name_space = trust_role_namespace(role);
	if (!*name_space)
		return err_set(err, CODE_BUG, "signing for no role");
	text_copy(signature.namespace_, sizeof(signature.namespace_), name_space);
	trust_secret_key_public(key, &signature.key);
	BUF_AUTO message = { 0 };
	trust_wire_message(name_space, data, len, &message);
	if (message.failed)
		return err_memory(err);
	crypto_sign_detached(signature.raw, NULL, message.data, message.len, key->pair);
	trust_wire_signature_format(&signature, ret);
	return buf_check(ret, err);
}
