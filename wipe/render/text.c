/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text: a certificate as a page of text. Works from the exact bytes that are signed, read as JSON:
 * what stands here stands there.
 */
#include "wipe/render.h"

#include "page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct json_value *of(const struct json_value *object, const char *key)
{
	return json_read_member(object, key);
}

static const char *text_of(const struct json_value *object, const char *key)
{
	return json_read_string(of(object, key));
}

static uint64_t number_of(const struct json_value *object, const char *key)
{
	uint64_t number = 0;
	const char *digits = text_of(object, key);
	if (digits && text_u64_parse(digits, &number))
		return number;
	return json_read_uint(of(object, key), &number) ? number : 0;
}

static bool is_true(const struct json_value *object, const char *key)
{
	bool flag = false;
	return json_read_bool(of(object, key), &flag) && flag;
}

/* A label and a text; what the document does not know is said to be unknown or left out. */
static void row(struct page *page, const char *label, const struct json_value *object, const char *key,
    const char *absent)
{
	const char *text = text_of(object, key);
	if (text || absent)
		page_row(page, label, "%s", text ? text : absent);
}

static void put_outcome(struct page *page, const struct json_value *root)
{
	const char *outcome = text_of(root, "outcome");
	const char *big = strcmp(outcome, "erased") == 0 ? "ERASED"
	    : strcmp(outcome, "not-erased") == 0 ? "NOT ERASED" : "ERASED WITH EXCEPTIONS";
	page_title(page, "CERTIFICATE OF DISK ERASURE", big);
	const struct json_value *exceptions = of(root, "exceptions");
	for (size_t i = 0; i < json_read_count(exceptions); i++)
		page_item(page, "%s", json_read_string(json_read_element(exceptions, i)));
	if (json_read_count(exceptions))
		page_gap(page);
	row(page, "Certificate", root, "id", NULL);
	row(page, "Issued", root, "issued", NULL);
	row(page, "Job", root, "ending", NULL);
	row(page, "Reason", root, "reason", NULL);
	const struct json_value *level = of(root, "level");
	page_row(page, "Level", "%s achieved, %s asked for", text_of(level, "achieved"),
	    text_of(level, "requested"));
	row(page, "Rests on", level, "standard", NULL);
	row(page, "But", level, "statement", NULL);
}

static void put_device(struct page *page, const struct json_value *root)
{
	char size[UNITS_TEXT];
	const struct json_value *device = of(root, "device");
	page_section(page, "Disk");
	row(page, "Model", device, "model", "not told by the disk");
	row(page, "Serial", device, "serial", "not told by the disk");
	row(page, "WWN", device, "wwn", "not told by the disk");
	row(page, "Unit", device, "unit", NULL);
	row(page, "Firmware", device, "firmware", NULL);
	page_row(page, "Kind", "%s, %s%s", text_of(device, "transport"), text_of(device, "media"),
	    is_true(device, "virtual") ? " (a virtual disk)" : "");
	page_row(page, "Capacity", "%s (%" PRIu64 " bytes; blocks of %" PRIu64 " and %" PRIu64 ")",
	    units_bytes_format(number_of(device, "capacity"), size), number_of(device, "capacity"),
	    number_of(device, "logical_block"), number_of(device, "physical_block"));
	page_row(page, "Was then", "%s, number %s", text_of(device, "node"),
	    text_of(device, "number"));
	row(page, "Identify data", device, "identify_sha256", NULL);
	const struct json_value *found = of(root, "found");
	const struct json_value *signatures = of(found, "signatures");
	if (!is_true(found, "known"))
		page_row(page, "Found on it", "unknown: %s", text_of(found, "note"));
	else if (json_read_count(signatures) == 0)
		page_row(page, "Found on it", "no known signature");
	for (size_t i = 0; i < json_read_count(signatures); i++) {
		const struct json_value *signature = json_read_element(signatures, i);
		page_row(page, i ? "" : "Found on it", "%s (%s)", text_of(signature, "type"),
		    text_of(signature, "usage"));
	}
	if (is_true(found, "truncated"))
		page_row(page, "", "and more");
	const struct json_value *hidden = of(found, "hidden_areas");
	page_row(page, "Hidden areas", "%s before, %s after", text_of(hidden, "before"),
	    text_of(hidden, "after"));
	page_row(page, "Health", "before: %s; after: %s", text_of(of(found, "health"), "before"),
	    text_of(of(found, "health"), "after"));
	page_row(page, "Reallocated", "%s sectors before, %s after",
	    text_of(of(found, "reallocated"), "before"),
	    text_of(of(found, "reallocated"), "after"));
}

