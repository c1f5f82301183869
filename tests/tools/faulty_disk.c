/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * faulty_disk DIRECTORY BACKING: a filesystem of one file, "disk", whose bytes are those of BACKING and
 * which misbehaves as it is told; a loop device over it is a disk as sick as a test wants it. One thread
 * serves the kernel and reads standard input; each line there is answered by one line:
 *
 *   fail|stall|drop|flip|short read|write|flush OFFSET LENGTH [PERIOD BAD [ERRNO]]
 *	a rule: fail answers ERRNO (EIO); stall answers nothing before `release`; drop says that a write was
 *	done; flip inverts a bit of every byte read; short gives half of what is asked for. With a PERIOD
 *	only the first BAD bytes of each are meant.
 *   release	stalls nothing any more, and goes on with what waited
 *   clear	forgets all other rules
 *   resize SIZE	what the file says it is long
 *   loop PATH	detached first when all ends
 *   counters	"reads R writes W flushes F failed E waiting S written B", B in bytes
 *
 * At the end of its input, however the test ended, it takes the loop device and the mount away.
 */
#define FUSE_USE_VERSION 312
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <inttypes.h>
#include <linux/loop.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISK_INODE  2
#define RULES_MAX   32
#define WAITING_MAX 1024
#define IO_MAX	    (1 << 20)
#define PAUSE_MS    10
#define PAUSES	    300 /* that a loop device gets to go away */

enum what { FAIL, STALL, DROP, FLIP, SHORT };
static const char *const what_words[] = { "fail", "stall", "drop", "flip", "short" };
enum op { READ, WRITE, FLUSH };
static const char *const op_words[] = { "read", "write", "flush" };

struct rule {
	enum what what;
	enum op op;
	uint64_t start;
	uint64_t end;
	uint64_t period; /* 0: all of it */
	uint64_t bad; /* bytes at the beginning of each period */
	int sys_errno;
};

struct request {
	fuse_req_t req;
	enum op op;
	uint64_t offset;
	size_t len;
	uint8_t *data; /* of a write; owned while it waits */
};

struct disk {
	int fd;
	uint64_t size;
	struct rule rules[RULES_MAX];
	size_t rule_count;
	struct request waiting[WAITING_MAX];
	size_t waiting_count;
	uint64_t counts[FLUSH + 1];
	uint64_t failed;
	uint64_t written;
	char loop[64];
	uint8_t buffer[IO_MAX];
};

/* ---- the rules ---------------------------------------------------------------------------------- */

/* The first byte at or after `from` that the rule means, or its end. */
static uint64_t first_meant(const struct rule *rule, uint64_t from)
{
	uint64_t at = from < rule->start ? rule->start : from;
	if (rule->period && at < rule->end && (at - rule->start) % rule->period >= rule->bad)
		at += rule->period - (at - rule->start) % rule->period;
	return at < rule->end ? at : rule->end;
}

static bool meets(const struct rule *rule, const struct request *request)
{
	if (rule->op != request->op)
		return false;
	return rule->op == FLUSH ||
	    (first_meant(rule, request->offset) < rule->end &&
		first_meant(rule, request->offset) < request->offset + request->len);
}

static const struct rule *find(const struct disk *disk, enum what what,
    const struct request *request)
{
	for (size_t i = 0; i < disk->rule_count; i++) {
		if (disk->rules[i].what == what && meets(&disk->rules[i], request))
			return &disk->rules[i];
	}
	return NULL;
}

/* ---- the answers -------------------------------------------------------------------------------- */

static void refuse(struct disk *disk, const struct request *request, int sys_errno)
{
	disk->failed++;
	fuse_reply_err(request->req, sys_errno);
}

static void answer_read(struct disk *disk, const struct request *request)
{
	const struct rule *flip = find(disk, FLIP, request);
	size_t len = request->len < IO_MAX ? request->len : IO_MAX;
	if (find(disk, SHORT, request) && len > 512)
		len = len / 2 / 512 * 512;
	ssize_t got = pread(disk->fd, disk->buffer, len, (off_t)request->offset);
	if (got < 0) {
		refuse(disk, request, errno);
		return;
	}
	uint64_t end = request->offset + (uint64_t)got;
	for (uint64_t at = request->offset; flip && at < end; at++) {
		if (first_meant(flip, at) == at && at < flip->end)
			disk->buffer[at - request->offset] ^= 1;
	}
	fuse_reply_buf(request->req, (const char *)disk->buffer, (size_t)got);
}

