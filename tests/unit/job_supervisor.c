/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job_supervisor: workers that never get the word, or never answer, hold up nobody and are not torn away. */
#include "unit/unit.h"

#include "fakes/clock.h"
#include "unit/world.h"
#include "wipe/job/supervisor.h"
#include "wipe/job/wire.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)

struct rig {
	struct world world;
	struct fake_clock clock;
	uint64_t tick_ns; /* both times go on by it with each turn */
	struct job_supervisor *supervisor;
	bool *let_go; /* shared with the workers' processes */
};

/* How one worker's process behaves. */
struct act {
	const struct rig *rig;
	bool claims; /* else it says nothing, ever */
	bool listens; /* to a stop */
	bool stays; /* somebody stops its process after its last word */
};

static int worker(void *self, int fd)
{
	const struct act *act = self;
	uint8_t packed[EVENT_PACKED];
	struct event event = { .kind = EVENT_CLAIMED, .flag = true, .wall_s = 1790000000, .boot_ns = 1 };
	struct err err = { 0 };
	char word = 0;
	size_t len = 0;
	event_pack(&event, packed);
	if (act->claims && os_packet_send(fd, packed, sizeof(packed), &err) != CODE_OK)
		return 1;
	while (!act->listens)
		pause();
	while (word != JOB_WIRE_STOP) {
		if (os_packet_receive(fd, -1, &word, 1, &len, &err) != CODE_OK)
			return 1;
	}
	*act->rig->let_go = true;
	event.kind = EVENT_ENDED;
	event_pack(&event, packed);
	if (os_packet_send(fd, packed, sizeof(packed), &err) != CODE_OK)
		return 1;
	while (act->stays)
		raise(SIGSTOP);
	return 0;
}

static struct rig *rig_new(void)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct err err = { 0 };
	assert_non_null(rig);
	world_start(&rig->world);
	rig->world.device.virtual_disk = true; /* no drive is asked for its health */
	fake_clock_start(&rig->clock, 1790000000);
	rig->let_go = mmap(NULL, sizeof(bool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(rig->let_go != MAP_FAILED);
	const struct job_watcher watcher = { .self = rig };
	assert_ok(job_supervisor_new(NULL, &rig->clock.base, &watcher, &rig->supervisor, &err), err);
	return rig;
}

static void rig_free(struct rig *rig)
{
	job_supervisor_free(rig->supervisor);
	munmap(rig->let_go, sizeof(bool));
	free(rig);
}

/* Turns until the only job has come as far as `state`. */
static void turn_until(struct rig *rig, enum job_state state)
{
	struct err err = { 0 };
	while (job_supervisor_state(rig->supervisor, 0) < state) {
		assert_ok(job_supervisor_turn(rig->supervisor, NULL, NULL, 0, &err), err);
		fake_clock_advance(&rig->clock, rig->tick_ns);
	}
}

/* As job_supervisor_add() does, but for what the worker does. */
static struct session *add(struct rig *rig, struct act act)
{
	struct session *job = calloc(1, sizeof(*job));
	struct err err = { 0 };
	assert_non_null(job);
	rig->supervisor->jobs = calloc(1, sizeof(struct session *));
	assert_non_null(rig->supervisor->jobs);
	act.rig = rig;
	*job = (struct session){ .state = JOB_CLAIMING, .plan = &rig->world.plan,
		.device = &rig->world.device, .is_new = true, .options = { .stall_ns = JOB_STALL_NS }, .begun_ns = rig->clock.boot_ns };
	evidence_start(&rig->world.plan, &job->record.evidence);
	assert_ok(os_process_spawn(worker, &act, &job->pid, &job->fd, &err), err);
	rig->supervisor->jobs[rig->supervisor->count++] = job;
	return job;
}

static void who_does_not_get_the_word_lets_go_and_is_not_waited_for(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	const struct session *job = add(rig, (struct act){ .claims = true, .listens = true });
	turn_until(rig, JOB_CLAIMED);
	assert_int_equal(job->state, JOB_CLAIMED);
	job_supervisor_dismiss(rig->supervisor, 0);
	turn_until(rig, JOB_ENDED);
	assert_true(*rig->let_go && job->said_all);
	rig_free(rig);
}

static void who_was_dismissed_never_gets_the_word(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	struct err err = { 0 };
	add(rig, (struct act){ .claims = true, .listens = true });
	turn_until(rig, JOB_CLAIMED);
	job_supervisor_dismiss(rig->supervisor, 0);
	assert_int_equal(job_supervisor_go(rig->supervisor, 0, &err), CODE_BUG);
	turn_until(rig, JOB_ENDED);
	rig_free(rig);
}

static void who_does_not_let_go_is_killed_after_a_while(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	const struct session *job = add(rig, (struct act){ .claims = true });
	turn_until(rig, JOB_CLAIMED);
	rig->tick_ns = SECOND;
	job_supervisor_dismiss(rig->supervisor, 0);
	turn_until(rig, JOB_ENDED);
	assert_false(job->said_all);
	rig_free(rig);
}

static void who_was_stopped_after_the_last_word_is_not_waited_for(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	const struct session *job =
	    add(rig, (struct act){ .claims = true, .listens = true, .stays = true });
	turn_until(rig, JOB_CLAIMED);
	job_supervisor_dismiss(rig->supervisor, 0);
	turn_until(rig, JOB_ENDED);
	assert_true(job->said_all);
	rig_free(rig);
}

static void a_claim_that_hangs_is_refused_and_holds_up_nobody(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	const char *line = "";
	add(rig, (struct act){ 0 });
	rig->tick_ns = 10 * SECOND;
	turn_until(rig, JOB_ENDED);
	assert_int_equal(job_supervisor_refusal(rig->supervisor, 0, &line), CODE_IO);
	assert_non_null(strstr(line, "did not answer for 60 s"));
	rig_free(rig);
}

static void what_else_is_waited_for_is_told_apart(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	struct err err = { 0 };
	int ends[2];
	bool ready[3];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	add(rig, (struct act){ .claims = true, .listens = true });
	const int more[] = { ends[1], -1, ends[0] };
	assert_ok(job_supervisor_turn(rig->supervisor, more, ready, 3, &err), err);
	assert_true(!ready[0] && !ready[1] && ready[2]);
	turn_until(rig, JOB_CLAIMED);
	job_supervisor_dismiss(rig->supervisor, 0);
	turn_until(rig, JOB_ENDED);
	close(ends[0]);
	close(ends[1]);
	rig_free(rig);
}

static void a_place_that_was_forgotten_is_passed_by(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	struct err err = { 0 };
	add(rig, (struct act){ .claims = true, .listens = true });
	turn_until(rig, JOB_CLAIMED);
	job_supervisor_dismiss(rig->supervisor, 0);
	turn_until(rig, JOB_ENDED);
	job_supervisor_forget(rig->supervisor, 0);
	assert_ok(job_supervisor_turn(rig->supervisor, NULL, NULL, 0, &err), err);
	job_supervisor_give_up(rig->supervisor, "nobody is there");
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_does_not_get_the_word_lets_go_and_is_not_waited_for),
		cmocka_unit_test(who_was_dismissed_never_gets_the_word),
		cmocka_unit_test(what_else_is_waited_for_is_told_apart),
		cmocka_unit_test(a_place_that_was_forgotten_is_passed_by),
		cmocka_unit_test(who_does_not_let_go_is_killed_after_a_while),
		cmocka_unit_test(who_was_stopped_after_the_last_word_is_not_waited_for),
		cmocka_unit_test(a_claim_that_hangs_is_refused_and_holds_up_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
