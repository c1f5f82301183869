/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed: everything together, and what the technician asks for. */
#include "feed_private.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)
#define DAY_S	  (24 * 60 * 60)
#define LIST_NS	  (30 * SECOND_NS) /* other commands leave jobs and certificates, too */

uint64_t feed_now_ns(const struct feed *feed)
{
	return feed->app->clock->ops->boot_ns(feed->app->clock);
}

void feed_say(struct feed *feed, bool bad, const char *line)
{
	/* What is wrong for long is said once. */
	if (feed->notice_bad == bad && strcmp(feed->notice, line) == 0 && feed->notice_number > 0 && bad)
		return;
	feed->notice_number++;
	feed->notice_bad = bad;
	text_copy(feed->notice, sizeof(feed->notice), line);
}

static enum code list_procedures(struct feed *feed, struct err *err)
{
	struct procedure_catalogue catalogue = { 0 };
	enum code code = app_catalogue(feed->app, &catalogue, err);
	if (code != CODE_OK)
		return code;
	feed->procedures = calloc(catalogue.count + 1, sizeof(*feed->procedures));
	if (!feed->procedures)
		code = err_memory(err);
	for (size_t i = 0; code == CODE_OK && i < catalogue.count; i++) {
		struct tui_procedure *to = &feed->procedures[feed->procedure_count++];
		text_copy(to->id, sizeof(to->id), catalogue.items[i].id);
		text_copy(to->title, sizeof(to->title), catalogue.items[i].title);
	}
	procedure_catalogue_free(&catalogue);
	return code;
}

enum code feed_open(struct app *app, struct feed **ret, struct err *err)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	if (!feed)
		return err_memory(err);
	feed->app = app;
	feed->list_wanted = true;
	for (size_t i = 0; i < FEED_ERRANDS; i++)
		feed->errands[i].fd = -1;
	enum code code = list_procedures(feed, err);
	if (code == CODE_OK)
		code = feed_jobs_connect(feed, true, err);
	if (code == CODE_OK)
		code = feed_disks_open(feed, err);
	if (code != CODE_OK) {
		feed_close(feed);
		return code;
	}
	feed_disks_ask(feed);
	*ret = feed;
	return CODE_OK;
}

void feed_close(struct feed *feed)
{
	if (!feed)
		return;
	feed_disks_close(feed);
	feed_jobs_close(feed);
	free(feed->procedures);
	free(feed);
}

static size_t descriptors(void *self, struct pollfd fds[TUI_FEED_FDS])
{
	const struct feed *feed = self;
	const int all[] = { feed->link ? app_link_fd(feed->link) : -1, feed->monitor ? feed->monitor->fd : -1,
		device_scout_fd(feed->scout), feed->errands[0].fd, feed->errands[1].fd, feed->errands[2].fd,
		feed->errands[3].fd };
	size_t count = 0;
	for (size_t i = 0; i < WIPE_COUNT(all); i++) {
		if (all[i] >= 0)
			fds[count++] = (struct pollfd){ .fd = all[i], .events = POLLIN };
	}
	return count;
}

static bool is_listing(const struct feed *feed)
{
	for (size_t i = 0; i < FEED_ERRANDS; i++) {
		if (feed->errands[i].pid && feed->errands[i].kind == TUI_ACTION_REFRESH)
			return true;
	}
	return false;
}

/* Certificates of the last day and jobs that wait, again when something happened to one. */
static void want_list(struct feed *feed)
{
	struct err ignored = { 0 };
	feed->list_wanted |= feed_now_ns(feed) - feed->listed_ns >= LIST_NS;
	struct errand_task *task =
	    feed->list_wanted && !is_listing(feed) ? calloc(1, sizeof(*task)) : NULL;
	if (!task)
		return;
	feed->listed_ns = feed_now_ns(feed);
	feed->listed_s = feed->app->clock->ops->wall_s(feed->app->clock);
	task->kind = TUI_ACTION_REFRESH;
	task->since_s = feed->app->clock->ops->wall_s(feed->app->clock) - DAY_S;
	free(feed->listing);
	feed->listing = NULL;
	feed->listing_count = 0;
	free(feed->listing_waits);
	feed->listing_waits = NULL;
	feed->listing_waits_count = 0;
	/* Too many at once: it stays wanted. */
	if (feed_run(feed, task, 0, &ignored) == CODE_OK)
		feed->list_wanted = false;
	free(task);
}

