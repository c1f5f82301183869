/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed: disks as the scout sees them, where they sit, and the bays that wipe by themselves. */
#include "feed_private.h"

#include <stdlib.h>
#include <string.h>

#define ASK_NS (5 * UINT64_C(1000000000)) /* a mount tells nobody: look again */

enum code feed_disks_open(struct feed *feed, struct err *err)
{
	struct app *app = feed->app;
	struct err ignored = { 0 };
	enum code code = device_bays_read(app->files, app->paths.bays, &feed->bays, err);
	if (code == CODE_OK)
		code = app_shelf_policy_read(app->files, app->paths.shelf, &feed->policy, err);
	if (code == CODE_OK && feed->policy.enabled)
		code = app_shelf_new(&feed->policy, &feed->shelf, err);
	const struct device_scout_options options = { .state_dir = app->paths.state, .bays = &feed->bays,
		.clock = app->clock };
	if (code == CODE_OK)
		code = device_scout_start(&options, &feed->scout, err);
	/* Without one the scout is asked every few seconds all the same. */
	if (code == CODE_OK && os_monitor_open(&feed->monitor, &ignored) != CODE_OK)
		feed->monitor = NULL;
	return code;
}

void feed_disks_close(struct feed *feed)
{
	device_scout_end(feed->scout);
	os_monitor_free(feed->monitor);
	app_shelf_free(feed->shelf);
	device_bays_free(&feed->bays);
	free(feed->disks);
	free(feed->shelf_views);
}

/* A disk that is looked at is open, and one that is being claimed may not be. */
static bool is_claiming(const struct feed *feed)
{
	for (size_t i = 0; i < FEED_ERRANDS; i++) {
		const struct errand *errand = &feed->errands[i];
		if (errand->pid && (errand->kind == TUI_ACTION_START || errand->kind == TUI_ACTION_RESUME))
			return true;
	}
	for (size_t i = 0; i < feed->view_count; i++) {
		if (feed->views[i].state == APP_VIEW_CLAIMING)
			return true;
	}
	return false;
}

void feed_disks_ask(struct feed *feed)
{
	struct err err = { 0 };
	feed->ask_wanted = is_claiming(feed);
	if (feed->ask_wanted)
		return;
	feed->asked_ns = feed_now_ns(feed);
	enum code code = device_scout_ask(feed->scout, &err);
	if (code != CODE_OK && code != CODE_BUSY)
		feed_say(feed, true, err.line);
}

static void listen(struct feed *feed)
{
	struct os_changes changes;
	struct err ignored = { 0 };
	bool changed = false;
	enum code code = feed->monitor ? CODE_OK : CODE_BUSY;
	while (code == CODE_OK) {
		code = feed->monitor->ops->take(feed->monitor, &changes, &ignored);
		changed |= code == CODE_OK;
	}
	if (code != CODE_OK && code != CODE_BUSY) {
		os_monitor_free(feed->monitor);
		feed->monitor = NULL;
	}
	if (changed || feed->ask_wanted || feed_now_ns(feed) - feed->asked_ns >= ASK_NS)
		feed_disks_ask(feed);
}

/* ---- what is shown ---------------------------------------------------------------------------------------- */

static void describe(const struct feed *feed, size_t index, struct tui_disk *ret)
{
	const struct device_sight *sight = &device_scout_list(feed->scout)->items[index];
	const struct device_place *place = &sight->place;
	*ret = (struct tui_disk){ .device = sight->device, .health = sight->health,
		.can_locate = place->light != DEVICE_LIGHT_NONE,
		.locating = place->light == DEVICE_LIGHT_ON };
	text_copy(ret->bay, sizeof(ret->bay), place->bay);
	text_copy(ret->by_path, sizeof(ret->by_path), place->path);
	/* What has neither a place nor a serial number is told apart by its name alone. */
	if (!place->bay[0] && !place->path[0])
		text_copy(ret->bay, sizeof(ret->bay), sight->device.identity.name);
	const struct app_shelf_view *shelf = feed->shelf_views ? &feed->shelf_views[index] : NULL;
	if (shelf && shelf->state == APP_SHELF_COUNTS) {
		ret->wall_auto_s = feed->app->clock->ops->wall_s(feed->app->clock) + shelf->left_s;
		text_copy(ret->auto_procedure, sizeof(ret->auto_procedure), feed->policy.procedure);
	}
}

