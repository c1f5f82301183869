#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU seconds per GiB and rates of certwipe and of the tools at hand, on one loop device over tmpfs.

Tools alternate within one run; the median of the rounds is printed with its spread, and the ratio to the
first tool of the table. Only the processes' own CPU is counted, not the loop driver's copying. Wall
times on a shared machine are noise: read the CPU column and the ratios.
"""
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CERTWIPE = SOURCE / "build/certwipe"
MIB = int(os.environ.get("BENCH_MIB", "2048"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
HEAD = "level = clear\nstatus = current\nbasis = a benchmark\nversion = 1\n"
PROCEDURES = {
    "bench-constant": "[step 1]\nwrite = 0x00\n",
    "bench-random": "[step 1]\nwrite = random\n",
    "bench-constant-verified": "[step 1]\nwrite = 0x00\nverify = full\n",
    "bench-random-verified": "[step 1]\nwrite = random\nverify = full\n",
}


def measure(argv):
    """(CPU seconds, wall seconds) of one program and its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    # certwipe ends with 1 where nothing was verified: the work is done all the same.
    if done.returncode not in (0, 1):
        sys.exit(f"{argv[0]} exited {done.returncode}: {done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


def commands(root, loop):
    """Name to argv. Peers are taken only where they are installed, each with the device named."""
    found = {}
    for procedure in PROCEDURES:
        found[f"certwipe {procedure[6:]}"] = [
            str(CERTWIPE), "--root", root, "wipe", loop, "--confirm", os.path.basename(loop),
            "--procedure", procedure, "--progress", "none"]
    found["dd zero"] = ["dd", "if=/dev/zero", f"of={loop}", "bs=4M", "oflag=direct", f"count={MIB // 4}"]
    if shutil.which("fio"):
        found["fio zero, huge pages"] = [
            "fio", "--name=x", f"--filename={loop}", "--rw=write", "--bs=1M", "--iodepth=8",
            "--direct=1", "--ioengine=io_uring", "--zero_buffers", "--mem=mmaphuge", f"--size={MIB}M"]
        if not pathlib.Path("/proc/sys/vm/nr_hugepages").read_text().strip("0\n"):
            found["fio zero"] = [a for a in found.pop("fio zero, huge pages") if "huge" not in a]
    if shutil.which("shred"):
        found["shred random"] = ["shred", "-n1", loop]
    return found


def main():
    work = tempfile.mkdtemp(prefix="certwipe-bench.", dir="/dev/shm")
    loop = None
    try:
        root = f"{work}/root"
        subprocess.run([CERTWIPE, "--root", root, "setup"], check=True, stdout=subprocess.DEVNULL)
        for name, steps in PROCEDURES.items():
            path = pathlib.Path(root, "etc/certwipe/procedures", f"{name}.proc")
            path.write_text(f"[procedure]\nid = {name}\ntitle = {name}\n{HEAD}{steps}")
        image = f"{work}/disk"
        with open(image, "wb") as disk:
            os.posix_fallocate(disk.fileno(), 0, MIB << 20)
        loop = subprocess.run(["losetup", "-f", "--show", image], check=True, capture_output=True,
                              text=True).stdout.strip()
        table = commands(root, loop)
        results = {name: [] for name in table}
        for _ in range(ROUNDS):
            for name, argv in table.items():
                results[name].append(measure(argv))
        gib = MIB / 1024
        first = statistics.median(cpu for cpu, _ in next(iter(results.values()))) / gib
        print(f"{'tool':28} {'CPU s/GiB':>10} {'(spread)':>15} {'ratio':>6} {'GB/s':>6}")
        for name, runs in results.items():
            cpus = sorted(cpu / gib for cpu, _ in runs)
            rate = statistics.median((MIB << 20) / wall / 1e9 for _, wall in runs)
            print(f"{name:28} {statistics.median(cpus):10.3f} {cpus[0]:7.3f}-{cpus[-1]:<7.3f} "
                  f"{statistics.median(cpus) / first:6.2f} {rate:6.2f}")
    finally:
        if loop:
            subprocess.run(["losetup", "-d", loop], check=False)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
