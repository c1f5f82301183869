/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os_agent: a real ssh-agent answers, and odd ones do not hurt. */
#include "unit/unit.h"
#include "wipe/os.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* draft-miller-ssh-agent, section 6.1 */
#define REQUEST_IDENTITIES 11
#define IDENTITIES_ANSWER  12

struct bench {
	char dir[64];
	char path[96];
	pid_t pid;
	int listener;
	struct err err;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	strcpy(bench->dir, "/tmp/certwipe-agent-XXXXXX");
	assert_non_null(mkdtemp(bench->dir));
	snprintf(bench->path, sizeof(bench->path), "%s/socket", bench->dir);
	bench->listener = -1;
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	int status = 0;
	if (bench->pid > 0) {
		kill(bench->pid, SIGTERM);
		waitpid(bench->pid, &status, 0);
	}
	os_fd_close(bench->listener);
	unlink(bench->path);
	rmdir(bench->dir);
	free(bench);
	return 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	text_copy(address.sun_path, sizeof(address.sun_path), path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

/* Runs ssh-agent; its first line of output says that it listens. False: it is not installed. */
static bool start_agent(struct bench *bench)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	bench->pid = fork();
	if (bench->pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp("ssh-agent", "ssh-agent", "-D", "-a", bench->path, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	char line[200];
	ssize_t got = read(ends[0], line, sizeof(line));
	close(ends[0]);
	return got > 0;
}

static void a_real_agent_lists_its_keys_twice(void **state)
{
	struct bench *bench = *state;
	struct os_agent *agent = NULL;
	if (!start_agent(bench))
		skip();
	assert_ok(os_agent_open(bench->path, &agent, &bench->err), bench->err);
	for (int i = 0; i < 2; i++) {
		BUF_AUTO request = { 0 };
		BUF_AUTO reply = { 0 };
		buf_u8(&request, REQUEST_IDENTITIES);
		assert_ok(agent->ops->ask(agent, &request, &reply, &bench->err), bench->err);
		assert_int_equal(reply.len, 5);
		assert_int_equal(reply.data[0], IDENTITIES_ANSWER);
		assert_int_equal(bytes_load_u32be(reply.data + 1), 0);
	}
	os_agent_free(agent);
}

static void the_environment_names_the_agent(void **state)
{
	struct bench *bench = *state;
	struct os_agent *agent = NULL;
	bench->listener = listen_at(bench->path);
	setenv("SSH_AUTH_SOCK", bench->path, 1);
	assert_ok(os_agent_open(NULL, &agent, &bench->err), bench->err);
	os_agent_free(agent);
	os_agent_free(NULL);
	unsetenv("SSH_AUTH_SOCK");
	assert_int_equal(os_agent_open(NULL, &agent, &bench->err), CODE_CONFIG);
	assert_non_null(strstr(bench->err.line, "SSH_AUTH_SOCK"));
}

static void no_agent_is_a_matter_of_configuration(void **state)
{
	struct bench *bench = *state;
	struct os_agent *agent = NULL;
	char path[300];
	assert_int_equal(os_agent_open(bench->path, &agent, &bench->err), CODE_CONFIG);
	assert_non_null(strstr(bench->err.line, "ssh-add"));
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = 0;
	assert_int_equal(os_agent_open(path, &agent, &bench->err), CODE_CONFIG);
	assert_null(agent);
}

/* Asks an agent that sends `answer` (bytes as they are) and closes. */
static enum code ask_one_that_says(struct bench *bench, const char *answer, size_t len)
{
	struct os_agent *agent = NULL;
	bench->listener = listen_at(bench->path);
	assert_ok(os_agent_open(bench->path, &agent, &bench->err), bench->err);
	int fd = accept(bench->listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, answer, len), (ssize_t)len);
	shutdown(fd, SHUT_WR);
	BUF_AUTO request = { 0 };
	BUF_AUTO reply = { 0 };
	buf_u8(&request, REQUEST_IDENTITIES);
	enum code code = agent->ops->ask(agent, &request, &reply, &bench->err);
	if (code != CODE_OK) {
		assert_int_equal(reply.len, 0);
		/* The stream is out of step: no second try on it. */
		struct err err;
		assert_int_equal(agent->ops->ask(agent, &request, &reply, &err), CODE_IO);
	}
	uint8_t sent[5];
	assert_int_equal(read(fd, sent, sizeof(sent)), 5);
	assert_memory_equal(sent, "\0\0\0\1\x0b", 5);
	close(fd);
	os_agent_free(agent);
	return code;
}

static void a_whole_answer_is_taken(void **state)
{
	assert_int_equal(ask_one_that_says(*state, "\0\0\0\1\5", 5), CODE_OK);
}

static void a_cut_answer_is_refused(void **state)
{
	assert_int_equal(ask_one_that_says(*state, "\0\0\0\2\5", 5), CODE_IO);
}

static void no_answer_is_refused(void **state)
{
	assert_int_equal(ask_one_that_says(*state, "", 0), CODE_IO);
}

static void an_empty_answer_is_refused(void **state)
{
	assert_int_equal(ask_one_that_says(*state, "\0\0\0\0", 4), CODE_INPUT);
}

static void an_endless_answer_is_refused(void **state)
{
	assert_int_equal(ask_one_that_says(*state, "\0\4\0\1", 4), CODE_INPUT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_real_agent_lists_its_keys_twice),
		T(the_environment_names_the_agent),
		T(no_agent_is_a_matter_of_configuration),
		T(a_whole_answer_is_taken),
		T(a_cut_answer_is_refused),
		T(no_answer_is_refused),
		T(an_empty_answer_is_refused),
		T(an_endless_answer_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
