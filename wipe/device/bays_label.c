/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bays_label: which of the site's bays is this place? One, or none: two answers are no answer. */
#include "wipe/device.h"

#include <stdio.h>
#include <string.h>

/* udev has two names for an ATA port: with the drive on its cable, and, for the first, without. */
static bool path_fits(const char *pattern, const char *path)
{
	char shorter[DEVICE_PATH];
	if (device_bays_match(pattern, path))
		return true;
	const char *ata = strstr(path, "-ata-");
	const char *dot = ata ? strchr(ata, '.') : NULL;
	if (!dot || strcmp(dot, ".0") != 0)
		return false;
	snprintf(shorter, sizeof(shorter), "%.*s", (int)(dot - path), path);
	return device_bays_match(pattern, shorter);
}

/* host:channel:id of what has host:channel:id:lun */
static bool scsi_fits(const char *wanted, const char *scsi)
{
	size_t len = strlen(wanted);
	return strncmp(scsi, wanted, len) == 0 && scsi[len] == ':' && !strchr(scsi + len + 1, ':');
}

static bool slot_fits(const struct device_bay *bay, const struct device_place *place)
{
	return place->slot_known && place->slot >= bay->slot_first && place->slot <= bay->slot_last &&
	    place->enclosure[0] &&
	    (device_bays_match(bay->enclosure, place->enclosure) ||
		(place->enclosure_id[0] && device_bays_match(bay->enclosure, place->enclosure_id)));
}

/* What the place does not tell fits nothing, a lone * neither. */
static bool fits(const struct device_bay *bay, const struct device_place *place)
{
	return (!bay->path[0] || (place->path[0] && path_fits(bay->path, place->path))) &&
	    (!bay->slots || slot_fits(bay, place)) &&
	    (!bay->pci[0] || strcmp(bay->pci, place->pci) == 0) &&
	    (!bay->scsi[0] || scsi_fits(bay->scsi, place->scsi));
}

/* False: the number has no room in it. */
static bool write_label(const struct device_bay *bay, const struct device_place *place,
    char out[DEVICE_LABEL])
{
	char whole[3 * DEVICE_LABEL];
	const char *run = strchr(bay->label, '#');
	if (!run)
		return text_copy(out, DEVICE_LABEL, bay->label);
	int digits = (int)strspn(run, "#");
	snprintf(whole, sizeof(whole), "%.*s%0*u%s", (int)(run - bay->label), bay->label, digits,
	    (unsigned)place->slot, run + digits);
	return text_copy(out, DEVICE_LABEL, whole);
}

size_t device_bays_label(const struct device_bays *bays, struct device_place *place)
{
	size_t found = SIZE_MAX;
	place->bay[0] = 0;
	place->note[0] = 0;
	for (size_t i = 0; i < bays->count; i++) {
		char label[DEVICE_LABEL] = "";
		if (!fits(&bays->items[i], place))
			continue;
		if (!write_label(&bays->items[i], place, label)) {
			snprintf(place->note, sizeof(place->note), "the label on line %u of the bays has no "
			    "room for slot %u", bays->items[i].line, (unsigned)place->slot);
			place->bay[0] = 0;
			return SIZE_MAX;
		}
		if (found == SIZE_MAX) {
			found = i;
			text_copy(place->bay, sizeof(place->bay), label);
		} else if (strcmp(label, place->bay) != 0) {
			snprintf(place->note, sizeof(place->note), "both %s and %s of the bays are here",
			    place->bay, label);
			place->bay[0] = 0;
			return SIZE_MAX;
		}
	}
	return found;
}
