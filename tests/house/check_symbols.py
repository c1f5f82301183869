# SPDX-License-Identifier: GPL-3.0-or-later
"""What the compiled library shows: names that lead to their folder, and no writable globals."""
import functools
import re
import subprocess
import unittest

import house

# Areas whose names begin with more than their own. base: each file has its own.
PREFIXES = {
    "certificate": ("certificate_", "chain_"),
    "plan": ("plan_", "sampling_"),
}
# Whole names that are allowed in spite of the rule, with the reason beside them.
EXCEPTIONS = set()

# Compilers' and sanitizers' own.
MACHINERY = re.compile(r"^(__|\.L|\.str|_GLOBAL_|asan\.|llvm)|\.(asan|sancov)")


@functools.lru_cache(maxsize=None)
def symbols():
    """[(area, file name, symbol, class letter, section)] of all that the library defines."""
    places = {str(path): (area, name) for area, name, path in house.objects()}
    # One call for all objects: starting nm takes longer than what it does.
    out = subprocess.run(["nm", "--defined-only", "--format=sysv", *places], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    found = []
    place = None
    for line in out.splitlines():
        header = re.match(r"(?:Undefined s|S)ymbols from (.+):$", line)
        if header:
            place = places[header.group(1)]
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 7 and fields[2] and not MACHINERY.search(fields[0]):
            found.append((*place, fields[0], fields[2], fields[6]))
    return found


def is_public(symbol):
    return any(re.search(rf"\b{symbol}\b", house.code_of(path))
               for path in house.ROOT.glob("include/wipe/*.h"))


def prefixes(area, name, symbol):
    """What a name may begin with: its area's word, or, when only neighbours see it,
    that of its file or of a private header beside it."""
    if area == "base":
        return (name + "_",)
    own = PREFIXES.get(area, (area + "_",))
    if is_public(symbol):
        return own
    beside = [path.stem for path in (house.ROOT / "wipe" / area).glob("*.h")]
    return (*own, *(stem + "_" for stem in [name, name.split("_")[0], *beside]))


class Symbols(unittest.TestCase):
    def test_there_is_a_library_to_look_at(self):
        self.assertTrue(symbols(), f"nothing was built in {house.BUILD}")

    def test_every_exported_name_leads_to_its_folder(self):
        for area, name, symbol, letter, _ in symbols():
            if not letter.isupper() or symbol in EXCEPTIONS:
                continue
            allowed = prefixes(area, name, symbol)
            with self.subTest(file=f"wipe/{area}/{name}.c", symbol=symbol):
                self.assertTrue(symbol.startswith(allowed), f"begins with none of {allowed}")

    def test_nothing_global_can_be_written(self):
        for area, name, symbol, letter, section in symbols():
            # Constant tables that hold pointers lie in .data.rel.ro until they are relocated;
            # everything else in a writable section is state.
            writable = letter in "bBC" or (letter in "dDgGsS" and
                                           not section.startswith(".data.rel.ro"))
            with self.subTest(file=f"wipe/{area}/{name}.c", symbol=symbol):
                self.assertFalse(writable, f"lies in {section}")


if __name__ == "__main__":
    unittest.main()
