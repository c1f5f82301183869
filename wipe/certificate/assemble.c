/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assemble: from plan, device and evidence to the document; its steps are in assemble_steps.c. */
#include "document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COPY(to, from) assemble_text(to, sizeof(to), from)

/*
 * A certificate must come about whatever a message held: text cut inside a character loses that
 * character, and text that is no UTF-8 is written as \xHH.
 */
void assemble_text(char *out, size_t size, const char *text)
{
	if (!text_is_utf8(text, strlen(text))) {
		size_t len = strlen(text);
		size_t cut = len;
		while (cut && len - cut < 4 && !text_is_utf8(text, cut))
			cut--;
		char whole[512];
		if (cut == 0 || !text_is_utf8(text, cut) || cut >= sizeof(whole)) {
			text_safe(out, size, text, len);
			return;
		}
		memcpy(whole, text, cut);
		whole[cut] = 0;
		text_copy(out, size, whole);
	} else {
		text_copy(out, size, text);
	}
	size_t len = strlen(out);
	while (len && !text_is_utf8(out, len))
		out[--len] = 0;
}

static const char *level_text(enum procedure_level level)
{
	return level == PROCEDURE_CLEAR ? "clear" : level == PROCEDURE_PURGE ? "purge" : "none";
}

static enum code add_line(struct doc_line **lines, size_t *count, const char *text,
    struct err *err)
{
	struct doc_line *more = reallocarray(*lines, *count + 1, sizeof(*more));
	if (!more)
		return err_memory(err);
	*lines = more;
	COPY(more[*count].text, text);
	(*count)++;
	return CODE_OK;
}

static enum code put_verdict(const struct certificate_inputs *inputs, struct certificate *ret,
    struct err *err)
{
	struct verdict verdict;
	enum hidden_areas hidden = evidence_hidden_areas(inputs->device);
	evidence_verdict(inputs->evidence, inputs->plan, inputs->device, hidden, &verdict);
	enum code code = CODE_OK;
	for (size_t i = 0; i < verdict.exception_count && code == CODE_OK; i++)
		code = add_line(&ret->exceptions, &ret->exception_count, verdict.exceptions[i], err);
	enum procedure_level asked = inputs->procedure->level;
	if (asked == PROCEDURE_LEVEL_NONE)
		verdict.achieved = PROCEDURE_LEVEL_NONE;
	if (asked == PROCEDURE_PURGE && code == CODE_OK) {
		if (verdict.outcome == OUTCOME_ERASED)
			verdict.outcome = OUTCOME_WITH_EXCEPTIONS;
		code = add_line(&ret->exceptions, &ret->exception_count,
		    "Purge was asked for, and overwriting does not achieve it.", err);
	}
	char next[EVENT_TEXT + 128];
	assemble_next_step(inputs, &verdict, next, sizeof(next));
	if (*next && code == CODE_OK)
		code = add_line(&ret->exceptions, &ret->exception_count, next, err);
	COPY(ret->outcome, evidence_outcome_text(verdict.outcome));
	COPY(ret->level.requested, level_text(asked));
	COPY(ret->level.achieved, level_text(verdict.achieved));
	COPY(ret->found.hidden.before, evidence_hidden_text(hidden));
	COPY(ret->found.hidden.after, evidence_hidden_text(hidden));
	if (verdict.achieved == PROCEDURE_CLEAR)
		COPY(ret->level.standard, "NIST SP 800-88 Clear: every address the host can reach was "
		    "overwritten through the standard write interface");
	if (inputs->device->media != DEVICE_MEDIA_HDD)
		COPY(ret->level.statement, inputs->device->media == DEVICE_MEDIA_SSD
		    ? "Flash overwritten by the host: spare areas, retired blocks and superseded copies "
		      "inside the drive were not reached."
		    : "Whether this is flash is not known or it is virtual: copies below the addresses "
		      "the host can reach were not reached.");
	const char *reason = inputs->evidence->reason;
	COPY(ret->ending, evidence_ending_text(inputs->evidence->ending));
	if (inputs->evidence->ending != EVIDENCE_COMPLETED)
		COPY(ret->reason, *reason ? reason : "no reason was recorded");
	return code;
}

