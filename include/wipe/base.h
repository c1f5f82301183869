/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base: the vocabulary every other area speaks. Errors as values, growable
 * buffers, endian loads and checked arithmetic, units and text for people,
 * hashes, ids, time stamps, strict INI and JSON. Nothing here touches the machine
 * (time, files and devices are os's), except randombytes in id_new().
 *
 * Exported names start with the file they live in: err_ buf_ bytes_ units_ text_
 * hash_ id_ stamp_ faults_ ini_ json_write_ json_read_ fields_.
 */
#ifndef WIPE_BASE_H
#define WIPE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIPE_MUST_USE    __attribute__((warn_unused_result))
#define WIPE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define WIPE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- err: an error is a value -------------------------------------------------- */

/* What a caller can act on; the faces map these onto exit codes. */
enum code {
	CODE_OK = 0,
	CODE_USAGE,       /* the words of the call are off */
	CODE_INPUT,       /* something read from outside is malformed */
	CODE_CONFIG,      /* configuration, key or directory not fit for the work */
	CODE_MISSING,     /* what was named does not exist */
	CODE_EXISTS,      /* what should be made is there already */
	CODE_REFUSED,     /* a safety rule says no */
	CODE_BUSY,        /* held by somebody else; may work later */
	CODE_IO,          /* the medium or filesystem failed: see sys_errno, offset */
	CODE_GONE,        /* the device vanished, shrank or is another one now */
	CODE_FULL,        /* no room */
	CODE_UNSUPPORTED, /* this kernel or device cannot */
	CODE_UNTRUSTED,   /* a signature or key is wrong or not trusted for this */
	CODE_STOPPED,     /* asked to stop, and did */
	CODE_MEMORY,      /* out of memory */
	CODE_BUG,         /* an invariant of ours does not hold */
};

/* One failure. `line` is one sentence: what, where, what to do; no newline. */
struct err {
	enum code code;
	bool touched; /* the medium may have been written before this happened */
	int sys_errno; /* 0 when no system call was at fault */
	uint64_t offset; /* bytes; only meaningful for CODE_IO */
	char line[480];
};

/* Fills *err (never NULL) and returns `code`, so `return err_set(…)` reads well. Pure. */
enum code err_set(struct err *err, enum code code, const char *format, ...) WIPE_PRINTF(3, 4);

/* The same, with ": strerror(sys_errno)" appended and sys_errno stored. */
enum code err_set_errno(struct err *err, enum code code, int sys_errno, const char *format, ...)
    WIPE_PRINTF(4, 5);

/* Puts "words: " before the line that is there; keeps everything else. Returns err->code. */
enum code err_prefix(struct err *err, const char *format, ...) WIPE_PRINTF(2, 3);

/* CODE_MEMORY with the standard line. */
enum code err_memory(struct err *err);

/* ---- buf: bytes that grow -------------------------------------------------------- */

/*
 * A growable byte string. Zero-initialise to start. Appending can fail only for memory;
 * the failure sticks, later appends do nothing, and buf_check() tells once at the end.
 * data[len] is always a NUL once something was appended, so text can be printed as is.
 */
struct buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	bool failed;
};

void buf_append(struct buf *buf, const void *data, size_t len);
void buf_string(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) WIPE_PRINTF(2, 3);
void buf_u8(struct buf *buf, uint8_t value);
void buf_u32be(struct buf *buf, uint32_t value);
/* An SSH string (RFC 4251 section 5): u32 big-endian length, then the bytes. */
void buf_sshstr(struct buf *buf, const void *data, size_t len);
enum code buf_check(const struct buf *buf, struct err *err) WIPE_MUST_USE;
/* Frees and zeroes; safe on a zeroed one. Wipes the bytes first: a buf may hold a key. */
void buf_free(struct buf *buf);
#define BUF_AUTO __attribute__((cleanup(buf_free))) struct buf

