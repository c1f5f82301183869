/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A drive by script: each command that is to come, byte for byte, and what the drive says to it, be it
 * a lie. A command that is not next in the script is counted, and answered with CODE_BUG.
 */
#ifndef TESTS_FAKES_PASS_H
#define TESTS_FAKES_PASS_H

#include "wipe/os.h"

#define FAKE_PASS_STEPS 16
#define FAKE_PASS_DATA 4096

struct fake_pass_step {
	struct os_pass_nvme nvme; /* expected, by the kind of the fake */
	struct os_pass_scsi scsi;
	enum code code; /* CODE_OK: `answer` came back */
	struct os_pass_answer answer;
	uint8_t data[FAKE_PASS_DATA]; /* as far as answer.len */
};
struct fake_pass {
	struct os_pass pass;
	struct fake_pass_step steps[FAKE_PASS_STEPS];
	size_t count;
	size_t done;
	unsigned unexpected;
	bool confined;
};
/* Ended by os_pass_free(&fake->pass). */
struct fake_pass *fake_pass_new(enum os_pass_kind kind);
/* The next step: success with `len` bytes of data. What is returned may be changed. */
struct fake_pass_step *fake_pass_nvme(struct fake_pass *fake, const struct os_pass_nvme *command,
    const void *data, uint32_t len);
struct fake_pass_step *fake_pass_scsi(struct fake_pass *fake, const struct os_pass_scsi *command,
    const void *data, uint32_t len);
/* Makes the step end in CHECK CONDITION with this descriptor-format sense. */
void fake_pass_sense(struct fake_pass_step *step, uint8_t key, uint8_t asc, uint8_t ascq);
/* The same with 1/00/1D and an ATA Status Return descriptor (28-bit command). */
void fake_pass_registers(struct fake_pass_step *step, uint32_t lba, uint8_t status);

#endif
