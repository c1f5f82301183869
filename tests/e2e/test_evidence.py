# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a certificate honest: tampering, foreign writers, wrong keys, people's signatures."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import unittest

from rig import Case, run

# Every place is tried in one process by the unit test certificate_tamper; the program as users call it
# is tried at every 13th, and ssh-keygen with it. CERTWIPE_STRIDE=1 takes some minutes.
STRIDE = int(os.environ.get("CERTWIPE_STRIDE", "13"))


class Tampering(Case):
    def setUp(self):
        super().setUp()
        self.loop = self.disk(mib=4)
        self.wipe(self.loop, procedure="multipass")
        self.path, self.document = self.certificate()
        self.signature = self.path.with_name(self.path.name + ".station.sshsig")
        self.good = self.path.read_bytes()
        self.good_signature = self.signature.read_bytes()

    def refused(self, what):
        done = self.certwipe("check", self.path)
        self.assertEqual(done.returncode, 1, f"{what}: {done.stdout}{done.stderr}")

    def test_untouched_is_valid(self):
        self.certwipe("check", self.path, expect=0)
        self.assertEqual(self.ssh_keygen_verify(self.path).returncode, 0)

    def test_one_flipped_bit_in_the_document(self):
        for at in range(0, len(self.good), STRIDE):
            changed = bytearray(self.good)
            changed[at] ^= 1 << at % 8
            self.path.write_bytes(changed)
            self.refused(f"bit at {at}")
            self.assertNotEqual(self.ssh_keygen_verify(self.path).returncode, 0, at)

    def test_one_flipped_bit_in_the_signature(self):
        for at in range(0, len(self.good_signature), STRIDE):
            changed = bytearray(self.good_signature)
            changed[at] ^= 1 << at % 8
            self.signature.write_bytes(changed)
            self.refused(f"signature bit at {at}")

    def test_every_strict_prefix(self):
        for at in range(0, len(self.good), STRIDE):
            self.path.write_bytes(self.good[:at])
            self.refused(f"prefix of {at}")
        self.path.write_bytes(self.good)
        for at in range(0, len(self.good_signature), STRIDE):
            self.signature.write_bytes(self.good_signature[:at])
            self.refused(f"signature prefix of {at}")

    def test_missing_signature(self):
        self.signature.unlink()
        self.refused("no signature")

    def test_nobody_is_trusted_where_nothing_was_set_up(self):
        text = self.signers.read_text()
        self.signers.unlink()
        self.refused("no allowed_signers")
        self.certwipe("render", self.path, expect=0)
        elsewhere = self.work / "signers"
        self.certwipe("check", self.path, "--allowed-signers", elsewhere, expect=2)
        elsewhere.write_text(text)
        self.certwipe("check", self.path, "--allowed-signers", elsewhere, expect=0)

    def test_key_trusted_for_another_role(self):
        text = self.signers.read_text()
        self.signers.write_text(text.replace("station@certwipe", "operator@certwipe"))
        self.refused("other role")
        self.signers.write_text(re.sub(r' namespaces="[^"]*"', "", text))
        self.refused("role not named")

    def test_expired_and_revoked_keys(self):
        text = self.signers.read_text()
        self.signers.write_text(text.replace("namespaces=", 'valid-before="20200101Z",namespaces='))
        self.refused("expired")
        self.certwipe("check", self.path, "--at", "2019-06-01T00:00:00Z", expect=0)
        self.signers.write_text(text)
        shutil.copy(self.root / "etc/certwipe/station_ed25519.pub",
                    self.root / "etc/certwipe/revoked_keys")
        self.refused("revoked")

    def test_another_disk_and_changed_content(self):
        other = self.disk(mib=8)
        self.certwipe("check", self.path, "--device", other, expect=1)
        with open(self.loop, "r+b") as disk:
            disk.seek(1 << 20)
            disk.write(b"planted")
        self.certwipe("check", self.path, "--device", self.loop, "--full", expect=1)