static void answer_write(struct disk *disk, const struct request *request)
{
	ssize_t put = (ssize_t)request->len;
	if (!find(disk, DROP, request))
		put = pwrite(disk->fd, request->data, request->len, (off_t)request->offset);
	if (put < 0) {
		refuse(disk, request, errno);
		return;
	}
	disk->written += (uint64_t)put;
	fuse_reply_write(request->req, (size_t)put);
}

static void answer(struct disk *disk, const struct request *request)
{
	const struct rule *fail = find(disk, FAIL, request);
	if (fail)
		refuse(disk, request, fail->sys_errno);
	else if (request->op == READ)
		answer_read(disk, request);
	else if (request->op == WRITE)
		answer_write(disk, request);
	else
		fuse_reply_err(request->req, 0);
}

static void take(struct disk *disk, const struct request *request)
{
	disk->counts[request->op]++;
	if (!find(disk, STALL, request) || disk->waiting_count == WAITING_MAX) {
		answer(disk, request);
		return;
	}
	struct request *waiting = &disk->waiting[disk->waiting_count++];
	*waiting = *request;
	if (request->op != WRITE)
		return;
	waiting->data = malloc(request->len);
	if (!waiting->data)
		abort(); /* the pipe to the test breaks, and that says it */
	memcpy(waiting->data, request->data, request->len);
}

static void release(struct disk *disk)
{
	size_t kept = 0;
	for (size_t i = 0; i < disk->rule_count; i++) {
		if (disk->rules[i].what != STALL)
			disk->rules[kept++] = disk->rules[i];
	}
	disk->rule_count = kept;
	for (size_t i = 0; i < disk->waiting_count; i++) {
		answer(disk, &disk->waiting[i]);
		free(disk->waiting[i].data);
	}
	disk->waiting_count = 0;
}

/* ---- what the kernel asks ----------------------------------------------------------------------- */

static bool attributes(const struct disk *disk, fuse_ino_t inode, struct stat *ret)
{
	*ret = (struct stat){ .st_ino = inode };
	if (inode == FUSE_ROOT_ID) {
		ret->st_mode = S_IFDIR | 0700;
		ret->st_nlink = 2;
	} else {
		ret->st_mode = S_IFREG | 0600;
		ret->st_nlink = 1;
		ret->st_size = (off_t)disk->size;
		ret->st_blksize = 512;
	}
	return inode == FUSE_ROOT_ID || inode == DISK_INODE;
}

static void on_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry = { .ino = DISK_INODE };
	if (parent != FUSE_ROOT_ID || strcmp(name, "disk") != 0) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	attributes(fuse_req_userdata(req), DISK_INODE, &entry.attr);
	fuse_reply_entry(req, &entry);
}

static void on_getattr(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct stat stat;
	(void)info;
	if (attributes(fuse_req_userdata(req), inode, &stat))
		fuse_reply_attr(req, &stat, 0);
	else
		fuse_reply_err(req, ENOENT);
}

static void on_open(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	(void)inode;
	info->direct_io = 1;
	fuse_reply_open(req, info);
}

static void on_read(fuse_req_t req, fuse_ino_t inode, size_t len, off_t offset,
    struct fuse_file_info *info)
{
	(void)inode, (void)info;
	take(fuse_req_userdata(req), &(struct request){ .req = req, .op = READ,
	    .offset = (uint64_t)offset, .len = len });
}

static void on_write(fuse_req_t req, fuse_ino_t inode, const char *data, size_t len, off_t offset,
    struct fuse_file_info *info)
{
	(void)inode, (void)info;
	take(fuse_req_userdata(req), &(struct request){ .req = req, .op = WRITE,
	    .offset = (uint64_t)offset, .len = len, .data = (uint8_t *)data });
}

static void on_fsync(fuse_req_t req, fuse_ino_t inode, int datasync, struct fuse_file_info *info)
{
	(void)inode, (void)datasync, (void)info;
	take(fuse_req_userdata(req), &(struct request){ .req = req, .op = FLUSH });
}

static void on_init(void *self, struct fuse_conn_info *connection)
{
	(void)self;
	connection->max_write = IO_MAX;
}

static const struct fuse_lowlevel_ops operations = { .init = on_init, .lookup = on_lookup,
	.getattr = on_getattr, .open = on_open, .read = on_read, .write = on_write,
	.fsync = on_fsync };

/* ---- what the test says ------------------------------------------------------------------------- */

static int word_index(const char *const *words, int count, const char *word)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

