# SPDX-License-Identifier: GPL-3.0-or-later
"""The station on terminals of several kinds, over a made-up shelf: it comes up, it hears keys, and
whatever ends it, the terminal is left as it was found."""
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

BUILD = pathlib.Path(os.environ["CERTWIPE_BUILD"])
DEMO = BUILD / "tests/station_demo"
PATIENCE = 30  # seconds; what takes longer hangs


class Terminal:
    def __init__(self, term="xterm-256color", lang="C.UTF-8", lines=24, columns=80, **variables):
        self.master, self.slave = pty.openpty()
        self.resize(lines, columns, tell=False)
        self.before = termios.tcgetattr(self.slave)
        environment = {"PATH": os.environ["PATH"], "TERM": term, "LANG": lang,
                       "CERTWIPE_CATALOGUES": str(BUILD / "locale"), **variables}
        self.process = subprocess.Popen([str(DEMO)], env=environment, stdin=self.slave,
                                        stdout=self.slave, stderr=subprocess.PIPE,
                                        start_new_session=True)
        self.seen = b""

    def resize(self, lines, columns, tell=True):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        if tell:
            self.process.send_signal(signal.SIGWINCH)

    def type(self, text):
        os.write(self.master, text)

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 65536)
            return True
        return False

    def text(self):
        """What was sent, without the sequences that place and colour it."""
        plain = re.sub(rb"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])", b" ", self.seen)
        return plain.decode(errors="replace")

    def wait_for(self, words):
        end = time.monotonic() + PATIENCE
        while words not in self.text():
            if time.monotonic() > end or not self.read(1) and self.process.poll() is not None:
                raise AssertionError(f"{words!r} did not come: {self.text()[-2000:]}")

    def end(self):
        """Its exit code; everything that it sent is read."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        while self.read(0):
            pass
        return self.process.poll()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        for fd in (self.master, self.slave):
            try:
                os.close(fd)
            except OSError:
                pass


class Station(unittest.TestCase):
    def start(self, **options):
        terminal = Terminal(**options)
        self.addCleanup(terminal.close)
        return terminal

    def assert_left_alone(self, terminal):
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.before)

    def test_q_leaves(self):
        terminal = self.start()
        terminal.wait_for("ERASED")
        terminal.type(b"q")
        self.assert_left_alone(terminal)
        self.assertTrue(terminal.seen.rstrip().endswith(b"\x1b[?1l\x1b>"), terminal.seen[-60:])

    def test_a_signal_to_stop_restores_the_terminal(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(signal=number.name):
                terminal = self.start()
                terminal.wait_for("ERASED")
                terminal.process.send_signal(number)
                self.assert_left_alone(terminal)

    def test_a_terminal_that_goes_ends_it(self):
        terminal = self.start()
        terminal.wait_for("ERASED")
        os.close(terminal.slave)
        os.close(terminal.master)
        self.assertEqual(terminal.process.wait(timeout=PATIENCE), 0)

    def test_keys_arrive_as_the_terminal_sends_them(self):
        terminal = self.start()
        terminal.wait_for("ERASED")
        terminal.type(b"\x1bOP")  # F1
        terminal.wait_for("the disk above")
        terminal.type(b"\x1b")
        terminal.type(b"\x1bOB\r")  # down, Enter
        terminal.wait_for("Map of the disk")
        terminal.type(b"q")
        terminal.type(b"q")
        self.assert_left_alone(terminal)

    def test_a_scanned_serial_number_is_no_row_of_commands(self):
        terminal = self.start()
        terminal.wait_for("ERASED")
        terminal.type(b"58O7K1LTFVLC\r")
        terminal.wait_for("Found: 58O7K1LTFVLC.")
        terminal.type(b"sxqarlce\r")
        terminal.wait_for("No disk here has the serial number")
        self.assertIsNone(terminal.process.poll())

    def test_it_follows_the_size_down_to_nothing_and_back(self):
        terminal = self.start()
        terminal.wait_for("ERASED")
        for lines, columns in ((10, 40), (2, 5), (1, 1), (60, 200)):
            terminal.resize(lines, columns)
            terminal.read(0.3)
        terminal.wait_for("nvme0n1p2 carries / of this machine")
        terminal.type(b"q")
        self.assert_left_alone(terminal)

    def test_a_vt100_gets_neither_colours_nor_signs_it_lacks(self):
        terminal = self.start(term="vt100", lang="de_DE")
        terminal.wait_for("GELOESCHT - darf gezogen werden")
        self.assertNotRegex(terminal.seen, rb"\x1b\[[0-9;]*3[0-9]m")
        self.assertTrue(all(byte < 0x80 for byte in terminal.seen))

    def test_colours_can_be_declined(self):
        coloured = self.start()
        coloured.wait_for("ERASED")
        self.assertRegex(coloured.seen, rb"\x1b\[[0-9;]*3[0-9]m")
        plain = self.start(NO_COLOR="1")
        plain.wait_for("ERASED")
        self.assertNotRegex(plain.seen, rb"\x1b\[[0-9;]*3[0-9]m")

    def test_a_terminal_without_a_cursor_is_refused_in_words(self):
        for term in ("dumb", "no-such-terminal"):
            terminal = self.start(term=term)
            self.assertEqual(terminal.end(), 1)
            self.assertIn(b"check TERM", terminal.process.stderr.read())

    def test_no_terminal_is_refused_in_words(self):
        done = subprocess.run([str(DEMO)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"needs a terminal", done.stderr)


if __name__ == "__main__":
    unittest.main()