class ForeignWriters(Case):
    def hide(self, path):
        """An open descriptor that no /proc/PID/fd shows: it is in flight over a socket."""
        ends = socket.socketpair()
        for end in ends:
            self.addCleanup(end.close)
        fd = os.open(path, os.O_RDWR)
        socket.send_fds(ends[0], [b"x"], [fd])
        os.close(fd)
        return lambda: socket.recv_fds(ends[1], 1, 1)[1][0]

    @staticmethod
    def partitions(loop):
        """Name, start and length of each that the kernel has."""
        folder = pathlib.Path("/sys/block", os.path.basename(loop))
        return sorted((path.parent.name, (path.parent / "start").read_text(),
                       (path.parent / "size").read_text())
                      for path in folder.glob("*/partition"))

    def test_writer_through_an_earlier_opened_descriptor(self):
        loop = self.disk(mib=256)
        fetch = self.hide(loop)
        child = self.begin(loop, procedure="zero")
        fd = fetch()
        # The very bytes of the pass, so that only the kernel's counter can tell.
        os.pwrite(fd, bytes(4096), 0)
        os.fsync(fd)
        os.close(fd)
        child.stderr.read()
        self.assertEqual(child.wait(), 1)
        _, certificate = self.certificate()
        self.assertNotEqual(certificate["outcome"], "erased")

    def test_partition_opened_earlier_is_refused(self):
        loop = self.disk(mib=16)
        for number in (1, 2, 3):
            run("addpart", loop, number, number * 8192 - 6144, 4096)
        before = self.partitions(loop)
        self.assertEqual(len(before), 3)
        # Whichever is tried first: at least once others are gone before the one that cannot go.
        for number in (1, 2, 3):
            fetch = self.hide(f"{loop}p{number}")
            self.wipe(loop, expect=3)
            self.assertIn(b"NEEDLE", self.content(loop))
            self.assertEqual(self.partitions(loop), before)
            os.close(fetch())
        self.wipe(loop, expect=0)
        self.assertEqual(self.partitions(loop), [])

    def test_device_that_shrinks(self):
        loop = self.disk(mib=256)
        image = run("losetup", "-n", "-O", "BACK-FILE", loop).stdout.strip()
        child = self.begin(loop)
        os.truncate(image, 64 << 20)
        run("losetup", "-c", loop)
        child.stderr.read()
        self.assertEqual(child.wait(), 1)
        path, certificate = self.certificate()
        self.assertEqual((certificate["outcome"], certificate["ending"]), ("not-erased", "failed"))
        self.assertEqual(self.ssh_keygen_verify(path).returncode, 0)