/* ---- bytes: endian loads, a bounded reader, checked arithmetic ---------------------- */

uint16_t bytes_load_u16be(const uint8_t *p);
uint32_t bytes_load_u32be(const uint8_t *p);
uint64_t bytes_load_u64be(const uint8_t *p);
uint32_t bytes_load_u32le(const uint8_t *p);
uint64_t bytes_load_u64le(const uint8_t *p);
void bytes_store_u32be(uint8_t *p, uint32_t value);
void bytes_store_u64be(uint8_t *p, uint64_t value);
void bytes_store_u32le(uint8_t *p, uint32_t value);
void bytes_store_u64le(uint8_t *p, uint64_t value);

/* Reads a borrowed byte string from front to back; the first overrun sticks in `failed`. */
struct bytes_reader {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool failed;
};
uint8_t bytes_read_u8(struct bytes_reader *reader);
uint32_t bytes_read_u32be(struct bytes_reader *reader);
uint64_t bytes_read_u64be(struct bytes_reader *reader);
/* Borrowed pointer to the next `len` bytes, or NULL and failed. */
const uint8_t *bytes_read_raw(struct bytes_reader *reader, size_t len);
/* An SSH string; *ret_len is 0 and the result NULL on failure. */
const uint8_t *bytes_read_sshstr(struct bytes_reader *reader, size_t *ret_len);
/* Everything was read and nothing overran. */
bool bytes_read_done(const struct bytes_reader *reader);

/* Largest integer a JSON reader must carry exactly: 2^53 - 1. */
#define BYTES_JSON_MAX ((UINT64_C(1) << 53) - 1)

uint64_t bytes_round_down(uint64_t value, uint64_t unit);
/* value rounded up to a multiple of unit; saturates at the largest multiple. */
uint64_t bytes_round_up(uint64_t value, uint64_t unit);
uint64_t bytes_min(uint64_t a, uint64_t b);
uint64_t bytes_max(uint64_t a, uint64_t b);
/* a * b / c without overflow in between; c > 0; saturates. */
uint64_t bytes_mul_div(uint64_t a, uint64_t b, uint64_t c);
/* hex: out holds 2 * len + 1. parse: exactly 2 * len digits, lower case only. */
void bytes_hex_format(const uint8_t *data, size_t len, char *out);
bool bytes_hex_parse(const char *text, uint8_t *ret_data, size_t len);

/* ---- units: numbers for people ---------------------------------------------------- */

#define UNITS_TEXT 24
/* Each fills `out` and returns it. Decimal units, as drive labels use: "4.0 TB", "512 B". */
const char *units_bytes_format(uint64_t bytes, char out[UNITS_TEXT]);
const char *units_rate_format(uint64_t bytes_per_s, char out[UNITS_TEXT]); /* "187 MB/s" */
const char *units_duration_format(uint64_t seconds, char out[UNITS_TEXT]); /* "3 h 12 min" */
const char *units_permille_format(uint64_t permille, char out[UNITS_TEXT]); /* "37.5 %" */
/* A whole number of bytes, or of kB, MB, GB, TB (decimal), KiB, MiB, GiB, TiB: "50MB", "512 KiB"; the B may
 * be missing. False for anything else, and for what is too large. */
bool units_bytes_parse(const char *text, uint64_t *ret_bytes);

/* ---- text: strings that come from outside ------------------------------------------ */

/*
 * Copies untrusted bytes (a drive's model, a path) as printable ASCII into out, trimmed of
 * spaces and NULs on both ends; every other byte becomes \xHH, a backslash \x5c. Always
 * terminated; cut at a whole character when out is too small. Returns out.
 */
