# SPDX-License-Identifier: GPL-3.0-or-later
"""An area sees only lower floors, its private headers stay at home, each library has one place."""
import re
import unittest

import house

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)

# Beginning of a system header -> where it may be included: an area, or one file.
PLACES = {
    # main.c only: sodium_init() comes before everything else.
    "sodium": ("base", "content", "trust", "wipe/cli/main.c"),
    "jansson": ("wipe/base/json_read.c",),
    "openssl/": ("content",),
    "liburing": ("os",),
    "libudev": ("os",),
    "blkid": ("os",),
    "seccomp": ("os",),
    "linux/": ("os",),
    "scsi/": ("os",),
    "asm/": ("os",),
    "sys/ioctl": ("os",),
    "sys/mount": ("os",),
    "sys/syscall": ("os",),
    "sqlite3": ("archive",),
    "libpq": ("archive",),
    "curl/": ("archive",),
    "hpdf": ("render",),
    "qrencode": ("render",),
    "ncurses": ("tui",),
    "curses": ("tui",),
}


# Where the faces meet: main hands the station what the other face's client feeds it.
ABOVE_ALL = "wipe/cli/main.c"


def includes(path):
    for match in INCLUDE.finditer(house.text_of(path)):
        yield match.group(1), match.group(2)


class Floors(unittest.TestCase):
    def test_every_area_has_a_floor(self):
        for path in house.sources(".c", ".h"):
            self.assertIn(house.area_of(path), house.FLOORS, house.relative(path))

    def test_includes_only_go_down(self):
        for path in house.sources(".c", ".h"):
            area = house.area_of(path)
            for kind, name in includes(path):
                match = re.fullmatch(r"wipe/([a-z]+)\.h", name)
                if not match:
                    continue
                with self.subTest(file=house.relative(path), include=name):
                    self.assertEqual(kind, '"', "our own headers are included in quotes")
                    self.assertTrue(match.group(1) == area
                                    or house.FLOORS[match.group(1)] < house.FLOORS[area]
                                    or house.relative(path) == ABOVE_ALL,
                                    f"{area} may not see {match.group(1)}")

    def test_private_headers_stay_with_the_files_beside_them(self):
        for path in house.sources(".c", ".h"):
            for kind, name in includes(path):
                if kind != '"' or re.fullmatch(r"wipe/[a-z]+\.h", name):
                    continue
                with self.subTest(file=house.relative(path), include=name):
                    self.assertNotEqual(path.parent.name, "wipe" if path.suffix == ".h" else "",
                                        "a public header includes public headers only")
                    self.assertNotIn("/", name)
                    self.assertTrue((path.parent / name).is_file())

    def test_each_library_has_its_place(self):
        for path in house.sources(".c", ".h"):
            for kind, name in includes(path):
                if kind != "<":
                    continue
                for prefix, places in PLACES.items():
                    if not name.startswith(prefix):
                        continue
                    with self.subTest(file=house.relative(path), include=name):
                        self.assertTrue(house.area_of(path) in places
                                        or house.relative(path) in places,
                                        f"only in {', '.join(places)}")

    def test_ioctl_is_called_in_os_only(self):
        for path in house.sources(".c"):
            if house.area_of(path) != "os":
                self.assertNotRegex(house.code_of(path), r"\b(ioctl|syscall)\s*\(",
                                    house.relative(path))


if __name__ == "__main__":
    unittest.main()
