/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children, packets, signals and the terminal, on the real kernel. */
#include "unit/unit.h"
#include "wipe/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int child_echoes(void *self, int fd)
{
	char text[64];
	size_t len = 0;
	struct err err;
	while (os_packet_receive(fd, -1, text, sizeof(text), &len, &err) == CODE_OK) {
		if (os_packet_send(fd, text, len, &err) != CODE_OK)
			return 1;
	}
	return err.code == CODE_GONE ? *(int *)self : 2;
}

static int child_waits(void *self, int fd)
{
	(void)self;
	char byte;
	size_t len = 0;
	struct err err;
	(void)!os_packet_receive(fd, -1, &byte, 1, &len, &err);
	pause();
	return 0;
}

static void a_child_answers_and_returns_its_status(void **state)
{
	(void)state;
	struct err err;
	int wanted = 42;
	pid_t pid = 0;
	int fd = -1;
	int status = 0;
	char text[64];
	size_t len = 0;
	assert_ok(os_process_spawn(child_echoes, &wanted, &pid, &fd, &err), err);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(os_process_reap(pid, false, &status, &err), CODE_BUSY);
	/* Boundaries are kept. */
	assert_ok(os_packet_send(fd, "one", 3, &err), err);
	assert_ok(os_packet_send(fd, "three", 5, &err), err);
	assert_ok(os_packet_receive(fd, -1, text, sizeof(text), &len, &err), err);
	assert_int_equal(len, 3);
	assert_ok(os_packet_receive(fd, -1, text, sizeof(text), &len, &err), err);
	assert_int_equal(len, 5);
	os_fd_close(fd);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	assert_int_equal(os_process_reap(pid, true, &status, &err), CODE_MISSING);
}

static void a_killed_child_shows_as_gone(void **state)
{
	(void)state;
	struct err err;
	pid_t pid = 0;
	int fd = -1;
	int status = 0;
	char byte;
	size_t len = 0;
	assert_ok(os_process_spawn(child_waits, NULL, &pid, &fd, &err), err);
	assert_int_equal(os_packet_receive(fd, 0, &byte, 1, &len, &err), CODE_BUSY);
	os_process_kill(pid);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(os_packet_receive(fd, -1, &byte, 1, &len, &err), CODE_GONE);
	assert_int_equal(os_packet_send(fd, "x", 1, &err), CODE_GONE);
	os_fd_close(fd);
	os_fd_close(-1);
	os_process_kill(0); /* would be this whole group */
	os_process_kill(-1);
}

/* A supervisor that is killed takes its worker along. The pipe ends when the worker is dead. */
static int child_with_grandchild(void *self, int fd)
{
	struct err err;
	pid_t pid = 0;
	int worker_fd = -1;
	if (os_process_spawn(child_waits, NULL, &pid, &worker_fd, &err) != CODE_OK)
		return 1;
	close(*(int *)self);
	if (os_packet_send(fd, &pid, sizeof(pid), &err) != CODE_OK)
		return 1;
	pause();
	return 0;
}

static void a_worker_dies_with_its_supervisor(void **state)
{
	(void)state;
	struct err err;
	int ends[2];
	pid_t pid = 0;
	pid_t worker = 0;
	int fd = -1;
	int status = 0;
	size_t len = 0;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_ok(os_process_spawn(child_with_grandchild, &ends[1], &pid, &fd, &err), err);
	close(ends[1]);
	assert_ok(os_packet_receive(fd, -1, &worker, sizeof(worker), &len, &err), err);
	assert_int_equal(kill(worker, 0), 0);
	os_process_kill(pid);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	/* The worker holds the last writing end: this read waits for its death. */
	char byte;
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	os_fd_close(fd);
}

static int child_leaves_mail_unread(void *self, int fd)
{
	(void)self;
	struct err err;
	struct err *e = &err;
	return os_packet_send(fd, "last words", 10, e) != CODE_OK;
}

static void last_words_are_heard_although_ours_were_not(void **state)
{
	(void)state;
	struct err err;
	pid_t pid = 0;
	int fd = -1;
	int status = 0;
	char text[16];
	size_t len = 0;
	assert_ok(os_process_spawn(child_leaves_mail_unread, NULL, &pid, &fd, &err), err);
	(void)!os_packet_send(fd, "stop", 4, &err); /* GONE when the child was quicker */
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	assert_ok(os_packet_receive(fd, 0, text, sizeof(text), &len, &err), err);
	assert_int_equal(len, 10);
	assert_int_equal(os_packet_receive(fd, 0, text, sizeof(text), &len, &err), CODE_GONE);
	os_fd_close(fd);
}

static void odd_packets_are_refused(void **state)
{
	(void)state;
	struct err err;
	pid_t pid = 0;
	int wanted = 0;
	int fd = -1;
	int status = 0;
	char small[2];
	size_t len = 77;
	assert_ok(os_process_spawn(child_echoes, &wanted, &pid, &fd, &err), err);
	assert_int_equal(os_packet_send(fd, "", 0, &err), CODE_BUG);
	assert_ok(os_packet_send(fd, "long", 4, &err), err);
	assert_int_equal(os_packet_receive(fd, -1, small, sizeof(small), &len, &err), CODE_INPUT);
	assert_int_equal(len, 77);
	os_fd_close(fd);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
}

