# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to compute random content leaves the same bytes; which one it was stands on the certificate."""
import unittest

from rig import Case

KERNELS = ["vaes-512", "vaes-256", "aes-ni", "libcrypto"]


class Keystream(Case):
    def configure(self, keystream):
        (self.root / "etc/certwipe/certwipe.conf").write_text(
            f"[station]\nprincipal = station@test.example\n[speed]\nkeystream = {keystream}\n")

    def can(self, keystream):
        """Tries it on a check, which touches nothing."""
        self.configure(keystream)
        done = self.certwipe("check", self.path, "--device", self.loop)
        if done.returncode == 2:
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(f"keystream = {keystream}: this machine cannot do that", done.stderr)
        return done.returncode != 2

    def test_what_one_wrote_every_other_one_verifies(self):
        self.loop = self.disk(mib=9)
        self.wipe(self.loop)
        self.path, certificate = self.certificate()
        taken = [k for k in KERNELS if self.can(k)]
        self.assertIn("libcrypto", taken)
        self.assertEqual(certificate["claim"]["method"].split(" by ")[1], taken[0], "auto: the fastest")
        for writer in taken:
            self.path.unlink()
            self.configure(writer)
            self.wipe(self.loop)
            self.path, certificate = self.certificate()
            self.assertTrue(certificate["claim"]["method"].endswith(f", AES-256-CTR by {writer}"))
            for reader in taken:
                self.configure(reader)
                self.certwipe("check", self.path, "--device", self.loop, "--full", expect=0)

    def test_a_constant_needs_none(self):
        loop = self.disk()
        self.wipe(loop, procedure="zero")
        _, certificate = self.certificate()
        self.assertNotIn("AES", certificate["claim"]["method"])

    def test_no_such_keystream_is_a_fault_of_the_configuration(self):
        loop = self.disk()
        self.configure("vaes-1024")
        done = self.wipe(loop, expect=2)
        self.assertIn("certwipe.conf:4: keystream 'vaes-1024'", done.stderr)


if __name__ == "__main__":
    unittest.main()
