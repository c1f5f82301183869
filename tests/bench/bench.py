#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures certwipe is held to, as a table: ./dev bench [--json FILE] [--only WORD]...

Wall times on a shared machine are noise: CPU seconds per GiB and ratios of tools that took turns on the
same device in the same run are what counts. CPU is that of the processes; the loop driver's own copying is
nobody's. BENCH_MIB (2048), BENCH_ROUNDS (5), BENCH_PASSES (6) and BENCH_DEVICES (32) change the sizes.
"""
import argparse
import os
import pathlib
import sys

import many
import peers
from measure import alternate
from report import Row, as_json, machine, markdown
from rig import Rig

SETTINGS = {"mib": int(os.environ.get("BENCH_MIB", "2048")),
            "rounds": int(os.environ.get("BENCH_ROUNDS", "5")),
            "passes": int(os.environ.get("BENCH_PASSES", "6")),
            "devices": int(os.environ.get("BENCH_DEVICES", "32"))}
LIBCRYPTO = "[speed]\nkeystream = libcrypto\n"
NO_PEER = "the peer is not there"


def say(words):
    print(f"bench: {words}", file=sys.stderr)


def own_tools(rig, loop):
    """Name to tool. Verifications are measured apart from the write before them."""
    job = (loop, SETTINGS["mib"] << 20)
    count = SETTINGS["passes"]
    tools = {
        "constant": lambda: rig.one_pass(*job, "0x00", count),
        "random": lambda: rig.one_pass(*job, "random", count),
        "verify constant": lambda: rig.one_pass(*job, "0x00", count, verified=True),
        "verify random": lambda: rig.one_pass(*job, "random", count, verified=True),
    }
    if config := rig.config(LIBCRYPTO):
        tools["libcrypto"] = lambda: rig.one_pass(*job, "random", count, config=config)
    else:
        say("this certwipe cannot be told to use libcrypto")
    return tools


def cpu_row(results, work, tool, goal, skipped=""):
    if not results.has(tool):
        return Row(work, "CPU s/GiB", goal=goal, skipped=skipped or "it failed")
    return Row(work, "CPU s/GiB", results.cpu(tool), goal)


def rate_row(results, work, tool, peer, goal):
    row = Row(work, "throughput ÷ peer's (GB/s)", goal=goal, peer=peer, skipped=NO_PEER)
    if results.has(tool) and results.has(peer):
        row.measured = results.rate_ratio(tool, peer)
        row.ours, row.theirs = results.rate(tool), results.rate(peer)
    return row


def share_row(results, work, tool, peer, goal):
    row = Row(work, "CPU ÷ peer's (s/GiB)", goal=goal, peer=peer, skipped=NO_PEER)
    if results.has(tool) and results.has(peer):
        row.measured = results.cpu_ratio(tool, peer)
        row.ours, row.theirs = results.cpu(tool), results.cpu(peer)
    return row


def pass_rows(results):
    vaes = {"vaes", "avx512f"} <= set(machine()["flags"])
    random_cpu = "<= 0.085" if vaes else "<= 0.16"
    verify_cpu = "<= 0.10" if vaes else ""
    return [
        cpu_row(results, "constant pass", "constant", "<= 0.008"),
        rate_row(results, "constant pass", "constant", "fio write", ">= 0.97"),
        share_row(results, "constant pass", "constant", "fio write", "<= 0.6"),
        rate_row(results, "constant pass", "constant", "dd", ">= 1.5"),
        rate_row(results, "constant pass", "constant", "nwipe zero", ""),
        cpu_row(results, "random pass", "random", random_cpu),
        cpu_row(results, "random pass, libcrypto", "libcrypto", "<= 0.16", "it cannot be asked for"),
        rate_row(results, "random pass", "random", "constant", ">= 0.95"),
        share_row(results, "random pass", "random", "nwipe default", "<= 1"),
        rate_row(results, "random pass", "random", "nwipe default", ""),
        share_row(results, "random pass", "random", "nwipe isaac64", ""),
        rate_row(results, "random pass", "random", "nwipe isaac64", ">= 4"),
        rate_row(results, "random pass", "random", "shred", ""),
        cpu_row(results, "full verify of random", "verify random", verify_cpu),
        rate_row(results, "full verify of random", "verify random", "fio read", ">= 0.95"),
        cpu_row(results, "full verify of constant", "verify constant", "<= 0.045"),
        rate_row(results, "full verify of constant", "verify constant", "fio read", ""),
    ]


def passes(rig, loop):
    with peers.huge_pages() as huge:
        tools = {**own_tools(rig, loop),
                 **peers.table(loop, SETTINGS["mib"], SETTINGS["passes"], huge, say)}
        return pass_rows(alternate(tools, SETTINGS["rounds"], SETTINGS["mib"] << 20, say))


def sample(_rig, _loop):
    return [Row("sampled 10 %", "time ÷ full read, rotating model", many.sampled_share(), "<= 0.13",
                skipped="the tests are not built")]


def devices(rig, loop):
    count = SETTINGS["devices"]
    ratio, rates, shares = many.many_devices(rig, loop, count, SETTINGS["mib"], SETTINGS["passes"],
                                             SETTINGS["rounds"], say)
    work = f"{count} devices"
    return [Row(work, "throughput ÷ one device's (GB/s)", ratio, ">= 0.95", ours=rates),
            Row(work, "slowest device, % of a fair share", shares, ">= 50")]


def memory(rig, loop):
    worker, supervisor = many.memory(rig, loop, SETTINGS["rounds"])
    return [Row("memory", "MiB per disk", worker, "<= 32"),
            Row("memory", "MiB for the rest", supervisor, "<= 64")]


def start(rig, loop):
    return [Row("list, 1,000 disks", "CPU s, captured host", many.list_thousand(SETTINGS["rounds"]),
                "<= 0.5", skipped="the tests are not built"),
            Row("wipe, to the first write", "s, with probing",
                many.first_write(rig, loop, SETTINGS["rounds"]), "<= 0.3")]


SECTIONS = {"passes": passes, "sample": sample, "devices": devices, "memory": memory, "start": start}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="a part of the table")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench: loop devices need root")
    rows = []
    with Rig() as rig:
        loop = rig.loop(SETTINGS["mib"])
        for name in options.only or SECTIONS:
            rows += SECTIONS[name](rig, loop)
    print(markdown(rows, SETTINGS))
    if options.json:
        pathlib.Path(options.json).write_text(as_json(rows, SETTINGS) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
