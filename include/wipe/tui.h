/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tui: the station, a full screen for the technician at the bay. It shows what it is told and says what
 * the technician asks for; whoever owns the jobs and looks for disks stands behind struct tui_feed.
 */
#ifndef WIPE_TUI_H
#define WIPE_TUI_H

#include "wipe/app.h"
#include "wipe/base.h"
#include "wipe/device.h"
#include "wipe/evidence.h"

#include <poll.h>

#define TUI_BAY	      33 /* a bay's name as people say it: 32 bytes of UTF-8 */
#define TUI_START_MAX 64 /* disks that are started in one go */

/* ---- what the station is told ------------------------------------------------------------------------- */

/* A disk that is here, and where it sits. */
struct tui_disk {
	struct device device; /* `claims` decide whether it can be chosen; `found` may be unknown */
	char bay[TUI_BAY]; /* from the bay map, the enclosure …; "" = nothing tells */
	char by_path[160]; /* "pci-0000:00:1f.2-ata-3"; "" = nothing tells */
	bool can_locate; /* its slot has a light */
	bool locating; /* and it is lit */
	struct device_health health; /* !known: nothing is known yet */
	int64_t wall_auto_s; /* automatic mode will begin then; 0 = it will not */
	char auto_procedure[48];
};

/* A certificate of today. */
struct tui_certificate {
	char id[ID_TEXT]; /* of the job, too */
	int64_t wall_issued_s;
	enum outcome outcome;
	char model[128];
	char serial[128];
	uint64_t size; /* bytes */
	char reference[128]; /* of the order */
	char path[APP_PATH];
	bool operator_signed; /* besides the station */
};

/* A procedure that can be chosen. */
struct tui_procedure {
	char id[48];
	char title[160];
};

enum tui_link {
	TUI_LINK_NONE, /* no supervisor runs: nothing can be started */
	TUI_LINK_ATTACHED,
	TUI_LINK_LOST, /* there was one; what is shown is old */
};

/* Everything as it stands. All pointers are the feed's, and hold until its next `take`. */
struct tui_news {
	enum tui_link link;
	int64_t wall_boot_s; /* when this machine started; 0 = unknown */
	const struct app_view *jobs;
	size_t job_count;
	const struct tui_disk *disks;
	size_t disk_count;
	const struct tui_certificate *certificates;
	size_t certificate_count;
	const struct tui_procedure *procedures;
	size_t procedure_count;
	/* The answer to the last TUI_ACTION_PLAN: sentences, or why this cannot be. NULL = none yet. */
	uint32_t plan_request; /* of that action */
	bool plan_refused;
	const char *plan_text;
	/* The answer to the last TUI_ACTION_CERTIFICATE. NULL = none yet. */
	const char *certificate_id;
	const char *certificate_text;
	/* What came of the last thing that was asked for; shown once for each new number. */
	uint32_t notice_number; /* 0 = none */
	bool notice_bad;
	const char *notice;
};

/* ---- what the technician asks for ---------------------------------------------------------------------- */

struct tui_order {
	char procedure[48];
	char reference[128];
	char client[128];
	char operator_[128];
};
struct tui_choice {
	struct identity identity; /* as it was shown */
	char bay[TUI_BAY];
	char typed[128]; /* what was typed or scanned for it: equals device_confirm_word() */
};

enum tui_action_kind {
	TUI_ACTION_NONE,
	TUI_ACTION_QUIT, /* the screen only: jobs go on. The loop's own; no feed is asked for it */
	TUI_ACTION_REFRESH, /* look for disks again */
	TUI_ACTION_PLAN, /* work the plan of these disks out; `request` names the question */
	TUI_ACTION_START, /* every disk is confirmed, and the plan was on the screen */
	TUI_ACTION_STOP, /* `job`; it was confirmed */
	TUI_ACTION_RESUME, /* `job` */
	TUI_ACTION_ABANDON, /* `job`; it was confirmed */
	TUI_ACTION_LOCATE, /* the light of choices[0], on or off by `on` */
	TUI_ACTION_CERTIFICATE, /* fetch the text of `job`'s */
	TUI_ACTION_EXPORT, /* `job`'s certificate with its signatures, to wherever the site exports to */
};
/* Pointers are the station's, and hold during the call. */
struct tui_action {
	enum tui_action_kind kind;
	const struct tui_choice *choices;
	size_t choice_count;
	const struct tui_order *order; /* PLAN, START */
	uint32_t request;
	const char *job; /* id */
	bool on;
};

/* ---- the loop -------------------------------------------------------------------------------------------- */

#define TUI_FEED_FDS 8
/* Whoever stands behind the screen. Nothing here may block: a frozen disk freezes no screen. */
struct tui_feed {
	/* Descriptors that announce news; at most TUI_FEED_FDS. */
	size_t (*descriptors)(void *self, struct pollfd fds[TUI_FEED_FDS]);
	/* Called when one of them was ready, after every action, and once a second. */
	void (*take)(void *self, struct tui_news *ret);
	/* CODE_OK: it is on its way. Else the line is shown as it is. */
	enum code (*carry_out)(void *self, const struct tui_action *action, struct err *err);
	void *self;
};
struct tui_options {
	bool ascii; /* no line drawing and no signs beyond ASCII, whatever the locale says */
	bool no_colour;
	const char *catalogues; /* folder of message catalogues; NULL: the installed one */
};
/*
 * Shows the station on this process's terminal until the technician leaves, the terminal goes, or a
 * signal to stop comes: all of that is CODE_OK and ends no job. CODE_UNSUPPORTED: no terminal, or one
 * that cannot place a cursor. CODE_MEMORY. Takes this process's signals and locale.
 */
enum code tui_station(struct app *app, const struct tui_feed *feed, const struct tui_options *options,
    struct err *err) WIPE_MUST_USE;
/* The same of this machine: its supervisor (started where none runs), its disks, its certificates. */
enum code tui_run(struct app *app, const struct tui_options *options, struct err *err) WIPE_MUST_USE;

#endif
