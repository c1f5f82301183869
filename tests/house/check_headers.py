# SPDX-License-Identifier: GPL-3.0-or-later
"""Every header compiles alone, so that the order of includes never matters."""
import shlex
import subprocess
import unittest

import house

LIBRARIES = "libsodium jansson liburing libudev blkid libseccomp libcrypto"


class Headers(unittest.TestCase):
    def test_each_compiles_alone(self):
        flags = subprocess.run(["pkg-config", "--cflags", *LIBRARIES.split()], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split()
        headers = house.sources(".h")
        self.assertTrue(headers)
        for path in headers:
            with self.subTest(header=house.relative(path)):
                done = subprocess.run(
                    [*shlex.split(house.CC), "-std=gnu17", "-D_GNU_SOURCE",
                     "-D_FILE_OFFSET_BITS=64", "-Wall", "-Wextra", "-Wstrict-prototypes",
                     "-Wno-unused-function", "-Wno-unused-const-variable", "-Werror",
                     f"-I{house.ROOT / 'include'}", f"-I{path.parent}", *flags,
                     "-fsyntax-only", "-x", "c", "-"],
                    input=f'#include "{path}"\n#include "{path}"\n', text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
