/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fields: the walker over the tables: write, check, read, free. */
#include "wipe/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_TEXT 160

static const void *at(const void *base, size_t offset)
{
	return (const char *)base + offset;
}

static void *at_mutable(void *base, size_t offset)
{
	return (char *)base + offset;
}

/* A FIELD_NUMBER is as wide as its `size`. */
static uint64_t number(const struct field *field, const void *place)
{
	return field->size == sizeof(uint32_t) ? *(const uint32_t *)place : *(const uint64_t *)place;
}

static bool is_null(const struct field *field, const void *place)
{
	if (!field->nullable)
		return false;
	if (field->kind == FIELD_OBJECT)
		return !*(const bool *)place;
	return field->kind == FIELD_TEXT && *(const char *)place == 0;
}

static void write_one(struct json_writer *writer, const struct field *field, const void *base);

static void write_list(struct json_writer *writer, const struct field *field, const void *base)
{
	const void *items = *(void *const *)at(base, field->offset);
	size_t count = *(const size_t *)at(base, field->count_offset);
	json_write_array(writer, field->key);
	for (size_t i = 0; i < count; i++) {
		const void *item = at(items, i * field->size);
		if (!field->fields[0].key) {
			write_one(writer, &field->fields[0], item);
			continue;
		}
		json_write_object(writer, NULL);
		fields_write(writer, field->fields, item);
		json_write_close(writer);
	}
	json_write_close(writer);
}

static void write_one(struct json_writer *writer, const struct field *field, const void *base)
{
	const void *place = at(base, field->offset);
	char digits[24];
	if (is_null(field, place)) {
		json_write_null(writer, field->key);
		return;
	}
	switch (field->kind) {
	case FIELD_TEXT:
		json_write_string(writer, field->key, place);
		break;
	case FIELD_COUNT:
		snprintf(digits, sizeof(digits), "%llu",
		    (unsigned long long)*(const uint64_t *)place);
		json_write_string(writer, field->key, digits);
		break;
	case FIELD_NUMBER:
		json_write_uint(writer, field->key, number(field, place));
		break;
	case FIELD_BOOL:
		json_write_bool(writer, field->key, *(const bool *)place);
		break;
	case FIELD_OBJECT:
		json_write_object(writer, field->key);
		fields_write(writer, field->fields, place);
		json_write_close(writer);
		break;
	default:
		write_list(writer, field, base);
	}
}

void fields_write(struct json_writer *writer, const struct field *fields, const void *base)
{
	for (const struct field *field = fields; field->kind != FIELD_END; field++)
		write_one(writer, field, base);
}

/* ---- check ---- */

static bool is_hex(const char *text)
{
	size_t len = strlen(text);
	return len > 0 && len % 2 == 0 && strspn(text, "0123456789abcdef") == len;
}

static bool is_word(const char *text, const char *words)
{
	size_t len = strlen(text);
	for (const char *word = words; *word; word = strchr(word, ' ') + 1) {
		if (strncmp(word, text, len) == 0 && word[len] == ' ')
			return true;
	}
	return false;
}

