/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * socket: how do commands reach the supervisor of this host? A stream socket in the file system
 * (unix(7)) that only root may connect to. An address holds 107 bytes of path, so it is reached through
 * the descriptor of its folder.
 */
#include "wipe/os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTEN_FDS_START 3 /* sd_listen_fds(3) */
#define BACKLOG		 16

/* The address of `path` by way of its folder, which the caller closes. */
static enum code find_address(const char *path, struct sockaddr_un *ret, int *ret_dir, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char folder[512];
	if (!slash || slash == path || (size_t)(slash - path) >= sizeof(folder))
		return err_set(err, CODE_USAGE, "%s: no place for a socket", path);
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = 0;
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_set_errno(err, errno == ENOENT ? CODE_MISSING : CODE_IO, errno, "%s", folder);
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	int len = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", dir, slash + 1);
	if (len < 0 || (size_t)len >= sizeof(ret->sun_path)) {
		close(dir);
		return err_set(err, CODE_USAGE, "%s: the name of the socket is too long", path);
	}
	*ret_dir = dir;
	return CODE_OK;
}

enum code os_socket_listen(const char *path, int *ret_fd, struct err *err)
{
	struct sockaddr_un address;
	int dir = -1;
	enum code code = find_address(path, &address, &dir, err);
	if (code != CODE_OK)
		return code;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	unlink(address.sun_path);
	/* From the first moment on it is root's alone. */
	mode_t mask = umask(0177);
	bool made = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(fd, BACKLOG) == 0;
	int why = errno;
	umask(mask);
	close(dir);
	if (made) {
		*ret_fd = fd;
		return CODE_OK;
	}
	os_fd_close(fd);
	return err_set_errno(err, CODE_IO, why, "cannot listen on %s", path);
}

enum code os_socket_inherited(int *ret_fd, struct err *err)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	uint64_t number = 0;
	struct stat st;
	if (!pid || !count || !text_u64_parse(pid, &number) || number != (uint64_t)getpid() ||
	    strcmp(count, "1") != 0)
		return err_set(err, CODE_MISSING, "no socket was handed over");
	if (fstat(LISTEN_FDS_START, &st) < 0 || !S_ISSOCK(st.st_mode) ||
	    fcntl(LISTEN_FDS_START, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(LISTEN_FDS_START, F_SETFL, O_NONBLOCK) < 0)
		return err_set(err, CODE_CONFIG, "what was handed over is no socket to listen on");
	*ret_fd = LISTEN_FDS_START;
	return CODE_OK;
}

enum code os_socket_accept(int fd, int *ret_fd, struct err *err)
{
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (client < 0)
		return err_set_errno(err, CODE_BUSY, errno, "nobody is there");
	struct ucred who;
	socklen_t len = sizeof(who);
	if (getsockopt(client, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && who.uid == 0) {
		*ret_fd = client;
		return CODE_OK;
	}
	close(client);
	return err_set(err, CODE_REFUSED, "somebody who is not root wants to speak to the supervisor");
}

enum code os_socket_connect(const char *path, int *ret_fd, struct err *err)
{
	struct sockaddr_un address;
	int dir = -1;
	enum code code = find_address(path, &address, &dir, err);
	if (code != CODE_OK)
		return code;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
	int why = errno;
	close(dir);
	if (connected) {
		*ret_fd = fd;
		return CODE_OK;
	}
	os_fd_close(fd);
	return err_set_errno(err, why == ENOENT || why == ECONNREFUSED ? CODE_MISSING : CODE_IO, why, "%s",
	    path);
}

enum code os_socket_send(int fd, const void *data, size_t len, size_t *ret_sent, struct err *err)
{
	ssize_t sent = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return err_set_errno(err, CODE_GONE, errno, "the other end is gone");
	*ret_sent = sent < 0 ? 0 : (size_t)sent;
	return CODE_OK;
}

enum code os_socket_receive(int fd, size_t max, struct buf *ret, struct err *err)
{
	uint8_t part[16 * 1024];
	ssize_t got = recv(fd, part, max < sizeof(part) ? max : sizeof(part), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return err_set(err, CODE_BUSY, "nothing has come");
	if (got <= 0)
		return err_set_errno(err, CODE_GONE, got < 0 ? errno : EPIPE, "the other end is gone");
	buf_append(ret, part, (size_t)got);
	return buf_check(ret, err);
}

enum code os_wait_writable(int fd, int timeout_ms, struct err *err)
{
	struct pollfd item = { .fd = fd, .events = POLLOUT };
	int found = poll(&item, 1, timeout_ms);
	if (found > 0)
		return CODE_OK;
	return found == 0 || errno == EINTR ? err_set(err, CODE_BUSY, "the other end does not listen")
					    : err_set_errno(err, CODE_IO, errno, "cannot wait");
}
