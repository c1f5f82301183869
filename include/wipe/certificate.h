/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * certificate: the document that says what was done to a disk, for people who were not there.
 * Assembled from evidence alone, written as JSON whose exact bytes are signed, read back strictly,
 * checked by rules that the code cannot assemble around. Also the station's chain, in which a
 * missing or cloned certificate shows. Format: certwipe-certificate(5).
 */
#ifndef WIPE_CERTIFICATE_H
#define WIPE_CERTIFICATE_H

#include "wipe/base.h"
#include "wipe/evidence.h"
#include "wipe/os.h"
#include "wipe/trust.h"

/* Everything a certificate is made of. All borrowed. */
struct certificate_person {
	char name[128]; /* UTF-8; "" = not given */
	char principal[128];
	char key[TRUST_FINGERPRINT]; /* "" = will not sign */
};
struct certificate_order {
	char reference[128]; /* work order */
	char client[128]; /* controller */
	char ticket[128];
	char location[128];
};
struct certificate_station {
	char organisation[128];
	char site[128];
	char principal[128];
	char key[TRUST_FINGERPRINT];
	char chain[ID_TEXT];
	uint64_t counter; /* of this certificate's entry in the chain */
	char previous[HASH_SHA256_HEX]; /* SHA-256 of the chain's entry before it */
};
struct certificate_tool {
	char version[32];
	char commit[64]; /* "unknown" when not built from a checkout */
};
struct certificate_inputs {
	const struct plan *plan;
	const struct procedure *procedure;
	const struct device *device; /* as cleared, with signatures found */
	const struct evidence *evidence;
	const struct certificate_person *operator_; /* may be NULL */
	const struct certificate_person *witness; /* may be NULL; will sign, perhaps later */
	const struct certificate_person *approver; /* may be NULL; likewise */
	const struct certificate_order *order; /* may be NULL */
	const struct certificate_station *station;
	const struct os_machine *machine;
	const struct certificate_tool *tool;
	enum os_clock_sync clock_sync;
	int64_t wall_issued_s;
};

/* The document as a value in memory; opaque, owned by whoever made it. */
struct certificate;
/* Verdict and document from the inputs. CODE_BUG when the result would break its own rules. */
enum code certificate_assemble(const struct certificate_inputs *inputs, struct certificate **ret,
    struct err *err) WIPE_MUST_USE;
void certificate_free(struct certificate *certificate);
/* The exact bytes of <id>.json. */
enum code certificate_format(const struct certificate *certificate, struct buf *ret,
    struct err *err) WIPE_MUST_USE;
/*
 * Strict: structure, types, unknown members, member order, the schema's rules (an `erased` that its
 * own facts do not carry is refused), and format(parse(x)) == x byte for byte. CODE_INPUT names the
 * member. Pure.
 */
enum code certificate_parse(const void *data, size_t len, const char *source,
    struct certificate **ret, struct err *err) WIPE_MUST_USE;

#define CERTIFICATE_RANGES_INLINE 4096 /* more go into the file beside it */
/*
 * All ranges of a job as text, "step kind offset length errno" a line: the file that stands beside
 * a certificate with more than 4,096 of them and that ranges.sha256 names.
 */
enum code certificate_format_ranges(const struct evidence *evidence, struct buf *ret,
    struct err *err) WIPE_MUST_USE;

/* ---- facts that callers ask of a document (all borrowed) ------------------------------------------ */

const char *certificate_id(const struct certificate *certificate);
enum outcome certificate_outcome(const struct certificate *certificate);
const char *certificate_ending(const struct certificate *certificate);
/* The disk it speaks of (name, node, major, minor are those of then). */
const struct identity *certificate_identity(const struct certificate *certificate);
const struct certificate_station *certificate_station(const struct certificate *certificate);
const char *certificate_order_reference(const struct certificate *certificate); /* "" = none */
/* The person announced for a role, or NULL. */
const struct certificate_person *certificate_person(const struct certificate *certificate,
    enum trust_role role);
size_t certificate_exception_count(const struct certificate *certificate);
const char *certificate_exception(const struct certificate *certificate, size_t index);
/* The content left on the disk, with its key; false when the document does not tell. */
bool certificate_left_content(const struct certificate *certificate, struct content *ret);
/* The sampling of the last verification; false when it was full or there was none. */
bool certificate_left_sampling(const struct certificate *certificate, struct sampling *ret,
    uint8_t ret_seed[CONTENT_SEED]);