static void put_device(const struct device *device, struct doc_device *ret)
{
	const struct identity *identity = &device->identity;
	COPY(ret->node, identity->node);
	snprintf(ret->number, sizeof(ret->number), "%u:%u", identity->major, identity->minor);
	if (identity->diskseq)
		snprintf(ret->diskseq, sizeof(ret->diskseq), "%" PRIu64, identity->diskseq);
	COPY(ret->bus, device->bus);
	COPY(ret->transport, *identity->transport ? identity->transport : "unknown");
	COPY(ret->media, device->media == DEVICE_MEDIA_HDD ? "hdd"
	    : device->media == DEVICE_MEDIA_SSD ? "ssd"
	    : device->media == DEVICE_MEDIA_VIRTUAL ? "virtual" : "unknown");
	ret->is_virtual = device->virtual_disk || device->media == DEVICE_MEDIA_VIRTUAL;
	ret->removable = device->removable;
	COPY(ret->model, identity->model);
	COPY(ret->serial, identity->serial);
	COPY(ret->wwn, identity->wwn);
	COPY(ret->unit, identity->unit);
	COPY(ret->firmware, identity->firmware);
	COPY(ret->sources.model, device->model_source);
	COPY(ret->sources.serial, device->serial_source);
	COPY(ret->sources.wwn, device->wwn_source);
	COPY(ret->sources.firmware, device->firmware_source);
	ret->capacity = identity->size;
	ret->logical = identity->logical;
	ret->physical = identity->physical;
	COPY(ret->identify_sha256, identity->identify_sha256);
}

static void put_health(const struct evidence *evidence, struct doc_found *ret)
{
	const struct evidence_health *health = evidence->health;
	COPY(ret->health.before, health[0].known && *health[0].text ? health[0].text : "unknown");
	COPY(ret->health.after, health[1].known && *health[1].text ? health[1].text : "unknown");
	char *const to[] = { ret->reallocated.before, ret->reallocated.after };
	for (size_t i = 0; i < 2; i++) {
		if (health[i].known && health[i].reallocated != UINT64_MAX)
			snprintf(to[i], sizeof(ret->reallocated.before), "%" PRIu64,
			    health[i].reallocated);
		else
			text_copy(to[i], sizeof(ret->reallocated.before), "unknown");
	}
}

static enum code put_found(const struct os_probe *probe, struct doc_found *ret, struct err *err)
{
	ret->known = probe->result == OS_PROBE_DONE;
	ret->truncated = probe->truncated;
	if (!ret->known)
		COPY(ret->note, *probe->why ? probe->why : "the disk was not looked at");
	const char *const unknown = "unknown";
	size_t count = ret->known && probe->count <= OS_SIGNATURES_MAX ? probe->count : 0;
	ret->signatures = calloc(count + 1, sizeof(*ret->signatures));
	if (!ret->signatures)
		return err_memory(err);
	for (; ret->signature_count < count; ret->signature_count++) {
		const struct os_signature *from = &probe->items[ret->signature_count];
		struct doc_signature *to = &ret->signatures[ret->signature_count];
		/* libblkid takes these from a hostile disk. */
		text_safe(to->type, sizeof(to->type), from->type, strnlen(from->type, 32));
		text_safe(to->usage, sizeof(to->usage), from->usage, strnlen(from->usage, 16));
		if (!*to->type)
			COPY(to->type, unknown);
		if (!*to->usage)
			COPY(to->usage, unknown);
		to->offset = bytes_min(from->offset, BYTES_JSON_MAX);
	}
	return CODE_OK;
}

