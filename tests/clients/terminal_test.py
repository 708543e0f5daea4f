#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `tenon produce` shows on a terminal, and that it shows nothing of it elsewhere."""
import os
import pty
import subprocess
import unittest

from harness import BINARY, BrokerCase

LINES = "".join(f"line {i}\n" for i in range(300_000))


class Terminal(BrokerCase):
    def produce(self, stderr):
        return subprocess.Popen([BINARY, "--bootstrap", self.broker.bootstrap, "produce", self.topic()],
                                stdin=subprocess.PIPE, stderr=stderr, text=True)

    def test_progress_is_drawn_on_a_terminal(self):
        ours, theirs = pty.openpty()
        process = self.produce(theirs)
        os.close(theirs)
        process.stdin.write(LINES)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        self.assertIn(b"\r", shown)
        self.assertIn(b"300000 records", shown)

    def test_a_file_gets_the_summary_only(self):
        process = self.produce(subprocess.PIPE)
        _, err = process.communicate(LINES, timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(len(err.splitlines()), 1)
        self.assertNotIn("\r", err)


if __name__ == "__main__":
    unittest.main()
