/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signers: is this key trusted for this role at this time? (ssh-keygen(1), ALLOWED SIGNERS) */
#include "signers.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1024 * 1024)
#define LINE_MAX_BYTES 8192

struct trust_signers {
	struct signer *items;
	size_t count;
	struct trust_public_key *revoked;
	size_t revoked_count;
};

/* ssh_config(5) PATTERNS: * and ?; text and pattern are NUL-terminated and len bytes. */
static bool matches_pattern(const char *text, const char *pattern, size_t len)
{
	size_t at = 0, star = SIZE_MAX;
	const char *resume = NULL;
	while (*text) {
		if (at < len && pattern[at] == '*') {
			star = at++;
			resume = text;
		} else if (at < len && (pattern[at] == '?' || pattern[at] == *text)) {
			at++, text++;
		} else if (star != SIZE_MAX) {
			at = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (at < len && pattern[at] == '*')
		at++;
	return at == len;
}

/* One pattern matches and no negated one does. */
static bool matches_list(const char *text, const char *list)
{
	bool found = false;
	for (const char *p = list;; p++) {
		size_t len = strcspn(p, ",");
		bool negated = len && *p == '!';
		if (matches_pattern(text, p + negated, len - negated)) {
			if (negated)
				return false;
			found = true;
		}
		p += len;
		if (!*p)
			return found;
	}
}

typedef bool take_line(struct trust_signers *signers, const char *line, unsigned number,
    struct faults *faults);

static bool take_signer(struct trust_signers *signers, const char *line, unsigned number,
    struct faults *faults)
{
	struct signer signer;
	if (signer_parse(line, number, &signer, faults) != SIGNER_LINE_KEY)
		return true;
	struct signer *more = reallocarray(signers->items, signers->count + 1, sizeof(*more));
	if (!more) {
		signer_free(&signer);
		return false;
	}
	signers->items = more;
	signers->items[signers->count++] = signer;
	return true;
}

static bool take_revoked(struct trust_signers *signers, const char *line, unsigned number,
    struct faults *faults)
{
	struct trust_public_key key;
	struct err why;
	if (signer_is_foreign_type(line, strcspn(line, " \t")))
		return true;
	if (trust_public_key_parse(line, &key, &why) != CODE_OK) {
		faults_add(faults, number, "%s", why.line);
		return true;
	}
	struct trust_public_key *more = reallocarray(signers->revoked, signers->revoked_count + 1,
	    sizeof(*more));
	if (!more)
		return false;
	signers->revoked = more;
	signers->revoked[signers->revoked_count++] = key;
	return true;
}

/* Every line that is neither blank nor a comment goes to `take`; false: out of memory. */
static bool each_line(const char *data, size_t len, take_line *take, struct trust_signers *signers,
    struct faults *faults)
{
	if (len > FILE_MAX) {
		faults_add(faults, 0, "longer than 1 MiB");
		return true;
	}
	unsigned number = 0;
	for (size_t at = 0; at < len;) {
		const char *start = data + at;
		const char *end = memchr(start, '\n', len - at);
		size_t used = end ? (size_t)(end - start) : len - at;
		at += used + 1;
		number++;
		char line[LINE_MAX_BYTES];
		if (used >= sizeof(line)) {
			faults_add(faults, number, "line longer than %d bytes", LINE_MAX_BYTES - 1);
			continue;
		}
		/* Tabs are blanks here; no other control character has any business in it. */
		for (size_t i = 0; i < used; i++)
			line[i] = start[i] == '\t' ? ' ' : start[i];
		line[used] = 0;
		const char *text = line + strspn(line, " ");
		if (!text_is_utf8(line, used))
			faults_add(faults, number, "not plain UTF-8 text with LF line ends");
		else if (*text && *text != '#' && !take(signers, text, number, faults))
			return false;
	}
	return true;
}

static enum code parse_both(struct trust_signers *signers, const void *allowed, size_t allowed_len,
    const char *allowed_source, const void *revoked, size_t revoked_len,
    const char *revoked_source, struct err *err)
{
	struct faults faults = { 0 };
	if (!each_line(allowed, allowed_len, take_signer, signers, &faults))
		return err_memory(err);
	enum code code = faults_check(&faults, allowed_source, err);
	if (code != CODE_OK || !revoked)
		return code;
	static const char krl[] = "SSHKRL\n"; /* its NUL is part of the magic */
	if (revoked_len >= sizeof(krl) && memcmp(revoked, krl, sizeof(krl)) == 0)
		return err_set(err, CODE_INPUT,
		    "%s: a binary KRL is not read here: list the revoked public keys, one a line",
		    revoked_source);
	if (!each_line(revoked, revoked_len, take_revoked, signers, &faults))
		return err_memory(err);
	return faults_check(&faults, revoked_source, err);
}

enum code trust_signers_parse(const void *allowed, size_t allowed_len, const char *allowed_source,
    const void *revoked, size_t revoked_len, const char *revoked_source,
    struct trust_signers **ret, struct err *err)
{
	struct trust_signers *signers = calloc(1, sizeof(*signers));
	if (!signers)
		return err_memory(err);
	enum code code = parse_both(signers, allowed, allowed_len, allowed_source, revoked,
	    revoked_len, revoked_source, err);
	if (code == CODE_OK)
		*ret = signers;
	else
		trust_signers_free(signers);
	return code;
}

void trust_signers_free(struct trust_signers *signers)
{
	if (!signers)
		return;
	for (size_t i = 0; i < signers->count; i++)
		signer_free(&signers->items[i]);
	free(signers->items);
	free(signers->revoked);
	free(signers);
}

/* Why a line does not grant it; the further down the list, the nearer it came. */
enum reason { UNKNOWN, OTHER_PRINCIPAL, OTHER_ROLE, NOT_YET, EXPIRED, GRANTED };

static enum reason judge(const struct signer *signer, const char *name_space,
    const char *principal, int64_t wall_s)
{
	if (principal && !matches_list(principal, signer->principals))
		return OTHER_PRINCIPAL;
	if (!signer->namespaces || !matches_list(name_space, signer->namespaces))
		return OTHER_ROLE;
	if (signer->has_after && wall_s < signer->after_s)
		return NOT_YET;
	if (signer->has_before && wall_s > signer->before_s)
		return EXPIRED;
	return GRANTED;
}

static enum code refuse(enum reason reason, const struct signer *nearest,
    const struct trust_public_key *key, enum trust_role role, const char *principal,
    struct err *err)
{
	char print[TRUST_FINGERPRINT], stamp[STAMP_TEXT], who[100];
	trust_public_key_fingerprint(key, print);
	switch (reason) {
	case OTHER_PRINCIPAL:
		text_safe(who, sizeof(who), principal, strlen(principal));
		return err_set(err, CODE_UNTRUSTED, "key %s is trusted, but not for %s", print, who);
	case OTHER_ROLE:
		return err_set(err, CODE_UNTRUSTED,
		    "key %s is not trusted in the role of %s: namespaces does not name %s", print,
		    trust_role_text(role), trust_role_namespace(role));
	case NOT_YET:
		return err_set(err, CODE_UNTRUSTED, "key %s is not yet valid: only from %s", print,
		    stamp_format(nearest->after_s, stamp));
	case EXPIRED:
		return err_set(err, CODE_UNTRUSTED, "key %s has expired: valid until %s", print,
		    stamp_format(nearest->before_s, stamp));
	default:
		return err_set(err, CODE_UNTRUSTED, "key %s is unknown: not in allowed_signers", print);
	}
}

enum code trust_signers_check(const struct trust_signers *signers,
    const struct trust_public_key *key, enum trust_role role, const char *principal,
    int64_t wall_s, const char **ret_principal, struct err *err)
{
	char print[TRUST_FINGERPRINT];
	const char *name_space = trust_role_namespace(role);
	if (!*name_space)
		return err_set(err, CODE_BUG, "trust asked for no role");
	for (size_t i = 0; i < signers->revoked_count; i++) {
		/* The point alone: a revoked secret is revoked in every wrapping of it. */
		if (memcmp(signers->revoked[i].point, key->point, sizeof(key->point)) == 0)
			return err_set(err, CODE_UNTRUSTED, "key %s is revoked",
			    trust_public_key_fingerprint(key, print));
	}
	enum reason best = UNKNOWN;
	const struct signer *nearest = NULL;
	for (size_t i = 0; i < signers->count && best != GRANTED; i++) {
		const struct signer *signer = &signers->items[i];
		if (signer->authority || !trust_public_key_equals(&signer->key, key))
			continue;
		enum reason reason = judge(signer, name_space, principal, wall_s);
		if (reason > best) {
			best = reason;
			nearest = signer;
		}
	}
	if (best != GRANTED)
		return refuse(best, nearest, key, role, principal, err);
	if (ret_principal)
		*ret_principal = nearest->first;
	return CODE_OK;
}
