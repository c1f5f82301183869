/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_write: the one writer; the same calls give the same bytes, which is what gets signed. */
#include "wipe/base.h"

#include <string.h>

void json_write_start(struct json_writer *writer, struct buf *out, bool compact)
{
	*writer = (struct json_writer){ .out = out, .compact = compact };
}

static void indent(struct json_writer *writer)
{
	buf_u8(writer->out, '\n');
	for (unsigned i = 0; i < writer->depth; i++)
		buf_string(writer->out, "  ");
}

/* RFC 8259 section 7, with as few escapes as it allows. */
static void put_string(struct json_writer *writer, const char *text)
{
	size_t len = strlen(text);
	if (!text_is_utf8(text, len)) {
		writer->failed = true;
		return;
	}
	buf_u8(writer->out, '"');
	size_t from = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '"' && text[i] != '\\')
			continue;
		buf_append(writer->out, text + from, i - from);
		buf_u8(writer->out, '\\');
		from = i;
	}
	buf_append(writer->out, text + from, len - from);
	buf_u8(writer->out, '"');
}

/* What stands before a value: comma, line, key. False when no value may stand here. */
static bool begin_value(struct json_writer *writer, const char *key)
{
	bool in_object = writer->depth && writer->kind[writer->depth] == '{';
	/* Outside of everything exactly one value may stand; a key belongs into an object only. */
	if (writer->failed || in_object != (key != NULL) ||
	    (writer->depth == 0 && writer->has_member[0])) {
		writer->failed = true;
		return false;
	}
	if (writer->depth && writer->has_member[writer->depth])
		buf_string(writer->out, writer->compact ? ", " : ",");
	if (writer->depth && !writer->compact)
		indent(writer);
	writer->has_member[writer->depth] = true;
	if (key) {
		put_string(writer, key);
		buf_string(writer->out, ": ");
	}
	return !writer->failed;
}

static void open_nested(struct json_writer *writer, const char *key, char kind)
{
	if (!begin_value(writer, key))
		return;
	if (writer->depth == JSON_DEPTH_MAX) {
		writer->failed = true;
		return;
	}
	buf_u8(writer->out, (uint8_t)kind);
	writer->depth++;
	writer->kind[writer->depth] = kind;
	writer->has_member[writer->depth] = false;
}

void json_write_object(struct json_writer *writer, const char *key)
{
	open_nested(writer, key, '{');
}

void json_write_array(struct json_writer *writer, const char *key)
{
	open_nested(writer, key, '[');
}

void json_write_close(struct json_writer *writer)
{
	if (writer->failed || writer->depth == 0) {
		writer->failed = true;
		return;
	}
	char kind = writer->kind[writer->depth];
	bool had = writer->has_member[writer->depth];
	writer->depth--;
	if (had && !writer->compact)
		indent(writer);
	buf_u8(writer->out, kind == '{' ? '}' : ']');
}

void json_write_string(struct json_writer *writer, const char *key, const char *value)
{
	if (begin_value(writer, key))
		put_string(writer, value);
}

void json_write_uint(struct json_writer *writer, const char *key, uint64_t value)
{
	if (value > BYTES_JSON_MAX)
		writer->failed = true;
	if (begin_value(writer, key))
		buf_printf(writer->out, "%llu", (unsigned long long)value);
}

void json_write_bool(struct json_writer *writer, const char *key, bool value)
{
	if (begin_value(writer, key))
		buf_string(writer->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *writer, const char *key)
{
	if (begin_value(writer, key))
		buf_string(writer->out, "null");
}

enum code json_write_end(struct json_writer *writer, struct err *err)
{
	if (writer->failed || writer->depth || !writer->has_member[0])
		return err_set(err, CODE_BUG, "a JSON document was not closed, or holds a value that "
		    "JSON cannot carry");
	buf_u8(writer->out, '\n');
	return buf_check(writer->out, err);
}
