#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A member of a group for the churn test: reads, commits what it has read, and writes down what happens to it.

churn_member.py CLIENT BOOTSTRAP TOPIC GROUP STRATEGY LOG; CLIENT is confluent or kafka-python. Lines of the log:
A and V, partitions assigned and given up; R, a record read; C, offsets committed; E, a commit refused; X, the end
of reading; the first number is the time of
the machine's monotonic clock. It leaves politely on SIGTERM, having committed everything."""
import signal
import sys
import time

COMMIT_RECORDS = 20
SESSION_MS, HEARTBEAT_MS = 6000, 500
stopping = False


def stop(*_):
    global stopping
    stopping = True


class Log:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1, encoding="utf-8")  # a line is written as one, or not

    def line(self, kind, *words):
        self.file.write(" ".join([kind, f"{time.monotonic():.6f}", *map(str, words)]) + "\n")


class Position:
    """What has been read and is to be committed: partition -> next offset."""

    def __init__(self, log):
        self.log, self.next, self.uncommitted = log, {}, 0

    def read(self, partition, offset, value):
        self.log.line("R", partition, offset, value)
        self.next[partition] = offset + 1
        self.uncommitted += 1

    def committed(self):
        for partition, offset in self.next.items():
            self.log.line("C", partition, offset)
        self.next, self.uncommitted = {}, 0


def run_confluent(bootstrap, topic, group, strategy, log):
    from confluent_kafka import Consumer, KafkaException, TopicPartition
    position = Position(log)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False, "partition.assignment.strategy": strategy,
                         "session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": HEARTBEAT_MS,
                         "fetch.wait.max.ms": 100, "log_level": 0})

    def commit():
        if not position.next:
            return
        offsets = [TopicPartition(topic, partition, offset) for partition, offset in position.next.items()]
        try:
            consumer.commit(offsets=offsets, asynchronous=False)
            position.committed()
        except KafkaException as refused:  # an evicted member's
            log.line("E", str(refused).replace(" ", "_"))
            position.next, position.uncommitted = {}, 0

    def given_up(_, partitions):
        commit()
        for each in partitions:
            log.line("V", each.partition)

    def lost(_, partitions):
        position.next = {}
        for each in partitions:
            log.line("V", each.partition)

    consumer.subscribe([topic], on_assign=lambda _, partitions: [log.line("A", p.partition) for p in partitions],
                       on_revoke=given_up, on_lost=lost)
    while not stopping:
        message = consumer.poll(0.1)
        if message is not None and not message.error():
            position.read(message.partition(), message.offset(), message.value().decode())
        if position.uncommitted >= COMMIT_RECORDS or message is None:
            commit()
    commit()
    log.line("X")
    consumer.close()


def run_kafka_python(bootstrap, topic, group, _, log):
    from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
    from kafka.errors import KafkaError
    from kafka.structs import OffsetAndMetadata
    position = Position(log)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest",
                             enable_auto_commit=False, session_timeout_ms=SESSION_MS,
                             heartbeat_interval_ms=HEARTBEAT_MS, api_version=(2, 5, 0))

    def commit():
        if not position.next:
            return
        try:
            consumer.commit({TopicPartition(topic, partition): OffsetAndMetadata(offset, "")
                             for partition, offset in position.next.items()})
            position.committed()
        except KafkaError as refused:
            log.line("E", type(refused).__name__)
            position.next, position.uncommitted = {}, 0

    class Listener(ConsumerRebalanceListener):
        def on_partitions_revoked(self, revoked):
            commit()
            for each in revoked:
                log.line("V", each.partition)

        def on_partitions_assigned(self, assigned):
            for each in assigned:
                log.line("A", each.partition)

    consumer.subscribe([topic], listener=Listener())
    while not stopping:
        # One batch, and nothing of it is left in the client when partitions are given up.
        for records in consumer.poll(timeout_ms=100, max_records=COMMIT_RECORDS).values():
            for record in records:
                position.read(record.partition, record.offset, record.value.decode())
        commit()
    commit()
    log.line("X")
    consumer.close(autocommit=False)


def main(client, bootstrap, topic, group, strategy, path):
    signal.signal(signal.SIGTERM, stop)
    {"confluent": run_confluent, "kafka-python": run_kafka_python}[client](bootstrap, topic, group, strategy, Log(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
