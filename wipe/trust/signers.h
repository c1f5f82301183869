/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of struct trust_signers, for the reader and the judge. */
#ifndef WIPE_TRUST_SIGNERS_H
#define WIPE_TRUST_SIGNERS_H

#include "wipe/trust.h"

struct signers_entry {
	char *principals; /* pattern list */
	char *namespaces; /* pattern list, or NULL: none was named */
	bool authority; /* cert-authority: speaks for certificates, not for this key itself */
	int64_t valid_after_s; /* 0 = always */
	int64_t valid_before_s; /* 0 = for ever */
	struct trust_public_key key;
};

struct trust_signers {
	struct signers_entry *entries;
	size_t count;
	struct trust_public_key *revoked;
	size_t revoked_count;
};

#endif
