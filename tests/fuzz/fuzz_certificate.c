/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever is accepted as a certificate formats to the very same bytes, and `erased` is never
 * accepted with an exception.
 */
#include "wipe/certificate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certificate *certificate = NULL;
	struct err err;
	if (certificate_parse(data, size, "fuzz", &certificate, &err) != CODE_OK)
		return 0;
	BUF_AUTO again = { 0 };
	struct content content;
	struct sampling sampling;
	uint8_t seed[CONTENT_SEED];
	if (certificate_format(certificate, &again, &err) != CODE_OK || again.len != size ||
	    memcmp(again.data, data, size) != 0)
		abort();
	if (certificate_outcome(certificate) == OUTCOME_ERASED &&
	    certificate_exception_count(certificate) != 0)
		abort();
	(void)certificate_left_content(certificate, &content);
	(void)certificate_left_sampling(certificate, &sampling, seed);
	certificate_free(certificate);
	return 0;
}
