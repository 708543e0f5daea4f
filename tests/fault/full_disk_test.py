#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A metadata journal that has no space: changes are refused, with the reason, and made again when there is
space, without a restart. The limit on the size of the process's files stands for the full disk: a write is
cut short by it, and the next one fails."""
import pathlib
import resource
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_kafka
import raw_requests as ask
from harness import Broker
from raw_batches import batch
from raw_case import KAFKA_STORAGE_ERROR, NONE

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.broker = Broker().start()
        self.addCleanup(self.broker.close)
        self.connect()

    def connect(self):
        self.connection = raw_kafka.Connection(self.broker.kafka_port)
        self.addCleanup(self.connection.close)

    def create(self, topic):
        return ask.create_topic(self.connection, topic, 1, {})

    def topics(self):
        return sorted(ask.metadata(self.connection).topics)

    def journal(self):
        return max(pathlib.Path(self.broker.data_dir).glob("**/journal-*.log"))

    def limit_files(self, bytes_more):
        """No file grows beyond the journal's size now and so many bytes more."""
        limit = self.journal().stat().st_size + bytes_more
        resource.prlimit(self.broker.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def lift_limit(self):
        resource.prlimit(self.broker.process.pid, resource.RLIMIT_FSIZE, NO_LIMIT)

    def test_changes_are_refused_while_the_disk_is_full_and_made_when_there_is_space(self):
        self.assertEqual(self.create("before").error, NONE)
        size = self.journal().stat().st_size
        self.limit_files(bytes_more=30)
        for i in range(5):
            refused = self.create(f"refused-{i}")
            self.assertEqual(refused.error, KAFKA_STORAGE_ERROR)
            self.assertRegex(refused.message, r"journal-\d+\.log: cannot be written: .+; nothing was changed")
            # Nothing of the refused change stays behind.
            self.assertEqual(self.journal().stat().st_size, size)
        self.assertEqual(self.topics(), ["before"])
        self.assertEqual(ask.produce(self.connection, "before", batch([b"v"])).error, NONE)
        self.lift_limit()
        self.assertEqual(self.create("after").error, NONE)
        self.assertEqual(self.create("refused-0").error, NONE)
        expected = ["after", "before", "refused-0"]
        self.assertEqual(self.topics(), expected)
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.connect()
        self.assertEqual(self.topics(), expected)

    def test_what_was_made_before_and_after_a_full_disk_survives_a_kill(self):
        for i in range(10):
            self.limit_files(bytes_more=i * 7)
            self.assertEqual(self.create(f"refused-{i}").error, KAFKA_STORAGE_ERROR)
            self.lift_limit()
            self.assertEqual(self.create(f"made-{i}").error, NONE)
        self.broker.kill9()
        self.broker.start()
        self.connect()
        self.assertEqual(self.topics(), [f"made-{i}" for i in range(10)])


if __name__ == "__main__":
    unittest.main()
