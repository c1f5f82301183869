# SPDX-License-Identifier: GPL-3.0-or-later
"""From a disk full of old data to a certificate that strangers' tools accept."""
import json
import os
import unittest

from rig import Case, SOURCE, run


# Full of needles; 1024 before a release.
DISK_MIB = int(os.environ.get("CERTWIPE_DISK_MIB", "8"))


class Wipe(Case):
    def check_wiped(self, loop, procedure):
        before = self.content(loop)
        self.assertIn(b"NEEDLE", before)
        self.wipe(loop, procedure=procedure)
        path, certificate = self.certificate()
        after = self.content(loop)
        self.assertFalse(b"NEEDLE" in after, "old data is left")
        self.assertEqual(after == self.left_content(certificate, len(after)), True,
                         f"{procedure}: the disk is not what the certificate says")
        self.assertEqual(certificate["outcome"], "erased", certificate)
        self.assertEqual(self.ssh_keygen_verify(path).returncode, 0)
        self.certwipe("check", path, "--device", loop, "--full", expect=0)
        for each in self.certificates.iterdir():
            each.unlink()

    def test_every_procedure_of_at_most_three_passes(self):
        shipped = json.loads(self.certwipe("procedure", "list", "--json", expect=0).stdout)
        tried = 0
        for procedure in shipped["procedures"]:
            writes = [s["write"] for s in procedure["steps"]]
            if any("sanitize" in w for w in writes) or len(writes) > 3:
                continue
            tried += 1
            with self.subTest(procedure["id"]):
                self.check_wiped(self.disk(mib=DISK_MIB), procedure["id"])
        self.assertGreaterEqual(tried, 10)

    def test_odd_sizes_and_4k_sectors(self):
        for size, sector in ((512 * 2047, 512), (4096 * 777, 4096), ((1 << 20) + 512, 512)):
            with self.subTest(size=size, sector=sector):
                self.check_wiped(self.disk(size=size, sector=sector), "multipass")

    def test_three_byte_pattern_keeps_its_phase(self):
        site = self.root / "etc/certwipe/procedures"
        (site / "three.proc").write_text(
            "[procedure]\nid = three\ntitle = Three bytes\nversion = 1\nlevel = clear\n"
            "status = current\nbasis = a test\n[step 1]\nwrite = 0x92 0x49 0x24\nverify = full\n")
        self.check_wiped(self.disk(size=(3 << 20) + 512), "three")

    def test_several_disks_at_once(self):
        loops = [self.disk(mib=8) for _ in range(4)]
        self.wipe(*loops)
        self.assertEqual(len(self.certificate_paths()), 4)
        for loop in loops:
            self.assertFalse(b"NEEDLE" in self.content(loop), "old data is left")

    def test_partitions_and_filesystem_are_found_and_dropped(self):
        loop = self.disk(mib=64)
        run("sfdisk", "-q", "--no-reread", "--no-tell-kernel", loop, input=None,
            stdin=self.text("label: gpt\nstart=2048, type=linux\n"))
        run("partx", "-a", loop)
        run("mkfs.ext4", "-q", "-F", f"{loop}p1")
        self.wipe(loop)
        _, certificate = self.certificate()
        found = {s["type"]: s for s in certificate["found"]["signatures"]}
        self.assertIn("gpt", found)
        self.assertEqual(int(found["ext4"]["offset"]), 2048 * 512 + 1080)
        self.assertNotIn("NEEDLE", json.dumps(certificate))

    def text(self, words):
        path = self.work / "stdin.txt"
        path.write_text(words)
        handle = open(path, encoding="utf-8")
        self.addCleanup(handle.close)
        return handle

    def test_certificate_fits_the_schema(self):
        loop = self.disk()
        self.wipe(loop, procedure="multipass")
        _, certificate = self.certificate()
        import jsonschema
        schema = json.loads((SOURCE / "man/certwipe-certificate.schema.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(certificate)

    def test_progress_as_json_lines(self):
        loop = self.disk()
        done = self.wipe(loop, args=("--progress", "json"))
        objects = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        self.assertEqual(objects[-1]["event"], "ended")
        self.assertEqual(objects[-1]["outcome"], "erased")


if __name__ == "__main__":
    unittest.main()