static void waiting_tells_which_one_is_readable(void **state)
{
	(void)state;
	struct err err;
	int a[2];
	int b[2];
	bool ready[3] = { true, true, true };
	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	int fds[3] = { a[0], -1, b[0] };
	assert_int_equal(os_wait_readable(fds, ready, 3, 0, &err), CODE_BUSY);
	assert_int_equal(write(b[1], "x", 1), 1);
	assert_ok(os_wait_readable(fds, ready, 3, -1, &err), err);
	assert_false(ready[0]);
	assert_false(ready[1]);
	assert_true(ready[2]);
	close(a[1]); /* an end of file counts */
	assert_ok(os_wait_readable(fds, ready, 1, -1, &err), err);
	assert_true(ready[0]);
	close(a[0]);
	close(b[0]);
	close(b[1]);
}

/* In a child: signals stay blocked from os_signals_open() on. */
static int child_counts_signals(void *self, int fd)
{
	(void)self;
	(void)fd;
	struct err err;
	int signals = -1;
	int ends[2];
	if (os_signals_open(&signals, &err) != CODE_OK)
		return 1;
	if (os_signals_take(signals) != 0)
		return 2;
	raise(SIGHUP);
	if (os_signals_take(signals) != 0)
		return 3;
	raise(SIGINT);
	raise(SIGTERM);
	bool ready = false;
	if (os_wait_readable(&signals, &ready, 1, 0, &err) != CODE_OK || !ready)
		return 4;
	if (os_signals_take(signals) != 2 || os_signals_take(signals) != 0)
		return 5;
	/* A closed pipe is an error, not the end of the program. */
	if (pipe(ends) < 0 || close(ends[0]) < 0 || write(ends[1], "x", 1) != -1 || errno != EPIPE)
		return 6;
	return 0;
}

static int status_of(os_process_main *child)
{
	struct err err;
	pid_t pid = 0;
	int fd = -1;
	int status = 0;
	assert_ok(os_process_spawn(child, NULL, &pid, &fd, &err), err);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	os_fd_close(fd);
	return status;
}

static void signals_are_counted_not_obeyed(void **state)
{
	(void)state;
	assert_int_equal(status_of(child_counts_signals), 0);
}

static int child_protects_itself(void *self, int fd)
{
	(void)self;
	(void)fd;
	struct rlimit core;
	os_process_protect();
	if (getrlimit(RLIMIT_CORE, &core) < 0 || core.rlim_cur != 0 || core.rlim_max != 0)
		return 1;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 2;
}

static int never_listen(void *self, int fd)
{
	(void)self;
	(void)fd;
	for (;;)
		pause();
	return 0;
}

static void who_does_not_listen_holds_up_nobody(void **state)
{
	(void)state;
	struct err err = { 0 };
	pid_t pid = -1;
	int fd = -1, status = 0;
	assert_ok(os_process_spawn(never_listen, NULL, &pid, &fd, &err), err);
	enum code code = CODE_OK;
	while (code == CODE_OK)
		code = os_packet_try(fd, "x", 1, &err);
	assert_int_equal(code, CODE_BUSY);
	os_process_kill(pid);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	assert_int_equal(os_packet_try(fd, "x", 1, &err), CODE_GONE);
	os_fd_close(fd);
}

static int report_secret(void *self, int fd)
{
	const uint8_t *secret = self;
	struct err err = { 0 };
	return os_packet_send(fd, secret, 32, &err) == CODE_OK ? 0 : 1;
}

static void a_secret_does_not_reach_a_child(void **state)
{
	(void)state;
	static const uint8_t none[32];
	struct err err = { 0 };
	uint8_t seen[32];
	size_t len = 0;
	pid_t pid = -1;
	int fd = -1, status = -1;
	uint8_t *secret = os_secret_new(32);
	assert_non_null(secret);
	memset(secret, 0x5e, 32);
	assert_ok(os_process_spawn(report_secret, secret, &pid, &fd, &err), err);
	assert_ok(os_packet_receive(fd, -1, seen, sizeof(seen), &len, &err), err);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	assert_int_equal(len, 32);
	assert_memory_equal(seen, none, 32);
	assert_int_equal(secret[31], 0x5e);
	os_fd_close(fd);
	os_secret_free(secret, 32);
}

static void a_protected_process_leaves_no_core(void **state)
{
	(void)state;
	assert_int_equal(status_of(child_protects_itself), 0);
}

