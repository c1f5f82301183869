/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job document: the tables of certwipe-job/1, and what lies between them and the program's values. */
#include "job_document.h"

#include "device_document.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT "certwipe-job/1"
#define COPY(to, from) text_copy(to, sizeof(to), from)

struct doc_step {
	char action[8], kind[12], bytes[2 * CONTENT_BYTES_MAX + 1], key_sha256[HASH_SHA256_HEX], verify[8];
	uint64_t procedure_step, content_of, permille, strata, each;
	bool left, complement;
};
struct doc_signature {
	char type[32], usage[16];
	uint64_t offset;
};
struct doc_person {
	bool given;
	char name[128], principal[128], key[TRUST_FINGERPRINT];
};
struct doc_job {
	char format[24], id[ID_TEXT], created[STAMP_TEXT], boot_id[37];
	struct device_document device;
	bool found_known, found_truncated;
	char found_why[160];
	struct doc_signature *signatures;
	size_t signature_count;
	uint32_t block, depth;
	struct doc_step *steps;
	size_t step_count;
	char procedure_sha256[HASH_SHA256_HEX], procedure_hex[2 * INI_FILE_MAX + 1];
	struct doc_person operator_;
	struct certificate_order order;
};

static const struct field signature_fields[] = {
	FIELDS_TEXT(doc_signature, "type", type, FORM_ASCII, false),
	FIELDS_TEXT(doc_signature, "usage", usage, FORM_ASCII, true),
	FIELDS_NUMBER(doc_signature, "offset", offset), FIELDS_END };
static const struct field step_fields[] = {
	FIELDS_WORD(doc_step, "action", action, "write verify"),
	FIELDS_NUMBER(doc_step, "procedure_step", procedure_step),
	FIELDS_NUMBER(doc_step, "content_of", content_of), FIELDS_BOOL(doc_step, "left", left),
	FIELDS_WORD(doc_step, "kind", kind, "constant keystream"),
	FIELDS_BOOL(doc_step, "complement", complement),
	FIELDS_TEXT(doc_step, "bytes", bytes, FORM_HEX, true),
	FIELDS_TEXT(doc_step, "key_sha256", key_sha256, FORM_FULL_HEX, true),
	FIELDS_WORD(doc_step, "verify", verify, "none sample full"),
	FIELDS_NUMBER(doc_step, "permille", permille), FIELDS_NUMBER(doc_step, "strata", strata),
	FIELDS_NUMBER(doc_step, "each", each), FIELDS_END };
static const struct field person_fields[] = {
	FIELDS_TEXT(doc_person, "name", name, FORM_UTF8, false),
	FIELDS_TEXT(doc_person, "principal", principal, FORM_UTF8, false),
	FIELDS_TEXT(doc_person, "key", key, FORM_FINGERPRINT, false), FIELDS_END };
static const struct field order_fields[] = {
	FIELDS_TEXT(certificate_order, "reference", reference, FORM_UTF8, true),
	FIELDS_TEXT(certificate_order, "client", client, FORM_UTF8, true),
	FIELDS_TEXT(certificate_order, "ticket", ticket, FORM_UTF8, true),
	FIELDS_TEXT(certificate_order, "location", location, FORM_UTF8, true), FIELDS_END };
