/* SPDX-License-Identifier: GPL-3.0-or-later */
/* station_rig: a model over the sample shelf, keys by name, and the language of a test. */
#ifndef TESTS_STATION_RIG_H
#define TESTS_STATION_RIG_H

#include "unit/sample_station.h"
#include "unit/unit.h"
#include "wipe/tui/keys.h"
#include "wipe/tui/model.h"
#include "wipe/tui/start.h"
#include "wipe/tui/state.h"
#include "wipe/tui/view.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>

struct station_rig {
	struct sample_station station;
	struct tui_news news;
	struct tui_model model;
	struct canvas canvas;
};

/* In C.UTF-8, which every system has, as on a rescue image. */
static inline void rig_language(const char *language)
{
	/* gettext looks at LANGUAGE again only when the locale has changed. */
	assert_non_null(setlocale(LC_ALL, "C"));
	setenv("LANGUAGE", language, 1);
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	bindtextdomain("certwipe", TEST_CATALOGUES);
	bind_textdomain_codeset("certwipe", "UTF-8");
}

static inline void rig_tell(struct station_rig *rig)
{
	struct err err = { 0 };
	uint32_t request = rig->news.plan_request;
	const char *plan = rig->news.plan_text, *id = rig->news.certificate_id;
	enum tui_link link = rig->news.link;
	rig->news = sample_news(&rig->station);
	rig->news.link = link;
	rig->news.plan_request = request;
	rig->news.plan_text = plan;
	rig->news.certificate_id = id;
	rig->news.certificate_text = id ? sample_certificate_text : NULL;
	assert_ok(tui_model_news(&rig->model, &rig->news, &err), err);
}

static inline void rig_start(struct station_rig *rig)
{
	struct tui_order order = { .procedure = "multipass" };
	memset(rig, 0, sizeof(*rig));
	rig_language("en");
	sample_station_start(&rig->station);
	tui_model_start(&rig->model, "Beispiel IT-Remarketing, Halle 2", &order);
	tui_model_tick(&rig->model, SAMPLE_NOW, 3600);
	rig->news.link = TUI_LINK_ATTACHED;
	rig_tell(rig);
}

static inline void rig_end(struct station_rig *rig)
{
	tui_model_free(&rig->model);
	canvas_free(&rig->canvas);
}

static inline struct tui_action rig_key(struct station_rig *rig, uint32_t code)
{
	struct tui_key key = { .code = code };
	return tui_key(&rig->model, &key);
}

static inline struct tui_action rig_scan(struct station_rig *rig, const char *text)
{
	struct tui_key key = { .code = KEY_CODE_SCAN };
	snprintf(key.scan, sizeof(key.scan), "%s", text);
	return tui_key(&rig->model, &key);
}

static inline struct tui_action rig_type(struct station_rig *rig, const char *text)
{
	struct tui_action action = { 0 };
	for (; *text; text++)
		action = rig_key(rig, (unsigned char)*text);
	return action;
}

/* Whatever is wanted is answered, as a feed does. */
static inline void rig_serve(struct station_rig *rig)
{
	for (;;) {
		struct tui_action wanted = tui_model_wants(&rig->model);
		if (wanted.kind == TUI_ACTION_NONE)
			return;
		if (wanted.kind == TUI_ACTION_PLAN) {
			rig->news.plan_request = wanted.request;
			rig->news.plan_text = sample_plan;
		} else
			rig->news.certificate_id = wanted.job;
		rig_tell(rig);
	}
}

static inline void rig_draw(struct station_rig *rig, unsigned width, unsigned height, bool ascii)
{
	struct err err = { 0 };
	rig->model.ascii = ascii;
	tui_model_size(&rig->model, width, height);
	assert_ok(canvas_resize(&rig->canvas, width, height, &err), err);
	view_draw(&rig->model, &rig->canvas);
}

/* The screen as text: each line exactly as wide as the screen, and a line feed. */
static inline void rig_text(const struct station_rig *rig, struct buf *out)
{
	for (unsigned y = 0; y < rig->canvas.height; y++) {
		for (unsigned x = 0; x < rig->canvas.width; x++)
			buf_string(out, canvas_at(&rig->canvas, x, y)->text);
		buf_string(out, "\n");
	}
}

static inline bool rig_shows(struct station_rig *rig, const char *text)
{
	BUF_AUTO out = { 0 };
	rig_draw(rig, 120, 40, false);
	rig_text(rig, &out);
	return strstr((char *)out.data, text) != NULL;
}

/* The row of the disk with this serial number. */
static inline const struct row *rig_row(const struct station_rig *rig, const char *serial)
{
	for (size_t i = 0; i < rig->model.row_count + rig->model.hidden; i++) {
		const struct row *row = &rig->model.rows[i];
		if (strcmp(model_identity(&rig->model, row)->serial, serial) == 0)
			return row;
	}
	return NULL;
}

#endif
