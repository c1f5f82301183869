/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust: keys and SSHSIG signatures, with stock ssh-keygen as the judge in both directions. */
#include "unit/unit.h"
#include "unit/trust_tool.h"

#include <sodium.h>

static const char data[] = "{\"outcome\": \"erased\"}\n";
#define LEN (sizeof(data) - 1)

static void put_allowed(const struct trust_public_key *key)
{
	BUF_AUTO line = { 0 };
	buf_string(&line, "alice@example.org namespaces=\"operator@certwipe\" ");
	trust_public_key_text(key, &line);
	buf_u8(&line, '\n');
	tool_put("a", line.data, line.len);
}

static int judge(void)
{
	return TOOL("d", NULL, "ssh-keygen", "-Y", "verify", "-f", "a", "-I", "alice@example.org",
	    "-n", "operator@certwipe", "-s", "s");
}

static enum code check(const void *text, size_t len, enum trust_role role, const void *bytes,
    size_t count)
{
	struct trust_signature sig;
	struct err err;
	enum code code = trust_signature_parse(text, len, &sig, &err);
	return code == CODE_OK ? trust_signature_verify(&sig, role, bytes, count, &err) : code;
}

static void make(struct trust_secret_key **key, struct buf *sig)
{
	struct err err;
	assert_ok(trust_secret_key_new(key, &err), err);
	assert_ok(trust_sign(*key, TRUST_OPERATOR, data, LEN, sig, &err), err);
}

static void ssh_keygen_accepts_what_we_sign_and_write(void **state)
{
	(void)state;
	struct err err;
	struct trust_secret_key *key;
	struct trust_public_key public;
	BUF_AUTO sig = { 0 };
	BUF_AUTO file = { 0 };
	BUF_AUTO text = { 0 };
	BUF_AUTO out = { 0 };
	make(&key, &sig);
	trust_secret_key_public(key, &public);
	put_allowed(&public);
	tool_put("d", data, LEN);
	tool_put("s", sig.data, sig.len);
	assert_int_equal(judge(), 0);
	assert_ok(trust_secret_key_format(key, "station one", &file, &err), err);
	tool_put("k", file.data, file.len);
	assert_int_equal(TOOL(NULL, "o", "ssh-keygen", "-y", "-f", "k"), 0);
	tool_get("o", &out);
	trust_public_key_text(&public, &text);
	buf_string(&text, " station one\n");
	assert_string_equal((char *)out.data, (char *)text.data);
	trust_secret_key_free(key);
}

static void we_accept_what_ssh_keygen_makes(void **state)
{
	(void)state;
	struct err err;
	struct trust_public_key public, own;
	struct trust_secret_key *key;
	BUF_AUTO line = { 0 };
	BUF_AUTO file = { 0 };
	BUF_AUTO sig = { 0 };
	BUF_AUTO out = { 0 };
	char print[TRUST_FINGERPRINT];
	assert_int_equal(TOOL(NULL, NULL, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "k"), 0);
	tool_put("d", data, LEN);
	assert_int_equal(TOOL(NULL, NULL, "ssh-keygen", "-Y", "sign", "-f", "k", "-n",
			     "operator@certwipe", "d"), 0);
	tool_get("d.sig", &sig);
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_OK);
	tool_get("k.pub", &line);
	assert_ok(trust_public_key_parse((char *)line.data, &public, &err), err);
	tool_get("k", &file);
	assert_ok(trust_secret_key_parse(file.data, file.len, &key, &err), err);
	trust_secret_key_public(key, &own);
	trust_secret_key_free(key);
	assert_true(trust_public_key_equals(&public, &own));
	assert_int_equal(TOOL(NULL, "o", "ssh-keygen", "-lf", "k.pub"), 0);
	tool_get("o", &out);
	assert_non_null(strstr((char *)out.data, trust_public_key_fingerprint(&public, print)));
	assert_int_equal(strlen(print), TRUST_FINGERPRINT - 1);
}

static void encrypted_and_foreign_secret_keys_are_named(void **state)
{
	(void)state;
	struct err err;
	struct trust_secret_key *key;
	BUF_AUTO file = { 0 };
	assert_int_equal(TOOL(NULL, NULL, "ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", "k"), 0);
	tool_get("k", &file);
	assert_int_equal(trust_secret_key_parse(file.data, file.len, &key, &err), CODE_CONFIG);
	assert_non_null(strstr(err.line, "encrypted"));
	buf_free(&file);
	unlink("k");
	assert_int_equal(TOOL(NULL, NULL, "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "k"), 0);
	tool_get("k", &file);
	assert_int_equal(trust_secret_key_parse(file.data, file.len, &key, &err), CODE_CONFIG);
}

static void every_flipped_bit_is_refused(void **state)
{
	(void)state;
	struct trust_secret_key *key, *other;
	struct err err;
	BUF_AUTO sig = { 0 };
	BUF_AUTO file = { 0 };
	make(&key, &sig);
	uint8_t copy[LEN];
	memcpy(copy, data, LEN);
	for (size_t bit = 0; bit < LEN * 8; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, copy, LEN), CODE_UNTRUSTED);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < sig.len * 8; bit++) {
		sig.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_OK);
		sig.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_OK);
	assert_ok(trust_secret_key_format(key, "", &file, &err), err);
	/* Flips inside both checkints at once cannot happen here; comments are empty. */
	for (size_t bit = 0; bit < file.len * 8; bit++) {
		file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(trust_secret_key_parse(file.data, file.len, &other, &err), CODE_OK);
		file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	trust_secret_key_free(key);
}

