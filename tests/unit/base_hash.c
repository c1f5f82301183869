/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash: known answers, made by Python's hashlib for the keyed hash, and RFC 3720's for CRC-32C. */
#include "unit/unit.h"
#include "wipe/base.h"

static void mac_is(const char *before, const char *data, const char *expected)
{
	uint8_t key[HASH_MAC_KEY];
	uint8_t mac[HASH_MAC_BYTES];
	char text[2 * HASH_MAC_BYTES + 1];
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	hash_mac(key, before, strlen(before), data, strlen(data), mac);
	bytes_hex_format(mac, sizeof(mac), text);
	assert_string_equal(text, expected);
}

static void keyed_hash_is_blake2b_over_both_parts(void **state)
{
	(void)state;
	static const char abc[] = "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f";
	mac_is("", "", "4e51e7a913fc80137da52880fecca175bf81e117d5c68126dc2774033517ea0d");
	mac_is("", "abc", abc);
	mac_is("a", "bc", abc);
	mac_is("abc", "", abc);
}

static void macs_are_equal_in_every_bit_or_not_at_all(void **state)
{
	(void)state;
	uint8_t a[HASH_MAC_BYTES] = { 7 };
	uint8_t b[HASH_MAC_BYTES] = { 7 };
	assert_true(hash_mac_equals(a, b));
	for (size_t bit = 0; bit < sizeof(b) * 8; bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(hash_mac_equals(a, b));
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void crc32c_gives_the_answers_of_rfc_3720(void **state)
{
	(void)state;
	uint8_t data[32] = { 0 };
	assert_int_equal(hash_crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(hash_crc32c("", 0), 0);
	assert_int_equal(hash_crc32c(data, sizeof(data)), 0x8a9136aa);
	memset(data, 0xff, sizeof(data));
	assert_int_equal(hash_crc32c(data, sizeof(data)), 0x62a8ab43);
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	assert_int_equal(hash_crc32c(data, sizeof(data)), 0x46dd794e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keyed_hash_is_blake2b_over_both_parts),
		cmocka_unit_test(macs_are_equal_in_every_bit_or_not_at_all),
		cmocka_unit_test(crc32c_gives_the_answers_of_rfc_3720),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
