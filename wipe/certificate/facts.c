/* SPDX-License-Identifier: GPL-3.0-or-later */
/* facts: what callers ask of a document, in the vocabulary of the lower floors. */
#include "document.h"

#include <stdlib.h>
#include <string.h>

#define COPY(to, from) text_copy(to, sizeof(to), from)

static void derive_identity(const struct doc_device *device, struct identity *ret)
{
	const char *slash = strrchr(device->node, '/');
	COPY(ret->node, device->node);
	COPY(ret->name, slash ? slash + 1 : device->node);
	/* The number of then, for people: nothing is looked up by it. */
	char *colon = NULL;
	ret->major = (uint32_t)strtoul(device->number, &colon, 10);
	ret->minor = *colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0;
	if (!text_u64_parse(device->diskseq, &ret->diskseq))
		ret->diskseq = 0;
	COPY(ret->transport, device->transport);
	COPY(ret->model, device->model);
	COPY(ret->serial, device->serial);
	COPY(ret->wwn, device->wwn);
	COPY(ret->unit, device->unit);
	COPY(ret->firmware, device->firmware);
	ret->size = device->capacity;
	ret->logical = device->logical <= UINT32_MAX ? (uint32_t)device->logical : 0;
	ret->physical = device->physical <= UINT32_MAX ? (uint32_t)device->physical : 0;
	COPY(ret->identify_sha256, device->identify_sha256);
}

static void derive_station(const struct doc_station *station, struct certificate_station *ret)
{
	COPY(ret->organisation, station->organisation);
	COPY(ret->site, station->site);
	COPY(ret->principal, station->principal);
	COPY(ret->key, station->key);
	COPY(ret->chain, station->chain);
	ret->counter = station->counter;
	COPY(ret->previous, station->previous);
}

static const struct doc_person *person_of(const struct certificate *certificate,
    enum trust_role role)
{
	switch (role) {
	case TRUST_OPERATOR:
		return &certificate->people.operator_;
	case TRUST_WITNESS:
		return &certificate->people.witness;
	case TRUST_APPROVER:
		return &certificate->people.approver;
	default:
		return NULL;
	}
}

enum code document_derive(struct certificate *certificate, struct err *err)
{
	derive_identity(&certificate->device, &certificate->as_identity);
	derive_station(&certificate->station, &certificate->as_station);
	for (int role = TRUST_OPERATOR; role <= TRUST_APPROVER; role++) {
		const struct doc_person *from = person_of(certificate, (enum trust_role)role);
		COPY(certificate->as_people[role].name, from->name);
		COPY(certificate->as_people[role].principal, from->principal);
		COPY(certificate->as_people[role].key, from->key);
	}
	/* Of the last write and what reads it: earlier passes are not on the disk any more. */
	int last = document_last_write(certificate);
	const struct doc_ranges *ranges = &certificate->ranges;
	struct evidence_range *out = calloc(ranges->listed_count + 1, sizeof(*out));
	if (!out)
		return err_memory(err);
	certificate->as_ranges = out;
	for (size_t i = 0; i < ranges->listed_count; i++) {
		const struct doc_range *from = &ranges->listed[i];
		const struct doc_step *step = &certificate->steps[from->step - 1];
		if (last < 0 || !step->left || strcmp(from->kind, "unreadable") == 0)
			continue;
		out[certificate->as_range_count++] = (struct evidence_range){
			.kind = strcmp(from->kind, "unwritten") == 0 ? EVIDENCE_UNWRITTEN
			    : EVIDENCE_MISMATCH,
			.step = (uint32_t)(from->step - 1), .offset = from->offset,
			.length = from->length, .sys_errno = (int32_t)from->error };
	}
	return CODE_OK;
}

const char *certificate_id(const struct certificate *certificate)
{
	return certificate->id;
}

enum outcome certificate_outcome(const struct certificate *certificate)
{
	return strcmp(certificate->outcome, "erased") == 0 ? OUTCOME_ERASED
	    : strcmp(certificate->outcome, "erased-with-exceptions") == 0 ? OUTCOME_WITH_EXCEPTIONS
	    : OUTCOME_NOT_ERASED;
}

const char *certificate_ranges_sha256(const struct certificate *certificate)
{
	return certificate->ranges.sha256;
}

