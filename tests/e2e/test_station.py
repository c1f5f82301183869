# SPDX-License-Identifier: GPL-3.0-or-later
"""A day at the bay, in a real terminal on real disks: the screen is only a screen, the jobs are not its own."""
import json
import os
import signal
import unittest

from faulty import FaultyCase, until
from rig import CERTWIPE, run

MIB = 1 << 20
EIO = 5
PULL = "ERASED – you may pull it"


class Screen:
    """certwipe station in a tmux of its own."""
    number = 0

    def __init__(self, case, columns=120, lines=30):
        Screen.number += 1
        self.case = case
        self.server = f"certwipe-e2e-{os.getpid()}-{Screen.number}"
        case.addCleanup(self.tmux, "kill-server", check=False)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", lines,
                  "env", "LANG=C.UTF-8", "NO_COLOR=1", "ASAN_OPTIONS=detect_leaks=0",
                  os.path.abspath(CERTWIPE), "--root", case.root, "station")
        self.until("leave")

    def tmux(self, *words, check=True):
        return run("tmux", "-L", self.server, *words, check=check)

    def text(self):
        return self.tmux("capture-pane", "-p", check=False).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def until(self, *words):
        def seen():
            text = self.text()
            return all(word in text for word in words)
        try:
            until(seen, f"{words} on the screen")
        except AssertionError as never:
            raise AssertionError(f"{never}\n{self.text()}") from None

    def row(self, disk):
        """The line of a disk on the board, its place first."""
        return next((line for line in self.text().splitlines() if f" {disk.name} " in line), "")

    def until_row(self, disk, words):
        try:
            until(lambda: words in self.row(disk), f"'{words}' of {disk.name}")
        except AssertionError as never:
            raise AssertionError(f"{never}\n{self.text()}") from None

    def find(self, disk):
        """Only this one is on the board then, chosen."""
        self.keys("/")
        self.until("_\n Space mark")
        self.keys("C-u")
        self.until(" /_")
        self.keys("-l", disk.name)
        self.until(disk.name)
        self.keys("Enter")
        self.until_row(disk, disk.name)

    def show_all(self):
        self.keys("/")
        self.until(" /_")
        self.keys("Escape")

    def scan(self, disk):
        """As a barcode reader does: quickly, and with Enter at the end."""
        self.keys(disk.name, "Enter")
        self.until(f"[x] {disk.name} ")

    def pid(self):
        return int(self.tmux("display-message", "-p", "#{pane_pid}").stdout)

    def ended(self):
        until(lambda: self.tmux("has-session", check=False).returncode != 0, "the screen has ended")


class Station(FaultyCase):
    def setUp(self):
        super().setUp()
        path = self.root / "etc/certwipe/certwipe.conf"
        path.write_text(path.read_text().replace("procedure = multipass", "procedure = random"))

    def begin(self, screen, *disks):
        """Marks them all, confirms each, starts them in one go."""
        for disk in disks:
            screen.find(disk)
            screen.keys("Space")
            screen.until_row(disk, "[x]")
        screen.keys("s")
        screen.until(*(f"[ ] {disk.name} " for disk in disks), "In all")
        for disk in disks:
            screen.scan(disk)
        screen.until("Enter wipes")
        screen.keys("Enter")
        screen.until("started")

    def states(self):
        jobs = json.loads(self.certwipe("status", "--json", expect=0).stdout)["jobs"]
        return {job["disk"]["node"]: job["state"] for job in jobs}

    def test_a_disk_from_the_bay_to_its_certificate(self):
        disk = self.faulty(mib=8)
        screen = Screen(self)
        screen.find(disk)
        self.assertIn("ready", screen.row(disk))
        self.begin(screen, disk)
        screen.until_row(disk, PULL)
        certificate = self.only()
        self.assertEqual(certificate["outcome"], "erased")
        self.check_content(disk, certificate)
        self.check_signed()
        screen.keys("Enter")
        screen.until("Map of the disk", certificate["id"])
        screen.keys("c")
        screen.until("CERTIFICATE")
        screen.keys("q", "q")

    def test_a_disk_that_appears_and_goes_is_seen(self):
        screen = Screen(self)
        disk = self.faulty(mib=8)
        screen.find(disk)
        run("losetup", "-d", disk.path)
        until(lambda: not screen.row(disk), "it has gone from the board")

    def test_what_is_typed_must_be_the_disks_own(self):
        disk, other = self.faulty(mib=4), self.faulty(mib=4)
        screen = Screen(self)
        screen.find(disk)
        screen.keys("Space", "s")
        screen.until(f"[ ] {disk.name} ", "In all")
        screen.keys(other.name, "Enter")
        screen.keys("Enter")
        screen.keys("Enter")
        screen.until(f"[ ] {disk.name} ")
        screen.keys("Escape")
        screen.until("leave")
        self.assertEqual(self.states(), {})
        self.assertEqual(self.jobs(), [])

    def test_a_day_at_the_bay(self):
        good, bad, gone = self.faulty(mib=16), self.faulty(mib=16), self.faulty(mib=16)
        for disk in good, gone:
            disk.stall("write", 8 * MIB, MIB)
        bad.fail("write", 0, bad.size)
        bad.fail("read", 0, bad.size)
        screen = Screen(self)
        self.begin(screen, good, bad, gone)
        screen.find(bad)
        screen.until_row(bad, "FAILED – DESTROY this disk")
        until(lambda: good.counters()["waiting"] and gone.counters()["waiting"], "writes that wait")

        # One is pulled while it is written.
        gone.resize(0)
        gone.release()
        until(lambda: self.states()[gone.path] == "waits", "its job waits")
        screen.find(gone)
        screen.until_row(gone, "interrupted")

        # The screen goes, in every way; the job does not.
        screen.keys("q")
        screen.ended()
        self.assertEqual(self.states()[good.path], "running")
        screen = Screen(self)
        screen.find(good)
        screen.until_row(good, "write")
        os.kill(screen.pid(), signal.SIGKILL)
        screen.ended()
        self.assertEqual(self.states()[good.path], "running")

        # Small, and large again.
        screen = Screen(self)
        screen.find(good)
        screen.tmux("resize-window", "-x", "40", "-y", "10")
        until(lambda: len(screen.text().splitlines()) <= 10 and good.name in screen.text(), "it is small")
        screen.tmux("resize-window", "-x", "120", "-y", "30")
        screen.until_row(good, "write")

        # The supervisor is killed; resumed from the screen, the job ends well.
        workers = self.workers()
        os.kill(self.supervisor(), signal.SIGKILL)
        good.clear()
        good.release()
        until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers), "they let go")
        screen.until_row(good, "interrupted")
        screen.keys("r")
        screen.until_row(good, PULL)
        outcomes = {node: c["outcome"] for node, c in self.documents().items()}
        self.assertEqual(outcomes[good.path], "erased")
        self.assertEqual(outcomes[bad.path], "not-erased")
        screen.keys("q")
        screen.ended()


if __name__ == "__main__":
    unittest.main()
