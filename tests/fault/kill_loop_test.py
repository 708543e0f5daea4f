#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fifty rounds of kill -9 under acks=all load: what was acknowledged is there afterwards, once, in order.

Idempotent producers of librdkafka live through all rounds and keep their producer ids; a group of one
member commits what it has read; topics are made. After each kill the broker starts again on the same
data, and is asked at once for what it had acknowledged: end offsets, committed offsets, topics. At the
end everything is read and compared, record by record. What was sent and not acknowledged may be there,
but at most once, and in its place in the order.

The moments of the kills are drawn from a seed, which is printed; TENON_KILL_SEED and TENON_KILL_ROUNDS
choose others.
"""
import collections
import os
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

import raw_kafka
import raw_requests as ask
from harness import Broker, eventually

ROUNDS = int(os.environ.get("TENON_KILL_ROUNDS", "50"))
SEED = int(os.environ.get("TENON_KILL_SEED", "1"))
TOPICS = {"events": 4, "orders": 3, "packed": 2}
GROUP = "readers"
RECORDS_PER_SECOND_MAX = 1500  # of each producer, so that reading everything at the end stays short
RETRY = {"reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 100, "retry.backoff.ms": 20,
         "socket.timeout.ms": 5000, "log_level": 0}


class Sent:
    """What one producer knows of the records it sent to one partition."""

    def __init__(self):
        self.next, self.acked = 0, {}  # sequence -> offset


class LoadProducer(threading.Thread):
    """Sends records "name:partition:sequence" to all partitions of its topic, in turn."""

    def __init__(self, name, bootstrap, topic, **config):
        super().__init__(daemon=True)
        self.name, self.topic, self.stopped, self.failures = name, topic, threading.Event(), []
        self.sent = [Sent() for _ in range(TOPICS[topic])]
        self.producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 2,
                                  "message.timeout.ms": 0, "queue.buffering.max.messages": 5000,
                                  "error_cb": self.on_error, **RETRY, **config})

    def on_error(self, error):
        if error.fatal():
            self.failures.append(str(error))

    def run(self):
        while not self.stopped.wait(0.01):
            for _ in range(RECORDS_PER_SECOND_MAX // 100):
                partition = random.randrange(len(self.sent))
                self.send(partition, self.sent[partition])

    def send(self, partition, sent):
        sequence = sent.next

        def delivered(error, message):
            if error:
                self.failures.append(f"{self.name} {partition} {sequence}: {error}")
            else:
                sent.acked[sequence] = message.offset()
        try:
            self.producer.produce(self.topic, f"{self.name}:{partition}:{sequence}".encode(), b"key",
                                  partition=partition, on_delivery=delivered)
            sent.next += 1
        except BufferError:
            pass  # as many wait as may wait
        self.producer.poll(0)

    def finish(self):
        self.stopped.set()
        self.join()
        return self.producer.flush(30)


class GroupMember(threading.Thread):
    """Reads "events" as the only member of a group and commits; keeps what was acknowledged."""

    def __init__(self, bootstrap):
        super().__init__(daemon=True)
        self.stopped, self.committed, self.commits = threading.Event(), collections.defaultdict(int), 0
        self.consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": GROUP, "session.timeout.ms": 45000,
                                  "auto.offset.reset": "earliest", "enable.auto.commit": False, **RETRY})

    def run(self):
        self.consumer.subscribe(["events"])
        while not self.stopped.is_set():
            if [m for m in self.consumer.consume(200, 0.05) if not m.error()]:
                self.commit()
        self.consumer.close()

    def commit(self):
        try:
            for done in self.consumer.commit(asynchronous=False) or ():
                if not done.error:
                    self.committed[done.partition] = max(self.committed[done.partition], done.offset)
                    self.commits += 1
        except KafkaException:
            pass  # not acknowledged


class TopicMaker(threading.Thread):
    """Makes one topic after the other; keeps the ids of those that were acknowledged."""

    def __init__(self, broker):
        super().__init__(daemon=True)
        self.broker, self.stopped, self.acked = broker, threading.Event(), {}

    def run(self):
        tried = 0
        while not self.stopped.wait(0.1):
            tried += 1
            try:
                with raw_kafka.Connection(self.broker.kafka_port, timeout=5) as connection:
                    made = ask.create_topic(connection, f"made-{tried}", 2)
                    if made.error == 0:
                        self.acked[made.name] = made.id
            except (OSError, raw_kafka.Closed):
                pass  # not acknowledged


class KillLoop(unittest.TestCase):
    def setUp(self):
        random.seed(SEED)
        self.broker = Broker()
        self.addCleanup(self.broker.close)
        self.broker.start()
        with raw_kafka.Connection(self.broker.kafka_port) as connection:
            for topic, partitions in TOPICS.items():
                self.assertEqual(ask.create_topic(connection, topic, partitions, {"segment.bytes": 100_000}).error, 0)
        where = self.broker.bootstrap
        self.producers = [LoadProducer("a", where, "events"), LoadProducer("b", where, "events"),
                          LoadProducer("c", where, "orders"),
                          LoadProducer("d", where, "packed", **{"compression.type": "zstd"})]
        self.member, self.maker = GroupMember(where), TopicMaker(self.broker)
        self.threads = [*self.producers, self.member, self.maker]
        self.seen_commits = collections.defaultdict(int)

    def test_what_was_acknowledged_survives_fifty_kills(self):
        began, down = time.monotonic(), 0.0
        for thread in self.threads:
            thread.start()
        for self.round in range(ROUNDS):
            self.wait_for_acks()
            time.sleep(random.uniform(0.1, 0.8))
            killed = time.monotonic()
            self.kill_and_start()
            down += time.monotonic() - killed
        self.wait_for_acks()
        left = [producer.finish() for producer in self.producers]
        for thread in (self.member, self.maker):
            thread.stopped.set()
            thread.join()
        self.assertEqual([f for producer in self.producers for f in producer.failures], [])
        self.assertEqual(left, [0] * len(left), "records were never acknowledged though the broker is back")
        acked, found = self.check_everything()
        print(f"\n{ROUNDS} rounds (seed {SEED}): {acked} records acknowledged, {found} found, "
              f"{self.member.commits} commits and {len(self.maker.acked)} topics acknowledged; "
              f"{time.monotonic() - began:.1f} s, {down / ROUNDS * 1000:.0f} ms from kill to ready")
        self.assertGreater(self.member.commits, ROUNDS, "the group has hardly worked")

    def wait_for_acks(self):
        """A kill counts only if the load runs: every producer gets something acknowledged first."""
        before = [self.acked_of(producer) for producer in self.producers]
        eventually(lambda: all(self.acked_of(p) > n or p.failures for p, n in zip(self.producers, before)), 30,
                   "that every producer is served again")

    @staticmethod
    def acked_of(producer):
        return sum(len(sent.acked) for sent in producer.sent)

    def kill_and_start(self):
        self.broker.kill9()
        # After the kill nothing more is acknowledged: this is what must be there.
        time.sleep(0.05)
        ends = collections.defaultdict(int)
        for producer in self.producers:
            for partition, sent in enumerate(producer.sent):
                last = max(list(sent.acked.values()), default=-1)
                ends[producer.topic, partition] = max(ends[producer.topic, partition], last + 1)
        committed, topics = dict(self.member.committed), dict(self.maker.acked)
        self.broker.start()
        with raw_kafka.Connection(self.broker.kafka_port) as connection:
            self.check_after_start(connection, ends, committed, topics)

    def check_after_start(self, connection, ends, committed, topics):
        where = f"in round {self.round}"
        for (topic, partition), end in ends.items():
            found = ask.list_offsets(connection, topic, ask.LATEST, partition=partition)
            self.assertEqual(found.error, 0, f"{topic}-{partition} {where}")
            self.assertGreaterEqual(found.offset, end, f"{topic}-{partition} has lost records {where}")
        listed = ask.metadata(connection, version=10).topics
        for topic, topic_id in topics.items():
            self.assertIn(topic, listed, f"a topic is lost {where}")
            self.assertEqual(listed[topic].id, topic_id, where)
        for partition, offset in self.offsets_of_group(connection).items():
            self.assertGreaterEqual(offset, committed.get(partition, 0), f"a committed offset is lost {where}")
            self.assertGreaterEqual(offset, self.seen_commits[partition], f"a committed offset went back {where}")
            self.seen_commits[partition] = offset

    def offsets_of_group(self, connection):
        def answer():
            try:
                return ask.committed_offsets(connection, [GROUP], {"events": list(range(TOPICS["events"]))})[GROUP]
            except AssertionError as error:
                if "error 14 " in str(error):  # COORDINATOR_LOAD_IN_PROGRESS
                    return None
                raise
        return {partition: offset for (_, partition), (offset, _) in eventually(answer).items() if offset >= 0}

    def check_everything(self):
        acked = found = 0
        for topic, partitions in TOPICS.items():
            for partition in range(partitions):
                values = self.read(topic, partition)
                found += len(values)
                for producer in self.producers:
                    if producer.topic == topic:
                        acked += self.check_producer(producer, partition, values)
        return acked, found

    def check_producer(self, producer, partition, values):
        where = f"{producer.topic}-{partition} of producer {producer.name}"
        sent, seen = producer.sent[partition], {}
        order = []
        for offset, value in enumerate(values):
            name, _, sequence = value.decode().split(":")
            if name == producer.name:
                self.assertNotIn(int(sequence), seen, f"{where}: record {sequence} is there twice")
                seen[int(sequence)] = offset
                order.append(int(sequence))
        self.assertEqual(order, sorted(order), f"{where}: not in order")
        lost = sent.acked.keys() - seen.keys()
        self.assertFalse(lost, f"{where}: {len(lost)} acknowledged records are lost, first {min(lost, default=0)}")
        for sequence, offset in sent.acked.items():
            # librdkafka gives a record whose first acknowledgement was lost the offset -1.
            self.assertIn(offset, (seen[sequence], -1), f"{where}: record {sequence} has another offset")
        self.assertLess(max(seen, default=-1), sent.next)
        return len(sent.acked)

    def read(self, topic, partition):
        """The values of the whole partition; offsets must be without a gap from 0 on."""
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "check", "check.crcs": True,
                             "enable.auto.commit": False, "enable.partition.eof": True, **RETRY})
        consumer.assign([TopicPartition(topic, partition, 0)])
        values, deadline = [], time.monotonic() + 60
        while time.monotonic() < deadline:
            for message in consumer.consume(10000, 0.2):
                if message.error():
                    consumer.close()
                    return values
                self.assertEqual(message.offset(), len(values), f"{topic}-{partition}: a gap")
                values.append(message.value())
        self.fail(f"{topic}-{partition} cannot be read to its end")


if __name__ == "__main__":
    unittest.main()