/* SHA-256 of the file beside it that lists all ranges; "" = the document lists them itself. */
const char *certificate_ranges_sha256(const struct certificate *certificate);
/* Byte ranges that are known not to hold the left content. */
size_t certificate_range_count(const struct certificate *certificate);
const struct evidence_range *certificate_range(const struct certificate *certificate,
    size_t index);
/* How many of the bytes [offset, offset + length) those ranges cover; each byte counts once, also
 * where a range was not written and then did not match either. */
uint64_t certificate_range_overlap(const struct certificate *certificate, uint64_t offset,
    uint64_t length);

/* ---- signatures on a document ------------------------------------------------------------------------ */

enum certificate_signature_state {
	CERTIFICATE_SIGNATURE_GOOD = 1, /* valid, by the announced key, trusted for the role */
	CERTIFICATE_SIGNATURE_MISSING, /* announced, but no file */
	CERTIFICATE_SIGNATURE_BAD, /* not a signature of these bytes, or by another key */
	CERTIFICATE_SIGNATURE_UNTRUSTED, /* valid, but not trusted for the role now */
};
struct certificate_signature {
	enum trust_role role;
	enum certificate_signature_state state;
	char principal[128];
	char key[TRUST_FINGERPRINT];
	char line[480]; /* why not good */
};
#define CERTIFICATE_SIGNATURES_MAX 4
struct certificate_signatures {
	size_t count;
	struct certificate_signature items[CERTIFICATE_SIGNATURES_MAX];
	bool all_good; /* station good, every announced one good, every present one good, keys distinct */
};
/*
 * signature_files[role] (index by enum trust_role, 1..4; data NULL = no such file). wall_s: the time
 * validity is judged at. Pure.
 */
void certificate_check_signatures(const struct certificate *certificate, const void *data,
    size_t len, const struct buf signature_files[5], const struct trust_signers *signers,
    int64_t wall_s, struct certificate_signatures *ret);

/* ---- the station's chain --------------------------------------------------------------------------------- */

/*
 * One line per start and per certificate, each naming the hash of the line before:
 *   certwipe-chain/1 SP counter SP kind SP id SP sha256 SP stamp SP previous LF
 * kind is genesis, start or certificate; sha256 of what it records (64 zeros for genesis); previous
 * is the SHA-256 of the line before without its LF (64 zeros for genesis). One locked writer. A lock that
 * another process keeps is not waited for longer than some seconds: CODE_IO, to be tried again.
 */
struct chain;
/* Opens (making it with a fresh random chain id when missing) and checks every line. CODE_INPUT
 * says which line is broken; a torn last line is cut and told in *ret_torn. */
enum code chain_open(struct os_files *files, struct os_clock *clock, const char *path,
    struct chain **ret, bool *ret_torn, struct err *err) WIPE_MUST_USE;
const char *chain_id(const struct chain *chain);
/* Appends durably. For a certificate, *ret_counter and ret_previous were told by chain_next(). */
enum code chain_append_start(struct chain *chain, const char *id,
    const char sha256[HASH_SHA256_HEX], struct err *err) WIPE_MUST_USE;
enum code chain_append_certificate(struct chain *chain, const char *id,
    const char sha256[HASH_SHA256_HEX], struct err *err) WIPE_MUST_USE;
/*
 * Locks the chain and tells the counter and the previous hash of the entry that comes next, so that
 * the certificate can name them; the lock is held until chain_append_certificate() or chain_unlock().
 */
enum code chain_next(struct chain *chain, uint64_t *ret_counter,
    char ret_previous[HASH_SHA256_HEX], struct err *err) WIPE_MUST_USE;
void chain_unlock(struct chain *chain);
/*
 * Has the chain a "start" or "certificate" (kind) of this id? *ret_sha256: what it names, "" = it has
 * none. Under the lock of chain_next() where that is held, else it takes the lock for as long.
 */
enum code chain_find(struct chain *chain, const char *kind, const char *id,
    char ret_sha256[HASH_SHA256_HEX], struct err *err) WIPE_MUST_USE;
enum code chain_close(struct chain *chain, struct err *err) WIPE_MUST_USE;

/* Every entry in its order, without a lock and without checking what names what: for lists, not for proof.
 * CODE_MISSING: there is no chain. A visitor's failure ends it. */
typedef enum code chain_visitor(void *self, const char *kind, const char *id, int64_t wall_s,
    struct err *err);
enum code chain_visit(struct os_files *files, const char *path, chain_visitor *visit, void *self,
    struct err *err) WIPE_MUST_USE;

#endif
