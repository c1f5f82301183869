/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a secret key file, armoured and bare: what is taken must be able to sign. */
#include "wipe/trust/wire.h"

#include <stdlib.h>

static void try(const uint8_t *data, size_t size)
{
	struct trust_secret_key *key = NULL;
	struct trust_signature signature;
	struct err err;
	if (trust_secret_key_parse(data, size, &key, &err) != CODE_OK)
		return;
	BUF_AUTO text = { 0 };
	if (trust_sign(key, TRUST_STATION, "x", 1, &text, &err) != CODE_OK ||
	    trust_signature_parse(text.data, text.len, &signature, &err) != CODE_OK ||
	    trust_signature_verify(&signature, TRUST_STATION, "x", 1, &err) != CODE_OK)
		abort();
	trust_secret_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BUF_AUTO armoured = { 0 };
	try(data, size);
	trust_wire_armour("OPENSSH PRIVATE KEY", data, size, &armoured);
	try(armoured.data, armoured.len);
	return 0;
}
