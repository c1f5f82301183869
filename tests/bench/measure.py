# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a program cost? CPU of the whole process tree, and the rate the kernel counts at the device."""
import dataclasses
import os
import resource
import statistics
import subprocess
import threading
import time

READ, WRITTEN = 2, 6  # fields of /sys/block/*/stat, in sectors of 512 bytes
INTERVAL = 0.004  # seconds between two looks
RUN_UP = 0.05  # share of the bytes that is not timed: probing, starting up


@dataclasses.dataclass
class Cost:
    cpu: float  # seconds, user and system, of the process and all it waited for
    wall: float  # seconds, at the rate seen


@dataclasses.dataclass
class Figures:
    """One number per round."""
    values: list

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def low(self):
        return min(self.values)

    @property
    def high(self):
        return max(self.values)


def moved(loop, field):
    """Bytes since the device was made, as the kernel counts them."""
    with open(f"/sys/block/{os.path.basename(loop)}/stat", encoding="ascii") as stat:
        return int(stat.read().split()[field]) * 512


class Watch:
    """Looks at devices while a program runs, from a thread of its own."""

    def __init__(self, loops, field):
        self.loops, self.field = loops, field
        self.samples = []  # (time, bytes per device)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.is_set():
            self.sample()
            self.over.wait(INTERVAL)

    def sample(self):
        self.samples.append((time.monotonic(), [moved(loop, self.field) for loop in self.loops]))

    def __enter__(self):
        self.sample()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.sample()

    def deltas(self):
        """(time, bytes moved per device since the beginning)"""
        first = self.samples[0][1]
        return [(at, [now - then for now, then in zip(counts, first)])
                for at, counts in self.samples]

    def rate(self):
        """Bytes per second, from the run-up to the last byte."""
        sums = [(at, sum(counts)) for at, counts in self.deltas()]
        total = sums[-1][1]
        start = next(item for item in sums if item[1] >= total * RUN_UP)
        end = next(item for item in sums if item[1] >= total)
        if end[0] <= start[0]:
            raise RuntimeError("it was over too soon to be timed: set BENCH_MIB higher")
        return (end[1] - start[1]) / (end[0] - start[0])


def run(argv, codes=(0,)):
    """(CPU seconds, standard output) of one program. RuntimeError where it failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in codes:
        raise RuntimeError(f"{argv[0]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def run_watched(argv, loops, size, field=WRITTEN, codes=(0,)):
    """The Cost of one program that moves `size` bytes."""
    with Watch(loops, field) as watch:
        cpu, _ = run(argv, codes)
    return Cost(cpu, size / watch.rate())


class Results:
    """The cost of one pass over `size` bytes, per tool and round."""

    def __init__(self, size):
        self.size = size
        self.costs = {}

    def has(self, tool):
        return tool in self.costs

    def cpu(self, tool):
        """CPU seconds per GiB."""
        return Figures([cost.cpu / (self.size / 2**30) for cost in self.costs[tool]])

    def rate(self, tool):
        """GB/s."""
        return Figures([self.size / cost.wall / 1e9 for cost in self.costs[tool]])

    def rate_ratio(self, tool, peer):
        """How many times as fast as the peer, round by round."""
        return Figures([theirs.wall / ours.wall
                        for ours, theirs in zip(self.costs[tool], self.costs[peer])])

    def cpu_ratio(self, tool, peer):
        """Our CPU as a share of the peer's, round by round."""
        return Figures([ours.cpu / max(theirs.cpu, 1e-9)
                        for ours, theirs in zip(self.costs[tool], self.costs[peer])])


def alternate(tools, rounds, size, say):
    """Runs all tools in turn, `rounds` times. tools: name to f() -> Cost of one pass. One that fails is
    left out, and say() told why."""
    results, broken = Results(size), set()
    for number in range(rounds):
        for name, tool in tools.items():
            if name in broken:
                continue
            try:
                results.costs.setdefault(name, []).append(tool())
            except (RuntimeError, OSError) as error:
                broken.add(name)
                results.costs.pop(name, None)
                say(f"{name}: left out: {error}")
        say(f"round {number + 1} of {rounds} done")
    return results
