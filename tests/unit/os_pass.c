/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os_pass: what do answers mean, and what can the process still do that asks a drive? */
#include "unit/unit.h"
#include "unit/loop_rig.h"
#include "wipe/os.h"
#include "wipe/os/pass.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct os_pass_answer with_sense(const uint8_t *sense, uint8_t len)
{
	struct os_pass_answer answer = { .scsi_status = 2, .sense_len = len };
	memcpy(answer.sense, sense, len);
	return answer;
}
#define SENSE(...) with_sense((const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

static void nvme_status_decides(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct os_pass_answer answer = { 0 };
	assert_ok(os_pass_nvme_check(&answer, &err), err);
	answer.nvme_status = 0x001;
	assert_int_equal(os_pass_nvme_check(&answer, &err), CODE_UNSUPPORTED);
	answer.nvme_status = 0x109;
	assert_int_equal(os_pass_nvme_check(&answer, &err), CODE_UNSUPPORTED);
	answer.nvme_status = 0x01d;
	assert_int_equal(os_pass_nvme_check(&answer, &err), CODE_IO);
	assert_non_null(strstr(err.line, "01dh"));
}

static void scsi_status_and_sense_decide(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct os_pass_answer answer = { 0 };
	assert_ok(os_pass_scsi_check(&answer, &err), err);
	answer.scsi_status = 0x08;
	assert_int_equal(os_pass_scsi_check(&answer, &err), CODE_IO);
	answer = (struct os_pass_answer){ .scsi_status = 2 };
	assert_int_equal(os_pass_scsi_check(&answer, &err), CODE_IO);
	answer = SENSE(0x72, 0x05, 0x20, 0x00, 0, 0, 0, 0);
	assert_int_equal(os_pass_scsi_check(&answer, &err), CODE_UNSUPPORTED);
	answer = SENSE(0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x00, 0, 0, 0, 0);
	assert_int_equal(os_pass_scsi_check(&answer, &err), CODE_UNSUPPORTED);
	answer = SENSE(0x72, 0x03, 0x11, 0x00, 0, 0, 0, 0);
	assert_int_equal(os_pass_scsi_check(&answer, &err), CODE_IO);
	assert_non_null(strstr(err.line, "3h/11h/00h"));
	answer = SENSE(0x72, 0x01, 0x00, 0x1d, 0, 0, 0, 0);
	assert_ok(os_pass_scsi_check(&answer, &err), err);
	/* An earlier command's failure is not this one's success. */
	answer = SENSE(0x73, 0x01, 0x00, 0x00, 0, 0, 0, 0);
	assert_int_equal(os_pass_scsi_check(&answer, &err), CODE_IO);
}

static void registers_come_out_of_both_formats(void **state)
{
	(void)state;
	struct os_pass_ata ata = { 0 };
	struct os_pass_answer answer = SENSE(0x72, 1, 0x00, 0x1d, 0, 0, 0, 18, 0x00, 2, 0, 0, 0x09, 0x0c,
	    0x01, 0x04, 0xab, 0xcd, 0x31, 0x07, 0x39, 0x15, 0x47, 0x23, 0x40, 0x51);
	assert_true(os_pass_ata_parse(&answer, &ata));
	assert_int_equal(ata.error, 0x04);
	assert_int_equal(ata.status, 0x51);
	assert_int_equal(ata.device, 0x40);
	assert_int_equal(ata.count, 0xabcd);
	assert_int_equal(ata.lba, 0x473931231507);
	assert_true(ata.complete);
	answer.sense[14] = 0; /* not EXTEND: the upper halves are reserved */
	assert_true(os_pass_ata_parse(&answer, &ata));
	assert_int_equal(ata.count, 0xcd);
	assert_int_equal(ata.lba, 0x231507);

	answer = SENSE(0x70, 0, 1, 0x04, 0x51, 0x40, 0xcd, 10, 0xe0, 0x07, 0x15, 0x23, 0x00, 0x1d, 0, 0, 0,
	    0);
	answer.sense[2] = 1;
	assert_true(os_pass_ata_parse(&answer, &ata));
	assert_int_equal(ata.lba, 0x231507);
	assert_false(ata.complete);
}

