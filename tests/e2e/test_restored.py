# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not as it was: a chain from a backup, lost keys, a lock that stays, a disk in other use."""
import fcntl
import signal
import unittest

from rig import Case, run

MIB = 1 << 20


class Restored(Case):
    def setUp(self):
        super().setUp()
        self.state = self.root / "var/lib/certwipe"

    def interrupted(self, loop, procedure, written=1):
        child = self.begin_wipe(loop, procedure=procedure, written=written)
        self.kill_supervisor()
        self.assertEqual(child.wait(), 4)
        return self.job()["id"]

    def test_an_older_chain_drops_no_job_that_wrote(self):
        self.wipe(self.disk(mib=8))
        older = (self.state / "chain").read_bytes()
        loop = self.disk(mib=64)
        job = self.interrupted(loop, "gutmann", written=70 * MIB)
        newer = (self.state / "chain").read_bytes()
        (self.state / "chain").write_bytes(older)
        for args in ((), ("--abandon",)):
            done = self.resume(job, args=args, expect=3)
            self.assertIn("chain does not know it", done.stderr)
            self.assertEqual(self.job()["id"], job)
        (self.state / "chain").write_bytes(newer)
        self.resume(args=["--abandon", job], expect=1)
        self.assert_nothing_lost()

    def test_lost_keys_are_not_replaced_by_zeros(self):
        loop = self.disk(mib=64)
        job = self.interrupted(loop, "random")
        keys = self.state / f"jobs/{job}/keys"
        data = keys.read_bytes()
        keys.write_bytes(bytes(len(data)))
        written = self.sectors(loop)
        self.assertIn("the key of step 1", self.resume(expect=3).stderr)
        self.assertEqual(self.sectors(loop), written)
        keys.write_bytes(data)
        self.resume(expect=0)
        self.assert_nothing_lost()

    def test_a_chain_that_somebody_holds_locked_holds_up_no_other_disk(self):
        small, big = self.disk(mib=8), self.disk(mib=64)
        child = self.begin_wipe(big, small, procedure="gutmann")
        with open(self.state / "chain", "rb") as chain:
            fcntl.flock(chain, fcntl.LOCK_EX)
            while "another process has" not in child.said.read_text():
                self.assertIsNone(child.poll())
            child.send_signal(signal.SIGINT)
            self.assertEqual(child.wait(timeout=60), 4)
        self.resume(expect=0)
        self.assert_nothing_lost()

    def refused_after_mkfs(self, loop, job):
        run("mkfs.ext4", "-q", "-F", loop)
        written = self.sectors(loop)
        done = self.resume(expect=3)
        self.assertIn("there is ext4 on it now", done.stderr)
        self.assertEqual(self.sectors(loop), written)
        self.resume(args=["--abandon", job], expect=1)
        self.assert_nothing_lost()

    def test_a_disk_put_to_use_before_anything_was_durable(self):
        loop = self.disk(mib=256)
        job = self.interrupted(loop, "random")
        self.assertEqual((self.job()["step"], self.job()["durable"]), (1, 0))
        self.refused_after_mkfs(loop, job)

    def test_a_disk_put_to_use_between_two_passes(self):
        loop = self.disk(mib=256)
        job = self.interrupted(loop, "gutmann", written=257 * MIB)
        while self.job()["step"] < 2:  # killed before it was told that the pass was done
            self.resume(args=["--abandon", job], expect=1)
            job = self.interrupted(loop, "gutmann", written=257 * MIB)
        self.assertEqual(self.job()["durable"], 0)
        self.refused_after_mkfs(loop, job)


if __name__ == "__main__":
    unittest.main()
