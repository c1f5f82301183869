/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model: everything the screen depends on, as one value. News come in as records, keys change what is
 * looked at, views read it; nothing here waits, asks or draws.
 */
#ifndef WIPE_TUI_MODEL_H
#define WIPE_TUI_MODEL_H

#include "wipe/tui.h"

#include "history.h"

/* ---- rows of the board ------------------------------------------------------------------------------- */

/* In the order of the board. */
enum row_group {
	ROW_ATTENTION,
	ROW_RUNNING,
	ROW_WAITING,
	ROW_READY,
	ROW_REFUSED,
	ROW_DONE,
};
#define ROW_GROUPS 6

enum row_state {
	/* needs attention */
	ROW_FAILED, /* not erased: to be destroyed */
	ROW_UNCERTIFIED, /* over, but no certificate: it must stay */
	ROW_USED_AGAIN, /* erased, and somebody uses it since */
	ROW_JOB_REFUSED, /* asked for, refused, not touched */
	ROW_STALLED,
	ROW_TOO_WARM,
	ROW_PULLED, /* its job runs, the disk is not here */
	/* running */
	ROW_CLAIMING,
	ROW_WRITING,
	ROW_VERIFYING,
	ROW_STOPPING,
	/* waiting */
	ROW_WAITS_HERE, /* the disk is in: it can go on */
	ROW_WAITS_AWAY,
	ROW_COUNTDOWN, /* automatic mode begins soon */
	/* ready */
	ROW_FREE,
	/* refused */
	ROW_CLAIMED,
	/* done */
	ROW_EXCEPTIONS,
	ROW_ERASED,
};

/* What is the same disk from one look to the next, also when it is not here. */
struct row_key {
	uint8_t bytes[16];
};
struct row {
	struct row_key key;
	enum row_group group;
	enum row_state state;
	int disk; /* index into disks; -1 = not here */
	int job; /* index into jobs; -1 = none */
	int earlier; /* index into jobs: one that is over, but the disk was out, or may have been, since */
};

/* ---- where the technician is ---------------------------------------------------------------------------- */

enum model_view {
	MODEL_BOARD,
	MODEL_DISK,
	MODEL_START,
	MODEL_CONFIRM, /* stop or abandon: the serial is asked for */
	MODEL_CERTIFICATE,
	MODEL_ARCHIVE,
	MODEL_HELP,
};
#define MODEL_VIEWS 8 /* that lie on each other, at most */

enum start_field { START_PROCEDURE, START_REFERENCE, START_CLIENT, START_OPERATOR, START_SERIAL };
#define START_FIELDS 5
#define MODEL_INPUT  128 /* bytes of an answer */

struct model_start {
	size_t count;
	struct tui_choice choices[TUI_START_MAX]; /* typed "" = not confirmed */
	struct tui_order order;
	enum start_field field;
	char input[MODEL_INPUT];
	uint32_t request; /* of the plan that belongs to all this */
	uint32_t asked; /* the last one that was asked for */
	bool planned; /* its answer is here */
	bool plan_refused;
	char *plan_text; /* owned */
	char said[256]; /* about the last answer */
	bool said_bad;
};

struct model_confirm {
	enum tui_action_kind kind; /* STOP or ABANDON */
	char job[ID_TEXT];
	char input[MODEL_INPUT];
	bool wrong;
};

struct tui_model {
	/* the surroundings */
	unsigned width, height;
	bool ascii; /* nothing beyond ASCII can be shown */
	bool plain; /* letters can, but of signs only what a PC's text screen has */
	char site[160]; /* of the header */
	int64_t wall_s;
	int32_t zone_s; /* seconds local time is ahead of UTC, now */
	/* what was told; owned */
	enum tui_link link;
	int64_t wall_lost_s; /* since when the link is lost */
	int64_t wall_boot_s;
	struct tui_disk *disks;
	size_t disk_count;
	struct app_view *jobs;
	size_t job_count;
	struct tui_certificate *certificates;
	size_t certificate_count;
	struct tui_procedure *procedures;
	size_t procedure_count;
	struct history *histories; /* one of each job, in the same order */
	/* what follows from it; owned */
	struct row *rows; /* those the filter lets through, then those it keeps back */
	size_t row_count; /* of the former */
	size_t hidden; /* of the latter */
	size_t group_counts[ROW_GROUPS]; /* of both */
	/* where we are */
	enum model_view views[MODEL_VIEWS]; /* the last one is seen */
	size_t view_count;
	struct row_key selected; /* of the board */
	size_t selected_index; /* where that is, or was */
	bool chosen; /* by the technician; before that it is the first one, whichever that is */
	size_t top; /* line of the board that is drawn first */
	struct row_key marks[TUI_START_MAX];
	size_t mark_count;
	bool filtering; /* the filter is being typed */
	char filter[MODEL_INPUT];
	unsigned scroll; /* first line of a long text */
	struct row_key opened; /* MODEL_DISK */
	struct model_start start;
	struct model_confirm confirm;
	size_t archive_index;
	char certificate_id[ID_TEXT];
	bool certificate_asked;
	char *certificate_text; /* owned; NULL = on its way */
	struct tui_choice located; /* of the action that is carried out */
	uint32_t notice_number;
	char notice[480];
	bool notice_bad;
	int64_t wall_notice_s;
};

