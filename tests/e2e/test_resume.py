# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to be interrupted, and what `resume` makes of it."""
import json
import os
import pathlib
import shutil
import signal
import struct
import time
import unittest

from rig import Case, run

MIB = 1 << 20
SIZE = 96 * MIB + 512 * (os.getpid() % 1000)  # other people's loop disks are of other sizes


class Interrupted(Case):
    def sized(self, data=None):
        return self.disk(size=SIZE, data=data)

    def interrupt(self, *loops, procedure="multipass", written=SIZE // 2, read=0,
                  number=signal.SIGINT):
        """A wipe that was interrupted once so much was written and read; its job, if there is one."""
        # Slowly, so that it is still in the same step when it hears of it.
        child = self.begin_wipe(*loops, procedure=procedure, written=written, read=read,
                                args=["--limit-rate", "150MB"])
        if number == signal.SIGKILL:
            self.kill_supervisor()
        else:
            child.send_signal(number)
        self.assertEqual(child.wait(), 4, child.said.read_text())
        self.assertEqual(self.certificate_paths(), [])
        return self.job() if len(loops) == 1 else None

    def assert_erased(self, loop, path=None):
        path, certificate = (path, json.loads(path.read_bytes())) if path else self.certificate()
        content = self.content(loop)
        self.assertFalse(b"NEEDLE" in content, "old data is left")
        self.assertTrue(content == self.left_content(certificate, len(content)))
        self.assertEqual(certificate["outcome"], "erased", certificate)
        return certificate

    def finish(self, loop, *args):
        self.resume(args=args, expect=0)
        self.assert_nothing_lost()
        self.certwipe("check", self.certificate()[0], "--device", loop, "--full", expect=0)
        return self.assert_erased(loop)

    def folder(self, job):
        return self.root / "var/lib/certwipe/jobs" / job["id"]


