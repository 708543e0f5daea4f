#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One member of a group for churn_test.py: churn_member.py LIBRARY BOOTSTRAP GROUP TOPIC STRATEGY JOURNAL

LIBRARY is librdkafka or kafka-python. Polls one record after the other, commits what it has processed
every half second and before it gives partitions back, and leaves politely on SIGTERM. What happens is
appended to JOURNAL, one JSON line a thing, as it happens: a journal outlives a SIGKILL. Times are of the
clock that all processes of the machine share.

  assign  generation, partitions: all that it holds now; nothing of it was fetched before
  got     partition, offset, value
  commit  offsets {partition: offset}, asked: the broker has acknowledged what it was asked for then
  refused offsets, why: the broker has not
  revoke  partitions, given back with what was processed committed (or refused, just before)
  lost    partitions, taken away because the group has evicted the member
  stalled since: the process did not run since then, because it was frozen or others had the processor
  left    after a polite end
"""
import json
import os
import signal
import struct
import sys
import threading
import time

from churn_history import EVICTED

COMMIT_EVERY, COMMIT_PATIENCE = 0.5, 60
SESSION_MS, HEARTBEAT_MS = 6000, 500
# No member is evicted that is not silent for longer than this, which is much less than a session.
STALL_SECONDS = 2


class Journal:
    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.lock, self.ran_at, self.over = threading.Lock(), time.monotonic(), threading.Event()
        threading.Thread(target=self.tick, daemon=True).start()

    def note(self, what, **more):
        """What is noted after a stall comes after the note of the stall."""
        with self.lock:
            now = time.monotonic()
            if now - self.ran_at > STALL_SECONDS:
                self.write(now, "stalled", since=self.ran_at)
            self.ran_at = now
            if what:
                self.write(now, what, **more)

    def write(self, at, what, **more):
        os.write(self.file, (json.dumps({"at": at, "what": what, **more}) + "\n").encode())

    def tick(self):
        while not self.over.wait(STALL_SECONDS / 10):
            self.note(None)


class Member:
    """What both libraries have in common: what is held, where, and the journal."""

    def __init__(self, topic, journal):
        self.topic, self.held, self.positions, self.dirty = topic, set(), {}, set()
        self.leaving = False
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # before there are other threads
        self.journal = Journal(journal)
        self.note = self.journal.note

    def asked_to_leave(self, within=0.0):
        """Waits for the request to leave. What others are to do meanwhile, threads or the broker, they can."""
        if signal.sigtimedwait([signal.SIGTERM], within):
            self.leaving = True
        return self.leaving

    def assigned(self, partitions):
        self.held |= set(partitions)
        self.note("assign", generation=self.generation(), partitions=sorted(self.held))

    def revoked(self, partitions):
        # Even if all is committed: the answer tells whether this still is a member. Who leaves has asked already.
        if not self.leaving:
            self.dirty |= self.positions.keys() & set(partitions)
        self.commit(partitions, COMMIT_PATIENCE)
        self.forget("revoke", partitions)

    def forget(self, what, partitions):
        self.held -= set(partitions)
        self.dirty -= set(partitions)
        for partition in partitions:
            self.positions.pop(partition, None)
        if partitions:
            self.note(what, partitions=sorted(partitions))

    def got(self, partition, offset, value):
        self.note("got", partition=partition, offset=offset, value=value.decode())
        self.positions[partition] = offset + 1
        self.dirty.add(partition)

    def commit(self, partitions, patience=0.0):
        """Tries again for a while what a rebalance refuses, and no longer than that."""
        deadline = time.monotonic() + patience
        while offsets := {p: self.positions[p] for p in partitions if p in self.dirty}:
            asked = time.monotonic()
            why = self.try_commit(offsets)
            if not why:
                self.dirty -= offsets.keys()
                self.note("commit", offsets=offsets, asked=asked)
                return
            self.note("refused", offsets=offsets, why=why)
            if why in EVICTED or time.monotonic() > deadline:
                return
            self.asked_to_leave(within=0.1)

    def run(self):
        next_commit = time.monotonic() + COMMIT_EVERY
        while not self.asked_to_leave():
            self.poll()
            if time.monotonic() > next_commit:
                self.commit(list(self.dirty))
                next_commit = time.monotonic() + COMMIT_EVERY
        self.commit(list(self.dirty), COMMIT_PATIENCE)
        self.close()
        self.note("left")
        self.journal.over.set()


class Librdkafka(Member):
    def __init__(self, bootstrap, group, topic, strategy, journal):
        import confluent_kafka
        super().__init__(topic, journal)
        self.kafka = confluent_kafka
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": bootstrap, "group.id": group, "partition.assignment.strategy": strategy,
            "session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": HEARTBEAT_MS, "log_level": 0,
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "fetch.wait.max.ms": 100})
        self.consumer.subscribe(
            [topic], on_assign=lambda _, parts: self.assigned([p.partition for p in parts]),
            on_revoke=lambda _, parts: self.revoked([p.partition for p in parts]),
            on_lost=lambda _, parts: self.forget("lost", [p.partition for p in parts]))

    def generation(self):
        """librdkafka shows it in the metadata that transactions send: "CGMDv2:", then the number."""
        return struct.unpack_from("=i", self.consumer.consumer_group_metadata(), len("CGMDv2:"))[0]

    def poll(self):
        message = self.consumer.poll(0.1)
        if message is not None and not message.error():
            self.got(message.partition(), message.offset(), message.value())

    def try_commit(self, offsets):
        try:
            done = self.consumer.commit(asynchronous=False, offsets=[
                self.kafka.TopicPartition(self.topic, p, offset) for p, offset in offsets.items()])
        except self.kafka.KafkaException as failure:
            error = failure.args[0]
        else:
            error = next((one.error for one in done if one.error), None)
        return error and error.name()

    def close(self):
        self.consumer.close()


class KafkaPython(Member):
    def __init__(self, bootstrap, group, topic, strategy, journal):
        import kafka
        from kafka.coordinator.assignors.range import RangePartitionAssignor
        from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
        super().__init__(topic, journal)
        self.kafka, member = kafka, self
        self.consumer = kafka.KafkaConsumer(
            bootstrap_servers=bootstrap, group_id=group, session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS, enable_auto_commit=False, auto_offset_reset="earliest",
            max_poll_records=1, fetch_max_wait_ms=100, partition_assignment_strategy=[
                {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}[strategy]])

        class Listener(kafka.ConsumerRebalanceListener):
            def on_partitions_assigned(self, assigned):
                member.assigned([p.partition for p in assigned])

            def on_partitions_revoked(self, revoked):
                given_back = [p.partition for p in revoked]
                if member.generation() < 0:  # the client has been told that it is no member
                    member.forget("lost", given_back)
                else:
                    member.revoked(given_back)

        self.consumer.subscribe([topic], listener=Listener())

    def generation(self):
        return self.consumer._coordinator._generation.generation_id

    def poll(self):
        for records in self.consumer.poll(timeout_ms=100).values():
            for record in records:
                self.got(record.partition, record.offset, record.value)
        self.asked_to_leave(within=0.001)  # the thread of the heartbeats needs the lock that a poll holds all the time

    def try_commit(self, offsets):
        try:
            self.consumer.commit({self.kafka.TopicPartition(self.topic, p): self.kafka.OffsetAndMetadata(offset, "")
                                  for p, offset in offsets.items()})
        except self.kafka.errors.KafkaError as failure:
            return type(failure).__name__
        return None

    def close(self):
        """kafka-python leaves without asking the listener; what was processed is committed already."""
        self.forget("revoke", list(self.held))
        self.consumer.close(autocommit=False)


if __name__ == "__main__":
    {"librdkafka": Librdkafka, "kafka-python": KafkaPython}[sys.argv[1]](*sys.argv[2:]).run()