static void take(void *self, struct tui_news *ret)
{
	struct feed *feed = self;
	struct os_clock *clock = feed->app->clock;
	feed_errands_take(feed);
	feed_jobs_take(feed);
	feed_disks_take(feed);
	want_list(feed);
	feed_jobs_show(feed);
	*ret = (struct tui_news){
		/* Without one the store says how things stand, and whoever starts something starts one, too. */
		.link = feed->link || !feed->is_old ? TUI_LINK_ATTACHED : TUI_LINK_LOST,
		.wall_boot_s = clock->ops->wall_s(clock) - (int64_t)(feed_now_ns(feed) / SECOND_NS),
		.jobs = feed->shown,
		.job_count = feed->shown_count,
		.disks = feed->disks,
		.disk_count = feed->disk_count,
		.certificates = feed->issued,
		.certificate_count = feed->issued_count,
		.procedures = feed->procedures,
		.procedure_count = feed->procedure_count,
		.plan_request = feed->plan_request,
		.plan_refused = feed->plan_refused,
		.plan_text = feed->plan_request ? (const char *)feed->plan.data : NULL,
		.certificate_id = feed->certificate_id[0] ? feed->certificate_id : NULL,
		.certificate_text = feed->certificate_id[0] ? (const char *)feed->certificate.data : NULL,
		.notice_number = feed->notice_number,
		.notice_bad = feed->notice_bad,
		.notice = feed->notice,
	};
}

/* ---- what is asked for ------------------------------------------------------------------------------------- */

static enum code send_out(struct feed *feed, const struct tui_action *action, struct err *err)
{
	struct errand_task *task = calloc(1, sizeof(*task));
	if (!task)
		return err_memory(err);
	task->kind = action->kind;
	task->choice_count = bytes_min(action->choice_count, TUI_START_MAX);
	for (size_t i = 0; i < task->choice_count; i++)
		task->choices[i] = action->choices[i];
	if (action->order)
		task->order = *action->order;
	if (action->job)
		text_copy(task->job, sizeof(task->job), action->job);
	/* A disk that is being looked at is open in a process, and would be refused. */
	if (action->kind == TUI_ACTION_START || action->kind == TUI_ACTION_RESUME)
		device_scout_rest(feed->scout);
	/* Watched from its first moment on: a small disk is done before anybody has looked twice, and a supervisor
	 * whom nobody watches leaves with its last job. */
	enum code code = CODE_OK;
	if (action->kind == TUI_ACTION_START || action->kind == TUI_ACTION_RESUME)
		code = feed_jobs_connect(feed, true, err);
	if (code == CODE_OK)
		code = feed_run(feed, task, action->request, err);
	free(task);
	return code;
}

static enum code stop(struct feed *feed, const char *job, struct err *err)
{
	char ids[1][ID_TEXT];
	if (!feed->link)
		return err_set(err, CODE_MISSING, "no supervisor runs: nothing is at work that could be stopped");
	text_copy(ids[0], sizeof(ids[0]), job);
	return app_link_stop(feed->link, (const char(*)[ID_TEXT])ids, 1, false, err);
}

/* The enclosure is asked over its cable, and may take its time. */
static enum code locate(struct feed *feed, const struct tui_action *action, struct err *err)
{
	const struct device_sights *list = device_scout_list(feed->scout);
	for (size_t i = 0; action->choice_count > 0 && i < list->count; i++) {
		const struct device_sight *sight = &list->items[i];
		if (strcmp(sight->device.identity.name, action->choices[0].identity.name) != 0)
			continue;
		struct errand_task *task = calloc(1, sizeof(*task));
		if (!task)
			return err_memory(err);
		task->kind = TUI_ACTION_LOCATE;
		task->on = action->on;
		text_copy(task->enclosure, sizeof(task->enclosure), sight->place.enclosure);
		text_copy(task->component, sizeof(task->component), sight->place.component);
		enum code code = feed_run(feed, task, 0, err);
		free(task);
		return code;
	}
	return err_set(err, CODE_MISSING, "the disk is not there any more");
}

static enum code carry_out(void *self, const struct tui_action *action, struct err *err)
{
	struct feed *feed = self;
	switch (action->kind) {
	case TUI_ACTION_REFRESH:
		feed_disks_ask(feed);
		feed->list_wanted = true;
		return CODE_OK;
	case TUI_ACTION_STOP:
		return stop(feed, action->job, err);
	case TUI_ACTION_LOCATE:
		return locate(feed, action, err);
	case TUI_ACTION_NONE:
	case TUI_ACTION_QUIT:
		return CODE_OK;
	default:
		return send_out(feed, action, err);
	}
}

struct tui_feed feed_face(struct feed *feed)
{
	return (struct tui_feed){ .descriptors = descriptors, .take = take, .carry_out = carry_out,
		.self = feed };
}

enum code tui_run(struct app *app, const struct tui_options *options, struct err *err)
{
	struct feed *feed = NULL;
	enum code code = feed_open(app, &feed, err);
	if (code != CODE_OK)
		return code;
	const struct tui_feed face = feed_face(feed);
	code = tui_station(app, &face, options, err);
	feed_close(feed);
	return code;
}
