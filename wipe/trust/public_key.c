/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * public_key: OpenSSH public keys (RFC 8709 section 4; OpenSSH PROTOCOL.u2f):
 *   str("ssh-ed25519") str(point32)
 *   str("sk-ssh-ed25519@openssh.com") str(point32) str(application)
 */
#include "wire.h"

#include <sodium.h>
#include <string.h>

const char *trust_wire_type(enum trust_key_type type)
{
	return type == TRUST_KEY_SK_ED25519 ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519";
}

enum code trust_public_key_from_blob(const uint8_t *data, size_t len,
    struct trust_public_key *ret, struct err *err)
{
	struct bytes_reader reader = { .data = data, .len = len };
	struct trust_public_key key = { .type = TRUST_KEY_ED25519 };
	size_t type_len, point_len;
	const uint8_t *type = bytes_read_sshstr(&reader, &type_len);
	const uint8_t *point = bytes_read_sshstr(&reader, &point_len);
	if (trust_wire_is(type, type_len, trust_wire_type(TRUST_KEY_SK_ED25519)))
		key.type = TRUST_KEY_SK_ED25519;
	else if (!trust_wire_is(type, type_len, trust_wire_type(TRUST_KEY_ED25519)))
		return err_set(err, CODE_INPUT,
		    "this public key is neither ssh-ed25519 nor sk-ssh-ed25519@openssh.com");
	if (key.type == TRUST_KEY_SK_ED25519) {
		size_t app_len;
		const uint8_t *app = bytes_read_sshstr(&reader, &app_len);
		if (!app || app_len == 0 || app_len >= sizeof(key.application))
			return err_set(err, CODE_INPUT, "malformed FIDO2 public key: bad application");
		memcpy(key.application, app, app_len);
		if (strlen(key.application) != app_len || !text_is_printable(key.application))
			return err_set(err, CODE_INPUT, "malformed FIDO2 public key: bad application");
	}
	if (!bytes_read_done(&reader) || point_len != sizeof(key.point))
		return err_set(err, CODE_INPUT, "malformed public key: wrong length");
	memcpy(key.point, point, sizeof(key.point));
	*ret = key;
	return CODE_OK;
}

void trust_public_key_blob(const struct trust_public_key *key, struct buf *ret)
{
	const char *type = trust_wire_type(key->type);
	buf_sshstr(ret, type, strlen(type));
	buf_sshstr(ret, key->point, sizeof(key->point));
	if (key->type == TRUST_KEY_SK_ED25519)
		buf_sshstr(ret, key->application, strlen(key->application));
}

enum code trust_public_key_parse(const char *line, struct trust_public_key *ret, struct err *err)
{
	size_t len = strlen(line);
	if (len && line[len - 1] == '\n')
		len--;
	if (!text_is_utf8(line, len))
		return err_set(err, CODE_INPUT, "a public key is one line of plain text");
	const char *blank = memchr(line, ' ', len);
	if (!blank)
		return err_set(err, CODE_INPUT, "not a public key: expected TYPE BASE64 [COMMENT]");
	const char *text = blank + 1;
	size_t text_len = 0;
	while (text + text_len < line + len && text[text_len] != ' ')
		text_len++;
	BUF_AUTO blob = { 0 };
	if (!trust_wire_base64_parse(text, text_len, &blob))
		return blob.failed ? err_memory(err)
		    : err_set(err, CODE_INPUT, "not a public key: bad base64");
	struct trust_public_key key = { 0 };
	enum code code = trust_public_key_from_blob(blob.data, blob.len, &key, err);
	if (code != CODE_OK)
		return code;
	if (!trust_wire_is((const uint8_t *)line, (size_t)(blank - line), trust_wire_type(key.type)))
		return err_set(err, CODE_INPUT, "the public key is of another type than its line says");
	*ret = key;
	return CODE_OK;
}

const char *trust_public_key_fingerprint(const struct trust_public_key *key,
    char out[TRUST_FINGERPRINT])
{
	BUF_AUTO blob = { 0 };
	trust_public_key_blob(key, &blob);
	if (blob.failed) {
		/* Must not look like anybody's fingerprint. */
		text_copy(out, TRUST_FINGERPRINT, "out of memory");
		return out;
	}
	uint8_t digest[HASH_SHA256_BYTES];
	hash_sha256(blob.data, blob.len, digest);
	text_copy(out, TRUST_FINGERPRINT, "SHA256:");
	sodium_bin2base64(out + 7, TRUST_FINGERPRINT - 7, digest, sizeof(digest),
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	return out;
}

void trust_public_key_text(const struct trust_public_key *key, struct buf *ret)
{
	BUF_AUTO blob = { 0 };
	trust_public_key_blob(key, &blob);
	ret->failed |= blob.failed;
	if (ret->failed)
		return;
	buf_printf(ret, "%s ", trust_wire_type(key->type));
	trust_wire_base64(blob.data, blob.len, ret);
}

bool trust_public_key_equals(const struct trust_public_key *a, const struct trust_public_key *b)
{
	return a->type == b->type && memcmp(a->point, b->point, sizeof(a->point)) == 0 &&
	    (a->type != TRUST_KEY_SK_ED25519 || strcmp(a->application, b->application) == 0);
}
