/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever comes over the supervisor's socket is a message or refused, and what is one can be said again. */
#include "wipe/app/message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ask(struct buf *from)
{
	struct ask ask = { 0 };
	struct err err = { 0 };
	BUF_AUTO again = { 0 };
	if (message_take_ask(from, &ask, &err) == CODE_OK && message_put_ask(&ask, &again, &err) != CODE_OK)
		abort();
	message_free_ask(&ask);
}

static void check_news(struct buf *from)
{
	struct news *news = calloc(1, sizeof(*news));
	struct app_view *view = calloc(1, sizeof(*view));
	struct err err = { 0 };
	BUF_AUTO again = { 0 };
	if (news && view && message_take_news(from, news, &err) == CODE_OK) {
		if (message_put_news(news, &again, &err) != CODE_OK)
			abort();
		if (news->view.given && view_document_take(&news->view.view, view, &err) == CODE_OK) {
			struct view_document document = { 0 };
			if (view_document_put(view, &document, &err) != CODE_OK)
				abort();
			fields_free(view_document_fields, &document);
		}
	}
	if (news)
		message_free_news(news);
	free(news);
	free(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BUF_AUTO from = { 0 };
	if (size < 1)
		return 0;
	buf_u32be(&from, (uint32_t)(size - 1));
	buf_append(&from, data + 1, size - 1);
	if (data[0] & 1)
		check_ask(&from);
	else
		check_news(&from);
	return 0;
}
