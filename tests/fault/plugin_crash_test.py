#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A plugin that ends the broker's process: whom the last words name, and what becomes of the next starts."""
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_kafka
import raw_requests as ask
from harness import BINARY, Broker
from raw_batches import batch
from raw_case import NONE

FIXTURES = pathlib.Path(BINARY).parents[1] / "tests/fixtures/plugins"
CRASHING = FIXTURES / "partitioner-crashing.so"
TOML = """
[storage.segment]
[partitioner.crashing]
path = "{path}"
where = "{where}"
how = "{how}"
"""


class PluginCrash(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tenon-crash-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def configure(self, where, how="fault"):
        path = self.folder / "tenon.toml"
        path.write_text(TOML.format(path=CRASHING, where=where, how=how))
        return str(path)

    def start(self, where, how="fault", *arguments, kafka="127.0.0.1:0"):
        """Starts a broker that is not to become ready; (exit code, stderr)."""
        command = [BINARY, "serve", "--config", self.configure(where, how), "--data-dir",
                   str(self.folder / "data"), "--kafka", kafka, "--http", "127.0.0.1:0", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        return done.returncode, done.stderr

    def broker(self, where, how="fault", *settings, data="data"):
        broker = Broker(*settings, config=self.configure(where, how), data_dir=str(self.folder / data))
        self.addCleanup(broker.close)
        return broker

    def crash_while_producing(self, how):
        """Guards a topic with the plugin, produces, and returns the exit code and the log of the end."""
        broker = self.broker("partition", how, data=f"data-{how}").start()
        connection = raw_kafka.Connection(broker.kafka_port)
        self.addCleanup(connection.close)
        configs = {"tenon.partitioner": "crashing", "tenon.partitioner.guard": "warn"}
        self.assertEqual(ask.create_topic(connection, "t", 1, configs).error, NONE)
        with self.assertRaises((OSError, EOFError, raw_kafka.Closed)):
            ask.produce(connection, "t", batch([b"value"]))
        code = broker.process.wait(timeout=30)
        return code, "\n".join(broker.lines)

    def test_a_crash_in_a_call_names_the_plugin_and_the_function(self):
        for how, number in (("fault", signal.SIGSEGV), ("abort", signal.SIGABRT), ("in_libc", signal.SIGSEGV),
                            ("overflow", signal.SIGSEGV)):
            with self.subTest(how):
                code, log = self.crash_while_producing(how)
                self.assertEqual(code, -number, log)
                self.assertIn(f"tenon died of {number.name}", log)
                self.assertIn("partitioner crashing 1.0.0, function partition", log)
                self.assertIn(str(CRASHING), log)

    def test_after_three_crashes_at_start_the_plugin_is_quarantined_and_named(self):
        for _ in range(3):
            code, log = self.start("create")
            self.assertEqual(code, -signal.SIGSEGV, log)
            self.assertIn("in the code of partitioner crashing 1.0.0, function create", log)
        code, log = self.start("create")
        self.assertEqual(code, 2, log)
        self.assertIn("it is quarantined: it ended 3 starts in a row, at last: tenon died of SIGSEGV", log)
        self.assertIn(f"replace the library, or remove {self.folder}/data/plugin-crashes", log)

    def test_a_create_that_ends_the_process_without_a_word_counts_too(self):
        for _ in range(3):
            code, log = self.start("create", "exit")
            self.assertEqual(code, 9, log)
        code, log = self.start("create", "exit")
        self.assertEqual(code, 2, log)
        self.assertIn("its create never returned", log)

    def test_a_broker_can_serve_without_the_quarantined_plugin(self):
        for _ in range(3):
            self.start("create")
        broker = self.broker("create", "fault", "plugins.on_fault=skip").start()
        self.assertTrue(any("quarantined" in line and "left out" in line for line in broker.lines))
        self.assertEqual(broker.stop(), 0)
        # The clean stop does not make the plugin any better.
        code, log = self.start("create")
        self.assertEqual(code, 2, log)

    def test_safe_mode_starts_whatever_the_plugin_does(self):
        self.start("create")
        broker = self.broker("create", "fault", "plugins.safe_mode=true").start()
        self.assertTrue(any("safe mode: partitioner \"crashing\"" in line for line in broker.lines))
        connection = raw_kafka.Connection(broker.kafka_port)
        self.addCleanup(connection.close)
        self.assertEqual(ask.create_topic(connection, "t", 1, {}).error, NONE)
        self.assertEqual(ask.produce(connection, "t", batch([b"value"])).error, NONE)
        self.assertEqual(broker.stop(), 0)

    def test_the_flag_is_the_setting(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            code, log = self.start("create", "fault", "--safe-mode",
                                   kafka=f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual(code, 2, log)  # it came as far as the port
        self.assertIn('safe mode: partitioner "crashing" did not come with Tenon', log)

    def test_crashes_after_the_start_has_settled_do_not_add_up(self):
        for _ in range(2):
            self.start("create")
        broker = self.broker("nowhere").start()
        self.assertEqual(broker.stop(), 0)
        code, log = self.start("create")
        self.assertEqual(code, -signal.SIGSEGV, log)
        code, log = self.start("create")
        self.assertEqual(code, -signal.SIGSEGV, log)


if __name__ == "__main__":
    unittest.main()
