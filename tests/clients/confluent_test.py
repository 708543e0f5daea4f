#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""python3-confluent-kafka (Debian's, on librdkafka 2.0.2): admin, idempotent producer, groups."""
import threading
import time
import unittest

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

from harness import BrokerCase, eventually


class Confluent(BrokerCase):
    def setUp(self):
        self.config = {"bootstrap.servers": self.broker.bootstrap}
        self.admin = AdminClient(self.config)

    def create(self, topic, partitions=1, **config):
        new = NewTopic(topic, num_partitions=partitions, replication_factor=1,
                       config={k.replace("_", "."): v for k, v in config.items()})
        self.admin.create_topics([new])[topic].result(10)

    def produce(self, topic, values, **config):
        producer = Producer({**self.config, **config})
        failed = []
        for value in values:
            producer.produce(topic, value=value, callback=lambda e, _: failed.append(e) if e else None)
            producer.poll(0)
        self.assertEqual(producer.flush(20), 0)
        self.assertEqual(failed, [])

    def consumer(self, group, **config):
        made = Consumer({**self.config, "group.id": group, "auto.offset.reset": "earliest",
                         "session.timeout.ms": 6000, **config})
        self.addCleanup(made.close)
        return made

    def read(self, consumer, count, seconds=30):
        got, deadline = [], time.monotonic() + seconds
        while len(got) < count:
            message = consumer.poll(0.2)
            if message is not None and not message.error():
                got.append(message)
            self.assertLess(time.monotonic(), deadline, f"only {len(got)} of {count} records came")
        return got

    def test_topics_are_created_listed_grown_and_deleted(self):
        self.create(self.topic(), 3)
        listed = self.admin.list_topics(timeout=10).topics[self.topic()]
        self.assertEqual(sorted(listed.partitions), [0, 1, 2])
        self.admin.create_partitions([NewPartitions(self.topic(), 5)])[self.topic()].result(10)
        self.assertEqual(len(self.admin.list_topics(timeout=10).topics[self.topic()].partitions), 5)
        self.admin.delete_topics([self.topic()])[self.topic()].result(10)
        self.assertNotIn(self.topic(), self.admin.list_topics(timeout=10).topics)

    def test_a_topic_that_is_there_is_refused(self):
        self.create(self.topic())
        with self.assertRaises(KafkaException) as refused:
            self.create(self.topic())
        self.assertEqual(refused.exception.args[0].name(), "TOPIC_ALREADY_EXISTS")

    def test_an_unknown_config_is_refused_by_name(self):
        with self.assertRaises(KafkaException) as refused:
            self.create(self.topic(), retention_mss="1")
        self.assertEqual(refused.exception.args[0].name(), "INVALID_CONFIG")
        self.assertIn("retention.mss", refused.exception.args[0].str())

    def test_configs_given_at_creation_are_listed(self):
        self.create(self.topic(), retention_ms="123456", segment_bytes="1048576")
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.topic())
        entries = self.admin.describe_configs([resource])[resource].result(10)
        self.assertEqual(entries["retention.ms"].value, "123456")
        self.assertFalse(entries["retention.ms"].is_default)
        self.assertEqual(entries["segment.bytes"].value, "1048576")
        self.assertEqual(entries["cleanup.policy"].value, "delete")
        self.assertIn("tenon.fsync", entries)

    def test_configs_can_be_altered(self):
        self.create(self.topic(), retention_ms="1000")
        wanted = ConfigResource(ConfigResource.Type.TOPIC, self.topic(), set_config={"retention.ms": "2000"})
        self.admin.alter_configs([wanted])[wanted].result(10)
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.topic())
        entries = self.admin.describe_configs([resource])[resource].result(10)
        self.assertEqual(entries["retention.ms"].value, "2000")

    def test_idempotent_producer_with_every_codec(self):
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            topic = f"{self.topic()}-{codec}"
            values = [f"{codec}-{i}".encode() for i in range(3000)]
            self.produce(topic, values, **{"enable.idempotence": True, "compression.type": codec})
            consumer = self.consumer(topic)
            consumer.subscribe([topic])
            got = self.read(consumer, 3000)
            self.assertEqual([m.value() for m in got], values)
            self.assertEqual([m.offset() for m in got], list(range(3000)))

    def test_committed_offsets_are_found_by_the_next_consumer(self):
        self.produce(self.topic(), [str(i).encode() for i in range(10)])
        first = self.consumer(self.topic(), **{"enable.auto.commit": False})
        first.subscribe([self.topic()])
        messages = self.read(first, 4)
        first.commit(message=messages[3], asynchronous=False)
        first.close()
        second = self.consumer(self.topic())
        second.subscribe([self.topic()])
        self.assertEqual(self.read(second, 1)[0].offset(), 4)

    def test_metadata_of_a_commit_comes_back(self):
        self.create(self.topic())
        consumer = self.consumer(self.topic())
        at = TopicPartition(self.topic(), 0, 5)
        consumer.commit(offsets=[at], asynchronous=False)
        self.assertEqual(consumer.committed([TopicPartition(self.topic(), 0)], timeout=10)[0].offset, 5)

    def test_two_members_share_and_one_takes_over(self):
        self.create(self.topic(), 4)
        owned = [set(), set()]
        consumers = [self.consumer(self.topic()) for _ in range(2)]
        stop = threading.Event()

        def loop(i):
            while not stop.is_set():
                consumers[i].poll(0.1)
                owned[i] = {p.partition for p in consumers[i].assignment()}
        for i in range(2):
            consumers[i].subscribe([self.topic()])
        threads = [threading.Thread(target=loop, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        try:
            eventually(lambda: len(owned[0]) == 2 and len(owned[1]) == 2 and
                       owned[0] | owned[1] == {0, 1, 2, 3}, 30, "an even share")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        consumers[1].close()
        eventually(lambda: consumers[0].poll(0.1) or len(consumers[0].assignment()) == 4, 30, "the takeover")

    def test_groups_are_listed_by_the_admin_client(self):
        consumer = self.consumer(self.topic())
        self.produce(self.topic(), [b"x"])
        consumer.subscribe([self.topic()])
        self.read(consumer, 1)
        groups = {g.id for g in self.admin.list_groups(timeout=10)}
        self.assertIn(self.topic(), groups)

    def test_transactional_producers_are_told_at_once_that_there_are_no_transactions(self):
        producer = Producer({**self.config, "transactional.id": self.topic()})
        began = time.monotonic()
        with self.assertRaises(KafkaException) as refused:
            producer.init_transactions(12)
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(refused.exception.args[0].name(), "TRANSACTIONAL_ID_AUTHORIZATION_FAILED")

    def test_groups_go_on_when_the_offsets_topic_was_deleted(self):
        self.produce(self.topic(), [b"x", b"y"])
        before = self.consumer(self.topic())
        before.subscribe([self.topic()])
        self.read(before, 2)
        before.close()
        self.admin.delete_topics(["__consumer_offsets"])["__consumer_offsets"].result(10)
        after = self.consumer(self.topic())
        after.subscribe([self.topic()])
        self.assertEqual(self.read(after, 1)[0].offset(), 0)
        after.commit(asynchronous=False)

    def test_seek_by_time(self):
        producer = Producer(self.config)
        for i in range(10):
            producer.produce(self.topic(), value=str(i), timestamp=1_700_000_000_000 + i * 1000)
        producer.flush(10)
        consumer = self.consumer(self.topic())
        found = consumer.offsets_for_times([TopicPartition(self.topic(), 0, 1_700_000_003_500)], timeout=10)
        self.assertEqual(found[0].offset, 4)
        past_the_end = consumer.offsets_for_times([TopicPartition(self.topic(), 0, 1_800_000_000_000)], timeout=10)
        self.assertEqual(past_the_end[0].offset, -1)

    def test_a_record_that_is_too_large_is_refused(self):
        self.create(self.topic(), max_message_bytes="1000")
        producer = Producer(self.config)
        errors = []
        producer.produce(self.topic(), value=b"x" * 5000, callback=lambda e, _: errors.append(e))
        producer.flush(10)
        self.assertEqual(errors[0].name(), "MSG_SIZE_TOO_LARGE")


if __name__ == "__main__":
    unittest.main()