static const struct field job_fields[] = {
	FIELDS_WORD(doc_job, "format", format, FORMAT),
	FIELDS_TEXT(doc_job, "id", id, FORM_ID, false),
	FIELDS_TEXT(doc_job, "created", created, FORM_STAMP, false),
	FIELDS_TEXT(doc_job, "boot_id", boot_id, FORM_ASCII, false),
	FIELDS_OBJECT(doc_job, "identity", device.identity, device_identity_fields, false),
	FIELDS_TEXT(doc_job, "bus", device.bus, FORM_ASCII, true),
	FIELDS_WORD(doc_job, "media", device.media, "hdd ssd virtual unknown"),
	FIELDS_BOOL(doc_job, "virtual", device.is_virtual),
	FIELDS_BOOL(doc_job, "removable", device.removable),
	FIELDS_OBJECT(doc_job, "sources", device.sources, device_sources_fields, false),
	FIELDS_BOOL(doc_job, "found_known", found_known),
	FIELDS_BOOL(doc_job, "found_truncated", found_truncated),
	FIELDS_TEXT(doc_job, "found_why", found_why, FORM_UTF8, true),
	FIELDS_LIST(doc_job, "found", signatures, signature_count, signature_fields, OS_SIGNATURES_MAX),
	FIELDS_NUMBER(doc_job, "block", block), FIELDS_NUMBER(doc_job, "depth", depth),
	FIELDS_LIST(doc_job, "steps", steps, step_count, step_fields, PLAN_STEPS_MAX),
	FIELDS_TEXT(doc_job, "procedure_sha256", procedure_sha256, FORM_FULL_HEX, false),
	FIELDS_TEXT(doc_job, "procedure", procedure_hex, FORM_HEX, false),
	FIELDS_OBJECT(doc_job, "operator", operator_, person_fields, true),
	FIELDS_OBJECT(doc_job, "order", order, order_fields, false), FIELDS_END };

/* ---- from the program's values -------------------------------------------------------------------- */

static const char *const verify_words[] = { [PROCEDURE_VERIFY_NONE] = "none",
	[PROCEDURE_VERIFY_SAMPLE] = "sample", [PROCEDURE_VERIFY_FULL] = "full" };

static void put_step(const struct plan_step *from, struct doc_step *to)
{
	COPY(to->action, from->action == PLAN_WRITE ? "write" : "verify");
	COPY(to->kind, from->content.kind == CONTENT_CONSTANT ? "constant" : "keystream");
	bytes_hex_format(from->content.bytes, from->content.byte_count, to->bytes);
	COPY(to->key_sha256, from->key_sha256);
	COPY(to->verify, verify_words[from->verify]);
	to->procedure_step = from->procedure_step;
	to->content_of = from->content_of;
	to->left = from->left;
	to->complement = from->content.complement;
	to->permille = from->sample_permille;
	to->strata = from->sample_strata;
	to->each = from->sample_each;
}

static void put_device(const struct device *device, struct doc_job *doc)
{
	device_document_put(device, &doc->device);
	doc->found_known = device->found.result == OS_PROBE_DONE;
	doc->found_truncated = device->found.truncated;
	COPY(doc->found_why, device->found.why);
	for (size_t i = 0; doc->found_known && i < device->found.count; i++) {
		const struct os_signature *from = &device->found.items[i];
		struct doc_signature *to = &doc->signatures[doc->signature_count++];
		/* From a hostile disk, by way of libblkid. */
		text_safe(to->type, sizeof(to->type), from->type, strnlen(from->type, sizeof(from->type)));
		text_safe(to->usage, sizeof(to->usage), from->usage,
		    strnlen(from->usage, sizeof(from->usage)));
		to->offset = bytes_min(from->offset, BYTES_JSON_MAX);
	}
}

