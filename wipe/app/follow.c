/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * follow: a command hands its jobs over to the host's supervisor and looks on. The jobs are not its own: it
 * may be killed, its terminal may go, and they go on. What it passes on is a wish to stop.
 */
#include "app_private.h"
#include "job_store.h"
#include "link.h"

#include <stdlib.h>
#include <string.h>

#define TICK_MS 250

struct follow {
	struct app_run *run;
	struct app_link *link;
	int *door;
	int signals_fd;
	struct app_view *views; /* the last ones, by place of the disk */
	unsigned stops;
	bool taken;
	bool over;
	struct err result; /* of what is over, or was not taken */
};

/* What the supervisor gets, and what this run waits for. */
static bool is_ours(const struct app_disk *disk)
{
	return disk->refused == CODE_OK && !disk->ended;
}

static enum code ask(struct follow *follow, struct err *err)
{
	const struct app_erase_result *result = follow->run->result;
	const struct app_beginning *beginnings = follow->run->beginnings;
	const struct app_restraint *restraint = &follow->run->restraint;
	struct ask_start start = { .keep_going = follow->run->keep_going, .rate = restraint->rate };
	text_copy(start.io_class, sizeof(start.io_class), os_io_class_text(restraint->io_class));
	start.jobs = calloc(result->count + 1, sizeof(*start.jobs));
	if (!start.jobs)
		return err_memory(err);
	for (size_t i = 0; i < result->count; i++) {
		const struct app_disk *disk = &result->disks[i];
		if (!is_ours(disk))
			continue;
		struct message_job *job = &start.jobs[start.count++];
		text_copy(job->id, sizeof(job->id), disk->plan.id);
		job->needs_proof = beginnings && beginnings[i].needs_proof;
		device_document_put(&disk->clearance.device, &job->device);
	}
	enum code code = app_link_start(follow->link, &start, err);
	free(start.jobs);
	return code;
}

/* ---- what is told ------------------------------------------------------------------------------------------ */

static void take_end(struct app_disk *disk, const struct app_view *view)
{
	disk->started = disk->ended = true;
	disk->waits = view->state == APP_VIEW_WAITS;
	if (disk->waits) {
		text_copy(disk->reason, sizeof(disk->reason), view->line);
		return;
	}
	disk->outcome = view->outcome;
	disk->issued = view->issued;
	disk->issue_code = view->code;
	text_copy(disk->issue_line, sizeof(disk->issue_line), view->line);
	text_copy(disk->certificate, sizeof(disk->certificate), view->certificate);
	disk->verdict = (struct verdict){ .outcome = view->outcome };
	for (size_t i = 0; i < view->exception_count; i++)
		text_copy(disk->verdict.exceptions[disk->verdict.exception_count++],
		    sizeof(disk->verdict.exceptions[0]), view->exceptions[i]);
}

static void take_view(struct follow *follow, size_t index, const struct app_view *view)
{
	const struct app_face *face = follow->run->face;
	struct app_disk *disk = &follow->run->result->disks[index];
	struct app_view *before = &follow->views[index];
	bool refused = (view->state == APP_VIEW_REFUSED && view->code != CODE_STOPPED) ||
	    (view->state == APP_VIEW_WAITS && view->code != CODE_OK);
	bool ended = view->state == APP_VIEW_WAITS || view->state == APP_VIEW_DONE;
	bool is_news = view->state != before->state || view->issued != before->issued;
	if (view->state == APP_VIEW_RUNNING) {
		disk->started = true;
		face->view(face->self, disk, before, view);
		if (strcmp(view->line, before->line) != 0)
			face->trouble(face->self, disk, view->line);
	} else if (refused) {
		disk->refused = view->code ? view->code : CODE_REFUSED;
		text_copy(disk->refusal, sizeof(disk->refusal), view->line);
	} else if (ended) {
		/* The last of a job that was too quick to be seen otherwise. */
		face->view(face->self, disk, before, view);
		take_end(disk, view);
		if (is_news)
			face->ended(face->self, disk);
	}
	*before = *view;
}

static void take_news(struct follow *follow, const struct app_news *news)
{
	struct app_erase_result *result = follow->run->result;
	switch (news->kind) {
	case APP_NEWS_VIEW:
		for (size_t i = 0; i < result->count; i++) {
			if (strcmp(result->disks[i].plan.id, news->view.id) == 0)
				take_view(follow, i, &news->view);
		}
		break;
	case APP_NEWS_TAKEN:
		follow->taken = news->result.code == CODE_OK;
		if (follow->taken) {
			job_store_unlock(follow->run->office.app, *follow->door);
			*follow->door = -1;
			follow->over = follow->run->detach;
			break;
		}
		follow->over = true;
		follow->result = news->result;
		break;
	case APP_NEWS_OVER:
		follow->over = true;
		follow->result = news->result;
		break;
	default:
		break;
	}
}