static void put_procedure(struct page *page, const struct json_value *root)
{
	const struct json_value *procedure = of(root, "procedure");
	const struct json_value *passes = of(procedure, "passes");
	page_section(page, "Procedure");
	page_row(page, "Procedure", "%s, version %s (%s)", text_of(procedure, "id"),
	    text_of(procedure, "version"), text_of(procedure, "status"));
	row(page, "Title", procedure, "title", NULL);
	row(page, "Superseded by", procedure, "by", NULL);
	row(page, "Basis", procedure, "basis", NULL);
	row(page, "Note", procedure, "note", NULL);
	row(page, "SHA-256", procedure, "sha256", NULL);
	for (size_t i = 0; i < json_read_count(passes); i++) {
		const struct json_value *pass = json_read_element(passes, i);
		page_row(page, i ? "" : "Passes", "%s. write %s; verify %s", text_of(pass, "step"),
		    text_of(pass, "write"), text_of(pass, "verify"));
	}
}

static void put_step(struct page *page, const struct json_value *step)
{
	char label[32];
	char duration[UNITS_TEXT];
	const struct json_value *content = of(step, "content");
	const struct json_value *verification = of(step, "verification");
	const char *bytes = text_of(content, "bytes");
	snprintf(label, sizeof(label), "Step %s", text_of(step, "number"));
	if (json_read_is_null(verification))
		page_row(page, label, "wrote %s%s%s over the disk", bytes ? "0x" : "",
		    is_true(content, "complement") ? "the complement of a keystream"
		    : bytes ? bytes : "an AES-256-CTR keystream", bytes ? " repeated" : "");
	else
		page_row(page, label, "read back step %s, %s: %" PRIu64 " blocks compared",
		    text_of(verification, "of_step"), text_of(verification, "mode"),
		    number_of(verification, "blocks_compared"));
	if (number_of(verification, "covered_bytes"))
		page_row(page, "", "and all of the first %" PRIu64 " bytes, written before an "
		    "interruption", number_of(verification, "covered_bytes"));
	if (text_of(step, "ended"))
		page_row(page, "", "%s to %s (%s), %" PRIu64 " bytes", text_of(step, "started"),
		    text_of(step, "ended"), units_duration_format(number_of(step, "seconds"), duration),
		    number_of(step, "bytes"));
	else
		page_row(page, "", "%s; %" PRIu64 " bytes", text_of(step, "state"),
		    number_of(step, "bytes"));
	if (json_read_is_null(verification) && !is_true(step, "durable"))
		page_row(page, "", "not confirmed to have reached the medium");
	page_row(page, "", "%s retries; bytes not written %" PRIu64 ", not readable %" PRIu64
	    ", wrong %" PRIu64, text_of(step, "retries"), number_of(step, "unwritten_bytes"),
	    number_of(step, "unreadable_bytes"), number_of(step, "mismatch_bytes"));
	if (text_of(verification, "seed"))
		page_row(page, "", "seed of the sample %s", text_of(verification, "seed"));
	if (text_of(step, "reproduce"))
		page_row(page, "", "to read it back: %s", text_of(step, "reproduce"));
}

