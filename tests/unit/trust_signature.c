/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust: signatures of ours and of security keys; nothing that was changed gets through. */
#include "unit/unit.h"
#include "wipe/trust.h"

#include <sodium.h>

static const char message[] = "{\"format\": \"a certificate\"}\n";

static struct trust_secret_key *new_key(void)
{
	struct trust_secret_key *key = NULL;
	struct err err = { 0 };
	assert_ok(trust_secret_key_new(&key, &err), err);
	return key;
}

static void sign_as(enum trust_role role, struct buf *ret)
{
	struct err err = { 0 };
	struct trust_secret_key *key = new_key();
	assert_ok(trust_sign(key, role, message, strlen(message), ret, &err), err);
	trust_secret_key_free(key);
}

static enum code check(const void *data, size_t len, enum trust_role role)
{
	struct trust_signature signature;
	struct err err = { 0 };
	enum code code = trust_signature_parse(data, len, &signature, &err);
	if (code != CODE_OK)
		return code;
	return trust_signature_verify(&signature, role, message, strlen(message), &err);
}

static void own_signature_is_good_for_its_role_alone(void **state)
{
	(void)state;
	BUF_AUTO text = { 0 };
	sign_as(TRUST_OPERATOR, &text);
	assert_int_equal(check(text.data, text.len, TRUST_OPERATOR), CODE_OK);
	assert_int_equal(check(text.data, text.len, TRUST_STATION), CODE_UNTRUSTED);
	assert_int_equal(check(text.data, text.len, TRUST_WITNESS), CODE_UNTRUSTED);
}

static void every_flipped_bit_and_every_prefix_is_refused(void **state)
{
	(void)state;
	BUF_AUTO text = { 0 };
	sign_as(TRUST_STATION, &text);
	for (size_t at = 0; at < text.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			text.data[at] ^= (uint8_t)(1u << bit);
			assert_int_not_equal(check(text.data, text.len, TRUST_STATION), CODE_OK);
			text.data[at] ^= (uint8_t)(1u << bit);
		}
		assert_int_not_equal(check(text.data, at, TRUST_STATION), CODE_OK);
	}
	assert_int_equal(check(text.data, text.len, TRUST_STATION), CODE_OK);
}

static void armour_must_be_canonical(void **state)
{
	(void)state;
	BUF_AUTO text = { 0 };
	sign_as(TRUST_STATION, &text);
	buf_string(&text, "\n");
	assert_int_equal(check(text.data, text.len, TRUST_STATION), CODE_INPUT);
	/* A line break moved by one means the same base64, and is refused all the same. */
	text.len--;
	char *line = strchr((char *)text.data, '\n') + 70;
	char moved = line[0];
	line[0] = line[1];
	line[1] = moved;
	assert_int_equal(check(text.data, text.len, TRUST_STATION), CODE_INPUT);
}

/* A security key made of libsodium: what it signs is put together here, independently. */
static void sign_fido(uint8_t flags, struct buf *ret)
{
	uint8_t point[32], secret[64], hash[64], raw[64], short_hash[32];
	crypto_sign_keypair(point, secret);
	BUF_AUTO inner = { 0 };
	BUF_AUTO outer = { 0 };
	BUF_AUTO pub = { 0 };
	BUF_AUTO sig = { 0 };
	BUF_AUTO blob = { 0 };
	crypto_hash_sha512(hash, (const uint8_t *)message, strlen(message));
	buf_append(&inner, "SSHSIG", 6);
	buf_sshstr(&inner, "operator@certwipe", 17);
	buf_sshstr(&inner, "", 0);
	buf_sshstr(&inner, "sha512", 6);
	buf_sshstr(&inner, hash, 64);
	crypto_hash_sha256(short_hash, (const uint8_t *)"ssh:", 4);
	buf_append(&outer, short_hash, 32);
	buf_u8(&outer, flags);
	buf_u32be(&outer, 7);
	crypto_hash_sha256(short_hash, inner.data, inner.len);
	buf_append(&outer, short_hash, 32);
	crypto_sign_detached(raw, NULL, outer.data, outer.len, secret);
	buf_sshstr(&pub, "sk-ssh-ed25519@openssh.com", 26);
	buf_sshstr(&pub, point, 32);
	buf_sshstr(&pub, "ssh:", 4);
	buf_sshstr(&sig, "sk-ssh-ed25519@openssh.com", 26);
	buf_sshstr(&sig, raw, 64);
	buf_u8(&sig, flags);
	buf_u32be(&sig, 7);
	buf_append(&blob, "SSHSIG", 6);
	buf_u32be(&blob, 1);
	buf_sshstr(&blob, pub.data, pub.len);
	buf_sshstr(&blob, "operator@certwipe", 17);
	buf_sshstr(&blob, "", 0);
	buf_sshstr(&blob, "sha512", 6);
	buf_sshstr(&blob, sig.data, sig.len);
	char text[2048];
	sodium_bin2base64(text, sizeof(text), blob.data, blob.len, sodium_base64_VARIANT_ORIGINAL);
	buf_string(ret, "-----BEGIN SSH SIGNATURE-----\n");
	for (size_t at = 0; at < strlen(text); at += 70)
		buf_printf(ret, "%.70s\n", text + at);
	buf_string(ret, "-----END SSH SIGNATURE-----\n");
}

static void security_key_counts_only_when_touched(void **state)
{
	(void)state;
	BUF_AUTO touched = { 0 };
	BUF_AUTO untouched = { 0 };
	sign_fido(1, &touched);
	sign_fido(0, &untouched);
	assert_int_equal(check(touched.data, touched.len, TRUST_OPERATOR), CODE_OK);
	assert_int_equal(check(untouched.data, untouched.len, TRUST_OPERATOR), CODE_UNTRUSTED);
}

static void secret_key_file_round_trips_and_refuses(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct trust_secret_key *key = new_key();
	struct trust_secret_key *again = NULL;
	struct trust_public_key a, b;
	BUF_AUTO file = { 0 };
	assert_ok(trust_secret_key_format(key, "station@host", &file, &err), err);
	assert_ok(trust_secret_key_parse(file.data, file.len, &again, &err), err);
	trust_secret_key_public(key, &a);
	trust_secret_key_public(again, &b);
	assert_true(trust_public_key_equals(&a, &b));
	trust_secret_key_free(again);
	for (size_t at = 0; at < file.len; at++) {
		again = NULL;
		assert_int_equal(trust_secret_key_parse(file.data, at, &again, &err), CODE_CONFIG);
		assert_null(again);
	}
	trust_secret_key_free(key);
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_signature_is_good_for_its_role_alone),
		cmocka_unit_test(every_flipped_bit_and_every_prefix_is_refused),
		cmocka_unit_test(armour_must_be_canonical),
		cmocka_unit_test(security_key_counts_only_when_touched),
		cmocka_unit_test(secret_key_file_round_trips_and_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
