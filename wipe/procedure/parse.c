/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse: does a file hold a procedure that can be carried out, and which one? Keys and values are
 * read first (certwipe-procedure(5)); what the steps say of each other is looked at in check.c.
 */
#include "check.h"
#include "step.h"

#include <stdio.h>
#include <string.h>

struct reader {
	const struct ini *ini;
	struct faults *faults;
	bool lines_ok; /* else what seems to be missing may stand on a line that was refused */
	struct procedure *procedure;
	unsigned by_line; /* of keys that must agree with something else; 0: not there */
	unsigned status_line;
	unsigned level_line;
};

/* ---- [procedure] ---------------------------------------------------------------------- */

static void take_text(struct reader *reader, const struct ini_entry *entry, char *out, size_t size)
{
	if (!text_copy(out, size, entry->value))
		faults_add(reader->faults, entry->line, "'%s' is longer than %zu bytes", entry->key,
		    size - 1);
}

static unsigned take_name(struct reader *reader, const struct ini_entry *entry,
    const char *const *names)
{
	unsigned name = procedure_step_name(names, entry->value);
	if (name)
		return name;
	char quote[STEP_QUOTE];
	char known[80] = "";
	size_t used = 0;
	for (size_t i = 0; names[i] && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
		    names[i]);
	faults_add(reader->faults, entry->line, "%s = %s: wanted is one of %s", entry->key,
	    procedure_step_quote(entry->value, quote), known);
	return 1; /* any: nothing comes of it */
}

static void take_id(struct reader *reader, const struct ini_entry *entry)
{
	struct procedure *procedure = reader->procedure;
	if (text_is_name(entry->value, sizeof(procedure->id) - 1))
		text_copy(procedure->id, sizeof(procedure->id), entry->value);
	else
		faults_add(reader->faults, entry->line, "an id is 1 to %zu characters of a-z, 0-9, "
		    "., _ and -, the first a letter or digit", sizeof(procedure->id) - 1);
}

static void take_head_entry(struct reader *reader, const struct ini_entry *entry)
{
	struct procedure *procedure = reader->procedure;
	const char *key = entry->key;
	if (strcmp(key, "id") == 0) {
		take_id(reader, entry);
	} else if (strcmp(key, "title") == 0) {
		take_text(reader, entry, procedure->title, sizeof(procedure->title));
	} else if (strcmp(key, "version") == 0) {
		take_text(reader, entry, procedure->version, sizeof(procedure->version));
	} else if (strcmp(key, "level") == 0) {
		procedure->level = take_name(reader, entry, procedure_level_names);
		reader->level_line = entry->line;
	} else if (strcmp(key, "status") == 0) {
		procedure->status = take_name(reader, entry, procedure_status_names);
		reader->status_line = entry->line;
	} else if (strcmp(key, "by") == 0) {
		take_text(reader, entry, procedure->by, sizeof(procedure->by));
		reader->by_line = entry->line;
	} else if (strcmp(key, "basis") == 0) {
		take_text(reader, entry, procedure->basis, sizeof(procedure->basis));
	} else if (strcmp(key, "note") == 0) {
		take_text(reader, entry, procedure->note, sizeof(procedure->note));
	} else if (strcmp(key, "hidden-areas") == 0) {
		procedure->hidden = take_name(reader, entry, procedure_hidden_names);
	} else if (strcmp(key, "media") == 0) {
		procedure->media = take_name(reader, entry, procedure_media_names);
	} else {
		faults_add(reader->faults, entry->line, "unknown key '%s' in [procedure]", key);
	}
}

/* By key, not by value: a value that was not understood has its fault already. */
static bool has_sanitize(const struct reader *reader)
{
	for (size_t i = 0; i < reader->ini->count; i++) {
		if (strcmp(reader->ini->entries[i].key, "sanitize") == 0)
			return true;
	}
	return false;
}

static void check_head(struct reader *reader, unsigned line)
{
	static const char *const needed[] = { "id", "title", "version", "level", "status",
		"basis" };
	const struct procedure *procedure = reader->procedure;
	for (size_t i = 0; reader->lines_ok && i < WIPE_COUNT(needed); i++) {
		if (!ini_value(reader->ini, "procedure", needed[i], NULL))
			faults_add(reader->faults, line, "[procedure] has no '%s'", needed[i]);
	}
	bool superseded = procedure->status == PROCEDURE_SUPERSEDED;
	if (superseded && !reader->by_line && reader->lines_ok)
		faults_add(reader->faults, reader->status_line,
		    "superseded by what? 'by' is missing");
	if (reader->by_line && reader->status_line && !superseded)
		faults_add(reader->faults, reader->by_line,
		    "'by' goes with status = superseded only");
	if (procedure->level == PROCEDURE_PURGE && reader->lines_ok && !has_sanitize(reader))
		faults_add(reader->faults, reader->level_line, "level = purge without a sanitize "
		    "step: writing alone does not reach what the drive hides");
}

/* ---- [step N] -------------------------------------------------------------------------- */

