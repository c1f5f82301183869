/* SPDX-License-Identifier: GPL-3.0-or-later */
/* document: the tables of certwipe-certificate/1, in the order of the file; format and parse. */
#include "document.h"

#include <stdlib.h>
#include <string.h>

#define SIZE(type, member) sizeof(((struct type *)0)->member)
#define TEXT(type, key, member, form_, null)                                                       \
	{ key, FIELD_TEXT, form_, null, offsetof(struct type, member), SIZE(type, member), 0, 0,   \
		NULL, NULL }
#define WORD(type, key, member, list)                                                              \
	{ key, FIELD_TEXT, FORM_WORD, false, offsetof(struct type, member), SIZE(type, member), 0, \
		0, NULL, list " " }
#define COUNT(type, key, member)                                                                   \
	{ key, FIELD_COUNT, FORM_UTF8, false, offsetof(struct type, member), 8, 0, 0, NULL, NULL }
#define NUMBER(type, key, member)                                                                  \
	{ key, FIELD_NUMBER, FORM_UTF8, false, offsetof(struct type, member), 8, 0, 0, NULL, NULL }
#define BOOL(type, key, member)                                                                    \
	{ key, FIELD_BOOL, FORM_UTF8, false, offsetof(struct type, member), 1, 0, 0, NULL, NULL }
#define OBJECT(type, key, member, table, null)                                                     \
	{ key, FIELD_OBJECT, FORM_UTF8, null, offsetof(struct type, member), SIZE(type, member), 0, \
		0, table, NULL }
#define LIST(type, key, member, counter, table, most)                                              \
	{ key, FIELD_LIST, FORM_UTF8, false, offsetof(struct type, member),                        \
		sizeof(*((struct type *)0)->member), offsetof(struct type, counter), most, table,   \
		NULL }
#define END { .kind = FIELD_END }

static const struct field line_fields[] = { TEXT(doc_line, NULL, text, FORM_UTF8, false), END };
static const struct field level_fields[] = {
	WORD(doc_level, "requested", requested, "clear purge none"),
	WORD(doc_level, "achieved", achieved, "clear purge none"),
	TEXT(doc_level, "standard", standard, FORM_UTF8, true),
	TEXT(doc_level, "statement", statement, FORM_UTF8, true), END };
static const struct field sources_fields[] = {
	TEXT(doc_sources, "model", model, FORM_ASCII, true),
	TEXT(doc_sources, "serial", serial, FORM_ASCII, true),
	TEXT(doc_sources, "wwn", wwn, FORM_ASCII, true),
	TEXT(doc_sources, "firmware", firmware, FORM_ASCII, true), END };
static const struct field device_fields[] = {
	TEXT(doc_device, "node", node, FORM_ASCII, false),
	TEXT(doc_device, "number", number, FORM_ASCII, false),
	TEXT(doc_device, "diskseq", diskseq, FORM_ASCII, true),
	TEXT(doc_device, "bus", bus, FORM_ASCII, true),
	TEXT(doc_device, "transport", transport, FORM_ASCII, false),
	WORD(doc_device, "media", media, "hdd ssd virtual unknown"),
	BOOL(doc_device, "virtual", is_virtual), BOOL(doc_device, "removable", removable),
	TEXT(doc_device, "model", model, FORM_ASCII, true),
	TEXT(doc_device, "serial", serial, FORM_ASCII, true),
	TEXT(doc_device, "wwn", wwn, FORM_ASCII, true),
	TEXT(doc_device, "unit", unit, FORM_ASCII, true),
	TEXT(doc_device, "firmware", firmware, FORM_ASCII, true),
	OBJECT(doc_device, "sources", sources, sources_fields, false),
	NUMBER(doc_device, "capacity", capacity), NUMBER(doc_device, "logical_block", logical),
	NUMBER(doc_device, "physical_block", physical),
	TEXT(doc_device, "identify_sha256", identify_sha256, FORM_FULL_HEX, true), END };
static const struct field signature_fields[] = {
	TEXT(doc_signature, "type", type, FORM_ASCII, false),
	TEXT(doc_signature, "usage", usage, FORM_ASCII, false),
	NUMBER(doc_signature, "offset", offset), END };
static const struct field hidden_fields[] = {
	WORD(doc_before_after, "before", before, "not-applicable none present unknown"),
	WORD(doc_before_after, "after", after, "not-applicable none present unknown"), END };
static const struct field health_fields[] = {
	TEXT(doc_health, "before", before, FORM_UTF8, false),
	TEXT(doc_health, "after", after, FORM_UTF8, false), END };
