# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that fail in every way: what the certificate says then is exact, and never too good."""
import hashlib
import json
import unittest

from faulty import NEEDLE, FaultyCase

KIB, MIB = 1 << 10, 1 << 20
ENOSPC = 28
FAILED_MOST = 100000 + 64  # requests that the engine lets fail in one step, and those in flight
NOT_ERASED = 1


class Bad(FaultyCase):
    def test_what_cannot_be_written_is_listed_to_the_sector(self):
        disk = self.faulty(mib=16)
        bad = [(512 * 777, 512), (5 * MIB - 1024, 2048), (9 * MIB + 3 * 4096, 4096),
               (16 * MIB - 512, 512)]
        for offset, length in bad:
            disk.fail("write", offset, length)
        self.wipe(disk.path, expect=NOT_ERASED)
        certificate = self.only()
        self.assertEqual(self.listed(certificate, "unwritten"), bad)
        self.assertEqual(certificate["outcome"], "not-erased")
        total = sum(length for _, length in bad)
        self.check_says(certificate, f"{total} bytes could not be written in the last pass")
        self.check_content(disk, certificate, but=bad)
        self.check_signed()

    def test_4k_blocks_are_given_up_whole(self):
        disk = self.faulty(mib=4, sector=4096)
        disk.fail("write", MIB + 512, 512)
        self.wipe(disk.path, expect=NOT_ERASED)
        certificate = self.only()
        self.assertEqual(self.listed(certificate, "unwritten"), [(MIB, 4096)])
        self.check_content(disk, certificate, but=[(MIB, 4096)])

    def requests(self, disk):
        """How many it takes to wipe this disk."""
        self.wipe(disk.path, expect=None, procedure=self.own_procedure("[step 1]\nwrite = random\n"))
        return disk.counters()

    def test_a_bad_4k_costs_4k_and_few_requests(self):
        good = self.requests(self.faulty(mib=16))
        disk = self.faulty(mib=16)
        disk.fail("write", 7 * MIB + 64 * KIB, 4096)
        sick = self.requests(disk)
        certificate = self.documents()[disk.path]
        self.assertEqual(self.listed(certificate, "unwritten"), [(7 * MIB + 64 * KIB, 4096)])
        self.assertEqual(certificate["outcome"], "erased-with-exceptions")
        self.assertEqual(good["failed"], 0)
        # Three tries of the megabyte, one of each half down to 512 bytes, and of those 8 three.
        self.assertLess(sick["failed"], 3 + 11 + 2 * 8 + 3 * 8)
        self.assertLess(sick["writes"] - good["writes"], 100)
        self.assertEqual(sick["flushes"], good["flushes"])

    def test_what_cannot_be_read_back_is_listed_to_the_sector(self):
        disk = self.faulty(mib=16)
        bad = [(3 * MIB + 512, 512), (8 * MIB, 4096)]
        for offset, length in bad:
            disk.fail("read", offset, length)
        self.wipe(disk.path, expect=NOT_ERASED)
        certificate = self.only()
        self.assertEqual(self.listed(certificate, "unreadable"), bad)
        self.assertEqual(self.listed(certificate, "unwritten"), [])
        self.assertNotEqual(certificate["outcome"], "erased")
        self.check_says(certificate, "Verification could not read 4608 bytes")
        self.check_content(disk, certificate)

    def test_short_reads_cost_nothing_but_requests(self):
        disk = self.faulty(mib=8)
        disk.short("read", 0, disk.size)
        self.wipe(disk.path)
        certificate = self.only()
        self.assertEqual(certificate["outcome"], "erased")
        self.check_content(disk, certificate)

    def test_a_flush_that_fails_proves_nothing(self):
        disk = self.faulty()
        child = self.stalled_at(3 * MIB, disk)
        disk.fail("flush")
        disk.release()
        child.wait(NOT_ERASED)
        certificate = self.only()
        self.assertEqual((certificate["outcome"], certificate["ending"]), ("not-erased", "failed"))
        self.assertIn("does not confirm", certificate["reason"])
        self.assertEqual([s["durable"] for s in certificate["steps"] if s["action"] == "write"],
                         [False])
        self.check_signed()


class Lies(FaultyCase):
    def test_full_verification_finds_writes_that_were_dropped(self):
        disk = self.faulty(mib=8)
        disk.drop("write", 5 * MIB + 512, 512)
        self.wipe(disk.path, expect=NOT_ERASED)
        certificate = self.only()
        (offset, length), = self.listed(certificate, "mismatch")
        # The tool drops the whole request.
        self.assertTrue(offset <= 5 * MIB + 512 < offset + length, (offset, length))
        self.assertEqual(certificate["outcome"], "not-erased")
        self.check_says(certificate, "bytes that are not what was written")

    def test_full_verification_finds_one_flipped_sector(self):
        disk = self.faulty(mib=8)
        disk.flip("read", 3 * MIB + 1024, 512)
        self.wipe(disk.path, expect=NOT_ERASED)
        certificate = self.only()
        self.assertEqual(self.listed(certificate, "mismatch"), [(3 * MIB + 1024, 512)])
        self.assertEqual(certificate["outcome"], "not-erased")

    def test_a_sample_finds_what_it_covers(self):
        disk = self.faulty(mib=8)
        disk.flip("read", disk.size - 512, 512)  # the last block is in every sample
        self.wipe(disk.path, expect=NOT_ERASED, procedure="nist-clear")
        certificate = self.only()
        self.assertEqual(self.listed(certificate, "mismatch"), [(disk.size - 512, 512)])
        self.assertEqual(certificate["outcome"], "not-erased")


