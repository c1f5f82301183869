# SPDX-License-Identifier: GPL-3.0-or-later
"""What the house checks share: where things are, and C without its comments and strings."""
import functools
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CERTWIPE_BUILD", ROOT / "build"))
CC = os.environ.get("CC", "cc")

FLOORS = {
    "base": 0,
    "os": 1,
    "content": 2, "procedure": 2, "device": 2, "event": 2, "trust": 2,
    "plan": 3,
    "engine": 4, "purge": 4, "evidence": 4, "journal": 4,
    "job": 5, "certificate": 5,
    "archive": 6, "render": 6,
    "app": 7,
    "cli": 8, "tui": 8,
}


def relative(path):
    return path.relative_to(ROOT).as_posix()


def sources(*suffixes):
    """Files of the program: wipe/<area>/* and include/wipe/*."""
    found = [*ROOT.glob("wipe/*/*"), *ROOT.glob("include/wipe/*")]
    return sorted(path for path in found if path.suffix in suffixes)


def test_sources(*suffixes):
    """Files of the tests, at any depth; seeds and golden files are data."""
    return sorted(path for path in ROOT.glob("tests/**/*")
                  if path.suffix in suffixes and not {"corpus", "data", "golden"} & set(path.parts))


def area_of(path):
    return path.stem if path.parent.name == "wipe" else path.parent.name


@functools.lru_cache(maxsize=None)
def text_of(path):
    return path.read_text(encoding="utf-8")


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


@functools.lru_cache(maxsize=None)
def code_of(path):
    """The text with comments and literals blanked out; lines stay where they are."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return TOKEN.sub(blank, text_of(path))


@functools.lru_cache(maxsize=None)
def literals_of(path):
    return [(text_of(path).count("\n", 0, match.start()) + 1, match.group())
            for match in TOKEN.finditer(text_of(path)) if match.group().startswith('"')]


def objects():
    """(area, file name without .c, path) of every object in the static library."""
    base = BUILD / "CMakeFiles" / "certwipe_core.dir" / "wipe"
    # An object whose source was removed since the last build says nothing about the house.
    return sorted((path.parent.name, path.name[:-len(".c.o")], path)
                  for path in base.glob("*/*.c.o")
                  if (ROOT / "wipe" / path.parent.name / path.name[:-len(".o")]).exists())
