/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view: what is known of a running job becomes struct app_view, and that a document. (private to app) */
#ifndef WIPE_APP_VIEW_H
#define WIPE_APP_VIEW_H

#include "wipe/app.h"

/* What a view is besides the record: not to be shown. */
struct view_rate {
	uint64_t at_ns;
	uint64_t done;
};

/* A job that is about to be claimed. */
void view_begin(const struct app_disk *disk, int64_t wall_begun_s, struct app_view *ret);
/* One event more. True: something happened that whoever looks on is told at once. Pure. */
bool view_event(struct app_view *view, struct view_rate *rate, const struct plan *plan,
    const struct event *event);
/* Its session is over, or never began; also when its certificate was tried again. */
void view_end(struct app_view *view, const struct app_disk *disk);

/* ---- view_document.c ---------------------------------------------------------------------------------- */

struct view_exception {
	char text[APP_VIEW_EXCEPTION];
};
struct view_document {
	char id[ID_TEXT], state[12];
	struct identity identity;
	char procedure[48], operator_[128], client[128], reference[128];
	char begun[STAMP_TEXT], changed[STAMP_TEXT];
	bool resumed, stepping, writing, stalled, paused, stopping, issued;
	uint32_t step, step_count, pass, pass_count, stall_s, code;
	uint64_t done, total, whole_done, whole, rate, errors, retried;
	char temperature[12], map[APP_VIEW_MAP + 1], line[480], outcome[32], certificate[APP_PATH];
	struct view_exception *exceptions;
	size_t exception_count;
};
extern const struct field view_document_fields[];
/* A line for a message: one that quotes what is not UTF-8 is made safe. */
void view_text_copy(char *out, size_t size, const char *text);
/* *ret is to be freed with fields_free() in every case. */
enum code view_document_put(const struct app_view *view, struct view_document *ret, struct err *err)
    WIPE_MUST_USE;
/* CODE_INPUT: no job can be like that. */
enum code view_document_take(const struct view_document *document, struct app_view *ret, struct err *err)
    WIPE_MUST_USE;

#endif