static enum code put(const struct job_document *document, struct doc_job *doc, struct err *err)
{
	const struct plan *plan = &document->plan;
	doc->steps = calloc(PLAN_STEPS_MAX, sizeof(*doc->steps));
	doc->signatures = calloc(OS_SIGNATURES_MAX, sizeof(*doc->signatures));
	if (!doc->steps || !doc->signatures)
		return err_memory(err);
	if (document->procedure_text.len > INI_FILE_MAX)
		return err_set(err, CODE_BUG, "a procedure of %zu bytes", document->procedure_text.len);
	COPY(doc->format, FORMAT);
	COPY(doc->id, plan->id);
	stamp_format(document->wall_created_s, doc->created);
	COPY(doc->boot_id, document->boot_id);
	put_device(&document->device, doc);
	doc->device.identity = plan->identity;
	doc->block = plan->block;
	doc->depth = plan->depth;
	for (; doc->step_count < plan->step_count; doc->step_count++)
		put_step(&plan->steps[doc->step_count], &doc->steps[doc->step_count]);
	COPY(doc->procedure_sha256, document->procedure.sha256);
	bytes_hex_format(document->procedure_text.data, document->procedure_text.len,
	    doc->procedure_hex);
	doc->operator_.given = document->has_operator;
	COPY(doc->operator_.name, document->operator_.name);
	COPY(doc->operator_.principal, document->operator_.principal);
	COPY(doc->operator_.key, document->operator_.key);
	doc->order = document->order;
	return CODE_OK;
}

enum code job_document_format(const struct job_document *document, struct buf *ret, struct err *err)
{
	struct doc_job *doc = calloc(1, sizeof(*doc));
	if (!doc)
		return err_memory(err);
	enum code code = put(document, doc, err);
	if (code == CODE_OK)
		code = fields_check(job_fields, doc, "", err);
	if (code == CODE_OK) {
		struct json_writer writer;
		json_write_start(&writer, ret, false);
		json_write_object(&writer, NULL);
		fields_write(&writer, job_fields, doc);
		json_write_close(&writer);
		code = json_write_end(&writer, err);
	}
	fields_free(job_fields, doc);
	free(doc);
	return code;
}

/* ---- and back --------------------------------------------------------------------------------------- */

static enum code take_step(const struct doc_step *from, unsigned index, unsigned count,
    struct plan_step *to, struct err *err)
{
	size_t len = strlen(from->bytes) / 2;
	bool constant = strcmp(from->kind, "constant") == 0;
	if (from->content_of >= count || from->procedure_step > PROCEDURE_STEPS_MAX ||
	    from->permille > 1000 || from->strata > PROCEDURE_STRATA_MAX ||
	    from->each > PROCEDURE_EACH_MAX || constant != (len > 0) ||
	    constant == (from->key_sha256[0] != 0) || len > CONTENT_BYTES_MAX)
		return err_set(err, CODE_INPUT, "steps[%u]: no step a plan can have", index);
	to->action = strcmp(from->action, "write") == 0 ? PLAN_WRITE : PLAN_VERIFY;
	to->procedure_step = (unsigned)from->procedure_step;
	to->content_of = (unsigned)from->content_of;
	to->left = from->left;
	to->content.kind = constant ? CONTENT_CONSTANT : CONTENT_KEYSTREAM;
	to->content.complement = from->complement;
	to->content.byte_count = (uint8_t)len;
	if (len && !bytes_hex_parse(from->bytes, to->content.bytes, len))
		return err_set(err, CODE_INPUT, "steps[%u]: no bytes", index);
	COPY(to->key_sha256, from->key_sha256);
	for (unsigned i = 0; i < WIPE_COUNT(verify_words); i++) {
		if (strcmp(verify_words[i], from->verify) == 0)
			to->verify = (enum procedure_verify)i;
	}
	to->sample_permille = (unsigned)from->permille;
	to->sample_strata = (unsigned)from->strata;
	to->sample_each = (unsigned)from->each;
	return CODE_OK;
}

static enum code take_plan(const struct doc_job *doc, struct plan *plan, struct err *err)
{
	COPY(plan->id, doc->id);
	plan->identity = doc->device.identity;
	plan->size = doc->device.identity.size;
	plan->logical = doc->device.identity.logical;
	plan->physical = doc->device.identity.physical;
	plan->block = doc->block;
	plan->depth = doc->depth;
	plan->step_count = (unsigned)doc->step_count;
	if (plan->block == 0 || plan->depth == 0 || plan->depth > OS_DISK_SLOTS_MAX ||
	    (uint64_t)plan->block * plan->depth > PLAN_MEMORY_MAX || plan->step_count == 0)
		return err_set(err, CODE_INPUT, "block, depth or steps: no plan can have these");
	enum code code = CODE_OK;
	for (unsigned i = 0; code == CODE_OK && i < plan->step_count; i++)
		code = take_step(&doc->steps[i], i, plan->step_count, &plan->steps[i], err);
	return code;
}

