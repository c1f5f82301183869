/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unit: what every cmocka program here includes, in the order cmocka wants it. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* A call that must succeed; prints the error line when it does not. */
#define assert_ok(call, err)                                                                       \
	do {                                                                                       \
		if ((call) != CODE_OK)                                                             \
			fail_msg("%s: %s", #call, (err).line);                                     \
	} while (0)

#endif
