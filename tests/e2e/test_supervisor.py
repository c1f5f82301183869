# SPDX-License-Identifier: GPL-3.0-or-later
"""One supervisor owns the jobs: whoever asks may come, go, die, or not listen."""
import json
import os
import signal
import socket
import stat
import struct
import subprocess
import unittest

from faulty import PATIENCE, FaultyCase, until
from rig import CERTWIPE

MIB = 1 << 20


class Supervisor(FaultyCase):
    def setUp(self):
        super().setUp()
        self.path = self.root / "run/certwipe/supervisor.sock"

    def status(self):
        return json.loads(self.certwipe("status", "--json", expect=0).stdout)

    def states(self):
        return {job["id"]: job["state"] for job in self.status()["jobs"]}

    def supervise(self, *args):
        child = subprocess.Popen([CERTWIPE, "--root", str(self.root), "supervise", *args],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        until(lambda: child.poll() is not None or self.path.exists() and self.status()["supervisor"],
              "it listens")
        return child

    def connected(self):
        """A client of our own, after the greeting."""
        folder = os.open(self.path.parent, os.O_PATH)
        self.addCleanup(os.close, folder)
        end = socket.socket(socket.AF_UNIX)
        self.addCleanup(end.close)
        end.settimeout(PATIENCE)
        end.connect(f"/proc/self/fd/{folder}/supervisor.sock")
        return end, self.heard(end)["hello"]

    def try_connect(self):
        try:
            return self.connected()
        except OSError:
            return None

    def heard(self, end):
        def exactly(count):
            data = b""
            while len(data) < count:
                part = end.recv(count - len(data))
                if not part:
                    raise EOFError
                data += part
            return data
        return json.loads(exactly(struct.unpack(">I", exactly(4))[0]))

    def ask(self, end, **what):
        text = json.dumps({"watch": None, "start": None, "stop": None, **what}).encode()
        end.sendall(struct.pack(">I", len(text)) + text)

    def ended(self):
        until(lambda: self.supervisor() is None, "the supervisor has left")

    # ---- whoever asked is gone

    def test_a_killed_command_leaves_its_job_running_to_its_certificate(self):
        disk = self.faulty(mib=8)
        child = self.stalled_at(3 * MIB, disk)
        child.child.kill()
        child.child.wait()
        (state,) = self.states().values()
        self.assertEqual(state, "running")
        disk.release()
        self.ended()
        certificate = self.only()
        self.assertEqual((certificate["ending"], certificate["interruptions"]), ("completed", []))
        self.check_content(disk, certificate)
        self.check_signed()

    def test_the_supervisor_needs_nobody_and_leaves_when_all_is_done(self):
        disk = self.faulty(mib=4)
        self.wipe(disk.path, procedure="random")
        self.ended()
        self.assertEqual(self.status()["supervisor"], None)

    def test_a_killed_supervisor_is_said_and_the_job_goes_on_by_resume(self):
        disk = self.faulty(mib=8)
        child = self.stalled_at(3 * MIB, disk)
        os.kill(self.supervisor(), signal.SIGKILL)
        self.assertIn("the supervisor of this host was killed", child.wait(4))
        disk.clear()
        disk.release()
        until(lambda: self.certwipe("resume").returncode == 0, "it is resumed")
        self.assertEqual(len(self.only()["interruptions"]), 1)

    def test_a_job_that_never_began_leaves_nothing(self):
        """Killed with its journal made and its disk being claimed, before the chain has its start."""
        disk = self.faulty(mib=8)
        before = disk.bytes()
        disk.stall("flush", 0, 0)
        child = self.start(disk)
        child.until(lambda: disk.counters()["waiting"], "a claim that waits")
        os.kill(self.supervisor(), signal.SIGKILL)
        self.assertIn("the supervisor of this host was killed", child.wait(2))
        disk.clear()
        disk.release()
        self.assertEqual([kind for kind, _, _ in self.chain()], ["genesis"])
        self.assertIn("never begun", self.certwipe("resume", expect=0).stderr)
        self.assertEqual(self.jobs(), [])
        self.assert_nothing_lost()
        self.assertEqual(disk.bytes(), before)

    # ---- several at once

    def test_two_wipes_share_one_supervisor_and_end_by_themselves(self):
        slow, quick = self.faulty(mib=8), self.faulty(mib=4)
        child = self.stalled_at(3 * MIB, slow)
        pid = self.supervisor()
        self.wipe(quick.path, procedure="random")
        self.assertEqual(self.supervisor(), pid)
        self.assertEqual(sorted(self.states().values()), ["done", "running"])
        slow.release()
        child.wait(0)
        self.ended()

    def test_a_stop_is_for_ones_own_jobs(self):
        mine, other = self.faulty(mib=8), self.faulty(mib=8)
        first = self.stalled_at(3 * MIB, mine)
        second = self.stalled_at(3 * MIB, other)
        first.signal()
        first.until_said("stopping after what is in flight")
        until(lambda: [j["stopping"] for j in self.status()["jobs"]].count(True) == 1, "one stops")
        mine.release()
        self.assertIn("certwipe resume", first.wait(4))
        other.release()
        second.wait(0)
        self.assertEqual(self.only()["outcome"], "erased")

    def test_sigterm_leaves_all_jobs_waiting(self):
        disk = self.faulty(mib=8)
        child = self.stalled_at(3 * MIB, disk)
        os.kill(self.supervisor(), signal.SIGTERM)
        disk.release()
        self.assertIn("certwipe resume", child.wait(4))
        self.ended()
        disk.clear()
        self.certwipe("resume", expect=0)
        self.assertEqual(len(self.only()["interruptions"]), 1)

    def test_there_is_one_only(self):
        first = self.supervise()
        done = self.certwipe("supervise", expect=3)
        self.assertIn("a supervisor runs already", done.stderr)
        self.wipe(self.faulty(mib=4).path, procedure="random")
        self.assertEqual(self.status()["supervisor"], first.pid)  # it stays
        first.terminate()
        self.assertEqual(first.wait(), 0)

    def test_on_demand_by_hand_there_is_one_only_too(self):
        first = subprocess.Popen([CERTWIPE, "--root", str(self.root), "supervise", "--on-demand"],
                                 stdin=subprocess.DEVNULL)
        self.addCleanup(first.kill)
        until(self.path.exists, "it listens")
        end, _ = until(self.try_connect, "it answers")
        self.assertIn("a supervisor runs already", self.certwipe("supervise", "--on-demand",
                                                                 expect=3).stderr)
        end.close()
        self.assertEqual(first.wait(timeout=PATIENCE), 0)

    def test_it_takes_the_socket_that_systemd_made(self):
        self.path.parent.mkdir(parents=True, mode=0o700)
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        folder = os.open(self.path.parent, os.O_PATH)
        self.addCleanup(os.close, folder)
        listener.bind(f"/proc/self/fd/{folder}/supervisor.sock")
        listener.listen()
        # As sd_listen_fds(3) wants it: the socket is descriptor 3, and the process knows that it is meant.
        script = 'exec 3<&$1; shift; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
        child = subprocess.Popen(["/bin/bash", "-c", script, "bash", str(listener.fileno()), CERTWIPE,
                                  "--root", str(self.root), "supervise", "--on-demand"],
                                 pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL)
        self.addCleanup(child.kill)
        self.wipe(self.faulty(mib=4).path, procedure="random")
        self.assertEqual(child.wait(timeout=PATIENCE), 0)
        self.assertTrue(self.path.exists())  # systemd's to take away
        self.assertEqual(self.only()["outcome"], "erased")

    def test_who_ended_waits_for_no_other_of_its_batch(self):
        slow, gone = self.faulty(mib=8), self.faulty(mib=8)
        gone.stall("write", 3 * MIB, gone.size)
        child = self.stalled_at(3 * MIB, slow, gone)
        until(lambda: gone.counters()["waiting"], "the other waits, too")
        worker = [pid for pid in self.workers()
                  if gone.path in {os.readlink(link) for link in
                                   (f"/proc/{pid}/fd/{n}" for n in os.listdir(f"/proc/{pid}/fd"))}]
        for pid in worker:
            os.kill(pid, signal.SIGKILL)
        gone.clear()
        gone.release()
        job = until(lambda: [j for j in self.jobs() if not j["running"]], "one waits")[0]
        self.certwipe("resume", "--abandon", job["id"], expect=1)
        slow.release()
        child.wait(4)

    # ---- who may ask, and what

    def test_the_socket_is_roots_alone(self):
        self.supervise()
        mode = self.path.stat().st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.path.parent.stat().st_mode), 0o700)
        # Also where somebody opened the way to it, others are turned away by who they are.
        for folder in (self.work, self.root, self.root / "run", self.path.parent):
            folder.chmod(0o755)
        self.path.chmod(0o666)
        code = ("import socket,os,sys\nd=os.open(sys.argv[1],os.O_PATH)\ns=socket.socket(socket.AF_UNIX)\n"
                "s.connect(f'/proc/self/fd/{d}/supervisor.sock')\nsys.exit(len(s.recv(4)))")
        done = subprocess.run(["/usr/bin/python3", "-c", code, str(self.path.parent)], user=65534,
                              group=65534, extra_groups=[], capture_output=True, timeout=PATIENCE,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNotNone(self.status()["supervisor"])

    def test_nonsense_ends_the_connection_and_nothing_else(self):
        self.supervise()
        for nonsense in (b"\xff\xff\xff\xff", struct.pack(">I", 2) + b"{}", struct.pack(">I", 3) + b"[1]",
                         struct.pack(">I", 1) + b"\0"):
            end, _ = self.connected()
            end.sendall(nonsense)
            self.assertEqual(end.recv(1), b"")
        self.assertIsNotNone(self.status()["supervisor"])

    def test_a_job_that_is_not_there_is_refused_alone(self):
        self.supervise()
        end, hello = self.connected()
        self.assertEqual(hello["format"], "certwipe-supervisor/1")
        identity = {"name": "x", "node": "/dev/x", "major": 7, "minor": 0, "diskseq": "0", "size": 512,
                    "logical_block": 512, "physical_block": 512}
        identity |= dict.fromkeys(("transport", "model", "serial", "wwn", "unit", "firmware",
                                   "identify_sha256"))
        device = {"identity": identity, "bus": None, "media": "virtual", "sysfs": None, "virtual": True,
                  "removable": False,
                  "sources": dict.fromkeys(("model", "serial", "wwn", "firmware"))}
        self.ask(end, start={"keep_going": False, "rate": 0, "io_class": "none", "jobs": [
            {"id": "0" * 26, "needs_proof": False, "device": device}]})
        heard = []
        while "over" not in heard:
            news = self.heard(end)
            heard.append(next(kind for kind, value in news.items() if value is not None))
            if news["view"]:
                self.assertEqual(news["view"]["job"]["state"], "refused")
        self.assertEqual((heard[0], set(heard[1:])), ("taken", {"view", "over"}))

    def test_who_does_not_listen_holds_up_nothing(self):
        disk = self.faulty(mib=64)
        self.supervise()
        end, _ = self.connected()
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.ask(end, watch={})
        self.wipe(disk.path, procedure="gutmann", expect=0)
        self.assertEqual(self.only()["outcome"], "erased")
        # Late, it still hears how things stand in the end.
        while True:
            view = self.heard(end)["view"]
            if view and view["job"]["state"] == "done":
                break
        self.assertTrue(view["job"]["issued"])

    # ---- what is shown

    def test_status_follows_a_job_to_its_certificate(self):
        disk = self.faulty(mib=8)
        child = self.stalled_at(3 * MIB, disk)
        follow = subprocess.Popen([CERTWIPE, "--root", str(self.root), "status", "--follow", "--json"],
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(follow.stdout.close)
        self.addCleanup(follow.kill)
        first = json.loads(follow.stdout.readline())
        self.assertEqual((first["state"], first["disk"]["node"]), ("running", disk.path))
        disk.release()
        last = first
        while last["state"] != "done":
            last = json.loads(follow.stdout.readline())
        child.wait(0)
        follow.send_signal(signal.SIGINT)
        self.assertEqual((last["state"], last["outcome"], last["issued"]), ("done", "erased", True))
        self.assertEqual(last["map"], "v" * 64)
        self.assertTrue(os.path.exists(last["certificate"]))
        self.assertEqual(follow.wait(timeout=PATIENCE), 0)
        self.ended()

    def test_status_shows_what_waits_without_a_supervisor(self):
        disk = self.faulty(mib=8)
        child = self.stalled_at(3 * MIB, disk)
        child.signal()
        child.until_said("stopping after what is in flight")
        disk.release()
        child.wait(4)
        self.ended()
        status = self.status()
        self.assertEqual((status["supervisor"], status["jobs"]), (None, []))
        (job,) = status["unfinished"]
        self.assertEqual((job["path"], job["reason"]), (disk.path, "asked to stop"))
        self.assertIn("waits to be resumed", self.certwipe("status", expect=0).stdout)


if __name__ == "__main__":
    unittest.main()
