/* SPDX-License-Identifier: GPL-3.0-or-later */
/* role: in what capacity did somebody sign? The SSHSIG namespace says it, so it is signed too. */
#include "wipe/trust.h"

#include <string.h>

static const struct {
	const char *text;
	const char *name_space;
} roles[] = {
	[TRUST_STATION] = { "station", "station@certwipe" },
	[TRUST_OPERATOR] = { "operator", "operator@certwipe" },
	[TRUST_WITNESS] = { "witness", "witness@certwipe" },
	[TRUST_APPROVER] = { "approver", "approver@certwipe" },
};

static bool is_role(enum trust_role role)
{
	return role >= TRUST_STATION && role <= TRUST_APPROVER;
}

const char *trust_role_text(enum trust_role role)
{
	return is_role(role) ? roles[role].text : "unknown";
}

const char *trust_role_namespace(enum trust_role role)
{
	/* Never a name that some line of allowed_signers could grant. */
	return is_role(role) ? roles[role].name_space : "";
}

bool trust_role_parse(const char *text, enum trust_role *ret)
{
	for (enum trust_role role = TRUST_STATION; role <= TRUST_APPROVER; role++) {
		if (strcmp(roles[role].text, text) == 0) {
			*ret = role;
			return true;
		}
	}
	return false;
}
