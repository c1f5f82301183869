/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view document: a job as it stands, as JSON: on the supervisor's socket and for `status --json`. */
#include "view.h"

#include "device_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COPY(to, from) text_copy(to, sizeof(to), from)

static const char *const state_words[] = { [APP_VIEW_CLAIMING] = "claiming",
	[APP_VIEW_RUNNING] = "running", [APP_VIEW_REFUSED] = "refused", [APP_VIEW_WAITS] = "waits",
	[APP_VIEW_DONE] = "done" };

static const struct field exception_fields[] = {
	{ NULL, FIELD_TEXT, FORM_UTF8, false, 0, APP_VIEW_EXCEPTION, 0, 0, NULL, NULL }, FIELDS_END };

const struct field view_document_fields[] = {
	FIELDS_TEXT(view_document, "id", id, FORM_ID, false),
	FIELDS_WORD(view_document, "state", state, "claiming running refused waits done"),
	FIELDS_OBJECT(view_document, "disk", identity, device_identity_fields, false),
	FIELDS_TEXT(view_document, "procedure", procedure, FORM_ASCII, true),
	FIELDS_TEXT(view_document, "operator", operator_, FORM_UTF8, true),
	FIELDS_TEXT(view_document, "client", client, FORM_UTF8, true),
	FIELDS_TEXT(view_document, "order", reference, FORM_UTF8, true),
	FIELDS_TEXT(view_document, "begun", begun, FORM_STAMP, false),
	FIELDS_TEXT(view_document, "changed", changed, FORM_STAMP, false),
	FIELDS_BOOL(view_document, "resumed", resumed), FIELDS_BOOL(view_document, "stepping", stepping),
	FIELDS_NUMBER(view_document, "step", step), FIELDS_NUMBER(view_document, "steps", step_count),
	FIELDS_BOOL(view_document, "writing", writing), FIELDS_NUMBER(view_document, "pass", pass),
	FIELDS_NUMBER(view_document, "passes", pass_count), FIELDS_NUMBER(view_document, "done", done),
	FIELDS_NUMBER(view_document, "total", total),
	FIELDS_NUMBER(view_document, "whole_done", whole_done), FIELDS_NUMBER(view_document, "whole", whole),
	FIELDS_NUMBER(view_document, "bytes_per_second", rate), FIELDS_NUMBER(view_document, "errors", errors),
	FIELDS_NUMBER(view_document, "retried", retried),
	FIELDS_TEXT(view_document, "temperature_c", temperature, FORM_ASCII, true),
	FIELDS_BOOL(view_document, "stalled", stalled), FIELDS_NUMBER(view_document, "stall_s", stall_s),
	FIELDS_BOOL(view_document, "paused", paused),
	FIELDS_BOOL(view_document, "stopping", stopping),
	FIELDS_TEXT(view_document, "map", map, FORM_ASCII, true),
	FIELDS_TEXT(view_document, "line", line, FORM_UTF8, true),
	FIELDS_NUMBER(view_document, "code", code),
	FIELDS_TEXT(view_document, "outcome", outcome, FORM_ASCII, true),
	FIELDS_BOOL(view_document, "issued", issued),
	FIELDS_TEXT(view_document, "certificate", certificate, FORM_UTF8, true),
	FIELDS_LIST(view_document, "exceptions", exceptions, exception_count, exception_fields,
	    APP_VIEW_EXCEPTIONS), FIELDS_END };

/* A line may quote a path that is not UTF-8. */
void view_text_copy(char *out, size_t size, const char *text)
{
	if (text_is_utf8(text, strlen(text)))
		text_copy(out, size, text);
	else
		text_safe(out, size, text, strlen(text));
}

