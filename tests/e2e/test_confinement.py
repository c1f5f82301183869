# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker of a real run is confined while it writes (what that forbids: tests/unit/os_sandbox.c)."""
import os
import pathlib
import signal
import subprocess
import unittest

from rig import CERTWIPE, Case


class Confinement(Case):
    def test_the_worker_has_given_up_everything(self):
        loop = self.disk(mib=16)
        wipe = subprocess.Popen(
            [CERTWIPE, "--root", str(self.root), "wipe", loop, "--confirm", self.name(loop),
             "--procedure", "gutmann", "--progress", "json"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(wipe.stderr.close)
        self.addCleanup(wipe.wait)
        self.addCleanup(wipe.kill)
        # The first step has begun. A worker that ends now stays to be seen: nobody collects it.
        line = b" "
        while line and b'"step' not in line:
            line = wipe.stderr.readline()
        os.kill(wipe.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, wipe.pid, os.WSTOPPED)
        task = pathlib.Path(f"/proc/{wipe.pid}/task/{wipe.pid}/children")
        workers = task.read_text().split()
        self.assertEqual(len(workers), 1, line)
        status = dict(row.split(":\t", 1) for row in
                      pathlib.Path(f"/proc/{workers[0]}/status").read_text().splitlines())
        os.kill(wipe.pid, signal.SIGCONT)
        for name in "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
            self.assertEqual(int(status[name], 16), 0, name)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        if os.path.exists("/proc/sys/kernel/seccomp/actions_avail"):
            self.assertEqual(status["Seccomp"].strip(), "2")
        wipe.stderr.read()
        self.assertEqual(wipe.wait(), 0)


if __name__ == "__main__":
    unittest.main()
