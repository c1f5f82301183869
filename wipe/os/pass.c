/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pass: how does one command reach a drive, past the block layer? NVMe admin commands by
 * NVME_IOCTL_ADMIN_CMD (linux/nvme_ioctl.h), SCSI commands by SG_IO version 3 (scsi/sg.h), both on the
 * node of the disk itself.
 */
#include "pass.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef BLKGETDISKSEQ
#define BLKGETDISKSEQ _IOR(0x12, 128, uint64_t)
#endif

#define NVME_STATUS_MASK 0x7ff /* without Do Not Retry, More and the retry delay */
#define NVME_TYPE_PATH 3 /* status code type: said by the kernel, not by the drive */
/* host_status: the adapter found nobody there. */
#define HOST_NO_CONNECT 1
#define HOST_BAD_TARGET 4
#define DRIVER_SENSE 8 /* driver_status of older kernels: there is sense data */

struct pass {
	struct os_pass base;
	int fd;
};

static int fd_of(struct os_pass *base)
{
	return ((struct pass *)base)->fd;
}

static enum code refusal(int number, const char *what, struct err *err)
{
	switch (number) {
	case ENOTTY:
	case EINVAL: /* what loop devices say to an ioctl they do not know */
	case EOPNOTSUPP:
		return err_set(err, CODE_UNSUPPORTED, "the device takes no %s commands", what);
	case EPERM:
	case EACCES:
		return err_set_errno(err, CODE_REFUSED, number, "no %s command may be sent", what);
	case ENODEV:
	case ENXIO:
	case ESHUTDOWN:
		return err_set_errno(err, CODE_GONE, number, "the device is gone");
	case ENOMEM:
		return err_memory(err);
	default:
		return err_set_errno(err, CODE_IO, number, "a %s command got no answer", what);
	}
}

static enum code pass_nvme(struct os_pass *base, const struct os_pass_nvme *command, void *data,
    uint32_t len, struct os_pass_answer *ret, struct err *err)
{
	if (base->kind != OS_PASS_NVME || (command->direction == OS_PASS_NONE) != (len == 0))
		return err_set(err, CODE_BUG, "an NVMe command that does not fit");
	if (command->direction == OS_PASS_IN)
		memset(data, 0, len);
	struct nvme_passthru_cmd raw = {
		.opcode = command->opcode,
		.nsid = command->nsid,
		.addr = (uint64_t)(uintptr_t)data,
		.data_len = len,
		.cdw10 = command->cdw10,
		.cdw11 = command->cdw11,
		.cdw12 = command->cdw12,
		.cdw13 = command->cdw13,
		.cdw14 = command->cdw14,
		.cdw15 = command->cdw15,
		.timeout_ms = command->timeout_ms,
	};
	int got = ioctl(fd_of(base), NVME_IOCTL_ADMIN_CMD, &raw);
	if (got < 0)
		return refusal(errno, "NVMe", err);
	unsigned status = (unsigned)got & NVME_STATUS_MASK;
	if (status >> 8 == NVME_TYPE_PATH)
		return err_set(err, CODE_IO,
		    "an NVMe command got no answer: the kernel says status %03xh", status);
	*ret = (struct os_pass_answer){
		.len = len,
		.nvme_status = (uint16_t)status,
		.nvme_result = raw.result,
	};
	return CODE_OK;
}

/* What SG_IO brought back; the command itself went through. */
static enum code take_scsi(const struct sg_io_hdr *raw, const uint8_t *sense,
    struct os_pass_answer *ret, struct err *err)
{
	if (raw->host_status == HOST_NO_CONNECT || raw->host_status == HOST_BAD_TARGET)
		return err_set(err, CODE_GONE, "the device is gone: host status %02xh",
		    raw->host_status);
	if (raw->host_status != 0 || (raw->driver_status & ~DRIVER_SENSE) != 0)
		return err_set(err, CODE_IO,
		    "a SCSI command got no answer: host status %02xh, driver status %02xh",
		    raw->host_status, raw->driver_status);
	int moved = (int)raw->dxfer_len - raw->resid;
	struct os_pass_answer answer = {
		.len = moved < 0 || raw->resid < 0 ? 0 : (uint32_t)moved,
		.scsi_status = raw->status & 0x3e,
		.sense_len = (uint8_t)bytes_min(raw->sb_len_wr, OS_PASS_SENSE_MAX),
	};
	memcpy(answer.sense, sense, answer.sense_len);
	*ret = answer;
	return CODE_OK;
}

