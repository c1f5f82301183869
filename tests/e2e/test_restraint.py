# SPDX-License-Identifier: GPL-3.0-or-later
"""A wipe beside other work: a rate that is kept and can be stopped, and requests that come last."""
import signal
import subprocess
import time
import unittest

from rig import Case

STOPPED, USAGE = 4, 2


class Restraint(Case):
    def configure(self, words):
        with open(self.root / "etc/certwipe/certwipe.conf", "a", encoding="utf-8") as config:
            config.write(words)

    def rank(self, child):
        worker, = self.workers()
        return subprocess.run(["ionice", "-p", str(worker)], check=True, capture_output=True,
                              text=True).stdout.strip()

    def test_a_slow_wipe_is_as_slow_as_asked_and_not_stalled(self):
        self.configure("stall-s = 1\nrate = 2MB\n")
        loop, begin = self.disk(mib=4), time.monotonic()
        self.wipe(loop, args=("--limit-rate", "1MB"))
        written = 4 << 20
        self.assertGreater(time.monotonic() - begin, written / 1e6 - 0.5)
        _, certificate = self.certificate()
        self.assertEqual(certificate["outcome"], "erased")
        self.assertEqual(certificate["waits"]["stalls"], "0")
        self.assertEqual(certificate["claim"]["request_bytes"], 65536)
        self.assertIn(certificate["claim"]["requests_in_flight"], ("8", "32"))

    def test_a_slow_wipe_stops_at_once_and_is_resumed_at_full_speed(self):
        loop = self.disk(mib=64)
        child = self.begin_wipe(loop, args=("--limit-rate", "100kB"))  # eleven minutes
        self.assertEqual(self.rank(child), "best-effort: prio 7")
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(30), STOPPED)
        job = self.job()
        self.assertGreater(job["durable"], 0)
        self.resume(job["id"], args=("--io-class", "idle"), expect=0)
        self.assertEqual(self.certificate()[1]["outcome"], "erased")

    def test_the_rank_of_its_requests_can_be_chosen(self):
        self.configure("rate = 100kB\nio-class = idle\n")
        for args, rank in (((), "idle"), (("--io-class", "best-effort"), "best-effort: prio 7")):
            child = self.begin_wipe(self.disk(mib=8), args=args)
            self.assertEqual(self.rank(child), rank)
            child.send_signal(signal.SIGTERM)
            self.assertEqual(child.wait(30), STOPPED)

    def test_what_is_no_rate_and_no_class_is_refused(self):
        loop = self.disk(mib=4)
        before = self.content(loop)
        for args in (("--limit-rate", "0"), ("--limit-rate", "1.5MB"), ("--limit-rate", "99kB"),
                     ("--io-class", "first")):
            said = self.wipe(loop, args=args, expect=USAGE).stderr
            self.assertIn(args[0], said)
            self.assertIn(args[0], self.certwipe("resume", *args, expect=USAGE).stderr)
        self.assertEqual(self.content(loop), before)


if __name__ == "__main__":
    unittest.main()
