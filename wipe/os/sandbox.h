/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox: what the confined processes of os share (private to os). */
#ifndef WIPE_OS_SANDBOX_H
#define WIPE_OS_SANDBOX_H

#include "wipe/os.h"

/* The sanitizers' runtime makes calls of its own; only a build that has them in it allows those. */
#if defined(__SANITIZE_ADDRESS__)
#define OS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OS_SANITIZED 1
#endif
#endif
#ifndef OS_SANITIZED
#define OS_SANITIZED 0
#endif

/*
 * For good: no new privileges, no capability in any set, no core dump, not traceable. Descriptors
 * that are open stay open. CODE_IO.
 */
enum code os_sandbox_drop_privileges(struct err *err) WIPE_MUST_USE;
/*
 * Landlock with no rule at all: every right this kernel can take away is gone. *ret_version is the
 * version of Landlock in force, 0 = this kernel has none. After os_sandbox_drop_privileges(). CODE_IO.
 */
enum code os_sandbox_landlock(unsigned *ret_version, struct err *err) WIPE_MUST_USE;

#endif
