#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A plugin that ends the broker's process: whom the last words name, and what becomes of the next starts."""
import os
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

    def tenon(self, *arguments, at_open=""):
        """Runs the program to its end, the library crashing that way when it is opened; (exit code, stderr)."""
        environment = {**os.environ, "TENON_TEST_CRASH_AT_OPEN": at_open}
        done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30, env=environment)
        return done.returncode, done.stderr

    def start(self, where, how="fault", *arguments, kafka="127.0.0.1:0", at_open=""):
        """Starts a broker that is not to become ready; (exit code, stderr)."""
        return self.tenon("serve", "--config", self.configure(where, how), "--data-dir", str(self.folder / "data"),
                          "--kafka", kafka, "--http", "127.0.0.1:0", *arguments, at_open=at_open)

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

    def test_a_library_that_crashes_while_it_is_opened_is_named_and_counted(self):
        for how, code_of_end, words in (
                ("fault", -signal.SIGSEGV, "tenon died of SIGSEGV"), ("abort", -signal.SIGABRT, "tenon died of SIGABRT"),
                ("exit", 9, "")):
            with self.subTest(how):
                for _ in range(3):
                    code, log = self.start("nowhere", at_open=how)
                    self.assertEqual(code, code_of_end, log)
                    self.assertIn(words, log)
                    if words:
                        self.assertIn("during a call of partitioner crashing 1.0.0, function open", log)
                        self.assertIn(str(CRASHING), log)
                code, log = self.start("nowhere", at_open=how)
                self.assertEqual(code, 2, log)
                reason = f"it ended 3 starts in a row, at last: {words}" if words else "opening it never came to an end"
                self.assertIn(reason, log)
                (self.folder / "data/plugin-crashes").unlink()

    def test_a_broker_can_serve_without_a_library_that_cannot_be_opened(self):
        os.environ["TENON_TEST_CRASH_AT_OPEN"] = "fault"
        self.addCleanup(os.environ.pop, "TENON_TEST_CRASH_AT_OPEN")
        broker = self.broker("nowhere", "fault", "plugins.safe_mode=true").start()
        self.assertEqual(broker.stop(), 0)
        for _ in range(3):
            code, log = self.start("nowhere", at_open="fault")
            self.assertEqual(code, -signal.SIGSEGV, log)
        broker = self.broker("nowhere", "fault", "plugins.on_fault=skip").start()
        self.assertTrue(any("quarantined" in line and "left out" in line for line in broker.lines))
        self.assertEqual(broker.stop(), 0)

    def test_the_command_line_names_a_library_that_crashes_while_it_is_opened(self):
        for arguments in (("config", "check", self.configure("nowhere")), ("plugin", "inspect", str(CRASHING))):
            with self.subTest(arguments[0]):
                code, log = self.tenon(*arguments, at_open="fault")
                self.assertEqual(code, -signal.SIGSEGV, log)
                self.assertIn("during a call of partitioner crashing 1.0.0, function open", log)

    def test_a_mistake_in_the_options_stops_a_start_before_anything_is_made(self):
        code, log = self.start("somewhere")
        self.assertEqual(code, 2, log)
        self.assertIn('tenon.toml:5:9: "where" must be one of nowhere, create, partition', log)

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
