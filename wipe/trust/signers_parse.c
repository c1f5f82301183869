/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signers_parse: reads allowed_signers (ssh-keygen(1), ALLOWED SIGNERS) and a list of revoked keys.
 *   principals [options] type base64 [comment]      options: comma separated, values in quotes
 * Keys of types we do not use are passed over, so that one file can serve other programs too.
 */
#include "signers.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 8192

struct line {
	const char *source;
	unsigned number;
	char *text; /* NUL-terminated, without LF; consumed word by word */
};

static enum code bad(const struct line *line, const char *what, struct err *err)
{
	return err_set(err, CODE_INPUT, "%s:%u: %s", line->source, line->number, what);
}

/* The next word; quotes protect blanks, and stay. NULL at the end. */
static char *next_word(char **text)
{
	char *start = *text + strspn(*text, " \t");
	char *end = start;
	bool quoted = false;
	if (!*start)
		return NULL;
	for (; *end && (quoted || (*end != ' ' && *end != '\t')); end++)
		quoted ^= *end == '"';
	*text = *end ? end + 1 : end;
	*end = 0;
	return start;
}

/* Is this word the type of a key, ours or another's? */
static bool is_key_type(const char *word)
{
	return text_has_prefix(word, "ssh-") || text_has_prefix(word, "ecdsa-") ||
	    text_has_prefix(word, "sk-");
}

