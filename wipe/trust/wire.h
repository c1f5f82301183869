/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust, private: armour and signature pieces shared by keys, signatures and the agent. */
#ifndef TRUST_WIRE_H
#define TRUST_WIRE_H

#include "wipe/trust.h"

/* These bytes are exactly this text. */
bool trust_wire_is(const uint8_t *data, size_t len, const char *text);
const char *trust_wire_type(enum trust_key_type type);
/* "-----BEGIN label-----", base64 in 70 columns, "-----END label-----", LF after each. */
void trust_wire_armour(const char *label, const uint8_t *data, size_t len, struct buf *ret);
/* The inverse; refuses every byte string that trust_wire_armour() would not write. */
enum code trust_wire_dearmour(const char *label, const void *data, size_t len, struct buf *ret,
    struct err *err) WIPE_MUST_USE;
/* Base64 without line breaks; only the one canonical form. */
void trust_wire_base64(const uint8_t *data, size_t len, struct buf *ret);
bool trust_wire_base64_parse(const char *text, size_t len, struct buf *ret);

/* What the key signs ("signed" of PROTOCOL.sshsig section 3). */
void trust_wire_message(const char *name_space, const void *data, size_t len, struct buf *ret);
/* SIG: type, raw, and for FIDO2 flags and counter. The key of *ret tells which type it must be. */
bool trust_wire_signature(const uint8_t *data, size_t len, struct trust_signature *ret);
/* The armoured file. */
void trust_wire_signature_format(const struct trust_signature *signature, struct buf *ret);

#endif
