# SPDX-License-Identifier: GPL-3.0-or-later
"""Loop disks that misbehave as told (tests/tools/faulty_disk.c), and waiting for what they bring about."""
import json
import os
import queue
import signal
import subprocess
import threading
import time

from rig import BUILD, CERTWIPE, Case, run

PATIENCE = 25  # seconds until something that must happen counts as not happening
NEEDLE = b"OLD-CUSTOMER-DATA-NEEDLE-1234567....."
FILLED_MOST = 64 << 20  # bytes of a disk that are old data; beyond them are zeros


def old_bytes(size):
    return (NEEDLE * (size // len(NEEDLE) + 1))[:size]


def until(condition, what):
    """Waits for what another process does; how long that takes is no part of any test."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"never happened: {what}")


class FaultyDisk:
    """One disk: its loop device, the bytes behind it, and the words that make it sick."""

    def __init__(self, case, size, sector=512):
        self.mount = case.work / f"mount{len(os.listdir(case.work))}"
        self.backing = self.mount.with_suffix(".bytes")
        self.mount.mkdir()
        self.size = size
        with open(self.backing, "wb") as backing:
            backing.write(old_bytes(min(size, FILLED_MOST)))
            backing.truncate(size)
        self.tool = subprocess.Popen(
            [str(BUILD / "tests/faulty_disk"), str(self.mount), str(self.backing)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        case.addCleanup(self.end)
        case.assertEqual(self.tool.stdout.readline(), "ready\n")
        # Direct: each request of the block layer comes through as it is, and so does its error.
        self.path = run("losetup", "-f", "--show", "--direct-io=on", "-b", sector,
                        self.mount / "disk").stdout.strip()
        self.name = os.path.basename(self.path)
        self.say(f"loop {self.path}")

    def end(self):
        """Closing its input lets go of everything that waits, of the loop device and of the mount."""
        self.tool.stdin.close()
        self.tool.wait(timeout=PATIENCE)
        self.tool.stdout.close()

    def say(self, words):
        self.tool.stdin.write(words + "\n")
        self.tool.stdin.flush()
        answer = self.tool.stdout.readline().strip()
        if answer == "what?":
            raise AssertionError(f"faulty_disk does not know: {words}")
        return answer

    def counters(self):
        words = self.say("counters").split()
        return {key: int(value) for key, value in zip(words[::2], words[1::2])}

    def __getattr__(self, what):
        """fail, stall, drop, flip, short: (operation, offset, length, period, bad bytes of it, errno)."""
        if what not in ("fail", "stall", "drop", "flip", "short"):
            raise AttributeError(what)
        return lambda op, *numbers: self.say(" ".join([what, op, *map(str, numbers or (0, 0))]))

    def release(self):
        self.say("release")

    def clear(self):
        self.say("clear")

    def resize(self, size):
        self.say(f"resize {size}")
        os.stat(self.mount / "disk")  # so that the kernel asks
        run("losetup", "-c", self.path)

    def bytes(self):
        return self.backing.read_bytes()


class Wiping:
    """A certwipe at work: what it says is read all along, so that it never waits for its reader."""

    def __init__(self, case, *args, **kwargs):
        self.case = case
        self.child = subprocess.Popen(
            [CERTWIPE, "--root", str(case.root), *map(str, args)], text=True,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            env=dict(os.environ, NO_COLOR="1"), **kwargs)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        case.addCleanup(self.end)

    def read(self):
        for line in self.child.stderr:
            self.lines.append(line)

    def end(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        self.reader.join(timeout=PATIENCE)
        self.child.stderr.close()

    def text(self):
        return "".join(self.lines)

    def signal(self, number=signal.SIGINT):
        self.child.send_signal(number)

    def wait(self, expect):
        code = self.child.wait(timeout=PATIENCE)
        self.reader.join(timeout=PATIENCE)
        self.case.assertEqual(code, expect, self.text())
        return self.text()

    def until(self, condition, what):
        """What happens while it runs, not after it has ended instead."""
        try:
            until(lambda: condition() or self.child.poll() is not None, what)
        except AssertionError as never:
            raise AssertionError(f"{never}\n{self.text()}") from None
        self.reader.join(timeout=0 if self.child.poll() is None else PATIENCE)
        if not condition():
            raise AssertionError(f"ended instead: {what}\n{self.text()}")

    def until_said(self, words):
        self.until(lambda: words in self.text(), f"'{words}' is said")


class FaultyCase(Case):
    """What is written on the certificates of sick disks."""

    def faulty(self, mib=4, sector=512):
        return FaultyDisk(self, mib << 20, sector)

    def configure(self, words):
        path = self.root / "etc/certwipe/certwipe.conf"
        path.write_text(path.read_text() + words)

    def own_procedure(self, text):
        """A procedure 'own' that is only this test's: steps as they stand in a .proc file."""
        (self.root / "etc/certwipe/procedures/own.proc").write_text(
            "[procedure]\nid = own\ntitle = A test's own\nversion = 1\nlevel = clear\n"
            "status = current\nbasis = a test\n" + text)
        return "own"

    def start(self, *disks, procedure="random", args=()):
        confirm = [w for disk in disks for w in ("--confirm", disk.name)]
        return Wiping(self, "wipe", *[d.path for d in disks], *confirm, "--procedure", procedure,
                      "--progress", "json", *args)

    def stalled_at(self, offset, disk, *others, procedure="random"):
        """A wipe under way: the writes of `disk` from offset on wait to be released."""
        disk.stall("write", offset, disk.size)
        child = self.start(disk, *others, procedure=procedure)
        child.until(lambda: disk.counters()["waiting"], "a write that waits")
        return child

    def jobs(self):
        return json.loads(self.certwipe("resume", "--list", "--json", expect=0).stdout)["jobs"]

    def only(self):
        return self.certificate()[1]

    @staticmethod
    def listed(certificate, kind):
        return [(r["offset"], r["length"]) for r in certificate["ranges"]["listed"]
                if r["kind"] == kind]

    def check_says(self, certificate, words):
        self.assertIn(words, "\n".join(certificate["exceptions"]))

    def check_signed(self):
        path, _ = self.certificate()
        self.assertEqual(self.ssh_keygen_verify(path).returncode, 0)
        self.certwipe("check", path, expect=None)

    def check_content(self, disk, certificate, but=()):
        """Everything is what the certificate says was left, and what could not be written is as before."""
        left = bytearray(self.left_content(certificate, disk.size))
        old = old_bytes(disk.size)
        for offset, length in but:
            left[offset:offset + length] = old[offset:offset + length]
        found = disk.bytes()
        if found != bytes(left):
            wrong = [at for at in range(0, disk.size, 512)
                     if found[at:at + 512] != left[at:at + 512]]
            raise AssertionError(f"{len(wrong)} sectors differ, the first at {wrong[0]}")

    def documents(self):
        return {c["device"]["node"]: c for c in
                (json.loads(p.read_bytes()) for p in self.certificate_paths())}
