/* SPDX-License-Identifier: GPL-3.0-or-later */
/* issued: which certificates were issued here lately? By the chain, which knows when, and their documents. */
#include "app_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct search {
	struct app *app;
	int64_t since_s;
	struct app_issued *items;
	size_t count;
};

static void describe(const struct certificate *certificate, struct app_issued *item)
{
	const struct identity *identity = certificate_identity(certificate);
	item->outcome = certificate_outcome(certificate);
	text_copy(item->model, sizeof(item->model), identity->model);
	text_copy(item->serial, sizeof(item->serial), identity->serial);
	item->size = identity->size;
	text_copy(item->reference, sizeof(item->reference), certificate_order_reference(certificate));
}

/* One whose document is not here, or is none, is left out: `check` says what is wrong with it. */
static bool read_document(struct app *app, struct app_issued *item)
{
	BUF_AUTO text = { 0 };
	char signature[APP_PATH];
	struct certificate *certificate = NULL;
	struct err ignored = { 0 };
	snprintf(item->path, sizeof(item->path), "%s/%s.json", app->paths.certificates, item->id);
	if (os_files_read(app->files, item->path, JSON_TEXT_MAX, &text, &ignored) != CODE_OK ||
	    certificate_parse(text.data, text.len, item->path, &certificate, &ignored) != CODE_OK)
		return false;
	describe(certificate, item);
	certificate_free(certificate);
	app_signature_path(item->path, TRUST_OPERATOR, signature);
	item->operator_signed = os_files_exists(app->files, signature);
	return true;
}

static enum code on_entry(void *self, const char *kind, const char *id, int64_t wall_s, struct err *err)
{
	struct search *search = self;
	struct app_issued item = { .wall_s = wall_s };
	if (wall_s < search->since_s || strcmp(kind, "certificate") != 0)
		return CODE_OK;
	text_copy(item.id, sizeof(item.id), id);
	if (!read_document(search->app, &item))
		return CODE_OK;
	struct app_issued *items =
	    reallocarray(search->items, search->count + 1, sizeof(*search->items));
	if (!items)
		return err_memory(err);
	search->items = items;
	items[search->count++] = item;
	return CODE_OK;
}

enum code app_issued_since(struct app *app, int64_t since_s, struct app_issued **ret, size_t *ret_count,
    struct err *err)
{
	struct search search = { .app = app, .since_s = since_s };
	enum code code = chain_visit(app->files, app->paths.chain, on_entry, &search, err);
	if (code != CODE_OK && code != CODE_MISSING) {
		free(search.items);
		return code;
	}
	*ret = search.items;
	*ret_count = search.count;
	return CODE_OK;
}
