/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signatures: is every signature there that the document announces, by the very key it names, no key
 * in two roles, and is each key trusted for its role?
 */
#include "document.h"

#include <stdio.h>
#include <string.h>

struct asked {
	enum trust_role role;
	const char *key; /* announced fingerprint; "" = none */
	const char *principal; /* NULL = anybody who is trusted */
};

static enum certificate_signature_state judge(const struct asked *asked, const void *data,
    size_t len, const struct buf *file, const struct trust_signers *signers, int64_t wall_s,
    struct certificate_signature *ret)
{
	struct trust_signature signature;
	struct err err = { .line = "" };
	if (!file->data) {
		snprintf(ret->line, sizeof(ret->line), "the certificate announces a signature of the "
		    "%s, and there is none", trust_role_text(asked->role));
		return CERTIFICATE_SIGNATURE_MISSING;
	}
	if (trust_signature_parse(file->data, file->len, &signature, &err) != CODE_OK ||
	    trust_signature_verify(&signature, asked->role, data, len, &err) != CODE_OK) {
		text_copy(ret->line, sizeof(ret->line), err.line);
		return CERTIFICATE_SIGNATURE_BAD;
	}
	trust_public_key_fingerprint(&signature.key, ret->key);
	if (*asked->key && strcmp(asked->key, ret->key) != 0) {
		snprintf(ret->line, sizeof(ret->line), "signed with the key %s, where the certificate "
		    "names %s", ret->key, asked->key);
		return CERTIFICATE_SIGNATURE_BAD;
	}
	const char *principal = NULL;
	if (!signers || trust_signers_check(signers, &signature.key, asked->role, asked->principal,
	    wall_s, &principal, &err) != CODE_OK) {
		text_copy(ret->line, sizeof(ret->line), signers ? err.line : "no signers are trusted");
		return CERTIFICATE_SIGNATURE_UNTRUSTED;
	}
	if (principal)
		text_copy(ret->principal, sizeof(ret->principal), principal);
	return CERTIFICATE_SIGNATURE_GOOD;
}

static struct asked ask(const struct certificate *certificate, enum trust_role role)
{
	struct asked asked = { .role = role, .key = "", .principal = NULL };
	const char *principal = "";
	if (role == TRUST_STATION) {
		asked.key = certificate->as_station.key;
		principal = certificate->as_station.principal;
	} else if (certificate_person(certificate, role)) {
		asked.key = certificate->as_people[role].key;
		principal = certificate->as_people[role].principal;
	}
	if (*principal)
		asked.principal = principal;
	return asked;
}

/* Two roles with one key are one person, whatever the names say: both are bad. */
static void refuse_shared_keys(struct certificate_signatures *ret)
{
	for (size_t i = 0; i < ret->count; i++) {
		for (size_t j = i + 1; j < ret->count; j++) {
			struct certificate_signature *a = &ret->items[i];
			struct certificate_signature *b = &ret->items[j];
			if (!*a->key || strcmp(a->key, b->key) != 0)
				continue;
			a->state = b->state = CERTIFICATE_SIGNATURE_BAD;
			snprintf(a->line, sizeof(a->line), "one key signed as %s and as %s",
			    trust_role_text(a->role), trust_role_text(b->role));
			memcpy(b->line, a->line, sizeof(b->line));
		}
	}
}

void certificate_check_signatures(const struct certificate *certificate, const void *data,
    size_t len, const struct buf signature_files[5], const struct trust_signers *signers,
    int64_t wall_s, struct certificate_signatures *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (int role = TRUST_STATION; role <= TRUST_APPROVER; role++) {
		struct asked asked = ask(certificate, (enum trust_role)role);
		/* The station always signs; a person when announced, or when a signature is there. */
		if (role != TRUST_STATION && !*asked.key && !signature_files[role].data)
			continue;
		struct certificate_signature *item = &ret->items[ret->count++];
		item->role = asked.role;
		if (asked.principal)
			text_copy(item->principal, sizeof(item->principal), asked.principal);
		item->state = judge(&asked, data, len, &signature_files[role], signers, wall_s, item);
		if (item->state == CERTIFICATE_SIGNATURE_MISSING)
			text_copy(item->key, sizeof(item->key), asked.key);
	}
	refuse_shared_keys(ret);
	ret->all_good = true;
	for (size_t i = 0; i < ret->count; i++)
		ret->all_good = ret->all_good && ret->items[i].state == CERTIFICATE_SIGNATURE_GOOD;
}
