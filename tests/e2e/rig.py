# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests share: scratch loop disks that always go away, and a certwipe to run."""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ.get("CERTWIPE_BUILD", "build"))
CERTWIPE = str(BUILD / "certwipe")
CACHE = BUILD / "CMakeCache.txt"
SANITIZED = CACHE.exists() and "CERTWIPE_SANITIZE:BOOL=ON" in CACHE.read_text()
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def run(*args, check=True, **kwargs):
    """A program with its output captured as text."""
    done = subprocess.run([str(a) for a in args], text=True, stderr=subprocess.PIPE,
                          stdout=kwargs.pop("stdout", subprocess.PIPE),
                          stdin=kwargs.pop("stdin", subprocess.DEVNULL), timeout=600, **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(f"{args} exited {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def can_loop():
    return os.geteuid() == 0 and os.path.exists("/dev/loop-control")


@unittest.skipUnless(can_loop(), "needs root and loop devices")
class Case(unittest.TestCase):
    """A fresh --root with a station set up in it, and loop disks on files of its own."""
    maxDiff = None
    procedure = "random"

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="certwipe-e2e."))
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)
        self.addCleanup(self.kill_supervisor)
        self.root = self.work / "root"
        self.certwipe("setup", "--principal", "station@test.example", expect=0)
        self.certificates = self.root / "var/lib/certwipe/certificates"
        self.signers = self.root / "etc/certwipe/allowed_signers"

    def certwipe(self, *args, expect=None, **kwargs):
        env = dict(os.environ, NO_COLOR="1", **kwargs.pop("env", {}))
        env.pop("CERTWIPE_CONFIG", None)
        for _ in range(50):
            done = run(CERTWIPE, "--root", self.root, *args, check=False, env=env, **kwargs)
            if done.returncode != 3 or not self.met_losetup(done.stderr):
                break
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"{args}\n{done.stdout}\n{done.stderr}")
        return done

    @staticmethod
    def met_losetup(said):
        """Another test's losetup looks at every loop disk for an instant: that is no finding."""
        return bool(said) and "(losetup); end that process first" in said

    def disk(self, mib=16, sector=512, data=None, size=None, readonly=False):
        """A loop device over a new file, filled with old data that is nothing like a wipe's."""
        image = tempfile.NamedTemporaryFile(dir=self.work, suffix=".img", delete=False)
        size = size if size is not None else mib << 20
        pattern = data if data is not None else b"OLD-CUSTOMER-DATA-NEEDLE-%07d....." % 1234567
        piece = (pattern * ((1 << 20) // len(pattern) + 1))[:1 << 20]
        left = size
        while left:
            left -= image.write(piece[:min(left, len(piece))])
        image.close()
        flags = ["-r"] if readonly else []
        return self.attach(image.name, sector, flags)

    def attach(self, image, sector=512, flags=()):
        loop = run("losetup", "-f", "--show", "-b", sector, *flags, image).stdout.strip()
        self.addCleanup(self.detach, loop)
        return loop

    @staticmethod
    def detach(loop):
        run("partx", "-d", loop, check=False)
        run("losetup", "-d", loop, check=False)

    @staticmethod
    def name(loop):
        return os.path.basename(loop)

    def wipe(self, *loops, args=(), expect=0, procedure=None, **kwargs):
        confirm = [w for loop in loops for w in ("--confirm", self.name(loop))]
        return self.certwipe("wipe", *loops, *confirm, "--procedure", procedure or self.procedure,
                             *args, expect=expect, **kwargs)

    def start(self, *args):
        """A certwipe in the background; what it says is in its `said` file."""
        said = tempfile.NamedTemporaryFile(dir=self.work, prefix="said.", delete=False)
        child = subprocess.Popen([CERTWIPE, "--root", str(self.root), *map(str, args)],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
        said.close()
        child.said = pathlib.Path(said.name)
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
            child.wait()

    def start_wipe(self, *loops, procedure=None, args=()):
        confirm = [w for loop in loops for w in ("--confirm", self.name(loop))]
        return self.start("wipe", *loops, *confirm, "--procedure", procedure or self.procedure,
                          "--progress", "json", *args)

    def begin_wipe(self, loop, *others, written=1, read=0, **kwargs):
        """The same, once so much has been written to and read from the first disk."""
        while True:
            since = self.counted(loop)
            child = self.start_wipe(loop, *others, **kwargs)
            try:
                self.until(child, loop, written, read, since)
                return child
            except AssertionError:
                if not self.met_losetup(child.said.read_text()):
                    raise

    def resume(self, *ids, args=(), expect=None):
        return self.certwipe("resume", *ids, *args, expect=expect)

    def jobs(self):
        """What `resume --list` knows."""
        return json.loads(self.certwipe("resume", "--list", "--json", expect=0).stdout)["jobs"]

    def job(self):
        """The only one."""
        jobs = self.jobs()
        self.assertEqual(len(jobs), 1, jobs)
        return jobs[0]

    def supervisor(self):
        """The process that owns the jobs; None: there is none."""
        found = run("pgrep", "-f", "--", f"--root {self.root} supervise", check=False).stdout.split()
        return int(found[0]) if found else None

    def kill_supervisor(self):
        pid = self.supervisor()
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while pid and os.path.exists(f"/proc/{pid}"):
            time.sleep(0.01)
        return bool(pid)

    def workers(self):
        """Its processes, one a disk."""
        pid = self.supervisor()
        try:
            tasks = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
        except OSError:
            return []
        return [int(word) for word in tasks.split()]

    def sectors(self, loop, what="written"):
        """Bytes that the kernel has counted for a disk since it is there."""
        field = {"read": 2, "written": 6}[what]
        return int(pathlib.Path(f"/sys/block/{self.name(loop)}/stat").read_text().split()[field]) << 9

    def counted(self, loop):
        return self.sectors(loop), self.sectors(loop, "read")

    def until(self, child, loop, written=0, read=0, since=None):
        """Waits until so many bytes more have been written to and read from the disk."""
        first = since or self.counted(loop)
        while child.poll() is None:
            now = self.counted(loop)
            if now[0] - first[0] >= written and now[1] - first[1] >= read:
                return
        raise AssertionError(f"ended too early: {child.returncode}\n{child.said.read_text()}")

    def chain(self):
        """The station's chain, every line checked: (kind, id, sha256) in their order."""
        text = (self.root / "var/lib/certwipe/chain").read_bytes()
        self.assertTrue(text.endswith(b"\n"))
        previous, entries = "0" * 64, []
        for number, line in enumerate(text[:-1].split(b"\n")):
            word, counter, kind, job, sha256, _, before = line.decode().split(" ")
            self.assertEqual((word, counter, before), ("certwipe-chain/1", str(number), previous))
            previous = hashlib.sha256(line).hexdigest()
            entries.append((kind, job, sha256))
        self.assertEqual([e[0] for e in entries].index("genesis"), 0)
        return entries

    def assert_nothing_lost(self, waiting=()):
        """Every job that began has exactly one certificate, as the chain has it, but those that wait."""
        entries = self.chain()
        starts = [job for kind, job, _ in entries if kind == "start"]
        issued = {job: sha256 for kind, job, sha256 in entries if kind == "certificate"}
        self.assertEqual(len(set(starts)), len(starts))
        self.assertEqual(len(issued), sum(kind == "certificate" for kind, _, _ in entries))
        self.assertEqual(set(starts), set(issued) | set(waiting))
        self.assertFalse(set(issued) & set(waiting))
        names = {f"{job}.json{end}" for job in issued for end in ("", ".station.sshsig")}
        self.assertEqual({p.name for p in self.certificates.iterdir()}, names)
        folders = {p.name for p in (self.root / "var/lib/certwipe/jobs").iterdir() if p.is_dir()}
        self.assertEqual(folders, set(waiting))
        lines = (self.root / "var/lib/certwipe/chain").read_bytes().splitlines()
        for job, sha256 in issued.items():
            path = self.certificates / f"{job}.json"
            data = path.read_bytes()
            certificate = json.loads(data)
            self.assertEqual(hashlib.sha256(data).hexdigest(), sha256)
            self.assertEqual(certificate["id"], job)
            station = certificate["station"]
            self.assertEqual(entries[int(station["counter"])], ("certificate", job, sha256))
            self.assertEqual(station["previous"],
                             hashlib.sha256(lines[int(station["counter"]) - 1]).hexdigest())
            self.assertEqual(self.ssh_keygen_verify(path).returncode, 0)
            self.certwipe("check", path, expect=0)

    def begin(self, loop, *args, procedure="gutmann", env=None):
        """A wipe under way: its process, once the first step has begun. 35 passes take a while."""
        child = subprocess.Popen(
            [CERTWIPE, "--root", str(self.root), "wipe", loop, "--confirm", self.name(loop),
             "--procedure", procedure, "--progress", "json", *args],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, **(env or {})))
        self.addCleanup(child.stderr.close)
        for line in child.stderr:
            if line.startswith("{"):
                return child
        raise AssertionError(f"ended before its first step: {child.wait()}")

    def certificate_paths(self):
        return sorted(self.certificates.glob("*.json"))

    def certificate(self):
        """The only one there is: path and content."""
        paths = self.certificate_paths()
        self.assertEqual(len(paths), 1, paths)
        return paths[0], json.loads(paths[0].read_bytes())

    def ssh_keygen_verify(self, path, role="station", principal="station@test.example"):
        with open(path, "rb") as data:
            return run("ssh-keygen", "-Y", "verify", "-f", self.signers, "-I", principal, "-n",
                       f"{role}@certwipe", "-s", f"{path}.{role}.sshsig", check=False, stdin=data)

    @staticmethod
    def content(loop):
        run("blockdev", "--flushbufs", loop)
        with open(loop, "rb") as disk:
            return disk.read()

    def left_content(self, certificate, size):
        """The bytes a certificate says were left, made by openssl or a few lines of Python."""
        content = [s["content"] for s in certificate["steps"] if s["action"] == "write"][-1]
        if content["kind"] == "keystream":
            done = subprocess.run(
                ["openssl", "enc", "-aes-256-ctr", "-K", content["key"], "-iv", "0" * 32],
                input=bytes(size), capture_output=True, check=True)
            data = done.stdout
        else:
            unit = bytes.fromhex(content["bytes"])
            data = (unit * (size // len(unit) + 1))[:size]
        if content.get("complement"):
            data = bytes(data).translate(bytes(255 - i for i in range(256)))
        return data
