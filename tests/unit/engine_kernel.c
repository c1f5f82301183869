/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine: the kernel of its context, and no other, makes what is written, expected and recognised. */
#include "unit/engine_rig.h"
#include "unit/odd_kernel.h"

#define SIZE (64u * 1024)

static struct rig *open_rig(void)
{
	struct rig *rig = rig_new(SIZE, 512, 4096);
	rig_step(rig, PLAN_WRITE, rig_keystream());
	rig_step(rig, PLAN_VERIFY, rig_keystream());
	return rig;
}

static void write_oddly(struct rig *rig)
{
	struct engine_context context = rig_context(rig);
	context.kernel = &odd_kernel;
	assert_ok(engine_run(rig->plan, NULL, &context, &rig->totals, &rig->err), rig->err);
}

static void it_writes_and_verifies_by_the_kernel(void **state)
{
	(void)state;
	struct rig *rig = open_rig();
	struct content complement = rig_keystream();
	complement.complement = true;
	write_oddly(rig);
	rig_assert_medium(rig, complement, 0, 0);
	assert_int_equal(rig_count(rig, EVENT_MISMATCH), 0);
	rig_free(rig);
}

/* Which of the two kernels finds its own on a disk that was written by the odd one? */
static void assert_recognised(struct rig *rig, const struct content_kernel *kernel, bool expected)
{
	const struct engine_resume resume = { .step = 1 };
	struct engine_context context = rig_context(rig);
	uint64_t compared = 0;
	bool same = !expected, proof = !expected;
	context.kernel = kernel;
	assert_ok(engine_recognise(rig->plan, &resume, &context, &compared, &same, &proof, &rig->err),
	    rig->err);
	assert_int_equal(compared, SIZE);
	assert_int_equal(same, expected);
	assert_int_equal(proof, expected);
}

static void it_recognises_by_the_kernel(void **state)
{
	(void)state;
	struct rig *rig = open_rig();
	write_oddly(rig);
	assert_recognised(rig, &odd_kernel, true);
	assert_recognised(rig, NULL, false);
	rig_free(rig);
}

/* As `check --device` does. */
static size_t mismatches(struct rig *rig, const struct content_kernel *kernel)
{
	const struct content content = rig_keystream();
	struct engine_context context = rig_context(rig);
	size_t before = rig_count(rig, EVENT_MISMATCH);
	context.kernel = kernel;
	assert_ok(engine_verify(&content, SIZE, 512, 16384, NULL, NULL, &context, &rig->totals, &rig->err),
	    rig->err);
	return rig_count(rig, EVENT_MISMATCH) - before;
}

static void it_checks_a_disk_by_the_kernel(void **state)
{
	(void)state;
	struct rig *rig = open_rig();
	write_oddly(rig);
	assert_int_equal(mismatches(rig, &odd_kernel), 0);
	assert_true(mismatches(rig, NULL) > 0);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_writes_and_verifies_by_the_kernel),
		cmocka_unit_test(it_recognises_by_the_kernel),
		cmocka_unit_test(it_checks_a_disk_by_the_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
