/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pass: a drive that answers by script. */
#include "pass.h"

#include <stdlib.h>
#include <string.h>

/* The step that this command is, or NULL. Structs are compared by member: padding is not theirs. */
static const struct fake_pass_step *next_step(struct fake_pass *fake)
{
	return fake->done < fake->count ? &fake->steps[fake->done] : NULL;
}

static enum code answer(struct fake_pass *fake, const struct fake_pass_step *step, bool same,
    void *data, uint32_t len, struct os_pass_answer *ret, struct err *err)
{
	if (!step || !same) {
		fake->unexpected++;
		return err_set(err, CODE_BUG, "command %zu is not in the script", fake->done);
	}
	fake->done++;
	if (step->code != CODE_OK)
		return err_set(err, step->code, "the script says so");
	struct os_pass_answer told = step->answer;
	told.len = (uint32_t)bytes_min(told.len, bytes_min(len, FAKE_PASS_DATA));
	if (len) {
		memset(data, 0, len);
		memcpy(data, step->data, told.len);
	}
	*ret = told;
	return CODE_OK;
}

static enum code fake_nvme(struct os_pass *base, const struct os_pass_nvme *command, void *data,
    uint32_t len, struct os_pass_answer *ret, struct err *err)
{
	struct fake_pass *fake = (struct fake_pass *)base;
	const struct fake_pass_step *step = next_step(fake);
	const struct os_pass_nvme *want = step ? &step->nvme : command;
	bool same = base->kind == OS_PASS_NVME && want->opcode == command->opcode &&
	    want->direction == command->direction && want->nsid == command->nsid &&
	    want->cdw10 == command->cdw10 && want->cdw11 == command->cdw11 &&
	    want->cdw12 == command->cdw12 && want->cdw13 == command->cdw13 &&
	    want->cdw14 == command->cdw14 && want->cdw15 == command->cdw15;
	return answer(fake, step, same, data, len, ret, err);
}

static enum code fake_scsi(struct os_pass *base, const struct os_pass_scsi *command, void *data,
    uint32_t len, struct os_pass_answer *ret, struct err *err)
{
	struct fake_pass *fake = (struct fake_pass *)base;
	const struct fake_pass_step *step = next_step(fake);
	const struct os_pass_scsi *want = step ? &step->scsi : command;
	bool same = base->kind == OS_PASS_SCSI && want->cdb_len == command->cdb_len &&
	    want->direction == command->direction &&
	    memcmp(want->cdb, command->cdb, command->cdb_len) == 0;
	return answer(fake, step, same, data, len, ret, err);
}

static enum code fake_confine(struct os_pass *base, struct err *err)
{
	(void)err;
	((struct fake_pass *)base)->confined = true;
	return CODE_OK;
}

static void fake_free(struct os_pass *base)
{
	free(base);
}

static const struct os_pass_ops fake_ops = {
	.nvme = fake_nvme,
	.scsi = fake_scsi,
	.confine = fake_confine,
	.free = fake_free,
};

struct fake_pass *fake_pass_new(enum os_pass_kind kind)
{
	struct fake_pass *fake = calloc(1, sizeof(*fake));
	if (!fake)
		abort();
	fake->pass = (struct os_pass){ .ops = &fake_ops, .kind = kind };
	return fake;
}

static struct fake_pass_step *add(struct fake_pass *fake, const void *data, uint32_t len)
{
	if (fake->count == FAKE_PASS_STEPS || len > FAKE_PASS_DATA)
		abort();
	struct fake_pass_step *step = &fake->steps[fake->count++];
	step->answer.len = len;
	if (len)
		memcpy(step->data, data, len);
	return step;
}

struct fake_pass_step *fake_pass_nvme(struct fake_pass *fake, const struct os_pass_nvme *command,
    const void *data, uint32_t len)
{
	struct fake_pass_step *step = add(fake, data, len);
	step->nvme = *command;
	return step;
}

struct fake_pass_step *fake_pass_scsi(struct fake_pass *fake, const struct os_pass_scsi *command,
    const void *data, uint32_t len)
{
	struct fake_pass_step *step = add(fake, data, len);
	step->scsi = *command;
	return step;
}

void fake_pass_sense(struct fake_pass_step *step, uint8_t key, uint8_t asc, uint8_t ascq)
{
	const uint8_t sense[8] = { 0x72, key, asc, ascq };
	step->answer.scsi_status = 2;
	step->answer.sense_len = sizeof(sense);
	memcpy(step->answer.sense, sense, sizeof(sense));
}

void fake_pass_registers(struct fake_pass_step *step, uint32_t lba, uint8_t status)
{
	fake_pass_sense(step, 1, 0x00, 0x1d);
	uint8_t *sense = step->answer.sense;
	sense[7] = 14;
	sense[8] = 0x09;
	sense[9] = 0x0c;
	sense[15] = (uint8_t)lba;
	sense[17] = (uint8_t)(lba >> 8);
	sense[19] = (uint8_t)(lba >> 16);
	sense[21] = status;
	step->answer.sense_len = 22;
}
