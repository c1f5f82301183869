/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * procedure: whatever the bytes, either there are faults or a procedure that keeps its promises:
 * its references point backwards to steps that write, and its texts can be read again.
 */
#include "wipe/procedure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_step(const struct procedure *procedure, unsigned number)
{
	const struct procedure_step *step = &procedure->steps[number - 1];
	must(step->line > 0);
	must(step->byte_count <= PROCEDURE_BYTES_MAX);
	must((step->write == PROCEDURE_WRITE_BYTES) == (step->byte_count > 0));
	if (step->write == PROCEDURE_WRITE_COMPLEMENT) {
		must(step->complement_of >= 1 && step->complement_of < number);
		must(procedure->steps[step->complement_of - 1].write != PROCEDURE_WRITE_NONE);
	}
	if (step->verify != PROCEDURE_VERIFY_NONE) {
		must(step->sanitize == PROCEDURE_SANITIZE_NONE);
		must(step->verify_of >= 1 && step->verify_of <= number);
		must(procedure->steps[step->verify_of - 1].write != PROCEDURE_WRITE_NONE);
		for (unsigned i = step->verify_of + 1; i <= number; i++)
			must(procedure->steps[i - 1].write == PROCEDURE_WRITE_NONE &&
			    procedure->steps[i - 1].sanitize == PROCEDURE_SANITIZE_NONE);
	}
	if (step->verify == PROCEDURE_VERIFY_SAMPLE)
		must(step->sample_permille >= 1 && step->sample_permille <= 1000 &&
		    step->sample_each >= 1);
}

static void put_step(const struct procedure *procedure, unsigned number, struct buf *text)
{
	const struct procedure_step *step = &procedure->steps[number - 1];
	char out[PROCEDURE_TEXT];
	buf_printf(text, "[step %u]\n", number);
	if (step->sanitize != PROCEDURE_SANITIZE_NONE)
		buf_printf(text, "sanitize = %s\n", procedure_sanitize_text(step->sanitize));
	else if (step->write != PROCEDURE_WRITE_NONE)
		buf_printf(text, "write = %s\n", procedure_write_text(step, out, sizeof(out)));
	buf_printf(text, "verify = %s\n", procedure_verify_text(step, out, sizeof(out)));
}

static void put(const struct procedure *procedure, struct buf *text)
{
	buf_printf(text, "[procedure]\nid = %s\ntitle = x\nversion = x\nbasis = x\n",
	    procedure->id);
	buf_printf(text, "level = %s\nstatus = %s\n", procedure_level_text(procedure->level),
	    procedure_status_text(procedure->status));
	if (procedure->status == PROCEDURE_SUPERSEDED)
		buf_string(text, "by = x\n");
	buf_printf(text, "hidden-areas = %s\nmedia = %s\n",
	    procedure_hidden_text(procedure->hidden), procedure_media_text(procedure->media));
	for (unsigned number = 1; number <= procedure->step_count; number++)
		put_step(procedure, number, text);
}

static bool same(const struct procedure_step *a, const struct procedure_step *b)
{
	return a->write == b->write && a->byte_count == b->byte_count &&
	    memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 &&
	    a->complement_of == b->complement_of && a->sanitize == b->sanitize &&
	    a->verify == b->verify && a->verify_of == b->verify_of &&
	    a->sample_permille == b->sample_permille && a->sample_strata == b->sample_strata &&
	    a->sample_each == b->sample_each;
}

static void check_again(const struct procedure *procedure)
{
	BUF_AUTO text = { 0 };
	struct faults faults = { 0 };
	struct procedure again;
	struct err err;
	put(procedure, &text);
	must(procedure_parse(text.data, text.len, "again.proc", &faults, &again, &err) == CODE_OK);
	must(again.level == procedure->level && again.status == procedure->status &&
	    again.hidden == procedure->hidden && again.media == procedure->media &&
	    again.step_count == procedure->step_count);
	for (unsigned i = 0; i < procedure->step_count; i++) {
		must(same(&procedure->steps[i], &again.steps[i]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct faults faults = { 0 };
	struct procedure procedure;
	struct err err;
	enum code code = procedure_parse(data, size, "fuzz.proc", &faults, &procedure, &err);
	if (code != CODE_OK) {
		must(code == CODE_INPUT && faults.errors > 0);
		return 0;
	}
	must(faults.errors == 0 && procedure_pass_count(&procedure) > 0);
	must(procedure.step_count <= PROCEDURE_STEPS_MAX);
	must(text_is_utf8(procedure.title, strlen(procedure.title)));
	for (unsigned number = 1; number <= procedure.step_count; number++)
		check_step(&procedure, number);
	check_again(&procedure);
	return 0;
}
