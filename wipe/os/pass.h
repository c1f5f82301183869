/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pass: what the parts of os_pass share. */
#ifndef WIPE_OS_PASS_H
#define WIPE_OS_PASS_H

#include "wipe/os.h"

/* Confines this process to the commands of `kind` on the descriptor fd and to its open sockets. */
enum code os_pass_sandbox(enum os_pass_kind kind, int fd, struct err *err) WIPE_MUST_USE;

#endif
