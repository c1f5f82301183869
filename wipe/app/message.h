/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * message: what crosses the socket of the host's supervisor: four bytes of length, big-endian, then a
 * JSON document. Each has all members of its kind; all but one are null, and that one is the message.
 */
#ifndef WIPE_APP_MESSAGE_H
#define WIPE_APP_MESSAGE_H

#include "device_document.h"
#include "view.h"

#define MESSAGE_FORMAT "certwipe-supervisor/1"
#define MESSAGE_MAX    JSON_TEXT_MAX /* bytes of the document */

/* ---- from a client ------------------------------------------------------------------------------------ */

struct message_job {
	char id[ID_TEXT];
	bool needs_proof; /* see struct job_start */
	struct device_document device; /* where its disk was found now */
};
struct message_name {
	char id[ID_TEXT];
};
struct ask_watch {
	bool given; /* all jobs as they stand, and every change from now on */
};
struct ask_start { /* jobs that lie in the store, unlocked, their disks cleared and confirmed */
	bool given;
	bool keep_going;
	uint64_t rate; /* of struct app_restraint */
	char io_class[16];
	struct message_job *jobs;
	size_t count;
};
struct ask_stop {
	bool given;
	bool hard; /* without waiting for the disks */
	struct message_name *jobs;
	size_t count;
};
struct ask {
	struct ask_watch watch;
	struct ask_start start;
	struct ask_stop stop;
};

/* ---- from the supervisor --------------------------------------------------------------------------------- */

struct news_hello { /* the first one */
	bool given;
	char format[24];
	char version[32];
	uint32_t pid;
};
struct news_taken { /* the answer to `start`: all of its jobs are the supervisor's now, or none is */
	bool given;
	uint32_t code;
	char line[480];
};
struct news_view {
	bool given;
	struct view_document view;
};
struct news_synced { /* after `watch`: all there are were told */
	bool given;
};
struct news_over { /* of what this client started every session is over, and let go of */
	bool given;
	uint32_t code; /* what went wrong beside the jobs themselves; CODE_OK: nothing */
	char line[480];
};
struct news {
	struct news_hello hello;
	struct news_taken taken;
	struct news_view view;
	struct news_synced synced;
	struct news_over over;
};

/* Appends length and document. */
enum code message_put_ask(const struct ask *ask, struct buf *ret, struct err *err) WIPE_MUST_USE;
enum code message_put_news(const struct news *news, struct buf *ret, struct err *err) WIPE_MUST_USE;
/*
 * Takes one whole message off the front of `from`; CODE_BUSY: there is none yet. *ret, zeroed before, is to
 * be freed in every case. CODE_INPUT: it is none, and nothing after it can be understood.
 */
enum code message_take_ask(struct buf *from, struct ask *ret, struct err *err) WIPE_MUST_USE;
enum code message_take_news(struct buf *from, struct news *ret, struct err *err) WIPE_MUST_USE;
void message_free_ask(struct ask *ask);
void message_free_news(struct news *news);

#endif