static const struct field reallocated_fields[] = {
	TEXT(doc_before_after, "before", before, FORM_ASCII, false),
	TEXT(doc_before_after, "after", after, FORM_ASCII, false), END };
static const struct field found_fields[] = {
	BOOL(doc_found, "known", known), BOOL(doc_found, "truncated", truncated),
	TEXT(doc_found, "note", note, FORM_UTF8, true),
	LIST(doc_found, "signatures", signatures, signature_count, signature_fields,
	    OS_SIGNATURES_MAX),
	OBJECT(doc_found, "hidden_areas", hidden, hidden_fields, false),
	OBJECT(doc_found, "health", health, health_fields, false),
	OBJECT(doc_found, "reallocated", reallocated, reallocated_fields, false), END };
static const struct field pass_fields[] = {
	COUNT(doc_pass, "step", step), TEXT(doc_pass, "write", write, FORM_UTF8, false),
	TEXT(doc_pass, "verify", verify, FORM_UTF8, false), END };
static const struct field procedure_fields[] = {
	TEXT(doc_procedure, "id", id, FORM_ASCII, false),
	TEXT(doc_procedure, "title", title, FORM_UTF8, false),
	TEXT(doc_procedure, "version", version, FORM_UTF8, false),
	TEXT(doc_procedure, "sha256", sha256, FORM_FULL_HEX, false),
	WORD(doc_procedure, "level", level, "clear purge none"),
	WORD(doc_procedure, "status", status, "current superseded historic"),
	TEXT(doc_procedure, "by", by, FORM_UTF8, true),
	TEXT(doc_procedure, "basis", basis, FORM_UTF8, true),
	TEXT(doc_procedure, "note", note, FORM_UTF8, true),
	WORD(doc_procedure, "hidden_areas", hidden, "restore restore-dco report require-none"),
	WORD(doc_procedure, "media", media, "any hdd ssd"),
	LIST(doc_procedure, "passes", passes, pass_count, pass_fields, PROCEDURE_STEPS_MAX), END };
static const struct field writes_fields[] = {
	NUMBER(doc_writes, "kernel", kernel), NUMBER(doc_writes, "acknowledged", ours),
	NUMBER(doc_writes, "at_most", most), NUMBER(doc_writes, "discarded", discarded), END };
static const struct field claim_fields[] = {
	BOOL(doc_claim, "exclusive", held), TEXT(doc_claim, "method", method, FORM_UTF8, true),
	NUMBER(doc_claim, "request_bytes", request), COUNT(doc_claim, "requests_in_flight", depth),
	COUNT(doc_claim, "partitions_dropped", partitions_dropped),
	BOOL(doc_claim, "openers_known", openers_known),
	WORD(doc_claim, "identity_after", identity, "same different not-asked"),
	TEXT(doc_claim, "identity_note", identity_note, FORM_UTF8, true),
	OBJECT(doc_claim, "writes", writes, writes_fields, true), END };
static const struct field content_fields[] = {
	WORD(doc_content, "kind", kind, "constant keystream"),
	BOOL(doc_content, "complement", complement),
	TEXT(doc_content, "bytes", bytes, FORM_HEX, true),
	TEXT(doc_content, "key", key, FORM_FULL_HEX, true),
	TEXT(doc_content, "key_sha256", key_sha256, FORM_FULL_HEX, true), END };
static const struct field verification_fields[] = {
	COUNT(doc_verification, "of_step", of), WORD(doc_verification, "mode", mode, "full sample"),
	COUNT(doc_verification, "permille", permille),
	COUNT(doc_verification, "strata_asked", strata_asked),
	TEXT(doc_verification, "seed", seed, FORM_FULL_HEX, true),
	COUNT(doc_verification, "strata", strata),
	NUMBER(doc_verification, "stratum_bytes", stratum),
	COUNT(doc_verification, "blocks_per_stratum", each),
	NUMBER(doc_verification, "block_bytes", block),
	NUMBER(doc_verification, "blocks_compared", blocks),
	NUMBER(doc_verification, "covered_bytes", covered), END };
