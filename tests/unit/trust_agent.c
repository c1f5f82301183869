/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust: signing through an ssh-agent, a real one and one that lies. */
#include "unit/unit.h"
#include "unit/trust_tool.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char data[] = "signed through an agent\n";

struct test_agent {
	struct os_agent base;
	int fd; /* a real one */
	struct buf answer; /* a fake one */
};

static bool all(int fd, uint8_t *data_in, size_t len, bool in)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = in ? read(fd, data_in + at, len - at) : write(fd, data_in + at, len - at);
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static enum code ask_real(struct os_agent *agent, const struct buf *request, struct buf *ret,
    struct err *err)
{
	int fd = ((struct test_agent *)agent)->fd;
	uint8_t head[4], body[8192];
	bytes_store_u32be(head, (uint32_t)request->len);
	if (!all(fd, head, 4, false) || !all(fd, request->data, request->len, false) ||
	    !all(fd, head, 4, true) || bytes_load_u32be(head) > sizeof(body) ||
	    !all(fd, body, bytes_load_u32be(head), true))
		return err_set(err, CODE_IO, "agent");
	buf_append(ret, body, bytes_load_u32be(head));
	return CODE_OK;
}

static enum code ask_fake(struct os_agent *agent, const struct buf *request, struct buf *ret,
    struct err *err)
{
	(void)request;
	(void)err;
	struct test_agent *fake = (struct test_agent *)agent;
	buf_append(ret, fake->answer.data, fake->answer.len);
	return CODE_OK;
}

static const struct os_agent_ops real_ops = { .ask = ask_real };
static const struct os_agent_ops fake_ops = { .ask = ask_fake };

/* Its first output tells that the socket listens. It dies with this process. */
static pid_t start_agent(void)
{
	int pipe_fd[2];
	assert_int_equal(pipe(pipe_fd), 0);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(pipe_fd[1], 1);
		execlp("ssh-agent", "ssh-agent", "-D", "-a", "agent", (char *)NULL);
		_exit(127);
	}
	close(pipe_fd[1]);
	char c;
	ssize_t n = pid > 0 ? read(pipe_fd[0], &c, 1) : 0;
	close(pipe_fd[0]);
	assert_int_equal(n, 1);
	return pid;
}

static enum code use_real(struct test_agent *agent, struct err *err)
{
	struct trust_public_key keys[4];
	struct trust_signature signature;
	size_t count = 0;
	BUF_AUTO sig = { 0 };
	enum code code = trust_agent_keys(&agent->base, keys, 4, &count, err);
	if (code != CODE_OK || count != 1)
		return err_set(err, CODE_BUG, "%zu keys", count);
	code = trust_agent_sign(&agent->base, &keys[0], TRUST_WITNESS, data, sizeof(data), &sig, err);
	if (code == CODE_OK)
		code = trust_signature_parse(sig.data, sig.len, &signature, err);
	if (code == CODE_OK)
		code = trust_signature_verify(&signature, TRUST_WITNESS, data, sizeof(data), err);
	if (code != CODE_OK)
		return code;
	keys[0].point[0] ^= 1; /* a key it does not hold */
	if (trust_agent_sign(&agent->base, &keys[0], TRUST_WITNESS, data, 1, &sig, err) != CODE_REFUSED)
		return err_set(err, CODE_BUG, "signed with a key it does not hold");
	return CODE_OK;
}

static void a_real_agent_lists_and_signs(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct test_agent agent = { .base = { &real_ops } };
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "agent" };
	assert_int_equal(TOOL(NULL, NULL, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "k"), 0);
	pid_t pid = start_agent();
	setenv("SSH_AUTH_SOCK", "agent", 1);
	int added = TOOL(NULL, NULL, "ssh-add", "-q", "k");
	agent.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	enum code code = CODE_IO;
	if (connect(agent.fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		code = use_real(&agent, &err);
	close(agent.fd);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	assert_int_equal(added, 0);
	assert_ok(code, err);
}

static void a_lying_agent_is_found_out(void **state)
{
	(void)state;
	struct err err;
	struct test_agent fake = { .base = { &fake_ops } };
	struct trust_public_key key = { .type = TRUST_KEY_ED25519, .point = { 1 } }, keys[2];
	size_t count = 0;
	uint8_t raw[64] = { 1 };
	BUF_AUTO sig = { 0 };
	BUF_AUTO blob = { 0 };
	buf_sshstr(&sig, "ssh-ed25519", 11);
	buf_sshstr(&sig, raw, 64);
	buf_u8(&fake.answer, 14);
	buf_sshstr(&fake.answer, sig.data, sig.len);
	buf_free(&sig);
	assert_int_equal(trust_agent_sign(&fake.base, &key, TRUST_WITNESS, "x", 1, &sig, &err),
	    CODE_UNTRUSTED);
	buf_u8(&fake.answer, 0);
	assert_int_equal(trust_agent_sign(&fake.base, &key, TRUST_WITNESS, "x", 1, &sig, &err),
	    CODE_INPUT);
	assert_int_equal(sig.len, 0);
	buf_free(&fake.answer);
	trust_public_key_blob(&key, &blob);
	buf_u8(&fake.answer, 12);
	buf_u32be(&fake.answer, 2);
	buf_sshstr(&fake.answer, "\0\0\0\7ssh-rsa", 11);
	buf_sshstr(&fake.answer, "", 0);
	buf_sshstr(&fake.answer, blob.data, blob.len);
	buf_sshstr(&fake.answer, "c", 1);
	assert_ok(trust_agent_keys(&fake.base, keys, 2, &count, &err), err);
	assert_true(count == 1 && trust_public_key_equals(&keys[0], &key));
	for (size_t len = fake.answer.len; len-- > 0;) {
		fake.answer.len = len;
		assert_int_equal(trust_agent_keys(&fake.base, keys, 2, &count, &err), CODE_INPUT);
	}
	buf_free(&fake.answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_real_agent_lists_and_signs, tool_enter, tool_leave),
		cmocka_unit_test(a_lying_agent_is_found_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
