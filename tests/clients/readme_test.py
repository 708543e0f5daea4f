#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays the README and the SDK's tutorial as a new user would type them; see transcript.py."""
import os
import shutil
import socket
import subprocess
import tempfile
import types
import unittest

from harness import BINARY, Broker
from transcript import replay


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = tempfile.mkdtemp(prefix="tenon-installed-")
        cls.addClassCleanup(shutil.rmtree, cls.prefix)
        build = os.path.dirname(os.path.dirname(BINARY))
        subprocess.run(["cmake", "--install", build, "--prefix", cls.prefix], check=True, stdout=subprocess.DEVNULL)
        cls.environment = {"CMAKE_PREFIX_PATH": cls.prefix, "PREFIX": cls.prefix}

    def test_the_readme_prints_what_it_says(self):
        with Broker() as broker:
            self.assertGreater(replay(self, "README.md", broker, self.environment), 20)

    def test_the_tutorial_prints_what_it_says(self):
        # It starts the broker itself.
        kafka, http = free_port(), free_port()
        broker = types.SimpleNamespace(bootstrap=f"127.0.0.1:{kafka}", http_port=http)
        self.assertGreater(replay(self, "sdk/docs/tutorial.md", broker, self.environment), 15)


if __name__ == "__main__":
    unittest.main()