static enum code put_procedure(const struct procedure *procedure, struct doc_procedure *ret,
    struct err *err)
{
	COPY(ret->id, procedure->id);
	COPY(ret->title, procedure->title);
	COPY(ret->version, procedure->version);
	COPY(ret->sha256, procedure->sha256);
	COPY(ret->level, level_text(procedure->level));
	COPY(ret->status, procedure_status_text(procedure->status));
	COPY(ret->by, procedure->by);
	COPY(ret->basis, procedure->basis);
	COPY(ret->note, procedure->note);
	COPY(ret->hidden, procedure_hidden_text(procedure->hidden));
	COPY(ret->media, procedure_media_text(procedure->media));
	ret->passes = calloc(procedure->step_count + 1, sizeof(*ret->passes));
	if (!ret->passes)
		return err_memory(err);
	for (; ret->pass_count < procedure->step_count; ret->pass_count++) {
		const struct procedure_step *step = &procedure->steps[ret->pass_count];
		struct doc_pass *pass = &ret->passes[ret->pass_count];
		pass->step = ret->pass_count + 1;
		procedure_write_text(step, pass->write, sizeof(pass->write));
		if (!*pass->write)
			COPY(pass->write, "none");
		procedure_verify_text(step, pass->verify, sizeof(pass->verify));
	}
	return CODE_OK;
}

static void put_claim(const struct evidence *evidence, struct doc_claim *ret)
{
	ret->held = evidence->claimed;
	COPY(ret->method, evidence->method);
	ret->request = bytes_min(evidence->request, BYTES_JSON_MAX);
	ret->depth = evidence->depth;
	ret->partitions_dropped = evidence->partitions_dropped;
	ret->openers_known = evidence->openers_known;
	COPY(ret->identity, !evidence->identity_asked ? "not-asked"
	    : evidence->identity_same ? "same" : "different");
	COPY(ret->identity_note, evidence->identity_note);
	ret->writes = (struct doc_writes){ .given = evidence->counted && evidence->counter_known,
		.kernel = evidence->counter_kernel, .ours = evidence->counter_ours,
		.most = evidence->counter_most, .discarded = evidence->counter_discarded };
}

static void put_person(const struct certificate_person *person, struct doc_person *ret)
{
	if (!person)
		return;
	ret->given = true;
	COPY(ret->name, person->name);
	COPY(ret->principal, person->principal);
	COPY(ret->key, person->key);
}

static void put_surroundings(const struct certificate_inputs *inputs, struct certificate *ret)
{
	put_person(inputs->operator_, &ret->people.operator_);
	put_person(inputs->witness, &ret->people.witness);
	put_person(inputs->approver, &ret->people.approver);
	if (inputs->order) {
		COPY(ret->order.reference, inputs->order->reference);
		COPY(ret->order.client, inputs->order->client);
		COPY(ret->order.ticket, inputs->order->ticket);
		COPY(ret->order.location, inputs->order->location);
	}
	COPY(ret->station.organisation, inputs->station->organisation);
	COPY(ret->station.site, inputs->station->site);
	COPY(ret->station.host, inputs->machine->host);
	COPY(ret->station.machine_id, inputs->machine->machine_id);
	COPY(ret->station.boot_id, inputs->machine->boot_id);
	COPY(ret->station.principal, inputs->station->principal);
	COPY(ret->station.key, inputs->station->key);
	COPY(ret->station.chain, inputs->station->chain);
	ret->station.counter = inputs->station->counter;
	COPY(ret->station.previous, inputs->station->previous);
	COPY(ret->clock.source, "CLOCK_REALTIME");
	COPY(ret->clock.synchronised, inputs->clock_sync == OS_CLOCK_SYNCHRONISED ? "yes"
	    : inputs->clock_sync == OS_CLOCK_UNSYNCHRONISED ? "no" : "unknown");
	const struct evidence *evidence = inputs->evidence;
	ret->clock.seconds = (evidence->boot_earlier_ns + evidence->boot_end_ns -
	    evidence->boot_start_ns) / UINT64_C(1000000000);
	ret->clock.steps = inputs->evidence->clock_steps;
	ret->clock.largest_step = inputs->evidence->clock_step_s;
	COPY(ret->tool.version, inputs->tool->version);
	COPY(ret->tool.commit, *inputs->tool->commit ? inputs->tool->commit : "unknown");
	COPY(ret->tool.sha256, inputs->machine->executable_sha256);
	COPY(ret->tool.kernel, inputs->machine->kernel);
}