static void made_up_registers_are_none(void **state)
{
	(void)state;
	struct os_pass_ata ata;
	struct os_pass_answer answer = SENSE(0x72, 1, 0x00, 0x1d, 0, 0, 0, 14, 0x09, 0x0c, 0, 0, 0, 0, 0,
	    0, 0, 0, 0, 0, 0, 0);
	assert_false(os_pass_ata_parse(&answer, &ata)); /* all zero */
	answer.sense[21] = 0x50;
	assert_true(os_pass_ata_parse(&answer, &ata));
	answer.sense[9] = 0x0b; /* a descriptor of another length */
	assert_false(os_pass_ata_parse(&answer, &ata));
	answer.sense[9] = 0x0c;
	for (uint8_t len = 0; len < 22; len++) {
		answer.sense_len = len;
		assert_false(os_pass_ata_parse(&answer, &ata));
	}
	/* Fixed format without 00/1D: those fields are something else. */
	answer = SENSE(0x70, 0, 5, 0, 0x51, 0, 0, 10, 0, 0, 0, 0, 0x20, 0x00, 0, 0, 0, 0);
	assert_false(os_pass_ata_parse(&answer, &ata));
}

static void sense_of_any_bytes_is_read_within_its_length(void **state)
{
	(void)state;
	uint32_t seed = 12345;
	for (int round = 0; round < 20000; round++) {
		struct os_pass_answer answer = { .scsi_status = 2 };
		for (size_t i = 0; i < sizeof(answer.sense); i++)
			answer.sense[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
		answer.sense[0] = (uint8_t)(0x70 + round % 4);
		answer.sense_len = (uint8_t)(seed >> 16); /* a lie beyond 64 too */
		struct os_pass_sense sense;
		struct os_pass_ata ata;
		struct err err;
		if (os_pass_sense_parse(&answer, &sense))
			assert_true(sense.key < 16);
		if (os_pass_ata_parse(&answer, &ata))
			assert_int_not_equal(ata.status, 0);
		assert_true(os_pass_scsi_check(&answer, &err) != CODE_BUG);
	}
}

static void a_loop_device_takes_no_drive_commands(void **state)
{
	(void)state;
	struct loop_rig rig = loop_rig_open(1 << 20, "");
	struct err err = { 0 };
	if (!rig.node[0])
		skip();
	struct os_pass *pass = NULL;
	struct os_pass_answer answer;
	const struct os_pass_scsi inquiry = { .cdb = { 0x12, 0, 0, 0, 36 },
		.cdb_len = 6,
		.direction = OS_PASS_IN,
		.timeout_ms = 1000 };
	const struct os_pass_nvme log = { .opcode = 2, .direction = OS_PASS_IN, .timeout_ms = 1000 };
	uint8_t data[512];
	assert_ok(os_pass_open(rig.node, OS_PASS_SCSI, &pass, &err), err);
	assert_int_equal(pass->ops->scsi(pass, &inquiry, data, 36, &answer, &err), CODE_UNSUPPORTED);
	assert_int_equal(pass->ops->nvme(pass, &log, data, 512, &answer, &err), CODE_BUG);
	os_pass_free(pass);
	assert_ok(os_pass_open(rig.node, OS_PASS_NVME, &pass, &err), err);
	assert_int_equal(pass->ops->nvme(pass, &log, data, 512, &answer, &err), CODE_UNSUPPORTED);
	os_pass_free(pass);
	loop_rig_close(&rig);
}

static void opening_says_what_is_wrong(void **state)
{
	(void)state;
	struct os_pass *pass = NULL;
	struct err err = { 0 };
	assert_int_equal(os_pass_open("/dev/no-such-disk", OS_PASS_SCSI, &pass, &err), CODE_MISSING);
	assert_int_equal(os_pass_open("/dev/null", OS_PASS_SCSI, &pass, &err), CODE_INPUT);
	os_pass_free(NULL);
}

/* ---- the sandbox ------------------------------------------------------------------------------- */

enum act { ACT_NOTHING, ACT_OPEN, ACT_SOCKET, ACT_EXEC, ACT_PTRACE, ACT_READ, ACT_WRITE, ACT_FORK,
	ACT_EXEC_MEMORY, ACT_OTHER_IOCTL, ACT_OTHER_FD, ACT_SENDTO, ACT_ALLOWED };

static void try_forbidden(enum act act, int fd)
{
	int size;
	char byte;
	if (act == ACT_OPEN)
		(void)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
	if (act == ACT_SOCKET)
		(void)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	if (act == ACT_EXEC)
		(void)syscall(SYS_execve, "/bin/true", NULL, NULL);
	if (act == ACT_PTRACE)
		(void)syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
	if (act == ACT_READ)
		(void)syscall(SYS_read, fd, &byte, 1);
	if (act == ACT_WRITE)
		(void)syscall(SYS_write, fd, &byte, 1);
	if (act == ACT_FORK)
		(void)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (act == ACT_EXEC_MEMORY)
		(void)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	if (act == ACT_OTHER_IOCTL)
		(void)syscall(SYS_ioctl, fd, FIONREAD, &size);
	if (act == ACT_OTHER_FD)
		(void)syscall(SYS_ioctl, fd + 1, 0x2285, NULL); /* SG_IO */
	if (act == ACT_SENDTO)
		(void)syscall(SYS_sendto, fd, "x", 1, 0, "address", 7);
}

static int sandboxed(void *self, int fd)
{
	enum act act = *(enum act *)self;
	struct err err = { 0 };
	int device = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (os_pass_sandbox(OS_PASS_SCSI, device, &err) != CODE_OK)
		return 2;
	try_forbidden(act, device);
	if (act != ACT_NOTHING && act != ACT_ALLOWED)
		return 3; /* still alive */
	/* The one ioctl is let through to the driver, which knows none. */
	if (act == ACT_ALLOWED && (syscall(SYS_ioctl, device, 0x2285, NULL) != -1 || errno != ENOTTY))
		return 4;
	char word;
	size_t len = 0;
	if (os_packet_receive(fd, -1, &word, 1, &len, &err) != CODE_OK ||
	    os_packet_send(fd, &word, 1, &err) != CODE_OK)
		return 5;
	return 0;
}

static void a_confined_process_can_ask_and_answer_and_nothing_else(void **state)
{
	(void)state;
	struct err err = { 0 };
	if (!os_process_is_root())
		skip();
	for (enum act act = ACT_NOTHING; act <= ACT_ALLOWED; act++) {
		pid_t pid = 0;
		int fd = -1, status = 0;
		char word = 'x';
		size_t len = 0;
		assert_ok(os_process_spawn(sandboxed, &act, &pid, &fd, &err), err);
		assert_ok(os_packet_send(fd, &word, 1, &err), err);
		bool answered = os_packet_receive(fd, -1, &word, 1, &len, &err) == CODE_OK;
		assert_ok(os_process_reap(pid, true, &status, &err), err);
		if (act == ACT_NOTHING || act == ACT_ALLOWED) {
			assert_true(answered);
			assert_int_equal(status, 0);
		} else if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) {
			fail_msg("act %d ended with status %x", (int)act, status);
		}
		os_fd_close(fd);
	}
}