class People(Case):
    def setUp(self):
        super().setUp()
        self.socket = self.work / "agent"
        self.agent = subprocess.Popen(["ssh-agent", "-D", "-a", self.socket],
                                      stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.agent.stdout.close)
        self.addCleanup(self.agent.wait)
        self.addCleanup(self.agent.kill)
        self.agent.stdout.readline()  # it says where it listens once it does
        self.env = {"SSH_AUTH_SOCK": str(self.socket)}
        self.add_person("alice@example.org", "operator")

    def add_person(self, name, role):
        key = self.work / name
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key)
        run("ssh-add", key, env=dict(os.environ, **self.env))
        public = key.with_suffix(key.suffix + ".pub").read_text()
        with open(self.signers, "a", encoding="utf-8") as signers:
            signers.write(f'{name} namespaces="{role}@certwipe" {public}')

    def test_operator_signs_at_the_wipe(self):
        loop = self.disk(mib=4)
        self.wipe(loop, args=("--operator", "alice@example.org"), env=self.env)
        path, certificate = self.certificate()
        self.assertEqual(certificate["people"]["operator"]["principal"], "alice@example.org")
        done = self.ssh_keygen_verify(path, "operator", "alice@example.org")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("station and 1 person", self.certwipe("check", path, expect=0).stdout)
        path.with_name(path.name + ".operator.sshsig").unlink()
        self.certwipe("check", path, expect=1)
        self.certwipe("sign", path, "--as", "operator", env=self.env, expect=0)
        self.certwipe("check", path, expect=0)

    def test_operator_signs_a_job_that_was_resumed(self):
        for agent, expect in ((self.env, 0), ({"SSH_AUTH_SOCK": "/nonexistent"}, 5)):
            with self.subTest(expect=expect):
                before = set(self.certificate_paths())
                child = self.begin(self.disk(mib=64), "--operator", "alice@example.org", env=self.env)
                child.send_signal(signal.SIGINT)
                child.stderr.read()
                self.assertEqual(child.wait(), 4)
                done = self.certwipe("resume", env=agent, expect=expect)
                path, = set(self.certificate_paths()) - before
                if expect:
                    self.assertIn("operator's signature is missing", done.stderr)
                    self.certwipe("sign", path, "--as", "operator", env=self.env, expect=0)
                self.assertIn("station and 1 person", self.certwipe("check", path, expect=0).stdout)

    def test_operator_without_agent_or_trust_touches_nothing(self):
        loop = self.disk(mib=4)
        self.wipe(loop, args=("--operator", "alice@example.org"),
                  env={"SSH_AUTH_SOCK": "/nonexistent"}, expect=2)
        self.wipe(loop, args=("--operator", "mallory@example.org"), env=self.env, expect=2)
        self.assertIn(b"NEEDLE", self.content(loop))
        self.assertEqual(self.certificate_paths(), [])

    def test_witness_signs_later_with_stock_tools(self):
        loop = self.disk(mib=4)
        self.wipe(loop)
        path, _ = self.certificate()
        self.add_person("bob@example.org", "witness")
        with open(path, "rb") as data:
            signature = run("ssh-keygen", "-Y", "sign", "-f", self.work / "bob@example.org", "-n",
                            "witness@certwipe", stdin=data).stdout
        path.with_name(path.name + ".witness.sshsig").write_text(signature)
        self.assertIn("station and 1 person", self.certwipe("check", path, expect=0).stdout)


class Chain(Case):
    def test_every_start_and_certificate_is_in_the_chain(self):
        for _ in range(3):
            self.wipe(self.disk(mib=2))
        lines = (self.root / "var/lib/certwipe/chain").read_bytes().split(b"\n")
        self.assertEqual(lines.pop(), b"")
        self.assertEqual(len(lines), 1 + 2 * 3)
        previous = "0" * 64
        for number, line in enumerate(lines):
            fields = line.decode().split(" ")
            self.assertEqual((fields[0], int(fields[1])), ("certwipe-chain/1", number))
            self.assertEqual(fields[-1], previous)
            previous = hashlib.sha256(line).hexdigest()
        by_hash = {hashlib.sha256(p.read_bytes()).hexdigest(): json.loads(p.read_bytes())
                   for p in self.certificate_paths()}
        for line in lines:
            fields = line.decode().split(" ")
            if fields[2] == "certificate":
                certificate = by_hash.pop(fields[4])
                self.assertEqual(certificate["station"]["counter"], fields[1])
                self.assertEqual(certificate["station"]["previous"], fields[-1])
        self.assertEqual(by_hash, {})

    def test_a_cloned_or_restored_state_directory_shows(self):
        """Two certificates of one chain with the same number: one of the two directories is a copy."""
        self.wipe(self.disk(mib=2))
        copy = self.work / "copy"
        shutil.copytree(self.root, copy, ignore=shutil.ignore_patterns("run"))
        before = set(self.certificate_paths())
        self.wipe(self.disk(mib=2))
        mine, = set(self.certificate_paths()) - before
        original, self.root = self.root, copy
        self.certificates = copy / "var/lib/certwipe/certificates"
        self.wipe(self.disk(mib=2))
        other, = {p for p in self.certificate_paths() if p.name not in {b.name for b in before}}
        one, two = (json.loads(p.read_bytes())["station"] for p in (mine, other))
        self.assertEqual((one["chain"], one["counter"]), (two["chain"], two["counter"]))
        self.assertNotEqual(mine.name, other.name)
        # And neither certificate is in the chain of the other one.
        for certificate, root in ((mine, copy), (other, original)):
            chain = (root / "var/lib/certwipe/chain").read_text()
            self.assertNotIn(hashlib.sha256(certificate.read_bytes()).hexdigest(), chain)


if __name__ == "__main__":
    unittest.main()
