/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os: a confined process on a real block device. Each forbidden thing is tried in a process of its own,
 * and each measure is looked at without the others as well: one alone must hold.
 */
#include "unit/loop_rig.h"

#include "wipe/os/disk.h"
#include "wipe/os/sandbox.h"

#include <errno.h>
#include <liburing.h>
#include <linux/blkpg.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define SIZE ((uint64_t)16 * 1024 * 1024)
#define SLOT (1024u * 1024)

typedef enum code open_path(int fd, unsigned slot_count, uint32_t slot_size, struct os_disk **ret,
    struct err *err);

/* A claimed disk with its I/O path and a socket to talk over, as a worker has them. */
struct cell {
	struct loop_rig loop;
	struct os_claim claim;
	open_path *open_disk;
	struct os_disk *disk;
	int socket;
	int outside; /* the other end */
	pid_t warden; /* this test */
	struct err err;
};

static void cell_close(struct cell *cell)
{
	os_disk_free(cell->disk);
	os_claim_close(&cell->claim);
	loop_rig_close(&cell->loop);
	os_fd_close(cell->socket);
	os_fd_close(cell->outside);
}

/* Skips the test where the machine cannot. */
static void cell_open(struct cell *cell, open_path *open_disk)
{
	int ends[2];
	*cell = (struct cell){ .claim = { .fd = -1 }, .loop = loop_rig_open(SIZE, "-b4096"),
		.open_disk = open_disk };
	if (!cell->loop.node[0])
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	cell->socket = ends[0];
	cell->outside = ends[1];
	cell->warden = getpid();
	enum code code = os_claim_open(cell->loop.node, &cell->claim, &cell->err);
	if (code == CODE_OK)
		code = open_disk(cell->claim.fd, 4, SLOT, &cell->disk, &cell->err);
	if (code == CODE_OK)
		return;
	cell_close(cell);
	if (code == CODE_UNSUPPORTED)
		skip();
	fail_msg("%s", cell->err.line);
}

/* ---- in a child ------------------------------------------------------------------------------ */

#define NOT_CONFINED 90 /* exit status: the sandbox could not be entered */
#define NO_FILTER    91 /* exit status: this kernel has none */

typedef int inmate(struct cell *cell, const void *what);

static pid_t start_confined(struct cell *cell, inmate *run, const void *what)
{
	struct os_sandbox sandbox;
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	/* Its own: what is registered with an inherited ring are the pages of the parent. */
	if (cell->open_disk(cell->claim.fd, 4, SLOT, &cell->disk, &cell->err) != CODE_OK ||
	    os_sandbox_enter(&cell->claim, cell->disk, cell->socket, &sandbox,
		&cell->err) != CODE_OK)
		_exit(NOT_CONFINED);
	_exit(sandbox.filter ? run(cell, what) : NO_FILTER);
}

