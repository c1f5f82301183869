/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the feed's files share. (private to feed*.c) */
#ifndef WIPE_TUI_FEED_PRIVATE_H
#define WIPE_TUI_FEED_PRIVATE_H

#include "errand.h"
#include "feed.h"

#define FEED_ERRANDS 4
_Static_assert(3 + FEED_ERRANDS <= TUI_FEED_FDS, "supervisor, monitor, scout and errands fit");

struct feed {
	struct app *app;
	struct app_link *link; /* NULL: there is none */
	uint64_t linked_ns; /* when it was tried last */
	struct app_view *views;
	size_t view_count;
	bool is_old; /* the link was lost since, and the store has not been asked yet */
	struct app_view *waiting; /* jobs of the store that nobody works on */
	size_t waiting_count;
	struct app_view *listing_waits; /* of the list that is on its way */
	size_t listing_waits_count;
	struct app_view *shown; /* views, and those of waiting that are none of them */
	size_t shown_count;

	struct os_monitor *monitor; /* NULL: none works here; the scout is asked now and then */
	struct device_bays bays;
	struct device_scout *scout;
	uint64_t asked_ns; /* when the scout was asked last */
	bool ask_wanted; /* it is to be asked as soon as no disk is being claimed */
	struct tui_disk *disks;
	size_t disk_count;

	struct app_shelf *shelf;
	struct app_shelf_policy policy;
	uint64_t shelf_ns; /* of the list that it decided about last */
	struct app_shelf_view *shelf_views; /* one for each disk */

	struct errand errands[FEED_ERRANDS];
	struct tui_certificate *issued;
	size_t issued_count;
	struct tui_certificate *listing; /* of the list that is on its way */
	size_t listing_count;
	bool list_wanted;
	uint64_t listed_ns; /* when the lists were asked for last … */
	int64_t listed_s; /* … by the wall clock */
	struct tui_procedure *procedures;
	size_t procedure_count;
	struct buf plan;
	uint32_t plan_request;
	bool plan_refused;
	struct buf certificate;
	char certificate_id[ID_TEXT];
	uint32_t notice_number;
	bool notice_bad;
	char notice[480];
};

uint64_t feed_now_ns(const struct feed *feed);
void feed_say(struct feed *feed, bool bad, const char *line);
/* CODE_BUSY: too many errands at once. */
enum code feed_run(struct feed *feed, const struct errand_task *task, uint32_t request, struct err *err)
    WIPE_MUST_USE;

/* ---- feed_disks.c ---------------------------------------------------------------------------------------- */
enum code feed_disks_open(struct feed *feed, struct err *err) WIPE_MUST_USE;
void feed_disks_close(struct feed *feed);
void feed_disks_take(struct feed *feed);
void feed_disks_ask(struct feed *feed);

/* ---- feed_jobs.c ----------------------------------------------------------------------------------------- */
/* start: where no supervisor runs, it is started. */
enum code feed_jobs_connect(struct feed *feed, bool start, struct err *err) WIPE_MUST_USE;
void feed_jobs_take(struct feed *feed);
/* Fills feed->shown. */
void feed_jobs_show(struct feed *feed);
void feed_jobs_close(struct feed *feed);
void feed_errands_take(struct feed *feed);

#endif