enum code view_document_put(const struct app_view *view, struct view_document *ret, struct err *err)
{
	*ret = (struct view_document){ .identity = view->identity, .resumed = view->resumed,
		.stepping = view->stepping, .step = view->step, .step_count = view->step_count,
		.writing = view->writing, .pass = view->pass, .pass_count = view->pass_count,
		.done = view->done, .total = view->total, .whole_done = view->whole_done,
		.whole = view->whole, .rate = view->rate, .errors = view->errors, .retried = view->retried,
		.stalled = view->stalled, .stall_s = view->stall_s, .paused = view->paused, .stopping = view->stopping,
		.code = (uint32_t)view->code, .issued = view->issued };
	COPY(ret->id, view->id);
	COPY(ret->state, state_words[view->state]);
	COPY(ret->procedure, view->procedure);
	COPY(ret->operator_, view->operator_);
	COPY(ret->client, view->client);
	COPY(ret->reference, view->reference);
	stamp_format(view->wall_begun_s, ret->begun);
	stamp_format(view->wall_changed_s, ret->changed);
	if (view->temperature_c != DEVICE_HEALTH_NO_TEMPERATURE)
		snprintf(ret->temperature, sizeof(ret->temperature), "%d", view->temperature_c);
	COPY(ret->map, view->map);
	view_text_copy(ret->line, sizeof(ret->line), view->line);
	view_text_copy(ret->certificate, sizeof(ret->certificate), view->certificate);
	if (view->state == APP_VIEW_DONE)
		COPY(ret->outcome, evidence_outcome_text(view->outcome));
	ret->exceptions = calloc(APP_VIEW_EXCEPTIONS, sizeof(*ret->exceptions));
	if (!ret->exceptions)
		return err_memory(err);
	ret->exception_count = view->exception_count;
	for (size_t i = 0; i < ret->exception_count; i++)
		view_text_copy(ret->exceptions[i].text, sizeof(ret->exceptions[i].text), view->exceptions[i]);
	return CODE_OK;
}

/* The number of a word; false for none of them. */
static bool find_state(const char *word, enum app_view_state *ret)
{
	for (unsigned i = 0; i < WIPE_COUNT(state_words); i++) {
		if (strcmp(word, state_words[i]) == 0) {
			*ret = (enum app_view_state)i;
			return true;
		}
	}
	return false;
}

static bool find_outcome(const char *word, enum outcome *ret)
{
	for (enum outcome i = OUTCOME_NOT_ERASED; i <= OUTCOME_ERASED; i++) {
		if (strcmp(word, evidence_outcome_text(i)) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

enum code view_document_take(const struct view_document *document, struct app_view *ret, struct err *err)
{
	struct app_view view = { .identity = document->identity, .resumed = document->resumed,
		.stepping = document->stepping, .step = document->step, .step_count = document->step_count,
		.writing = document->writing, .pass = document->pass, .pass_count = document->pass_count,
		.done = document->done, .total = document->total, .whole_done = document->whole_done,
		.whole = document->whole, .rate = document->rate, .errors = document->errors,
		.retried = document->retried, .temperature_c = DEVICE_HEALTH_NO_TEMPERATURE,
		.stalled = document->stalled, .stall_s = document->stall_s, .paused = document->paused, .stopping = document->stopping,
		.issued = document->issued };
	if (!find_state(document->state, &view.state) || document->code > CODE_BUG ||
	    !stamp_parse(document->begun, &view.wall_begun_s) ||
	    !stamp_parse(document->changed, &view.wall_changed_s) ||
	    (document->outcome[0] && !find_outcome(document->outcome, &view.outcome)) ||
	    (view.state == APP_VIEW_DONE) != (document->outcome[0] != 0) ||
	    (document->map[0] && strlen(document->map) != APP_VIEW_MAP))
		return err_set(err, CODE_INPUT, "view: no state a job can have");
	view.code = (enum code)document->code;
	COPY(view.id, document->id);
	COPY(view.procedure, document->procedure);
	COPY(view.operator_, document->operator_);
	COPY(view.client, document->client);
	COPY(view.reference, document->reference);
	COPY(view.map, document->map);
	COPY(view.line, document->line);
	COPY(view.certificate, document->certificate);
	if (document->temperature[0])
		view.temperature_c = (int32_t)strtol(document->temperature, NULL, 10);
	view.exception_count = (uint32_t)document->exception_count;
	for (size_t i = 0; i < document->exception_count; i++)
		COPY(view.exceptions[i], document->exceptions[i].text);
	*ret = view;
	return CODE_OK;
}

enum code app_view_write(struct json_writer *writer, const struct app_view *view, struct err *err)
{
	struct view_document *document = calloc(1, sizeof(*document));
	if (!document)
		return err_memory(err);
	enum code code = view_document_put(view, document, err);
	if (code == CODE_OK) {
		json_write_object(writer, NULL);
		fields_write(writer, view_document_fields, document);
		json_write_close(writer);
	}
	fields_free(view_document_fields, document);
	free(document);
	return code;
}
