# SPDX-License-Identifier: GPL-3.0-or-later
"""One line over the JUnit files of several ctest runs: N passed, N failed, N skipped.

ctest counts programs; what a person wants to know is how many cases ran, and how many were skipped
inside a program that went well. Both kinds of programs here, cmocka's and unittest's, say so at
the end of their output. Exit status 1 when something failed or nothing passed.
"""
import re
import sys
import xml.etree.ElementTree as tree


def number(pattern, text):
    match = re.search(pattern, text)
    return int(match.group(1)) if match else 0


def cases(output):
    """(passed, failed, skipped) as the program counted, or None when it did not get that far."""
    ran = re.search(r"^Ran (\d+) tests? in ", output, re.M)
    if ran:  # unittest; subtests can fail more often than there are tests
        failed = number(r"failures=(\d+)", output) + number(r"errors=(\d+)", output)
        skipped = number(r"skipped=(\d+)", output)
        return max(0, int(ran.group(1)) - failed - skipped), failed, skipped
    if re.search(r"^\[==========\] \d+ test\(s\) run\.", output, re.M):  # cmocka
        return (number(r"\[  PASSED  \] (\d+) test", output),
                number(r"\[  FAILED  \] (\d+) test", output),
                number(r"\[  SKIPPED \] (\d+) test", output))
    return None


def main(paths):
    total = [0, 0, 0]
    for path in paths:
        for case in tree.parse(path).getroot().iter("testcase"):
            passed, failed, skipped = cases(case.findtext("system-out") or "") or (0, 0, 0)
            if case.get("status") == "run":
                # A program that says nothing countable but ends well is one case.
                passed = passed or not (failed or skipped)
            else:
                failed = failed or 1
            total = [total[0] + passed, total[1] + failed, total[2] + skipped]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