/* Its workers died with it. What they had made durable is where the jobs go on: those that had begun. */
static void lose_supervisor(struct follow *follow)
{
	const struct app_face *face = follow->run->face;
	struct app_erase_result *result = follow->run->result;
	for (size_t i = 0; i < result->count; i++) {
		struct app_disk *disk = &result->disks[i];
		char start[HASH_SHA256_HEX] = "";
		struct err unknown = { 0 };
		if (!is_ours(disk))
			continue;
		/* A chain that cannot be asked says nothing against it. */
		if (chain_find(follow->run->office.chain, "start", disk->plan.id, start, &unknown) == CODE_OK &&
		    !start[0])
			continue;
		disk->started = disk->ended = disk->waits = true;
		text_copy(disk->reason, sizeof(disk->reason), "the supervisor of this host was killed");
		face->ended(face->self, disk);
	}
	err_set(&follow->result, CODE_IO, "the supervisor of this host was killed");
	follow->over = true;
}

static void hear(struct follow *follow)
{
	struct err err = { 0 };
	struct app_news *news = calloc(1, sizeof(*news));
	enum code code = news ? CODE_OK : CODE_BUSY;
	while (code == CODE_OK && !follow->over) {
		code = app_link_take(follow->link, news, &err);
		if (code == CODE_OK)
			take_news(follow, news);
	}
	free(news);
	if (code != CODE_OK && code != CODE_BUSY)
		lose_supervisor(follow);
}

/* ---- what is asked ----------------------------------------------------------------------------------------- */

static void stop(struct follow *follow, unsigned times)
{
	const struct app_erase_result *result = follow->run->result;
	struct err ignored = { 0 };
	if (times == 0)
		return; /* a signal that asks for nothing: the terminal is gone */
	follow->stops += times;
	follow->run->result->stopped = true;
	follow->run->face->stopping(follow->run->face->self, follow->stops);
	char(*ids)[ID_TEXT] = calloc(result->count + 1, sizeof(*ids));
	size_t count = 0;
	for (size_t i = 0; ids && i < result->count; i++) {
		if (is_ours(&result->disks[i]))
			text_copy(ids[count++], ID_TEXT, result->disks[i].plan.id);
	}
	/* That it is gone shows when it is listened to. */
	if (ids && app_link_stop(follow->link, (const char(*)[ID_TEXT])ids, count, follow->stops > 1,
			&ignored) != CODE_OK)
		ignored.code = CODE_OK;
	free(ids);
}

static enum code look_on(struct follow *follow, struct err *err)
{
	const struct app_face *face = follow->run->face;
	enum code code = CODE_OK;
	while (!follow->over && (code == CODE_OK || code == CODE_BUSY)) {
		const int fds[] = { app_link_fd(follow->link), follow->signals_fd };
		bool ready[WIPE_COUNT(fds)] = { 0 };
		code = os_wait_readable(fds, ready, WIPE_COUNT(fds), TICK_MS, err);
		if (code == CODE_OK && ready[1])
			stop(follow, os_signals_take(follow->signals_fd));
		hear(follow);
		face->tick(face->self);
	}
	if (!follow->over)
		return code;
	if (follow->result.code != CODE_OK)
		*err = follow->result;
	return follow->result.code;
}

enum code app_follow(struct app_run *run, int *door, struct err *err)
{
	struct follow follow = { .run = run, .door = door, .signals_fd = -1 };
	follow.views = calloc(run->result->count + 1, sizeof(*follow.views));
	enum code code = follow.views ? CODE_OK : err_memory(err);
	if (code == CODE_OK)
		code = os_signals_open(&follow.signals_fd, err);
	if (code == CODE_OK)
		code = app_link_open(run->office.app, true, &follow.link, err);
	if (code == CODE_OK)
		code = ask(&follow, err);
	if (code == CODE_OK)
		code = look_on(&follow, err);
	/* The supervisor had a part of the disks: with those that ended before it, not all were refused. */
	if (code == CODE_REFUSED)
		code = app_run_check_refused(run, err);
	app_link_close(follow.link);
	os_fd_close(follow.signals_fd);
	free(follow.views);
	return code;
}