static const struct field step_fields[] = {
	COUNT(doc_step, "number", number), WORD(doc_step, "action", action, "write verify"),
	COUNT(doc_step, "procedure_step", procedure_step), BOOL(doc_step, "left", left),
	OBJECT(doc_step, "content", content, content_fields, false),
	TEXT(doc_step, "reproduce", reproduce, FORM_ASCII, true),
	WORD(doc_step, "state", state, "finished started not-started"),
	TEXT(doc_step, "started", started, FORM_STAMP, true),
	TEXT(doc_step, "ended", ended, FORM_STAMP, true), NUMBER(doc_step, "seconds", seconds),
	NUMBER(doc_step, "bytes", bytes), COUNT(doc_step, "requests", requests),
	BOOL(doc_step, "durable", durable), COUNT(doc_step, "retries", retries),
	NUMBER(doc_step, "unwritten_bytes", unwritten),
	NUMBER(doc_step, "unreadable_bytes", unreadable),
	NUMBER(doc_step, "mismatch_bytes", mismatch),
	OBJECT(doc_step, "verification", verification, verification_fields, true), END };
static const struct field range_fields[] = {
	COUNT(doc_range, "step", step),
	WORD(doc_range, "kind", kind, "unwritten unreadable mismatch"),
	NUMBER(doc_range, "offset", offset), NUMBER(doc_range, "length", length),
	COUNT(doc_range, "errno", error), END };
static const struct field ranges_fields[] = {
	COUNT(doc_ranges, "total", total), TEXT(doc_ranges, "sha256", sha256, FORM_FULL_HEX, true),
	LIST(doc_ranges, "listed", listed, listed_count, range_fields, CERTIFICATE_RANGES_INLINE), END };
static const struct field assurance_fields[] = {
	COUNT(doc_assurance, "step", step), COUNT(doc_assurance, "share_read_millionths", share),
	NUMBER(doc_assurance, "longest_missed_bytes", longest_missed),
	COUNT(doc_assurance, "stray_blocks_95_millionths", stray),
	COUNT(doc_assurance, "single_sector_millionths", single),
	TEXT(doc_assurance, "statement", statement, FORM_UTF8, false), END };
static const struct field waits_fields[] = { COUNT(doc_waits, "stalls", stalls),
	NUMBER(doc_waits, "longest_stall_seconds", longest_stall_s),
	COUNT(doc_waits, "temperature_pauses", pauses), END };
static const struct field interruption_fields[] = {
	COUNT(doc_interruption, "step", step),
	TEXT(doc_interruption, "stopped", stopped, FORM_STAMP, false),
	TEXT(doc_interruption, "resumed", resumed, FORM_STAMP, true),
	NUMBER(doc_interruption, "durable_bytes", durable),
	TEXT(doc_interruption, "reason", reason, FORM_UTF8, true),
	BOOL(doc_interruption, "recognised", recognised),
	NUMBER(doc_interruption, "compared_bytes", compared), END };
static const struct field person_fields[] = {
	TEXT(doc_person, "name", name, FORM_UTF8, true),
	TEXT(doc_person, "principal", principal, FORM_UTF8, true),
	TEXT(doc_person, "key", key, FORM_FINGERPRINT, true), END };
static const struct field people_fields[] = {
	OBJECT(doc_people, "operator", operator_, person_fields, true),
	OBJECT(doc_people, "witness", witness, person_fields, true),
	OBJECT(doc_people, "approver", approver, person_fields, true), END };
static const struct field order_fields[] = {
	TEXT(doc_order, "reference", reference, FORM_UTF8, true),
	TEXT(doc_order, "client", client, FORM_UTF8, true),
	TEXT(doc_order, "ticket", ticket, FORM_UTF8, true),
	TEXT(doc_order, "location", location, FORM_UTF8, true), END };
static const struct field station_fields[] = {
	TEXT(doc_station, "organisation", organisation, FORM_UTF8, true),
	TEXT(doc_station, "site", site, FORM_UTF8, true),
	TEXT(doc_station, "host", host, FORM_UTF8, true),
	TEXT(doc_station, "machine_id", machine_id, FORM_ASCII, true),
	TEXT(doc_station, "boot_id", boot_id, FORM_ASCII, true),
	TEXT(doc_station, "principal", principal, FORM_UTF8, true),
	TEXT(doc_station, "key", key, FORM_FINGERPRINT, false),
	TEXT(doc_station, "chain", chain, FORM_ID, false),
	COUNT(doc_station, "counter", counter),
	TEXT(doc_station, "previous", previous, FORM_FULL_HEX, false), END };
static const struct field clock_fields[] = {
	TEXT(doc_clock, "source", source, FORM_ASCII, false),
	WORD(doc_clock, "synchronised", synchronised, "yes no unknown"),
	NUMBER(doc_clock, "seconds", seconds), COUNT(doc_clock, "steps", steps),
	NUMBER(doc_clock, "largest_step_seconds", largest_step), END };
