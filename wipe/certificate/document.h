/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * document: the certificate in memory, member by member as certwipe-certificate(5) has it. "" and
 * `given` = false are JSON's null: not told, or unknown.
 */
#ifndef CERTIFICATE_DOCUMENT_H
#define CERTIFICATE_DOCUMENT_H

#include "wipe/certificate.h"


#define DOCUMENT_FORMAT     "certwipe-certificate/1"
#define DOCUMENT_LINES_MAX  64

struct doc_line { char text[400]; };
struct doc_level { char requested[8], achieved[8], standard[200], statement[300]; };
struct doc_sources { char model[16], serial[16], wwn[16], firmware[16]; };
struct doc_device {
	char node[64], number[24], diskseq[24], bus[16], transport[16], media[12];
	bool is_virtual, removable;
	char model[128], serial[128], wwn[128], unit[64], firmware[64];
	struct doc_sources sources;
	uint64_t capacity, logical, physical; /* bytes */
	char identify_sha256[HASH_SHA256_HEX];
};
struct doc_signature { char type[32], usage[32]; uint64_t offset; };
struct doc_before_after { char before[24], after[24]; };
struct doc_health { char before[EVENT_TEXT], after[EVENT_TEXT]; };
struct doc_found {
	bool known, truncated;
	char note[200];
	struct doc_signature *signatures;
	size_t signature_count;
	struct doc_before_after hidden, reallocated;
	struct doc_health health;
};
struct doc_pass { uint64_t step; char write[320], verify[64]; };
struct doc_procedure {
	char id[48], title[160], version[24], sha256[HASH_SHA256_HEX], level[8], status[16], by[160],
	    basis[1000], note[1000], hidden[16], media[8];
	struct doc_pass *passes;
	size_t pass_count;
};
struct doc_writes { bool given; uint64_t kernel, ours, most, discarded; }; /* bytes */
struct doc_claim {
	bool held;
	char method[EVENT_TEXT];
	uint64_t request, depth; /* bytes of a request; how many in flight */
	uint64_t partitions_dropped;
	bool openers_known;
	char identity[12], identity_note[EVENT_TEXT];
	struct doc_writes writes;
};
struct doc_content {
	char kind[12];
	bool complement;
	char bytes[2 * CONTENT_BYTES_MAX + 1], key[2 * CONTENT_KEY + 1], key_sha256[HASH_SHA256_HEX];
};
struct doc_verification {
	bool given;
	uint64_t of;
	char mode[8];
	uint64_t permille, strata_asked;
	char seed[2 * CONTENT_SEED + 1];
	uint64_t strata, stratum, each, block, blocks; /* stratum and block: bytes; blocks: compared */
	uint64_t covered; /* bytes from the beginning that were read besides the sample */
};
struct doc_step {
	uint64_t number;
	char action[8];
	uint64_t procedure_step;
	bool left;
	struct doc_content content;
	char reproduce[400];
	char state[12], started[STAMP_TEXT], ended[STAMP_TEXT];
	uint64_t seconds, bytes, requests;
	bool durable;
	uint64_t retries, unwritten, unreadable, mismatch; /* the last three: bytes */
	struct doc_verification verification;
};
struct doc_range { uint64_t step; char kind[12]; uint64_t offset, length, error; };
struct doc_ranges {
	uint64_t total;
	char sha256[HASH_SHA256_HEX]; /* of the file with all of them, when not all are listed */
	struct doc_range *listed;
	size_t listed_count;
};
struct doc_assurance {
	bool given;
	uint64_t step, share, longest_missed, stray, single;
	char statement[400];
};
struct doc_waits { uint64_t stalls, longest_stall_s, pauses; };
struct doc_interruption {
	uint64_t step;
	char stopped[STAMP_TEXT], resumed[STAMP_TEXT];
	uint64_t durable; /* bytes */
	char reason[EVENT_TEXT];
	bool recognised;
	uint64_t compared; /* bytes */
};
struct doc_person {
	bool given;
	char name[128], principal[128], key[TRUST_FINGERPRINT];
};
struct doc_people { struct doc_person operator_, witness, approver; };
struct doc_order { char reference[128], client[128], ticket[128], location[128]; };
struct doc_station {
	char organisation[128], site[128], host[65], machine_id[33], boot_id[37], principal[128],
	    key[TRUST_FINGERPRINT], chain[ID_TEXT];
	uint64_t counter;
	char previous[HASH_SHA256_HEX];
};
struct doc_clock { char source[24], synchronised[8]; uint64_t seconds, steps, largest_step; };
struct doc_tool { char version[32], commit[64], sha256[HASH_SHA256_HEX], kernel[66]; };

struct certificate {
	char format[32], id[ID_TEXT], issued[STAMP_TEXT], outcome[24];
	struct doc_line *exceptions;
	size_t exception_count;
	char ending[12], reason[EVENT_TEXT];
	struct doc_level level;
	struct doc_device device;
	struct doc_found found;
	struct doc_procedure procedure;
	struct doc_claim claim;
	struct doc_step *steps;
	size_t step_count;
	struct doc_ranges ranges;
	struct doc_assurance assurance;
	struct doc_interruption *interruptions;
	size_t interruption_count;
	struct doc_waits waits;
	struct doc_people people;
	struct doc_order order;
	struct doc_station station;
	struct doc_clock clock;
	struct doc_tool tool;
	struct doc_line *limits;
	size_t limit_count;

	/* Worked out from the above for those who ask; not part of the document. */
	struct identity as_identity;
	struct certificate_station as_station;
	struct certificate_person as_people[5]; /* by enum trust_role */
	struct evidence_range *as_ranges;
	size_t as_range_count;
};

extern const struct field document_fields[];

/* The views for those who ask; after assembling and after parsing. */
enum code document_derive(struct certificate *certificate, struct err *err) WIPE_MUST_USE;
/* The rules over members: CODE_INPUT names the one that does not carry what is claimed. */
enum code document_check(const struct certificate *certificate, struct err *err) WIPE_MUST_USE;
/* Index of the step that writes last, or -1; and of its (last) verification, or -1. */
int document_last_write(const struct certificate *certificate);
int document_last_verification(const struct certificate *certificate);
bool document_sampling(const struct certificate *certificate, const struct doc_step *step,
    struct sampling *ret, uint8_t ret_seed[CONTENT_SEED]);

/* Parts of certificate_assemble(). */
void assemble_text(char *out, size_t size, const char *text);
enum code assemble_steps(const struct certificate_inputs *inputs, struct certificate *ret,
    struct err *err) WIPE_MUST_USE;
enum code assemble_ranges(const struct certificate_inputs *inputs, struct certificate *ret,
    struct err *err) WIPE_MUST_USE;
void assemble_assurance(const struct certificate_inputs *inputs, struct certificate *ret);

/* What a failed job asks for: "" when it asks for nothing. */
void assemble_next_step(const struct certificate_inputs *inputs, const struct verdict *verdict,
    char *out, size_t size);
enum code assemble_interruptions(const struct evidence *evidence, struct certificate *ret,
    struct err *err) WIPE_MUST_USE;
/* Where the last session began: number of the step, and bytes of it that had been durable. 1 and 0
 * for a job that was not interrupted. */
void document_last_session(const struct certificate *certificate, uint64_t *ret_step,
    uint64_t *ret_durable);

#endif
