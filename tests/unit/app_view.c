/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app: what is shown of a job follows from what happened to it, and crosses the socket unchanged. */
#include "unit/unit.h"

#include "unit/world.h"
#include "wipe/app/message.h"

struct rig {
	struct world world;
	struct app_disk disk;
	struct app_view view;
	struct view_rate rate;
};

static struct rig *rig_new(void)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	world_start(&rig->world);
	rig->disk.plan = rig->world.plan;
	rig->disk.plan.identity = rig->world.device.identity;
	text_copy(rig->disk.procedure.id, sizeof(rig->disk.procedure.id), "pair");
	text_copy(rig->disk.order.client, sizeof(rig->disk.order.client), "M\xc3\xbcller & S\xc3\xb6hne");
	view_begin(&rig->disk, 1790000000, &rig->view);
	rig->view.state = APP_VIEW_RUNNING;
	return rig;
}

static bool tell(struct rig *rig, struct event event)
{
	event.wall_s = 1790000100;
	return view_event(&rig->view, &rig->rate, &rig->disk.plan, &event);
}

static void passes_and_verifications_are_counted(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	const struct app_view *view = &rig->view;
	assert_false(view->stepping);
	assert_true(tell(rig, (struct event){ .kind = EVENT_STEP_STARTED }));
	assert_true(view->stepping && view->writing);
	assert_true(view->pass == 1 && view->pass_count == 2 && view->step_count == 3);
	assert_false(tell(rig, (struct event){ .kind = EVENT_PROGRESS, .offset = WORLD_SIZE / 2,
	    .length = WORLD_SIZE }));
	assert_int_equal(view->whole_done, WORLD_SIZE / 2);
	assert_true(tell(rig, (struct event){ .kind = EVENT_STEP_STARTED, .step = 1 }));
	assert_int_equal(view->pass, 2);
	assert_int_equal(view->whole_done, WORLD_SIZE);
	/* Reading belongs to the pass that it verifies. */
	assert_true(tell(rig, (struct event){ .kind = EVENT_STEP_STARTED, .step = 2 }));
	assert_true(!view->writing && view->pass == 2);
	free(rig);
}

static void a_resumed_pass_shows_without_having_started(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	tell(rig, (struct event){ .kind = EVENT_PROGRESS, .step = 1, .offset = WORLD_SIZE / 4,
	    .length = WORLD_SIZE });
	assert_true(rig->view.stepping && rig->view.step == 1);
	assert_int_equal(rig->view.whole_done, WORLD_SIZE + WORLD_SIZE / 4);
	free(rig);
}

static void the_map_says_what_became_of_each_place(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	const char *map = rig->view.map;
	assert_int_equal(strspn(map, "."), APP_VIEW_MAP);
	tell(rig, (struct event){ .kind = EVENT_STEP_STARTED });
	tell(rig, (struct event){ .kind = EVENT_UNWRITTEN, .offset = WORLD_SIZE / 4, .length = 512 });
	tell(rig, (struct event){ .kind = EVENT_PROGRESS, .offset = WORLD_SIZE / 2, .length = WORLD_SIZE });
	assert_int_equal(strspn(map, "w"), 16);
	assert_true(map[16] == 'x' && map[17] == 'w' && map[31] == 'w' && map[32] == '.');
	/* The next pass writes over all of it; a verification forgets nothing that failed. */
	tell(rig, (struct event){ .kind = EVENT_STEP_STARTED, .step = 1 });
	assert_int_equal(strspn(map, "p"), APP_VIEW_MAP);
	tell(rig, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1, .offset = WORLD_SIZE - 512,
	    .length = 512 });
	tell(rig, (struct event){ .kind = EVENT_STEP_STARTED, .step = 2 });
	tell(rig, (struct event){ .kind = EVENT_PROGRESS, .step = 2, .offset = 100, .length = 100 });
	assert_int_equal(strspn(map, "v"), APP_VIEW_MAP - 1);
	assert_int_equal(map[APP_VIEW_MAP - 1], 'x');
	assert_int_equal(rig->view.errors, 2);
	free(rig);
}

static void a_rest_has_no_speed_and_counts_for_none(void **state)
{
	(void)state;
	const uint64_t second = UINT64_C(1000000000);
	struct rig *rig = rig_new();
	tell(rig, (struct event){ .kind = EVENT_STEP_STARTED });
	for (uint64_t s = 1; s <= 4; s++)
		tell(rig, (struct event){ .kind = EVENT_PROGRESS, .boot_ns = s * second, .offset = s * 1000,
		    .length = WORLD_SIZE });
	assert_int_equal(rig->view.rate, 1000);
	assert_true(tell(rig, (struct event){ .kind = EVENT_PAUSED, .flag = true, .count = 66 }));
	assert_true(rig->view.paused && rig->view.rate == 0 && rig->view.temperature_c == 66);
	assert_true(tell(rig, (struct event){ .kind = EVENT_PAUSED, .count = 57 }));
	for (uint64_t s = 3600; s <= 3602; s++)
		tell(rig, (struct event){ .kind = EVENT_PROGRESS, .boot_ns = s * second,
		    .offset = 4000 + (s - 3599) * 1000, .length = WORLD_SIZE });
	assert_int_equal(rig->view.rate, 1000);
	free(rig);
}