static int quiet(void *self, int fd)
{
	struct err err = { 0 };
	char word = 'x';
	size_t len;
	(void)self;
	os_process_quiet();
	/* Alive until the other end is closed, and without the pipe that stdout was. */
	return os_packet_send(fd, &word, 1, &err) != CODE_OK ||
	    os_packet_receive(fd, -1, &word, 1, &len, &err) != CODE_GONE;
}

static void a_quiet_child_holds_no_pipe_open(void **state)
{
	(void)state;
	struct err err = { 0 };
	int ends[2], fd = -1, status = -1;
	pid_t pid = 0;
	char word;
	size_t len = 0;
	int out = dup(STDOUT_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	enum code code = os_process_spawn(quiet, NULL, &pid, &fd, &err);
	assert_int_equal(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
	close(out);
	close(ends[1]);
	assert_ok(code, err);
	assert_ok(os_packet_receive(fd, -1, &word, 1, &len, &err), err);
	assert_int_equal(read(ends[0], &word, 1), 0); /* its end: nobody holds it */
	close(ends[0]);
	os_fd_close(fd);
	assert_ok(os_process_reap(pid, true, &status, &err), err);
	assert_int_equal(status, 0);
}

static int deaf(void *self, int fd)
{
	(void)self;
	while (fd >= 0)
		pause();
	return 0;
}

static void a_child_that_does_not_end_is_ended(void **state)
{
	(void)state;
	struct err err = { 0 };
	pid_t pid = 0;
	int fd = -1;
	assert_ok(os_process_spawn(deaf, NULL, &pid, &fd, &err), err);
	assert_ok(os_process_end(pid, 10000, &err), err);
	assert_int_equal(kill(pid, 0), -1);
	os_fd_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nvme_status_decides),
		cmocka_unit_test(scsi_status_and_sense_decide),
		cmocka_unit_test(registers_come_out_of_both_formats),
		cmocka_unit_test(made_up_registers_are_none),
		cmocka_unit_test(sense_of_any_bytes_is_read_within_its_length),
		cmocka_unit_test(a_loop_device_takes_no_drive_commands),
		cmocka_unit_test(opening_says_what_is_wrong),
		cmocka_unit_test(a_confined_process_can_ask_and_answer_and_nothing_else),
		cmocka_unit_test(a_quiet_child_holds_no_pipe_open),
		cmocka_unit_test(a_child_that_does_not_end_is_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
