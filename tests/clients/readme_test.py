#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays the README against a broker with its own configuration; see transcript.py."""
import unittest

from harness import Broker
from transcript import replay


class Readme(unittest.TestCase):
    def test_every_command_prints_what_the_readme_says(self):
        with Broker() as broker:
            self.assertGreater(replay(self, "README.md", broker), 8)


if __name__ == "__main__":
    unittest.main()
