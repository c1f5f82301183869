# SPDX-License-Identifier: GPL-3.0-or-later
"""What the distribution's tools are asked to do, each on one named loop device."""
import contextlib
import json
import pathlib
import shutil

import confine
from measure import Cost, run, run_watched

HUGE_PAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")
HUGE_PAGES_WANTED = 16  # of 2 MiB: fio's eight buffers and its own


@contextlib.contextmanager
def huge_pages():
    """True while there are some for fio; afterwards as many as before."""
    before = None
    try:
        before = int(HUGE_PAGES.read_text())
        if before < HUGE_PAGES_WANTED:
            HUGE_PAGES.write_text(str(HUGE_PAGES_WANTED))
        yield int(HUGE_PAGES.read_text()) >= HUGE_PAGES_WANTED
    except (OSError, ValueError):
        yield False
    finally:
        if before is not None and before < HUGE_PAGES_WANTED:
            HUGE_PAGES.write_text(str(before))


def fio(loop, mib, rw, huge, passes):
    argv = ["fio", "--name=x", f"--filename={loop}", f"--rw={rw}", "--bs=1M", "--iodepth=8",
            "--direct=1", "--ioengine=io_uring", "--zero_buffers", f"--size={mib}M",
            "--mem=mmaphuge" if huge else "--mem=mmap", "--end_fsync=1", f"--loops={passes}",
            "--output-format=json"]

    def tool():
        # It accounts for its job without its own starting up, as we do for ours.
        job = json.loads(run(argv)[1])["jobs"][0]
        seconds = job["job_runtime"] / 1000
        return Cost((job["usr_cpu"] + job["sys_cpu"]) / 100 * seconds / passes,
                    job[rw]["runtime"] / 1000 / passes)
    return tool


def dd(loop, mib):
    return lambda: run_watched(["dd", "if=/dev/zero", f"of={loop}", "bs=4M", "oflag=direct",
                                f"count={mib // 4}"], [loop], mib << 20)


def shred(loop, mib):
    return lambda: run_watched(["shred", "-n1", loop], [loop], mib << 20)


def nwipe(loop, mib, method, prng=None):
    argv = ["nwipe", "--autonuke", "--nogui", "--nousb", "--noblank", "--verify=off",
            f"--method={method}", "--logfile=/dev/null"]
    if prng:
        argv.append(f"--prng={prng}")
    return lambda: run_watched(confine.argv(loop, [*argv, loop]), [loop], mib << 20)


def table(loop, mib, passes, huge, say):
    """Name to tool, of those that are there."""
    tools = {}
    if shutil.which("fio"):
        if not huge:
            say("fio: without huge pages, there are none to be had")
        tools["fio write"] = fio(loop, mib, "write", huge, passes)
        tools["fio read"] = fio(loop, mib, "read", huge, passes)
    if shutil.which("dd"):
        tools["dd"] = dd(loop, mib)
    if shutil.which("shred"):
        tools["shred"] = shred(loop, mib)
    if not shutil.which("nwipe"):
        say("nwipe: is not there")
    elif why := confine.doubt(loop):
        say(f"nwipe: left out, as it could not be confined: {why}")
    else:
        tools["nwipe zero"] = nwipe(loop, mib, "zero")
        tools["nwipe default"] = nwipe(loop, mib, "random")
        tools["nwipe isaac64"] = nwipe(loop, mib, "random", "isaac64")
    for name in ("fio", "dd", "shred"):
        if not shutil.which(name):
            say(f"{name}: is not there")
    return tools
