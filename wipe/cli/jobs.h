/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jobs: how running jobs are shown, and what their end means for the exit code; `wipe` and `resume`. */
#ifndef WIPE_CLI_JOBS_H
#define WIPE_CLI_JOBS_H

#include "cli.h"
#include "progress.h"

struct jobs_view {
	struct progress *progress;
	const char *const *confirm; /* --confirm words; NULL-terminated */
};
/* By --progress; the caller's, jobs_view_close(). */
enum code jobs_view_open(const struct cli_args *args, struct app *app, struct jobs_view *ret,
    struct err *err) WIPE_MUST_USE;
void jobs_view_close(struct jobs_view *view);
/* All but `confirm`. view is borrowed. */
struct app_face jobs_face(struct jobs_view *view);
/*
 * Says what is left to say of a run that ended with `code`, prints the result as JSON where that was
 * asked for, and tells the exit code (commands, "Exit codes").
 */
enum cli_exit jobs_finish(struct jobs_view *view, const struct cli_args *args, enum code code,
    const struct err *err, const struct app_erase_result *result);

/* The configured one, but for what these two options say. CODE_USAGE. */
enum code jobs_restraint(const struct cli_args *args, const struct app *app,
    struct app_restraint *ret, struct err *err) WIPE_MUST_USE;
#define CLI_OPTION_LIMIT_RATE                                                                      \
	{ "limit-rate", 0, "RATE", "bytes per second of each disk, such as 50MB, or none" }
#define CLI_OPTION_IO_CLASS                                                                        \
	{ "io-class", 0, "CLASS", "rank of the requests: best-effort, idle or none" }

#define CLI_OPTION_PROGRESS                                                                        \
	{ "progress", 0, "HOW", "auto, json (an object a line) or none" }

#endif