const char *certificate_ending(const struct certificate *certificate)
{
	return certificate->ending;
}

const char *certificate_order_reference(const struct certificate *certificate)
{
	return certificate->order.reference;
}

const struct identity *certificate_identity(const struct certificate *certificate)
{
	return &certificate->as_identity;
}

const struct certificate_station *certificate_station(const struct certificate *certificate)
{
	return &certificate->as_station;
}

const struct certificate_person *certificate_person(const struct certificate *certificate,
    enum trust_role role)
{
	const struct doc_person *person = person_of(certificate, role);
	return person && person->given ? &certificate->as_people[role] : NULL;
}

size_t certificate_exception_count(const struct certificate *certificate)
{
	return certificate->exception_count;
}

const char *certificate_exception(const struct certificate *certificate, size_t index)
{
	return index < certificate->exception_count ? certificate->exceptions[index].text : NULL;
}

bool certificate_left_content(const struct certificate *certificate, struct content *ret)
{
	int last = document_last_write(certificate);
	/* A pass that was not finished left two contents, and the document does not say where. */
	if (last < 0 || !certificate->steps[last].left ||
	    strcmp(certificate->steps[last].state, "finished") != 0)
		return false;
	const struct doc_content *from = &certificate->steps[last].content;
	struct content content = { .complement = from->complement };
	size_t count = strlen(from->bytes) / 2;
	if (strcmp(from->kind, "constant") == 0) {
		content.kind = CONTENT_CONSTANT;
		content.byte_count = (uint8_t)count;
		if (count == 0 || count > CONTENT_BYTES_MAX ||
		    !bytes_hex_parse(from->bytes, content.bytes, count))
			return false;
	} else {
		content.kind = CONTENT_KEYSTREAM;
		if (!bytes_hex_parse(from->key, content.key, sizeof(content.key)))
			return false;
	}
	*ret = content;
	return true;
}

bool document_sampling(const struct certificate *certificate, const struct doc_step *step,
    struct sampling *ret, uint8_t ret_seed[CONTENT_SEED])
{
	const struct doc_verification *v = &step->verification;
	uint8_t seed[CONTENT_SEED];
	const struct sampling_wish wish = { .permille = (unsigned)v->permille,
		.strata = (unsigned)v->strata_asked, .each = (unsigned)v->each };
	const struct sampling drawn = { .strata = v->strata, .stratum = v->stratum,
		.block = v->block, .each = (unsigned)v->each };
	uint32_t align = (uint32_t)certificate->device.logical;
	if (!v->given || strcmp(v->mode, "sample") != 0 || v->permille == 0 || v->each == 0 ||
	    align == 0 || certificate->device.logical > UINT32_MAX ||
	    !bytes_hex_parse(v->seed, seed, sizeof(seed)) ||
	    !sampling_recognise(certificate->device.capacity, align, &wish, &drawn, ret))
		return false;
	memcpy(ret_seed, seed, sizeof(seed));
	return true;
}

bool certificate_left_sampling(const struct certificate *certificate, struct sampling *ret,
    uint8_t ret_seed[CONTENT_SEED])
{
	int index = document_last_verification(certificate);
	return index >= 0 && document_sampling(certificate, &certificate->steps[index], ret, ret_seed);
}

size_t certificate_range_count(const struct certificate *certificate)
{
	return certificate->as_range_count;
}

const struct evidence_range *certificate_range(const struct certificate *certificate,
    size_t index)
{
	return index < certificate->as_range_count ? &certificate->as_ranges[index] : NULL;
}

uint64_t certificate_range_overlap(const struct certificate *certificate, uint64_t offset,
    uint64_t length)
{
	uint64_t covered = 0;
	uint64_t at = offset;
	uint64_t end = offset + length;
	while (at < end) {
		/* The first place from here on that a range covers, and how far. */
		uint64_t from = end;
		uint64_t to = end;
		for (size_t i = 0; i < certificate->as_range_count; i++) {
			const struct evidence_range *range = &certificate->as_ranges[i];
			uint64_t start = bytes_max(range->offset, at);
			if (range->offset + range->length > at && start < from) {
				from = start;
				to = range->offset + range->length;
			}
		}
		to = bytes_min(to, end);
		covered += to - from;
		at = to;
	}
	return covered;
}
