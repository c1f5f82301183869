# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures that are not about one pass over one disk: many disks at once, memory, starting up."""
import re
import subprocess
import time

from measure import WRITTEN, Figures, Watch, moved, run
from rig import BUILD


def fair_share(watch, size):
    """What the slowest device had of a fair share, in per cent, when the first of all was done."""
    for _, counts in watch.deltas():
        if max(counts) >= size:
            return 100 * min(counts) / (sum(counts) / len(counts))
    return None


def many_devices(rig, single, count, mib, passes, rounds, say):
    """(sum of throughput over that of one device, GB/s of all, the slowest device's share of a fair one
    in per cent); `single` is a loop device with as many bytes as all the others together."""
    loops = [rig.loop(mib // count) for _ in range(count)]
    size = (mib // count << 20) * passes
    ratios, rates, shares = [], [], []
    for number in range(rounds):
        with Watch([single], WRITTEN) as alone:
            run(rig.argv([single], "random", passes), codes=(0, 1))
        with Watch(loops, WRITTEN) as together:
            run(rig.argv(loops, "random", passes), codes=(0, 1))
        rates.append(together.rate() / 1e9)
        ratios.append(together.rate() / alone.rate())
        shares.append(fair_share(together, size))
        say(f"{count} devices: round {number + 1} of {rounds} done")
    rig.drop_loops(1)
    return Figures(ratios), Figures(rates), Figures([share for share in shares if share is not None])


def peak_kib(pid):
    """Resident at most, with explicit huge pages; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            text = status.read()
    except OSError:
        return 0
    return sum(int(number) for number in re.findall(r"^(?:VmHWM|HugetlbPages):\s+(\d+) kB", text,
                                                    re.MULTILINE))


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as text:
            return [int(word) for word in text.read().split()]
    except OSError:
        return []


def memory(rig, loop, rounds):
    """(MiB of the worker, MiB of the supervisor), both at their peak."""
    workers, supervisors = [], []
    for _ in range(rounds):
        worker = supervisor = 0
        with rig.supervisor() as process, \
             subprocess.Popen(rig.argv([loop], "random", 2, verified=True),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as wipe:
            while wipe.poll() is None:
                supervisor = max(supervisor, peak_kib(process.pid))
                worker = max([worker, *map(peak_kib, children(process.pid))])
                time.sleep(0.005)
        workers.append(worker / 1024)
        supervisors.append(supervisor / 1024)
    return Figures(workers), Figures(supervisors)


def first_write(rig, loop, rounds):
    """Seconds from the start of wipe to the first byte that the kernel counts as written."""
    seconds = []
    for _ in range(rounds):
        argv, before = rig.argv([loop], "0x00", 1), moved(loop, WRITTEN)
        start = time.monotonic()
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as wipe:
            while moved(loop, WRITTEN) == before and wipe.poll() is None:
                time.sleep(0.0005)
            seconds.append(time.monotonic() - start)
    return Figures(seconds)


def unit_program(name, *args):
    """Its words, or None where the tests were not built."""
    path = BUILD / "tests" / f"unit_{name}"
    if not path.exists():
        return None
    done = subprocess.run([path, *args], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def list_thousand(rounds):
    """CPU seconds of scanning a captured host of a thousand disks, or None."""
    seconds = []
    for _ in range(rounds):
        text = unit_program("device_many", "seconds", "1000")
        if text is None:
            return None
        seconds.append(float(text))
    return Figures(seconds)


def sampled_share():
    """Time of a sampled 10 % as a share of a full read, by the model's clock, or None."""
    found = re.search(r": (\d+) permille of a full read", unit_program("engine_sample_time") or "")
    return Figures([int(found[1]) / 1000]) if found else None
