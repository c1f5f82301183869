/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernel: which ways are there to compute the keystream, and which one does this machine take? */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

const struct content_kernel *const content_kernels[] = { &content_kernel_vaes_512,
	&content_kernel_vaes_256, &content_kernel_aes_ni, &content_kernel_libcrypto, NULL };

const char *content_kernel_name(const struct content_kernel *kernel)
{
	return kernel ? kernel->name : content_kernel_libcrypto.name;
}

bool content_kernel_is_name(const char *name)
{
	bool is = strcmp(name, CONTENT_KERNEL_AUTO) == 0;
	for (size_t i = 0; content_kernels[i]; i++)
		is |= strcmp(name, content_kernels[i]->name) == 0;
	return is;
}

static bool can(const struct content_kernel *kernel)
{
	return kernel->is_supported && kernel->is_supported();
}

static enum code named(const struct content_kernel *const *kernels, const char *name,
    const struct content_kernel **ret, struct err *err)
{
	struct err why = { 0 };
	size_t i = 0;
	while (kernels[i] && strcmp(kernels[i]->name, name) != 0)
		i++;
	if (!kernels[i])
		return err_set(err, CODE_CONFIG, "keystream = %s: there is no such kernel", name);
	if (!can(kernels[i]))
		return err_set(err, CODE_CONFIG, "keystream = %s: this machine cannot do that; " CONTENT_KERNEL_AUTO
		    " takes what it can", name);
	if (content_self_test(kernels[i], &why) != CODE_OK)
		return err_set(err, CODE_CONFIG, "keystream = %s: this machine does not do that right (%s); "
		    CONTENT_KERNEL_AUTO " takes another one", name, why.line);
	*ret = kernels[i];
	return CODE_OK;
}

static enum code fastest(const struct content_kernel *const *kernels, const struct content_kernel **ret,
    char ret_line[CONTENT_KERNEL_LINE], struct err *err)
{
	char broken[CONTENT_KERNEL_LINE / 2] = "";
	for (size_t i = 0; kernels[i]; i++) {
		if (!can(kernels[i]))
			continue;
		/* The general one comes last: when it is broken too, there is none. */
		enum code code = content_self_test(kernels[i], err);
		if (code == CODE_OK) {
			*ret = kernels[i];
			if (broken[0])
				snprintf(ret_line, CONTENT_KERNEL_LINE,
				    "this machine computes AES wrongly by %s: it is done by %s, which passed the same "
				    "test", broken, kernels[i]->name);
			return CODE_OK;
		}
		if (code != CODE_BUG || !kernels[i + 1])
			return code;
		size_t len = strlen(broken);
		snprintf(broken + len, sizeof(broken) - len, "%s%s", len ? " and " : "", kernels[i]->name);
	}
	return err_set(err, CODE_BUG, "no kernel for the keystream");
}

enum code content_kernel_choose(const struct content_kernel *const *kernels, const char *name,
    const struct content_kernel **ret, char ret_line[CONTENT_KERNEL_LINE], struct err *err)
{
	if (!kernels)
		kernels = content_kernels;
	/* What others are measured by, and what constants need. */
	enum code code = content_self_test(NULL, err);
	if (code != CODE_OK)
		return code;
	ret_line[0] = '\0';
	if (!name || !name[0] || strcmp(name, CONTENT_KERNEL_AUTO) == 0)
		return fastest(kernels, ret, ret_line, err);
	return named(kernels, name, ret, err);
}
