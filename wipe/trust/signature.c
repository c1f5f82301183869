/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signature: SSHSIG (OpenSSH PROTOCOL.sshsig), sha512 only; FIDO2 as in PROTOCOL.u2f:
 *   blob    = "SSHSIG" u32(1) str(PUB) str(namespace) str("") str("sha512") str(SIG)
 *   message = "SSHSIG" str(namespace) str("") str("sha512") str(SHA512(data))
 *   SIG     = str(type) str(raw64) [u8 flags, u32 counter]
 */
#include "wire.h"

#include <sodium.h>
#include <string.h>

#define LABEL "SSH SIGNATURE"
#define MAGIC "SSHSIG"
#define VERSION 1
#define HASH "sha512"
#define FLAG_TOUCH 0x01

void trust_wire_message(const char *name_space, const void *data, size_t len, struct buf *ret)
{
	uint8_t digest[crypto_hash_sha512_BYTES];
	crypto_hash_sha512(digest, data, len);
	buf_string(ret, MAGIC);
	buf_sshstr(ret, name_space, strlen(name_space));
	buf_sshstr(ret, "", 0);
	buf_sshstr(ret, HASH, strlen(HASH));
	buf_sshstr(ret, digest, sizeof(digest));
}

bool trust_wire_signature(const uint8_t *data, size_t len, struct trust_signature *ret)
{
	struct bytes_reader reader = { .data = data, .len = len };
	size_t type_len, raw_len;
	const uint8_t *type = bytes_read_sshstr(&reader, &type_len);
	const uint8_t *raw = bytes_read_sshstr(&reader, &raw_len);
	uint8_t flags = 0;
	uint32_t counter = 0;
	if (ret->key.type == TRUST_KEY_SK_ED25519) {
		flags = bytes_read_u8(&reader);
		counter = bytes_read_u32be(&reader);
	}
	if (!bytes_read_done(&reader) || raw_len != sizeof(ret->raw) ||
	    !trust_wire_is(type, type_len, trust_wire_type(ret->key.type)))
		return false;
	memcpy(ret->raw, raw, sizeof(ret->raw));
	ret->flags = flags;
	ret->counter = counter;
	return true;
}

void trust_wire_signature_format(const struct trust_signature *signature, struct buf *ret)
{
	const struct trust_public_key *key = &signature->key;
	const char *type = trust_wire_type(key->type);
	BUF_AUTO public = { 0 };
	BUF_AUTO sig = { 0 };
	BUF_AUTO blob = { 0 };
	trust_public_key_blob(key, &public);
	buf_sshstr(&sig, type, strlen(type));
	buf_sshstr(&sig, signature->raw, sizeof(signature->raw));
	if (key->type == TRUST_KEY_SK_ED25519) {
		buf_u8(&sig, signature->flags);
		buf_u32be(&sig, signature->counter);
	}
	buf_string(&blob, MAGIC);
	buf_u32be(&blob, VERSION);
	buf_sshstr(&blob, public.data, public.len);
	buf_sshstr(&blob, signature->namespace_, strlen(signature->namespace_));
	buf_sshstr(&blob, "", 0);
	buf_sshstr(&blob, HASH, strlen(HASH));
	buf_sshstr(&blob, sig.data, sig.len);
	if (public.failed || sig.failed || blob.failed)
		ret->failed = true;
	else
		trust_wire_armour(LABEL, blob.data, blob.len, ret);
}

static enum code parse_blob(const struct buf *blob, struct trust_signature *ret, struct err *err)
{
	struct bytes_reader reader = { .data = blob->data, .len = blob->len };
	struct trust_signature signature = { 0 };
	const uint8_t *start = bytes_read_raw(&reader, strlen(MAGIC));
	uint32_t version = bytes_read_u32be(&reader);
	size_t key_len, name_len, reserved_len, hash_len, sig_len;
	const uint8_t *key = bytes_read_sshstr(&reader, &key_len);
	const uint8_t *name = bytes_read_sshstr(&reader, &name_len);
	bytes_read_sshstr(&reader, &reserved_len);
	const uint8_t *hash = bytes_read_sshstr(&reader, &hash_len);
	const uint8_t *sig = bytes_read_sshstr(&reader, &sig_len);
	if (!bytes_read_done(&reader) || memcmp(start, MAGIC, strlen(MAGIC)) != 0 || reserved_len != 0)
		return err_set(err, CODE_INPUT, "malformed SSH signature");
	if (version != VERSION)
		return err_set(err, CODE_INPUT, "SSH signature of unknown version %u", version);
	if (!trust_wire_is(hash, hash_len, HASH))
		return err_set(err, CODE_INPUT, "the SSH signature does not use sha512");
	if (name_len == 0 || name_len >= sizeof(signature.namespace_))
		return err_set(err, CODE_INPUT, "the SSH signature's namespace has a bad length");
	memcpy(signature.namespace_, name, name_len);
	if (strlen(signature.namespace_) != name_len || !text_is_printable(signature.namespace_))
		return err_set(err, CODE_INPUT, "the SSH signature's namespace is not plain text");
	enum code code = trust_public_key_from_blob(key, key_len, &signature.key, err);
	if (code != CODE_OK)
		return err_prefix(err, "SSH signature");
	if (!trust_wire_signature(sig, sig_len, &signature))
		return err_set(err, CODE_INPUT, "malformed SSH signature: does not fit its key");
	*ret = signature;
	return CODE_OK;
}

enum code trust_signature_parse(const void *data, size_t len, struct trust_signature *ret,
    struct err *err)
{
	if (len > TRUST_SIGNATURE_MAX)
		return err_set(err, CODE_INPUT, "too long for an SSH signature");
	BUF_AUTO blob = { 0 };
	enum code code = trust_wire_dearmour(LABEL, data, len, &blob, err);
	return code == CODE_OK ? parse_blob(&blob, ret, err) : code;
}

/* What a FIDO2 token signs instead of the message itself. */
static void token_message(const struct trust_signature *signature, struct buf *message)
{
	uint8_t application[HASH_SHA256_BYTES];
	uint8_t digest[HASH_SHA256_BYTES];
	hash_sha256(signature->key.application, strlen(signature->key.application), application);
	hash_sha256(message->data, message->len, digest);
	buf_free(message);
	buf_append(message, application, sizeof(application));
	buf_u8(message, signature->flags);
	buf_u32be(message, signature->counter);
	buf_append(message, digest, sizeof(digest));
}

enum code trust_signature_verify(const struct trust_signature *signature, enum trust_role role,
    const void *data, size_t len, struct err *err)
{
	const char *name_space = trust_role_namespace(role);
	if (!*name_space || strcmp(signature->namespace_, name_space) != 0)
		return err_set(err, CODE_UNTRUSTED, "the signature is for %s, not for %s",
		    signature->namespace_, *name_space ? name_space : "any role we know");
	BUF_AUTO message = { 0 };
	trust_wire_message(name_space, data, len, &message);
	if (message.failed)
		return err_memory(err);
	if (signature->key.type == TRUST_KEY_SK_ED25519) {
		if (!(signature->flags & FLAG_TOUCH))
			return err_set(err, CODE_UNTRUSTED,
			    "the FIDO2 signature was made without a touch of the token");
		token_message(signature, &message);
		if (message.failed)
			return err_memory(err);
	}
	if (crypto_sign_verify_detached(signature->raw, message.data, message.len,
		signature->key.point) != 0)
		return err_set(err, CODE_UNTRUSTED,
		    "the signature does not fit: these are not the bytes that were signed");
	return CODE_OK;
}
