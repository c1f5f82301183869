/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vpd: SCSI vital product data pages (SPC-5 section 7.7) and the ATA IDENTIFY inside (SAT-4). */
#ifndef WIPE_DEVICE_VPD_H
#define WIPE_DEVICE_VPD_H

#include "wipe/base.h"

/* Unit serial number page (80h) as text. False when it is not one, or empty. Pure, as all here. */
bool vpd_serial(const struct buf *page, char *out, size_t size);
/* Device identification page (83h): the unit's NAA, else EUI-64 designator: "naa.…", "eui.…". */
bool vpd_name(const struct buf *page, char *out, size_t size);
/* ATA information page (89h): strings of IDENTIFY DEVICE, uncut by SCSI's shorter fields. */
bool vpd_ata_model(const struct buf *page, char *out, size_t size);
bool vpd_ata_serial(const struct buf *page, char *out, size_t size);
bool vpd_ata_firmware(const struct buf *page, char *out, size_t size);

#endif
