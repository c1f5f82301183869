/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ini: which sections, keys and values does a file have, and on which lines? The format is the one
 * in the header, and nothing is guessed: a line that is not understood is a fault with its number.
 * Shared by procedures (certwipe-procedure(5)) and the configuration.
 */
#include "wipe/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1000
#define NAME_MAX_BYTES 64

struct reader {
	struct ini *ini;
	size_t entries_cap;
	size_t sections_cap;
	struct faults *faults;
	const char *section; /* NULL: none yet, or one that was refused */
	bool had_section;
	size_t first_entry; /* of this section: sections are unique, so theirs are together */
};

/* Room for one more item; false when there is no memory. */
static bool grow(void **items, size_t count, size_t *cap, size_t item_size)
{
	if (count < *cap)
		return true;
	size_t wanted = *cap ? *cap * 2 : 32;
	void *bigger = reallocarray(*items, wanted, item_size);
	if (!bigger)
		return false;
	*items = bigger;
	*cap = wanted;
	return true;
}

/* Length of the name at the start of text: [a-z][a-z0-9-]*; 0 when there is none. */
static size_t name_length(const char *text)
{
	if (text[0] < 'a' || text[0] > 'z')
		return 0;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

static void trim_end(char *text)
{
	size_t len = strlen(text);
	while (len && text[len - 1] == ' ')
		text[--len] = 0;
}

/* "name" or "name N", as between the brackets. */
static bool is_section_name(const char *text)
{
	size_t len = name_length(text);
	if (len == 0 || len > NAME_MAX_BYTES)
		return false;
	if (text[len] == 0)
		return true;
	uint64_t number = 0;
	return text[len] == ' ' && text_u64_parse(text + len + 1, &number);
}

static bool take_section(struct reader *reader, char *text, unsigned line)
{
	struct ini *ini = reader->ini;
	reader->had_section = true;
	reader->section = NULL;
	size_t len = strlen(text);
	if (text[len - 1] != ']') {
		faults_add(reader->faults, line, "a section is written [name] or [name N], and "
		    "nothing follows the bracket");
		return true;
	}
	text[len - 1] = 0;
	const char *name = text + 1;
	if (!is_section_name(name)) {
		faults_add(reader->faults, line, "not the name of a section: a name is lower-case "
		    "letters, digits and -, then perhaps one blank and a number");
		return true;
	}
	for (size_t i = 0; i < ini->section_count; i++) {
		if (strcmp(ini->sections[i].name, name) == 0) {
			faults_add(reader->faults, line, "section [%s] is here a second time, "
			    "first on line %u", name, ini->sections[i].line);
			return true;
		}
	}
	if (!grow((void **)&ini->sections, ini->section_count, &reader->sections_cap,
		sizeof(*ini->sections)))
		return false;
	ini->sections[ini->section_count++] = (struct ini_section){ name, line };
	reader->section = name;
	reader->first_entry = ini->count;
	return true;
}

/* Cuts "key = value" apart in place; NULL and a fault when it is none. */
static char *split_entry(struct reader *reader, char *text, unsigned line)
{
	size_t len = name_length(text);
	char *equals = text + len + strspn(text + len, " ");
	if (len == 0 || len > NAME_MAX_BYTES || *equals != '=') {
		faults_add(reader->faults, line, "neither [section] nor key = value nor a comment");
		return NULL;
	}
	char *value = equals + 1 + strspn(equals + 1, " ");
	text[len] = 0;
	if (*value == 0) {
		faults_add(reader->faults, line, "'%s' has no value", text);
		return NULL;
	}
	return value;
}

static bool take_entry(struct reader *reader, char *text, unsigned line)
{
	struct ini *ini = reader->ini;
	const char *value = split_entry(reader, text, line);
	if (!value)
		return true;
	if (!reader->section) {
		/* Of a section that was refused nothing more is said. */
		if (!reader->had_section)
			faults_add(reader->faults, line, "'%s' stands before any [section]", text);
		return true;
	}
	for (size_t i = reader->first_entry; i < ini->count; i++) {
		if (strcmp(ini->entries[i].key, text) == 0) {
			faults_add(reader->faults, line, "'%s' is here a second time, first on "
			    "line %u", text, ini->entries[i].line);
			return true;
		}
	}
	if (!grow((void **)&ini->entries, ini->count, &reader->entries_cap, sizeof(*ini->entries)))
		return false;
	ini->entries[ini->count++] = (struct ini_entry){ reader->section, text, value, line };
	return true;
}

/* One line without its LF, NUL in its place; false when there is no memory. */
static bool take_line(struct reader *reader, char *text, size_t len, unsigned line)
{
	if (len > LINE_MAX_BYTES) {
		faults_add(reader->faults, line, "the line is longer than %d bytes",
		    LINE_MAX_BYTES);
		return true;
	}
	if (len && text[len - 1] == '\r') {
		faults_add(reader->faults, line, "the line ends in CR LF; LF alone is wanted");
		return true;
	}
	if (!text_is_utf8(text, len)) {
		faults_add(reader->faults, line, "control characters (a tab is one) or bytes that "
		    "are not UTF-8");
		return true;
	}
	trim_end(text);
	switch (text[0]) {
	case 0:
	case ';':
	case '#':
		return true;
	case ' ':
		faults_add(reader->faults, line, "the line starts with a blank; a value cannot go "
		    "on from the line before");
		return true;
	case '[':
		return take_section(reader, text, line);
	default:
		return take_entry(reader, text, line);
	}
}

static bool take_text(struct reader *reader, char *text, size_t len)
{
	unsigned line = 1;
	for (size_t at = 0; at < len; line++) {
		char *end = memchr(text + at, '\n', len - at);
		size_t line_len = end ? (size_t)(end - text) - at : len - at;
		if (!end)
			faults_add(reader->faults, line, "the last line does not end in LF: is the "
			    "file whole?");
		text[at + line_len] = 0;
		if (!take_line(reader, text + at, line_len, line))
			return false;
		at += line_len + 1;
	}
	return true;
}

/* A file that is too long is read as far as its last whole line that may be there. */
static size_t allowed_length(const char *data, size_t len, struct faults *faults)
{
	if (len <= INI_FILE_MAX)
		return len;
	unsigned line = 1;
	size_t whole = 0;
	for (size_t i = 0; i < INI_FILE_MAX; i++) {
		if (data[i] == '\n') {
			line++;
			whole = i + 1;
		}
	}
	faults_add(faults, line, "the file goes on after %d bytes", INI_FILE_MAX);
	return whole;
}

enum code ini_parse(const void *data, size_t len, struct faults *faults, struct ini **ret,
    struct err *err)
{
	struct ini *ini = calloc(1, sizeof(*ini));
	if (!ini)
		return err_memory(err);
	len = len ? allowed_length(data, len, faults) : 0;
	ini->text = malloc(len + 1);
	struct reader reader = { .ini = ini, .faults = faults };
	if (!ini->text) {
		ini_free(ini);
		return err_memory(err);
	}
	if (len)
		memcpy(ini->text, data, len);
	ini->text[len] = 0;
	if (!take_text(&reader, ini->text, len)) {
		ini_free(ini);
		return err_memory(err);
	}
	*ret = ini;
	return CODE_OK;
}

void ini_free(struct ini *ini)
{
	if (!ini)
		return;
	free(ini->entries);
	free(ini->sections);
	free(ini->text);
	free(ini);
}

const char *ini_value(const struct ini *ini, const char *section, const char *key,
    unsigned *ret_line)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_entry *entry = &ini->entries[i];
		if (strcmp(entry->section, section) != 0 || strcmp(entry->key, key) != 0)
			continue;
		if (ret_line)
			*ret_line = entry->line;
		return entry->value;
	}
	return NULL;
}
