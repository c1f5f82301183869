/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step: what does one value of a [step N] say? Grammar: certwipe-procedure(5), STEPS. */
#include "step.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 12 /* more than any value but bytes has */
#define WORD_SIZE 24

/* A value cut at blanks. */
struct words {
	char text[WORDS_MAX][WORD_SIZE];
	size_t count;
	size_t next;
};

const char *procedure_step_quote(const char *value, char out[STEP_QUOTE])
{
	text_safe(out, STEP_QUOTE, value, strlen(value));
	/* text_safe() stops at a whole escape, at most three characters before the end. */
	if (strlen(value) >= STEP_QUOTE)
		memcpy(out + STEP_QUOTE - 4, "...", 4);
	return out;
}

unsigned procedure_step_name(const char *const *names, const char *value)
{
	for (unsigned i = 0; names[i]; i++) {
		if (strcmp(names[i], value) == 0)
			return i + 1;
	}
	return 0;
}

/* False when a word is longer, or there are more, than any value has. */
static bool cut(const char *value, struct words *words)
{
	*words = (struct words){ 0 };
	for (const char *c = value + strspn(value, " "); *c; c += strspn(c, " ")) {
		size_t len = strcspn(c, " ");
		if (len >= WORD_SIZE || words->count == WORDS_MAX)
			return false;
		memcpy(words->text[words->count++], c, len);
		c += len;
	}
	return true;
}

static bool take(struct words *words, const char *word)
{
	if (words->next == words->count || strcmp(words->text[words->next], word) != 0)
		return false;
	words->next++;
	return true;
}

static bool take_number(struct words *words, unsigned most, unsigned *ret)
{
	uint64_t value = 0;
	if (words->next == words->count || !text_u64_parse(words->text[words->next], &value) ||
	    value < 1 || value > most)
		return false;
	words->next++;
	*ret = (unsigned)value;
	return true;
}

/* "10%", "12.5%": more than nothing and at most all, in permille. */
static bool take_share(struct words *words, unsigned *ret_permille)
{
	if (words->next == words->count)
		return false;
	char whole[WORD_SIZE];
	text_copy(whole, sizeof(whole), words->text[words->next]);
	if (!text_has_suffix(whole, "%"))
		return false;
	whole[strlen(whole) - 1] = 0;
	unsigned tenth = 0;
	char *point = strchr(whole, '.');
	if (point) {
		if (point[1] < '0' || point[1] > '9' || point[2] != 0)
			return false;
		tenth = (unsigned)(point[1] - '0');
		*point = 0;
	}
	uint64_t percent = 0;
	if (!text_u64_parse(whole, &percent) || percent > 100)
		return false;
	unsigned permille = (unsigned)percent * 10 + tenth;
	if (permille < 1 || permille > 1000)
		return false;
	words->next++;
	*ret_permille = permille;
	return true;
}

static bool hex_digit(char c, unsigned *ret)
{
	if (c >= '0' && c <= '9')
		*ret = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		*ret = (unsigned)(c - 'A') + 10;
	else
		return false;
	return true;
}

/* "0x92 0x49 0x24": two digits each, so that no byte can be meant for another. */
static bool read_bytes(const char *value, struct procedure_step *step)
{
	size_t count = 0;
	for (const char *c = value; *c; c += strspn(c, " ")) {
		unsigned high = 0;
		unsigned low = 0;
		if (count == PROCEDURE_BYTES_MAX || c[0] != '0' || c[1] != 'x' ||
		    !hex_digit(c[2], &high) || !hex_digit(c[3], &low) ||
		    (c[4] != ' ' && c[4] != 0))
			return false;
		step->bytes[count++] = (uint8_t)(high << 4 | low);
		c += 4;
	}
	step->byte_count = (uint8_t)count;
	return count > 0;
}

static bool read_write(const char *value, struct procedure_step *step)
{
	struct words words;
	if (text_has_prefix(value, "0x")) {
		step->write = PROCEDURE_WRITE_BYTES;
		return read_bytes(value, step);
	}
	if (!cut(value, &words))
		return false;
	if (take(&words, "random"))
		step->write = take(&words, "byte") ? PROCEDURE_WRITE_RANDOM_BYTE
						   : PROCEDURE_WRITE_RANDOM;
	else if (take(&words, "complement") && take(&words, "of") &&
	    take_number(&words, PROCEDURE_STEPS_MAX, &step->complement_of))
		step->write = PROCEDURE_WRITE_COMPLEMENT;
	else
		return false;
	return words.next == words.count;
}

void procedure_step_write(const char *value, unsigned line, struct faults *faults,
    struct procedure_step *step)
{
	struct procedure_step read = *step;
	char quote[STEP_QUOTE];
	if (read_write(value, &read))
		*step = read;
	else
		faults_add(faults, line, "write = %s: wanted are 1 to %d bytes like 0x92 0x49 "
		    "0x24, random, random byte or complement of N",
		    procedure_step_quote(value, quote), PROCEDURE_BYTES_MAX);
}

/* What follows "sample". */
static bool read_sample(struct words *words, struct procedure_step *step)
{
	step->verify = PROCEDURE_VERIFY_SAMPLE;
	step->sample_each = 1;
	if (!take_share(words, &step->sample_permille))
		return false;
	if (take(words, "of") && !take_number(words, PROCEDURE_STEPS_MAX, &step->verify_of))
		return false;
	if (!take(words, "in"))
		return true;
	if (!take_number(words, PROCEDURE_STRATA_MAX, &step->sample_strata) ||
	    !take(words, "strata"))
		return false;
	return !take(words, "x") || take_number(words, PROCEDURE_EACH_MAX, &step->sample_each);
}

static bool read_verify(const char *value, struct procedure_step *step)
{
	struct words words;
	if (!cut(value, &words))
		return false;
	if (take(&words, "none")) {
		step->verify = PROCEDURE_VERIFY_NONE;
	} else if (take(&words, "full")) {
		step->verify = PROCEDURE_VERIFY_FULL;
		if (take(&words, "of") &&
		    !take_number(&words, PROCEDURE_STEPS_MAX, &step->verify_of))
			return false;
	} else if (!take(&words, "sample") || !read_sample(&words, step)) {
		return false;
	}
	return words.next == words.count;
}

void procedure_step_verify(const char *value, unsigned line, struct faults *faults,
    struct procedure_step *step)
{
	struct procedure_step read = *step;
	char quote[STEP_QUOTE];
	if (read_verify(value, &read))
		*step = read;
	else
		faults_add(faults, line, "verify = %s: wanted is full or sample P%% (of N) (in N "
		    "strata x M), or none", procedure_step_quote(value, quote));
}

void procedure_step_sanitize(const char *value, unsigned line, struct faults *faults,
    struct procedure_step *step)
{
	char quote[STEP_QUOTE];
	unsigned name = procedure_step_name(procedure_sanitize_names, value);
	if (name == 0)
		faults_add(faults, line, "sanitize = %s: wanted is purge, crypto, block, "
		    "overwrite, format or enhanced-erase", procedure_step_quote(value, quote));
	else
		step->sanitize = (enum procedure_sanitize)name;
}
