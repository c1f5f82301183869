# SPDX-License-Identifier: GPL-3.0-or-later
"""Loop devices over tmpfs with direct I/O, and a certwipe that lives in a folder of its own."""
import contextlib
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import time

from measure import READ, WRITTEN, Cost, run, run_watched

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CERTWIPE_BUILD", SOURCE / "build"))
CERTWIPE = BUILD / "certwipe"
HEAD = "level = clear\nstatus = current\nbasis = a benchmark\nversion = 1\n"


def steps(write, passes, verified):
    """`passes` times the write, or one write and `passes` verifications of it."""
    if not verified:
        return "".join(f"[step {i + 1}]\nwrite = {write}\n" for i in range(passes))
    return f"[step 1]\nwrite = {write}\n" + "".join(
        f"[step {i + 2}]\nverify = full of 1\n" for i in range(passes))


class Rig:
    """Everything it makes lies below self.work and is gone after the with block."""

    def __enter__(self):
        self.work = tempfile.mkdtemp(prefix="certwipe-bench.", dir="/dev/shm")
        self.root = f"{self.work}/root"
        self.loops = []
        subprocess.run([CERTWIPE, "--root", self.root, "setup"], check=True,
                       stdout=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        for loop in self.loops:
            subprocess.run(["losetup", "-d", loop], check=False)
        shutil.rmtree(self.work, ignore_errors=True)

    def loop(self, mib):
        image = f"{self.work}/disk{len(self.loops)}"
        with open(image, "wb") as disk:
            os.posix_fallocate(disk.fileno(), 0, mib << 20)
        done = subprocess.run(["losetup", "-f", "--show", "--direct-io=on", image], check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:  # a tmpfs without direct I/O: the device takes it all the same
            done = subprocess.run(["losetup", "-f", "--show", image], check=True,
                                  capture_output=True, text=True)
        self.loops.append(done.stdout.strip())
        return self.loops[-1]

    def drop_loops(self, keep):
        for loop in self.loops[keep:]:
            subprocess.run(["losetup", "-d", loop], check=False)
            os.unlink(f"{self.work}/disk{self.loops.index(loop)}")
        del self.loops[keep:]

    def procedure(self, write, passes, verified=False):
        name = f"bench-{write.replace('0x', 'x')}-{'v' if verified else 'w'}{passes}"
        path = pathlib.Path(self.root, "etc/certwipe/procedures", f"{name}.proc")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[procedure]\nid = {name}\ntitle = {name}\n{HEAD}"
                        f"{steps(write, passes, verified)}")
        return name

    def argv(self, loops, write, passes, verified=False, config=None):
        argv = [str(CERTWIPE), "--root", self.root]
        if config:
            argv += ["--config", config]
        argv += ["wipe", *loops]
        for loop in loops:
            argv += ["--confirm", os.path.basename(loop)]
        return argv + ["--procedure", self.procedure(write, passes, verified), "--progress", "none"]

    @contextlib.contextmanager
    def supervisor(self, config=None):
        """The process that has the workers, as a child of ours: what they cost is counted when it has left,
        which it does with the command that it was started for."""
        options = ["--config", config] if config else []
        with subprocess.Popen([str(CERTWIPE), "--root", self.root, *options, "supervise", "--on-demand"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            while not os.path.exists(f"{self.root}/run/certwipe/supervisor.sock"):
                if process.poll() is not None:
                    raise RuntimeError("the supervisor does not start")
                time.sleep(0.001)
            yield process

    def run(self, argv, config=None):
        """(CPU seconds, what run() returns) of a certwipe and its supervisor."""
        return self.counted(lambda: run(argv, codes=(0, 1)), config)

    def counted(self, work, config=None):
        """(CPU seconds, what work() returns), with the supervisor's CPU in it."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with self.supervisor(config):
            result = work()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, result

    def one_pass(self, loop, size, write, passes, verified=False, config=None):
        """The Cost of one pass, or of one full verification, of the `passes` in a job. What a job with
        one costs (starting up, a write before the verification, the certificate) is not counted twice:
        the CPU is that of each further one. It ends with 1 where nothing was verified: the work is
        done all the same."""
        few, _ = self.run(self.argv([loop], write, 1, verified, config), config)
        argv = self.argv([loop], write, passes, verified, config)
        cpu, many = self.counted(lambda: run_watched(
            argv, [loop], size * passes, READ if verified else WRITTEN, codes=(0, 1)), config)
        return Cost((cpu - few) / (passes - 1), many.wall / passes)

    def config(self, text):
        """A configuration with this text, or None where this certwipe does not know it."""
        path = f"{self.work}/bench.conf"
        pathlib.Path(path).write_text(text)
        done = subprocess.run([CERTWIPE, "--root", self.root, "--config", path, "procedure", "list"],
                              capture_output=True, check=False)
        return path if done.returncode == 0 else None
