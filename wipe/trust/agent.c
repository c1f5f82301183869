/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent: which keys does an ssh-agent hold, and will it sign? (draft-miller-ssh-agent, sections 4.4
 * and 4.5.) An agent is another program: what it answers is checked like any input. */
#include "signature.h"

#include <string.h>

#define REQUEST_IDENTITIES 11
#define IDENTITIES_ANSWER  12
#define SIGN_REQUEST       13
#define SIGN_RESPONSE      14

static enum code ask(struct os_agent *agent, const struct buf *request, uint8_t expected,
    struct buf *ret, struct err *err)
{
	enum code code = buf_check(request, err);
	if (code == CODE_OK)
		code = agent->ops->ask(agent, request, ret, err);
	if (code == CODE_OK && (ret->len == 0 || ret->data[0] != expected))
		code = err_set(err, CODE_UNTRUSTED, "the ssh-agent refuses (is the key loaded, the agent "
			"unlocked, the touch given?)");
	return code;
}

enum code trust_agent_keys(struct os_agent *agent, struct trust_public_key *ret_keys, size_t max,
    size_t *ret_count, struct err *err)
{
	BUF_AUTO request = { 0 };
	BUF_AUTO reply = { 0 };
	buf_u8(&request, REQUEST_IDENTITIES);
	enum code code = ask(agent, &request, IDENTITIES_ANSWER, &reply, err);
	if (code != CODE_OK)
		return code;
	struct bytes_reader reader = { .data = reply.data, .len = reply.len, .pos = 1 };
	uint32_t told = bytes_read_u32be(&reader);
	size_t count = 0;
	for (uint32_t i = 0; i < told && !reader.failed; i++) {
		size_t blob_len = 0, comment_len = 0;
		const uint8_t *blob = bytes_read_sshstr(&reader, &blob_len);
		bytes_read_sshstr(&reader, &comment_len);
		struct err ignored = { 0 };
		/* Keys of other types are none of our business. */
		if (!reader.failed && count < max &&
		    trust_public_key_from_blob(blob, blob_len, &ret_keys[count], &ignored) == CODE_OK)
			count++;
	}
	if (!bytes_read_done(&reader))
		return err_set(err, CODE_INPUT, "the ssh-agent's list of keys is malformed");
	*ret_count = count;
	return CODE_OK;
}

enum code trust_agent_sign(struct os_agent *agent, const struct trust_public_key *key,
    enum trust_role role, const void *data, size_t len, struct buf *ret, struct err *err)
{
	BUF_AUTO pub = { 0 };
	BUF_AUTO message = { 0 };
	BUF_AUTO request = { 0 };
	BUF_AUTO reply = { 0 };
	BUF_AUTO armoured = { 0 };
	trust_public_key_blob(key, &pub);
	signature_message(trust_role_namespace(role), data, len, &message);
	buf_u8(&request, SIGN_REQUEST);
	buf_sshstr(&request, pub.data, pub.len);
	buf_sshstr(&request, message.data, message.len);
	buf_u32be(&request, 0);
	if (pub.failed || message.failed)
		return err_memory(err);
	enum code code = ask(agent, &request, SIGN_RESPONSE, &reply, err);
	if (code != CODE_OK)
		return code;
	struct bytes_reader reader = { .data = reply.data, .len = reply.len, .pos = 1 };
	size_t sig_len = 0;
	const uint8_t *sig = bytes_read_sshstr(&reader, &sig_len);
	if (!bytes_read_done(&reader))
		return err_set(err, CODE_INPUT, "the ssh-agent's signature is malformed");
	code = signature_armour(key, trust_role_namespace(role), sig, sig_len, &armoured, err);
	/* Nothing leaves here that our own check would refuse. */
	struct trust_signature signature;
	if (code == CODE_OK)
		code = trust_signature_parse(armoured.data, armoured.len, &signature, err);
	if (code == CODE_OK)
		code = trust_signature_verify(&signature, role, data, len, err);
	if (code != CODE_OK)
		return err_prefix(err, "what the ssh-agent signed");
	buf_append(ret, armoured.data, armoured.len);
	return buf_check(ret, err);
}