/* ---- news come in ----------------------------------------------------------------------------------------- */

/* Empty, on the board, 80 by 24. `defaults` fills the first start form; borrowed for the call. */
void tui_model_start(struct tui_model *model, const char *site, const struct tui_order *defaults);
void tui_model_free(struct tui_model *model);
void tui_model_size(struct tui_model *model, unsigned width, unsigned height);
/* Each copies what it is given, and works the rows out anew. CODE_MEMORY leaves all as it was. */
enum code tui_model_devices(struct tui_model *model, const struct tui_disk *disks, size_t count,
    struct err *err) WIPE_MUST_USE;
enum code tui_model_jobs(struct tui_model *model, const struct app_view *jobs, size_t count,
    struct err *err) WIPE_MUST_USE;
enum code tui_model_certificates(struct tui_model *model, const struct tui_certificate *certificates,
    size_t count, struct err *err) WIPE_MUST_USE;
enum code tui_model_procedures(struct tui_model *model, const struct tui_procedure *procedures,
    size_t count, struct err *err) WIPE_MUST_USE;
/* All of the above, and the answers. */
enum code tui_model_news(struct tui_model *model, const struct tui_news *news, struct err *err)
    WIPE_MUST_USE;
/* Time goes on: one sample of each running job's rate when a new second has begun. */
void tui_model_tick(struct tui_model *model, int64_t wall_s, int32_t zone_s);
/* What has to be fetched for what is looked at: a plan, a certificate; else TUI_ACTION_NONE. Each is
 * wanted once. */
struct tui_action tui_model_wants(struct tui_model *model);
/* A line for the technician, for a while. */
void tui_model_say(struct tui_model *model, bool bad, const char *line);

/* ---- questions -------------------------------------------------------------------------------------------- */

enum model_view model_view(const struct tui_model *model);
void model_push(struct tui_model *model, enum model_view view);
void model_pop(struct tui_model *model);
/* NULL = there is none. */
const struct row *model_selected(const struct tui_model *model);
const struct row *model_row(const struct tui_model *model, const struct row_key *key);
const struct tui_disk *model_disk(const struct tui_model *model, const struct row *row);
const struct app_view *model_job(const struct tui_model *model, const struct row *row);
const struct identity *model_identity(const struct tui_model *model, const struct row *row);
const struct app_view *model_job_by_id(const struct tui_model *model, const char *id);
bool model_is_marked(const struct tui_model *model, const struct row_key *key);
void model_mark(struct tui_model *model, const struct row_key *key, bool marked);
/* Why this row's disk cannot be chosen; ROW_MAY when it can. */
enum row_may { ROW_MAY, ROW_NOT_HERE, ROW_HAS_JOB, ROW_IS_CLAIMED };
enum row_may model_may_start(const struct tui_model *model, const struct row *row);
/* Works the rows out anew, by the filter. */
enum code model_filter(struct tui_model *model, struct err *err) WIPE_MUST_USE;
/* Puts the board's cursor on this row. */
void model_select(struct tui_model *model, size_t index);
/* Keeps selection, marks, forms and scrolling within what is there; after every change. */
void model_settle(struct tui_model *model);
/* Lines of the board's list, and which of them row `index` has: each group begins with its title. */
size_t model_board_lines(const struct tui_model *model);
size_t model_board_line(const struct tui_model *model, size_t index);
/* Lines of a view between header and footer. */
unsigned model_body_height(const struct tui_model *model);

#endif
