/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain line: one entry of the station's chain (certwipe-certificate(5), "The chain"). (private to certificate) */
#ifndef WIPE_CERTIFICATE_CHAIN_LINE_H
#define WIPE_CERTIFICATE_CHAIN_LINE_H

#include "wipe/certificate.h"

#define CHAIN_WORD     "certwipe-chain/1"
#define CHAIN_FILE_MAX (256u * 1024 * 1024) /* bytes */

struct chain_line {
	uint64_t counter;
	char kind[12];
	char id[ID_TEXT];
	char sha256[HASH_SHA256_HEX];
	char stamp[STAMP_TEXT];
	char previous[HASH_SHA256_HEX];
};

/* `line` ends in LF. Pure. */
bool chain_line_parse(const char *line, struct chain_line *ret);

#endif
