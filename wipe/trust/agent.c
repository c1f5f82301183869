/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agent: asks an ssh-agent for its keys and for signatures (draft-ietf-sshm-ssh-agent):
 *   11 -> 12 u32 count { str(PUB) str(comment) }     13 str(PUB) str(message) u32 0 -> 14 str(SIG)
 */
#include "wire.h"

#include <string.h>

enum { FAILURE = 5, ASK_KEYS = 11, KEYS = 12, ASK_SIGN = 13, SIGNED = 14 };

/* Certificates and other types are somebody else's business, not an error. */
static bool is_usable(const uint8_t *blob, size_t len)
{
	struct bytes_reader reader = { .data = blob, .len = len };
	size_t type_len;
	const uint8_t *type = bytes_read_sshstr(&reader, &type_len);
	return trust_wire_is(type, type_len, trust_wire_type(TRUST_KEY_ED25519)) ||
	    trust_wire_is(type, type_len, trust_wire_type(TRUST_KEY_SK_ED25519));
}

static enum code malformed(struct err *err)
{
	return err_set(err, CODE_INPUT, "the ssh-agent's answer is malformed");
}

enum code trust_agent_keys(struct os_agent *agent, struct trust_public_key *ret_keys, size_t max,
    size_t *ret_count, struct err *err)
{
	BUF_AUTO request = { 0 };
	BUF_AUTO reply = { 0 };
	buf_u8(&request, ASK_KEYS);
	enum code code = buf_check(&request, err);
	if (code == CODE_OK)
		code = agent->ops->ask(agent, &request, &reply, err);
	if (code != CODE_OK)
		return code;
	struct bytes_reader reader = { .data = reply.data, .len = reply.len };
	if (bytes_read_u8(&reader) != KEYS)
		return reader.failed ? malformed(err)
		    : err_set(err, CODE_CONFIG, "the ssh-agent does not list its keys");
	uint32_t count = bytes_read_u32be(&reader);
	size_t found = 0;
	for (uint32_t i = 0; i < count && !reader.failed; i++) {
		size_t blob_len, comment_len;
		const uint8_t *blob = bytes_read_sshstr(&reader, &blob_len);
		bytes_read_sshstr(&reader, &comment_len);
		if (reader.failed || !is_usable(blob, blob_len))
			continue;
		if (found == max)
			return err_set(err, CODE_FULL, "the ssh-agent holds more than %zu keys", max);
		code = trust_public_key_from_blob(blob, blob_len, &ret_keys[found], err);
		if (code != CODE_OK)
			return err_prefix(err, "ssh-agent");
		found++;
	}
	if (!bytes_read_done(&reader))
		return malformed(err);
	*ret_count = found;
	return CODE_OK;
}

static enum code ask_signature(struct os_agent *agent, const struct buf *message,
    struct trust_signature *signature, struct err *err)
{
	BUF_AUTO blob = { 0 };
	BUF_AUTO request = { 0 };
	BUF_AUTO reply = { 0 };
	trust_public_key_blob(&signature->key, &blob);
	buf_u8(&request, ASK_SIGN);
	buf_sshstr(&request, blob.data, blob.len);
	buf_sshstr(&request, message->data, message->len);
	buf_u32be(&request, 0);
	if (blob.failed || request.failed)
		return err_memory(err);
	enum code code = agent->ops->ask(agent, &request, &reply, err);
	if (code != CODE_OK)
		return code;
	struct bytes_reader reader = { .data = reply.data, .len = reply.len };
	uint8_t kind = bytes_read_u8(&reader);
	if (kind == FAILURE && bytes_read_done(&reader))
		return err_set(err, CODE_REFUSED,
		    "the ssh-agent did not sign: key not loaded, or refused by its owner");
	size_t len;
	const uint8_t *sig = bytes_read_sshstr(&reader, &len);
	if (kind != SIGNED || !bytes_read_done(&reader) || !trust_wire_signature(sig, len, signature))
		return malformed(err);
	return CODE_OK;
}

enum code trust_agent_sign(struct os_agent *agent, const struct trust_public_key *key,
    enum trust_role role, const void *data, size_t len, struct buf *ret, struct err *err)
{
	struct trust_signature signature = { .key = *key };
	const char *name_space = trust_role_namespace(role);
	if (!*name_space)
		return err_set(err, CODE_BUG, "signing for no role");
	text_copy(signature.namespace_, sizeof(signature.namespace_), name_space);
	BUF_AUTO message = { 0 };
	trust_wire_message(name_space, data, len, &message);
	enum code code = buf_check(&message, err);
	if (code == CODE_OK)
		code = ask_signature(agent, &message, &signature, err);
	if (code == CODE_OK) {
		code = trust_signature_verify(&signature, role, data, len, err);
		if (code != CODE_OK)
			return err_prefix(err, "ssh-agent");
	}
	if (code != CODE_OK)
		return code;
	trust_wire_signature_format(&signature, ret);
	return buf_check(ret, err);
}
