/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * packet: how do a supervisor and its worker talk? One message is one packet of a
 * SOCK_SEQPACKET pair (unix(7)): boundaries are kept, and a dead end shows as the end of file.
 */
#include "wipe/os.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static enum code send_packet(int fd, const void *data, size_t len, int flags, struct err *err)
{
	/* An empty packet would read as the end of file. */
	if (len == 0)
		return err_set(err, CODE_BUG, "an empty packet cannot be sent");
	ssize_t sent;
	do
		sent = send(fd, data, len, MSG_NOSIGNAL | flags);
	while (sent < 0 && errno == EINTR);
	if (sent == (ssize_t)len)
		return CODE_OK;
	if (sent >= 0)
		return err_set(err, CODE_BUG, "a packet of %zu bytes was cut", len);
	if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
		return err_set(err, CODE_GONE, "the other process is gone");
	if (errno == EAGAIN)
		return err_set(err, CODE_BUSY, "the other process does not listen");
	return err_set_errno(err, errno == EMSGSIZE ? CODE_BUG : CODE_IO, errno,
	    "cannot send a packet of %zu bytes", len);
}

enum code os_packet_send(int fd, const void *data, size_t len, struct err *err)
{
	return send_packet(fd, data, len, 0, err);
}

enum code os_packet_try(int fd, const void *data, size_t len, struct err *err)
{
	return send_packet(fd, data, len, MSG_DONTWAIT, err);
}

/* CODE_OK when fd is readable or at its end. */
static enum code wait_one(int fd, int timeout_ms, struct err *err)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	int count;
	do
		count = poll(&item, 1, timeout_ms);
	while (count < 0 && errno == EINTR && timeout_ms < 0);
	if (count > 0)
		return CODE_OK;
	if (count == 0 || errno == EINTR)
		return err_set(err, CODE_BUSY, "no packet has come");
	return err_set_errno(err, CODE_IO, errno, "cannot wait for a packet");
}

enum code os_packet_receive(int fd, int timeout_ms, void *data, size_t size, size_t *ret_len,
    struct err *err)
{
	enum code code = wait_one(fd, timeout_ms, err);
	if (code != CODE_OK)
		return code;
	ssize_t got;
	/* ECONNRESET comes once, when the other end left packets of ours unread; what it had sent
	 * before is still there and must not be lost. */
	do
		got = recv(fd, data, size, MSG_TRUNC | MSG_DONTWAIT);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0 && errno == EAGAIN)
		return err_set(err, CODE_BUSY, "no packet has come");
	if (got < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot receive a packet");
	if (got == 0)
		return err_set(err, CODE_GONE, "the other process is gone");
	if ((size_t)got > size)
		return err_set(err, CODE_INPUT, "a packet of %zd bytes is longer than %zu", got,
		    size);
	*ret_len = (size_t)got;
	return CODE_OK;
}

void os_fd_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

enum code os_wait_readable(const int *fds, bool *ret_ready, size_t count, int timeout_ms,
    struct err *err)
{
	struct pollfd items[OS_WAIT_MAX];
	if (count > OS_WAIT_MAX)
		return err_set(err, CODE_BUG, "%zu descriptors are too many for one wait", count);
	for (size_t i = 0; i < count; i++)
		items[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	int found = poll(items, (nfds_t)count, timeout_ms);
	if (found < 0 && errno != EINTR)
		return err_set_errno(err, CODE_IO, errno, "cannot wait for descriptors");
	if (found <= 0)
		return err_set(err, CODE_BUSY, "nothing has come");
	/* A closed end and an error are found by reading: they count as readable. */
	for (size_t i = 0; i < count; i++)
		ret_ready[i] = items[i].revents != 0;
	return CODE_OK;
}