const char *text_safe(char *out, size_t size, const void *data, size_t len);
/* Copy with truncation at a whole UTF-8 character, always terminated; false when it was cut. */
bool text_copy(char *out, size_t size, const char *text);
/* Printable ASCII only (0x20 to 0x7e). */
bool text_is_printable(const char *text);
/* Well-formed UTF-8 without control characters (C0, DEL, C1), without bidi overrides. */
bool text_is_utf8(const void *data, size_t len);
/* A name fit for a path component or key: [a-z0-9][a-z0-9._-]*, at most max characters. */
bool text_is_name(const char *text, size_t max);
bool text_has_prefix(const char *text, const char *prefix);
bool text_has_suffix(const char *text, const char *suffix);
/* Strict decimal: digits only, no sign, no blanks, no leading zero but "0" itself, in range. */
bool text_u64_parse(const char *text, uint64_t *ret_value);

/* ---- hash: SHA-256, keyed hashes and checksums over memory ------------------------------------------------------- */

#define HASH_SHA256_BYTES 32
#define HASH_SHA256_HEX   65 /* with the NUL */
void hash_sha256(const void *data, size_t len, uint8_t out[HASH_SHA256_BYTES]);
/* Lower-case hex; returns out. */
const char *hash_sha256_hex(const void *data, size_t len, char out[HASH_SHA256_HEX]);
bool hash_is_sha256_hex(const char *text);

#define HASH_MAC_KEY   32
#define HASH_MAC_BYTES 32
/* Keyed BLAKE2b-256 (RFC 7693) over `before` and then `data`. Either may be empty. */
void hash_mac(const uint8_t key[HASH_MAC_KEY], const void *before, size_t before_len,
    const void *data, size_t len, uint8_t out[HASH_MAC_BYTES]);
/* In constant time. */
bool hash_mac_equals(const uint8_t a[HASH_MAC_BYTES], const uint8_t b[HASH_MAC_BYTES]);
/* CRC-32C (Castagnoli; RFC 3720, B.4): finds accidents, not forgers. */
uint32_t hash_crc32c(const void *data, size_t len);

/* ---- id: the name of a job and of its certificate -------------------------------------- */

#define ID_TEXT 27 /* 26 characters and the NUL */
/* 128 random bits as 26 characters of Crockford base32 (upper case, without I L O U). */
void id_new(char out[ID_TEXT]);
void id_format(const uint8_t bits[16], char out[ID_TEXT]);
bool id_is_valid(const char *text);

/* ---- stamp: RFC 3339 in UTC, whole seconds ("2026-11-24T08:15:00Z") --------------------- */

#define STAMP_TEXT 21 /* with the NUL; years 1970 to 9999 */
/* wall_s: seconds since 1970 UTC; out of range is clamped. Returns out. */
const char *stamp_format(int64_t wall_s, char out[STAMP_TEXT]);
/* Accepts exactly what stamp_format() writes, of a date that exists. */
bool stamp_parse(const char *text, int64_t *ret_wall_s);

/* ---- faults: everything wrong with a file, each with its line ---------------------------- */

#define FAULTS_MAX 64 /* more are counted, not kept */
struct fault {
	unsigned line; /* 1-based; 0 = the file as a whole */
	bool warning; /* accepted all the same */
	char text[200];
};
struct faults {
	struct fault items[FAULTS_MAX];
	size_t count; /* kept */
	size_t errors; /* all errors seen, kept or not */
};
void faults_add(struct faults *faults, unsigned line, const char *format, ...) WIPE_PRINTF(3, 4);
void faults_warn(struct faults *faults, unsigned line, const char *format, ...) WIPE_PRINTF(3, 4);
/* The first error as a CODE_INPUT "source:line: text (and N more)", or CODE_OK. */
enum code faults_check(const struct faults *faults, const char *source, struct err *err)
    WIPE_MUST_USE;

/* ---- ini: strict lines with numbers -------------------------------------------------------- */

/*
 * [section] or [section N], key = value, comment lines that start with ; or #. Lines end in
 * LF, are valid UTF-8 without control characters, at most 1,000 bytes; the file at most 65,536.
 * No continuation, no quoting, no inline comments; a section or a key in a section twice is a
 * fault. Values are trimmed; an empty value is a fault.
 */
