/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job load: a job from the store, for whoever finds its disk again and for whoever runs it. */
#include "app_private.h"
#include "job_store.h"

#include <stdlib.h>
#include <string.h>

static void take_document(struct app_disk *disk, struct job_document *document)
{
	disk->plan = document->plan;
	disk->procedure = document->procedure;
	disk->order = document->order;
	disk->operator_ = document->operator_;
	disk->has_operator = document->has_operator;
	disk->clearance.device = document->device;
	job_document_free(document);
}

enum code app_job_load(struct app *app, const char *id, struct app_disk *disk,
    struct app_beginning *beginning, struct job_session *ret_session, struct err *err)
{
	struct job_document *document = calloc(1, sizeof(*document));
	if (!document)
		return err_memory(err);
	enum code code = job_store_open(app, id, document, &beginning->evidence, ret_session,
	    &disk->journal, err);
	if (code == CODE_OK) {
		beginning->wall_created_s = document->wall_created_s;
		beginning->same_boot = strcmp(ret_session->boot_id, app->machine.boot_id) == 0;
		take_document(disk, document);
	}
	free(document);
	return code;
}

bool app_job_has_written(const struct evidence *evidence)
{
	return evidence->interruption_count > 0 ||
	    (evidence->step_count > 0 && evidence->steps[0].state != EVIDENCE_NOT_STARTED);
}

enum code app_job_other_chain(const struct app *app, struct err *err)
{
	return err_set(err, CODE_INPUT, "it was writing to its disk, and the station's chain does not know it: "
	    "%s is an older copy or another one; put the right one back", app->paths.chain);
}

enum code app_job_take(const struct app_office *office, const char *id, struct app_disk *disk,
    struct app_beginning *beginning, struct job_session *ret_session, struct err *err)
{
	char start[HASH_SHA256_HEX] = "";
	enum code code = app_job_load(office->app, id, disk, beginning, ret_session, err);
	if (code != CODE_OK)
		return code;
	/* It has begun unless the chain can be asked and says that it has not: who never began is removed. */
	disk->resumed = disk->started = disk->in_chain = disk->waits = true;
	code = chain_find(office->chain, "start", id, start, err);
	if (code != CODE_OK)
		return code;
	/* The word to write is only given to what the chain has: then this chain is not that one. */
	if (!start[0] && app_job_has_written(&beginning->evidence))
		return app_job_other_chain(office->app, err);
	disk->resumed = disk->started = disk->in_chain = disk->waits = start[0] != 0;
	return CODE_OK;
}

enum code app_job_unmake(const struct app_office *office, const char *id, bool *ret_begun, struct err *err)
{
	char start[HASH_SHA256_HEX] = "";
	int lock = -1;
	enum code code = job_store_lock(office->app, id, &lock, err);
	/* Asked only now: before the lock somebody else may have begun it, and died. */
	if (code == CODE_OK || code == CODE_MISSING)
		code = chain_find(office->chain, "start", id, start, err);
	*ret_begun = start[0] != 0 || code == CODE_BUSY;
	if (code == CODE_OK && !start[0])
		code = job_store_remove(office->app, id, err);
	job_store_unlock(office->app, lock);
	return code;
}
