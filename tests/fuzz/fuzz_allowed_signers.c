/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as allowed_signers and as revoked keys: a verdict or a fault, never a grant of a key
 * that no file names. */
#include "wipe/trust.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct trust_public_key absent = { .type = TRUST_KEY_ED25519, .point = { 9, 9 } };
	struct trust_signers *signers = NULL;
	struct err err;
	size_t half = size / 2;
	for (size_t cut = half; cut <= size; cut += size - half ? size - half : 1) {
		if (trust_signers_parse(data, cut, "allowed", data + cut, size - cut, "revoked", &signers,
			&err) != CODE_OK)
			continue;
		const char *principal = NULL;
		if (trust_signers_check(signers, &absent, TRUST_WITNESS, "alice", 1700000000, &principal,
			&err) == CODE_OK)
			abort();
		trust_signers_free(signers);
	}
	return 0;
}
