# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules one can see in the text: licence lines, lengths, and calls that have no place here."""
import re
import unittest

import house

FILE_LINES = 400
FUNCTION_LINES = 60
FACES = ("cli", "tui")

# Longer than the limits, with the reason. Keep it short.
LONG_FILES = {}
LONG_FUNCTIONS = {}

PRINTING = r"\b(v?f?printf|puts|fputs|putchar|putc|fputc|perror|psignal|syslog)\s*\("


def functions(path):
    """(name, first line, lines) of every function: its braces stand in the first column."""
    lines = house.code_of(path).split("\n")
    start = None
    for number, line in enumerate(lines):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            head = start - 1
            while head > 0 and not re.match(r"[A-Za-z_]", lines[head]):
                head -= 1
            match = re.search(r"([A-Za-z_0-9]+)\s*\(", lines[head])
            yield (match.group(1) if match else "?"), start + 1, number - start - 1
            start = None


def licensed():
    """Everything a person writes by hand here; data, seeds and golden files speak for others."""
    root = house.ROOT
    for pattern in ("wipe/*/*.[ch]", "include/wipe/*.h", "tests/**/*.[ch]", "tests/**/*.py",
                    "tests/**/*.sh", "tests/**/CMakeLists.txt", "CMakeLists.txt", "dev",
                    ".ci/run", ".clang-format", ".clang-tidy", "completion/*", "man/*",
                    "patterns/*", "rescue/**/*"):
        for path in root.glob(pattern):
            data = {"data", "golden", "corpus", "__pycache__"} & set(path.parts)
            if path.is_file() and not data and path.suffix != ".json":  # knows no comments
                yield path


class Source(unittest.TestCase):
    def test_every_file_names_its_licence_first(self):
        for path in licensed():
            first = "\n".join(house.text_of(path).split("\n")[:2])
            with self.subTest(file=house.relative(path)):
                self.assertIn("SPDX-License-Identifier: GPL-3.0-or-later", first)

    def test_files_are_short(self):
        for path in house.sources(".c", ".h"):
            lines = house.text_of(path).count("\n")
            if path.parent.name == "wipe" or house.relative(path) in LONG_FILES:
                continue  # a public header is read as a reference, not from front to back
            with self.subTest(file=house.relative(path)):
                self.assertLessEqual(lines, FILE_LINES)

    def test_functions_are_short(self):
        for path in house.sources(".c", ".h"):
            for name, line, lines in functions(path):
                if name in LONG_FUNCTIONS:
                    continue
                with self.subTest(at=f"{house.relative(path)}:{line}", function=name):
                    self.assertLessEqual(lines, FUNCTION_LINES)

    def test_the_shell_is_never_asked(self):
        for path in house.sources(".c", ".h"):
            self.forbid(path, r"\b(system|popen|execl|execlp|execvp|execvpe|wordexp)\s*\(",
                        "runs a program by its name")

    def test_the_tests_ask_no_shell_either(self):
        """They may look a program up by its name: whoever runs them chose the PATH."""
        self.assertIn("unit.h", [path.name for path in house.test_sources(".h")])
        for path in house.test_sources(".c", ".h"):
            self.forbid(path, r"\b(system|popen|wordexp)\s*\(", "asks a shell")

    def test_only_main_ends_the_program(self):
        for path in house.sources(".c", ".h"):
            if house.relative(path) != "wipe/cli/main.c":
                self.forbid(path, r"\b(exit|quick_exit|abort|err|errx)\s*\(",
                            "ends the program")

    def test_only_faces_print(self):
        for path in house.sources(".c", ".h"):
            if house.area_of(path) not in FACES:
                self.forbid(path, PRINTING, "prints")

    def test_there_are_no_floats(self):
        for path in house.sources(".c", ".h"):
            self.forbid(path, r"\b(float|double)\b", "is no integer")

    def test_no_string_names_a_place_of_one_machine(self):
        for path in house.sources(".c", ".h"):
            for line, literal in house.literals_of(path):
                with self.subTest(at=f"{house.relative(path)}:{line}"):
                    self.assertNotRegex(literal, r'^"/(home|root|tmp|work|mnt|opt)\b')

    def forbid(self, path, pattern, why):
        for match in re.finditer(pattern, house.code_of(path)):
            line = house.code_of(path).count("\n", 0, match.start()) + 1
            with self.subTest(at=f"{house.relative(path)}:{line}"):
                self.fail(f"{match.group()} {why}")


if __name__ == "__main__":
    unittest.main()
