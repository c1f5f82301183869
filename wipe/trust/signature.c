/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signature: SSHSIG (OpenSSH PROTOCOL.sshsig), strict:
 *   blob   = "SSHSIG" u32(1) str(PUB) str(namespace) str("") str("sha512") str(SIG)
 *   signed = "SSHSIG" str(namespace) str("") str("sha512") str(SHA512(file))
 * For FIDO2 keys (PROTOCOL.u2f) the key signs SHA256(application) flags counter SHA256(signed).
 */
#include "signature.h"

#include "armour.h"
#include "secret_key.h"

#include <sodium.h>
#include <string.h>

#define MAGIC     "SSHSIG"
#define MAGIC_LEN 6
#define HASH      "sha512"

void signature_message(const char *namespace_, const void *data, size_t len, struct buf *ret)
{
	uint8_t hash[crypto_hash_sha512_BYTES];
	crypto_hash_sha512(hash, data, len);
	buf_append(ret, MAGIC, MAGIC_LEN);
	buf_sshstr(ret, namespace_, strlen(namespace_));
	buf_sshstr(ret, "", 0);
	buf_sshstr(ret, HASH, strlen(HASH));
	buf_sshstr(ret, hash, sizeof(hash));
}

enum code signature_armour(const struct trust_public_key *key, const char *namespace_,
    const uint8_t *sig, size_t sig_len, struct buf *ret, struct err *err)
{
	BUF_AUTO pub = { 0 };
	BUF_AUTO blob = { 0 };
	trust_public_key_blob(key, &pub);
	buf_append(&blob, MAGIC, MAGIC_LEN);
	buf_u32be(&blob, 1);
	buf_sshstr(&blob, pub.data, pub.len);
	buf_sshstr(&blob, namespace_, strlen(namespace_));
	buf_sshstr(&blob, "", 0);
	buf_sshstr(&blob, HASH, strlen(HASH));
	buf_sshstr(&blob, sig, sig_len);
	if (pub.failed || blob.failed)
		return err_memory(err);
	armour_wrap(ARMOUR_SIGNATURE, blob.data, blob.len, ret);
	return buf_check(ret, err);
}

enum code trust_sign(const struct trust_secret_key *key, enum trust_role role, const void *data,
    size_t len, struct buf *ret, struct err *err)
{
	struct trust_public_key public_key;
	uint8_t raw[64];
	BUF_AUTO message = { 0 };
	BUF_AUTO sig = { 0 };
	trust_secret_key_public(key, &public_key);
	signature_message(trust_role_namespace(role), data, len, &message);
	if (message.failed)
		return err_memory(err);
	crypto_sign_detached(raw, NULL, message.data, message.len, key->bytes);
	buf_sshstr(&sig, "ssh-ed25519", 11);
	buf_sshstr(&sig, raw, sizeof(raw));
	if (sig.failed)
		return err_memory(err);
	return signature_armour(&public_key, trust_role_namespace(role), sig.data, sig.len, ret, err);
}

/* SIG: the type must be the key's; flags and counter only where the type has them. */
static bool read_sig(const uint8_t *data, size_t len, struct trust_signature *ret)
{
	const char *name = ret->key.type == TRUST_KEY_ED25519 ? "ssh-ed25519"
							      : "sk-ssh-ed25519@openssh.com";
	struct bytes_reader reader = { .data = data, .len = len };
	size_t name_len = 0, raw_len = 0;
	const uint8_t *type = bytes_read_sshstr(&reader, &name_len);
	const uint8_t *raw = bytes_read_sshstr(&reader, &raw_len);
	if (ret->key.type == TRUST_KEY_SK_ED25519) {
		ret->flags = bytes_read_u8(&reader);
		ret->counter = bytes_read_u32be(&reader);
	}
	if (!bytes_read_done(&reader) || name_len != strlen(name) || memcmp(type, name, name_len) != 0 ||
	    raw_len != sizeof(ret->raw))
		return false;
	memcpy(ret->raw, raw, raw_len);
	return true;
}

static bool is_text(const uint8_t *data, size_t len, const char *text)
{
	return len == strlen(text) && (len == 0 || memcmp(data, text, len) == 0);
}