/* Virtual disks are shown where the site has a bay for them, or when nothing else is there: benches and
 * tests have no others. */
static bool is_shown(const struct device_sight *sight)
{
	return !sight->device.virtual_disk || sight->place.bay[0] != 0 ||
	    strcmp(sight->device.identity.transport, "loop") == 0;
}

static void show(struct feed *feed)
{
	const struct device_sights *list = device_scout_list(feed->scout);
	struct tui_disk *disks = reallocarray(feed->disks, list->count + 1, sizeof(*disks));
	if (!disks)
		return;
	feed->disks = disks;
	feed->disk_count = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct device_sight *sight = &list->items[i];
		/* A loop device without a backing file has no medium. */
		if (is_shown(sight) && (sight->device.identity.size > 0 || !sight->device.virtual_disk))
			describe(feed, i, &disks[feed->disk_count++]);
	}
}

/* ---- bays that wipe by themselves -------------------------------------------------------------------------- */

/* Its own errand, with all refusals of a wipe: nobody was asked, so nothing is confirmed but what was seen. */
static void start_one(struct feed *feed, const struct device_sight *sight)
{
	struct err err = { 0 };
	struct errand_task *task = calloc(1, sizeof(*task));
	if (!task)
		return;
	task->kind = TUI_ACTION_START;
	task->choice_count = 1;
	task->choices[0].identity = sight->device.identity;
	text_copy(task->choices[0].typed, sizeof(task->choices[0].typed),
	    device_confirm_word(&sight->device.identity));
	text_copy(task->order.procedure, sizeof(task->order.procedure), feed->policy.procedure);
	device_scout_rest(feed->scout);
	if (feed_jobs_connect(feed, true, &err) != CODE_OK || feed_run(feed, task, 0, &err) != CODE_OK)
		feed_say(feed, true, err.line);
	free(task);
}

static void step_shelf(struct feed *feed)
{
	const struct device_sights *list = device_scout_list(feed->scout);
	struct err err = { 0 };
	if (!feed->shelf || list->boot_ns == 0)
		return;
	struct app_shelf_view *views = calloc(list->count + 1, sizeof(*views));
	struct identity *busy = calloc(feed->view_count + 1, sizeof(*busy));
	uint64_t *done = calloc(feed->view_count + 1, sizeof(*done));
	struct app_shelf_input input = { .now_ns = feed_now_ns(feed), .sights = list, .busy = busy,
		.done = done };
	enum code code = views && busy && done ? CODE_OK : err_memory(&err);
	for (size_t i = 0; code == CODE_OK && i < feed->view_count; i++) {
		const struct app_view *view = &feed->views[i];
		if (view->state == APP_VIEW_DONE && view->issued)
			done[input.done_count++] = view->identity.diskseq;
		else if (view->state != APP_VIEW_REFUSED)
			busy[input.busy_count++] = view->identity;
	}
	if (code == CODE_OK)
		code = app_shelf_step(feed->shelf, &input, views, &err);
	if (code != CODE_OK)
		feed_say(feed, true, err.line);
	for (size_t i = 0; code == CODE_OK && i < list->count; i++) {
		if (views[i].state == APP_SHELF_START)
			start_one(feed, &list->items[i]);
	}
	free(busy);
	free(done);
	free(feed->shelf_views);
	feed->shelf_views = code == CODE_OK ? views : NULL;
	if (code != CODE_OK)
		free(views);
}

void feed_disks_take(struct feed *feed)
{
	struct err err = { 0 };
	listen(feed);
	enum code code = device_scout_take(feed->scout, &err);
	if (code != CODE_OK && code != CODE_BUSY)
		feed_say(feed, true, err.line);
	step_shelf(feed);
	show(feed);
}
