/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read: a procedure from a file. Apart from parse, which is pure and needs no files. */
#include "wipe/procedure.h"

enum code procedure_read(struct os_files *files, const char *path, struct faults *faults,
    struct procedure *ret, struct err *err)
{
	BUF_AUTO text = { 0 };
	enum code code = files->ops->read(files, path, INI_FILE_MAX, &text, err);
	if (code == CODE_FULL) {
		faults_add(faults, 0, "the file goes on after %d bytes", INI_FILE_MAX);
		return faults_check(faults, path, err);
	}
	if (code == CODE_OK)
		code = buf_check(&text, err);
	if (code != CODE_OK)
		return code;
	return procedure_parse(text.data, text.len, path, faults, ret, err);
}