static bool read_blob(const struct buf *blob, struct trust_signature *ret)
{
	struct bytes_reader reader = { .data = blob->data, .len = blob->len };
	struct err ignored = { 0 };
	size_t pub_len = 0, space_len = 0, reserved_len = 0, hash_len = 0, sig_len = 0;
	const uint8_t *magic = bytes_read_raw(&reader, MAGIC_LEN);
	uint32_t version = bytes_read_u32be(&reader);
	const uint8_t *pub = bytes_read_sshstr(&reader, &pub_len);
	const uint8_t *space = bytes_read_sshstr(&reader, &space_len);
	const uint8_t *reserved = bytes_read_sshstr(&reader, &reserved_len);
	const uint8_t *hash = bytes_read_sshstr(&reader, &hash_len);
	const uint8_t *sig = bytes_read_sshstr(&reader, &sig_len);
	if (!bytes_read_done(&reader) || memcmp(magic, MAGIC, MAGIC_LEN) != 0 || version != 1 ||
	    !is_text(reserved, reserved_len, "") || !is_text(hash, hash_len, HASH) ||
	    space_len >= sizeof(ret->namespace_))
		return false;
	memcpy(ret->namespace_, space, space_len);
	ret->namespace_[space_len] = 0;
	if (strlen(ret->namespace_) != space_len || !text_is_printable(ret->namespace_))
		return false;
	return trust_public_key_from_blob(pub, pub_len, &ret->key, &ignored) == CODE_OK &&
	    read_sig(sig, sig_len, ret);
}

enum code trust_signature_parse(const void *data, size_t len, struct trust_signature *ret,
    struct err *err)
{
	BUF_AUTO blob = { 0 };
	struct trust_signature signature = { 0 };
	if (len > TRUST_SIGNATURE_MAX)
		return err_set(err, CODE_INPUT, "a signature file of more than %d bytes",
		    TRUST_SIGNATURE_MAX);
	if (!armour_unwrap(ARMOUR_SIGNATURE, data, len, &blob))
		return err_set(err, CODE_INPUT, "not an SSH signature in its canonical form");
	if (!read_blob(&blob, &signature))
		return err_set(err, CODE_INPUT, "an SSH signature that is malformed or of another kind");
	*ret = signature;
	return CODE_OK;
}

/* What a FIDO2 key signs instead of the message itself. */
static void fido_message(const struct trust_signature *signature, const struct buf *message,
    struct buf *ret)
{
	uint8_t hash[HASH_SHA256_BYTES];
	hash_sha256(signature->key.application, strlen(signature->key.application), hash);
	buf_append(ret, hash, sizeof(hash));
	buf_u8(ret, signature->flags);
	buf_u32be(ret, signature->counter);
	hash_sha256(message->data, message->len, hash);
	buf_append(ret, hash, sizeof(hash));
}

enum code trust_signature_verify(const struct trust_signature *signature, enum trust_role role,
    const void *data, size_t len, struct err *err)
{
	BUF_AUTO message = { 0 };
	BUF_AUTO fido = { 0 };
	if (strcmp(signature->namespace_, trust_role_namespace(role)) != 0)
		return err_set(err, CODE_UNTRUSTED, "made as '%s', not as '%s'", signature->namespace_,
		    trust_role_namespace(role));
	signature_message(signature->namespace_, data, len, &message);
	const struct buf *signed_ = &message;
	if (signature->key.type == TRUST_KEY_SK_ED25519) {
		/* Bit 0: somebody touched the key. ssh-keygen lets it pass without; we do not. */
		if (!(signature->flags & 1))
			return err_set(err, CODE_UNTRUSTED, "made without touching the security key");
		fido_message(signature, &message, &fido);
		signed_ = &fido;
	}
	if (message.failed || fido.failed)
		return err_memory(err);
	if (crypto_sign_verify_detached(signature->raw, signed_->data, signed_->len,
		signature->key.point) != 0)
		return err_set(err, CODE_UNTRUSTED, "not a signature of these bytes");
	return CODE_OK;
}
