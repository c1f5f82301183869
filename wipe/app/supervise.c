/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * supervise: the one process of a host that owns its jobs, and the socket by which it is asked. Clients
 * come and go, are slow or die: each has its own queue of what it has not taken yet, and when that is
 * full it is told the state instead of the history. No job ever waits for one of them.
 */
#include "keeper.h"

#include <stdlib.h>
#include <string.h>

#define CLIENTS_MAX 32
#define QUEUE_MOST  (256u * 1024) /* bytes; beyond them only the latest state is kept */
#define CALM_NS	    (250 * UINT64_C(1000000)) /* between two tellings of progress … */
#define MANY	    8 /* … up to so many jobs; beyond them a second */
#define ALONE_NS    (30 * UINT64_C(1000000000)) /* started on demand by somebody who never came */

struct client {
	int fd;
	struct buf in;
	struct buf out;
	bool watching;
	bool syncing; /* it is to hear APP_NEWS_SYNCED after all that is there */
	uint64_t batch; /* what it started; 0 = nothing, or that is over */
	uint64_t told; /* all changes up to this one … */
	uint64_t told_ns;
	uint64_t told_at_once; /* … and up to this one those that do not wait */
};

struct supervise {
	struct app *app;
	struct keeper *keeper;
	bool on_demand;
	bool had_client;
	uint64_t begun_ns;
	bool is_leaving;
	bool owns_socket; /* it made the socket's file, and takes it away */
	unsigned stops;
	int lock;
	int listen_fd;
	int signals_fd;
	struct client *clients[CLIENTS_MAX];
	size_t client_count;
};
_Static_assert(CLIENTS_MAX + 2 <= JOB_SUPERVISOR_MORE, "all can be waited for");

/* ---- clients --------------------------------------------------------------------------------------------- */

static void drop(struct supervise *self, size_t index)
{
	struct client *client = self->clients[index];
	keeper_disown(self->keeper, client->batch);
	os_fd_close(client->fd);
	buf_free(&client->in);
	buf_free(&client->out);
	free(client);
	self->clients[index] = self->clients[--self->client_count];
}

/* What cannot be said is not said: the client learns the state, or that it was left. */
static void tell(struct client *client, const struct news *news)
{
	struct err ignored = { 0 };
	if (message_put_news(news, &client->out, &ignored) != CODE_OK)
		client->out.failed = true;
}

static void welcome(struct supervise *self)
{
	struct err ignored = { 0 };
	int fd = -1;
	if (os_socket_accept(self->listen_fd, &fd, &ignored) != CODE_OK)
		return;
	struct client *client = self->client_count < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (!client) {
		os_fd_close(fd);
		return;
	}
	client->fd = fd;
	struct news news = { .hello = { .given = true, .pid = os_process_id() } };
	text_copy(news.hello.format, sizeof(news.hello.format), MESSAGE_FORMAT);
	text_copy(news.hello.version, sizeof(news.hello.version), self->app->tool.version);
	tell(client, &news);
	self->clients[self->client_count++] = client;
	self->had_client = true;
}

static void take_start(struct supervise *self, struct client *client, const struct ask_start *ask)
{
	struct err err = { 0 };
	enum code code = client->batch
	    ? err_set(&err, CODE_BUSY, "what this connection started is not over")
	    : self->is_leaving ? err_set(&err, CODE_STOPPED, "the supervisor is being stopped")
			       : keeper_start(self->keeper, ask, &client->batch, &err);
	struct news news = { .taken = { .given = true, .code = (uint32_t)code } };
	view_text_copy(news.taken.line, sizeof(news.taken.line), err.line);
	tell(client, &news);
}

static void take_ask(struct supervise *self, struct client *client, const struct ask *ask)
{
	if (ask->watch.given) {
		client->watching = client->syncing = true;
		client->told = client->told_at_once = 0;
	}
	if (ask->start.given)
		take_start(self, client, &ask->start);
	if (ask->stop.given)
		keeper_stop(self->keeper, &ask->stop);
}

/* False: it is gone, or talks nonsense. */
static bool hear(struct supervise *self, struct client *client)
{
	struct err err = { 0 };
	enum code code = os_socket_receive(client->fd, MESSAGE_MAX, &client->in, &err);
	while (code == CODE_OK) {
		struct ask ask = { 0 };
		code = message_take_ask(&client->in, &ask, &err);
		if (code == CODE_OK)
			take_ask(self, client, &ask);
		message_free_ask(&ask);
	}
	return code == CODE_BUSY;
}

/* ---- telling --------------------------------------------------------------------------------------------- */

static void tell_view(struct client *client, const struct app_view *view)
{
	struct err ignored = { 0 };
	struct news *news = calloc(1, sizeof(*news));
	if (!news)
		return;
	news->view.given = true;
	if (view_document_put(view, &news->view.view, &ignored) == CODE_OK)
		tell(client, news);
	message_free_news(news);
	free(news);
}

/* Every view that changed since this client was told last; progress only now and then, or when it must. */
static void tell_changes(struct supervise *self, struct client *client, uint64_t now_ns, bool must)
{
	size_t count = keeper_count(self->keeper);
	uint64_t newest = keeper_changes(self->keeper);
	uint64_t calm_ns = count > MANY ? 4 * CALM_NS : CALM_NS;
	bool is_time = must || now_ns - client->told_ns >= calm_ns;
	if (client->out.len > QUEUE_MOST || (!client->watching && !client->batch))
		return;
	for (size_t i = 0; i < count; i++) {
		struct keeper_sight sight = keeper_sight(self->keeper, i);
		bool own = client->batch && sight.batch == client->batch;
		if (!own && (!client->watching || sight.is_double))
			continue;
		if (sight.at_once > client->told_at_once || (is_time && sight.changed > client->told))
			tell_view(client, sight.view);
	}
	if (client->syncing)
		tell(client, &(struct news){ .synced = { .given = true } });
	client->syncing = false;
	client->told_at_once = newest;
	if (is_time) {
		client->told = newest;
		client->told_ns = now_ns;
	}
}

