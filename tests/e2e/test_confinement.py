# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker of a real run is confined while it writes (what that forbids: tests/unit/os_sandbox.c)."""
import base64
import os
import pathlib
import signal
import subprocess
import unittest

from rig import CERTWIPE, SANITIZED, Case


class Confinement(Case):
    def assert_no_key(self, pid):
        """Neither the station's secret key nor the text of its file is anywhere in its memory."""
        text = (self.root / "etc/certwipe/station_ed25519").read_bytes()
        lines = text.splitlines()[1:-1]
        blob = base64.b64decode(b"".join(lines))
        # The secret half lies between the public half in clear and its repetition at the end.
        seed = blob[blob.rindex(b"ssh-ed25519") + 11 + 4 + 32 + 4:][:32]
        needles = {b"seed": seed, **{line: line[8:40] for line in lines[2:-1]}}
        os.kill(int(pid), signal.SIGSTOP)
        read = 0
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for row in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
                span, rights, *_ = row.split()
                start, end = (int(word, 16) for word in span.split("-"))
                if not rights.startswith("r") or "[v" in row:  # vvar and vdso are the kernel's
                    continue
                memory.seek(start)
                content = memory.read(end - start)
                read += len(content)
                found = [name for name, needle in needles.items() if needle in content]
                self.assertEqual(found, [], row)
        os.kill(int(pid), signal.SIGCONT)
        self.assertGreater(read, 1 << 20)

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
        supervisor = self.supervisor()
        os.kill(supervisor, signal.SIGSTOP)
        while " T " not in pathlib.Path(f"/proc/{supervisor}/stat").read_text():
            pass
        workers = self.workers()
        self.assertEqual(len(workers), 1, line)
        status = dict(row.split(":\t", 1) for row in
                      pathlib.Path(f"/proc/{workers[0]}/status").read_text().splitlines())
        if not SANITIZED:  # their shadow memory is terabytes, and they keep what was freed
            self.assert_no_key(workers[0])
        os.kill(supervisor, signal.SIGCONT)
        for name in "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
            self.assertEqual(int(status[name], 16), 0, name)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        if os.path.exists("/proc/sys/kernel/seccomp/actions_avail"):
            self.assertEqual(status["Seccomp"].strip(), "2")
        wipe.stderr.read()
        self.assertEqual(wipe.wait(), 0)


if __name__ == "__main__":
    unittest.main()
