# SPDX-License-Identifier: Apache-2.0
"""Runs applications with the bridge and reads what they say. All they know of Tenon is configuration."""
import collections
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
from harness import BINARY  # noqa: E402

from kafka.partitioner.default import murmur2  # noqa: E402

BUILD = pathlib.Path(BINARY).resolve().parents[1]
BRIDGE = BUILD / "lib/libtenon-rdkafka.so"
PLUGINS = BUILD / "lib/tenon/plugins"
FIXTURES = BUILD / "tests/fixtures/plugins"
MUSEUM = pathlib.Path(__file__).resolve().parents[1] / "museum/sdk-1.0"
APP = BUILD / "tests/bridge_app"
SECONDS = 120


def by_murmur2(key, partitions=4):
    """Where the Java client, and so the plugin `hash`, sends a key; computed by kafka-python."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


class Said:
    """What one run of the application printed."""

    def __init__(self, code, out, log):
        self.code, self.out, self.log = code, out, log
        self.lines = out.splitlines()
        self.records = [line.split(" ", 2)[1:] for line in self.lines if line.startswith("P ")]
        self.failures = [line[2:] for line in self.lines if line.startswith("F ")]
        self.counts = collections.Counter(int(record[0]) for record in self.records)

    def ours(self, level=None):
        """The bridge's lines of the log, of one level of syslog or of all."""
        lines = [line for line in self.log.splitlines() if "|TENON|" in line]
        return [line.split("| ", 1)[1] for line in lines if level is None or line.startswith(f"%{level}|")]


class BridgeCase(unittest.TestCase):
    maxDiff = None

    def run_app(self, *arguments, preload=False, app=(str(APP),), **environment):
        env = {name: value for name, value in os.environ.items() if not name.startswith("TENON_P")}
        env |= environment | ({"LD_PRELOAD": str(BRIDGE)} if preload else {})
        done = subprocess.run([*app, *arguments], capture_output=True, text=True, timeout=SECONDS, env=env)
        return Said(done.returncode, done.stdout, done.stderr)

    def run_with(self, plugin, *arguments, **more):
        """The application with that plugin; it must end well."""
        said = self.run_app(f"plugin.library.paths={BRIDGE}", f"tenon.partitioner.plugin={plugin}",
                            *arguments, **more)
        self.assertEqual(said.code, 0, said.out + said.log)
        return said

    def assert_by_murmur2(self, said, records=400, partitions=4):
        self.assertEqual(said.failures, [])
        self.assertEqual(len(said.records), records)
        for partition, key in said.records:
            self.assertEqual(int(partition), by_murmur2(key, partitions), key)

    def assert_even(self, said, records=400, partitions=4):
        """Each partition has its share: the first records may have met leaders that were not known yet."""
        self.assertEqual(said.failures, [])
        self.assertEqual(sum(said.counts.values()), records)
        for partition in range(partitions):
            self.assertAlmostEqual(said.counts[partition], records / partitions, delta=records / 20)


def main():
    unittest.main()