static bool is_used_type(const char *word)
{
	return strcmp(word, "ssh-ed25519") == 0 || strcmp(word, "sk-ssh-ed25519@openssh.com") == 0;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, each with Z: without it the verdict would depend on the
 * time zone of whoever checks. */
static bool parse_time(const char *text, size_t len, int64_t *ret_s)
{
	char stamp[STAMP_TEXT] = "0000-00-00T00:00:00Z";
	static const unsigned char places[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
	if ((len != 9 && len != 13 && len != 15) || text[len - 1] != 'Z')
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		stamp[places[i]] = text[i];
	return stamp_parse(stamp, ret_s);
}

static char *copy(const char *text, size_t len)
{
	char *out = malloc(len + 1);
	if (out) {
		memcpy(out, text, len);
		out[len] = 0;
	}
	return out;
}

/* One option, [name, name + len), its value without quotes in [value, value + value_len). */
static enum code take_option(const struct line *line, struct signers_entry *entry, const char *name,
    size_t len, const char *value, size_t value_len, struct err *err)
{
#define IS(word) (len == sizeof(word) - 1 && strncasecmp(name, word, len) == 0)
	if (IS("cert-authority") && !value) {
		entry->authority = true;
	} else if (IS("namespaces") && value && !entry->namespaces) {
		entry->namespaces = copy(value, value_len);
		if (!entry->namespaces)
			return err_memory(err);
	} else if (IS("valid-after") && value && !entry->valid_after_s) {
		if (!parse_time(value, value_len, &entry->valid_after_s))
			return bad(line, "valid-after: write YYYYMMDD[HHMM[SS]]Z, in UTC with the Z", err);
	} else if (IS("valid-before") && value && !entry->valid_before_s) {
		if (!parse_time(value, value_len, &entry->valid_before_s))
			return bad(line, "valid-before: write YYYYMMDD[HHMM[SS]]Z, in UTC with the Z", err);
	} else {
		return bad(line, "an option that is unknown, given twice, or with a wrong value (known: "
			"cert-authority, namespaces, valid-after, valid-before)", err);
	}
#undef IS
	return CODE_OK;
}

static enum code take_options(const struct line *line, struct signers_entry *entry, const char *text,
    struct err *err)
{
	while (*text) {
		size_t len = strcspn(text, "=,");
		const char *value = NULL;
		size_t value_len = 0;
		const char *rest = text + len;
		if (*rest == '=') {
			const char *close = rest[1] == '"' ? strchr(rest + 2, '"') : NULL;
			if (!close)
				return bad(line, "an option's value must stand in quotes", err);
			value = rest + 2;
			value_len = (size_t)(close - value);
			rest = close + 1;
		}
		if (*rest && *rest != ',')
			return bad(line, "options are separated by commas, without blanks", err);
		enum code code = take_option(line, entry, text, len, value, value_len, err);
		if (code != CODE_OK)
			return code;
		text = *rest ? rest + 1 : rest;
		if (*rest && !*text)
			return bad(line, "the options end in a comma", err);
	}
	return CODE_OK;
}

static enum code take_key(const struct line *line, const char *type, const char *base64,
    struct trust_public_key *ret, struct err *err)
{
	BUF_AUTO text = { 0 };
	struct err why = { 0 };
	if (!base64)
		return bad(line, "a key type without its key", err);
	buf_printf(&text, "%s %s", type, base64);
	enum code code = buf_check(&text, err);
	if (code != CODE_OK)
		return code;
	code = trust_public_key_parse((const char *)text.data, ret, &why);
	return code == CODE_OK ? code : bad(line, why.line, err);
}

static void entry_free(struct signers_entry *entry)
{
	free(entry->principals);
	free(entry->namespaces);
}

/* *ret_used: false for a line whose key is of a type we do not use. */
static enum code parse_entry(struct line *line, struct signers_entry *ret, bool *ret_used,
    struct err *err)
{
	struct signers_entry entry = { 0 };
	char *principals = next_word(&line->text);
	char *word = next_word(&line->text);
	enum code code = CODE_OK;
	size_t len = strlen(principals);
	if (len >= 2 && principals[0] == '"' && principals[len - 1] == '"')
		principals++, len -= 2;
	if (word && !is_key_type(word)) {
		code = take_options(line, &entry, word, err);
		word = next_word(&line->text);
	}
	if (code == CODE_OK && (!word || !is_key_type(word)))
		code = bad(line, "expected: principals [options] key-type key", err);
	*ret_used = code == CODE_OK && is_used_type(word);
	if (*ret_used)
		code = take_key(line, word, next_word(&line->text), &entry.key, err);
	if (code == CODE_OK && *ret_used) {
		entry.principals = copy(principals, len);
		if (!entry.principals)
			code = err_memory(err);
	}
	if (code != CODE_OK || !*ret_used)
		entry_free(&entry);
	else
		*ret = entry;
	return code;
}

static enum code add_allowed(struct trust_signers *signers, struct line *line, struct err *err)
{
	struct signers_entry entry;
	bool used = false;
	enum code code = parse_entry(line, &entry, &used, err);
	if (code != CODE_OK || !used)
		return code;
	void *entries = realloc(signers->entries, (signers->count + 1) * sizeof(entry));
	if (!entries) {
		entry_free(&entry);
		return err_memory(err);
	}
	signers->entries = entries;
	signers->entries[signers->count++] = entry;
	return CODE_OK;
}

static enum code add_revoked(struct trust_signers *signers, struct line *line, struct err *err)
{
	struct trust_public_key key;
	char *type = next_word(&line->text);
	if (!is_key_type(type))
		return bad(line, "expected a public key (type, then base64)", err);
	if (!is_used_type(type))
		return CODE_OK;
	enum code code = take_key(line, type, next_word(&line->text), &key, err);
	if (code != CODE_OK)
		return code;
	void *keys = realloc(signers->revoked, (signers->revoked_count + 1) * sizeof(key));
	if (!keys)
		return err_memory(err);
	signers->revoked = keys;
	signers->revoked[signers->revoked_count++] = key;
	return CODE_OK;
}

/* Every line that says something, to `add`. */
static enum code each_line(struct trust_signers *signers, const char *data, size_t len,
    const char *source, enum code (*add)(struct trust_signers *, struct line *, struct err *),
    struct err *err)
{
	char text[LINE_MAX_BYTES];
	struct line line = { .source = source };
	for (size_t at = 0; at < len;) {
		const char *end = memchr(data + at, '\n', len - at);
		size_t size = end ? (size_t)(end - data) - at : len - at;
		line.number++;
		if (size >= sizeof(text))
			return bad(&line, "a line of more than 8,191 bytes", err);
		memcpy(text, data + at, size);
		text[size] = 0;
		at += size + 1;
		if (size && text[size - 1] == '\r')
			return bad(&line, "the line ends in CR LF: convert the file", err);
		if (strlen(text) != size)
			return bad(&line, "a NUL byte", err);
		line.text = text + strspn(text, " \t");
		if (*line.text == 0 || *line.text == '#')
			continue;
		enum code code = add(signers, &line, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

enum code trust_signers_parse(const void *allowed, size_t allowed_len, const char *allowed_source,
    const void *revoked, size_t revoked_len, const char *revoked_source,
    struct trust_signers **ret, struct err *err)
{
	struct trust_signers *signers = calloc(1, sizeof(*signers));
	if (!signers)
		return err_memory(err);
	enum code code = each_line(signers, allowed, allowed_len, allowed_source, add_allowed, err);
	if (code == CODE_OK && revoked_len >= 6 && memcmp(revoked, "SSHKRL", 6) == 0)
		code = err_set(err, CODE_INPUT,
		    "%s is a binary revocation list: write the revoked public keys, one a line",
		    revoked_source);
	if (code == CODE_OK)
		code = each_line(signers, revoked, revoked_len, revoked_source, add_revoked, err);
	if (code != CODE_OK)
		trust_signers_free(signers);
	else
		*ret = signers;
	return code;
}

void trust_signers_free(struct trust_signers *signers)
{
	if (!signers)
		return;
	for (size_t i = 0; i < signers->count; i++)
		entry_free(&signers->entries[i]);
	free(signers->entries);
	free(signers->revoked);
	free(signers);
}