static enum code put_limits(const struct device *device, const struct evidence *evidence,
    struct certificate *ret, struct err *err)
{
	static const char *const limits[] = {
		"It relies on what the drive's firmware answers: a drive that lies about what it wrote, "
		"or about its size, can deceive it.",
		"It says nothing about areas the host cannot address: spare and retired blocks, caches, "
		"service areas.",
		"It does not say that no other host could reach the disk meanwhile, where several can.",
		"It is as trustworthy as the machine it was made on: whoever holds root there, or a "
		"copy of the station's key, can make one that says anything.",
		"It says nothing about copies of the data elsewhere.",
	};
	enum code code = CODE_OK;
	for (size_t i = 0; i < WIPE_COUNT(limits) && code == CODE_OK; i++)
		code = add_line(&ret->limits, &ret->limit_count, limits[i], err);
	if (!evidence->health[0].told && !evidence->health[1].told && code == CODE_OK)
		code = add_line(&ret->limits, &ret->limit_count,
		    "Health and reallocated sectors of the disk were not asked for.", err);
	char line[160];
	snprintf(line, sizeof(line), "Of its %zu interruptions only the first ones and the last are "
	    "listed.", evidence->interruption_count);
	if (evidence->interruption_count > EVIDENCE_INTERRUPTIONS_MAX && code == CODE_OK)
		code = add_line(&ret->limits, &ret->limit_count, line, err);
	bool is_virtual = device->virtual_disk || device->media == DEVICE_MEDIA_VIRTUAL;
	if (is_virtual && code == CODE_OK)
		code = add_line(&ret->limits, &ret->limit_count, "The disk is a virtual one: where its "
		    "bytes lie, and whether older versions of them exist there, is not known.", err);
	return code;
}

static enum code fill(const struct certificate_inputs *inputs, struct certificate *ret,
    struct err *err)
{
	COPY(ret->format, DOCUMENT_FORMAT);
	COPY(ret->id, inputs->plan->id);
	stamp_format(inputs->wall_issued_s, ret->issued);
	put_device(inputs->device, &ret->device);
	put_claim(inputs->evidence, &ret->claim);
	put_surroundings(inputs, ret);
	enum code code = put_verdict(inputs, ret, err);
	if (code == CODE_OK)
		code = put_found(&inputs->device->found, &ret->found, err);
	put_health(inputs->evidence, &ret->found);
	if (code == CODE_OK)
		code = assemble_interruptions(inputs->evidence, ret, err);
	if (code == CODE_OK)
		code = put_procedure(inputs->procedure, &ret->procedure, err);
	if (code == CODE_OK)
		code = assemble_steps(inputs, ret, err);
	if (code == CODE_OK)
		code = assemble_ranges(inputs, ret, err);
	if (code != CODE_OK)
		return code;
	assemble_assurance(inputs, ret);
	return put_limits(inputs->device, inputs->evidence, ret, err);
}

enum code certificate_assemble(const struct certificate_inputs *inputs, struct certificate **ret,
    struct err *err)
{
	struct certificate *certificate = calloc(1, sizeof(*certificate));
	if (!certificate)
		return err_memory(err);
	enum code code = fill(inputs, certificate, err);
	if (code == CODE_OK && document_check(certificate, err) != CODE_OK) {
		err_prefix(err, "the certificate would break its own rules");
		code = err->code = CODE_BUG;
	}
	if (code == CODE_OK)
		code = document_derive(certificate, err);
	if (code != CODE_OK) {
		certificate_free(certificate);
		return code;
	}
	*ret = certificate;
	return CODE_OK;
}