static void prefixes_and_additions_are_refused(void **state)
{
	(void)state;
	struct trust_secret_key *key, *other;
	struct err err;
	BUF_AUTO sig = { 0 };
	BUF_AUTO file = { 0 };
	make(&key, &sig);
	assert_ok(trust_secret_key_format(key, "x", &file, &err), err);
	for (size_t len = 0; len < sig.len; len++)
		assert_int_equal(check(sig.data, len, TRUST_OPERATOR, data, LEN), CODE_INPUT);
	for (size_t len = 0; len < file.len; len++)
		assert_int_equal(trust_secret_key_parse(file.data, len, &other, &err), CODE_INPUT);
	char *second = strchr(strchr((char *)sig.data, '\n') + 1, '\n');
	char moved = second[1];
	second[1] = '\n', second[0] = moved; /* the same base64, wrapped at 71 */
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_INPUT);
	second[0] = '\n', second[1] = moved;
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_OK);
	buf_u8(&sig, '\n');
	buf_u8(&file, '\n');
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_INPUT);
	assert_int_equal(trust_secret_key_parse(file.data, file.len, &other, &err), CODE_INPUT);
	trust_secret_key_free(key);
}

static void another_role_is_refused(void **state)
{
	(void)state;
	struct trust_secret_key *key;
	BUF_AUTO sig = { 0 };
	make(&key, &sig);
	trust_secret_key_free(key);
	enum trust_role role;
	assert_true(trust_role_parse("operator", &role) && role == TRUST_OPERATOR);
	assert_false(trust_role_parse("operator@certwipe", &role));
	assert_int_equal(check(sig.data, sig.len, TRUST_STATION, data, LEN), CODE_UNTRUSTED);
	assert_int_equal(check(sig.data, sig.len, TRUST_WITNESS, data, LEN), CODE_UNTRUSTED);
	assert_int_equal(check(sig.data, sig.len, (enum trust_role)0, data, LEN), CODE_UNTRUSTED);
}

/* What a FIDO2 token would answer, made from the documents and by none of our code but buf. */
static void token_sign(uint8_t flags, struct trust_public_key *key, struct buf *ret)
{
	uint8_t secret[64], hash[64], digest[32], raw[64];
	struct buf m = { 0 }, t = { 0 }, p = { 0 }, s = { 0 }, b = { 0 };
	*key = (struct trust_public_key){ .type = TRUST_KEY_SK_ED25519, .application = "ssh:" };
	crypto_sign_keypair(key->point, secret);
	crypto_hash_sha512(hash, (const uint8_t *)data, LEN);
	buf_string(&m, "SSHSIG");
	buf_sshstr(&m, "operator@certwipe", 17);
	buf_sshstr(&m, "", 0);
	buf_sshstr(&m, "sha512", 6);
	buf_sshstr(&m, hash, 64);
	crypto_hash_sha256(digest, (const uint8_t *)"ssh:", 4);
	buf_append(&t, digest, 32);
	buf_u8(&t, flags);
	buf_u32be(&t, 7);
	crypto_hash_sha256(digest, m.data, m.len);
	buf_append(&t, digest, 32);
	crypto_sign_detached(raw, NULL, t.data, t.len, secret);
	buf_sshstr(&p, "sk-ssh-ed25519@openssh.com", 26);
	buf_sshstr(&s, "sk-ssh-ed25519@openssh.com", 26);
	buf_sshstr(&p, key->point, 32);
	buf_sshstr(&p, "ssh:", 4);
	buf_sshstr(&s, raw, 64);
	buf_u8(&s, flags);
	buf_u32be(&s, 7);
	buf_string(&b, "SSHSIG");
	buf_u32be(&b, 1);
	buf_sshstr(&b, p.data, p.len);
	buf_sshstr(&b, "operator@certwipe", 17);
	buf_sshstr(&b, "", 0);
	buf_sshstr(&b, "sha512", 6);
	buf_sshstr(&b, s.data, s.len);
	char text[1024];
	sodium_bin2base64(text, sizeof(text), b.data, b.len, sodium_base64_VARIANT_ORIGINAL);
	buf_string(ret, "-----BEGIN SSH SIGNATURE-----\n");
	for (size_t i = 0; i < strlen(text); i += 70)
		buf_printf(ret, "%.70s\n", text + i);
	buf_string(ret, "-----END SSH SIGNATURE-----\n");
	buf_free(&m), buf_free(&t), buf_free(&p), buf_free(&s), buf_free(&b);
}

static void fido2_needs_a_touch(void **state)
{
	(void)state;
	struct trust_public_key key;
	BUF_AUTO sig = { 0 };
	tool_put("d", data, LEN);
	token_sign(5, &key, &sig);
	put_allowed(&key);
	tool_put("s", sig.data, sig.len);
	assert_int_equal(judge(), 0);
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_OK);
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN - 1), CODE_UNTRUSTED);
	for (size_t bit = 0; bit < sig.len * 8; bit++) {
		sig.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_OK);
		sig.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_free(&sig);
	token_sign(4, &key, &sig);
	put_allowed(&key);
	tool_put("s", sig.data, sig.len);
	assert_int_equal(judge(), 0);
	assert_int_equal(check(sig.data, sig.len, TRUST_OPERATOR, data, LEN), CODE_UNTRUSTED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, tool_enter, tool_leave)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ssh_keygen_accepts_what_we_sign_and_write),
		T(we_accept_what_ssh_keygen_makes),
		T(encrypted_and_foreign_secret_keys_are_named),
		T(every_flipped_bit_is_refused),
		T(prefixes_and_additions_are_refused),
		T(another_role_is_refused),
		T(fido2_needs_a_touch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