static void put_steps(struct page *page, const struct json_value *root)
{
	const struct json_value *steps = of(root, "steps");
	const struct json_value *ranges = of(root, "ranges");
	const struct json_value *listed = of(ranges, "listed");
	page_section(page, "What was done");
	for (size_t i = 0; i < json_read_count(steps); i++)
		put_step(page, json_read_element(steps, i));
	page_row(page, "Left out", "%s ranges", text_of(ranges, "total"));
	for (size_t i = 0; i < json_read_count(listed) && i < 32; i++) {
		const struct json_value *range = json_read_element(listed, i);
		page_row(page, "", "step %s: %s, offset %" PRIu64 ", %" PRIu64 " bytes",
		    text_of(range, "step"), text_of(range, "kind"), number_of(range, "offset"),
		    number_of(range, "length"));
	}
	if (json_read_count(listed) > 32)
		page_row(page, "", "the others are listed in the certificate itself");
	const struct json_value *claim = of(root, "claim");
	const struct json_value *writes = of(claim, "writes");
	page_row(page, "Held alone", "%s; other processes: %s; identity afterwards: %s",
	    is_true(claim, "exclusive") ? "yes" : "no",
	    is_true(claim, "openers_known") ? "all looked into" : "not all could be looked into",
	    text_of(claim, "identity_after"));
	row(page, "", claim, "identity_note", NULL);
	if (!json_read_is_null(of(claim, "method")))
		page_row(page, "By", "%s, %s requests of %" PRIu64 " bytes in flight",
		    text_of(claim, "method"), text_of(claim, "requests_in_flight"),
		    number_of(claim, "request_bytes"));
	if (json_read_is_null(writes))
		page_row(page, "Writes", "the kernel's count is unknown");
	else
		page_row(page, "Writes", "%" PRIu64 " bytes by this job, %" PRIu64 " counted by the "
		    "kernel; %" PRIu64 " discarded by others", number_of(writes, "acknowledged"),
		    number_of(writes, "kernel"), number_of(writes, "discarded"));
	const struct json_value *interruptions = of(root, "interruptions");
	for (size_t i = 0; i < json_read_count(interruptions); i++) {
		const struct json_value *stop = json_read_element(interruptions, i);
		page_row(page, i ? "" : "Interrupted", "%s, resumed %s in step %s at %" PRIu64 " bytes",
		    text_of(stop, "stopped"),
		    text_of(stop, "resumed") ? text_of(stop, "resumed") : "never",
		    text_of(stop, "step"), number_of(stop, "durable_bytes"));
		row(page, "", stop, "reason", "nothing said why: killed, or the power failed");
		page_row(page, "", "%" PRIu64 " bytes compared when it went on: %s",
		    number_of(stop, "compared_bytes"), number_of(stop, "compared_bytes") == 0
		    ? "there was nothing to recognise the disk by"
		    : is_true(stop, "recognised") ? "all as written" : "not all as written");
	}
	const struct json_value *waits = of(root, "waits");
	if (strcmp(text_of(waits, "stalls"), "0") != 0)
		page_row(page, "Stalled", "%s times, at most for %" PRIu64 " s", text_of(waits, "stalls"),
		    number_of(waits, "longest_stall_seconds"));
	if (strcmp(text_of(waits, "temperature_pauses"), "0") != 0)
		page_row(page, "Too warm", "%s times, and rested", text_of(waits, "temperature_pauses"));
}

static void put_assurance(struct page *page, const struct json_value *root)
{
	const struct json_value *assurance = of(root, "assurance");
	page_section(page, "What the verification proves");
	if (json_read_is_null(assurance)) {
		page_item(page, "Nothing: no verification of the content that was written last came to "
		    "its end without finding other bytes.");
		return;
	}
	uint64_t share = number_of(assurance, "share_read_millionths");
	uint64_t stray = number_of(assurance, "stray_blocks_95_millionths");
	page_item(page, "%s", text_of(assurance, "statement"));
	page_row(page, "Share read", "%" PRIu64 ".%04" PRIu64 " %%", share / 10000, share % 10000);
	page_row(page, "Longest missed", "%" PRIu64 " bytes",
	    number_of(assurance, "longest_missed_bytes"));
	page_row(page, "Stray blocks", "at most %" PRIu64 ".%04" PRIu64 " %% with 95 %% confidence",
	    stray / 10000, stray % 10000);
}

static void put_person(struct page *page, const char *label, const struct json_value *person)
{
	if (json_read_is_null(person))
		return;
	const char *name = text_of(person, "name");
	const char *principal = text_of(person, "principal");
	page_row(page, label, "%s%s%s%s", name ? name : "", principal && name ? ", " : "",
	    principal ? principal : "", name || principal ? "" : "not named");
	row(page, "", person, "key", "will not sign");
}

