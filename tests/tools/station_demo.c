/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * station_demo [--ascii|--many]: the station on this terminal over a made-up shelf, so that a person can look at
 * it. Jobs advance by themselves; what is asked for is carried out on paper. No disk is looked at.
 * --many: 64 disks that are all being wiped.
 */
#include "unit/sample_station.h"

#include <stdlib.h>

struct demo {
	struct sample_station station;
	uint32_t plan_request;
	char certificate[ID_TEXT];
	uint32_t notices;
	char notice[128];
	int64_t started_s;
};

static size_t descriptors(void *self, struct pollfd fds[TUI_FEED_FDS])
{
	(void)self;
	(void)fds;
	return 0;
}

/* The sample's times are those of one afternoon: they are moved to now. */
static void advance(struct demo *demo)
{
	int64_t now = os_clock_system()->ops->wall_s(os_clock_system());
	for (size_t i = 0; i < demo->station.disk_count; i++) {
		if (demo->station.disks[i].wall_auto_s)
			demo->station.disks[i].wall_auto_s = demo->started_s + 300;
	}
	for (size_t i = 0; i < demo->station.job_count; i++) {
		struct app_view *job = &demo->station.jobs[i];
		if (job->state != APP_VIEW_RUNNING || job->stalled)
			continue;
		job->rate = 300000000 + (uint64_t)((now * 7919 + (int64_t)i * 31) % 200) * 1000000;
		job->whole_done = bytes_min(job->whole, job->whole_done + job->rate);
	}
}

static void take(void *self, struct tui_news *ret)
{
	struct demo *demo = self;
	advance(demo);
	*ret = sample_news(&demo->station);
	ret->wall_boot_s = 1;
	ret->plan_request = demo->plan_request;
	ret->plan_text = demo->plan_request ? sample_plan : NULL;
	ret->certificate_id = demo->certificate;
	ret->certificate_text = demo->certificate[0] ? sample_certificate_text : NULL;
	ret->notice_number = demo->notices;
	ret->notice = demo->notice;
}

static enum code carry_out(void *self, const struct tui_action *action, struct err *err)
{
	struct demo *demo = self;
	static const char *const names[] = { "none", "quit", "refresh", "plan", "start", "stop", "resume",
		"abandon", "locate", "certificate", "export" };
	if (action->kind == TUI_ACTION_PLAN)
		demo->plan_request = action->request;
	else if (action->kind == TUI_ACTION_CERTIFICATE)
		snprintf(demo->certificate, sizeof(demo->certificate), "%s", action->job);
	else if (action->kind == TUI_ACTION_ABANDON)
		return err_set(err, CODE_UNSUPPORTED, "this shelf is made up: nothing can be given up");
	else {
		demo->notices++;
		snprintf(demo->notice, sizeof(demo->notice), "demo: %s, %zu disks, %s", names[action->kind],
		    action->choice_count, action->job ? action->job : "no job");
	}
	if (action->kind == TUI_ACTION_START) {
		for (size_t i = 0; i < action->choice_count; i++) {
			struct app_view *job = sample_job(&demo->station, &action->choices[i].identity,
			    APP_VIEW_RUNNING, 0);
			job->wall_changed_s = job->wall_begun_s = demo->started_s;
		}
	}
	return CODE_OK;
}

static void fill(struct sample_station *station)
{
	station->disk_count = station->job_count = station->certificate_count = 0;
	for (unsigned i = 0; i < 64; i++) {
		char bay[TUI_BAY], serial[32];
		snprintf(bay, sizeof(bay), "%c%u", 'A' + i / 16, i % 16 + 1);
		snprintf(serial, sizeof(serial), "WD-WCC7K%07u", i * 7919);
		struct tui_disk *disk = sample_disk(station, bay, "WDC WD40EFRX-68N32N0", serial, 4000,
		    DEVICE_MEDIA_HDD);
		sample_job(station, &disk->device.identity, APP_VIEW_RUNNING, i);
	}
}

int main(int argc, char **argv)
{
	struct demo *demo = calloc(1, sizeof(*demo));
	struct app app = { .clock = os_clock_system() };
	struct tui_options options = { .ascii = argc > 1 && strcmp(argv[1], "--ascii") == 0,
		.catalogues = getenv("CERTWIPE_CATALOGUES") };
	struct err err = { 0 };
	if (!demo)
		return 1;
	demo->started_s = os_clock_system()->ops->wall_s(os_clock_system());
	sample_station_start(&demo->station);
	if (argc > 1 && strcmp(argv[1], "--many") == 0)
		fill(&demo->station);
	snprintf(app.config.organisation, sizeof(app.config.organisation), "Beispiel IT-Remarketing");
	snprintf(app.config.site, sizeof(app.config.site), "Halle 2");
	const struct tui_feed feed = { descriptors, take, carry_out, demo };
	enum code code = tui_station(&app, &feed, &options, &err);
	free(demo);
	if (code != CODE_OK)
		fprintf(stderr, "%s\n", err.line);
	return code == CODE_OK ? 0 : 1;
}
