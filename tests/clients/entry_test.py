#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The ways in: ./dev, and a tree that `cmake --install` has made."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import harness
from harness import BINARY, ROOT, Broker, run

BUILD = pathlib.Path(BINARY).parents[1]


class Dev(unittest.TestCase):
    def test_a_second_run_is_ready_in_under_two_seconds(self):
        data = tempfile.mkdtemp(prefix="tenon-test-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        began = time.monotonic()
        process = subprocess.Popen(
            [ROOT / "dev", "run", "--data-dir", data, "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"],
            env={**os.environ, "TENON_BUILD_DIR": str(BUILD)}, stderr=subprocess.PIPE, text=True)
        with process.stderr as output:
            for line in output:
                if "Kafka clients: " in line:
                    break
            took = time.monotonic() - began
            process.terminate()
            output.read()
        self.assertEqual(process.wait(timeout=20), 0)
        print(f"./dev run to ready: {took:.2f} s")
        self.assertLess(took, 2)

    def test_help_lists_every_verb_and_an_unknown_one_is_an_error(self):
        code, out, _ = run(ROOT / "dev", "help")
        self.assertEqual(code, 0)
        for verb in ("run", "test", "build", "fmt", "check"):
            self.assertIn(f"./dev {verb}", out)
        code, _, err = run(ROOT / "dev", "rnu")
        self.assertEqual(code, 1)
        self.assertIn("no such command: rnu", err)

    def test_another_system_is_told_what_to_install(self):
        tools = tempfile.mkdtemp(prefix="tenon-test-")
        self.addCleanup(shutil.rmtree, tools)
        for tool in ("bash", "env", "dirname", "sed", "cut", "tr", "grep", "id"):
            os.symlink(shutil.which(tool), f"{tools}/{tool}")
        done = subprocess.run([ROOT / "dev", "run"], env={"PATH": tools}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not Debian 12 or newer", done.stderr)
        for package in ("clang-19", "libboost1.81-dev", "librdkafka-dev"):
            self.assertIn(package, done.stderr)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = pathlib.Path(tempfile.mkdtemp(prefix="tenon-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.prefix)
        code, _, err = run("cmake", "--install", str(BUILD), "--prefix", str(cls.prefix))
        assert code == 0, err

    def test_everything_is_in_place(self):
        for path in ("bin/tenon", "lib/tenon/plugins/storage-segment.so", "include/tenon/plugin.h",
                     "include/tenon/partitioner.hpp", "etc/tenon/standalone.toml",
                     "lib/cmake/tenon-sdk/tenon-sdk-config.cmake"):
            self.assertTrue((self.prefix / path).exists(), path)

    def test_the_installed_broker_finds_its_plugins_and_serves(self):
        before, harness.BINARY = harness.BINARY, str(self.prefix / "bin/tenon")
        self.addCleanup(setattr, harness, "BINARY", before)
        with Broker(config=str(self.prefix / "etc/tenon/standalone.toml")) as broker:
            self.assertIn("ok", broker.get("/readyz"))
            code, out, err = run("kcat", "-b", broker.bootstrap, "-L")
            self.assertEqual(code, 0, err)
            self.assertTrue(re.search(r"broker 1 at 127\.0\.0\.1", out))


if __name__ == "__main__":
    unittest.main()
