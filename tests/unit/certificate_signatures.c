/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * certificate: which signatures a document asks for. Trust itself is a stand-in here: a signature
 * file is "FINGERPRINT good", "… bad" or "… untrusted".
 */
#include "unit/unit.h"
#include "wipe/certificate.h"

#include "unit/sample_certificate.h"

const char *trust_role_text(enum trust_role role)
{
	static const char *const names[] = { "", "station", "operator", "witness", "approver" };
	return names[role];
}
enum code trust_signature_parse(const void *data, size_t len, struct trust_signature *ret,
    struct err *err)
{
	(void)err;
	memset(ret, 0, sizeof(*ret));
	assert_true(len > 51 && len < 110);
	memcpy(ret->key.application, data, len);
	return CODE_OK;
}
static bool says(const struct trust_public_key *key, const char *word)
{
	return strcmp(key->application + 51, word) == 0;
}
enum code trust_signature_verify(const struct trust_signature *signature, enum trust_role role,
    const void *data, size_t len, struct err *err)
{
	(void)role, (void)data, (void)len;
	return says(&signature->key, "bad") ? err_set(err, CODE_UNTRUSTED, "bad") : CODE_OK;
}
const char *trust_public_key_fingerprint(const struct trust_public_key *key,
    char out[TRUST_FINGERPRINT])
{
	memcpy(out, key->application, TRUST_FINGERPRINT - 1);
	out[TRUST_FINGERPRINT - 1] = 0;
	return out;
}
enum code trust_signers_check(const struct trust_signers *signers,
    const struct trust_public_key *key, enum trust_role role, const char *principal,
    int64_t wall_s, const char **ret_principal, struct err *err)
{
	(void)signers, (void)role, (void)wall_s;
	*ret_principal = principal;
	return says(key, "untrusted") ? err_set(err, CODE_UNTRUSTED, "unknown") : CODE_OK;
}

#define STATION  SAMPLE_KEY("Static")
#define OPERATOR SAMPLE_KEY("Operat")
#define WITNESS  SAMPLE_KEY("Witnes")
#define OTHER    SAMPLE_KEY("Others")

static const struct row {
	const char *files[5]; /* by role */
	size_t count;
	bool all_good;
	enum certificate_signature_state states[4];
} rows[] = {
	{ { NULL, STATION " good", OPERATOR " good", WITNESS " good", NULL }, 3, true,
	    { CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_GOOD } },
	{ { NULL, NULL, OPERATOR " good", WITNESS " good", NULL }, 3, false,
	    { CERTIFICATE_SIGNATURE_MISSING, CERTIFICATE_SIGNATURE_GOOD,
	    CERTIFICATE_SIGNATURE_GOOD } },
	{ { NULL, STATION " good", OPERATOR " good", NULL, NULL }, 3, false,
	    { CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_GOOD,
	    CERTIFICATE_SIGNATURE_MISSING } },
	{ { NULL, STATION " bad", OPERATOR " untrusted", OTHER " good", NULL }, 3, false,
	    { CERTIFICATE_SIGNATURE_BAD, CERTIFICATE_SIGNATURE_UNTRUSTED,
	    CERTIFICATE_SIGNATURE_BAD } },
	/* Nobody announced an approver: a good signature is welcome, a bad one is not. */
	{ { NULL, STATION " good", OPERATOR " good", WITNESS " good", OTHER " good" }, 4, true,
	    { CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_GOOD,
	    CERTIFICATE_SIGNATURE_GOOD } },
	{ { NULL, STATION " good", OPERATOR " good", WITNESS " good", OTHER " bad" }, 4, false,
	    { CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_GOOD,
	    CERTIFICATE_SIGNATURE_BAD } },
	/* One key in two roles. */
	{ { NULL, STATION " good", OPERATOR " good", WITNESS " good", OPERATOR " good" }, 4, false,
	    { CERTIFICATE_SIGNATURE_GOOD, CERTIFICATE_SIGNATURE_BAD, CERTIFICATE_SIGNATURE_GOOD,
	    CERTIFICATE_SIGNATURE_BAD } },
};

static void announced_and_present_signatures_must_all_be_good(void **state)
{
	(void)state;
	struct world *world = malloc(sizeof(*world));
	struct certificate *certificate = NULL;
	struct err err;
	world_start(world);
	assert_ok(sample_certificate(world, &certificate, &err), err);
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct buf files[5] = { { 0 } };
		struct certificate_signatures found;
		for (int role = 1; role < 5; role++) {
			if (rows[i].files[role])
				buf_string(&files[role], rows[i].files[role]);
		}
		certificate_check_signatures(certificate, "x", 1, files,
		    (const struct trust_signers *)(const void *)rows, 0, &found);
		assert_int_equal(found.count, rows[i].count);
		for (size_t k = 0; k < found.count; k++) {
			assert_int_equal(found.items[k].state, rows[i].states[k]);
			assert_true((found.items[k].state == CERTIFICATE_SIGNATURE_GOOD) ==
			    (found.items[k].line[0] == 0));
		}
		assert_int_equal(found.all_good, rows[i].all_good);
		/* Without anybody to trust, nothing is good. */
		certificate_check_signatures(certificate, "x", 1, files, NULL, 0, &found);
		assert_false(found.all_good);
		for (int role = 1; role < 5; role++)
			buf_free(&files[role]);
	}
	certificate_free(certificate);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announced_and_present_signatures_must_all_be_good),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
