/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust, private: what a line of allowed_signers becomes. */
#ifndef TRUST_SIGNERS_H
#define TRUST_SIGNERS_H

#include "wipe/trust.h"

struct signer {
	char *principals; /* pattern list */
	char *first; /* its first pattern */
	char *namespaces; /* pattern list, or NULL */
	bool authority;
	bool has_after;
	bool has_before;
	int64_t after_s;
	int64_t before_s;
	struct trust_public_key key;
};

enum signer_line { SIGNER_LINE_KEY, SIGNER_LINE_FOREIGN, SIGNER_LINE_FAULT };

/* One line without its LF and not blank. FOREIGN: sound, but of a key type we do not use. On KEY
 * the strings of *ret are the caller's (signer_free). A fault is added with `number`. */
enum signer_line signer_parse(const char *line, unsigned number, struct signer *ret,
    struct faults *faults);
/* A key type that OpenSSH knows and we do not. */
bool signer_is_foreign_type(const char *text, size_t len);
void signer_free(struct signer *signer);

#endif
