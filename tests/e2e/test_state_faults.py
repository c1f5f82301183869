# SPDX-License-Identifier: GPL-3.0-or-later
"""State directories that are full, broken or read-only while a job runs; a terminal that goes away."""
import os
import pty
import unittest

from faulty import FaultyCase, run, until
from rig import CERTWIPE

MIB = 1 << 20
NOT_ISSUED = 5


class State(FaultyCase):
    def setUp(self):
        super().setUp()
        self.state = self.root / "var/lib/certwipe"

    def small(self, folder, kib):
        """A filesystem with so little room over a folder of the state directory, which it then holds."""
        folder.mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=0700", "certwipe-e2e", folder)
        self.addCleanup(run, "umount", "-l", folder)

    @staticmethod
    def fill(folder):
        """Takes all the room there is; returns the file that holds it."""
        path = folder / f"filler{len(os.listdir(folder))}"
        with open(path, "wb", buffering=0) as file:
            try:
                while file.write(bytes(512)):
                    pass
            except OSError:
                pass
        return path

    def test_a_journal_without_room_is_said_once_and_written_when_there_is_room(self):
        self.small(self.state / "jobs", 4000)  # 1024 of them are reserved for the journal
        disk = self.faulty(mib=8)
        # So many failures that what was reserved for the journal does not hold them.
        disk.fail("write", 4 * MIB, 5 * MIB // 2, 1024, 512)
        child = self.stalled_at(2 * MIB, disk)
        filler = self.fill(self.state / "jobs")
        disk.release()
        disk.stall("read", 0, 512)
        child.until(lambda: disk.counters()["waiting"], "the verification has begun")
        child.until_said("No space left on device")
        self.assertEqual(child.text().count("No space left on device"), 1, child.text())
        filler.unlink()
        child.until_said("the journal is written again")
        disk.release()
        child.wait(1)
        certificate = self.only()
        self.assertEqual(len(self.listed(certificate, "unwritten")), 2560)
        self.check_signed()

    def test_certificates_without_room_are_kept_and_issued_by_resume(self):
        self.small(self.certificates, 300)  # a certificate's room is reserved: 256
        disk = self.faulty()
        child = self.stalled_at(2 * MIB, disk)
        filler = self.fill(self.certificates)
        disk.release()
        said = child.wait(NOT_ISSUED)
        self.assertIn("no certificate yet", said)
        self.assertEqual(self.certificate_paths(), [])
        self.assertEqual(len(self.jobs()), 1)
        # What was reserved for the certificate is free again.
        more = self.fill(self.certificates)
        self.certwipe("resume", expect=NOT_ISSUED)
        self.assertEqual(self.certificate_paths(), [])
        filler.unlink()
        more.unlink(missing_ok=True)
        self.certwipe("resume", expect=0)
        self.assertEqual(self.only()["outcome"], "erased")
        self.assertEqual(self.jobs(), [])
        self.check_signed()

    def test_a_folder_that_turns_read_only_loses_no_certificate(self):
        disk = self.faulty()
        child = self.stalled_at(2 * MIB, disk)
        run("mount", "-t", "tmpfs", "-o", "ro,size=16k", "certwipe-e2e", self.certificates)
        self.addCleanup(run, "umount", "-l", self.certificates, check=False)
        disk.release()
        self.assertIn("no certificate yet", child.wait(NOT_ISSUED))
        run("umount", self.certificates)
        self.certwipe("resume", expect=0)
        self.assertEqual(self.only()["outcome"], "erased")
        self.check_signed()

    def test_a_terminal_that_goes_away_stops_nothing(self):
        disk = self.faulty(mib=8)
        disk.stall("write", 3 * MIB, 512)
        pid, master = pty.fork()
        if pid == 0:
            os.execv(CERTWIPE, [CERTWIPE, "--root", str(self.root), "wipe", disk.path, "--confirm",
                                disk.name, "--procedure", "random"])
        until(lambda: disk.counters()["waiting"], "a write that waits")
        os.close(master)  # the kernel sends SIGHUP, and every write to the terminal fails from now on
        disk.release()
        _, status = os.waitpid(pid, 0)
        certificate = self.only()
        self.assertEqual((certificate["ending"], certificate["exceptions"]), ("completed", []))
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.check_content(disk, certificate)
        self.check_signed()


if __name__ == "__main__":
    unittest.main()