static void tell_over(struct supervise *self, struct client *client, uint64_t now_ns)
{
	struct err result = { 0 };
	if (!client->batch || client->out.len > QUEUE_MOST ||
	    !keeper_take_over(self->keeper, client->batch, &result))
		return;
	struct news news = { .over = { .given = true, .code = (uint32_t)result.code } };
	view_text_copy(news.over.line, sizeof(news.over.line), result.line);
	tell_changes(self, client, now_ns, true);
	tell(client, &news);
	client->batch = 0;
}

/* False: it is gone. */
static bool send_on(struct client *client)
{
	struct err ignored = { 0 };
	size_t sent = 0;
	if (client->out.failed)
		return false;
	if (client->out.len == 0)
		return true;
	if (os_socket_send(client->fd, client->out.data, client->out.len, &sent, &ignored) != CODE_OK)
		return false;
	client->out.len -= sent;
	memmove(client->out.data, client->out.data + sent, client->out.len);
	return true;
}

static void serve(struct supervise *self, const bool *ready)
{
	uint64_t now_ns = self->app->clock->ops->boot_ns(self->app->clock);
	for (size_t i = self->client_count; i-- > 0;) {
		struct client *client = self->clients[i];
		bool alive = !ready[i] || hear(self, client);
		tell_over(self, client, now_ns);
		tell_changes(self, client, now_ns, false);
		if (!send_on(client) || !alive)
			drop(self, i);
	}
}

/* ---- the loop -------------------------------------------------------------------------------------------- */

static void take_signals(struct supervise *self)
{
	unsigned times = os_signals_take(self->signals_fd);
	if (times == 0)
		return;
	self->stops += times;
	self->is_leaving = true;
	keeper_stop_all(self->keeper, self->stops > 1);
}

static bool is_done(const struct supervise *self)
{
	if (keeper_is_busy(self->keeper))
		return false;
	uint64_t now_ns = self->app->clock->ops->boot_ns(self->app->clock);
	bool was_left = self->had_client || now_ns - self->begun_ns >= ALONE_NS;
	return self->is_leaving || (self->on_demand && self->client_count == 0 && was_left);
}

static enum code turn(struct supervise *self, struct err *err)
{
	int more[CLIENTS_MAX + 2] = { self->listen_fd, self->signals_fd };
	bool ready[CLIENTS_MAX + 2] = { 0 };
	size_t count = self->client_count;
	/* Who does not take its answers is not asked for more questions. */
	for (size_t i = 0; i < count; i++)
		more[2 + i] = self->clients[i]->out.len > QUEUE_MOST ? -1 : self->clients[i]->fd;
	enum code code = keeper_turn(self->keeper, more, ready, 2 + count, err);
	if (ready[1])
		take_signals(self);
	serve(self, ready + 2);
	if (ready[0])
		welcome(self);
	return code;
}

/* Whoever has the lock is the supervisor; one that was started on demand waits for another to leave. */
static enum code lock(struct supervise *self, struct err *err)
{
	struct os_files *files = self->app->files;
	char path[APP_PATH];
	text_copy(path, sizeof(path), self->app->paths.socket);
	*strrchr(path, '/') = 0;
	enum code code = os_files_make_dirs(files, path, 0700, err);
	strcat(path, "/lock"); /* shorter than what was cut off */
	if (code == CODE_OK)
		code = files->ops->open_append(files, path, 0600, &self->lock, err);
	if (code == CODE_OK)
		code = files->ops->lock(files, self->lock, false, err);
	if (code == CODE_BUSY)
		err_set(err, CODE_BUSY, "a supervisor runs already: it has %s locked", path);
	return code;
}

static enum code open_socket(struct supervise *self, struct err *err)
{
	enum code code = os_socket_inherited(&self->listen_fd, err);
	if (code != CODE_MISSING)
		return code;
	code = os_socket_listen(self->app->paths.socket, &self->listen_fd, err);
	self->owns_socket = code == CODE_OK;
	return code;
}

static void leave(struct supervise *self)
{
	struct err ignored = { 0 };
	while (self->client_count > 0)
		drop(self, self->client_count - 1);
	/* Before the lock goes: what lies there then is another one's. */
	if (self->owns_socket &&
	    self->app->files->ops->remove(self->app->files, self->app->paths.socket, &ignored) != CODE_OK)
		ignored.code = CODE_OK; /* whoever listens next takes it away */
	os_fd_close(self->listen_fd);
	os_fd_close(self->signals_fd);
	keeper_free(self->keeper);
	if (self->lock >= 0)
		self->app->files->ops->close(self->app->files, self->lock, &ignored);
}

enum code app_supervise(struct app *app, const struct app_supervise_options *options, struct err *err)
{
	struct supervise self = { .app = app, .on_demand = options->on_demand, .lock = -1,
		.begun_ns = app->clock->ops->boot_ns(app->clock), .listen_fd = -1, .signals_fd = -1 };
	enum code code = lock(&self, err);
	if (code == CODE_OK)
		code = os_signals_open(&self.signals_fd, err);
	if (code == CODE_OK)
		code = keeper_new(app, &self.keeper, err);
	if (code == CODE_OK)
		code = open_socket(&self, err);
	/* Whoever started it waits for it to be reachable. */
	os_process_ready();
	while (code == CODE_OK && !is_done(&self))
		code = turn(&self, err);
	leave(&self);
	return code;
}
