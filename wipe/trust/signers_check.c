/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signers_check: is this key trusted for this role, of this person, at this time, and if not, why? */
#include "signers.h"

#include <string.h>

/* One pattern of [pattern, pattern + len) with * and ? against text. */
static bool match_one(const char *pattern, size_t len, const char *text)
{
	const char *end = pattern + len;
	const char *star = NULL, *retry = NULL;
	while (*text) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (pattern < end && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

/* A comma separated list; a negated pattern that matches decides (ssh_config(5), PATTERNS). */
static bool match_list(const char *list, const char *text)
{
	bool matched = false;
	while (*list) {
		size_t len = strcspn(list, ",");
		bool negated = *list == '!';
		if (match_one(list + negated, len - negated, text)) {
			if (negated)
				return false;
			matched = true;
		}
		list += len + (list[len] == ',');
	}
	return matched;
}

/* How far an entry goes towards trust; the one that goes farthest gives the reason. */
enum reach { REACH_NONE, REACH_KEY, REACH_PRINCIPAL, REACH_ROLE, REACH_STARTED, REACH_ALL };

static enum reach reach_of(const struct signers_entry *entry, const struct trust_public_key *key,
    enum trust_role role, const char *principal, int64_t wall_s)
{
	if (entry->authority || !trust_public_key_equals(&entry->key, key))
		return REACH_NONE;
	if (principal && !match_list(entry->principals, principal))
		return REACH_KEY;
	if (!entry->namespaces || !match_list(entry->namespaces, trust_role_namespace(role)))
		return REACH_PRINCIPAL;
	if (entry->valid_after_s && wall_s < entry->valid_after_s)
		return REACH_ROLE;
	if (entry->valid_before_s && wall_s >= entry->valid_before_s)
		return REACH_STARTED;
	return REACH_ALL;
}

static enum code explain(enum reach reach, enum trust_role role, const char *principal,
    struct err *err)
{
	switch (reach) {
	case REACH_KEY:
		return err_set(err, CODE_UNTRUSTED, "the key is not that of %s", principal);
	case REACH_PRINCIPAL:
		return err_set(err, CODE_UNTRUSTED, "the key is not trusted as %s (namespaces=\"%s\")",
		    trust_role_text(role), trust_role_namespace(role));
	case REACH_ROLE:
		return err_set(err, CODE_UNTRUSTED, "the key is not yet valid at the time judged at");
	case REACH_STARTED:
		return err_set(err, CODE_UNTRUSTED, "the key has expired at the time judged at");
	default:
		return err_set(err, CODE_UNTRUSTED, "the key is unknown");
	}
}

enum code trust_signers_check(const struct trust_signers *signers,
    const struct trust_public_key *key, enum trust_role role, const char *principal,
    int64_t wall_s, const char **ret_principal, struct err *err)
{
	for (size_t i = 0; i < signers->revoked_count; i++) {
		if (trust_public_key_equals(&signers->revoked[i], key))
			return err_set(err, CODE_UNTRUSTED, "the key is revoked");
	}
	enum reach best = REACH_NONE;
	for (size_t i = 0; i < signers->count; i++) {
		const struct signers_entry *entry = &signers->entries[i];
		enum reach reach = reach_of(entry, key, role, principal, wall_s);
		if (reach == REACH_ALL) {
			if (ret_principal)
				*ret_principal = entry->principals;
			return CODE_OK;
		}
		best = reach > best ? reach : best;
	}
	return explain(best, role, principal, err);
}
