/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed: jobs as the supervisor tells them, and what errands came back with. */
#include "feed_private.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_NS (2 * UINT64_C(1000000000)) /* between attempts to find a supervisor */

/* ---- jobs ------------------------------------------------------------------------------------------------- */

static void keep(struct feed *feed, const struct app_view *view)
{
	for (size_t i = 0; i < feed->view_count; i++) {
		struct app_view *known = &feed->views[i];
		if (strcmp(known->id, view->id) != 0)
			continue;
		/* A certificate more: the list of today is another one. */
		feed->list_wanted |= view->issued != known->issued || view->state != known->state;
		*known = *view;
		return;
	}
	struct app_view *views = reallocarray(feed->views, feed->view_count + 1, sizeof(*views));
	if (!views)
		return; /* the supervisor tells it again with its next change */
	feed->views = views;
	views[feed->view_count++] = *view;
}

enum code feed_jobs_connect(struct feed *feed, bool start, struct err *err)
{
	if (feed->link)
		return CODE_OK;
	enum code code = app_link_open(feed->app, start, &feed->link, err);
	if (code == CODE_OK)
		code = app_link_watch(feed->link, err);
	if (code != CODE_OK) {
		app_link_close(feed->link);
		feed->link = NULL;
		return code;
	}
	feed->is_old = false;
	feed->view_count = 0;
	return CODE_OK;
}

/* Where one left there may be another. Looking alone starts none. */
static void find(struct feed *feed)
{
	struct err ignored = { 0 };
	uint64_t now_ns = feed_now_ns(feed);
	if (feed->linked_ns && now_ns - feed->linked_ns < RETRY_NS)
		return;
	feed->linked_ns = now_ns;
	if (feed_jobs_connect(feed, false, &ignored) != CODE_OK)
		ignored.code = CODE_OK; /* then not yet */
}

void feed_jobs_take(struct feed *feed)
{
	struct err ignored = { 0 };
	struct app_news *news = calloc(1, sizeof(*news));
	enum code code = CODE_OK;
	if (!feed->link)
		find(feed);
	while (news && feed->link && code == CODE_OK) {
		code = app_link_take(feed->link, news, &ignored);
		if (code == CODE_OK && news->kind == APP_NEWS_VIEW)
			keep(feed, &news->view);
		if (code != CODE_OK && code != CODE_BUSY) {
			app_link_close(feed->link);
			feed->link = NULL;
			feed->linked_ns = feed_now_ns(feed);
			feed->is_old = feed->list_wanted = true;
		}
	}
	free(news);
}

static bool is_viewed(const struct feed *feed, const char *id)
{
	for (size_t i = 0; i < feed->view_count; i++) {
		if (strcmp(feed->views[i].id, id) == 0)
			return true;
	}
	return false;
}

void feed_jobs_show(struct feed *feed)
{
	size_t most = feed->view_count + feed->waiting_count;
	struct app_view *shown = reallocarray(feed->shown, most + 1, sizeof(*shown));
	if (!shown)
		return;
	feed->shown = shown;
	feed->shown_count = 0;
	for (size_t i = 0; i < feed->view_count; i++)
		shown[feed->shown_count++] = feed->views[i];
	for (size_t i = 0; i < feed->waiting_count; i++) {
		if (!is_viewed(feed, feed->waiting[i].id))
			shown[feed->shown_count++] = feed->waiting[i];
	}
}

/* What a supervisor that is no more had at work is what the store says now. */
static void drop_old(struct feed *feed)
{
	size_t kept = 0;
	for (size_t i = 0; i < feed->view_count; i++) {
		const struct app_view *view = &feed->views[i];
		if (view->state == APP_VIEW_DONE || view->state == APP_VIEW_REFUSED)
			feed->views[kept++] = *view;
	}
	feed->view_count = kept;
	feed->is_old = false;
}

void feed_jobs_close(struct feed *feed)
{
	app_link_close(feed->link);
	free(feed->views);
	free(feed->waiting);
	free(feed->listing_waits);
	free(feed->shown);
	for (size_t i = 0; i < FEED_ERRANDS; i++)
		errand_end(&feed->errands[i]);
	free(feed->issued);
	free(feed->listing);
	buf_free(&feed->plan);
	buf_free(&feed->certificate);
}

/* ---- errands ---------------------------------------------------------------------------------------------- */

