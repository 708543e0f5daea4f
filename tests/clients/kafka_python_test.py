#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""python3-kafka 2.0.2: infers the broker's version, then produces, consumes, joins groups, administers."""
import threading
import unittest

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import UnknownTopicOrPartitionError

from harness import BrokerCase, eventually


class KafkaPython(BrokerCase):
    def producer(self, **config):
        made = KafkaProducer(bootstrap_servers=self.broker.bootstrap, **config)
        self.addCleanup(made.close)
        return made

    def consumer(self, *topics, **config):
        made = KafkaConsumer(*topics, bootstrap_servers=self.broker.bootstrap,
                             auto_offset_reset="earliest", consumer_timeout_ms=15000, **config)
        self.addCleanup(made.close)
        return made

    def admin(self):
        made = KafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        self.addCleanup(made.close)
        return made

    def test_takes_the_broker_for_a_recent_kafka(self):
        self.assertGreaterEqual(self.producer().config["api_version"], (2, 3, 0))

    def test_every_codec_with_keys_and_headers(self):
        for codec in (None, "gzip", "snappy", "lz4", "zstd"):
            topic = f"{self.topic()}-{codec}"
            producer = self.producer(compression_type=codec, linger_ms=20)
            sent = [producer.send(topic, key=b"k%d" % i, value=b"v%d" % i, headers=[("h", b"%d" % i)])
                    for i in range(500)]
            producer.flush()
            self.assertEqual([f.get(10).offset for f in sent], list(range(500)))
            got = [next(consumer) for consumer in [self.consumer(topic)] for _ in range(500)]
            self.assertEqual([(m.key, m.value, m.headers) for m in got],
                             [(b"k%d" % i, b"v%d" % i, [("h", b"%d" % i)]) for i in range(500)])

    def test_acks_zero_and_one(self):
        for acks in (0, 1):
            topic = f"{self.topic()}-{acks}"
            producer = self.producer(acks=acks)
            for i in range(100):
                producer.send(topic, b"%d" % i)
            producer.flush()
            got = [m.value for _, m in zip(range(100), self.consumer(topic))]
            self.assertEqual(got, [b"%d" % i for i in range(100)])

    def test_seek_by_offset_and_time(self):
        producer = self.producer()
        for i in range(20):
            producer.send(self.topic(), b"%d" % i, timestamp_ms=1_700_000_000_000 + i * 1000)
        producer.flush()
        at = TopicPartition(self.topic(), 0)
        consumer = self.consumer()
        consumer.assign([at])
        consumer.seek(at, 15)
        self.assertEqual(next(consumer).value, b"15")
        self.assertEqual(consumer.offsets_for_times({at: 1_700_000_010_000})[at].offset, 10)
        self.assertIsNone(consumer.offsets_for_times({at: 1_800_000_000_000})[at])
        self.assertEqual(consumer.beginning_offsets([at])[at], 0)
        self.assertEqual(consumer.end_offsets([at])[at], 20)

    def test_two_members_rebalance(self):
        self.admin().create_topics([NewTopic(self.topic(), 2, 1)])
        consumers = [self.consumer(self.topic(), group_id=self.topic(), heartbeat_interval_ms=300,
                                   session_timeout_ms=6000) for _ in range(2)]
        stop, owned = threading.Event(), [set(), set()]

        def loop(i):
            while not stop.is_set():
                consumers[i].poll(100)
                owned[i] = {p.partition for p in consumers[i].assignment()}
        threads = [threading.Thread(target=loop, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        try:
            eventually(lambda: len(owned[0]) == 1 and len(owned[1]) == 1, 40, "one partition each")
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def test_groups_are_listed_described_and_their_offsets_read(self):
        producer = self.producer()
        for i in range(5):
            producer.send(self.topic(), b"%d" % i)
        producer.flush()
        consumer = self.consumer(self.topic(), group_id=self.topic(), enable_auto_commit=False)
        self.assertEqual(next(consumer).offset, 0)
        consumer.commit()
        admin = self.admin()
        self.assertIn((self.topic(), "consumer"), admin.list_consumer_groups())
        described = admin.describe_consumer_groups([self.topic()])[0]
        self.assertEqual((described.state, len(described.members)), ("Stable", 1))
        offsets = admin.list_consumer_group_offsets(self.topic())
        self.assertEqual(offsets[TopicPartition(self.topic(), 0)].offset, 1)

    def test_a_deleted_topic_is_gone(self):
        admin = self.admin()
        admin.create_topics([NewTopic(self.topic(), 1, 1)])
        admin.delete_topics([self.topic()])
        with self.assertRaises(UnknownTopicOrPartitionError):
            admin.delete_topics([self.topic()])


if __name__ == "__main__":
    unittest.main()
