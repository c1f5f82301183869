/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * content kernels: each computes what libcrypto does, touches nothing outside of what it is given, sees
 * every bit that differs; and one that does not is never chosen.
 */
#include "unit/unit.h"
#include "wipe/content/kernel.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE  4096u
#define RANGE (1024u * 1024 + 100)

/* What a test says of one kernel; `general` is libcrypto with the same key. */
struct pair {
	struct content_source *general;
	struct content_source *source;
	struct err err;
};

static struct content random_content(bool complement)
{
	struct content content = { .kind = CONTENT_KEYSTREAM, .complement = complement };
	randombytes_buf(content.key, sizeof(content.key));
	return content;
}

static void open_pair(struct pair *pair, const struct content_kernel *kernel, bool complement)
{
	const struct content content = random_content(complement);
	*pair = (struct pair){ 0 };
	assert_ok(content_source_new(&content, NULL, &pair->general, &pair->err), pair->err);
	assert_ok(content_source_new(&content, kernel, &pair->source, &pair->err), pair->err);
}

static void close_pair(struct pair *pair)
{
	content_source_free(pair->general);
	content_source_free(pair->source);
}

/* Every kernel that this machine can do but libcrypto itself; none: skipped, with a word. */
static void with_each(void (*test)(const struct content_kernel *kernel))
{
	size_t tested = 0;
	for (size_t i = 0; content_kernels[i] != &content_kernel_libcrypto; i++) {
		const struct content_kernel *kernel = content_kernels[i];
		if (kernel->is_supported && kernel->is_supported()) {
			test(kernel);
			tested++;
		} else {
			print_message("%s: this machine cannot do it, it is not tested\n", kernel->name);
		}
	}
	if (tested == 0)
		skip();
}

/* Around places where a counter's byte, a run or a table turns, and anywhere. */
static uint64_t any_offset(void)
{
	static const uint64_t places[] = { 0, 4096, UINT64_C(1) << 20, UINT64_C(1) << 36, UINT64_C(1) << 44,
		UINT64_C(5) << 44, UINT64_C(1) << 52, UINT64_C(1) << 60, UINT64_C(1) << 63,
		UINT64_MAX - 2 * RANGE };
	uint64_t offset = 0;
	uint32_t place = randombytes_uniform(WIPE_COUNT(places) + 1);
	if (place < WIPE_COUNT(places))
		return places[place] - bytes_min(places[place], randombytes_uniform(9000));
	randombytes_buf(&offset, sizeof(offset));
	return (offset >> randombytes_uniform(64)) % (UINT64_MAX - 2 * RANGE);
}

static void check_range(struct pair *pair, uint64_t offset, const uint8_t *expected, uint8_t *data,
    size_t len)
{
	bool same = false;
	data[len] = 0x5a;
	assert_ok(content_fill(pair->source, offset, data, len, &pair->err), pair->err);
	assert_memory_equal(data, expected, len);
	assert_int_equal(data[len], 0x5a);
	assert_ok(content_compare(pair->source, offset, data, len, &same, &pair->err), pair->err);
	assert_true(same);
	if (len == 0)
		return;
	size_t at = randombytes_uniform((uint32_t)len);
	data[at] ^= (uint8_t)(1u << randombytes_uniform(8));
	assert_ok(content_compare(pair->source, offset, data, len, &same, &pair->err), pair->err);
	assert_false(same);
}

static void equals_libcrypto(const struct content_kernel *kernel)
{
	uint8_t *expected = malloc(RANGE), *data = malloc(RANGE + 65);
	assert_non_null(expected);
	assert_non_null(data);
	for (int keys = 0; keys < 60; keys++) {
		struct pair pair;
		open_pair(&pair, kernel, keys % 2);
		for (int round = 0; round < 40; round++) {
			uint64_t offset = any_offset();
			size_t len = round == 0 ? RANGE - 100 + randombytes_uniform(100)
			    : randombytes_uniform(round % 2 ? 600 : 20000);
			assert_ok(content_fill(pair.general, offset, expected, len, &pair.err), pair.err);
			check_range(&pair, offset, expected, data + randombytes_uniform(64), len);
		}
		close_pair(&pair);
	}
	free(expected);
	free(data);
}

static void every_kernel_equals_libcrypto(void **state)
{
	(void)state;
	with_each(equals_libcrypto);
}

static void has_any_skip_and_length(const struct content_kernel *kernel)
{
	enum { MOST = 700 };
	struct pair pair;
	uint8_t expected[MOST + 16], data[MOST + 1];
	const uint64_t base = 4096 - 5 * 16; /* a run ends five blocks on */
	open_pair(&pair, kernel, false);
	assert_ok(content_fill(pair.general, base, expected, sizeof(expected), &pair.err), pair.err);
	for (size_t skip = 0; skip < 16; skip++) {
		for (size_t len = 0; len <= MOST; len++)
			check_range(&pair, base + skip, expected + skip, data, len);
	}
	close_pair(&pair);
}