static enum code pass_scsi(struct os_pass *base, const struct os_pass_scsi *command, void *data,
    uint32_t len, struct os_pass_answer *ret, struct err *err)
{
	static const int directions[] = { SG_DXFER_NONE, SG_DXFER_FROM_DEV, SG_DXFER_TO_DEV };
	if (base->kind != OS_PASS_SCSI || (command->direction == OS_PASS_NONE) != (len == 0) ||
	    command->cdb_len < 6 || command->cdb_len > OS_PASS_CDB_MAX)
		return err_set(err, CODE_BUG, "a SCSI command that does not fit");
	if (command->direction == OS_PASS_IN)
		memset(data, 0, len);
	uint8_t cdb[OS_PASS_CDB_MAX];
	uint8_t sense[OS_PASS_SENSE_MAX] = { 0 };
	memcpy(cdb, command->cdb, sizeof(cdb));
	struct sg_io_hdr raw = {
		.interface_id = 'S',
		.dxfer_direction = directions[command->direction],
		.cmd_len = command->cdb_len,
		.mx_sb_len = sizeof(sense),
		.dxfer_len = len,
		.dxferp = data,
		.cmdp = cdb,
		.sbp = sense,
		.timeout = command->timeout_ms,
	};
	if (ioctl(fd_of(base), SG_IO, &raw) < 0)
		return refusal(errno, "SCSI", err);
	return take_scsi(&raw, sense, ret, err);
}

static enum code pass_confine(struct os_pass *base, struct err *err)
{
	return os_pass_sandbox(base->kind, fd_of(base), err);
}

static void pass_free(struct os_pass *base)
{
	close(fd_of(base));
	free(base);
}

static const struct os_pass_ops pass_ops = {
	.nvme = pass_nvme,
	.scsi = pass_scsi,
	.confine = pass_confine,
	.free = pass_free,
};

static enum code open_node(const char *path, int *ret_fd, struct err *err)
{
	/* Read-only: closing a disk that was open for writing makes udev probe it again. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		*ret_fd = fd;
		return CODE_OK;
	}
	enum code code = errno == ENOENT ? CODE_MISSING
	    : errno == EACCES || errno == EPERM ? CODE_REFUSED
	    : errno == ENODEV || errno == ENXIO ? CODE_GONE
						: CODE_IO;
	return err_set_errno(err, code, errno, "cannot open %s", path);
}

enum code os_pass_open(const char *path, enum os_pass_kind kind, struct os_pass **ret,
    struct err *err)
{
	int fd = -1;
	enum code code = open_node(path, &fd, err);
	if (code != CODE_OK)
		return code;
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode)) {
		close(fd);
		return err_set(err, CODE_INPUT, "%s is no block device", path);
	}
	struct pass *pass = calloc(1, sizeof(*pass));
	if (!pass) {
		close(fd);
		return err_memory(err);
	}
	*pass = (struct pass){
		.base = { .ops = &pass_ops, .kind = kind, .major = major(st.st_rdev),
		    .minor = minor(st.st_rdev) },
		.fd = fd,
	};
	uint64_t diskseq = 0;
	if (ioctl(fd, BLKGETDISKSEQ, &diskseq) == 0)
		pass->base.diskseq = diskseq;
	*ret = &pass->base;
	return CODE_OK;
}

void os_pass_free(struct os_pass *pass)
{
	if (pass)
		pass->ops->free(pass);
}
