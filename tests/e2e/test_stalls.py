# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that do not answer, go away, shrink or turn read-only while they are wiped."""
import unittest

from faulty import FaultyCase, run

MIB = 1 << 20
ENODEV = 19
NOT_ERASED, REFUSED, STOPPED = 1, 3, 4


class Stalls(FaultyCase):
    def setUp(self):
        super().setUp()
        self.configure("stall-s = 1\n")

    def test_a_stalled_disk_delays_no_other_certificate(self):
        sick, well = self.faulty(mib=8), self.faulty(mib=8)
        child = self.stalled_at(3 * MIB, sick, well)
        child.until(self.certificate_paths, "the certificate of the disk that works")
        self.assertEqual(self.only()["device"]["node"], well.path)
        self.assertEqual(self.only()["outcome"], "erased")
        child.until_said(f"{sick.path}: stalled: no answer for 1 s")
        self.assertGreater(sick.counters()["waiting"], 0)
        sick.release()
        child.wait(0)
        child.until_said(f"{sick.path}: answers again")
        certificate = self.documents()[sick.path]
        self.assertEqual(certificate["outcome"], "erased")
        self.assertEqual(certificate["waits"]["stalls"], "1")
        self.assertGreaterEqual(certificate["waits"]["longest_stall_seconds"], 1)
        self.check_content(sick, certificate)

    def test_a_stalled_job_is_stopped_twice_and_abandoned_without_its_disk(self):
        disk = self.faulty(mib=8)
        child = self.stalled_at(3 * MIB, disk)
        child.until_said("stalled")
        child.signal()
        child.until_said("stopping after what is in flight")
        child.signal()
        said = child.wait(STOPPED)
        self.assertIn("the device was not waited for", said)
        self.assertEqual(self.certificate_paths(), [])
        job, = self.jobs()
        self.assertGreater(disk.counters()["waiting"], 0)
        self.certwipe("resume", job["id"], expect=REFUSED)  # the kernel still holds the disk
        self.certwipe("resume", "--abandon", job["id"], "--reason", "hangs", expect=NOT_ERASED)
        self.assertGreater(disk.counters()["waiting"], 0)
        certificate = self.only()
        self.assertEqual((certificate["outcome"], certificate["ending"], certificate["reason"]),
                         ("not-erased", "abandoned", "hangs"))
        self.assertEqual(self.jobs(), [])
        self.check_signed()
        disk.release()

    def test_a_stalled_job_goes_on_when_its_disk_is_back(self):
        disk = self.faulty(mib=16)
        child = self.stalled_at(9 * MIB, disk)
        child.signal()
        child.until_said("stopping after what is in flight")
        child.signal()
        child.wait(STOPPED)
        disk.release()
        self.certwipe("resume", expect=0)
        certificate = self.only()
        self.assertEqual(certificate["outcome"], "erased")
        self.check_content(disk, certificate)


class Changes(FaultyCase):
    def test_a_disk_that_goes_away_is_waited_for(self):
        disk = self.faulty(mib=16)
        disk.fail("write", 5 * MIB, disk.size, 0, 0, ENODEV)
        done = self.wipe(disk.path, expect=STOPPED)
        self.assertIn("went away", done.stderr)
        self.assertEqual(self.certificate_paths(), [])
        self.assertLess(disk.counters()["failed"], 40)  # nothing is tried on a disk that is not there
        self.assertEqual(len(self.jobs()), 1)
        disk.clear()
        self.certwipe("resume", expect=0)
        certificate = self.only()
        self.assertEqual(certificate["outcome"], "erased")
        self.check_content(disk, certificate)

    def test_a_disk_that_shrinks_is_another_disk(self):
        disk = self.faulty(mib=32)
        child = self.stalled_at(9 * MIB, disk)
        disk.resize(12 * MIB)
        disk.release()
        said = child.wait(NOT_ERASED)
        self.assertIn("the disk has 12582912 bytes now, it had 33554432", said)
        self.assertEqual((self.only()["outcome"], self.only()["ending"]), ("not-erased", "failed"))
        self.assertEqual(self.jobs(), [])

    def test_a_disk_that_shrinks_after_its_last_write_is_not_erased(self):
        disk = self.faulty(mib=16)
        disk.stall("read", 14 * MIB, 512)
        child = self.start(disk)
        child.until(lambda: disk.counters()["waiting"], "a read that waits")
        disk.resize(8 * MIB)
        disk.release()
        child.wait(NOT_ERASED)
        self.assertEqual(self.only()["outcome"], "not-erased")

    def test_a_disk_that_turns_read_only_is_not_erased(self):
        disk = self.faulty(mib=32)
        child = self.stalled_at(9 * MIB, disk)
        # It stays with the device's name, whoever gets that next.
        self.addCleanup(run, "blockdev", "--setrw", disk.path)
        run("blockdev", "--setro", disk.path)
        disk.release()
        child.wait(NOT_ERASED)
        certificate = self.only()
        self.assertEqual((certificate["outcome"], certificate["ending"]), ("not-erased", "failed"))
        self.assertIn("Operation not permitted", certificate["reason"])
        self.assertTrue(self.listed(certificate, "unwritten"))
        self.check_content(disk, certificate, but=self.listed(certificate, "unwritten"))


if __name__ == "__main__":
    unittest.main()
