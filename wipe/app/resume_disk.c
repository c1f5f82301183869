/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resume_disk: which of the disks that are here is the one of an unfinished job? */
#include "resume_disk.h"

#include <string.h>

/* The same number and sequence in the same boot: the kernel has not seen the disk go. */
static bool is_still_there(const struct identity *now, const struct job_session *session)
{
	return session->diskseq != 0 && now->diskseq == session->diskseq &&
	    now->major == session->major && now->minor == session->minor;
}

/* The only disk that is, or could be, the job's. CODE_MISSING: none is here. */
static enum code find_any(const struct resume_search *search, const struct device **ret,
    bool *ret_needs_proof, struct err *err)
{
	const struct device_set *set = search->set;
	const struct identity *then = &search->then->identity;
	const struct job_session *session = search->session;
	const struct device *found = NULL;
	size_t unsure = 0;
	for (size_t i = 0; i < set->count; i++) {
		const struct device *device = &set->items[i];
		enum device_match match = device_match(&device->identity, then);
		/* Two that are the same are refused by their claims: the first one will do. */
		if (match == DEVICE_SAME ||
		    (match == DEVICE_UNSURE && session && is_still_there(&device->identity, session))) {
			*ret = device;
			*ret_needs_proof = false;
			return CODE_OK;
		}
		if (match == DEVICE_UNSURE) {
			found = device;
			unsure++;
		}
	}
	if (unsure > 1)
		return err_set(err, CODE_REFUSED, "%zu disks without a serial number could be it: name it with "
		    "--device", unsure);
	if (!found)
		return err_set(err, CODE_MISSING, "its disk (%s, serial '%s') is not here: the job waits for it",
		    then->model, then->serial);
	*ret = found;
	*ret_needs_proof = true;
	return CODE_OK;
}

static enum code find_named(const struct resume_search *search, const struct device **ret,
    bool *ret_needs_proof, struct err *err)
{
	const struct identity *then = &search->then->identity;
	const struct job_session *session = search->session;
	const struct device *device = NULL;
	enum code code = device_find(search->app->host, search->set, search->named, &device, err);
	if (code != CODE_OK)
		return code;
	enum device_match match = device_match(&device->identity, then);
	if (match == DEVICE_OTHER)
		return err_set(err, CODE_REFUSED, "%s is not its disk (%s, serial '%s')", device->identity.node,
		    then->model, then->serial);
	*ret = device;
	*ret_needs_proof = match == DEVICE_UNSURE &&
	    !(session && is_still_there(&device->identity, session));
	return CODE_OK;
}

enum code resume_disk_find(const struct resume_search *search, const struct device **ret,
    bool *ret_needs_proof, struct err *err)
{
	return search->named ? find_named(search, ret, ret_needs_proof, err)
	    : find_any(search, ret, ret_needs_proof, err);
}

/* ---- and nobody else's? -------------------------------------------------------------------------------- */

/* Is there anything on it that was not there when the job began? */
static const char *new_on_it(const struct os_probe *then, const struct os_probe *now)
{
	for (size_t i = 0; now->result == OS_PROBE_DONE && i < now->count; i++) {
		bool known = then->result != OS_PROBE_DONE || then->truncated;
		/* By type alone: of a table that was written over the spare one shows up elsewhere. */
		for (size_t k = 0; k < then->count && !known; k++)
			known = strcmp(now->items[i].type, then->items[k].type) == 0;
		if (!known)
			return now->items[i].type;
	}
	return NULL;
}

enum code resume_disk_check(const struct resume_search *search, const struct device *device,
    struct err *err)
{
	static const struct os_probe nothing = { .result = OS_PROBE_DONE };
	const struct job_session *session = search->session;
	struct device now = *device;
	uint32_t step = 0;
	uint64_t offset = 0;
	evidence_resume_point(search->evidence, &step, &offset);
	if (offset > 0 || step >= search->evidence->step_count ||
	    search->evidence->steps[step].action != PLAN_WRITE)
		return CODE_OK;
	if (step == 0 && !now.identity.wwn[0] && !(session && is_still_there(&now.identity, session)))
		return err_set(err, CODE_REFUSED, "nothing proves that %s is its disk: it went away, has no WWN, "
		    "and nothing was safely written to it yet; abandon the job, then wipe the disk anew",
		    now.identity.node);
	device_probe(search->app->host, &now);
	/* The passes before have left nothing of what was found then. */
	const char *type = new_on_it(step == 0 ? &search->then->found : &nothing, &now.found);
	if (!type)
		return CODE_OK;
	return err_set(err, CODE_REFUSED, "%s was put to use since: there is %s on it now; abandon the job, "
	    "then wipe the disk anew", now.identity.node, type);
}
