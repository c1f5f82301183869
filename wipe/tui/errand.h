/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * errand: something that may take its time (a scan, a file, a supervisor that has to start) is done by a
 * process of its own, so that the screen goes on. It says what came of it in packets: one letter, then
 * text without a NUL, or a record. (private to tui)
 */
#ifndef WIPE_TUI_ERRAND_H
#define WIPE_TUI_ERRAND_H

#include "wipe/tui.h"

#include <sys/types.h>

#define ERRAND_TEXT (64u * 1024) /* bytes of a packet's text, at most */

enum errand_word {
	ERRAND_DONE = 'D', /* a notice: it went well */
	ERRAND_FAILED = 'F', /* a notice: why not */
	ERRAND_PLAN = 'P', /* the sentences */
	ERRAND_REFUSED = 'R', /* why there is no plan */
	ERRAND_CERTIFICATE = 'C', /* its text */
	ERRAND_ISSUED = 'I', /* struct tui_certificate */
	ERRAND_WAITS = 'W', /* struct app_view of a job that nobody works on */
	ERRAND_LISTED = 'L', /* all of both were told */
};

/* What it is to do; everything is copied into the process. */
struct errand_task {
	enum tui_action_kind kind; /* PLAN, START, RESUME, ABANDON, CERTIFICATE, EXPORT, LOCATE; REFRESH: the lists */
	struct tui_choice choices[TUI_START_MAX];
	size_t choice_count;
	struct tui_order order;
	char job[ID_TEXT];
	int64_t since_s; /* REFRESH: certificates since then */
	char enclosure[32]; /* LOCATE: as struct device_place has them */
	char component[64];
	bool on;
};

struct errand {
	pid_t pid; /* 0: nothing is under way */
	int fd;
	enum tui_action_kind kind;
	uint32_t request; /* of a plan */
	char job[ID_TEXT];
};

/* CODE_IO: it could not be started. The task is not needed any more afterwards. */
enum code errand_start(struct app *app, const struct errand_task *task, struct errand *ret,
    struct err *err) WIPE_MUST_USE;
/* One word; CODE_BUSY: none now; CODE_GONE: it is over, and errand_end() is to be called. */
enum code errand_take(struct errand *errand, char *ret_word, struct buf *ret, struct err *err)
    WIPE_MUST_USE;
/* Also for one that is not over: it is killed, and nobody waits for it. */
void errand_end(struct errand *errand);

#endif