/* The step of a section "step N", made; NULL and a fault when it cannot be. */
static struct procedure_step *new_step(struct reader *reader, const struct ini_section *section)
{
	struct procedure *procedure = reader->procedure;
	unsigned expected = procedure->step_count + 1;
	uint64_t number = 0;
	if (!text_u64_parse(section->name + strlen("step "), &number) || number < expected) {
		faults_add(reader->faults, section->line, "[%s] where [step %u] is expected: steps "
		    "are numbered from 1 in their order", section->name, expected);
		return NULL;
	}
	if (number > PROCEDURE_STEPS_MAX) {
		faults_add(reader->faults, section->line, "more than %d steps",
		    PROCEDURE_STEPS_MAX);
		return NULL;
	}
	if (number > expected && reader->lines_ok)
		faults_add(reader->faults, section->line, "[%s] where [step %u] is expected: a "
		    "step is missing", section->name, expected);
	/* Those in between stay without a line: nothing more is said of them. */
	procedure->step_count = (unsigned)number;
	struct procedure_step *step = &procedure->steps[number - 1];
	step->line = section->line;
	return step;
}

static void take_step_entry(struct reader *reader, const struct ini_entry *entry,
    struct procedure_step *step, struct check_lines *lines)
{
	if (strcmp(entry->key, "write") == 0) {
		lines->write = entry->line;
		procedure_step_write(entry->value, entry->line, reader->faults, step);
	} else if (strcmp(entry->key, "verify") == 0) {
		lines->verify = entry->line;
		procedure_step_verify(entry->value, entry->line, reader->faults, step);
	} else if (strcmp(entry->key, "sanitize") == 0) {
		lines->sanitize = entry->line;
		procedure_step_sanitize(entry->value, entry->line, reader->faults, step);
	} else {
		faults_add(reader->faults, entry->line, "unknown key '%s' in [%s]", entry->key,
		    entry->section);
	}
}

static void take_step(struct reader *reader, const struct ini_section *section,
    struct check_lines *all_lines)
{
	struct procedure_step *step = new_step(reader, section);
	if (!step)
		return;
	size_t errors = reader->faults->errors;
	struct check_lines *lines = &all_lines[step - reader->procedure->steps];
	for (size_t i = 0; i < reader->ini->count; i++) {
		const struct ini_entry *entry = &reader->ini->entries[i];
		if (strcmp(entry->section, section->name) == 0)
			take_step_entry(reader, entry, step, lines);
	}
	lines->understood = reader->faults->errors == errors && reader->lines_ok;
}

/* ---- the file -------------------------------------------------------------------------- */

static void take_sections(struct reader *reader, struct check_lines *lines)
{
	unsigned head_line = 0;
	for (size_t i = 0; i < reader->ini->section_count; i++) {
		const struct ini_section *section = &reader->ini->sections[i];
		if (strcmp(section->name, "procedure") == 0)
			head_line = section->line;
		else if (text_has_prefix(section->name, "step "))
			take_step(reader, section, lines);
		else
			faults_add(reader->faults, section->line, "unknown section [%s]",
			    section->name);
	}
	if (head_line == 0) {
		if (reader->lines_ok)
			faults_add(reader->faults, 0, "there is no [procedure]");
		return;
	}
	for (size_t i = 0; i < reader->ini->count; i++) {
		if (strcmp(reader->ini->entries[i].section, "procedure") == 0)
			take_head_entry(reader, &reader->ini->entries[i]);
	}
	check_head(reader, head_line);
}

static void take_source(struct reader *reader, const char *source)
{
	/* Both would come up when the certificate is written: too late. */
	if (!text_copy(reader->procedure->source, sizeof(reader->procedure->source), source))
		faults_add(reader->faults, 0, "the path is longer than %zu bytes",
		    sizeof(reader->procedure->source) - 1);
	if (!text_is_utf8(source, strlen(source)))
		faults_add(reader->faults, 0, "the path is not UTF-8, or holds control characters");
}

enum code procedure_parse(const void *data, size_t len, const char *source,
    struct faults *faults, struct procedure *ret, struct err *err)
{
	struct procedure procedure;
	struct check_lines lines[PROCEDURE_STEPS_MAX] = { 0 };
	struct ini *ini = NULL;
	/* Not = {0}: the value is compared and hashed as bytes, gaps and all. */
	memset(&procedure, 0, sizeof(procedure));
	procedure.hidden = PROCEDURE_HIDDEN_RESTORE;
	procedure.media = PROCEDURE_MEDIA_ANY;
	hash_sha256_hex(data, len, procedure.sha256);
	size_t errors = faults->errors;
	enum code code = ini_parse(data, len, faults, &ini, err);
	if (code != CODE_OK)
		return code;
	struct reader reader = { .ini = ini, .faults = faults, .procedure = &procedure,
		.lines_ok = faults->errors == errors };
	take_source(&reader, source);
	take_sections(&reader, lines);
	procedure_check(&procedure, lines, reader.lines_ok, faults);
	ini_free(ini);
	code = faults_check(faults, source, err);
	if (code == CODE_OK)
		memcpy(ret, &procedure, sizeof(procedure));
	return code;
}
