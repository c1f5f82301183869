/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust: allowed_signers, and each reason not to trust. */
#include "unit/unit.h"
#include "wipe/trust.h"

#include <sodium.h>

#define NOON INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static struct trust_public_key key_of(uint8_t byte)
{
	struct trust_public_key key = { .type = TRUST_KEY_ED25519 };
	memset(key.point, byte, sizeof(key.point));
	return key;
}

/* "%K" becomes the text of key 1. */
static void expand(const char *format, struct buf *ret)
{
	struct trust_public_key key = key_of(1);
	const char *at = strstr(format, "%K");
	if (!at) {
		buf_string(ret, format);
		return;
	}
	buf_append(ret, format, (size_t)(at - format));
	trust_public_key_text(&key, ret);
	buf_string(ret, at + 2);
}

static enum code parse(const char *allowed, const char *revoked, struct trust_signers **ret,
    struct err *err)
{
	BUF_AUTO text = { 0 };
	BUF_AUTO gone = { 0 };
	expand(allowed, &text);
	expand(revoked, &gone);
	return trust_signers_parse(text.data, text.len, "allowed", gone.data, gone.len, "revoked", ret,
	    err);
}

static void expect(const char *allowed, const char *revoked, const char *principal,
    const char *reason)
{
	struct trust_signers *signers = NULL;
	struct err err = { 0 };
	struct trust_public_key key = key_of(1);
	assert_ok(parse(allowed, revoked, &signers, &err), err);
	enum code code =
	    trust_signers_check(signers, &key, TRUST_OPERATOR, principal, NOON, NULL, &err);
	if (!reason) {
		assert_int_equal(code, CODE_OK);
	} else {
		assert_int_equal(code, CODE_UNTRUSTED);
		assert_non_null(strstr(err.line, reason));
	}
	trust_signers_free(signers);
}

static void each_reason_has_its_words(void **state)
{
	(void)state;
	expect("alice namespaces=\"operator@certwipe\" %K a comment\n", "", "alice", NULL);
	expect("alice namespaces=\"operator@certwipe\" %K", "", NULL, NULL);
	expect("a*,!alan namespaces=\"file,operator@*\" %K\n", "", "alice", NULL);
	expect("a*,!alan namespaces=\"operator@certwipe\" %K\n", "", "alan", "not that of alan");
	expect("bob namespaces=\"operator@certwipe\" %K\n", "", "alice", "not that of alice");
	expect("alice namespaces=\"station@certwipe\" %K\n", "", "alice", "not trusted as operator");
	expect("alice namespaces=\"*,!operator@certwipe\" %K\n", "", "alice", "not trusted");
	expect("alice %K\n", "", "alice", "not trusted as operator");
	expect("alice cert-authority,namespaces=\"operator@certwipe\" %K\n", "", "alice", "unknown");
	expect("# nobody\n", "", "alice", "unknown");
	expect("alice namespaces=\"operator@certwipe\" %K\n", "# gone\n%K\n", "alice", "revoked");
	expect("alice namespaces=\"operator@certwipe\",valid-after=\"20260102Z\" %K\n", "", "alice",
	    "not yet valid");
	expect("alice valid-before=\"202601010000Z\",namespaces=\"operator@certwipe\" %K\n", "", "alice",
	    "expired");
	expect("alice valid-before=\"20260101000001Z\",namespaces=\"operator@certwipe\" %K\n", "",
	    "alice", NULL);
	expect("x ssh-rsa AAAAB3Nza\nalice namespaces=\"operator@certwipe\" %K\n", "ssh-rsa AAAA\n",
	    "alice", NULL);
}

static void faults_name_their_line(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"# first\nalice\n",
		"# first\nalice namespaces=operator@certwipe %K\n",
		"# first\nalice namespace=\"operator@certwipe\" %K\n",
		"# first\nalice valid-after=\"20260101\" %K\n",
		"# first\nalice valid-after=\"20261301Z\" %K\n",
		"# first\nalice ssh-ed25519 AAAA\n",
		"# first\nalice ssh-ed25519\n",
		"# first\nalice namespaces=\"a\", %K\n",
		"# first\nalice namespaces=\"a\",namespaces=\"b\" %K\n",
		"# first\nalice %K\r\n",
	};
	for (size_t i = 0; i < WIPE_COUNT(bad); i++) {
		struct trust_signers *signers = NULL;
		struct err err = { 0 };
		assert_int_equal(parse(bad[i], "", &signers, &err), CODE_INPUT);
		assert_true(text_has_prefix(err.line, "allowed:2: "));
		assert_null(signers);
	}
	struct trust_signers *signers = NULL;
	struct err err = { 0 };
	assert_int_equal(parse("", "SSHKRL\n", &signers, &err), CODE_INPUT);
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_its_words),
		cmocka_unit_test(faults_name_their_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
