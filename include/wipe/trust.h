/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trust: who signed these bytes, and do we trust that key for that role? SSHSIG signatures
 * (OpenSSH PROTOCOL.sshsig), OpenSSH keys, allowed_signers and revoked keys, ssh-agent.
 * Only Ed25519 and FIDO2-backed Ed25519. Stock ssh-keygen accepts what we write.
 */
#ifndef WIPE_TRUST_H
#define WIPE_TRUST_H

#include "wipe/base.h"
#include "wipe/os.h"

enum trust_role { TRUST_STATION = 1, TRUST_OPERATOR, TRUST_WITNESS, TRUST_APPROVER };
const char *trust_role_text(enum trust_role role); /* "operator" */
const char *trust_role_namespace(enum trust_role role); /* "operator@certwipe" */
bool trust_role_parse(const char *text, enum trust_role *ret);

/* ---- keys ------------------------------------------------------------------------------------ */

#define TRUST_FINGERPRINT 51 /* "SHA256:" + 43 characters of unpadded base64 + NUL */
#define TRUST_APPLICATION_MAX 256
enum trust_key_type { TRUST_KEY_ED25519 = 1, TRUST_KEY_SK_ED25519 };
struct trust_public_key {
	enum trust_key_type type;
	uint8_t point[32];
	char application[TRUST_APPLICATION_MAX]; /* FIDO2 only */
};
/* "ssh-ed25519 AAAA… [comment]"; exactly one line, LF optional. CODE_INPUT. */
enum code trust_public_key_parse(const char *line, struct trust_public_key *ret,
    struct err *err) WIPE_MUST_USE;
/* The wire form (PUB in design/evidence), appended. */
void trust_public_key_blob(const struct trust_public_key *key, struct buf *ret);
enum code trust_public_key_from_blob(const uint8_t *data, size_t len,
    struct trust_public_key *ret, struct err *err) WIPE_MUST_USE;
/* As ssh-keygen -l prints it. */
const char *trust_public_key_fingerprint(const struct trust_public_key *key,
    char out[TRUST_FINGERPRINT]);
/* "ssh-ed25519 AAAA…", appended without newline. */
void trust_public_key_text(const struct trust_public_key *key, struct buf *ret);
bool trust_public_key_equals(const struct trust_public_key *a, const struct trust_public_key *b);

/* A station's secret key: guarded memory (sodium_malloc), Ed25519 only. */
struct trust_secret_key;
/* An unencrypted openssh-key-v1 file's bytes. CODE_CONFIG when encrypted or of another type. */
enum code trust_secret_key_parse(const void *data, size_t len, struct trust_secret_key **ret,
    struct err *err) WIPE_MUST_USE;
/* A new key. */
enum code trust_secret_key_new(struct trust_secret_key **ret, struct err *err) WIPE_MUST_USE;
/* The openssh-key-v1 file text; `comment` as ssh-keygen has it. */
enum code trust_secret_key_format(const struct trust_secret_key *key, const char *comment,
    struct buf *ret, struct err *err) WIPE_MUST_USE;
void trust_secret_key_public(const struct trust_secret_key *key, struct trust_public_key *ret);
/*
 * A key for one purpose and one thing, that only the owner of `key` can make: BLAKE2b-256 keyed by
 * the Ed25519 seed over "certwipe:" purpose ":" id. purpose: without a colon. Tells nothing of the
 * seed, nor of the key for another purpose or id.
 */
void trust_secret_key_derive(const struct trust_secret_key *key, const char *purpose,
    const char *id, uint8_t ret[32]);
void trust_secret_key_free(struct trust_secret_key *key);

/* ---- signatures -------------------------------------------------------------------------------- */

#define TRUST_SIGNATURE_MAX 8192 /* bytes of an armoured file */
/* Signs `data` for the role; appends the armoured SSHSIG (70 columns, final newline). */
enum code trust_sign(const struct trust_secret_key *key, enum trust_role role, const void *data,
    size_t len, struct buf *ret, struct err *err) WIPE_MUST_USE;

struct trust_signature {
	struct trust_public_key key;
	char namespace_[64];
	uint8_t raw[64];
	uint8_t flags; /* FIDO2: bit 0 user present */
	uint32_t counter; /* FIDO2 */
};
/* Canonical armour only: exactly what trust_sign() or ssh-keygen writes. CODE_INPUT. */
enum code trust_signature_parse(const void *data, size_t len, struct trust_signature *ret,
    struct err *err) WIPE_MUST_USE;
/* Cryptographic check alone: namespace, hash, key, touch. CODE_UNTRUSTED says what is wrong. */
enum code trust_signature_verify(const struct trust_signature *signature, enum trust_role role,
    const void *data, size_t len, struct err *err) WIPE_MUST_USE;

/* ---- whom we trust ----------------------------------------------------------------------------------- */

/* OpenSSH's allowed_signers (ssh-keygen(1), ALLOWED SIGNERS) and revoked keys. */
struct trust_signers;
/* `allowed` and `revoked` are file contents (revoked may be NULL/0): public keys, one a line.
 * cert-authority lines are kept but match no plain key; other key types (rsa, ecdsa) are passed
 * over. valid-after and valid-before need a Z: without it OpenSSH means the checker's local time,
 * and the verdict would depend on who looks. A binary KRL is refused. Faults have file:line. */
enum code trust_signers_parse(const void *allowed, size_t allowed_len, const char *allowed_source,
    const void *revoked, size_t revoked_len, const char *revoked_source,
    struct trust_signers **ret, struct err *err) WIPE_MUST_USE;
void trust_signers_free(struct trust_signers *signers);
/*
 * Is `key` trusted for `role` at wall_s (seconds UTC)? principal NULL: any; *ret_principal (borrowed
 * from signers, may be NULL) is the entry's principals as written. A line without namespaces= is NOT
 * accepted: a role must be granted by name. CODE_UNTRUSTED says why: unknown, revoked, other role,
 * other principal, expired, not yet valid.
 */
enum code trust_signers_check(const struct trust_signers *signers,
    const struct trust_public_key *key, enum trust_role role, const char *principal,
    int64_t wall_s, const char **ret_principal, struct err *err) WIPE_MUST_USE;

/* ---- ssh-agent ------------------------------------------------------------------------------------------ */

#define TRUST_AGENT_KEYS_MAX 64
/* Keys of the agent that we can use (others are skipped), request 11. */
enum code trust_agent_keys(struct os_agent *agent, struct trust_public_key *ret_keys,
    size_t max, size_t *ret_count, struct err *err) WIPE_MUST_USE;
/* Request 13; the armoured SSHSIG is appended, verified before it is returned. */
enum code trust_agent_sign(struct os_agent *agent, const struct trust_public_key *key,
    enum trust_role role, const void *data, size_t len, struct buf *ret, struct err *err)
    WIPE_MUST_USE;

#endif
