/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate: a signed document in which anything was changed is refused, at every byte. */
#include "unit/unit.h"
#include "wipe/certificate.h"

#include <sodium.h>
#include <stdio.h>

static struct buf document;
static struct buf signatures[5];
static struct trust_signers *signers;

/* A new key in place of the one that the golden document names by `placeholder`. */
static struct trust_secret_key *name_key(enum trust_role role, const char *placeholder,
    struct buf *allowed)
{
	struct err err = { 0 };
	struct trust_secret_key *key = NULL;
	struct trust_public_key public_key;
	char fingerprint[TRUST_FINGERPRINT];
	assert_ok(trust_secret_key_new(&key, &err), err);
	trust_secret_key_public(key, &public_key);
	trust_public_key_fingerprint(&public_key, fingerprint);
	char *named = strstr((char *)document.data, placeholder);
	assert_non_null(named);
	memcpy(named, fingerprint, TRUST_FINGERPRINT - 1);
	buf_printf(allowed, "* namespaces=\"%s\" ", trust_role_namespace(role));
	trust_public_key_text(&public_key, allowed);
	buf_string(allowed, "\n");
	return key;
}

/* The golden document, as if keys at hand had been its people's and station's; signed with them. */
static int sign_golden(void **state)
{
	(void)state;
	static const struct {
		enum trust_role role;
		const char *placeholder;
	} signs[] = { { TRUST_STATION, "SHA256:Static" }, { TRUST_OPERATOR, "SHA256:Operat" },
		{ TRUST_WITNESS, "SHA256:Witnes" } };
	struct trust_secret_key *keys[WIPE_COUNT(signs)];
	struct err err = { 0 };
	BUF_AUTO allowed = { 0 };
	FILE *file = fopen(TEST_SOURCE_DIR "/tests/data/certificates/erased.json", "rb");
	assert_non_null(file);
	char piece[4096];
	for (size_t got; (got = fread(piece, 1, sizeof(piece), file)) > 0;)
		buf_append(&document, piece, got);
	fclose(file);
	for (size_t i = 0; i < WIPE_COUNT(signs); i++)
		keys[i] = name_key(signs[i].role, signs[i].placeholder, &allowed);
	for (size_t i = 0; i < WIPE_COUNT(signs); i++) {
		assert_ok(trust_sign(keys[i], signs[i].role, document.data, document.len,
		    &signatures[signs[i].role], &err), err);
		trust_secret_key_free(keys[i]);
	}
	assert_ok(trust_signers_parse(allowed.data, allowed.len, "allowed", NULL, 0, "", &signers, &err),
	    err);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	buf_free(&document);
	for (size_t i = 0; i < WIPE_COUNT(signatures); i++)
		buf_free(&signatures[i]);
	trust_signers_free(signers);
	return 0;
}

static bool is_accepted(size_t len)
{
	struct certificate *certificate = NULL;
	struct certificate_signatures found;
	struct err err = { 0 };
	if (certificate_parse(document.data, len, "x", &certificate, &err) != CODE_OK)
		return false;
	certificate_check_signatures(certificate, document.data, len, signatures, signers, 1800000000,
	    &found);
	certificate_free(certificate);
	return found.all_good;
}

static void untouched_is_accepted(void **state)
{
	(void)state;
	assert_true(is_accepted(document.len));
}

static void every_flipped_bit_is_refused(void **state)
{
	(void)state;
	for (size_t at = 0; at < document.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			document.data[at] ^= (uint8_t)(1u << bit);
			if (is_accepted(document.len))
				fail_msg("bit %u of byte %zu flipped, and accepted", bit, at);
			document.data[at] ^= (uint8_t)(1u << bit);
		}
	}
	assert_true(is_accepted(document.len));
}

static void every_strict_prefix_is_refused(void **state)
{
	(void)state;
	for (size_t len = 0; len < document.len; len++)
		assert_false(is_accepted(len));
}

static void every_changed_signature_is_refused(void **state)
{
	(void)state;
	struct buf *signature = &signatures[TRUST_STATION];
	for (size_t at = 0; at < signature->len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			signature->data[at] ^= (uint8_t)(1u << bit);
			assert_false(is_accepted(document.len));
			signature->data[at] ^= (uint8_t)(1u << bit);
		}
	}
	size_t whole = signature->len;
	for (signature->len = 1; signature->len < whole; signature->len++)
		assert_false(is_accepted(document.len));
	assert_true(is_accepted(document.len));
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(untouched_is_accepted),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(every_strict_prefix_is_refused),
		cmocka_unit_test(every_changed_signature_is_refused),
	};
	return cmocka_run_group_tests(tests, sign_golden, forget);
}
