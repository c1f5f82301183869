/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * secret_key: the station's own key in OpenSSH's file (PROTOCOL.key, "openssh-key-v1"), unencrypted:
 *   "openssh-key-v1" 00  str cipher  str kdf  str kdf options  u32 1  str public  str section
 *   section = u32 check  u32 check  str type  str point  str seed+point  str comment  01 02 03 …
 */
#include "secret_key.h"

#include "armour.h"

#include <sodium.h>
#include <string.h>

#define MAGIC      "openssh-key-v1" /* its NUL belongs to it */
#define TYPE       "ssh-ed25519"
#define BLOCK      8 /* the section is padded to this, also without a cipher */
#define POINT_SIZE 32

static bool read_equals(struct bytes_reader *reader, const void *data, size_t len)
{
	size_t got = 0;
	const uint8_t *read = bytes_read_sshstr(reader, &got);
	return !reader->failed && got == len && (len == 0 || memcmp(read, data, len) == 0);
}

static enum code key_from_seed(const uint8_t seed[32], struct trust_secret_key **ret,
    struct err *err)
{
	struct trust_secret_key *key = sodium_malloc(sizeof(*key));
	if (!key)
		return err_memory(err);
	uint8_t point[POINT_SIZE];
	crypto_sign_seed_keypair(point, key->bytes, seed);
	sodium_mprotect_readonly(key);
	*ret = key;
	return CODE_OK;
}

/* The section behind the two checks; *ret_seed is borrowed from the reader. */
static bool read_section(struct bytes_reader *reader, const uint8_t *point, const uint8_t **ret_seed)
{
	uint32_t check = bytes_read_u32be(reader);
	if (bytes_read_u32be(reader) != check || !read_equals(reader, TYPE, strlen(TYPE)) ||
	    !read_equals(reader, point, POINT_SIZE))
		return false;
	size_t secret_len = 0, comment_len = 0;
	const uint8_t *secret = bytes_read_sshstr(reader, &secret_len);
	bytes_read_sshstr(reader, &comment_len);
	if (reader->failed || secret_len != 64 || reader->len % BLOCK ||
	    reader->len - reader->pos >= BLOCK)
		return false;
	for (uint8_t pad = 1; reader->pos < reader->len; pad++) {
		if (bytes_read_u8(reader) != pad)
			return false;
	}
	*ret_seed = secret;
	return memcmp(secret + 32, point, POINT_SIZE) == 0;
}

static enum code read_file(const struct buf *file, struct trust_secret_key **ret, struct err *err)
{
	struct bytes_reader reader = { .data = file->data, .len = file->len };
	const uint8_t *magic = bytes_read_raw(&reader, sizeof(MAGIC));
	if (!magic || memcmp(magic, MAGIC, sizeof(MAGIC)) != 0)
		return err_set(err, CODE_CONFIG, "not an openssh-key-v1 file");
	if (!read_equals(&reader, "none", 4) || !read_equals(&reader, "none", 4) ||
	    !read_equals(&reader, "", 0))
		return err_set(err, CODE_CONFIG,
		    "the key is encrypted: a station's key has no passphrase (ssh-keygen -p)");
	size_t blob_len = 0, section_len = 0;
	bool one = bytes_read_u32be(&reader) == 1;
	const uint8_t *blob = bytes_read_sshstr(&reader, &blob_len);
	const uint8_t *section = bytes_read_sshstr(&reader, &section_len);
	struct trust_public_key public_key;
	if (!one || !bytes_read_done(&reader))
		return err_set(err, CODE_CONFIG, "the key file is malformed");
	enum code code = trust_public_key_from_blob(blob, blob_len, &public_key, err);
	if (code != CODE_OK || public_key.type != TRUST_KEY_ED25519)
		return err_set(err, CODE_CONFIG,
		    "not an Ed25519 key: a station needs one (ssh-keygen -t ed25519)");
	struct bytes_reader inner = { .data = section, .len = section_len };
	const uint8_t *seed = NULL;
	if (!read_section(&inner, public_key.point, &seed))
		return err_set(err, CODE_CONFIG, "the key file is malformed");
	struct trust_secret_key *key = NULL;
	code = key_from_seed(seed, &key, err);
	if (code != CODE_OK)
		return code;
	/* The seed must give the point that the file names, or signatures would be by nobody. */
	if (memcmp(key->bytes + 32, public_key.point, POINT_SIZE) != 0) {
		trust_secret_key_free(key);
		return err_set(err, CODE_CONFIG, "the key's secret and public halves do not belong together");
	}
	*ret = key;
	return CODE_OK;
}

enum code trust_secret_key_parse(const void *data, size_t len, struct trust_secret_key **ret,
    struct err *err)
{
	BUF_AUTO file = { 0 };
	if (!armour_unwrap(ARMOUR_SECRET, data, len, &file))
		return err_set(err, CODE_CONFIG, "not an OpenSSH private key file");
	return read_file(&file, ret, err);
}

enum code trust_secret_key_new(struct trust_secret_key **ret, struct err *err)
{
	uint8_t seed[32];
	randombytes_buf(seed, sizeof(seed));
	enum code code = key_from_seed(seed, ret, err);
	sodium_memzero(seed, sizeof(seed));
	return code;
}

enum code trust_secret_key_format(const struct trust_secret_key *key, const char *comment,
    struct buf *ret, struct err *err)
{
	struct trust_public_key public_key;
	BUF_AUTO blob = { 0 };
	BUF_AUTO section = { 0 };
	BUF_AUTO file = { 0 };
	uint32_t check = randombytes_random();
	trust_secret_key_public(key, &public_key);
	trust_public_key_blob(&public_key, &blob);
	buf_u32be(&section, check);
	buf_u32be(&section, check);
	buf_append(&section, blob.data, blob.len);
	buf_sshstr(&section, key->bytes, sizeof(key->bytes));
	buf_sshstr(&section, comment, strlen(comment));
	for (uint8_t pad = 1; section.len % BLOCK; pad++)
		buf_u8(&section, pad);
	buf_append(&file, MAGIC, sizeof(MAGIC));
	buf_sshstr(&file, "none", 4);
	buf_sshstr(&file, "none", 4);
	buf_sshstr(&file, "", 0);
	buf_u32be(&file, 1);
	buf_sshstr(&file, blob.data, blob.len);
	buf_sshstr(&file, section.data, section.len);
	if (blob.failed || section.failed || file.failed)
		return err_memory(err);
	armour_wrap(ARMOUR_SECRET, file.data, file.len, ret);
	return buf_check(ret, err);
}

void trust_secret_key_public(const struct trust_secret_key *key, struct trust_public_key *ret)
{
	*ret = (struct trust_public_key){ .type = TRUST_KEY_ED25519 };
	memcpy(ret->point, key->bytes + 32, sizeof(ret->point));
}

void trust_secret_key_free(struct trust_secret_key *key)
{
	sodium_free(key); /* NULL is fine; the bytes are wiped */
}
