/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever parses as a signature is, written again, the same bytes: nothing is ignored. */
#include "wipe/trust/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust_signature signature;
	struct err err;
	if (trust_signature_parse(data, size, &signature, &err) == CODE_OK) {
		BUF_AUTO again = { 0 };
		trust_wire_signature_format(&signature, &again);
		if (again.len != size || memcmp(again.data, data, size) != 0)
			abort();
		if (trust_signature_verify(&signature, TRUST_OPERATOR, data, size, &err) == CODE_OK)
			abort();
	}
	/* The blob inside, reached without guessing base64. */
	BUF_AUTO armoured = { 0 };
	trust_wire_armour("SSH SIGNATURE", data, size, &armoured);
	if (trust_signature_parse(armoured.data, armoured.len, &signature, &err) == CODE_OK) {
		BUF_AUTO again = { 0 };
		trust_wire_signature_format(&signature, &again);
		if (again.len != armoured.len || memcmp(again.data, armoured.data, again.len) != 0)
			abort();
	}
	return 0;
}
