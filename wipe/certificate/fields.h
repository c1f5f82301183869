/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields: a document as tables. One table per JSON object says which members it has, in which order
 * and form, and where they lie in memory; writing and reading walk the same table, so that they
 * cannot differ.
 */
#ifndef CERTIFICATE_FIELDS_H
#define CERTIFICATE_FIELDS_H

#include "wipe/base.h"

enum field_kind {
	FIELD_END = 0,
	FIELD_TEXT, /* char[size]; "" is written null where that is allowed, and is refused else */
	FIELD_COUNT, /* uint64_t, written as a string of decimal digits */
	FIELD_NUMBER, /* uint64_t of bytes, blocks or seconds */
	FIELD_BOOL,
	FIELD_OBJECT, /* a struct; one that may be null begins with `bool given` */
	FIELD_LIST, /* pointer to `size`d elements, owned; a table of one nameless field: plain strings */
};
enum field_form { FORM_UTF8, FORM_ASCII, FORM_HEX, FORM_FULL_HEX, FORM_STAMP, FORM_ID, FORM_WORD,
	FORM_FINGERPRINT };

struct field {
	const char *key;
	enum field_kind kind;
	enum field_form form;
	bool nullable;
	size_t offset;
	size_t size;
	size_t count_offset; /* FIELD_LIST: of its size_t */
	size_t max; /* FIELD_LIST: elements */
	const struct field *fields;
	const char *words; /* FORM_WORD: those allowed, each followed by a blank */
};

void fields_write(struct json_writer *writer, const struct field *fields, const void *base);
/* CODE_INPUT names the member. *base must be zeroed, and is to be freed in every case. */
enum code fields_read(const struct json_value *object, const struct field *fields, void *base,
    const char *path, struct err *err) WIPE_MUST_USE;
/* Whether what is in memory has the form the table asks for. */
enum code fields_check(const struct field *fields, const void *base, const char *path,
    struct err *err) WIPE_MUST_USE;
void fields_free(const struct field *fields, void *base);

#endif
