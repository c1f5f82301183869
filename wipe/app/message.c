/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message: the tables, and frames around documents. */
#include "message.h"

#include <string.h>

#define HEAD 4 /* bytes of length */

static const struct field no_fields[] = { FIELDS_END };
static const struct field job_fields[] = {
	FIELDS_TEXT(message_job, "id", id, FORM_ID, false),
	FIELDS_BOOL(message_job, "needs_proof", needs_proof),
	FIELDS_OBJECT(message_job, "device", device, device_document_fields, false), FIELDS_END };
static const struct field name_fields[] = {
	FIELDS_TEXT(message_name, "id", id, FORM_ID, false), FIELDS_END };
static const struct field start_fields[] = {
	FIELDS_BOOL(ask_start, "keep_going", keep_going), FIELDS_NUMBER(ask_start, "rate", rate),
	FIELDS_WORD(ask_start, "io_class", io_class, "best-effort idle none"),
	FIELDS_LIST(ask_start, "jobs", jobs, count, job_fields, 1024), FIELDS_END };
static const struct field stop_fields[] = {
	FIELDS_BOOL(ask_stop, "hard", hard),
	FIELDS_LIST(ask_stop, "jobs", jobs, count, name_fields, 1024), FIELDS_END };
static const struct field ask_fields[] = {
	FIELDS_OBJECT(ask, "watch", watch, no_fields, true),
	FIELDS_OBJECT(ask, "start", start, start_fields, true),
	FIELDS_OBJECT(ask, "stop", stop, stop_fields, true), FIELDS_END };

static const struct field hello_fields[] = {
	FIELDS_TEXT(news_hello, "format", format, FORM_ASCII, false),
	FIELDS_TEXT(news_hello, "version", version, FORM_ASCII, false),
	FIELDS_NUMBER(news_hello, "pid", pid), FIELDS_END };
static const struct field taken_fields[] = {
	FIELDS_NUMBER(news_taken, "code", code),
	FIELDS_TEXT(news_taken, "line", line, FORM_UTF8, true), FIELDS_END };
static const struct field over_fields[] = {
	FIELDS_NUMBER(news_over, "code", code),
	FIELDS_TEXT(news_over, "line", line, FORM_UTF8, true), FIELDS_END };
static const struct field view_fields[] = {
	FIELDS_OBJECT(news_view, "job", view, view_document_fields, false), FIELDS_END };
static const struct field news_fields[] = {
	FIELDS_OBJECT(news, "hello", hello, hello_fields, true),
	FIELDS_OBJECT(news, "taken", taken, taken_fields, true),
	FIELDS_OBJECT(news, "view", view, view_fields, true),
	FIELDS_OBJECT(news, "synced", synced, no_fields, true),
	FIELDS_OBJECT(news, "over", over, over_fields, true), FIELDS_END };

static enum code put(const struct field *fields, const void *base, struct buf *ret, struct err *err)
{
	struct json_writer writer;
	BUF_AUTO text = { 0 };
	enum code code = fields_check(fields, base, "", err);
	if (code != CODE_OK)
		return code;
	json_write_start(&writer, &text, true);
	json_write_object(&writer, NULL);
	fields_write(&writer, fields, base);
	json_write_close(&writer);
	code = json_write_end(&writer, err);
	if (code == CODE_OK && text.len > MESSAGE_MAX)
		code = err_set(err, CODE_USAGE, "too much for one message: name fewer disks");
	if (code != CODE_OK)
		return code;
	buf_u32be(ret, (uint32_t)text.len);
	buf_append(ret, text.data, text.len);
	return buf_check(ret, err);
}

static enum code take(struct buf *from, const struct field *fields, void *ret, struct err *err)
{
	if (from->len < HEAD)
		return err_set(err, CODE_BUSY, "no message yet");
	size_t len = bytes_load_u32be(from->data);
	if (len > MESSAGE_MAX)
		return err_set(err, CODE_INPUT, "a message of %zu bytes", len);
	if (from->len - HEAD < len)
		return err_set(err, CODE_BUSY, "no whole message yet");
	struct json_document *document = NULL;
	enum code code = json_read_parse(from->data + HEAD, len, "message", &document, err);
	if (code == CODE_OK)
		code = fields_read(json_read_root(document), fields, ret, "", err);
	json_read_free(document);
	from->len -= HEAD + len;
	memmove(from->data, from->data + HEAD + len, from->len);
	return code;
}

enum code message_put_ask(const struct ask *ask, struct buf *ret, struct err *err)
{
	return put(ask_fields, ask, ret, err);
}

enum code message_put_news(const struct news *news, struct buf *ret, struct err *err)
{
	return put(news_fields, news, ret, err);
}

enum code message_take_ask(struct buf *from, struct ask *ret, struct err *err)
{
	return take(from, ask_fields, ret, err);
}

enum code message_take_news(struct buf *from, struct news *ret, struct err *err)
{
	return take(from, news_fields, ret, err);
}

void message_free_ask(struct ask *ask)
{
	fields_free(ask_fields, ask);
}

void message_free_news(struct news *news)
{
	fields_free(news_fields, news);
}
