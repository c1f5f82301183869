/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link: a client's end of the supervisor's socket. */
#include "link.h"

#include <stdlib.h>
#include <string.h>

#define TRIES	  100 /* one that was about to leave makes room for a new one … */
#define PAUSE_MS  50 /* … within that */
#define READY_MS  10000
#define HELLO_MS  10000
#define SEND_MS	  10000

struct app_link {
	int fd;
	uint32_t pid;
	struct buf in;
};

/* ---- opening --------------------------------------------------------------------------------------------- */

/* Waits for the first message. CODE_GONE: it was just leaving. */
static enum code take_hello(struct app_link *link, struct err *err)
{
	struct news news = { 0 };
	enum code code;
	while ((code = message_take_news(&link->in, &news, err)) == CODE_BUSY) {
		bool ready = false;
		if (os_wait_readable(&link->fd, &ready, 1, HELLO_MS, err) != CODE_OK)
			return err_set(err, CODE_IO, "the supervisor of this host does not answer");
		code = os_socket_receive(link->fd, MESSAGE_MAX, &link->in, err);
		if (code != CODE_OK && code != CODE_BUSY)
			return code;
	}
	if (code == CODE_OK && (!news.hello.given || strcmp(news.hello.format, MESSAGE_FORMAT) != 0))
		code = CODE_INPUT;
	if (code == CODE_INPUT)
		code = err_set(err, CODE_UNSUPPORTED, "the supervisor that runs is of another version: let its "
		    "jobs end, or stop it with SIGTERM and resume them");
	link->pid = news.hello.pid;
	message_free_news(&news);
	return code;
}

static enum code try_open(struct app *app, struct app_link *link, struct err *err)
{
	enum code code = os_socket_connect(app->paths.socket, &link->fd, err);
	if (code == CODE_OK)
		code = take_hello(link, err);
	if (code != CODE_OK) {
		os_fd_close(link->fd);
		link->fd = -1;
		link->in.len = 0;
	}
	return code;
}

static enum code launch(const struct app *app, struct err *err)
{
	const char *words[8];
	size_t count = 0;
	if (app->options.root) {
		words[count++] = "--root";
		words[count++] = app->options.root;
	}
	if (app->options.config) {
		words[count++] = "--config";
		words[count++] = app->options.config;
	}
	words[count++] = "supervise";
	words[count++] = "--on-demand";
	words[count] = NULL;
	return os_process_launch(words, READY_MS, err);
}

enum code app_link_open(struct app *app, bool start, struct app_link **ret, struct err *err)
{
	struct app_link *link = calloc(1, sizeof(*link));
	if (!link)
		return err_memory(err);
	link->fd = -1;
	enum code code = try_open(app, link, err);
	for (unsigned i = 0; start && i < TRIES && (code == CODE_MISSING || code == CODE_GONE); i++) {
		if (i > 0 && os_wait_readable(NULL, NULL, 0, PAUSE_MS, err) != CODE_BUSY)
			break;
		code = launch(app, err);
		if (code == CODE_OK)
			code = try_open(app, link, err);
	}
	if (code == CODE_GONE)
		code = CODE_MISSING;
	if (code != CODE_OK) {
		app_link_close(link);
		if (start)
			return err_prefix(err, "cannot reach the supervisor of this host");
		err->code = code;
		return code;
	}
	*ret = link;
	return CODE_OK;
}

void app_link_close(struct app_link *link)
{
	if (!link)
		return;
	os_fd_close(link->fd);
	buf_free(&link->in);
	free(link);
}

int app_link_fd(const struct app_link *link)
{
	return link->fd;
}

uint32_t app_link_pid(const struct app_link *link)
{
	return link->pid;
}

/* ---- asking ---------------------------------------------------------------------------------------------- */

static enum code send_all(struct app_link *link, const struct ask *ask, struct err *err)
{
	BUF_AUTO out = { 0 };
	enum code code = message_put_ask(ask, &out, err);
	for (size_t done = 0; code == CODE_OK && done < out.len;) {
		size_t sent = 0;
		code = os_socket_send(link->fd, out.data + done, out.len - done, &sent, err);
		done += sent;
		if (code == CODE_OK && done < out.len)
			code = os_wait_writable(link->fd, SEND_MS, err);
	}
	return code;
}

enum code app_link_watch(struct app_link *link, struct err *err)
{
	const struct ask ask = { .watch.given = true };
	return send_all(link, &ask, err);
}

enum code app_link_start(struct app_link *link, const struct ask_start *start, struct err *err)
{
	struct ask ask = { .start = *start };
	ask.start.given = true;
	return send_all(link, &ask, err);
}

enum code app_link_stop(struct app_link *link, const char (*ids)[ID_TEXT], size_t count, bool hard,
    struct err *err)
{
	struct message_name *names = calloc(count + 1, sizeof(*names));
	if (!names)
		return err_memory(err);
	for (size_t i = 0; i < count; i++)
		text_copy(names[i].id, sizeof(names[i].id), ids[i]);
	const struct ask ask = {
		.stop = { .given = true, .hard = hard, .jobs = names, .count = count } };
	enum code code = send_all(link, &ask, err);
	free(names);
	return code;
}

/* ---- hearing --------------------------------------------------------------------------------------------- */

static void take_result(uint32_t code, const char *line, struct err *ret)
{
	*ret = (struct err){ .code = code <= CODE_BUG ? (enum code)code : CODE_BUG };
	text_copy(ret->line, sizeof(ret->line), line);
}

static enum code understand(const struct news *news, struct app_news *ret, struct err *err)
{
	if (news->taken.given) {
		ret->kind = APP_NEWS_TAKEN;
		take_result(news->taken.code, news->taken.line, &ret->result);
	} else if (news->over.given) {
		ret->kind = APP_NEWS_OVER;
		take_result(news->over.code, news->over.line, &ret->result);
	} else if (news->synced.given) {
		ret->kind = APP_NEWS_SYNCED;
	} else if (news->view.given) {
		ret->kind = APP_NEWS_VIEW;
		return view_document_take(&news->view.view, &ret->view, err);
	} else {
		return err_set(err, CODE_INPUT, "the supervisor says what nobody asked for");
	}
	return CODE_OK;
}

enum code app_link_take(struct app_link *link, struct app_news *ret, struct err *err)
{
	struct news *news = calloc(1, sizeof(*news));
	if (!news)
		return err_memory(err);
	enum code code = message_take_news(&link->in, news, err);
	while (code == CODE_BUSY) {
		code = os_socket_receive(link->fd, MESSAGE_MAX, &link->in, err);
		if (code == CODE_OK)
			code = message_take_news(&link->in, news, err);
		else
			break;
	}
	if (code == CODE_OK)
		code = understand(news, ret, err);
	/* Out of step with it, there is no way back. */
	if (code == CODE_INPUT)
		code = err_set(err, CODE_GONE, "the supervisor's words make no sense");
	message_free_news(news);
	free(news);
	return code;
}
