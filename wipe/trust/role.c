/* SPDX-License-Identifier: GPL-3.0-or-later */
/* role: as what does a key sign? The SSHSIG namespace is the role (design, "Signatures"). */
#include "wipe/trust.h"

#include <string.h>

static const struct {
	const char *text;
	const char *namespace_;
} roles[] = {
	[TRUST_STATION] = { "station", "station@certwipe" },
	[TRUST_OPERATOR] = { "operator", "operator@certwipe" },
	[TRUST_WITNESS] = { "witness", "witness@certwipe" },
	[TRUST_APPROVER] = { "approver", "approver@certwipe" },
};

const char *trust_role_text(enum trust_role role)
{
	return roles[role].text;
}

const char *trust_role_namespace(enum trust_role role)
{
	return roles[role].namespace_;
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