static void the_machine_is_described(void **state)
{
	(void)state;
	struct err err;
	struct os_machine machine;
	assert_ok(os_process_machine(&machine, &err), err);
	assert_int_equal(strlen(machine.boot_id), 36);
	assert_true(hash_is_sha256_hex(machine.executable_sha256));
	assert_true(machine.kernel[0] >= '0' && machine.kernel[0] <= '9');
	char path[600];
	snprintf(path, sizeof(path), "%s/unit_os_process", machine.executable_dir);
	assert_int_equal(access(path, X_OK), 0);
	assert_true(os_process_is_root() == (geteuid() == 0));
}

/* A pseudo terminal: what is written to *ret_master is typed. */
static int open_terminal(int *ret_master)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	*ret_master = master;
	return slave;
}

static void lines_are_read_whole_from_a_terminal(void **state)
{
	(void)state;
	struct err err;
	int master = -1;
	int slave = open_terminal(&master);
	char line[8] = "as was";
	assert_true(os_terminal_is(slave));
	assert_int_equal(os_terminal_columns(slave), 80);
	struct winsize size = { .ws_col = 132, .ws_row = 40 };
	assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
	assert_int_equal(os_terminal_columns(slave), 132);
	assert_int_equal(write(master, "far too long\nERASE\n\x04", 20), 20);
	assert_int_equal(os_terminal_line(slave, line, sizeof(line), &err), CODE_INPUT);
	assert_ok(os_terminal_line(slave, line, sizeof(line), &err), err);
	assert_string_equal(line, "ERASE");
	assert_int_equal(os_terminal_line(slave, line, sizeof(line), &err), CODE_STOPPED);
	close(slave);
	close(master);
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_false(os_terminal_is(ends[0]));
	assert_int_equal(os_terminal_columns(ends[0]), 80);
	/* Without its newline nothing was confirmed. */
	assert_int_equal(write(ends[1], "ERASE", 5), 5);
	close(ends[1]);
	assert_int_equal(os_terminal_line(ends[0], line, sizeof(line), &err), CODE_STOPPED);
	close(ends[0]);
}

static int child_is_asked_and_stopped(void *self, int fd)
{
	(void)self;
	(void)fd;
	struct err err;
	int signals = -1;
	int ends[2];
	char line[8];
	if (os_signals_open(&signals, &err) != CODE_OK || pipe(ends) < 0)
		return 1;
	raise(SIGINT);
	if (os_terminal_line(ends[0], line, sizeof(line), &err) != CODE_STOPPED)
		return 2;
	return os_signals_take(signals) == 1 ? 0 : 3; /* still there for the loop */
}

static void a_blocked_signal_ends_the_question(void **state)
{
	(void)state;
	assert_int_equal(status_of(child_is_asked_and_stopped), 0);
}

/* Its rank, asked of the kernel by the process itself. */
static int child_ranks(void *self, int fd)
{
	(void)fd;
	enum os_io_class *io_class = self;
	if (!os_process_io_class(*io_class))
		return 100;
	unsigned rank = (unsigned)syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);
	return (int)(IOPRIO_PRIO_CLASS(rank) * 10 + IOPRIO_PRIO_DATA(rank));
}

static void requests_rank_as_asked(void **state)
{
	(void)state;
	static const struct { const char *word; enum os_io_class io_class; int rank; } ranks[] = {
		{ "best-effort", OS_IO_CLASS_BEST_EFFORT, 27 }, { "idle", OS_IO_CLASS_IDLE, 30 } };
	enum os_io_class found = OS_IO_CLASS_NONE;
	for (size_t i = 0; i < WIPE_COUNT(ranks); i++) {
		pid_t pid = -1;
		int fd = -1, status = -1;
		struct err err;
		assert_true(os_io_class_find(ranks[i].word, &found));
		assert_int_equal(found, ranks[i].io_class);
		assert_ok(os_process_spawn(child_ranks, &found, &pid, &fd, &err), err);
		assert_ok(os_process_reap(pid, true, &status, &err), err);
		os_fd_close(fd);
		assert_int_equal(WEXITSTATUS(status), ranks[i].rank);
	}
	assert_true(os_io_class_find("none", &found));
	assert_int_equal(found, OS_IO_CLASS_NONE);
	assert_false(os_io_class_find("realtime", &found));
	assert_false(os_io_class_find("", &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_answers_and_returns_its_status),
		cmocka_unit_test(a_killed_child_shows_as_gone),
		cmocka_unit_test(a_worker_dies_with_its_supervisor),
		cmocka_unit_test(last_words_are_heard_although_ours_were_not),
		cmocka_unit_test(odd_packets_are_refused),
		cmocka_unit_test(waiting_tells_which_one_is_readable),
		cmocka_unit_test(signals_are_counted_not_obeyed),
		cmocka_unit_test(who_does_not_listen_holds_up_nobody),
		cmocka_unit_test(a_secret_does_not_reach_a_child),
		cmocka_unit_test(requests_rank_as_asked),
		cmocka_unit_test(a_protected_process_leaves_no_core),
		cmocka_unit_test(the_machine_is_described),
		cmocka_unit_test(lines_are_read_whole_from_a_terminal),
		cmocka_unit_test(a_blocked_signal_ends_the_question),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
