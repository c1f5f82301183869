/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain line: parsed strictly; and the chain as a list for those who only want to know what was done. */
#include "chain_line.h"

#include <string.h>

static bool take_word(const char **text, char *out, size_t size, char end)
{
	const char *stop = strchr(*text, end);
	if (!stop || (size_t)(stop - *text) >= size)
		return false;
	memcpy(out, *text, (size_t)(stop - *text));
	out[stop - *text] = 0;
	*text = stop + 1;
	return true;
}

bool chain_line_parse(const char *line, struct chain_line *ret)
{
	char word[sizeof(CHAIN_WORD)];
	char counter[24];
	int64_t wall_s = 0;
	const char *at = line;
	return take_word(&at, word, sizeof(word), ' ') && strcmp(word, CHAIN_WORD) == 0 &&
	    take_word(&at, counter, sizeof(counter), ' ') &&
	    text_u64_parse(counter, &ret->counter) &&
	    take_word(&at, ret->kind, sizeof(ret->kind), ' ') &&
	    take_word(&at, ret->id, sizeof(ret->id), ' ') && id_is_valid(ret->id) &&
	    take_word(&at, ret->sha256, sizeof(ret->sha256), ' ') &&
	    hash_is_sha256_hex(ret->sha256) &&
	    take_word(&at, ret->stamp, sizeof(ret->stamp), ' ') &&
	    stamp_parse(ret->stamp, &wall_s) &&
	    take_word(&at, ret->previous, sizeof(ret->previous), '\n') &&
	    hash_is_sha256_hex(ret->previous);
}

enum code chain_visit(struct os_files *files, const char *path, chain_visitor *visit, void *self,
    struct err *err)
{
	BUF_AUTO text = { 0 };
	enum code code = os_files_read(files, path, CHAIN_FILE_MAX, &text, err);
	for (size_t at = 0; code == CODE_OK && at < text.len;) {
		const char *line = (const char *)text.data + at;
		const char *end = memchr(line, '\n', text.len - at);
		struct chain_line parsed;
		int64_t wall_s = 0;
		/* A torn end is being written right now, or will be cut by whoever writes next. */
		if (!end || memchr(line, 0, (size_t)(end - line)) || !chain_line_parse(line, &parsed) ||
		    !stamp_parse(parsed.stamp, &wall_s))
			break;
		code = visit(self, parsed.kind, parsed.id, wall_s, err);
		at += (size_t)(end - line) + 1;
	}
	return code;
}
