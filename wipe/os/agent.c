/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agent: how is one question put to an ssh-agent? Messages on its socket are a length (u32, big
 * endian) and that many bytes (draft-miller-ssh-agent, section 3). What they mean is trust's.
 */
#include "wipe/os.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MAX (256 * 1024)
#define WAIT_S    120 /* a person may have to touch a key */

struct agent {
	struct os_agent base;
	int fd; /* -1 after a failure: the stream is out of step then */
};

static int64_t now_ms(void)
{
	struct timespec now = { 0 };
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum code wait_for(int fd, short events, int64_t deadline_ms, struct err *err)
{
	for (;;) {
		int64_t left_ms = deadline_ms - now_ms();
		if (left_ms <= 0)
			return err_set(err, CODE_BUSY,
			    "the ssh-agent did not answer within %d seconds: "
			    "does it wait for a touch or a passphrase?", WAIT_S);
		struct pollfd item = { .fd = fd, .events = events };
		int count = poll(&item, 1, (int)left_ms);
		if (count > 0)
			return CODE_OK;
		if (count < 0 && errno != EINTR)
			return err_set_errno(err, CODE_IO, errno, "cannot wait for the ssh-agent");
	}
}

static enum code send_all(int fd, const struct buf *data, int64_t deadline_ms, struct err *err)
{
	for (size_t at = 0; at < data->len;) {
		enum code code = wait_for(fd, POLLOUT, deadline_ms, err);
		if (code != CODE_OK)
			return code;
		ssize_t sent =
		    send(fd, data->data + at, data->len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EINTR && errno != EAGAIN)
			return err_set_errno(err, CODE_IO, errno, "cannot write to the ssh-agent");
		at += sent > 0 ? (size_t)sent : 0;
	}
	return CODE_OK;
}

static enum code receive_all(int fd, uint8_t *data, size_t len, int64_t deadline_ms,
    struct err *err)
{
	for (size_t at = 0; at < len;) {
		enum code code = wait_for(fd, POLLIN, deadline_ms, err);
		if (code != CODE_OK)
			return code;
		ssize_t got = recv(fd, data + at, len - at, MSG_DONTWAIT);
		if (got == 0)
			return err_set(err, CODE_IO, "the ssh-agent closed the connection");
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return err_set_errno(err, CODE_IO, errno, "cannot read from the ssh-agent");
		at += got > 0 ? (size_t)got : 0;
	}
	return CODE_OK;
}

static enum code receive_reply(int fd, int64_t deadline_ms, struct buf *ret, struct err *err)
{
	uint8_t prefix[4];
	enum code code = receive_all(fd, prefix, sizeof(prefix), deadline_ms, err);
	if (code != CODE_OK)
		return code;
	uint32_t len = bytes_load_u32be(prefix);
	if (len == 0 || len > REPLY_MAX)
		return err_set(err, CODE_INPUT, "the ssh-agent announces an answer of %u bytes",
		    len);
	uint8_t *reply = malloc(len);
	if (!reply)
		return err_memory(err);
	code = receive_all(fd, reply, len, deadline_ms, err);
	if (code == CODE_OK) {
		buf_append(ret, reply, len);
		code = buf_check(ret, err);
	}
	free(reply);
	return code;
}

static enum code agent_ask(struct os_agent *base, const struct buf *request,
    struct buf *ret_reply, struct err *err)
{
	struct agent *agent = (struct agent *)base;
	if (agent->fd < 0)
		return err_set(err, CODE_IO, "the connection to the ssh-agent failed before");
	int64_t deadline_ms = now_ms() + WAIT_S * 1000;
	BUF_AUTO framed = { 0 };
	buf_sshstr(&framed, request->data, request->len);
	enum code code = buf_check(&framed, err);
	if (code == CODE_OK)
		code = send_all(agent->fd, &framed, deadline_ms, err);
	if (code == CODE_OK)
		code = receive_reply(agent->fd, deadline_ms, ret_reply, err);
	if (code != CODE_OK) {
		close(agent->fd);
		agent->fd = -1;
	}
	return code;
}

static void agent_free(struct os_agent *base)
{
	struct agent *agent = (struct agent *)base;
	os_fd_close(agent->fd);
	free(agent);
}

static const struct os_agent_ops agent_ops = { .ask = agent_ask, .free = agent_free };

static enum code connect_to(const char *path, int *ret_fd, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (!text_copy(address.sun_path, sizeof(address.sun_path), path))
		return err_set(err, CODE_CONFIG,
		    "the path of the ssh-agent's socket is too long: %s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot make a socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		enum code code = err_set_errno(err, CODE_CONFIG, errno,
		    "no ssh-agent answers at %s (start one with 'ssh-agent' and add the key with "
		    "'ssh-add')", path);
		close(fd);
		return code;
	}
	*ret_fd = fd;
	return CODE_OK;
}

enum code os_agent_open(const char *socket_path, struct os_agent **ret, struct err *err)
{
	const char *path = socket_path ? socket_path : getenv("SSH_AUTH_SOCK");
	if (!path || !*path)
		return err_set(err, CODE_CONFIG,
		    "no ssh-agent: SSH_AUTH_SOCK is not set; start 'ssh-agent', add the key with "
		    "'ssh-add', and under sudo use --preserve-env=SSH_AUTH_SOCK");
	int fd = -1;
	enum code code = connect_to(path, &fd, err);
	if (code != CODE_OK)
		return code;
	struct agent *agent = malloc(sizeof(*agent));
	if (!agent) {
		close(fd);
		return err_memory(err);
	}
	agent->base.ops = &agent_ops;
	agent->fd = fd;
	*ret = &agent->base;
	return CODE_OK;
}

void os_agent_free(struct os_agent *agent)
{
	if (agent)
		agent->ops->free(agent);
}
