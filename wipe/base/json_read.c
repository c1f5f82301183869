/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json_read: the one reader, jansson behind our own stricter rules. A struct json_value is a
 * json_t under another name, so that jansson stays in this file.
 */
#include "wipe/base.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct json_document {
	json_t *root;
};

static const json_t *inner(const struct json_value *value)
{
	return (const json_t *)(const void *)value;
}

static const struct json_value *outer(const json_t *value)
{
	return (const struct json_value *)(const void *)value;
}

/*
 * Nesting is measured before jansson recurses (its own limit is 2048), and a NUL byte is found
 * before anything takes the text for a C string. Brackets inside strings do not count.
 */
static enum code check_text(const uint8_t *text, size_t len, const char *source, struct err *err)
{
	unsigned depth = 0;
	unsigned line = 1;
	bool in_string = false;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = text[i];
		if (c == 0)
			return err_set(err, CODE_INPUT, "%s:%u: a NUL byte", source, line);
		if (c == '\n')
			line++;
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return err_set(err, CODE_INPUT, "%s:%u: nested deeper than %d",
				    source, line, JSON_DEPTH_MAX);
		} else if ((c == '}' || c == ']') && depth) {
			depth--;
		}
	}
	return CODE_OK;
}

/* Values jansson accepts and we do not. Depth is bounded by check_text(). */
static enum code check_value(const json_t *value, const char *source, struct err *err)
{
	const char *key = NULL;
	json_t *child = NULL;
	size_t index = 0;
	switch (json_typeof(value)) {
	case JSON_REAL:
		return err_set(err, CODE_INPUT, "%s: a number that is not an integer", source);
	case JSON_INTEGER:
		if (json_integer_value(value) < 0 ||
		    (uint64_t)json_integer_value(value) > BYTES_JSON_MAX)
			return err_set(err, CODE_INPUT, "%s: the integer %lld is outside 0 to 2^53-1",
			    source, (long long)json_integer_value(value));
		return CODE_OK;
	case JSON_STRING:
		/* Without JSON_ALLOW_NUL jansson refuses \u0000; this holds whatever it does. */
		if (strlen(json_string_value(value)) != json_string_length(value))
			return err_set(err, CODE_INPUT, "%s: a string with a NUL", source);
		return CODE_OK;
	case JSON_OBJECT:
		json_object_foreach((json_t *)(uintptr_t)value, key, child) {
			enum code code = check_value(child, source, err);
			if (code != CODE_OK)
				return code;
		}
		return CODE_OK;
	case JSON_ARRAY:
		json_array_foreach(value, index, child) {
			enum code code = check_value(child, source, err);
			if (code != CODE_OK)
				return code;
		}
		return CODE_OK;
	default:
		return CODE_OK;
	}
}

enum code json_read_parse(const void *data, size_t len, const char *source,
    struct json_document **ret, struct err *err)
{
	if (len > JSON_TEXT_MAX)
		return err_set(err, CODE_INPUT, "%s: longer than %d bytes", source, JSON_TEXT_MAX);
	enum code code = check_text(data, len, source, err);
	if (code != CODE_OK)
		return code;
	json_error_t fault;
	/* A lone "-0" reads as the integer 0: the certificate's byte comparison catches that. */
	json_t *root = json_loadb(len ? data : "", len, JSON_REJECT_DUPLICATES, &fault);
	if (!root)
		return err_set(err, CODE_INPUT, "%s:%d: %s", source, fault.line, fault.text);
	code = check_value(root, source, err);
	struct json_document *document = code == CODE_OK ? malloc(sizeof(*document)) : NULL;
	if (!document) {
		json_decref(root);
		return code == CODE_OK ? err_memory(err) : code;
	}
	document->root = root;
	*ret = document;
	return CODE_OK;
}

void json_read_free(struct json_document *document)
{
	if (document)
		json_decref(document->root);
	free(document);
}

const struct json_value *json_read_root(const struct json_document *document)
{
	return outer(document->root);
}

bool json_read_is_object(const struct json_value *value)
{
	return value && json_is_object(inner(value));
}

bool json_read_is_array(const struct json_value *value)
{
	return value && json_is_array(inner(value));
}

bool json_read_is_null(const struct json_value *value)
{
	return value && json_is_null(inner(value));
}

const struct json_value *json_read_member(const struct json_value *object, const char *key)
{
	return json_read_is_object(object) ? outer(json_object_get(inner(object), key)) : NULL;
}

size_t json_read_count(const struct json_value *value)
{
	if (json_read_is_object(value))
		return json_object_size(inner(value));
	return json_read_is_array(value) ? json_array_size(inner(value)) : 0;
}

const struct json_value *json_read_element(const struct json_value *array, size_t index)
{
	return json_read_is_array(array) ? outer(json_array_get(inner(array), index)) : NULL;
}

const char *json_read_string(const struct json_value *value)
{
	return value ? json_string_value(inner(value)) : NULL;
}

bool json_read_uint(const struct json_value *value, uint64_t *ret)
{
	if (!value || !json_is_integer(inner(value)))
		return false;
	*ret = (uint64_t)json_integer_value(inner(value));
	return true;
}

bool json_read_bool(const struct json_value *value, bool *ret)
{
	if (!value || !json_is_boolean(inner(value)))
		return false;
	*ret = json_is_true(inner(value));
	return true;
}

const char *json_read_unknown(const struct json_value *object, const char *const *known)
{
	if (!json_read_is_object(object))
		return NULL;
	const char *key = NULL;
	json_t *child = NULL;
	json_object_foreach((json_t *)(uintptr_t)inner(object), key, child) {
		size_t i = 0;
		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			return key;
	}
	return NULL;
}