#define INI_FILE_MAX 65536
struct ini_entry {
	const char *section; /* "procedure", "step 1" */
	const char *key;
	const char *value;
	unsigned line;
};
struct ini_section {
	const char *name;
	unsigned line;
};
struct ini {
	struct ini_entry *entries;
	size_t count;
	struct ini_section *sections;
	size_t section_count;
	char *text; /* owns what the pointers above point into */
};
/*
 * Parses all of it; every fault is added to *faults and parsing goes on, so that one run names
 * them all. CODE_MEMORY only; look at faults->errors for the rest. *ret is the caller's
 * (ini_free) whenever CODE_OK is returned, also with faults.
 */
enum code ini_parse(const void *data, size_t len, struct faults *faults, struct ini **ret,
    struct err *err) WIPE_MUST_USE;
void ini_free(struct ini *ini);
/* Value of section/key or NULL; *ret_line (may be NULL) gets its line. */
const char *ini_value(const struct ini *ini, const char *section, const char *key,
    unsigned *ret_line);

/* ---- json_write: the one writer ------------------------------------------------------------- */

/*
 * Streams one document into a buf: two-space indentation, members in call order, LF, one final
 * newline after json_write_end(). `key` is NULL inside arrays. Strings must be valid UTF-8; an
 * integer above 2^53-1 or a bad string is an error of the caller and sticks as `failed`.
 */
#define JSON_DEPTH_MAX 16
struct json_writer {
	struct buf *out;
	unsigned depth;
	bool compact; /* one line, for --progress json */
	bool failed;
	bool has_member[JSON_DEPTH_MAX + 1];
	char kind[JSON_DEPTH_MAX + 1]; /* '{' or '[' */
};
void json_write_start(struct json_writer *writer, struct buf *out, bool compact);
void json_write_object(struct json_writer *writer, const char *key);
void json_write_array(struct json_writer *writer, const char *key);
void json_write_close(struct json_writer *writer); /* of the innermost object or array */
void json_write_string(struct json_writer *writer, const char *key, const char *value);
void json_write_uint(struct json_writer *writer, const char *key, uint64_t value);
void json_write_bool(struct json_writer *writer, const char *key, bool value);
void json_write_null(struct json_writer *writer, const char *key);
/* Final newline; CODE_BUG when something was left open or not representable. */
enum code json_write_end(struct json_writer *writer, struct err *err) WIPE_MUST_USE;

/* ---- json_read: the one reader ---------------------------------------------------------------- */

/* A borrowed view of a value inside a parsed document; NULL means absent. */
struct json_value;
struct json_document;
/*
 * One JSON text, UTF-8, at most 1 MiB, no duplicate members, no floats, no integers outside
 * 0..2^53-1, nothing after it but white space. `source` names it in errors ("FILE:line: …").
 */
#define JSON_TEXT_MAX (1024 * 1024)
enum code json_read_parse(const void *data, size_t len, const char *source,
    struct json_document **ret, struct err *err) WIPE_MUST_USE;
void json_read_free(struct json_document *document);
const struct json_value *json_read_root(const struct json_document *document);
bool json_read_is_object(const struct json_value *value);
bool json_read_is_array(const struct json_value *value);
bool json_read_is_null(const struct json_value *value); /* present, and null */
const struct json_value *json_read_member(const struct json_value *object, const char *key);
size_t json_read_count(const struct json_value *value); /* elements or members */
const struct json_value *json_read_element(const struct json_value *array, size_t index);
/* Borrowed, NUL-terminated (a string with an embedded NUL is refused at parse); NULL if none. */
const char *json_read_string(const struct json_value *value);
bool json_read_uint(const struct json_value *value, uint64_t *ret);
bool json_read_bool(const struct json_value *value, bool *ret);
/* Name of the first member that is not among `known` (NULL-terminated list), or NULL. */
const char *json_read_unknown(const struct json_value *object, const char *const *known);

