# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: what was measured, what was wanted, and the peer of the same run."""
import dataclasses
import json
import platform
import re


@dataclasses.dataclass
class Row:
    work: str
    figure: str  # what the number is, with its unit
    measured: object = None  # Figures, or None: skipped
    goal: str = ""  # "<= 0.1", ">= 4", or "" for a figure that is only told
    ours: object = None  # of a ratio: Figures of certwipe
    peer: str = ""
    theirs: object = None  # Figures of the peer
    skipped: str = ""  # why there is no figure

    @property
    def met(self):
        if self.measured is None or not self.goal:
            return None
        sign, number = self.goal.split()
        return self.measured.median <= float(number) if sign == "<=" else \
            self.measured.median >= float(number)


def number(value):
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        text = lines.read()
    flags = set(re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)[1].split()) \
        if "\nflags" in text else set()
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return {"processor": model[1] if model else platform.machine(),
            "processors": len(re.findall(r"^processor\s*:", text, re.MULTILINE)),
            "flags": sorted(flags & {"aes", "avx2", "avx512f", "vaes", "vpclmulqdq"}),
            "kernel": platform.release()}


def markdown(rows, settings):
    host = machine()
    lines = [f"{host['processors']} × {host['processor']} ({' '.join(host['flags'])}), Linux "
             f"{host['kernel']}; " + ", ".join(f"{key} {value}" for key, value in settings.items()),
             "",
             "| work | figure | median | spread | goal | met | certwipe | peer |",
             "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        if row.measured is None:
            lines.append(f"| {row.work} | {row.figure} | – | | {row.goal} | skipped: {row.skipped} | | "
                         f"{row.peer} |")
            continue
        spread = f"{number(row.measured.low)} – {number(row.measured.high)}"
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        ours = number(row.ours.median) if row.ours else ""
        theirs = f"{row.peer} {number(row.theirs.median)}" if row.theirs else row.peer
        lines.append(f"| {row.work} | {row.figure} | {number(row.measured.median)} | {spread} | "
                     f"{row.goal} | {met} | {ours} | {theirs} |")
    return "\n".join(lines).replace("<=", "≤").replace(">=", "≥")


def as_json(rows, settings):
    def figures(value):
        return None if value is None else {"median": value.median, "low": value.low,
                                           "high": value.high, "rounds": value.values}
    return json.dumps({"machine": machine(), "settings": settings, "rows": [{
        "work": row.work, "figure": row.figure, "measured": figures(row.measured),
        "goal": row.goal or None, "met": row.met, "certwipe": figures(row.ours),
        "peer": row.peer or None, "peer_measured": figures(row.theirs),
        "skipped": row.skipped or None} for row in rows]}, indent=1, ensure_ascii=False)
