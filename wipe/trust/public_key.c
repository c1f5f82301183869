/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * public_key: OpenSSH public keys, in their wire form (RFC 8709 section 4; OpenSSH PROTOCOL.u2f) and
 * as the line that stands in .pub files.
 */
#include "wipe/trust.h"

#include "armour.h"

#include <sodium.h>
#include <string.h>

static const char *type_name(enum trust_key_type type)
{
	return type == TRUST_KEY_ED25519 ? "ssh-ed25519" : "sk-ssh-ed25519@openssh.com";
}

static bool equals(const uint8_t *data, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(data, text, len) == 0;
}

void trust_public_key_blob(const struct trust_public_key *key, struct buf *ret)
{
	const char *name = type_name(key->type);
	buf_sshstr(ret, name, strlen(name));
	buf_sshstr(ret, key->point, sizeof(key->point));
	if (key->type == TRUST_KEY_SK_ED25519)
		buf_sshstr(ret, key->application, strlen(key->application));
}

enum code trust_public_key_from_blob(const uint8_t *data, size_t len,
    struct trust_public_key *ret, struct err *err)
{
	struct trust_public_key key = { 0 };
	struct bytes_reader reader = { .data = data, .len = len };
	size_t name_len = 0, point_len = 0, application_len = 0;
	const uint8_t *name = bytes_read_sshstr(&reader, &name_len);
	if (reader.failed)
		return err_set(err, CODE_INPUT, "a public key that is cut short");
	if (equals(name, name_len, type_name(TRUST_KEY_ED25519)))
		key.type = TRUST_KEY_ED25519;
	else if (equals(name, name_len, type_name(TRUST_KEY_SK_ED25519)))
		key.type = TRUST_KEY_SK_ED25519;
	else
		return err_set(err, CODE_INPUT,
		    "a public key of another type: only Ed25519 is used (ssh-keygen -t ed25519)");
	const uint8_t *point = bytes_read_sshstr(&reader, &point_len);
	const uint8_t *application = NULL;
	if (key.type == TRUST_KEY_SK_ED25519)
		application = bytes_read_sshstr(&reader, &application_len);
	if (!bytes_read_done(&reader) || point_len != sizeof(key.point) ||
	    application_len >= sizeof(key.application))
		return err_set(err, CODE_INPUT, "a public key that is malformed");
	memcpy(key.point, point, sizeof(key.point));
	if (application_len)
		memcpy(key.application, application, application_len);
	if (strlen(key.application) != application_len || !text_is_printable(key.application))
		return err_set(err, CODE_INPUT, "a public key with a malformed application");
	*ret = key;
	return CODE_OK;
}

enum code trust_public_key_parse(const char *line, struct trust_public_key *ret, struct err *err)
{
	size_t name_len = strcspn(line, " ");
	const char *body = line + name_len + (line[name_len] == ' ');
	size_t body_len = strcspn(body, " \n");
	const char *rest = body + body_len;
	const char *end = strchr(rest, '\n');
	if (end && end[1])
		return err_set(err, CODE_INPUT, "more than one line where one public key belongs");
	BUF_AUTO blob = { 0 };
	if (body_len == 0 || !armour_base64(body, body_len, &blob))
		return err_set(err, CODE_INPUT, "not an OpenSSH public key (type, then base64)");
	struct trust_public_key key;
	enum code code = trust_public_key_from_blob(blob.data, blob.len, &key, err);
	if (code != CODE_OK)
		return code;
	if (!equals((const uint8_t *)line, name_len, type_name(key.type)))
		return err_set(err, CODE_INPUT, "a public key whose type is not the one it is named by");
	*ret = key;
	return CODE_OK;
}

const char *trust_public_key_fingerprint(const struct trust_public_key *key,
    char out[TRUST_FINGERPRINT])
{
	uint8_t hash[HASH_SHA256_BYTES];
	BUF_AUTO blob = { 0 };
	trust_public_key_blob(key, &blob);
	hash_sha256(blob.data, blob.len, hash);
	memcpy(out, "SHA256:", 7);
	sodium_bin2base64(out + 7, TRUST_FINGERPRINT - 7, hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	return out;
}

void trust_public_key_text(const struct trust_public_key *key, struct buf *ret)
{
	BUF_AUTO blob = { 0 };
	char text[sodium_base64_ENCODED_LEN(512, sodium_base64_VARIANT_ORIGINAL)];
	trust_public_key_blob(key, &blob);
	if (blob.failed || blob.len > 512) {
		ret->failed = true;
		return;
	}
	sodium_bin2base64(text, sizeof(text), blob.data, blob.len, sodium_base64_VARIANT_ORIGINAL);
	buf_printf(ret, "%s %s", type_name(key->type), text);
}

bool trust_public_key_equals(const struct trust_public_key *a, const struct trust_public_key *b)
{
	return a->type == b->type && memcmp(a->point, b->point, sizeof(a->point)) == 0 &&
	    strcmp(a->application, b->application) == 0;
}