class Dying(FaultyCase):
    def check_bounded_failure(self, disk, certificate):
        self.assertEqual((certificate["outcome"], certificate["ending"]), ("not-erased", "failed"))
        self.assertIn("given up after 100000 failed requests", certificate["reason"])
        # One of the engine's can be two of the kernel's.
        self.assertLess(disk.counters()["failed"], 2 * FAILED_MOST)
        self.assertEqual(certificate["level"]["achieved"], "none")

    def test_disks_that_are_beyond_hope_end_as_failed(self):
        none, full, million = self.faulty(mib=256), self.faulty(mib=64), self.faulty(mib=1024)
        none.fail("write", 0, none.size)
        none.fail("read", 0, none.size)
        full.fail("write", 40 * MIB, full.size, 0, 0, ENOSPC)
        million.fail("write", 0, million.size, 1024, 512)
        self.wipe(none.path, full.path, million.path, expect=NOT_ERASED)
        documents = self.documents()
        for disk in none, full, million:
            self.check_bounded_failure(disk, documents[disk.path])
        self.assertEqual(self.listed(documents[none.path], "unwritten"), [(0, none.size)])
        rest = [(40 * MIB, 24 * MIB)]
        self.assertEqual(self.listed(documents[full.path], "unwritten"), rest)
        self.check_content(full, documents[full.path], but=rest)
        self.check_million(million, documents[million.path])

    def check_million(self, disk, certificate):
        """Every second sector is bad: more ranges than stand inline, the bulk of them never tried."""
        unwritten = [(int(offset), int(length)) for _, kind, offset, length, *_
                     in self.side_file(certificate) if kind == "unwritten"]
        self.assertGreater(len(unwritten), 4096)
        self.assertEqual(unwritten[:4096], self.listed(certificate, "unwritten"))
        self.assertGreater(sum(length for _, length in unwritten), disk.size - 64 * MIB)
        # All that the list leaves out was written: nothing of the old data is in it.
        found, at = disk.bytes(), 0
        for offset, length in [*sorted(unwritten), (disk.size, 0)]:
            self.assertFalse(NEEDLE[:16] in found[at:offset], f"old data at {at}")
            at = offset + length

    def side_file(self, certificate):
        """The words of every range: step, kind, offset, length, errno; from the file that the certificate names by hash."""
        path, = (p for p in self.certificate_paths()
                 if json.loads(p.read_bytes())["id"] == certificate["id"])
        side = path.with_suffix(".ranges").read_bytes()
        self.assertEqual(hashlib.sha256(side).hexdigest(), certificate["ranges"]["sha256"])
        lines = [line.split() for line in side.decode().splitlines()[1:]]
        self.assertEqual(len(lines), int(certificate["ranges"]["total"]))
        return lines

    def test_very_many_bad_sectors_stand_in_a_file_named_by_hash(self):
        disk = self.faulty(mib=64)
        disk.fail("write", 8 * MIB, 5 * MIB // 2, 1024, 512)
        self.wipe(disk.path, expect=NOT_ERASED, procedure=self.own_procedure(
            "[step 1]\nwrite = 0x00\n[step 2]\nwrite = random\nverify = full\n"))
        path, certificate = self.certificate()
        bad = [(8 * MIB + 1024 * i, 512) for i in range(5 * KIB // 2)]
        total = int(certificate["ranges"]["total"])
        self.assertEqual(total, 3 * len(bad))  # in both passes, and the old data in verification
        side = path.with_suffix(".ranges").read_bytes()
        self.assertEqual(hashlib.sha256(side).hexdigest(), certificate["ranges"]["sha256"])
        self.assertEqual(len(side.splitlines()), 1 + total)  # and a head
        self.assertEqual(certificate["outcome"], "not-erased")
        self.assertLess(disk.counters()["failed"], 2 * FAILED_MOST)
        self.check_content(disk, certificate, but=bad)
        self.check_signed()
        # The list is part of what is checked: altered or lost it is no longer what was signed.
        self.certwipe("check", path, expect=0)
        path.with_suffix(".ranges").write_bytes(side.replace(b"unwritten", b"unreadable", 1))
        self.assertIn("is not the list", self.certwipe("check", path, expect=1).stdout)
        path.with_suffix(".ranges").unlink()
        self.assertIn(".ranges", self.certwipe("check", path, expect=1).stdout)


if __name__ == "__main__":
    unittest.main()
