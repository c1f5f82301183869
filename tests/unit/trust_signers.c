/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust: allowed_signers and revoked keys: who may sign what, when, and in which words we refuse. */
#include "unit/unit.h"
#include "wipe/trust.h"

#include <stdio.h>

#define NOON INT64_C(1767268800) /* 2026-01-01T12:00:00Z */

static struct trust_public_key key_of(uint8_t fill)
{
	struct trust_public_key key = { .type = TRUST_KEY_ED25519 };
	memset(key.point, fill, sizeof(key.point));
	return key;
}

static void with_key(struct buf *ret, const char *before, uint8_t fill, const char *after)
{
	struct trust_public_key key = key_of(fill);
	buf_string(ret, before);
	trust_public_key_text(&key, ret);
	buf_string(ret, after);
}

/* Asks for key 1; returns the code of parsing or checking. */
static enum code ask(const char *before, const char *revoked, enum trust_role role, const char *who,
    int64_t wall_s, struct err *err)
{
	BUF_AUTO text = { 0 };
	struct trust_signers *signers = NULL;
	struct trust_public_key key = key_of(1);
	with_key(&text, before, 1, " comment\n");
	enum code code = trust_signers_parse(text.data, text.len, "allowed", revoked,
	    revoked ? strlen(revoked) : 0, "revoked", &signers, err);
	if (code != CODE_OK)
		return code;
	code = trust_signers_check(signers, &key, role, who, wall_s, NULL, err);
	trust_signers_free(signers);
	return code;
}

#define OP "alice@x namespaces=\"operator@certwipe\" "
#define refused(word, ...)                                                                         \
	do {                                                                                       \
		assert_int_equal(ask(__VA_ARGS__, &err), CODE_UNTRUSTED);                          \
		if (!strstr(err.line, word))                                                       \
			fail_msg("\"%s\" not in: %s", word, err.line);                             \
	} while (0)
#define granted(...) assert_ok(ask(__VA_ARGS__, &err), err)

static void each_refusal_says_why(void **state)
{
	(void)state;
	struct err err;
	granted(OP, NULL, TRUST_OPERATOR, "alice@x", NOON);
	granted(OP, NULL, TRUST_OPERATOR, NULL, NOON);
	refused("operator", "alice@x ", NULL, TRUST_OPERATOR, "alice@x", NOON);
	refused("role of witness", OP, NULL, TRUST_WITNESS, "alice@x", NOON);
	refused("not for bob", OP, NULL, TRUST_OPERATOR, "bob", NOON);
	refused("unknown", "alice@x cert-authority,namespaces=\"*\" ", NULL, TRUST_OPERATOR, NULL, NOON);
	BUF_AUTO revoked = { 0 };
	with_key(&revoked, "# gone\n\n", 1, "\n");
	refused("revoked", OP, (char *)revoked.data, TRUST_OPERATOR, "alice@x", NOON);
	buf_free(&revoked);
	with_key(&revoked, "", 2, " other");
	granted(OP, (char *)revoked.data, TRUST_OPERATOR, "alice@x", NOON);
}

static void time_bounds_hold_to_the_second(void **state)
{
	(void)state;
	struct err err;
	const char *line = "a namespaces=\"*\",valid-after=\"202601011200Z\",valid-before=\"20260101120010Z\" ";
	refused("not yet valid: only from 2026-01-01T12:00:00Z", line, NULL, TRUST_STATION, "a", NOON - 1);
	granted(line, NULL, TRUST_STATION, "a", NOON);
	granted(line, NULL, TRUST_STATION, "a", NOON + 10);
	refused("expired", line, NULL, TRUST_STATION, "a", NOON + 11);
	granted("a namespaces=\"*\",valid-before=\"20260102Z\" ", NULL, TRUST_STATION, "a", NOON + 43200);
}

static void patterns_match_as_in_openssh(void **state)
{
	(void)state;
	struct err err;
	const char *line = "*@x.org,!eve@x.org,b?b namespaces=\"w*,oper*@certwipe,!witness@certwipe\" ";
	granted(line, NULL, TRUST_OPERATOR, "alice@x.org", NOON);
	granted(line, NULL, TRUST_OPERATOR, "bob", NOON);
	refused("not for", line, NULL, TRUST_OPERATOR, "eve@x.org", NOON);
	refused("not for", line, NULL, TRUST_OPERATOR, "boob", NOON);
	refused("not for", line, NULL, TRUST_OPERATOR, "alice@x.orgs", NOON);
	refused("not for", line, NULL, TRUST_OPERATOR, "", NOON);
	refused("role", line, NULL, TRUST_WITNESS, "bob", NOON);
	granted("\"a b\" NameSpaces=\"*\" ", NULL, TRUST_WITNESS, "a b", NOON);
}

static void faults_name_file_and_line(void **state)
{
	(void)state;
	struct err err;
	static const struct { const char *before, *word; } bad[] = {
		{ "# c\n\na valid-after=\"20260101\" ", "allowed:3: valid-after=\"20260101\": add Z" },
		{ "a valid-after=\"20260230Z\" ", "allowed:1: " },
		{ "a valid-after=\"20260102Z\",valid-before=\"20260101Z\" ", "not later" },
		{ "a valid-after=\"20260101Z\",valid-after=\"20260101Z\" ", "twice" },
		{ "a namespaces=\"a\",namespaces=\"b\" ", "twice" },
		{ "a namespaces=x ", "double quotes" },
		{ "a namespaces=\"x ", "allowed:1" },
		{ "a namespaces=\"x\", ", "comma" },
		{ "a no-such-option ", "unknown" },
		{ "a,,b ", "principals" },
		{ "a ssh-ed25519 AAAA\nb ", "allowed:1" },
		{ "a\r\nb ", "allowed:1" },
		{ "a\nb ", "allowed:1" },
	};
	for (size_t i = 0; i < WIPE_COUNT(bad); i++) {
		assert_int_equal(ask(bad[i].before, NULL, TRUST_OPERATOR, "a", NOON, &err), CODE_INPUT);
		if (!strstr(err.line, bad[i].word))
			fail_msg("\"%s\" not in: %s", bad[i].word, err.line);
	}
	assert_int_equal(ask(OP, "not a key\n", TRUST_OPERATOR, NULL, NOON, &err), CODE_INPUT);
	assert_non_null(strstr(err.line, "revoked:1"));
}

static void foreign_keys_are_passed_over(void **state)
{
	(void)state;
	struct err err;
	granted("r ssh-rsa AAAA\ne namespaces=\"x\" ecdsa-sha2-nistp256 AAAA c\n" OP, "ssh-rsa AAAA\n",
	    TRUST_OPERATOR, "alice@x", NOON);
}

static void a_binary_krl_is_refused(void **state)
{
	(void)state;
	struct err err;
	struct trust_signers *signers;
	assert_int_equal(trust_signers_parse("", 0, "allowed", "SSHKRL\n\0\0\0\0\1", 12, "revoked",
			     &signers, &err), CODE_INPUT);
	assert_non_null(strstr(err.line, "KRL"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal_says_why),
		cmocka_unit_test(time_bounds_hold_to_the_second),
		cmocka_unit_test(patterns_match_as_in_openssh),
		cmocka_unit_test(faults_name_file_and_line),
		cmocka_unit_test(foreign_keys_are_passed_over),
		cmocka_unit_test(a_binary_krl_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
