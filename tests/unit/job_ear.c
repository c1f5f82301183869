/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job: a worker goes, waits, rests and stops as it is told, and stops when nobody is there to tell. */
#include "unit/unit.h"
#include "wipe/job/ear.h"
#include "wipe/job/wire.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A worker that only listens: says which answer it got to which of its questions. */
enum question { MAY_GO = 'g', IS_STOPPING = 's', MAKE_KNOWN = 'k', REST = 'r' };

static int answer_questions(void *self, int fd)
{
	const char *questions = self;
	struct ear ear = { .fd = fd };
	struct err err = { 0 };
	for (; *questions; questions++) {
		if (*questions == REST)
			ear_rest(&ear, 600000); /* longer than any test: it has to be a word that ends it */
		bool yes = *questions == MAY_GO ? ear_may_go(&ear)
		    : *questions == IS_STOPPING || *questions == REST ? ear_is_stopping(&ear)
						: ear_make_known(&ear, &err) == CODE_OK;
		const char answer = yes ? 'y' : 'n';
		if (os_packet_send(fd, &answer, 1, &err) != CODE_OK)
			return 1;
	}
	return 0;
}

struct worker {
	pid_t pid;
	int fd;
	struct err err;
};

static struct worker worker_asking(const char *questions)
{
	struct worker worker = { .fd = -1 };
	char copy[16];
	text_copy(copy, sizeof(copy), questions);
	assert_ok(os_process_spawn(answer_questions, copy, &worker.pid, &worker.fd, &worker.err),
	    worker.err);
	return worker;
}

static void tell(struct worker *worker, const char *words)
{
	for (; *words; words++)
		job_wire_tell(worker->fd, *words);
}

static char hear_within(struct worker *worker, int timeout_ms)
{
	char word = 0;
	size_t len = 0;
	enum code code = os_packet_receive(worker->fd, timeout_ms, &word, 1, &len, &worker->err);
	return code == CODE_OK && len == 1 ? word : 0;
}

static void end(struct worker *worker)
{
	int status = -1;
	assert_ok(os_process_reap(worker->pid, true, &status, &worker->err), worker->err);
	assert_int_equal(status, 0);
	os_fd_close(worker->fd);
}

#define FOR_EVER (-1)
#define A_WHILE  200 /* ms: a worker that wrongly goes on shows within it, or not at all */

static void a_paused_worker_rests_until_it_is_told_to_go_on(void **state)
{
	(void)state;
	struct worker worker = worker_asking("gss");
	tell(&worker, "PG");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	assert_int_equal(hear_within(&worker, A_WHILE), 0);
	tell(&worker, "C");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'n');
	assert_int_equal(hear_within(&worker, FOR_EVER), 'n');
	end(&worker);
}

static void a_stop_ends_a_pause_too(void **state)
{
	(void)state;
	struct worker worker = worker_asking("gs");
	tell(&worker, "GPS");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	end(&worker);
}

static void a_word_ends_a_rest(void **state)
{
	(void)state;
	struct worker worker = worker_asking("rrr");
	assert_int_equal(hear_within(&worker, A_WHILE), 0);
	tell(&worker, "C");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'n');
	assert_int_equal(hear_within(&worker, A_WHILE), 0);
	tell(&worker, "S");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	end(&worker);
}

static void a_step_begins_when_its_start_is_known(void **state)
{
	(void)state;
	struct worker worker = worker_asking("kks");
	assert_int_equal(hear_within(&worker, FOR_EVER), JOB_WIRE_ASKS);
	assert_int_equal(hear_within(&worker, A_WHILE), 0);
	tell(&worker, "K");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	/* An answer of before is none to the next question; a stop is, and then nothing is written. */
	assert_int_equal(hear_within(&worker, FOR_EVER), JOB_WIRE_ASKS);
	tell(&worker, "S");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	assert_int_equal(hear_within(&worker, FOR_EVER), 'y');
	end(&worker);
}

static void a_word_that_is_none_and_a_dead_supervisor_mean_stop(void **state)
{
	(void)state;
	struct worker worker = worker_asking("g");
	tell(&worker, "x");
	assert_int_equal(hear_within(&worker, FOR_EVER), 'n');
	end(&worker);

	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	close(ends[0]);
	struct ear alone = { .fd = ends[1] };
	assert_false(ear_may_go(&alone));
	assert_true(ear_is_stopping(&alone));
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_paused_worker_rests_until_it_is_told_to_go_on),
		cmocka_unit_test(a_stop_ends_a_pause_too),
		cmocka_unit_test(a_word_ends_a_rest),
		cmocka_unit_test(a_step_begins_when_its_start_is_known),
		cmocka_unit_test(a_word_that_is_none_and_a_dead_supervisor_mean_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
