# SPDX-License-Identifier: GPL-3.0-or-later
"""32 disks at once: all finish, in little memory; stopped, all go on."""
import json
import pathlib
import signal
import unittest

from rig import SANITIZED, Case

DISKS = 32
MIB = 1 << 20


def peak(pid):
    """The most that a process has had resident, and of that what no other process shares; bytes."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    (most,) = [int(l.split()[1]) for l in status.splitlines() if l.startswith("VmHWM")]
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    private = sum(int(l.split()[1]) for l in rollup.splitlines() if l.startswith("Private_"))
    return most << 10, private << 10


class Many(Case):
    def setUp(self):
        super().setUp()
        self.loops = [self.disk(mib=24) for _ in range(DISKS)]

    def check_memory(self):
        workers, supervisor = self.workers(), self.supervisor()
        self.assertEqual(len(workers), DISKS)
        most, _ = peak(supervisor)
        self.assertLess(most, 64 * MIB)
        for pid in workers:
            most, private = peak(pid)
            self.assertLess(most, 32 * MIB)
            self.assertLess(private, 32 * MIB)
        print(f"supervisor {peak(supervisor)[0] // 1024} KiB, workers at most "
              f"{max(peak(p)[0] for p in workers) // 1024} KiB, of their own "
              f"{max(peak(p)[1] for p in workers) // 1024} KiB", flush=True)

    def check_all(self, interrupted):
        self.assert_nothing_lost()
        nodes = set()
        for path in self.certificate_paths():
            certificate = json.loads(path.read_bytes())
            self.assertEqual(certificate["outcome"], "erased", certificate)
            node = certificate["device"]["node"]
            nodes.add(node)
            content = self.content(node)
            self.assertTrue(content == self.left_content(certificate, len(content)))
            self.assertEqual(len(certificate["interruptions"]), interrupted)
        self.assertEqual(nodes, set(self.loops))

    def all_at_work(self, child):
        """Every disk has been written to, and some still are."""
        for loop in self.loops:
            self.until(child, loop, since=self.before[loop], written=2 * MIB)

    def test_stopped_and_resumed(self):
        self.before = {loop: self.counted(loop) for loop in self.loops}
        child = self.start_wipe(*self.loops, procedure="vsitr")
        self.all_at_work(child)
        if not SANITIZED:
            self.check_memory()
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(), 4, child.said.read_text())
        jobs = self.jobs()
        self.assertEqual({job["path"] for job in jobs}, set(self.loops))
        self.assertFalse(any(job["ended"] for job in jobs))
        self.assertEqual(self.certificate_paths(), [])
        child = self.start("resume")
        self.assertEqual(child.wait(), 0, child.said.read_text())
        self.check_all(interrupted=1)


if __name__ == "__main__":
    unittest.main()