static void ends_say_what_there_is_to_say(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	rig->view.stalled = true;
	rig->disk.refused = CODE_BUSY;
	text_copy(rig->disk.refusal, sizeof(rig->disk.refusal), "mounted");
	view_end(&rig->view, &rig->disk);
	assert_true(rig->view.state == APP_VIEW_REFUSED && rig->view.code == CODE_BUSY);
	assert_string_equal(rig->view.line, "mounted");
	rig->disk.refused = CODE_OK;
	rig->disk.waits = rig->disk.ended = true;
	text_copy(rig->disk.reason, sizeof(rig->disk.reason), "asked to stop");
	view_end(&rig->view, &rig->disk);
	assert_true(rig->view.state == APP_VIEW_WAITS && !rig->view.stalled);
	rig->disk.waits = false;
	rig->disk.outcome = OUTCOME_WITH_EXCEPTIONS;
	rig->disk.issue_code = CODE_FULL;
	text_copy(rig->disk.issue_line, sizeof(rig->disk.issue_line), "no room");
	rig->disk.verdict.exception_count = EVIDENCE_EXCEPTIONS_MAX;
	view_end(&rig->view, &rig->disk);
	assert_true(rig->view.state == APP_VIEW_DONE && !rig->view.issued);
	assert_int_equal(rig->view.exception_count, EVIDENCE_EXCEPTIONS_MAX);
	assert_string_equal(rig->view.line, "no room");
	rig->disk.issued = true;
	view_end(&rig->view, &rig->disk);
	assert_true(rig->view.issued && rig->view.line[0] == 0 && rig->view.code == CODE_OK);
	free(rig);
}

/* ---- over the socket ---------------------------------------------------------------------------------- */

static void put_view(const struct app_view *view, struct buf *ret)
{
	struct news *news = calloc(1, sizeof(*news));
	struct err err = { 0 };
	assert_non_null(news);
	news->view.given = true;
	assert_ok(view_document_put(view, &news->view.view, &err), err);
	assert_ok(message_put_news(news, ret, &err), err);
	message_free_news(news);
	free(news);
}

static enum code take_view(struct buf *from, struct app_view *ret, struct err *err)
{
	struct news *news = calloc(1, sizeof(*news));
	assert_non_null(news);
	enum code code = message_take_news(from, news, err);
	if (code == CODE_OK)
		code = view_document_take(&news->view.view, ret, err);
	message_free_news(news);
	free(news);
	return code;
}

static void a_view_comes_back_as_it_went(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	BUF_AUTO wire = { 0 };
	struct app_view back;
	struct err err = { 0 };
	struct app_view *view = &rig->view;
	tell(rig, (struct event){ .kind = EVENT_STEP_STARTED, .step = 1 });
	tell(rig, (struct event){ .kind = EVENT_PROGRESS, .step = 1, .offset = 512, .length = 1024 });
	view->temperature_c = -4;
	view->stall_s = 61;
	put_view(view, &wire);
	view->state = APP_VIEW_DONE;
	view->outcome = OUTCOME_ERASED;
	view->issued = true;
	view->exception_count = 2;
	text_copy(view->exceptions[1], APP_VIEW_EXCEPTION, "a sentence");
	text_copy(view->exceptions[0], APP_VIEW_EXCEPTION, "another");
	text_copy(view->certificate, APP_PATH, "/var/lib/certwipe/certificates/x.json");
	put_view(view, &wire);
	assert_ok(take_view(&wire, &back, &err), err);
	assert_int_equal(back.state, APP_VIEW_RUNNING);
	assert_int_equal(back.temperature_c, -4);
	assert_ok(take_view(&wire, &back, &err), err);
	assert_memory_equal(&back, view, sizeof(back));
	assert_int_equal(take_view(&wire, &back, &err), CODE_BUSY);
	free(rig);
}

static void a_message_in_pieces_is_no_message_yet(void **state)
{
	(void)state;
	struct rig *rig = rig_new();
	BUF_AUTO whole = { 0 };
	BUF_AUTO part = { 0 };
	struct app_view back;
	struct err err = { 0 };
	put_view(&rig->view, &whole);
	for (size_t len = 0; len < whole.len; len++) {
		assert_int_equal(take_view(&part, &back, &err), CODE_BUSY);
		assert_int_equal(part.len, len);
		buf_append(&part, whole.data + len, 1);
	}
	assert_ok(take_view(&part, &back, &err), err);
	assert_int_equal(part.len, 0);
	free(rig);
}

static void what_is_no_message_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "{}", "[]", "{\"view\":1}", "null",
		"{\"watch\":{},\"start\":null,\"stop\":null,\"more\":null}",
		"{\"watch\":{\"x\":1},\"start\":null,\"stop\":null}",
		"{\"watch\":null,\"start\":{},\"stop\":null}",
		"{\"watch\":null,\"start\":null,\"stop\":{\"hard\":false,\"jobs\":[{\"id\":\"../../etc\"}]}}" };
	struct err err = { 0 };
	for (size_t i = 0; i < WIPE_COUNT(texts); i++) {
		BUF_AUTO wire = { 0 };
		struct ask ask = { 0 };
		buf_u32be(&wire, (uint32_t)strlen(texts[i]));
		buf_string(&wire, texts[i]);
		assert_int_equal(message_take_ask(&wire, &ask, &err), CODE_INPUT);
		message_free_ask(&ask);
	}
	BUF_AUTO huge = { 0 };
	struct ask ask = { 0 };
	buf_u32be(&huge, MESSAGE_MAX + 1);
	assert_int_equal(message_take_ask(&huge, &ask, &err), CODE_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_and_verifications_are_counted),
		cmocka_unit_test(a_resumed_pass_shows_without_having_started),
		cmocka_unit_test(the_map_says_what_became_of_each_place),
		cmocka_unit_test(a_rest_has_no_speed_and_counts_for_none),
		cmocka_unit_test(ends_say_what_there_is_to_say),
		cmocka_unit_test(a_view_comes_back_as_it_went),
		cmocka_unit_test(a_message_in_pieces_is_no_message_yet),
		cmocka_unit_test(what_is_no_message_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
