# SPDX-License-Identifier: GPL-3.0-or-later
"""Does every language say everything the station says, and nothing that it no longer does?"""
import re
import subprocess
import unittest

import house

KEYWORDS = ["--keyword=_", "--keyword=N_", "--keyword=words_count:1,2"]
ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.M)


def messages(text):
    """The msgids of a catalogue, without its header's empty one."""
    joined = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', entry)) for entry in ENTRY.findall(text))
    return {message for message in joined if message}


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Words(unittest.TestCase):
    def test_catalogues_hold_what_the_source_says(self):
        sources = [str(path) for path in house.ROOT.glob("wipe/tui/*.c")]
        said = messages(output_of("xgettext", "--from-code=UTF-8", "--language=C", *KEYWORDS,
                                  "--output=-", *sources))
        self.assertIn("Bay", said)
        catalogues = list(house.ROOT.glob("wipe/tui/*.po"))
        self.assertTrue(catalogues)
        for path in catalogues:
            with self.subTest(catalogue=house.relative(path)):
                self.assertEqual(messages(house.text_of(path)), said)

    def test_nothing_is_left_untranslated_or_doubtful(self):
        for path in house.ROOT.glob("wipe/tui/*.po"):
            with self.subTest(catalogue=house.relative(path)):
                for doubt in ("--untranslated", "--only-fuzzy", "--only-obsolete"):
                    found = output_of("msgattrib", doubt, str(path))
                    self.assertEqual(messages(found), set(), doubt)

    def test_places_for_values_are_the_same_in_every_language(self):
        for path in house.ROOT.glob("wipe/tui/*.po"):
            done = subprocess.run(["msgfmt", "--check-format", "--output-file=/dev/null", str(path)],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_station_says_nothing_but_through_the_catalogue(self):
        """A word that is drawn without _() stays English for ever."""
        said = re.compile(r'\b(?:N?_|words_count)\((?:[\s,]*"(?:[^"\\]|\\.)*")+')
        for path in house.ROOT.glob("wipe/tui/view*.c"):
            text = said.sub("", house.text_of(path))
            for call in re.findall(r"(?:sheet_(?:text|title|field)|canvas_text)\(([^;]*);", text):
                for word in re.findall(r'"([A-Za-z]{4,}[^"]*)"', call):
                    with self.subTest(file=house.relative(path)):
                        self.assertEqual(word, "certwipe")


if __name__ == "__main__":
    unittest.main()