static const struct field tool_fields[] = {
	TEXT(doc_tool, "version", version, FORM_ASCII, false),
	TEXT(doc_tool, "commit", commit, FORM_ASCII, false),
	TEXT(doc_tool, "sha256", sha256, FORM_FULL_HEX, true),
	TEXT(doc_tool, "kernel", kernel, FORM_ASCII, true), END };

const struct field document_fields[] = {
	WORD(certificate, "format", format, DOCUMENT_FORMAT),
	TEXT(certificate, "id", id, FORM_ID, false),
	TEXT(certificate, "issued", issued, FORM_STAMP, false),
	WORD(certificate, "outcome", outcome, "erased erased-with-exceptions not-erased"),
	LIST(certificate, "exceptions", exceptions, exception_count, line_fields,
	    DOCUMENT_LINES_MAX),
	WORD(certificate, "ending", ending, "completed failed stopped abandoned"),
	TEXT(certificate, "reason", reason, FORM_UTF8, true),
	OBJECT(certificate, "level", level, level_fields, false),
	OBJECT(certificate, "device", device, device_fields, false),
	OBJECT(certificate, "found", found, found_fields, false),
	OBJECT(certificate, "procedure", procedure, procedure_fields, false),
	OBJECT(certificate, "claim", claim, claim_fields, false),
	LIST(certificate, "steps", steps, step_count, step_fields, PLAN_STEPS_MAX),
	OBJECT(certificate, "ranges", ranges, ranges_fields, false),
	OBJECT(certificate, "assurance", assurance, assurance_fields, true),
	LIST(certificate, "interruptions", interruptions, interruption_count, interruption_fields,
	    1000),
	OBJECT(certificate, "waits", waits, waits_fields, false),
	OBJECT(certificate, "people", people, people_fields, false),
	OBJECT(certificate, "order", order, order_fields, false),
	OBJECT(certificate, "station", station, station_fields, false),
	OBJECT(certificate, "clock", clock, clock_fields, false),
	OBJECT(certificate, "tool", tool, tool_fields, false),
	LIST(certificate, "limits", limits, limit_count, line_fields, DOCUMENT_LINES_MAX), END };

void certificate_free(struct certificate *certificate)
{
	if (!certificate)
		return;
	fields_free(document_fields, certificate);
	free(certificate->as_ranges);
	free(certificate);
}

enum code certificate_format(const struct certificate *certificate, struct buf *ret,
    struct err *err)
{
	struct json_writer writer;
	json_write_start(&writer, ret, false);
	json_write_object(&writer, NULL);
	fields_write(&writer, document_fields, certificate);
	json_write_close(&writer);
	return json_write_end(&writer, err);
}

/* Order, white space and escapes need no rules of their own: the bytes must come out the same. */
static enum code check_bytes(const struct certificate *certificate, const void *data, size_t len,
    struct err *err)
{
	BUF_AUTO again = { 0 };
	enum code code = certificate_format(certificate, &again, err);
	if (code != CODE_OK)
		return code;
	size_t same = 0;
	while (same < len && same < again.len && ((const uint8_t *)data)[same] == again.data[same])
		same++;
	if (same == len && same == again.len)
		return CODE_OK;
	unsigned line = 1;
	for (size_t i = 0; i < same; i++)
		line += ((const uint8_t *)data)[i] == '\n';
	return err_set(err, CODE_INPUT, "line %u: not written as a certificate is: order of members, "
	    "white space or escapes", line);
}

static enum code parse(const struct json_value *root, const void *data, size_t len,
    struct certificate *certificate, struct err *err)
{
	enum code code = fields_read(root, document_fields, certificate, "", err);
	if (code == CODE_OK)
		code = check_bytes(certificate, data, len, err);
	if (code == CODE_OK)
		code = document_check(certificate, err);
	return code == CODE_OK ? document_derive(certificate, err) : code;
}

enum code certificate_parse(const void *data, size_t len, const char *source,
    struct certificate **ret, struct err *err)
{
	struct json_document *json = NULL;
	enum code code = json_read_parse(data, len, source, &json, err);
	if (code != CODE_OK)
		return code;
	struct certificate *certificate = calloc(1, sizeof(*certificate));
	code = certificate ? parse(json_read_root(json), data, len, certificate, err)
	    : err_memory(err);
	json_read_free(json);
	if (code != CODE_OK) {
		certificate_free(certificate);
		return code == CODE_MEMORY ? code : err_prefix(err, "%s", source);
	}
	*ret = certificate;
	return CODE_OK;
}