static void every_skip_and_every_length_is_right(void **state)
{
	(void)state;
	with_each(has_any_skip_and_length);
}

static void sees_every_bit(const struct content_kernel *kernel)
{
	/* Head, whole blocks of two runs, tail; nearly every width a loop may have at its end. */
	static const size_t lengths[] = { 1, 15, 16, 17, 64, 100, 300, 333, 4700 };
	uint8_t data[4700];
	struct pair pair;
	open_pair(&pair, kernel, true);
	for (size_t i = 0; i < WIPE_COUNT(lengths); i++) {
		size_t len = lengths[i];
		bool same = false;
		assert_ok(content_fill(pair.general, 7, data, len, &pair.err), pair.err);
		for (size_t bit = 0; bit < 8 * len; bit++) {
			data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_ok(content_compare(pair.source, 7, data, len, &same, &pair.err), pair.err);
			assert_false(same);
			data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_ok(content_compare(pair.source, 7, data, len, &same, &pair.err), pair.err);
		assert_true(same);
	}
	close_pair(&pair);
}

static void compare_sees_every_single_bit(void **state)
{
	(void)state;
	with_each(sees_every_bit);
}

/* Two pages between two that nobody may touch. */
static uint8_t *fenced(void)
{
	uint8_t *pages = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(pages != MAP_FAILED);
	assert_int_equal(mprotect(pages + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
	return pages + PAGE;
}

/* Filled flush with a fence, then compared where nothing can be written. */
static void stay_inside(struct pair *pair, uint8_t *pages, size_t start, size_t len, uint64_t offset)
{
	bool same = false;
	memset(pages, 0x5a, 2 * PAGE);
	assert_ok(content_fill(pair->source, offset, pages + start, len, &pair->err), pair->err);
	for (size_t i = 0; i < 2 * PAGE; i++) {
		if (i < start || i >= start + len)
			assert_int_equal(pages[i], 0x5a);
	}
	assert_int_equal(mprotect(pages, 2 * PAGE, PROT_READ), 0);
	assert_ok(content_compare(pair->source, offset, pages + start, len, &same, &pair->err), pair->err);
	assert_true(same);
	assert_int_equal(mprotect(pages, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
}

static void stays_inside(const struct content_kernel *kernel)
{
	struct pair pair;
	uint8_t *pages = fenced();
	open_pair(&pair, kernel, false);
	for (size_t len = 0; len <= 2 * PAGE; len += len < 600 ? 1 : 61) {
		uint64_t offset = randombytes_uniform(8192);
		stay_inside(&pair, pages, 0, len, offset);
		stay_inside(&pair, pages, 2 * PAGE - len, len, offset);
	}
	close_pair(&pair);
	munmap(pages - PAGE, 4 * PAGE);
}

static void nothing_outside_is_touched(void **state)
{
	(void)state;
	with_each(stays_inside);
}

static void passes_the_self_test(const struct content_kernel *kernel)
{
	struct err err;
	assert_ok(content_self_test(kernel, &err), err);
}

static void every_kernel_passes_the_self_test(void **state)
{
	(void)state;
	with_each(passes_the_self_test);
}

/* ---- kernels that are broken, each in another way ------------------------------------------------ */

static bool yes(void)
{
	return true;
}

static bool no(void)
{
	return false;
}

static enum code general_new(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement, void **ret,
    struct err *err)
{
	return content_kernel_libcrypto.new(key, high, complement, ret, err);
}

static void general_free(void *state)
{
	content_kernel_libcrypto.free(state);
}

static enum code general_fill(void *state, uint64_t block, unsigned skip, uint8_t *data, size_t len,
    struct err *err)
{
	return content_kernel_libcrypto.fill(state, block, skip, data, len, err);
}

static enum code general_compare(void *state, uint64_t block, unsigned skip, const uint8_t *data,
    size_t len, bool *ret_same, struct err *err)
{
	return content_kernel_libcrypto.compare(state, block, skip, data, len, ret_same, err);
}

static enum code fill_wrong_bit(void *state, uint64_t block, unsigned skip, uint8_t *data, size_t len,
    struct err *err)
{
	enum code code = general_fill(state, block, skip, data, len, err);
	if (len > 4096)
		data[len - 1] ^= 0x80;
	return code;
}

/* A 32-bit counter, as some had it. */
static enum code fill_short_counter(void *state, uint64_t block, unsigned skip, uint8_t *data, size_t len,
    struct err *err)
{
	return general_fill(state, block < UINT64_C(1) << 40 ? block : (uint32_t)block, skip, data, len, err);
}

static enum code compare_blindly(void *state, uint64_t block, unsigned skip, const uint8_t *data,
    size_t len, bool *ret_same, struct err *err)
{
	(void)state, (void)block, (void)skip, (void)data, (void)len, (void)err;
	*ret_same = true;
	return CODE_OK;
}

static enum code compare_never(void *state, uint64_t block, unsigned skip, const uint8_t *data,
    size_t len, bool *ret_same, struct err *err)
{
	(void)state, (void)block, (void)skip, (void)data, (void)len, (void)err;
	*ret_same = false;
	return CODE_OK;
}

static enum code new_without_complement(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement,
    void **ret, struct err *err)
{
	(void)complement;
	return general_new(key, high, false, ret, err);
}

#define BROKEN(name, new, fill, compare) { name, yes, new, general_free, fill, compare }
static const struct content_kernel broken[] = {
	BROKEN("wrong-bit", general_new, fill_wrong_bit, general_compare),
	BROKEN("short-counter", general_new, fill_short_counter, general_compare),
	BROKEN("blind", general_new, general_fill, compare_blindly),
	BROKEN("never", general_new, general_fill, compare_never),
	BROKEN("complement", new_without_complement, general_fill, general_compare),
};
static const struct content_kernel unsupported = { "unsupported", no, NULL, NULL, NULL, NULL };
static const struct content_kernel elsewhere = { .name = "elsewhere" };
static const struct content_kernel good = BROKEN("good", general_new, general_fill, general_compare);

static void a_broken_kernel_is_said_and_never_used(void **state)
{
	(void)state;
	struct err err;
	char line[CONTENT_KERNEL_LINE];
	for (size_t i = 0; i < WIPE_COUNT(broken); i++) {
		const struct content_kernel *const kernels[] = { &unsupported, &broken[i], &elsewhere, &good,
			&content_kernel_libcrypto, NULL };
		const struct content_kernel *kernel = NULL;
		assert_int_equal(content_self_test(&broken[i], &err), CODE_BUG);
		assert_ok(content_kernel_choose(kernels, "auto", &kernel, line, &err), err);
		assert_ptr_equal(kernel, &good);
		assert_non_null(strstr(line, broken[i].name));
		assert_non_null(strstr(line, "by good"));
	}
	const struct content_kernel *const two[] = { &broken[0], &broken[1], &content_kernel_libcrypto, NULL };
	const struct content_kernel *kernel = NULL;
	assert_ok(content_kernel_choose(two, NULL, &kernel, line, &err), err);
	assert_ptr_equal(kernel, &content_kernel_libcrypto);
	assert_non_null(strstr(line, "wrong-bit and short-counter"));
	assert_non_null(strstr(line, "by libcrypto"));
}

static void nothing_is_said_of_a_good_machine(void **state)
{
	(void)state;
	struct err err;
	char line[CONTENT_KERNEL_LINE] = "x";
	const struct content_kernel *kernel = NULL;
	assert_ok(content_kernel_choose(NULL, "", &kernel, line, &err), err);
	assert_string_equal(line, "");
	size_t first = 0;
	while (!content_kernels[first]->is_supported || !content_kernels[first]->is_supported())
		first++;
	assert_ptr_equal(kernel, content_kernels[first]);
	print_message("this machine takes %s\n", content_kernel_name(kernel));
}

static void a_name_is_that_kernel_or_a_fault_of_the_configuration(void **state)
{
	(void)state;
	struct err err;
	char line[CONTENT_KERNEL_LINE];
	const struct content_kernel *kernel = NULL;
	const struct content_kernel *const kernels[] = { &unsupported, &broken[0], &elsewhere, &good,
		&content_kernel_libcrypto, NULL };
	assert_ok(content_kernel_choose(kernels, "libcrypto", &kernel, line, &err), err);
	assert_ptr_equal(kernel, &content_kernel_libcrypto);
	assert_ok(content_kernel_choose(kernels, "good", &kernel, line, &err), err);
	assert_ptr_equal(kernel, &good);
	static const char *const faults[] = { "unsupported", "elsewhere", "wrong-bit", "vaes-1024" };
	for (size_t i = 0; i < WIPE_COUNT(faults); i++) {
		assert_int_equal(content_kernel_choose(kernels, faults[i], &kernel, line, &err), CODE_CONFIG);
		assert_non_null(strstr(err.line, faults[i]));
	}
	assert_ptr_equal(kernel, &good);
	assert_string_equal(line, "");
	assert_true(content_kernel_is_name("auto") && content_kernel_is_name("vaes-512") &&
	    content_kernel_is_name("vaes-256") && content_kernel_is_name("aes-ni") &&
	    content_kernel_is_name("libcrypto"));
	assert_false(content_kernel_is_name("") || content_kernel_is_name("vaes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kernel_equals_libcrypto),
		cmocka_unit_test(every_skip_and_every_length_is_right),
		cmocka_unit_test(compare_sees_every_single_bit),
		cmocka_unit_test(nothing_outside_is_touched),
		cmocka_unit_test(every_kernel_passes_the_self_test),
		cmocka_unit_test(a_broken_kernel_is_said_and_never_used),
		cmocka_unit_test(nothing_is_said_of_a_good_machine),
		cmocka_unit_test(a_name_is_that_kernel_or_a_fault_of_the_configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
