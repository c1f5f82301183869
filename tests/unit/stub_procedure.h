/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for procedure's words until that area is there. */
#ifndef TESTS_STUB_PROCEDURE_H
#define TESTS_STUB_PROCEDURE_H

#include "wipe/procedure.h"

#include <stdio.h>

const char *procedure_write_text(const struct procedure_step *step, char *out, size_t size)
{
	snprintf(out, size, "%s", step->write == PROCEDURE_WRITE_RANDOM ? "random" : "0x92 0x49 0x24");
	return out;
}
const char *procedure_verify_text(const struct procedure_step *step, char *out, size_t size)
{
	snprintf(out, size, "%s", step->verify == PROCEDURE_VERIFY_SAMPLE ? "sample 10%" : "none");
	return out;
}
const char *procedure_status_text(enum procedure_status status)
{
	return status == PROCEDURE_CURRENT ? "current" : "historic";
}
const char *procedure_hidden_text(enum procedure_hidden hidden)
{
	return hidden == PROCEDURE_HIDDEN_RESTORE ? "restore" : "report";
}
const char *procedure_media_text(enum procedure_media media)
{
	return media == PROCEDURE_MEDIA_ANY ? "any" : "hdd";
}

#endif
