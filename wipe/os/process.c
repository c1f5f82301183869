/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * process: who are we, on which machine, and how does a child live and die? A child ends with
 * its parent (PR_SET_PDEATHSIG, prctl(2)), so no orphan goes on writing to a disk.
 */
#include "wipe/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first line of a small file, without its newline; "" when there is none. */
static void first_line(const char *path, char *out, size_t size)
{
	out[0] = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t got = read(fd, out, size - 1);
	close(fd);
	out[got < 0 ? 0 : got] = 0;
	out[strcspn(out, "\n")] = 0;
}

static void executable_sha256(char out[HASH_SHA256_HEX])
{
	out[0] = 0;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	struct stat st;
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		void *image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (image != MAP_FAILED) {
			hash_sha256_hex(image, (size_t)st.st_size, out);
			munmap(image, (size_t)st.st_size);
		}
	}
	close(fd);
}

static void executable_dir(char *out, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", out, size - 1);
	/* A path that was cut leads somewhere else. */
	out[len < 0 || (size_t)len == size - 1 ? 0 : len] = 0;
	char *slash = strrchr(out, '/');
	if (slash)
		slash[slash == out ? 1 : 0] = 0;
}

enum code os_process_machine(struct os_machine *ret, struct err *err)
{
	struct os_machine machine = { 0 };
	struct utsname names;
	if (uname(&names) < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot ask the kernel for its name");
	text_safe(machine.host, sizeof(machine.host), names.nodename, strlen(names.nodename));
	text_safe(machine.kernel, sizeof(machine.kernel), names.release, strlen(names.release));

	uint8_t raw[16];
	char line[64];
	first_line("/etc/machine-id", line, sizeof(line));
	if (bytes_hex_parse(line, raw, sizeof(raw)))
		text_copy(machine.machine_id, sizeof(machine.machine_id), line);
	first_line("/proc/sys/kernel/random/boot_id", line, sizeof(line));
	if (strlen(line) != sizeof(machine.boot_id) - 1 || !text_is_printable(line))
		return err_set(err, CODE_IO, "the kernel tells no boot id: is /proc mounted?");
	text_copy(machine.boot_id, sizeof(machine.boot_id), line);

	executable_sha256(machine.executable_sha256);
	executable_dir(machine.executable_dir, sizeof(machine.executable_dir));
	*ret = machine;
	return CODE_OK;
}

bool os_process_is_root(void)
{
	return geteuid() == 0;
}

uint32_t os_process_id(void)
{
	return (uint32_t)getpid();
}

void os_process_protect(void)
{
	const struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void *os_secret_new(size_t size)
{
	void *secret = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (secret == MAP_FAILED)
		return NULL;
	/* A worker that is taken over must find no key of its supervisor's: this one is a must. */
	if (madvise(secret, size, MADV_WIPEONFORK) < 0) {
		munmap(secret, size);
		return NULL;
	}
	madvise(secret, size, MADV_DONTDUMP);
	mlock(secret, size);
	return secret;
}

void os_secret_free(void *secret, size_t size)
{
	if (!secret)
		return;
	explicit_bzero(secret, size);
	munmap(secret, size);
}

enum code os_process_spawn(os_process_main *child, void *self, pid_t *ret_pid, int *ret_fd,
    struct err *err)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set_errno(err, CODE_IO, errno, "cannot make a socket pair");
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid < 0) {
		enum code code =
		    err_set_errno(err, CODE_MEMORY, errno, "cannot start another process");
		close(ends[0]);
		close(ends[1]);
		return code;
	}
	if (pid == 0) {
		/* Nothing of the parent's goes along: not another worker's socket, not a chain's lock. */
		unsigned own = (unsigned)ends[1];
		if (own > 3)
			close_range(3, own - 1, 0);
		close_range(own + 1, ~0U, 0);
		/* The parent may have died before prctl(2) took hold: then nobody would tell us. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
			_exit(127);
		/* _exit: what the parent had buffered on its streams is the parent's to write. */
		_exit(child(self, ends[1]));
	}
	close(ends[1]);
	*ret_pid = pid;
	*ret_fd = ends[0];
	return CODE_OK;
}

enum code os_process_reap(pid_t pid, bool wait, int *ret_status, struct err *err)
{
	int status = 0;
	pid_t got;
	do
		got = waitpid(pid, &status, wait ? 0 : WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_set_errno(err, errno == ECHILD ? CODE_MISSING : CODE_IO, errno,
		    "cannot collect process %d", (int)pid);
	if (got == 0)
		return err_set(err, CODE_BUSY, "process %d still runs", (int)pid);
	*ret_status = status;
	return CODE_OK;
}

void os_process_kill(pid_t pid)
{
	/* 0, -1 and other negative numbers would mean whole groups of processes. */
	if (pid > 1)
		kill(pid, SIGKILL);
}
