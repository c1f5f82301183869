# SPDX-License-Identifier: GPL-3.0-or-later
"""--help, the man page and the shell completion tell of the same commands and options."""
import os
import pathlib
import re
import subprocess
import unittest

BUILD = pathlib.Path(os.environ.get("CERTWIPE_BUILD", "build"))
SOURCE = pathlib.Path(__file__).resolve().parents[2]
VERBS = ("list", "show", "procedure", "plan", "wipe", "resume", "status", "station", "supervise",
         "sign", "check", "render", "setup")


def help_of(*words):
    return subprocess.run([BUILD / "certwipe", *words, "--help"], capture_output=True, text=True,
                          check=True).stdout


def options_of_help(verb):
    """{(letter or None, name, argument or None)} as the option table prints them."""
    found = re.findall(r"^  (?:-(\w), |    )--([a-z-]+)(?: ([A-Z]+))? ", help_of(verb), re.M)
    return {(letter or None, name, argument or None) for letter, name, argument in found}


def options_of_man(verb):
    page = (SOURCE / "man/certwipe.8").read_text()
    section = re.search(rf"^\.Ss {verb}\b.*?(?=^\.S[sh] )", page, re.M | re.S)
    found = re.findall(r"^\.It Fl (?:(\w) , )?-([a-z-]+)(?: Ar (\S+))?$", section.group(0), re.M)
    return {(letter or None, name, argument or None) for letter, name, argument in found}


class Docs(unittest.TestCase):
    def test_help_and_man_page_have_the_same_options(self):
        for verb in VERBS:
            with self.subTest(verb):
                self.assertTrue(options_of_help(verb))
                self.assertEqual(options_of_help(verb), options_of_man(verb))

    def test_help_lists_exactly_the_verbs(self):
        listed = re.findall(r"^  ([a-z]+) +\S", help_of(), re.M)
        self.assertEqual(tuple(listed), VERBS)

    def test_completion_knows_the_verbs_and_every_option(self):
        script = SOURCE / "completion/certwipe.bash"
        probe = (f"source {script}; COMP_WORDS=({BUILD}/certwipe \"$@\"); "
                 "COMP_CWORD=$#; _certwipe; printf '%s\\n' \"${COMPREPLY[@]}\"")
        def complete(*words):
            done = subprocess.run(["bash", "-c", probe, "bash", *words], capture_output=True,
                                  text=True, check=True)
            return set(done.stdout.split())
        self.assertLessEqual(set(VERBS), complete(""))
        for verb in VERBS:
            names = {f"--{name}" for _, name, _ in options_of_help(verb)}
            self.assertEqual(complete(verb, "--"), names, verb)

    def test_man_pages_lint(self):
        for page in sorted((SOURCE / "man").glob("*.[0-9]")):
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                                  capture_output=True, text=True)
            self.assertEqual(done.stdout, "", page)

    def test_exit_codes_in_the_man_page(self):
        page = (SOURCE / "man/certwipe.8").read_text()
        section = page[page.index(".Sh EXIT STATUS"):page.index(".Sh EXAMPLES")]
        self.assertEqual(re.findall(r"^\.It (\d)$", section, re.M), list("012345"))


if __name__ == "__main__":
    unittest.main()
