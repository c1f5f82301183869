/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signer_line: one line of allowed_signers (ssh-keygen(1), ALLOWED SIGNERS):
 *   principals [options] keytype base64 [comment]
 */
#include "signers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t skip_blanks(const char *p)
{
	return strspn(p, " \t");
}

/* Length of the word at p; blanks inside double quotes belong to it. SIZE_MAX: quote left open. */
static size_t word_length(const char *p)
{
	bool quoted = false;
	size_t i = 0;
	for (; p[i] && (quoted || (p[i] != ' ' && p[i] != '\t')); i++) {
		if (p[i] == '\\' && p[i + 1] == '"')
			i++;
		else if (p[i] == '"')
			quoted = !quoted;
	}
	return quoted ? SIZE_MAX : i;
}

static bool word_is(const char *p, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(p, text, len) == 0;
}

static bool is_own_type(const char *p, size_t len)
{
	return word_is(p, len, "ssh-ed25519") || word_is(p, len, "sk-ssh-ed25519@openssh.com");
}

bool signer_is_foreign_type(const char *p, size_t len)
{
	static const char *const types[] = { "ssh-rsa", "ssh-dss", "ssh-xmss@openssh.com",
		"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
		"sk-ecdsa-sha2-nistp256@openssh.com" };
	static const char tail[] = "-cert-v01@openssh.com";
	for (size_t i = 0; i < WIPE_COUNT(types); i++) {
		if (word_is(p, len, types[i]))
			return true;
	}
	return len > strlen(tail) && memcmp(p + len - strlen(tail), tail, strlen(tail)) == 0;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS and a Z. */
static bool parse_time(const char *text, int64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	if ((digits != 8 && digits != 12 && digits != 14) || strcmp(text + digits, "Z") != 0)
		return false;
	char d[15] = "00000000000000";
	memcpy(d, text, digits);
	char stamp[STAMP_TEXT] = "0000-00-00T00:00:00Z";
	static const uint8_t places[14] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
	for (size_t i = 0; i < sizeof(places); i++)
		stamp[places[i]] = d[i];
	return stamp_parse(stamp, ret);
}

static bool set_time(const char *value, bool *has, int64_t *time_s, const char *name,
    unsigned number, struct faults *faults)
{
	size_t len = strlen(value);
	if (*has)
		faults_add(faults, number, "%s twice", name);
	else if (parse_time(value, time_s))
		return *has = true;
	else if (len && value[len - 1] != 'Z')
		faults_add(faults, number,
		    "%s=\"%s\": add Z (UTC), or the answer depends on the checker's time zone", name,
		    value);
	else
		faults_add(faults, number, "%s=\"%s\" is not a time YYYYMMDD[HHMM[SS]]Z", name, value);
	return false;
}

/* One option, its value already without quotes; value NULL: it has none. */
static bool set_option(const char *name, const char *value, struct signer *signer, unsigned number,
    struct faults *faults)
{
	if (strcasecmp(name, "cert-authority") == 0 && !value) {
		signer->authority = true;
		return true;
	}
	if (strcasecmp(name, "namespaces") == 0 && value && *value) {
		if (signer->namespaces) {
			faults_add(faults, number, "namespaces twice");
			return false;
		}
		signer->namespaces = strdup(value);
		if (!signer->namespaces)
			faults_add(faults, number, "out of memory");
		return signer->namespaces;
	}
	if (strcasecmp(name, "valid-after") == 0 && value)
		return set_time(value, &signer->has_after, &signer->after_s, "valid-after", number,
		    faults);
	if (strcasecmp(name, "valid-before") == 0 && value)
		return set_time(value, &signer->has_before, &signer->before_s, "valid-before", number,
		    faults);
	faults_add(faults, number, "unknown or incomplete option \"%s\"", name);
	return false;
}

/* name[="value"], at most to the end of `len`; returns what was used, 0 after a fault. */
static size_t take_option(const char *p, size_t len, struct signer *signer, unsigned number,
    struct faults *faults)
{
	char name[32];
	char value[1024];
	size_t i = 0, used = 0;
	for (; i < len && p[i] != '=' && p[i] != ',' && i < sizeof(name) - 1; i++)
		name[i] = p[i];
	name[i] = 0;
	if (i == len || p[i] == ',')
		return set_option(name, NULL, signer, number, faults) ? i : 0;
	if (p[i] != '=' || i + 1 == len || p[i + 1] != '"') {
		faults_add(faults, number, "option \"%s\": expected a value in double quotes", name);
		return 0;
	}
	for (i += 2; i < len && p[i] != '"' && used < sizeof(value) - 1; i++) {
		if (p[i] == '\\' && i + 1 < len && p[i + 1] == '"')
			i++;
		value[used++] = p[i];
	}
	value[used] = 0;
	if (i >= len || p[i] != '"') {
		faults_add(faults, number, "option \"%s\": value too long or not closed", name);
		return 0;
	}
	return set_option(name, value, signer, number, faults) ? i + 1 : 0;
}

static bool take_options(const char *p, size_t len, struct signer *signer, unsigned number,
    struct faults *faults)
{
	for (size_t at = 0;; at++) {
		size_t used = take_option(p + at, len - at, signer, number, faults);
		if (used == 0)
			return false;
		at += used;
		if (at == len)
			break;
		if (p[at] != ',' || at + 1 == len) {
			faults_add(faults, number, "options are separated by one comma");
			return false;
		}
	}
	if (signer->has_after && signer->has_before && signer->before_s <= signer->after_s) {
		faults_add(faults, number, "valid-before is not later than valid-after");
		return false;
	}
	return true;
}

static bool set_principals(const char *p, size_t len, struct signer *signer, unsigned number,
    struct faults *faults)
{
	if (len >= 2 && p[0] == '"' && p[len - 1] == '"')
		p++, len -= 2;
	/* An empty pattern is a slip of the pen, and what it meant is anybody's guess. */
	bool ok = len != 0 && p[len - 1] != ',';
	for (size_t i = 0; ok && i < len; i++)
		ok = p[i] != '"' && (p[i] != ',' || (i > 0 && p[i - 1] != ','));
	if (!ok) {
		faults_add(faults, number, "malformed list of principals");
		return false;
	}
	signer->principals = strndup(p, len);
	signer->first = strndup(p, len);
	if (!signer->principals || !signer->first) {
		faults_add(faults, number, "out of memory");
		return false;
	}
	signer->first[strcspn(signer->first, ",")] = 0;
	return true;
}

static enum signer_line parse_words(const char *p, unsigned number, struct signer *signer,
    struct faults *faults)
{
	size_t len = word_length(p);
	if (len == SIZE_MAX) {
		faults_add(faults, number, "a quote is left open");
		return SIGNER_LINE_FAULT;
	}
	if (!set_principals(p, len, signer, number, faults))
		return SIGNER_LINE_FAULT;
	p += len;
	p += skip_blanks(p);
	len = word_length(p);
	if (len != SIZE_MAX && !is_own_type(p, len) && !signer_is_foreign_type(p, len)) {
		if (!take_options(p, len, signer, number, faults))
			return SIGNER_LINE_FAULT;
		p += len;
		p += skip_blanks(p);
		len = strcspn(p, " \t");
	}
	if (len != SIZE_MAX && signer_is_foreign_type(p, len))
		return SIGNER_LINE_FOREIGN;
	if (len == SIZE_MAX || !is_own_type(p, len)) {
		faults_add(faults, number, "no key type that OpenSSH knows");
		return SIGNER_LINE_FAULT;
	}
	struct err why;
	if (trust_public_key_parse(p, &signer->key, &why) != CODE_OK) {
		faults_add(faults, number, "%s", why.line);
		return SIGNER_LINE_FAULT;
	}
	return SIGNER_LINE_KEY;
}

enum signer_line signer_parse(const char *line, unsigned number, struct signer *ret,
    struct faults *faults)
{
	struct signer signer = { 0 };
	enum signer_line result = parse_words(line, number, &signer, faults);
	if (result == SIGNER_LINE_KEY)
		*ret = signer;
	else
		signer_free(&signer);
	return result;
}

void signer_free(struct signer *signer)
{
	free(signer->principals);
	free(signer->first);
	free(signer->namespaces);
	*signer = (struct signer){ 0 };
}
