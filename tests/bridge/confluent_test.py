#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""python3-confluent-kafka (Debian's): a partitioner of one's own in Python, by configuration alone."""
import unittest

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from bridge_case import BRIDGE, FIXTURES, by_murmur2
from harness import BrokerCase

KEYS = [f"customer-{i}" for i in range(300)]


class Confluent(BrokerCase):
    def produced(self, partitions=7, **config):
        """Where the keys went, as the delivery reports say."""
        topic, went = self.topic(), {}
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(20)
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "plugin.library.paths": str(BRIDGE)} |
                            {key.replace("_", "."): value for key, value in config.items()})

        def delivered(error, message):
            self.assertIsNone(error)
            went[message.key().decode()] = message.partition()
        for key in KEYS:
            producer.produce(topic, b"value", key=key, callback=delivered)
            producer.poll(0)
        self.assertEqual(producer.flush(20), 0)
        return went

    def test_keys_go_where_the_plugin_says(self):
        went = self.produced(tenon_partitioner_plugin="hash")
        self.assertEqual(went, {key: by_murmur2(key, 7) for key in KEYS})

    def test_options_are_taken(self):
        went = self.produced(tenon_partitioner_config="answer=5",
                             tenon_partitioner_plugin=str(FIXTURES / "partitioner-fixed.so"))
        self.assertEqual(set(went.values()), {5})

    def test_a_mistake_is_an_exception_with_its_text(self):
        with self.assertRaises(KafkaException) as refused:
            Producer({"plugin.library.paths": str(BRIDGE), "tenon.partitioner.plugn": "hash"})
        self.assertIn('did you mean "tenon.partitioner.plugin"?', str(refused.exception))

    def test_producers_come_and_go(self):
        for _ in range(20):
            producer = Producer({"bootstrap.servers": self.broker.bootstrap, "plugin.library.paths": str(BRIDGE),
                                 "tenon.partitioner.plugin": "round-robin"})
            producer.produce(self.topic(), b"value")
            self.assertEqual(producer.flush(20), 0)
            del producer


if __name__ == "__main__":
    unittest.main()
