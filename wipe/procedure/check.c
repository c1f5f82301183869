/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check: can these steps be carried out one after the other, and is what they leave on the disk
 * looked at? The one thing followed is whose content lies on the disk at each step.
 */
#include "check.h"

static bool is_write(const struct procedure *procedure, unsigned number)
{
	return number >= 1 && number <= procedure->step_count &&
	    procedure->steps[number - 1].write != PROCEDURE_WRITE_NONE;
}

/* Steps that were not understood may have been anything: no second fault because of them. */
static bool is_unclear(const struct procedure *procedure, const struct check_lines *lines,
    unsigned number)
{
	return number >= 1 && number <= procedure->step_count && !lines[number - 1].understood;
}

static void check_complement(const struct procedure *procedure, const struct check_lines *lines,
    unsigned number, struct faults *faults)
{
	unsigned of = procedure->steps[number - 1].complement_of;
	if (of == number)
		faults_add(faults, lines[number - 1].write, "step %u is the complement of itself",
		    number);
	else if (of > number)
		faults_add(faults, lines[number - 1].write, "complement of %u in step %u: a later "
		    "step has no content yet", of, number);
	else if (!is_write(procedure, of) && !is_unclear(procedure, lines, of))
		faults_add(faults, lines[number - 1].write, "complement of %u: step %u writes "
		    "nothing", of, of);
}

/* `content`: the step whose content lies on the disk when this one verifies, 0 for none. */
static void check_verify(struct procedure *procedure, const struct check_lines *lines,
    unsigned number, unsigned content, struct faults *faults)
{
	struct procedure_step *step = &procedure->steps[number - 1];
	unsigned line = lines[number - 1].verify;
	if (step->verify == PROCEDURE_VERIFY_NONE)
		return;
	if (step->sanitize != PROCEDURE_SANITIZE_NONE)
		faults_add(faults, line, "nothing to verify: what a sanitize leaves on the disk is "
		    "not known");
	else if (step->verify_of == 0 && step->write == PROCEDURE_WRITE_NONE)
		faults_add(faults, line, "nothing to verify: step %u writes nothing, and no step "
		    "is named with 'of N'", number);
	else if (step->verify_of == 0)
		step->verify_of = number;
	else if (step->verify_of > number)
		faults_add(faults, line, "verify of %u in step %u: a later step has no content yet",
		    step->verify_of, number);
	else if (is_unclear(procedure, lines, step->verify_of))
		return;
	else if (!is_write(procedure, step->verify_of))
		faults_add(faults, line, "nothing to verify: step %u writes nothing",
		    step->verify_of);
	else if (step->verify_of != content)
		faults_add(faults, line, "nothing to verify: the content of step %u is gone by "
		    "step %u", step->verify_of, number);
}

static void check_step(struct procedure *procedure, const struct check_lines *lines,
    unsigned number, unsigned content, struct faults *faults)
{
	const struct procedure_step *step = &procedure->steps[number - 1];
	bool writes = step->write != PROCEDURE_WRITE_NONE;
	bool sanitizes = step->sanitize != PROCEDURE_SANITIZE_NONE;
	if (writes && sanitizes)
		faults_add(faults, lines[number - 1].sanitize, "step %u has both write and "
		    "sanitize: make it two steps", number);
	if (!writes && !sanitizes && step->verify == PROCEDURE_VERIFY_NONE)
		faults_add(faults, step->line, "step %u does nothing", number);
	if (step->write == PROCEDURE_WRITE_COMPLEMENT)
		check_complement(procedure, lines, number, faults);
	check_verify(procedure, lines, number, content, faults);
}

static void check_whole(const struct procedure *procedure, struct faults *faults)
{
	if (procedure_pass_count(procedure) == 0) {
		faults_add(faults, 0, "no step writes or sanitizes");
		return;
	}
	unsigned last = procedure_last_content(procedure);
	if (last != 0 && !procedure_is_verified(procedure))
		faults_warn(faults, procedure->steps[last - 1].line, "nothing verifies what step "
		    "%u leaves on the disk: the outcome is erased-with-exceptions at best", last);
}

void procedure_check(struct procedure *procedure, const struct check_lines *lines, bool lines_ok,
    struct faults *faults)
{
	bool understood = lines_ok;
	size_t errors = faults->errors;
	unsigned content = 0;
	for (unsigned number = 1; number <= procedure->step_count; number++) {
		const struct procedure_step *step = &procedure->steps[number - 1];
		if (step->sanitize != PROCEDURE_SANITIZE_NONE)
			content = 0;
		else if (step->write != PROCEDURE_WRITE_NONE)
			content = number;
		if (lines[number - 1].understood)
			check_step(procedure, lines, number, content, faults);
		else
			understood = false;
	}
	if (understood && faults->errors == errors)
		check_whole(procedure, faults);
}

unsigned procedure_last_content(const struct procedure *procedure)
{
	for (unsigned number = procedure->step_count; number >= 1; number--) {
		const struct procedure_step *step = &procedure->steps[number - 1];
		if (step->sanitize != PROCEDURE_SANITIZE_NONE)
			return 0;
		if (step->write != PROCEDURE_WRITE_NONE)
			return number;
	}
	return 0;
}

bool procedure_is_verified(const struct procedure *procedure)
{
	unsigned last = procedure_last_content(procedure);
	/* A verification of it can stand nowhere but at it or after it. */
	for (unsigned i = last; last != 0 && i <= procedure->step_count; i++) {
		const struct procedure_step *step = &procedure->steps[i - 1];
		if (step->verify != PROCEDURE_VERIFY_NONE && step->verify_of == last)
			return true;
	}
	return false;
}

unsigned procedure_pass_count(const struct procedure *procedure)
{
	unsigned count = 0;
	for (unsigned i = 0; i < procedure->step_count; i++)
		count += procedure->steps[i].write != PROCEDURE_WRITE_NONE ||
		    procedure->steps[i].sanitize != PROCEDURE_SANITIZE_NONE;
	return count;
}