class Stopped(Interrupted):
    """SIGINT: what was written is durable, and is not written again."""

    def test_in_a_constant_pass(self):
        loop = self.sized()
        job = self.interrupt(loop, procedure="zero")
        self.assertEqual((job["step"], job["steps"], job["ended"]), (1, 2, False))
        self.assertGreaterEqual(job["durable"], SIZE // 2)
        before = self.sectors(loop)
        certificate = self.finish(loop)
        self.assertLessEqual(self.sectors(loop) - before, SIZE - job["durable"])
        (interruption,) = certificate["interruptions"]
        self.assertEqual(interruption["durable_bytes"], job["durable"])
        self.assertTrue(interruption["recognised"])

    def test_in_a_keystream_pass(self):
        loop = self.sized()
        self.assertEqual(self.interrupt(loop)["step"], 1)
        self.finish(loop)

    def test_in_a_complement_pass(self):
        loop = self.sized()
        self.assertEqual(self.interrupt(loop, written=SIZE * 3 // 2)["step"], 2)
        self.finish(loop)

    def test_in_the_last_pass(self):
        """Only a part was watched all the time: the sample reads the whole of the other part."""
        loop = self.sized()
        job = self.interrupt(loop, written=2 * SIZE + SIZE // 2)
        self.assertEqual(job["step"], 3)
        before = self.sectors(loop, "read")
        certificate = self.finish(loop)
        self.assertGreaterEqual(self.sectors(loop, "read") - before, job["durable"])
        self.assertEqual(certificate["outcome"], "erased")

    def test_foreign_bytes_in_what_was_written_before_are_found(self):
        """Out of reach of what recognises the disk, and by a sample hardly ever seen."""
        loop = self.sized()
        job = self.interrupt(loop, written=2 * SIZE + SIZE // 2)
        at = 16 * MIB + 512 * 7
        self.assertGreater(job["durable"], at + 8 * MIB)
        with open(loop, "r+b", buffering=0) as disk:
            os.pwrite(disk.fileno(), b"FOREIGN-" * 64, at)
            os.fsync(disk.fileno())
        self.resume(expect=1)
        self.assert_nothing_lost()
        _, certificate = self.certificate()
        self.assertNotEqual(certificate["outcome"], "erased")
        self.assertIn(f'"offset": {at}', json.dumps(certificate))

    def test_in_the_verification(self):
        loop = self.sized()
        job = self.interrupt(loop, procedure="random", written=SIZE, read=SIZE // 4)
        self.assertEqual((job["step"], job["durable"]), (2, 0))
        self.finish(loop)

    def test_again_and_again(self):
        loop = self.sized()
        self.interrupt(loop, written=SIZE // 4)
        stops = 1
        for written in (SIZE // 2, SIZE, SIZE // 3):
            child = self.start("resume", "--progress", "json")
            self.until(child, loop, written)
            child.send_signal(signal.SIGTERM)
            self.assertEqual(child.wait(), 4, child.said.read_text())
            stops += 1
        self.assertEqual(len(self.finish(loop)["interruptions"]), stops)


class Killed(Interrupted):
    def test_supervisor_killed(self):
        loop = self.sized()
        child = self.begin_wipe(loop, procedure="multipass", written=SIZE * 3 // 2)
        workers = self.workers()
        self.assertEqual(len(workers), 1)
        self.kill_supervisor()
        self.assertEqual(child.wait(), 4)
        self.assertIn("the supervisor of this host was killed", child.said.read_text())
        while os.path.exists(f"/proc/{workers[0]}"):
            time.sleep(0.01)
        self.assertEqual(self.job()["reason"], "")
        (interruption,) = self.finish(loop)["interruptions"]
        self.assertIsNone(interruption["reason"])

    def test_worker_killed_the_other_disk_finishes(self):
        loop, other = self.sized(), self.sized()
        child = self.begin_wipe(loop, other, procedure="multipass", written=SIZE // 2)
        for pid in self.workers():
            links = [os.readlink(p) for p in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
            if loop in links:
                os.kill(pid, signal.SIGKILL)
        self.assertEqual(child.wait(), 4, child.said.read_text())
        job = self.job()
        self.assertEqual((job["path"], job["reason"]), (loop, "the worker process died"))
        self.assert_erased(other)
        self.resume(expect=0)
        self.assert_nothing_lost()
        for path in self.certificate_paths():
            node = json.loads(path.read_bytes())["device"]["node"]
            self.assert_erased(node, path)

    def test_half_made_and_half_removed_folders_go(self):
        jobs = self.root / "var/lib/certwipe/jobs"
        for number, files in enumerate(((), ("keys",), ("keys.1234567890.tmp",), ("journal.new",))):
            folder = jobs / f"0000000000000000000000000{number}"
            folder.mkdir(parents=True)
            for name in files:
                (folder / name).write_bytes(b"x" * 32)
        self.resume(expect=0)
        self.assert_nothing_lost()

    def test_leftovers_beside_the_certificates_go(self):
        for name in (".json.0123456789.reserved", ".json.0123456789.tmp",
                     ".json.station.sshsig.0123456789.tmp", ".ranges.0123456789.tmp"):
            (self.certificates / ("0" * 26 + name)).write_bytes(b"x")
        kept = self.certificates / ("0" * 26 + ".json.operator.sshsig.0123456789.tmp")
        kept.write_bytes(b"x")
        self.resume(expect=0)
        self.assertEqual(list(self.certificates.iterdir()), [kept])


class Jobs(Interrupted):
    """Listing and giving up; who else may touch the disk meanwhile."""

    def test_list(self):
        self.assertEqual(self.jobs(), [])
        loop = self.sized()
        job = self.interrupt(loop)
        self.assertEqual(job["path"], loop)
        self.assertEqual((job["procedure"], job["size"], job["running"], job["readable"]),
                         ("multipass", SIZE, False, True))
        table = self.certwipe("resume", "--list", expect=0).stdout.splitlines()
        self.assertEqual(len(table), 2, table)
        for word in (job["id"], "multipass", "step 1 of 4", loop, "asked to stop"):
            self.assertIn(word, table[1])

    def test_abandon(self):
        loop = self.sized()
        job = self.interrupt(loop)
        before = self.content(loop)
        self.resume(job["id"], args=("--abandon", "--reason", "the disk goes to the shredder"), expect=1)
        self.assert_nothing_lost()
        _, certificate = self.certificate()
        self.assertEqual((certificate["outcome"], certificate["ending"], certificate["reason"]),
                         ("not-erased", "abandoned", "the disk goes to the shredder"))
        self.assertTrue(self.content(loop) == before)
        self.assertEqual(self.jobs(), [])
        self.wipe(loop, procedure="zero")

    def test_a_disk_with_a_waiting_job_is_not_wiped(self):
        loop = self.sized()
        job = self.interrupt(loop)
        before = self.content(loop)
        done = self.wipe(loop, expect=3)
        self.assertIn(f"certwipe resume {job['id']}", done.stderr)
        self.assertTrue(self.content(loop) == before)
        self.finish(loop)

    def test_resume_while_the_wipe_runs(self):
        loop = self.sized()
        child = self.begin_wipe(loop, procedure="gutmann", written=SIZE)
        done = self.resume(expect=0)
        self.assertIn("other processes work on them", done.stderr)
        job = self.job()
        self.assertTrue(job["running"])
        done = self.resume(job["id"], expect=3)
        self.assertIn("another process works on this job", done.stderr)
        self.resume(job["id"], args=("--abandon",), expect=3)
        self.assertEqual(child.wait(), 0, child.said.read_text())
        self.assertEqual(self.assert_erased(loop)["interruptions"], [])


class OtherDisk(Interrupted):
    """Loop disks have no serial number: they are known by diskseq, or by the keystream on them."""

    def backing(self, loop):
        return run("losetup", "-n", "-O", "BACK-FILE", loop).stdout.strip()

    def gone(self, loop):
        self.detach(loop)
        done = self.resume(expect=3)
        self.assertIn("is not here", done.stderr)
        self.assertEqual(self.job()["path"], "")
        self.assertIn("not here", self.certwipe("resume", "--list", expect=0).stdout)

    def test_it_comes_back_as_another_number(self):
        loop = self.sized()
        self.interrupt(loop)
        image = self.backing(loop)
        self.gone(loop)
        other = self.sized()
        if other != loop:
            run("losetup", loop, self.backing(other))
            self.detach(other)
        before = self.content(loop)
        # Alone here, of the same size, under the same name: and yet another disk.
        done = self.resume(expect=3)
        self.assertIn("nothing proves", done.stderr)
        self.assertTrue(self.content(loop) == before)
        back = self.attach(image)
        self.assertNotEqual(back, loop)
        done = self.resume(expect=3)
        self.assertIn("--device", done.stderr)
        job = self.job()
        self.resume(job["id"], args=("--device", loop), expect=3)
        self.assertTrue(self.content(loop) == before)
        self.resume(job["id"], args=("--device", back), expect=0)
        self.assert_nothing_lost()
        self.assertEqual(self.assert_erased(back)["device"]["node"], back)
        self.assertTrue(self.content(loop) == before)

    def test_a_constant_proves_nothing(self):
        loop = self.sized()
        job = self.interrupt(loop, procedure="zero")
        image = self.backing(loop)
        self.gone(loop)
        loop = self.attach(image)
        before = self.content(loop)
        done = self.resume(expect=3)
        self.assertIn("nothing proves that this is the disk", done.stderr)
        self.assertIn("abandon", done.stderr)
        self.assertTrue(self.content(loop) == before)
        self.resume(job["id"], args=("--abandon",), expect=1)
        self.assert_nothing_lost()


class Altered(Interrupted):
    def records(self, journal):
        """Where each whole record starts, and where the last one ends (certwipe-journal(5))."""
        data, at, starts = journal.read_bytes(), 46, []
        while at + 24 <= len(data) and (length := struct.unpack_from("<I", data, at)[0]):
            starts.append(at)
            at += 24 + length + 36
        return starts + [at]

    def test_a_flipped_byte_is_refused_and_the_other_job_goes_on(self):
        loop, other = self.sized(), self.sized()
        self.interrupt(loop, other)
        job = next(j for j in self.jobs() if j["path"] == loop)
        journal = self.folder(job) / "journal"
        data = bytearray(journal.read_bytes())
        data[self.records(journal)[2] + 40] ^= 1
        journal.write_bytes(data)
        before = self.content(loop)
        done = self.resume(expect=3)
        lines = [l for l in done.stderr.splitlines() if job["id"] in l]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn("refused", lines[0])
        self.assertEqual(journal.read_bytes(), bytes(data))
        self.assertTrue(self.content(loop) == before)
        self.assert_erased(other)
        self.assert_nothing_lost([job["id"]])
        self.assertFalse(self.job()["readable"])
        self.assertIn("unreadable", self.certwipe("resume", "--list", expect=0).stdout)

    def test_a_torn_tail_is_cut(self):
        loop = self.sized()
        job = self.interrupt(loop)
        journal = self.folder(job) / "journal"
        starts = self.records(journal)
        with open(journal, "r+b") as file:
            file.truncate(starts[-2] + 20)
        self.assertTrue(self.job()["readable"])
        self.finish(loop)

    def test_altered_keys_are_refused(self):
        loop = self.sized()
        job = self.interrupt(loop)
        keys = self.folder(job) / "keys"
        data = bytearray(keys.read_bytes())
        data[5] ^= 1
        keys.write_bytes(data)
        before = self.content(loop)
        done = self.resume(expect=3)
        self.assertIn("the key of step 1", done.stderr)
        self.assertTrue(self.content(loop) == before)
        data[5] ^= 1
        keys.write_bytes(data)
        self.finish(loop)

    def test_a_folder_from_another_station_is_refused(self):
        loop = self.sized()
        job = self.interrupt(loop)
        before = self.content(loop)
        here, self.root = self.root, self.work / "other"
        self.certwipe("setup", "--principal", "other@test.example", expect=0)
        shutil.copytree(here / "var/lib/certwipe/jobs", self.root / "var/lib/certwipe/jobs",
                        dirs_exist_ok=True)
        self.resume(expect=3)
        self.assertTrue((self.folder(job) / "journal").exists())
        self.resume(job["id"], args=("--abandon",), expect=3)
        self.assertTrue((self.folder(job) / "journal").exists())
        self.assertEqual([kind for kind, _, _ in self.chain()], ["genesis"])
        self.assertTrue(self.content(loop) == before)
        self.root = here
        self.finish(loop)


class NotIssued(Interrupted):
    """The disk is done, and its certificate cannot be written: it is kept, and issued later."""

    def mount(self, *options):
        run("mount", "-t", "tmpfs", "-o", ",".join(("size=1m",) + options), "tmpfs", self.certificates)
        self.addCleanup(run, "umount", self.certificates)

    def begun(self, loop):
        return self.begin_wipe(loop, procedure="multipass")

    def ends_without(self, child):
        said = self.wait_5(child)
        self.assertIn("no certificate yet", said)
        self.assertEqual(list(self.certificates.glob("*.json")), [])
        self.assertTrue(self.job()["ended"])

    def wait_5(self, child):
        code = child.wait()
        said = child.said.read_text()
        self.assertEqual(code, 5, said)
        return said

    def test_full_folder(self):
        self.mount()
        loop = self.sized()
        child = self.begun(loop)
        filler = self.certificates / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        self.ends_without(child)
        chain = self.chain()
        filler.unlink()
        self.resume(expect=0)
        self.assertEqual(self.chain(), chain)
        self.assert_nothing_lost()
        self.assert_erased(loop)

    def test_read_only_folder_and_a_publication_that_is_repeated(self):
        self.mount()
        loop = self.sized()
        child = self.begun(loop)
        run("mount", "-o", "remount,ro", self.certificates)
        self.ends_without(child)
        chain = self.chain()
        self.assertEqual([kind for kind, _, _ in chain], ["genesis", "start", "certificate"])
        self.resume(expect=5)
        self.assertEqual(self.chain(), chain)
        folder, kept = self.folder(self.job()), self.work / "kept"
        shutil.copytree(folder, kept)
        run("mount", "-o", "remount,rw", self.certificates)
        self.resume(expect=0)
        self.assert_nothing_lost()
        published = {p.name: p.read_bytes() for p in self.certificates.iterdir()}
        # As if the supervisor had been killed right behind the chain's entry.
        for path in self.certificates.iterdir():
            path.unlink()
        shutil.copytree(kept, folder)
        self.resume(expect=0)
        self.assertEqual(self.chain(), chain)
        self.assertEqual({p.name: p.read_bytes() for p in self.certificates.iterdir()}, published)
        self.assert_nothing_lost()
        self.assert_erased(loop)

    def test_key_gone(self):
        loop = self.sized()
        child = self.begun(loop)
        key = self.root / "etc/certwipe/station_ed25519"
        key.rename(self.work / "key")
        said = self.wait_5(child)
        self.assertIn("certwipe setup", said)
        self.assertEqual(self.certificate_paths(), [])
        self.resume(expect=2)
        (self.work / "key").rename(key)
        self.assertTrue(self.job()["ended"])
        self.finish(loop)


if __name__ == "__main__":
    unittest.main()