static bool add_rule(struct disk *disk, const char *line)
{
	char what[8], op[8];
	uint64_t length = 0;
	struct rule rule = { .sys_errno = EIO };
	int found = sscanf(line,
	    "%7s %7s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %d", what, op, &rule.start, &length,
	    &rule.period, &rule.bad, &rule.sys_errno);
	int what_index = found >= 4 ? word_index(what_words, SHORT + 1, what) : -1;
	int op_index = found >= 4 ? word_index(op_words, FLUSH + 1, op) : -1;
	if (what_index < 0 || op_index < 0 || disk->rule_count == RULES_MAX)
		return false;
	rule.what = (enum what)what_index;
	rule.op = (enum op)op_index;
	rule.end = rule.start + length;
	disk->rules[disk->rule_count++] = rule;
	return true;
}

static void obey(struct disk *disk, const char *line)
{
	bool known = true;
	if (strcmp(line, "counters") == 0) {
		printf("reads %" PRIu64 " writes %" PRIu64 " flushes %" PRIu64 " failed %" PRIu64
		    " waiting %zu written %" PRIu64 "\n", disk->counts[READ], disk->counts[WRITE],
		    disk->counts[FLUSH], disk->failed, disk->waiting_count, disk->written);
		return;
	}
	if (strcmp(line, "release") == 0)
		release(disk);
	else if (strcmp(line, "clear") == 0)
		disk->rule_count = 0;
	else if (sscanf(line, "resize %" SCNu64, &disk->size) != 1 &&
	    sscanf(line, "loop %63s", disk->loop) != 1)
		known = add_rule(disk, line);
	puts(known ? "ok" : "what?");
}

/* False at the end of the input. */
static bool listen(struct disk *disk)
{
	char line[200];
	if (!fgets(line, sizeof(line), stdin))
		return false;
	line[strcspn(line, "\n")] = 0;
	obey(disk, line);
	return fflush(stdout) == 0;
}

/* ---- beginning and end -------------------------------------------------------------------------- */

static void serve_one(struct fuse_session *session, struct fuse_buf *buf)
{
	int got = fuse_session_receive_buf(session, buf);
	if (got > 0)
		fuse_session_process_buf(session, buf);
	else if (got == 0)
		fuse_session_exit(session);
}

/* Detaching can write and read the disk: another process does it while this one still serves. */
static void detach(struct disk *disk, struct fuse_session *session, struct fuse_buf *buf)
{
	pid_t child = disk->loop[0] ? fork() : -1;
	if (child == 0) {
		int loop = open(disk->loop, O_RDWR | O_CLOEXEC);
		_exit(loop >= 0 && ioctl(loop, LOOP_CLR_FD, 0) == 0 ? 0 : 1);
	}
	for (int i = 0; child > 0 && i < PAUSES && waitpid(child, NULL, WNOHANG) == 0; i++) {
		struct pollfd kernel = { .fd = fuse_session_fd(session), .events = POLLIN };
		if (poll(&kernel, 1, PAUSE_MS) > 0)
			serve_one(session, buf);
	}
}

static void serve(struct disk *disk, struct fuse_session *session)
{
	struct fuse_buf buf = { 0 };
	struct pollfd ready[] = { { .fd = fuse_session_fd(session), .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	puts("ready");
	fflush(stdout);
	bool told = true;
	while (told && !fuse_session_exited(session) && poll(ready, 2, -1) > 0) {
		if (ready[0].revents)
			serve_one(session, &buf);
		if (ready[1].revents)
			told = listen(disk);
	}
	disk->rule_count = 0;
	release(disk);
	detach(disk, session, &buf);
	free(buf.mem);
}

int main(int argc, char **argv)
{
	static struct disk disk;
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct stat stat;
	/* A test that is interrupted closes its end; that is the one way out. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdin, NULL, _IONBF, 0); /* what lies in a buffer, poll does not see */
	disk.fd = argc == 3 ? open(argv[2], O_RDWR | O_CLOEXEC) : -1;
	if (disk.fd < 0 || fstat(disk.fd, &stat) != 0) {
		fprintf(stderr, "usage: faulty_disk DIRECTORY BACKING\n");
		return 2;
	}
	disk.size = (uint64_t)stat.st_size;
	fuse_opt_add_arg(&args, argv[0]);
	struct fuse_session *session =
	    fuse_session_new(&args, &operations, sizeof(operations), &disk);
	fuse_opt_free_args(&args);
	if (!session || fuse_session_mount(session, argv[1]) != 0)
		return 1;
	serve(&disk, session);
	fuse_session_unmount(session);
	fuse_session_destroy(session);
	return 0;
}
