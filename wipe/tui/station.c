/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * station: the loop. News and keys go into the model, the model becomes a canvas, the canvas a screen; what
 * the technician asks for goes to the feed. Nothing here waits for a disk, and no job ends with it.
 */
#include "wipe/tui.h"

#include "burst.h"
#include "keys.h"
#include "language.h"
#include "model.h"
#include "screen.h"
#include "view.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NEWS_MS 100 /* between two looks at the feed: a screen need not be faster */

struct station {
	struct app *app;
	const struct tui_feed *feed;
	struct tui_model model;
	struct canvas canvas;
	struct screen *screen;
	struct burst burst;
	int signals;
	uint64_t taken_ms; /* when news were taken */
	int64_t wall_s; /* the last second that was told */
	bool leaving;
};

static uint64_t now_ms(const struct station *station)
{
	return station->app->clock->ops->boot_ns(station->app->clock) / 1000000;
}

/* ---- out ------------------------------------------------------------------------------------------------------- */

static void carry_out(struct station *station, const struct tui_action *action)
{
	struct err err = { 0 };
	if (action->kind == TUI_ACTION_NONE)
		return;
	if (action->kind == TUI_ACTION_QUIT)
		station->leaving = true;
	else if (station->feed->carry_out(station->feed->self, action, &err) != CODE_OK)
		tui_model_say(&station->model, true, err.line);
	station->taken_ms = 0; /* what came of it is news */
}

static enum code draw(struct station *station, struct err *err)
{
	unsigned width = 0, height = 0;
	screen_size(station->screen, &width, &height);
	struct canvas *canvas = &station->canvas;
	if (!canvas->cells || canvas->width != width || canvas->height != height) {
		enum code code = canvas_resize(canvas, width, height, err);
		if (code != CODE_OK)
			return code;
		tui_model_size(&station->model, canvas->width, canvas->height);
	}
	view_draw(&station->model, canvas);
	return screen_show(station->screen, canvas, err);
}

/* ---- in -------------------------------------------------------------------------------------------------------- */

static void take_keys(struct station *station)
{
	struct tui_key key;
	uint32_t code = 0;
	/* A full queue is emptied below, and the rest read in the next turn. */
	while (station->burst.count < WIPE_COUNT(station->burst.codes) &&
	    screen_key(station->screen, &code)) {
		if (code != KEY_CODE_NONE)
			(void)burst_put(&station->burst, code, now_ms(station));
	}
	while (!station->leaving && burst_take(&station->burst, now_ms(station), &key)) {
		if (key.code == KEY_CODE_REDRAW)
			screen_forget(station->screen);
		struct tui_action action = tui_key(&station->model, &key);
		carry_out(station, &action);
	}
}

static void take_time(struct station *station)
{
	int64_t wall_s = station->app->clock->ops->wall_s(station->app->clock);
	time_t seconds = (time_t)wall_s;
	struct tm local = { 0 };
	(void)localtime_r(&seconds, &local);
	station->wall_s = wall_s;
	tui_model_tick(&station->model, wall_s, (int32_t)local.tm_gmtoff);
}

static enum code take_news(struct station *station, struct err *err)
{
	struct tui_news news = { 0 };
	station->taken_ms = now_ms(station);
	station->feed->take(station->feed->self, &news);
	enum code code = tui_model_news(&station->model, &news, err);
	take_time(station);
	return code;
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static int earlier(int a, int b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

/* Waits for a key, a signal or news, but no longer than a second. */
static void wait_for(struct station *station)
{
	struct pollfd fds[2 + TUI_FEED_FDS] = {
		{ .fd = screen_fd(station->screen), .events = POLLIN },
		{ .fd = station->signals, .events = POLLIN },
	};
	size_t count = 2;
	uint64_t now = now_ms(station), since = now - station->taken_ms;
	int wait = earlier(since < 1000 ? (int)(1000 - since) : 0, burst_wait_ms(&station->burst, now));
	if (since >= NEWS_MS)
		count += station->feed->descriptors(station->feed->self, fds + count);
	else
		wait = earlier(wait, (int)(NEWS_MS - since));
	if (poll(fds, count, wait) <= 0)
		return; /* also when the window changed its size */
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		station->leaving = true;
	/* The terminal hung up, or somebody wants us to go: either way the screen ends, and only that. */
	if (fds[1].revents) {
		(void)os_signals_take(station->signals);
		station->leaving = true;
	}
	for (size_t i = 2; i < count; i++) {
		if (fds[i].revents)
			station->taken_ms = 0;
	}
}

static enum code run(struct station *station, struct err *err)
{
	enum code code = take_news(station, err);
	while (code == CODE_OK && !station->leaving) {
		struct tui_action wanted = tui_model_wants(&station->model);
		carry_out(station, &wanted);
		code = draw(station, err);
		if (code != CODE_OK)
			break;
		wait_for(station);
		take_keys(station);
		uint64_t since = now_ms(station) - station->taken_ms;
		if (station->taken_ms == 0 || since >= 1000)
			code = take_news(station, err);
	}
	return code;
}

/* Beside a program in its build tree, in its own prefix, or where the system has them. */
static void find_catalogues(const struct app *app, char *out, size_t size)
{
	static const char *const folders[] = { "/locale", "/../share/locale" };
	for (size_t i = 0; i < WIPE_COUNT(folders); i++) {
		char probe[APP_PATH + 64];
		text_copy(out, size, app->machine.executable_dir);
		size_t used = strlen(out);
		text_copy(out + used, size - used, folders[i]);
		snprintf(probe, sizeof(probe), "%s/de/LC_MESSAGES/" WORDS_DOMAIN ".mo", out);
		if (access(probe, R_OK) == 0)
			return;
	}
	text_copy(out, size, "/usr/share/locale");
}

static void start_model(struct station *station, bool ascii)
{
	const struct app_config *config = &station->app->config;
	struct tui_order order = { 0 };
	char site[280];
	snprintf(site, sizeof(site), "%s%s%s", config->organisation,
	    config->organisation[0] && config->site[0] ? ", " : "", config->site);
	text_copy(order.procedure, sizeof(order.procedure),
	    config->procedure[0] ? config->procedure : APP_DEFAULT_PROCEDURE);
	text_copy(order.operator_, sizeof(order.operator_), config->operator_);
	tui_model_start(&station->model, site[0] ? site : station->app->machine.host, &order);
	station->model.ascii = ascii;
	/* The kernel's own screen has 256 or 512 signs: letters and lines, but no ticks and circles. */
	const char *terminal = getenv("TERM");
	station->model.plain = terminal && text_has_prefix(terminal, "linux");
}

enum code tui_station(struct app *app, const struct tui_feed *feed, const struct tui_options *options,
    struct err *err)
{
	char catalogues[APP_PATH];
	struct station *station = calloc(1, sizeof(*station));
	if (!station)
		return err_memory(err);
	station->app = app;
	station->feed = feed;
	find_catalogues(app, catalogues, sizeof(catalogues));
	bool utf8 = language_start(options->catalogues ? options->catalogues : catalogues);
	start_model(station, options->ascii || !utf8);
	enum code code = os_signals_open(&station->signals, err);
	if (code == CODE_OK) {
		const char *never = getenv("NO_COLOR");
		code = screen_open(!options->no_colour && !(never && never[0]), &station->screen, err);
		if (code == CODE_OK)
			code = run(station, err);
		screen_close(station->screen);
		close(station->signals);
	}
	canvas_free(&station->canvas);
	tui_model_free(&station->model);
	free(station);
	return code;
}