/* ---- fields: a JSON document as tables ----------------------------------------------------------- */

/*
 * One table per JSON object says which members it has, in which order and form, and where they lie in
 * memory; writing and reading walk the same table, so that they cannot differ.
 */
enum field_kind {
	FIELD_END = 0,
	FIELD_TEXT, /* char[size]; "" is written null where that is allowed, and is refused else */
	FIELD_COUNT, /* uint64_t, written as a string of decimal digits */
	FIELD_NUMBER, /* uint64_t or uint32_t (size) of bytes, blocks or seconds */
	FIELD_BOOL,
	FIELD_OBJECT, /* a struct; one that may be null begins with `bool given` */
	FIELD_LIST, /* pointer to `size`d elements, owned; a table of one nameless field: plain strings */
};
enum field_form { FORM_UTF8, FORM_ASCII, FORM_HEX, FORM_FULL_HEX, FORM_STAMP, FORM_ID, FORM_WORD,
	FORM_FINGERPRINT };

struct field {
	const char *key;
	enum field_kind kind;
	enum field_form form;
	bool nullable;
	size_t offset;
	size_t size;
	size_t count_offset; /* FIELD_LIST: of its size_t */
	size_t max; /* FIELD_LIST: elements */
	const struct field *fields;
	const char *words; /* FORM_WORD: those allowed, each followed by a blank */
};

void fields_write(struct json_writer *writer, const struct field *fields, const void *base);
/* CODE_INPUT names the member. *base must be zeroed, and is to be freed in every case. */
enum code fields_read(const struct json_value *object, const struct field *fields, void *base,
    const char *path, struct err *err) WIPE_MUST_USE;
/* Whether what is in memory has the form the table asks for. */
enum code fields_check(const struct field *fields, const void *base, const char *path,
    struct err *err) WIPE_MUST_USE;
void fields_free(const struct field *fields, void *base);

/* Rows of such tables; the last one is FIELDS_END. */
#define FIELDS_SIZE(type, member) sizeof(((struct type *)0)->member)
#define FIELDS_TEXT(type, key, member, form_, null)                                                \
	{ key, FIELD_TEXT, form_, null, offsetof(struct type, member), FIELDS_SIZE(type, member),  \
		0, 0, NULL, NULL }
#define FIELDS_WORD(type, key, member, list)                                                       \
	{ key, FIELD_TEXT, FORM_WORD, false, offsetof(struct type, member),                        \
		FIELDS_SIZE(type, member), 0, 0, NULL, list " " }
#define FIELDS_COUNT(type, key, member)                                                            \
	{ key, FIELD_COUNT, FORM_UTF8, false, offsetof(struct type, member), 8, 0, 0, NULL, NULL }
#define FIELDS_NUMBER(type, key, member)                                                           \
	{ key, FIELD_NUMBER, FORM_UTF8, false, offsetof(struct type, member),                      \
		FIELDS_SIZE(type, member), 0, 0, NULL, NULL }
#define FIELDS_BOOL(type, key, member)                                                             \
	{ key, FIELD_BOOL, FORM_UTF8, false, offsetof(struct type, member), 1, 0, 0, NULL, NULL }
#define FIELDS_OBJECT(type, key, member, table, null)                                              \
	{ key, FIELD_OBJECT, FORM_UTF8, null, offsetof(struct type, member),                       \
		FIELDS_SIZE(type, member), 0, 0, table, NULL }
#define FIELDS_LIST(type, key, member, counter, table, most)                                       \
	{ key, FIELD_LIST, FORM_UTF8, false, offsetof(struct type, member),                        \
		sizeof(*((struct type *)0)->member), offsetof(struct type, counter), most, table,   \
		NULL }
#define FIELDS_END { .kind = FIELD_END }

#endif
