#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Directories that are taken away while the broker uses them. Its open files would take records as before,
and nobody would find them again: so nothing is acknowledged any more, nothing is made anew in their place,
and /readyz?verbose and /metrics tell of it. What lies elsewhere is served as before."""
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_kafka
import raw_requests as ask
from harness import Broker
from raw_batches import batch
from raw_case import KAFKA_STORAGE_ERROR, NONE


class VanishedDirectory(unittest.TestCase):
    def setUp(self):
        self.broker = Broker().start()
        self.addCleanup(self.broker.close)
        self.connection = raw_kafka.Connection(self.broker.kafka_port)
        self.addCleanup(self.connection.close)
        for topic in ("orders", "other"):
            self.assertEqual(ask.create_topic(self.connection, topic, 1, {}).error, NONE)
            self.assertEqual(self.produce(topic), NONE)

    def produce(self, topic, acks=-1):
        return ask.produce(self.connection, topic, batch([b"v"]), acks=acks).error

    def directory(self, name):
        return pathlib.Path(self.broker.data_dir) / name

    def offline_partitions(self):
        return [line for line in self.broker.get("/metrics").splitlines()
                if line.startswith("tenon_offline_partitions ")]

    def test_a_broker_in_order_says_so(self):
        self.assertRegex(self.broker.get("/readyz?verbose"), r"\n\[\+\]storage ok: every partition is online\nok\n$")
        self.assertEqual(self.offline_partitions(), ["tenon_offline_partitions 0"])

    def test_a_partition_whose_directory_vanished_is_offline_and_others_are_served(self):
        shutil.rmtree(self.directory("orders-0"))
        for acks in (1, -1):
            self.assertEqual(self.produce("orders", acks), KAFKA_STORAGE_ERROR)
        self.assertEqual(self.produce("other"), NONE)
        # get() raises when the status is not 200: the broker is ready for the other partitions.
        self.assertEqual(self.broker.get("/readyz"), "ok\n")
        self.assertRegex(self.broker.get("/readyz?verbose"),
                         r"\n\[-\]storage offline: orders-0: .*/orders-0: has vanished while the broker used it.*\nok\n$")
        self.assertEqual(self.offline_partitions(), ["tenon_offline_partitions 1"])
        self.assertFalse(self.directory("orders-0").exists())

    def test_a_directory_that_was_moved_is_not_written_to_any_more(self):
        moved = self.directory("moved")
        self.directory("orders-0").rename(moved)
        before = {path.name: path.read_bytes() for path in moved.glob("*.log")}
        self.assertEqual(self.produce("orders"), KAFKA_STORAGE_ERROR)
        self.assertEqual({path.name: path.read_bytes() for path in moved.glob("*.log")}, before)

    def test_a_data_directory_that_vanished_refuses_records_and_changes(self):
        shutil.rmtree(self.broker.data_dir)
        self.assertEqual(self.produce("orders"), KAFKA_STORAGE_ERROR)
        self.assertEqual(self.produce("other"), KAFKA_STORAGE_ERROR)
        for topic in ("new", "newer"):
            refused = ask.create_topic(self.connection, topic, 1, {})
            self.assertEqual(refused.error, KAFKA_STORAGE_ERROR)
            self.assertRegex(refused.message, r"journal-\d+\.log: .+; nothing was changed")
        self.assertEqual(self.offline_partitions(), ["tenon_offline_partitions 2"])
        self.assertFalse(pathlib.Path(self.broker.data_dir).exists())


if __name__ == "__main__":
    unittest.main()