static void put_people(struct page *page, const struct json_value *root)
{
	const struct json_value *people = of(root, "people");
	const struct json_value *order = of(root, "order");
	const struct json_value *station = of(root, "station");
	page_section(page, "People and order");
	put_person(page, "Operator", of(people, "operator"));
	put_person(page, "Witness", of(people, "witness"));
	put_person(page, "Approver", of(people, "approver"));
	row(page, "Work order", order, "reference", "not given");
	row(page, "Client", order, "client", NULL);
	row(page, "Ticket", order, "ticket", NULL);
	row(page, "Location", order, "location", NULL);
	page_section(page, "Station");
	row(page, "Organisation", station, "organisation", "not given");
	row(page, "Site", station, "site", NULL);
	row(page, "Host", station, "host", NULL);
	row(page, "Machine", station, "machine_id", NULL);
	row(page, "Principal", station, "principal", NULL);
	row(page, "Key", station, "key", NULL);
	page_row(page, "Chain", "%s, entry %s", text_of(station, "chain"),
	    text_of(station, "counter"));
	row(page, "Entry before", station, "previous", NULL);
	const struct json_value *clock = of(root, "clock");
	page_row(page, "Clock", "synchronised: %s; steps seen meanwhile: %s",
	    text_of(clock, "synchronised"), text_of(clock, "steps"));
	const struct json_value *tool = of(root, "tool");
	page_row(page, "Program", "certwipe %s, commit %s, kernel %s", text_of(tool, "version"),
	    text_of(tool, "commit"), text_of(tool, "kernel") ? text_of(tool, "kernel") : "unknown");
	row(page, "Its SHA-256", tool, "sha256", "unknown");
}

static void put_signatures(struct page *page, const struct certificate_signatures *signatures)
{
	static const char *const words[] = { "", "good", "MISSING", "BAD", "NOT TRUSTED" };
	page_section(page, "Signatures");
	if (!signatures) {
		page_item(page, "Not checked here: ask \"certwipe check\" or ssh-keygen.");
		return;
	}
	for (size_t i = 0; i < signatures->count; i++) {
		const struct certificate_signature *item = &signatures->items[i];
		char label[24];
		text_copy(label, sizeof(label), trust_role_text(item->role));
		if (*label >= 'a' && *label <= 'z')
			*label = (char)(*label - 'a' + 'A');
		page_row(page, label, "%s%s%s", words[item->state], *item->principal ? ", " : "",
		    item->principal);
		if (*item->key)
			page_row(page, "", "%s", item->key);
		if (*item->line)
			page_row(page, "", "%s", item->line);
	}
	page_row(page, "All in all", "%s", signatures->all_good ? "every signature is good and trusted"
	    : "NOT every signature is good and trusted");
}

static void put_limits(struct page *page, const struct json_value *root)
{
	const struct json_value *limits = of(root, "limits");
	page_section(page, "What this certificate does not claim");
	for (size_t i = 0; i < json_read_count(limits); i++)
		page_item(page, "%s", json_read_string(json_read_element(limits, i)));
}

enum code render_text(const struct certificate *certificate,
    const struct certificate_signatures *signatures, unsigned columns, struct buf *ret,
    struct err *err)
{
	BUF_AUTO json = { 0 };
	struct json_document *document = NULL;
	enum code code = certificate_format(certificate, &json, err);
	if (code == CODE_OK)
		code = json_read_parse(json.data, json.len, "certificate", &document, err);
	if (code != CODE_OK)
		return code;
	const struct json_value *root = json_read_root(document);
	struct page page = { .out = ret, .columns = columns < 60 ? 60 : columns };
	put_outcome(&page, root);
	put_device(&page, root);
	put_procedure(&page, root);
	put_steps(&page, root);
	put_assurance(&page, root);
	put_people(&page, root);
	put_signatures(&page, signatures);
	put_limits(&page, root);
	json_read_free(document);
	return buf_check(ret, err);
}
