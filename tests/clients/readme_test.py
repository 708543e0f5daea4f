#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays the README: every `$ command` of a console block, in order, must print what stands below it.

"…" stands for anything on that line. The README's ports are those of the test's broker.
"""
import os
import pathlib
import re
import subprocess
import unittest

from harness import BINARY, ROOT, Broker


def steps(text):
    """(command, expected lines) of each console block."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        command, expected = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, expected
                command, expected = line[2:], []
            else:
                expected.append(line)
        yield command, expected


def matches(expected, printed):
    pattern = "\n".join(re.escape(line.rstrip()).replace("…", ".*") for line in expected)
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed.splitlines()))


class Readme(unittest.TestCase):
    def test_every_command_prints_what_the_readme_says(self):
        replayed = 0
        with Broker() as broker:
            path = f"{pathlib.Path(BINARY).parent}:{os.environ['PATH']}"
            environment = {**os.environ, "PATH": path, "TENON_BOOTSTRAP": broker.bootstrap}
            for command, expected in steps((ROOT / "README.md").read_text()):
                real = command.replace("127.0.0.1:9092", broker.bootstrap).replace(
                    "127.0.0.1:9644", f"127.0.0.1:{broker.http_port}")
                done = subprocess.run(real, shell=True, cwd=ROOT, env=environment, text=True, timeout=60,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                printed = done.stdout.replace(broker.bootstrap, "127.0.0.1:9092")
                self.assertTrue(matches(expected, printed), f"$ {command}\n{printed}")
                replayed += 1
        self.assertGreater(replayed, 8)
        print(f"{replayed} commands of the README replayed")


if __name__ == "__main__":
    unittest.main()