enum code feed_run(struct feed *feed, const struct errand_task *task, uint32_t request, struct err *err)
{
	for (size_t i = 0; i < FEED_ERRANDS; i++) {
		struct errand *errand = &feed->errands[i];
		/* A newer question makes the answer to an older one worthless. */
		if (errand->pid != 0 && errand->kind == TUI_ACTION_PLAN && task->kind == TUI_ACTION_PLAN)
			errand_end(errand);
		if (errand->pid != 0)
			continue;
		enum code code = errand_start(feed->app, task, errand, err);
		errand->request = request;
		return code;
	}
	return err_set(err, CODE_BUSY, "other things are still being done: try again in a moment");
}

static void add_issued(struct feed *feed, const struct buf *record)
{
	struct tui_certificate one;
	struct tui_certificate *all =
	    reallocarray(feed->listing, feed->listing_count + 1, sizeof(*all));
	if (!all || record->len != sizeof(one))
		return;
	memcpy(&one, record->data, sizeof(one));
	feed->listing = all;
	all[feed->listing_count++] = one;
}

static void add_waiting(struct feed *feed, const struct buf *record)
{
	struct app_view *all =
	    reallocarray(feed->listing_waits, feed->listing_waits_count + 1, sizeof(*all));
	if (!all || record->len != sizeof(*all))
		return;
	feed->listing_waits = all;
	memcpy(&all[feed->listing_waits_count++], record->data, sizeof(*all));
}

static bool is_waiting(const struct feed *feed, const char *id)
{
	for (size_t i = 0; i < feed->waiting_count; i++) {
		if (strcmp(feed->waiting[i].id, id) == 0)
			return true;
	}
	return false;
}

/* What another command gave up or got its certificate since is no longer as the supervisor last knew it. */
static void drop_settled(struct feed *feed)
{
	size_t kept = 0;
	for (size_t i = 0; i < feed->view_count; i++) {
		const struct app_view *view = &feed->views[i];
		bool unsettled = view->state == APP_VIEW_WAITS ||
		    (view->state == APP_VIEW_DONE && !view->issued);
		bool is_older = view->wall_changed_s + 2 < feed->listed_s;
		if (!unsettled || !is_older || is_waiting(feed, view->id))
			feed->views[kept++] = *view;
	}
	feed->view_count = kept;
}

static void take_list(struct feed *feed)
{
	free(feed->waiting);
	feed->waiting = feed->listing_waits;
	feed->waiting_count = feed->listing_waits_count;
	feed->listing_waits = NULL;
	feed->listing_waits_count = 0;
	if (!feed->link && feed->is_old && !feed->list_wanted)
		drop_old(feed);
	drop_settled(feed);
	free(feed->issued);
	feed->issued = feed->listing;
	feed->issued_count = feed->listing_count;
	feed->listing = NULL;
	feed->listing_count = 0;
}

static void keep_text(struct buf *to, const struct buf *from)
{
	to->len = 0;
	buf_append(to, from->data, from->len);
}

static void take_word(struct feed *feed, const struct errand *errand, char word, const struct buf *text)
{
	switch (word) {
	case ERRAND_DONE:
	case ERRAND_FAILED:
		feed_say(feed, word == ERRAND_FAILED, (const char *)text->data);
		break;
	case ERRAND_PLAN:
	case ERRAND_REFUSED:
		keep_text(&feed->plan, text);
		feed->plan_request = errand->request;
		feed->plan_refused = word == ERRAND_REFUSED;
		break;
	case ERRAND_CERTIFICATE:
		keep_text(&feed->certificate, text);
		text_copy(feed->certificate_id, sizeof(feed->certificate_id), errand->job);
		break;
	case ERRAND_ISSUED:
		add_issued(feed, text);
		break;
	case ERRAND_WAITS:
		add_waiting(feed, text);
		break;
	case ERRAND_LISTED:
		take_list(feed);
		break;
	default:
		break;
	}
}

void feed_errands_take(struct feed *feed)
{
	for (size_t i = 0; i < FEED_ERRANDS; i++) {
		struct errand *errand = &feed->errands[i];
		BUF_AUTO text = { 0 };
		struct err ignored = { 0 };
		enum code code = errand->pid ? CODE_OK : CODE_BUSY;
		while (code == CODE_OK) {
			char word = 0;
			code = errand_take(errand, &word, &text, &ignored);
			if (code == CODE_OK)
				take_word(feed, errand, word, &text);
		}
		if (errand->pid && code != CODE_BUSY) {
			/* A job that it started is new there, and so may the supervisor be. */
			feed->linked_ns = 0;
			feed->list_wanted |= errand->kind != TUI_ACTION_REFRESH;
			feed_disks_ask(feed);
			errand_end(errand);
		}
	}
}
