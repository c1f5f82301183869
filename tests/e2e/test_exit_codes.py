# SPDX-License-Identifier: GPL-3.0-or-later
"""One test per row of the exit code table, and what must stay untouched in each."""
import os
import resource
import signal
import subprocess
import time
import unittest

from rig import CERTWIPE, Case, run


class ExitCodes(Case):
    def setUp(self):
        super().setUp()
        self.loop = self.disk()

    def assert_untouched(self, loop=None):
        self.assertEqual(self.content(loop or self.loop).count(b"NEEDLE"),
                         self.content(self.disk()).count(b"NEEDLE"))
        self.assertEqual(self.certificate_paths(), [])
        leftovers = [p.name for p in self.certificates.iterdir()] if self.certificates.is_dir() else []
        self.assertEqual(leftovers, [])

    def one_line(self, done):
        lines = [l for l in done.stderr.splitlines() if l.startswith("certwipe: ")]
        self.assertGreaterEqual(len(lines), 1, done.stderr)

    # 0
    def test_0_erased(self):
        self.wipe(self.loop, expect=0)

    # 1: not plainly erased
    def test_1_nothing_verified(self):
        (self.root / "etc/certwipe/procedures/blind.proc").write_text(
            "[procedure]\nid = blind\ntitle = Blind\nversion = 1\nlevel = clear\n"
            "status = current\nbasis = a test\n[step 1]\nwrite = random\n")
        done = self.wipe(self.loop, procedure="blind", expect=1)
        _, certificate = self.certificate()
        self.assertEqual(certificate["outcome"], "erased-with-exceptions")
        self.assertIn("does not verify", done.stderr)

    # 2: usage, configuration, preflight
    def test_2_regular_file(self):
        path = self.work / "plain"
        path.write_bytes(b"x" * 4096)
        self.one_line(self.certwipe("wipe", path, "--confirm", "plain", expect=2))
        self.assertEqual(path.read_bytes(), b"x" * 4096)

    def test_2_character_device(self):
        self.one_line(self.certwipe("wipe", "/dev/null", "--confirm", "null", expect=2))

    def test_2_missing_among_good(self):
        self.one_line(self.certwipe("wipe", self.loop, "/dev/no-such-disk", "--confirm",
                                    self.name(self.loop), expect=2))
        self.assert_untouched()

    def test_2_same_disk_by_two_names(self):
        link = self.work / "other-name"
        os.symlink(self.loop, link)
        self.one_line(self.certwipe("wipe", self.loop, link, "--confirm", self.name(self.loop),
                                    "--confirm", self.name(self.loop), expect=2))
        self.assert_untouched()

    def test_2_not_confirmed_or_wrongly(self):
        self.one_line(self.certwipe("wipe", self.loop, expect=2))
        self.one_line(self.certwipe("wipe", self.loop, "--confirm", "sda", expect=2))
        self.one_line(self.certwipe("wipe", self.loop, "--confirm", self.name(self.loop),
                                    "--confirm", "sda", expect=2))
        self.assert_untouched()

    def test_2_unknown_procedure_and_option(self):
        self.one_line(self.wipe(self.loop, procedure="no-such", expect=2))
        self.one_line(self.certwipe("wipe", self.loop, "--force", expect=2))
        self.one_line(self.certwipe("no-such-verb", expect=2))
        self.assert_untouched()

    def test_2_bad_configuration(self):
        (self.root / "etc/certwipe/certwipe.conf").write_text("[station]\nprincpal = x\n")
        done = self.wipe(self.loop, expect=2)
        self.assertIn("certwipe.conf:2:", done.stderr)
        self.assert_untouched()

    def test_2_no_key(self):
        (self.root / "etc/certwipe/station_ed25519").unlink()
        done = self.wipe(self.loop, expect=2)
        self.assertIn("certwipe setup", done.stderr)
        self.assert_untouched()

    def test_2_full_certificate_directory(self):
        run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", self.certificates)
        self.addCleanup(run, "umount", self.certificates)
        (self.certificates / "filler").write_bytes(b"x" * 8192)
        self.one_line(self.wipe(self.loop, expect=2))
        self.assertIn(b"NEEDLE", self.content(self.loop))
        self.assertEqual([p.name for p in self.certificates.iterdir()], ["filler"])

    def test_2_unwritable_certificate_directory(self):
        run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", self.certificates)
        self.addCleanup(run, "umount", self.certificates)
        self.one_line(self.wipe(self.loop, expect=2))
        self.assertIn(b"NEEDLE", self.content(self.loop))

    # 3: refused
    def test_3_mounted(self):
        run("mkfs.ext4", "-q", "-F", self.loop)
        where = self.work / "mnt"
        where.mkdir()
        run("mount", self.loop, where)
        self.addCleanup(run, "umount", where)
        done = self.wipe(self.loop, expect=3)
        self.assertIn(str(where), done.stderr)
        self.assertEqual(self.certificate_paths(), [])

    def test_3_open_elsewhere(self):
        with open(self.loop, "rb") as disk:
            holder = subprocess.Popen(["tail", "-f", "/dev/null"], stdin=disk)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        done = self.wipe(self.loop, expect=3)
        self.assertIn(str(holder.pid), done.stderr)
        self.assert_untouched()

    def test_3_taken_while_the_prompt_waited(self):
        """A loop device over the disk: O_EXCL does not stop it, and no process has the disk open."""
        parent, child = os.openpty()
        wipe = subprocess.Popen(
            [CERTWIPE, "--root", str(self.root), "wipe", self.loop, "--procedure", "random"],
            stdin=child, stderr=subprocess.PIPE, text=True)
        self.addCleanup(wipe.stderr.close)
        self.addCleanup(os.close, parent)
        os.close(child)
        said = ""
        while not said.endswith(f"type {self.name(self.loop)}: "):
            said += wipe.stderr.read(1)
        above = run("losetup", "-f", "--show", self.loop).stdout.strip()
        self.addCleanup(self.detach, above)
        os.write(parent, self.name(self.loop).encode() + b"\n")
        said = wipe.stderr.read()
        self.assertEqual(wipe.wait(), 3, said)
        self.assertIn(self.name(above), said)
        self.assert_untouched()

    def test_3_readonly(self):
        loop = self.disk(readonly=True)
        self.wipe(loop, expect=3)

    def test_3_excluded_twice_given(self):
        other = self.disk()
        for excludes in ((self.loop, other), (other, self.loop)):
            words = [w for e in excludes for w in ("--exclude", e)]
            self.wipe(self.loop, args=words, expect=3)
            self.wipe(other, args=words, expect=3)
        self.assert_untouched()
        self.assert_untouched(other)

    def test_3_none_starts_when_one_is_refused(self):
        other = self.disk(readonly=True)
        self.wipe(self.loop, other, expect=3)
        self.assert_untouched()

    def test_3_keep_going_starts_the_others(self):
        other = self.disk(readonly=True)
        self.certwipe("wipe", self.loop, other, "--confirm", self.name(self.loop), "--keep-going",
                      "--procedure", "zero", expect=3)
        self.assertEqual(len(self.certificate_paths()), 1)
        self.assertFalse(b"NEEDLE" in self.content(self.loop), "old data is left")

    def test_3_partition_is_refused_by_name(self):
        run("addpart", self.loop, 1, 2048, 4096)
        done = self.certwipe("wipe", f"{self.loop}p1", "--confirm", "x")
        self.assertIn(done.returncode, (2, 3))
        self.assertIn(self.name(self.loop), done.stderr)
        self.assert_untouched()

    # 5: not issued
    def test_5_key_gone_meanwhile(self):
        worker = self.begin(self.disk(mib=64))
        (self.root / "etc/certwipe/station_ed25519").unlink()
        said = worker.stderr.read()
        self.assertEqual(worker.wait(), 5, said)
        self.assertIn("certwipe setup", said)
        self.assertEqual(self.certificate_paths(), [])
        self.assertEqual(len(list((self.root / "var/lib/certwipe/jobs").glob("*/journal"))), 1)

    def test_5_result_that_cannot_be_printed(self):
        with open("/dev/full", "w") as full:
            done = self.wipe(self.loop, args=["--json"], expect=5, stdout=full)
        self.assertIn("standard output", done.stderr)
        self.assertEqual(self.certificate()[1]["outcome"], "erased")

    def test_4_supervisor_that_can_no_longer_listen(self):
        """poll(2) refuses more descriptors than the limit: what is written waits to be resumed."""
        # A leak check at the end would need descriptors, too.
        worker = self.begin(self.disk(mib=512), env={"ASAN_OPTIONS": "detect_leaks=0"})
        resource.prlimit(self.supervisor(), resource.RLIMIT_NOFILE, (1, 1))
        said = worker.stderr.read()
        self.assertEqual(worker.wait(), 4, said)
        self.assert_waits(said)

    def test_a_listener_that_stops_reading_holds_up_nothing(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        worker = subprocess.Popen(
            [CERTWIPE, "--root", str(self.root), "wipe", self.loop, "--confirm", self.name(self.loop),
             "--procedure", "gutmann", "--progress", "json"],
            stdin=subprocess.DEVNULL, stderr=write)
        said = b""
        while b'{"event":' not in said:
            said += os.read(read, 1)
        # A description of its own: the wipe's end of the pipe must stay one that blocks.
        filler = os.open(f"/proc/self/fd/{write}", os.O_WRONLY | os.O_NONBLOCK)
        os.close(write)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(filler, b"x" * 4096)
        os.close(filler)
        deadline = time.monotonic() + 300
        signature = ""
        while not signature and time.monotonic() < deadline and worker.poll() is None:
            signature = next(self.certificates.glob("*.sshsig"), "")
        self.assertTrue(signature, "no certificate while nobody reads")
        with os.fdopen(os.dup(read), "rb") as rest:
            said += rest.read()
        self.assertEqual(worker.wait(), 0)
        self.assertIn(b"certificate ", said)

    # 4: stopped
    def assert_waits(self, said):
        """No word about the outcome yet, and how to go on."""
        self.assertEqual(self.certificate_paths(), [])
        job = self.job()
        self.assertFalse(job["ended"])
        self.assertIn(f"certwipe resume {job['id']}", said)

    def stopped_by(self, number):
        worker = self.begin(self.disk(mib=512))
        worker.send_signal(number)
        said = worker.stderr.read()
        self.assertEqual(worker.wait(), 4)
        self.assert_waits(said)

    def test_4_sigint(self):
        self.stopped_by(signal.SIGINT)

    def test_4_sigquit(self):
        self.stopped_by(signal.SIGQUIT)

    def test_4_sigterm(self):
        self.stopped_by(signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
