/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: what `wipe` and `resume` do alike besides their jobs: refusals, operators' signatures, the end. */
#include "app_private.h"

#include <string.h>

enum code app_check_refused(size_t refused, size_t count, bool keep_going, struct err *err)
{
	if (refused == 0 || (keep_going && refused < count))
		return CODE_OK;
	return err_set(err, CODE_REFUSED, "%zu of %zu disks refused, nothing was written%s", refused, count,
	    keep_going ? "" : " (--keep-going starts the others)");
}

enum code app_run_check_refused(struct app_run *run, struct err *err)
{
	struct app_erase_result *result = run->result;
	size_t refused = 0;
	for (size_t i = 0; i < result->count; i++)
		refused += result->disks[i].refused != CODE_OK;
	result->any_refused |= refused > 0;
	return app_check_refused(refused, result->count, run->keep_going, err);
}

/* Operators sign when all disks are done: a key that wants a touch must hold up no certificate. Whoever
 * resumes a job has the operator's agent at hand, or is told what is missing. */
static void sign_as_operator(struct app_run *run)
{
	for (size_t i = 0; i < run->result->count; i++) {
		struct app_disk *disk = &run->result->disks[i];
		struct err err = { 0 };
		char path[APP_PATH];
		if (!disk->issued || !disk->has_operator)
			continue;
		enum code code = app_sign(run->office.app, disk->certificate, TRUST_OPERATOR,
		    disk->operator_.principal, path, &err);
		if (code == CODE_OK || code == CODE_EXISTS)
			continue;
		disk->issued = false;
		disk->issue_code = code;
		err_prefix(&err, "the operator's signature is missing (certwipe sign %s --as operator)",
		    disk->certificate);
		text_copy(disk->issue_line, sizeof(disk->issue_line), err.line);
		run->face->trouble(run->face->self, disk, err.line);
	}
}

enum code app_run_finish(struct app_run *run, enum code code, struct err *err)
{
	struct err closing = { 0 };
	sign_as_operator(run);
	for (size_t i = 0; i < run->result->count; i++) {
		struct app_disk *disk = &run->result->disks[i];
		struct err late = { 0 };
		/* One that was refused after it was opened. What is not durable was said when that failed. */
		if (journal_close(disk->journal, &late) != CODE_OK)
			run->face->trouble(run->face->self, disk, late.line);
		disk->journal = NULL;
	}
	enum code closed = run->office.chain ? chain_close(run->office.chain, &closing) : CODE_OK;
	run->office.chain = NULL;
	if (code == CODE_OK && closed != CODE_OK) {
		*err = closing;
		code = closed;
	}
	return code;
}
