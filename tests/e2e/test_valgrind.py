# SPDX-License-Identifier: GPL-3.0-or-later
"""Each command once under valgrind: no invalid access, nothing lost."""
import subprocess
import unittest

from rig import CERTWIPE, Case, SANITIZED

VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect"]


@unittest.skipIf(SANITIZED, "valgrind and the sanitizers do not go together")
class Valgrind(Case):
    def clean(self, *args, expect=0):
        done = subprocess.run([*VALGRIND, CERTWIPE, "--root", str(self.root), *map(str, args)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)
        self.assertEqual(done.returncode, expect, f"{args}\n{done.stderr}")

    def test_every_command_once(self):
        loop = self.disk(mib=2)
        self.clean("list", "--all")
        self.clean("show", loop, "--json")
        self.clean("procedure", "list")
        self.clean("procedure", "show", "gutmann")
        self.clean("plan", loop)
        self.clean("wipe", loop, "--confirm", self.name(loop))
        path, _ = self.certificate()
        self.clean("check", path, "--device", loop, "--full")
        self.clean("render", path, "--text")
        self.clean("setup")
        self.clean("wipe", loop, "--confirm", "wrong", expect=2)
        self.clean("check", self.signers, expect=1)


if __name__ == "__main__":
    unittest.main()
