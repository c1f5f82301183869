/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trust: keys derived from a station's are what certwipe-journal(5) says, computed here by another
 * route (hash_mac() over the text), and for one seed by Python's hashlib.
 */
#include "unit/unit.h"
#include "wipe/trust/wire.h"

#include <sodium.h>
#include <stdio.h>

static const char id[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/* A key file of the seed 0, 1, 2 … 31. */
static struct trust_secret_key *counting_key(void)
{
	struct err err;
	struct trust_secret_key *key = NULL;
	uint8_t seed[32];
	uint8_t point[32];
	uint8_t pair[64];
	for (unsigned i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	assert_int_equal(sodium_init() < 0, 0);
	crypto_sign_seed_keypair(point, pair, seed);
	struct trust_public_key public = { .type = TRUST_KEY_ED25519 };
	memcpy(public.point, point, sizeof(point));
	BUF_AUTO blob = { 0 };
	BUF_AUTO part = { 0 };
	BUF_AUTO text = { 0 };
	buf_append(&blob, "openssh-key-v1", 15);
	buf_sshstr(&blob, "none", 4);
	buf_sshstr(&blob, "none", 4);
	buf_sshstr(&blob, "", 0);
	buf_u32be(&blob, 1);
	trust_public_key_blob(&public, &part);
	buf_sshstr(&blob, part.data, part.len);
	buf_free(&part);
	buf_u32be(&part, 5);
	buf_u32be(&part, 5);
	trust_public_key_blob(&public, &part);
	buf_sshstr(&part, pair, sizeof(pair));
	buf_sshstr(&part, "", 0);
	for (uint8_t pad = 1; part.len % 8 != 0; pad++)
		buf_u8(&part, pad);
	buf_sshstr(&blob, part.data, part.len);
	trust_wire_armour("OPENSSH PRIVATE KEY", blob.data, blob.len, &text);
	assert_ok(trust_secret_key_parse(text.data, text.len, &key, &err), err);
	return key;
}

static void known_seed_gives_the_known_key(void **state)
{
	(void)state;
	uint8_t derived[32];
	char text[65];
	struct trust_secret_key *key = counting_key();
	trust_secret_key_derive(key, "journal", id, derived);
	bytes_hex_format(derived, sizeof(derived), text);
	assert_string_equal(text,
	    "979e2d0cd762f1b581b86b914e9e0b6ca08a2c3a2406549df8581db74b7d4a7d");
	trust_secret_key_free(key);
}

static void purpose_id_and_station_each_make_another_key(void **state)
{
	(void)state;
	struct err err;
	uint8_t first[32];
	uint8_t other[32];
	struct trust_secret_key *key = counting_key();
	struct trust_secret_key *station = NULL;
	assert_ok(trust_secret_key_new(&station, &err), err);
	trust_secret_key_derive(key, "journal", id, first);
	trust_secret_key_derive(key, "journal", id, other);
	assert_memory_equal(first, other, 32);
	trust_secret_key_derive(key, "keys", id, other);
	assert_memory_not_equal(first, other, 32);
	trust_secret_key_derive(key, "journal", "01ARZ3NDEKTSV4RRFFQ69G5FAW", other);
	assert_memory_not_equal(first, other, 32);
	trust_secret_key_derive(station, "journal", id, other);
	assert_memory_not_equal(first, other, 32);
	trust_secret_key_derive(key, "a", "b:c", first);
	trust_secret_key_derive(key, "a", "bc", other);
	assert_memory_not_equal(first, other, 32);
	trust_secret_key_free(station);
	trust_secret_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_seed_gives_the_known_key),
		cmocka_unit_test(purpose_id_and_station_each_make_another_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
