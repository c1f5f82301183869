# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills, again and again, of whatever works on several disks: nothing is lost, nothing falsely claimed.

CERTWIPE_KILLS: how many (200; 40 under the sanitizers). CERTWIPE_SEED: replays the choices of a run, which prints it.
"""
import contextlib
import json
import os
import random
import signal
import time
import unittest

from rig import SANITIZED, Case, run

KILLS = int(os.environ.get("CERTWIPE_KILLS", "40" if SANITIZED else "200"))
SEED = os.environ.get("CERTWIPE_SEED") or str(random.randrange(1 << 32))
NEEDLE = b"OLD-CUSTOMER-DATA-NEEDLE-"
if SANITIZED:
    # The leak check at the end of a process is made by a child of its own, and waits for that one for
    # ever: a kill meant for a worker must not hit it. Leaks are the other tests' to find.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"

SITE = {
    # Two different passes, so that a lost one shows; verified in full.
    "pair": "[step 1]\nwrite = 0x55\n[step 2]\nwrite = 0xaa\nverify = full\n",
    # A verification in between, and a pass after it that a sample looks at.
    "between": "[step 1]\nwrite = random\nverify = sample 10%\n[step 2]\nwrite = 0x92 0x49 0x24\n"
               "verify = sample 10%\n",
}


class Disk:
    """One disk of the storm: always wiped by the same procedure, filled anew before each wipe."""

    def __init__(self, loop, size, procedure):
        self.loop, self.size, self.procedure = loop, size, procedure
        self.wipes = 0

    def fill(self):
        self.wipes += 1
        piece = NEEDLE + b"%07d....." % self.wipes
        with open(self.loop, "r+b") as disk:
            disk.write((piece * (self.size // len(piece) + 1))[:self.size])
            os.fsync(disk.fileno())


class Storm(Case):
    def setUp(self):
        super().setUp()
        for name, steps in SITE.items():
            (self.root / f"etc/certwipe/procedures/{name}.proc").write_text(
                f"[procedure]\nid = {name}\ntitle = {name}\nversion = 1\nlevel = clear\n"
                f"status = current\nbasis = a test\n{steps}")
        kinds = [(12 << 20, 512, "multipass"), ((9 << 20) + 512, 512, "pair"),
                 (12 << 20, 4096, "between"), (16 << 20, 512, "zero")]
        self.disks = [Disk(self.disk(size=size, sector=sector), size, procedure)
                      for size, sector, procedure in kinds]
        self.random = random.Random(SEED)
        self.kills = 0
        self.seen = set()

    def check_new_certificates(self):
        """Before anything else is written to a disk: does it hold what its certificate says?"""
        for path in self.certificate_paths():
            if path.name in self.seen:
                continue
            self.seen.add(path.name)
            certificate = json.loads(path.read_bytes())
            self.assertEqual(certificate["outcome"], "erased", certificate)
            disk = next(d for d in self.disks if d.loop == certificate["device"]["node"])
            self.assertEqual(certificate["procedure"]["id"], disk.procedure)
            content = self.content(disk.loop)
            self.assertFalse(NEEDLE in content, f"{path.name}: old data on {disk.loop}")
            self.assertTrue(content == self.left_content(certificate, disk.size),
                            f"{path.name}: the disk is not what the certificate says")

    def look(self):
        """Disks that no unfinished job waits for, filled with old data again; ids of those jobs."""
        jobs = self.jobs()
        waiting = {job["path"] for job in jobs}
        free = [d for d in self.disks if d.loop not in waiting]
        # A job whose command was killed may have ended since: its certificate is about what is there now.
        self.check_new_certificates()
        for disk in free:
            disk.fill()
        return free, [job["id"] for job in jobs]

    def begin_some(self):
        """A resume of all, one of each, two that want the same; and wipes of free disks beside them."""
        free, waiting = self.look()
        children = []
        if waiting:
            wanted = self.random.choice(([[]], [[], []], [[job] for job in waiting]))
            children += [self.start("resume", *ids, "--progress", "json") for ids in wanted]
        if free and (not waiting or self.random.random() < 0.4):
            some = self.random.sample(free, self.random.randint(1, len(free)))
            groups = {}
            for disk in some:
                groups.setdefault(disk.procedure, []).append(disk.loop)
            children += [self.start_wipe(*loops, procedure=procedure)
                         for procedure, loops in groups.items()]
        return children

    def strike(self, child):
        """Kills the supervisor, a worker or a command, or asks to stop; True for one that owned jobs."""
        workers, supervisor = self.workers(), self.supervisor()
        what = self.random.choice(("supervisor", "supervisor", "worker", "worker", "worker", "command",
                                   "stop", "twice"))
        with contextlib.suppress(ProcessLookupError):
            if what == "worker" and workers:
                os.kill(self.random.choice(workers), signal.SIGKILL)
                return True
            if what == "supervisor" and supervisor:
                os.kill(supervisor, signal.SIGKILL)
                return True
        if what == "command":
            child.kill()  # its jobs go on
        if what in ("stop", "twice"):
            child.send_signal(self.random.choice((signal.SIGINT, signal.SIGTERM)))
            if what == "twice":
                child.send_signal(signal.SIGINT)
        return False

    @staticmethod
    def wait_for_work(children):
        """Until one has begun with a disk."""
        while all(child.poll() is None for child in children):
            if any('"event"' in child.said.read_text() for child in children):
                return
            time.sleep(0.005)

    def rage(self, children):
        """At a moment that nobody chose; the outcome must not depend on it."""
        if self.random.random() < 0.85:
            self.wait_for_work(children)
        time.sleep(self.random.random() ** 2 * 0.5)
        for child in children:
            self.kills += self.strike(child)
            while self.random.random() < 0.65:
                time.sleep(self.random.random() * 0.1)
                self.kills += self.strike(child)
        for child in children:
            code = child.wait(timeout=120)
            # 3: another one works on that disk. A stop before it listens for one just ends it.
            # 2: the supervisor was killed before anything was begun, or the job named has ended meanwhile.
            said = child.said.read_text()
            self.assertIn(code, (-signal.SIGKILL, -signal.SIGINT, -signal.SIGTERM, 0, 2, 3, 4), said)
            self.assertTrue(code != 2 or "supervisor of this host" in said or "no unfinished job" in said, said)
        if self.random.random() < 0.5:
            self.wait_for_supervisor()

    def wait_for_supervisor(self):
        """Jobs whose command was killed end without it."""
        end = time.monotonic() + 120
        while self.supervisor():
            self.assertLess(time.monotonic(), end, "the supervisor does not end")
            time.sleep(0.05)

    def drain(self):
        self.wait_for_supervisor()
        for _ in range(20):
            if not self.jobs():
                return
            done = self.resume()
            self.assertEqual(done.returncode, 0, done.stderr)
        self.fail(f"left: {self.jobs()}")

    def assert_no_process_left(self):
        for _ in range(200):
            left = run("pgrep", "-f", str(self.root), check=False).stdout.split()
            if not left:
                return
            time.sleep(0.05)
        self.fail(f"processes left: {left}")

    def test_storm(self):
        print(f"CERTWIPE_SEED={SEED}", flush=True)
        rounds = 0
        while self.kills < KILLS:
            rounds += 1
            self.rage(self.begin_some())
            self.check_new_certificates()
        self.drain()
        self.check_new_certificates()
        self.assert_nothing_lost()
        self.assert_no_process_left()
        print(f"{self.kills} kills in {rounds} rounds, {len(self.seen)} certificates", flush=True)


if __name__ == "__main__":
    unittest.main()