static void take_device(const struct doc_job *doc, struct device *device)
{
	device_document_take(&doc->device, device);
	device->found.result = doc->found_known ? OS_PROBE_DONE : OS_PROBE_UNKNOWN;
	device->found.truncated = doc->found_truncated;
	COPY(device->found.why, doc->found_why);
	device->found.count = doc->signature_count;
	for (size_t i = 0; i < doc->signature_count; i++) {
		COPY(device->found.items[i].type, doc->signatures[i].type);
		COPY(device->found.items[i].usage, doc->signatures[i].usage);
		device->found.items[i].offset = doc->signatures[i].offset;
	}
}

static enum code take_procedure(const struct doc_job *doc, struct job_document *ret, struct err *err)
{
	size_t len = strlen(doc->procedure_hex) / 2;
	uint8_t *bytes = malloc(len);
	if (!bytes)
		return err_memory(err);
	struct faults faults = { 0 };
	enum code code = bytes_hex_parse(doc->procedure_hex, bytes, len)
	    ? procedure_parse(bytes, len, "procedure", &faults, &ret->procedure, err)
	    : err_set(err, CODE_INPUT, "procedure: not hexadecimal");
	if (code == CODE_OK && strcmp(ret->procedure.sha256, doc->procedure_sha256) != 0)
		code = err_set(err, CODE_INPUT, "procedure: is not what its hash names");
	if (code == CODE_OK)
		buf_append(&ret->procedure_text, bytes, len);
	free(bytes);
	return code == CODE_OK ? buf_check(&ret->procedure_text, err) : code;
}

static enum code take(const struct doc_job *doc, struct job_document *ret, struct err *err)
{
	enum code code = take_plan(doc, &ret->plan, err);
	if (code == CODE_OK)
		code = take_procedure(doc, ret, err);
	take_device(doc, &ret->device);
	for (unsigned i = 0; i < ret->plan.step_count; i++)
		ret->plan.steps[i].sample_block = sampling_block_of(ret->device.media);
	ret->order = doc->order;
	ret->has_operator = doc->operator_.given;
	COPY(ret->operator_.name, doc->operator_.name);
	COPY(ret->operator_.principal, doc->operator_.principal);
	COPY(ret->operator_.key, doc->operator_.key);
	COPY(ret->boot_id, doc->boot_id);
	if (code == CODE_OK && !stamp_parse(doc->created, &ret->wall_created_s))
		code = err_set(err, CODE_INPUT, "created: no time");
	return code;
}

enum code job_document_parse(const void *data, size_t len, const char *source,
    struct job_document *ret, struct err *err)
{
	struct json_document *json = NULL;
	struct doc_job *doc = calloc(1, sizeof(*doc));
	struct job_document *document = calloc(1, sizeof(*document));
	enum code code = doc && document ? CODE_OK : err_memory(err);
	if (code == CODE_OK)
		code = json_read_parse(data, len, source, &json, err);
	if (code == CODE_OK) {
		code = fields_read(json_read_root(json), job_fields, doc, "", err);
		if (code == CODE_OK)
			code = take(doc, document, err);
		if (code != CODE_OK)
			err_prefix(err, "%s", source);
	}
	if (code == CODE_OK)
		*ret = *document;
	else if (document)
		job_document_free(document);
	json_read_free(json);
	if (doc)
		fields_free(job_fields, doc);
	free(doc);
	free(document);
	return code;
}

void job_document_free(struct job_document *document)
{
	plan_forget(&document->plan);
	buf_free(&document->procedure_text);
}
