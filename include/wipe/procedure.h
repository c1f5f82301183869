/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * procedure: what does "the defined procedure" say, step by step? Reads *.proc files (format:
 * certwipe-procedure(5)) into a value, refusing with file and line what it does not understand.
 */
#ifndef WIPE_PROCEDURE_H
#define WIPE_PROCEDURE_H

#include "wipe/base.h"
#include "wipe/os.h"

#define PROCEDURE_STEPS_MAX 99
#define PROCEDURE_BYTES_MAX 64
#define PROCEDURE_STRATA_MAX 1000000
#define PROCEDURE_EACH_MAX  1000 /* blocks per stratum */
#define PROCEDURE_TEXT      336 /* room for every text of a step, also one of 64 bytes */

enum procedure_level { PROCEDURE_CLEAR = 1, PROCEDURE_PURGE, PROCEDURE_LEVEL_NONE };
enum procedure_status { PROCEDURE_CURRENT = 1, PROCEDURE_SUPERSEDED, PROCEDURE_HISTORIC };
enum procedure_hidden { PROCEDURE_HIDDEN_RESTORE = 1, PROCEDURE_HIDDEN_RESTORE_DCO,
	PROCEDURE_HIDDEN_REPORT, PROCEDURE_HIDDEN_REQUIRE_NONE };
enum procedure_media { PROCEDURE_MEDIA_ANY = 1, PROCEDURE_MEDIA_HDD, PROCEDURE_MEDIA_SSD };
enum procedure_write { PROCEDURE_WRITE_NONE, PROCEDURE_WRITE_BYTES, PROCEDURE_WRITE_RANDOM,
	PROCEDURE_WRITE_RANDOM_BYTE, PROCEDURE_WRITE_COMPLEMENT };
enum procedure_sanitize { PROCEDURE_SANITIZE_NONE, PROCEDURE_SANITIZE_PURGE,
	PROCEDURE_SANITIZE_CRYPTO, PROCEDURE_SANITIZE_BLOCK, PROCEDURE_SANITIZE_OVERWRITE,
	PROCEDURE_SANITIZE_FORMAT, PROCEDURE_SANITIZE_ENHANCED_ERASE };
enum procedure_verify { PROCEDURE_VERIFY_NONE, PROCEDURE_VERIFY_SAMPLE, PROCEDURE_VERIFY_FULL };

struct procedure_step {
	unsigned line; /* of its [step N] */
	enum procedure_write write;
	uint8_t bytes[PROCEDURE_BYTES_MAX];
	uint8_t byte_count;
	unsigned complement_of; /* step number, 1-based */
	enum procedure_sanitize sanitize;
	enum procedure_verify verify;
	unsigned verify_of; /* step whose content is read; usually this one */
	unsigned sample_permille; /* PROCEDURE_VERIFY_SAMPLE: 1..1000 */
	unsigned sample_strata; /* 0 = the standard 1,000 or more */
	unsigned sample_each; /* blocks per stratum; 1 unless "x M" */
};

/* A value without pointers. Strings are UTF-8, validated. */
struct procedure {
	char id[48];
	char title[160];
	char version[24];
	enum procedure_level level;
	enum procedure_status status;
	char by[160]; /* what superseded it, or "" */
	char basis[1000];
	char note[1000];
	enum procedure_hidden hidden;
	enum procedure_media media;
	char source[512]; /* path it was read from */
	char sha256[HASH_SHA256_HEX]; /* of the file's exact bytes */
	unsigned step_count;
	struct procedure_step steps[PROCEDURE_STEPS_MAX]; /* index 0 is step 1 */
};

/*
 * Parses one file's bytes; `source` names it. All faults go to *faults (warnings too: a last
 * content that nothing verifies); *ret is written only when there is no error. CODE_INPUT when
 * there are errors, CODE_MEMORY. Pure.
 */
enum code procedure_parse(const void *data, size_t len, const char *source,
    struct faults *faults, struct procedure *ret, struct err *err) WIPE_MUST_USE;
/* Reads and parses a file. CODE_MISSING, CODE_INPUT. */
enum code procedure_read(struct os_files *files, const char *path, struct faults *faults,
    struct procedure *ret, struct err *err) WIPE_MUST_USE;

/* The step whose content is left on the disk (1-based; 0: none), and whether anything verifies it. */
unsigned procedure_last_content(const struct procedure *procedure);
bool procedure_is_verified(const struct procedure *procedure);
unsigned procedure_pass_count(const struct procedure *procedure); /* writes and sanitizes */

/* "0x00", "random", "complement of 1", "sanitize purge"; and "sample 10%", "full", "none". */
const char *procedure_write_text(const struct procedure_step *step, char *out, size_t size);
const char *procedure_verify_text(const struct procedure_step *step, char *out, size_t size);
const char *procedure_level_text(enum procedure_level level);
const char *procedure_status_text(enum procedure_status status);
const char *procedure_hidden_text(enum procedure_hidden hidden);
const char *procedure_media_text(enum procedure_media media);
const char *procedure_sanitize_text(enum procedure_sanitize sanitize);

/* ---- the catalogue: the site's folder first, then the one that ships -------------------------- */

struct procedure_catalogue {
	struct procedure *items; /* sorted by id; a site's file hides a shipped one of the same id */
	size_t count;
};
/* Reads every *.proc of each folder (NULL-terminated list; a missing folder is empty). The file
 * name must be ID.proc. A file with faults makes CODE_INPUT with file:line. */
enum code procedure_catalogue_read(struct os_files *files, const char *const *folders,
    struct procedure_catalogue *ret, struct err *err) WIPE_MUST_USE;
void procedure_catalogue_free(struct procedure_catalogue *catalogue);
/* CODE_MISSING names near misses. *ret is borrowed from the catalogue. */
enum code procedure_catalogue_find(const struct procedure_catalogue *catalogue, const char *id,
    const struct procedure **ret, struct err *err) WIPE_MUST_USE;

#endif