/* The status, as of waitpid(2), of a confined child that runs the inmate. */
static int confined(struct cell *cell, inmate *run, const void *what)
{
	int status = -1;
	pid_t pid = start_confined(cell, run, what);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static bool is_exit(int status, int with)
{
	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == with;
}

/* ---- the work ------------------------------------------------------------------------------- */

static int64_t one(struct cell *cell, struct os_io io)
{
	struct os_io_done done;
	if (cell->disk->ops->submit(cell->disk, &io, &cell->err) != CODE_OK ||
	    cell->disk->ops->wait(cell->disk, 10000, &done, &cell->err) != CODE_OK)
		return -EPROTO;
	return done.result;
}

static bool moves_bytes(struct cell *cell)
{
	const struct os_io write = { .kind = OS_IO_WRITE, .slot = 1, .data = cell->disk->slots[1],
		.offset = SLOT, .len = SLOT };
	const struct os_io flush = { .kind = OS_IO_FLUSH, .slot = 0 };
	const struct os_io read = { .kind = OS_IO_READ, .slot = 2, .data = cell->disk->slots[2],
		.offset = SLOT, .len = SLOT };
	memset(cell->disk->slots[1], 0x5a, SLOT);
	return one(cell, write) == SLOT && one(cell, flush) == 0 && one(cell, read) == SLOT &&
	    memcmp(cell->disk->slots[1], cell->disk->slots[2], SLOT) == 0 &&
	    os_disk_io_now(cell->claim.fd, &write) == SLOT &&
	    os_disk_io_now(cell->claim.fd, &read) == SLOT &&
	    os_disk_io_now(cell->claim.fd, &flush) == 0;
}

static bool answers(struct cell *cell, const struct os_geometry *before)
{
	struct os_geometry geometry;
	uint64_t size = 0;
	return os_claim_geometry(&cell->claim, &geometry, &cell->err) == CODE_OK &&
	    geometry.size == before->size && geometry.logical == before->logical &&
	    geometry.physical == before->physical && geometry.diskseq == before->diskseq &&
	    geometry.max_request == before->max_request &&
	    cell->disk->ops->size(cell->disk, &size, &cell->err) == CODE_OK && size == SIZE;
}

static bool talks(struct cell *cell)
{
	char byte = 0;
	size_t len = 0;
	return os_packet_receive(cell->socket, -1, &byte, 1, &len, &cell->err) == CODE_OK &&
	    os_packet_receive(cell->socket, 0, &byte, 1, &len, &cell->err) == CODE_BUSY &&
	    os_packet_send(cell->socket, &byte, 1, &cell->err) == CODE_OK;
}

static bool moves_memory(void)
{
	size_t size = (size_t)1 << 16;
	uint8_t *data = NULL;
	for (; size <= (size_t)1 << 23; size *= 2) {
		uint8_t *more = realloc(data, size);
		if (!more)
			break;
		data = more;
		memset(data, 1, size);
	}
	free(data);
	return size > (size_t)1 << 23;
}

/* Whatever a worker does from the first write to its end. */
static int works(struct cell *cell, const void *geometry)
{
	struct os_clock *clock = os_clock_system();
	struct os_counters before, after;
	if (os_claim_counters(&cell->claim, &before, &cell->err) != CODE_OK)
		return 1;
	if (!moves_bytes(cell))
		return 2;
	if (os_claim_write_back(&cell->claim, &cell->err) != CODE_OK ||
	    os_claim_counters(&cell->claim, &after, &cell->err) != CODE_OK)
		return 3;
	/* The files of /sys are open once and must tell what is now, not what was. */
	if (before.known && after.written - before.written != 2 * (uint64_t)SLOT)
		return 4;
	if (!answers(cell, geometry))
		return 5;
	if (!talks(cell))
		return 6;
	if (!moves_memory() || clock->ops->wall_s(clock) <= 0 || clock->ops->boot_ns(clock) == 0)
		return 7;
	os_disk_free(cell->disk);
	os_claim_close(&cell->claim); /* would be killed, did it still read the partition table again */
	return 0;
}

static void the_work_goes_on(open_path *open_disk)
{
	struct cell cell;
	struct os_geometry geometry;
	char byte = 'x';
	size_t len = 0;
	cell_open(&cell, open_disk);
	bool ready = os_claim_geometry(&cell.claim, &geometry, &cell.err) == CODE_OK &&
	    os_packet_send(cell.outside, &byte, 1, &cell.err) == CODE_OK;
	cell.claim.reread = true; /* as if partitions had been dropped */
	int status = ready ? confined(&cell, works, &geometry) : -1;
	cell.claim.reread = false;
	enum code heard = os_packet_receive(cell.outside, 0, &byte, 1, &len, &cell.err);
	cell_close(&cell);
	if (is_exit(status, NO_FILTER))
		skip();
	assert_int_equal(status, 0);
	assert_int_equal(heard, CODE_OK);
}

static void the_work_goes_on_over_a_ring(void **state)
{
	(void)state;
	the_work_goes_on(os_disk_open_uring);
}

static void the_work_goes_on_without_a_ring(void **state)
{
	(void)state;
	the_work_goes_on(os_disk_open_sync);
}

/* ---- what the filter forbids ----------------------------------------------------------------- */

/* Stand for descriptors of the cell in the arguments below. */
enum { DISK = -101, SOCKET = -102, RING = -103, STAT = -104, PARENT = -105, BUFFER = -106 };

struct forbidden {
	const char *what;
	long call;
	long args[6];
};

#define NAME(text) ((long)(intptr_t)(text))

static const struct forbidden *forbidden_calls(size_t *ret_count)
{
	static const struct forbidden calls[] = {
#ifdef SYS_open
		{ "open", SYS_open, { NAME("/etc/passwd"), O_RDONLY } },
		{ "fork", SYS_fork, { 0 } },
		{ "dup2", SYS_dup2, { DISK, 9 } },
#endif
		{ "openat", SYS_openat, { AT_FDCWD, NAME("/etc/passwd"), O_RDONLY } },
		{ "openat by the disk", SYS_openat, { DISK, NAME(""), O_RDONLY } },
		{ "openat2", SYS_openat2, { AT_FDCWD, NAME("/etc/passwd"), BUFFER, 24 } },
		{ "memfd_create", SYS_memfd_create, { NAME("x"), 0 } },
		{ "unlinkat", SYS_unlinkat, { AT_FDCWD, NAME("/tmp/no-such-file"), 0 } },
		{ "statx", SYS_statx, { AT_FDCWD, NAME("/"), 0, 0, BUFFER } },
		{ "socket", SYS_socket, { AF_INET, SOCK_STREAM, 0 } },
		{ "socketpair", SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0, BUFFER } },
		{ "connect", SYS_connect, { SOCKET, BUFFER, 16 } },
		{ "recvmsg", SYS_recvmsg, { SOCKET, BUFFER, MSG_DONTWAIT } },
		{ "sendmsg", SYS_sendmsg, { SOCKET, BUFFER, MSG_DONTWAIT } },
		{ "sendto another descriptor", SYS_sendto, { 0, BUFFER, 1, MSG_DONTWAIT } },
		{ "execve", SYS_execve, { NAME("/bin/true"), 0, 0 } },
		{ "execveat", SYS_execveat, { AT_FDCWD, NAME("/bin/true"), 0, 0, 0 } },
		{ "clone", SYS_clone, { SIGCHLD } },
		{ "clone3", SYS_clone3, { BUFFER, 64 } },
		{ "ptrace", SYS_ptrace, { PTRACE_ATTACH, PARENT } },
		{ "process_vm_readv", SYS_process_vm_readv, { PARENT, BUFFER, 1, BUFFER, 1, 0 } },
		{ "process_vm_writev", SYS_process_vm_writev, { PARENT, BUFFER, 1, BUFFER, 1, 0 } },
		{ "kill", SYS_kill, { PARENT, 0 } },
		{ "tgkill", SYS_tgkill, { PARENT, PARENT, 0 } },
		{ "pidfd_open", SYS_pidfd_open, { PARENT } },
		{ "pidfd_getfd", SYS_pidfd_getfd, { 0, 0, 0 } },
		{ "prctl", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
		{ "setuid", SYS_setuid, { 0 } },
		{ "capset", SYS_capset, { BUFFER, BUFFER } },
		{ "setrlimit", SYS_setrlimit, { 4, BUFFER } },
		{ "seccomp", SYS_seccomp, { 0, 0, 0 } },
		{ "mount", SYS_mount, { 0, 0, 0, 0, 0 } },
		{ "unshare", SYS_unshare, { 0 } },
		{ "bpf", SYS_bpf, { 0, BUFFER, 0 } },
		{ "keyctl", SYS_keyctl, { 0 } },
		{ "mmap of a file", SYS_mmap, { 0, 4096, PROT_READ, MAP_PRIVATE, DISK, 0 } },
		{ "executable memory", SYS_mmap,
		    { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
		{ "mprotect to executable", SYS_mprotect, { BUFFER, 4096, PROT_READ | PROT_EXEC } },
		{ "io_uring_setup", SYS_io_uring_setup, { 4, BUFFER } },
		{ "io_uring_register", SYS_io_uring_register, { RING, IORING_UNREGISTER_FILES, 0, 0 } },
		{ "io_uring_enter of another", SYS_io_uring_enter, { DISK, 0, 0, 0, 0, 0 } },
		{ "read", SYS_read, { DISK, BUFFER, 4096 } },
		{ "write", SYS_write, { DISK, BUFFER, 0 } },
		{ "dup", SYS_dup, { DISK } },
		{ "fcntl", SYS_fcntl, { DISK, F_DUPFD, 0 } },
		{ "pread of another descriptor", SYS_pread64, { 0, BUFFER, 1, 0 } },
		{ "pread of the socket", SYS_pread64, { SOCKET, BUFFER, 1, 0 } },
		{ "pwrite to another descriptor", SYS_pwrite64, { STAT, BUFFER, 1, 0 } },
		{ "fsync of another descriptor", SYS_fsync, { STAT } },
		{ "fallocate", SYS_fallocate, { DISK, 3, 0, 4096 } },
		{ "BLKDISCARD", SYS_ioctl, { DISK, BLKDISCARD, BUFFER } },
		{ "BLKRRPART", SYS_ioctl, { DISK, BLKRRPART, 0 } },
		{ "BLKPG", SYS_ioctl, { DISK, BLKPG, BUFFER } },
		{ "BLKFLSBUF", SYS_ioctl, { DISK, BLKFLSBUF, 0 } },
		{ "a terminal's ioctl", SYS_ioctl, { 0, TIOCSTI, BUFFER } },
		{ "the size of another disk", SYS_ioctl, { STAT, BLKGETSIZE64, BUFFER } },
	};
	*ret_count = WIPE_COUNT(calls);
	return calls;
}

static int tries(struct cell *cell, const void *what)
{
	const struct forbidden *call = what;
	long args[6];
	for (size_t i = 0; i < WIPE_COUNT(args); i++) {
		long arg = call->args[i];
		args[i] = arg == DISK ? cell->claim.fd
		    : arg == SOCKET   ? cell->socket
		    : arg == RING     ? os_disk_uring_fd(cell->disk)
		    : arg == STAT     ? cell->claim.stat_fd
		    : arg == PARENT   ? cell->warden
		    : arg == BUFFER   ? (long)(intptr_t)cell->disk->slots[0]
				      : arg;
	}
	(void)syscall(call->call, args[0], args[1], args[2], args[3], args[4], args[5]);
	return 0;
}

static void whatever_else_it_tries_ends_it(void **state)
{
	(void)state;
	struct cell cell;
	size_t count;
	const struct forbidden *calls = forbidden_calls(&count);
	const char *survived = NULL;
	cell_open(&cell, os_disk_open);
	bool filter = true;
	for (size_t i = 0; i < count && filter; i++) {
		int status = confined(&cell, tries, &calls[i]);
		filter = !is_exit(status, NO_FILTER);
		if (!survived && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS))
			survived = calls[i].what;
	}
	cell_close(&cell);
	if (!filter)
		skip();
	if (survived)
		fail_msg("a confined process lived through: %s", survived);
}

/* ---- what the ring forbids ------------------------------------------------------------------- */

static void ask_openat(struct io_uring_sqe *sqe, void *buffer)
{
	(void)buffer;
	io_uring_prep_openat(sqe, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
}

static void ask_socket_send(struct io_uring_sqe *sqe, void *buffer)
{
	io_uring_prep_send(sqe, 0, buffer, 1, 0);
	sqe->flags |= IOSQE_FIXED_FILE;
}

static void ask_nop(struct io_uring_sqe *sqe, void *buffer)
{
	(void)buffer;
	io_uring_prep_nop(sqe);
	sqe->flags |= IOSQE_FIXED_FILE;
}

static void ask_fallocate(struct io_uring_sqe *sqe, void *buffer)
{
	(void)buffer;
	io_uring_prep_fallocate(sqe, 0, 3, 0, 4096);
	sqe->flags |= IOSQE_FIXED_FILE;
}

static void ask_another_descriptor(struct io_uring_sqe *sqe, void *buffer)
{
	io_uring_prep_read_fixed(sqe, STDIN_FILENO, buffer, 4096, 0, 0);
}

static void ask_linked(struct io_uring_sqe *sqe, void *buffer)
{
	io_uring_prep_read_fixed(sqe, 0, buffer, 4096, 0, 0);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_IO_LINK;
}

static void ask_read(struct io_uring_sqe *sqe, void *buffer)
{
	io_uring_prep_read_fixed(sqe, 0, buffer, 4096, 0, 0);
	sqe->flags |= IOSQE_FIXED_FILE;
}

static int ask(struct cell *cell, void (*prepare)(struct io_uring_sqe *sqe, void *buffer))
{
	struct io_uring *ring = os_disk_uring_ring(cell->disk);
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe *cqe = NULL;
	if (!sqe)
		return -EPROTO;
	prepare(sqe, cell->disk->slots[0]);
	io_uring_submit(ring);
	if (io_uring_wait_cqe(ring, &cqe) != 0)
		return -EPROTO;
	int result = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return result;
}

/* Without a sandbox: a filter does not see what a ring is asked for. */
static void a_ring_does_nothing_but_its_work(void **state)
{
	(void)state;
	struct cell cell;
	cell_open(&cell, os_disk_open_uring);
	int opened = ask(&cell, ask_openat);
	int sent = ask(&cell, ask_socket_send);
	int nothing = ask(&cell, ask_nop);
	int punched = ask(&cell, ask_fallocate);
	int another = ask(&cell, ask_another_descriptor);
	int linked = ask(&cell, ask_linked);
	int fd = os_disk_uring_fd(cell.disk);
	long files = syscall(SYS_io_uring_register, fd, IORING_UNREGISTER_FILES, NULL, 0);
	int files_errno = errno;
	long update = syscall(SYS_io_uring_register, fd, IORING_REGISTER_PROBE, NULL, 0);
	int update_errno = errno;
	int read = ask(&cell, ask_read);
	cell_close(&cell);
	assert_int_equal(opened, -EACCES);
	assert_int_equal(sent, -EACCES);
	assert_int_equal(nothing, -EACCES);
	assert_int_equal(punched, -EACCES);
	assert_int_equal(another, -EACCES);
	assert_int_equal(linked, -EACCES);
	assert_true(files < 0 && files_errno == EACCES);
	assert_true(update < 0 && update_errno == EACCES);
	assert_int_equal(read, 4096);
}

/* ---- the other measures, each alone ---------------------------------------------------------- */

static int in_child(int (*run)(void))
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(run());
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int without_privileges(void)
{
	struct err err;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = { { .effective = 1 } };
	int signal_then = 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    os_sandbox_drop_privileges(&err) != CODE_OK)
		return 1;
	if (syscall(SYS_capget, &header, caps) != 0)
		return 2;
	for (int i = 0; i < 2; i++)
		if (caps[i].effective || caps[i].permitted || caps[i].inheritable)
			return 3;
	for (unsigned long one = 0; prctl(PR_CAPBSET_READ, one, 0, 0, 0) >= 0; one++)
		if (prctl(PR_CAPBSET_READ, one, 0, 0, 0) != 0)
			return 4;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 5;
	/* A change of privileges can clear it (prctl(2)), and it is what ends an orphan. */
	if (prctl(PR_GET_PDEATHSIG, &signal_then, 0, 0, 0) != 0 || signal_then != SIGKILL)
		return 6;
	return mknod("/dev/shm/certwipe-no-such-node", S_IFBLK | 0600, 0) == 0 || errno != EPERM ? 7 : 0;
}

static void privileges_are_gone_and_the_supervisors_death_still_ends_it(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(in_child(without_privileges), 0);
}

#define NO_LANDLOCK 92

static int within_landlock(void)
{
	struct err err;
	unsigned version = 0;
	pid_t parent = getppid();
	int open_before = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char byte;
	if (os_sandbox_drop_privileges(&err) != CODE_OK ||
	    os_sandbox_landlock(&version, &err) != CODE_OK)
		return 1;
	if (version == 0)
		return NO_LANDLOCK;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		return 2;
	if (open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		return 3;
	if (read(open_before, &byte, 1) != 1)
		return 4;
	const struct sockaddr_in nowhere = { .sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (version >= 4 && socket_fd >= 0 &&
	    (connect(socket_fd, (const struct sockaddr *)&nowhere, sizeof(nowhere)) == 0 ||
		errno != EACCES))
		return 5;
	if (version >= 6 && (kill(parent, 0) == 0 || errno != EPERM))
		return 6;
	return 0;
}

static void landlock_alone_keeps_files_ports_and_processes_away(void **state)
{
	(void)state;
	int result = in_child(within_landlock);
	if (result == NO_LANDLOCK)
		skip();
	assert_int_equal(result, 0);
}

/* Says that it is there and waits for ever, deaf to everything. */
static int waits_for_ever(struct cell *cell, const void *what)
{
	(void)what;
	if (os_packet_send(cell->socket, "w", 1, &cell->err) != CODE_OK)
		return 1;
	for (;;)
		(void)syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

static void other_descriptors_are_closed(void **state)
{
	(void)state;
	struct cell cell;
	int ends[2];
	char byte = 0;
	size_t len = 0;
	cell_open(&cell, os_disk_open);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	pid_t pid = start_confined(&cell, waits_for_ever, NULL);
	close(ends[1]);
	enum code confined_code = os_packet_receive(cell.outside, -1, &byte, 1, &len, &cell.err);
	/* It lives, and holds no end of the pipe any more. */
	ssize_t end = read(ends[0], &byte, 1);
	int alive = waitpid(pid, NULL, WNOHANG);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	cell_close(&cell);
	assert_int_equal(confined_code, CODE_OK);
	assert_int_equal(end, 0);
	assert_int_equal(alive, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_work_goes_on_over_a_ring),
		cmocka_unit_test(the_work_goes_on_without_a_ring),
		cmocka_unit_test(whatever_else_it_tries_ends_it),
		cmocka_unit_test(a_ring_does_nothing_but_its_work),
		cmocka_unit_test(privileges_are_gone_and_the_supervisors_death_still_ends_it),
		cmocka_unit_test(landlock_alone_keeps_files_ports_and_processes_away),
		cmocka_unit_test(other_descriptors_are_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