static bool is_fingerprint(const char *text)
{
	static const char base64[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	return strlen(text) == 50 && text_has_prefix(text, "SHA256:") &&
	    strspn(text + 7, base64) == 43;
}

static bool has_form(const struct field *field, const char *text)
{
	int64_t wall_s = 0;
	switch (field->form) {
	case FORM_UTF8:
		return text_is_utf8(text, strlen(text));
	case FORM_ASCII:
		return text_is_printable(text);
	case FORM_HEX:
		return is_hex(text);
	case FORM_FULL_HEX:
		return is_hex(text) && strlen(text) == field->size - 1;
	case FORM_STAMP:
		return stamp_parse(text, &wall_s);
	case FORM_ID:
		return id_is_valid(text);
	case FORM_WORD:
		return is_word(text, field->words);
	default:
		return is_fingerprint(text);
	}
}

static const char *join(char out[PATH_MAX_TEXT], const char *path, const char *key)
{
	snprintf(out, PATH_MAX_TEXT, "%s%s%s", path, *path && key ? "." : "", key ? key : "");
	return out;
}

static enum code check_one(const struct field *field, const void *base, const char *path,
    struct err *err)
{
	char inner[PATH_MAX_TEXT];
	const void *place = at(base, field->offset);
	join(inner, path, field->key);
	if (is_null(field, place))
		return CODE_OK;
	if (field->kind == FIELD_TEXT && (!*(const char *)place || !has_form(field, place)))
		return err_set(err, CODE_INPUT, "%s: not a value this member can have", inner);
	if (field->kind == FIELD_NUMBER && number(field, place) > BYTES_JSON_MAX)
		return err_set(err, CODE_INPUT, "%s: above 2^53-1", inner);
	if (field->kind == FIELD_OBJECT)
		return fields_check(field->fields, place, inner, err);
	if (field->kind != FIELD_LIST)
		return CODE_OK;
	const void *items = *(void *const *)place;
	size_t count = *(const size_t *)at(base, field->count_offset);
	if (count > field->max)
		return err_set(err, CODE_INPUT, "%s: more than %zu elements", inner, field->max);
	for (size_t i = 0; i < count; i++) {
		char item[PATH_MAX_TEXT + 24];
		snprintf(item, sizeof(item), "%s[%zu]", inner, i);
		enum code code = fields_check(field->fields, at(items, i * field->size), item, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

enum code fields_check(const struct field *fields, const void *base, const char *path,
    struct err *err)
{
	for (const struct field *field = fields; field->kind != FIELD_END; field++) {
		enum code code = check_one(field, base, path, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* ---- read ---- */

static enum code read_one(const struct json_value *value, const struct field *field, void *base,
    const char *path, struct err *err);

static enum code read_list(const struct json_value *value, const struct field *field, void *base,
    const char *path, struct err *err)
{
	if (!json_read_is_array(value))
		return err_set(err, CODE_INPUT, "%s: not an array", path);
	size_t count = json_read_count(value);
	if (count > field->max)
		return err_set(err, CODE_INPUT, "%s: more than %zu elements", path, field->max);
	void *items = calloc(count ? count : 1, field->size);
	if (!items)
		return err_memory(err);
	*(void **)at_mutable(base, field->offset) = items;
	*(size_t *)at_mutable(base, field->count_offset) = count;
	for (size_t i = 0; i < count; i++) {
		char inner[PATH_MAX_TEXT + 24];
		const struct json_value *element = json_read_element(value, i);
		void *item = at_mutable(items, i * field->size);
		snprintf(inner, sizeof(inner), "%s[%zu]", path, i);
		enum code code = field->fields[0].key
		    ? fields_read(element, field->fields, item, inner, err)
		    : read_one(element, &field->fields[0], item, inner, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

static enum code read_number(const struct json_value *value, const struct field *field,
    void *place, const char *path, struct err *err)
{
	bool narrow = field->size == sizeof(uint32_t);
	uint64_t read = 0;
	if (!json_read_uint(value, &read) || (narrow && read > UINT32_MAX))
		return err_set(err, CODE_INPUT, "%s: not a number", path);
	if (narrow)
		*(uint32_t *)place = (uint32_t)read;
	else
		*(uint64_t *)place = read;
	return CODE_OK;
}

static enum code read_one(const struct json_value *value, const struct field *field, void *base,
    const char *path, struct err *err)
{
	void *place = at_mutable(base, field->offset);
	const char *text = json_read_string(value);
	if (field->nullable && json_read_is_null(value))
		return CODE_OK;
	switch (field->kind) {
	case FIELD_TEXT:
		if (!text || !*text || !text_copy(place, field->size, text) || !has_form(field, text))
			return err_set(err, CODE_INPUT, "%s: not a value this member can have", path);
		return CODE_OK;
	case FIELD_COUNT:
		if (!text || !text_u64_parse(text, place))
			return err_set(err, CODE_INPUT, "%s: not a count", path);
		return CODE_OK;
	case FIELD_NUMBER:
		return read_number(value, field, place, path, err);
	case FIELD_BOOL:
		if (!json_read_bool(value, place))
			return err_set(err, CODE_INPUT, "%s: neither true nor false", path);
		return CODE_OK;
	case FIELD_OBJECT:
		if (field->nullable)
			*(bool *)place = true;
		return fields_read(value, field->fields, place, path, err);
	default:
		return read_list(value, field, base, path, err);
	}
}

enum code fields_read(const struct json_value *object, const struct field *fields, void *base,
    const char *path, struct err *err)
{
	char inner[PATH_MAX_TEXT];
	const char *known[48] = { NULL };
	size_t count = 0;
	if (!json_read_is_object(object))
		return err_set(err, CODE_INPUT, "%s: not an object", *path ? path : "document");
	for (const struct field *field = fields; field->kind != FIELD_END; field++) {
		const struct json_value *value = json_read_member(object, field->key);
		known[count++] = field->key;
		join(inner, path, field->key);
		if (!value)
			return err_set(err, CODE_INPUT, "%s: missing", inner);
		enum code code = read_one(value, field, base, inner, err);
		if (code != CODE_OK)
			return code;
	}
	const char *unknown = json_read_unknown(object, known);
	if (unknown)
		return err_set(err, CODE_INPUT, "%s: unknown member", join(inner, path, unknown));
	return CODE_OK;
}

void fields_free(const struct field *fields, void *base)
{
	for (const struct field *field = fields; field->kind != FIELD_END; field++) {
		void *place = at_mutable(base, field->offset);
		if (field->kind == FIELD_OBJECT)
			fields_free(field->fields, place);
		if (field->kind != FIELD_LIST)
			continue;
		size_t count = *(size_t *)at_mutable(base, field->count_offset);
		void *items = *(void **)place;
		for (size_t i = 0; items && i < count; i++)
			fields_free(field->fields, at_mutable(items, i * field->size));
		free(items);
		*(void **)place = NULL;
	}
}
