#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two minutes of coming and going, with real clients, while a producer writes.

Groups of librdkafka (range, roundrobin, cooperative-sticky), one of python3-kafka, and one whose partitions an
assignor of the broker deals out. Their members, each a process, come, leave politely, are killed, and freeze for
longer than their session. Afterwards: every group has had every record; a record came twice only from a member
that was killed, had frozen, or was refused its commit, and only from behind what that had committed; and no two
members had a partition at the same time, but for one that was frozen or was dead.

What happens when is drawn from a seed, which is printed; TENON_CHURN_SEED and TENON_CHURN_SECONDS choose others.
"""
import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

from confluent_kafka import Consumer, Producer, TopicPartition

from harness import BINARY, Broker, eventually, run

SEED = int(os.environ.get("TENON_CHURN_SEED", "1"))
SECONDS = int(os.environ.get("TENON_CHURN_SECONDS", "100"))
PARTITIONS, RECORDS_PER_SECOND, MEMBERS_MAX = 6, 100, 3
FREEZE_SECONDS = 8  # the session is six
TOPIC = "events"
GROUPS = {  # name: (client, strategy)
    "range": ("confluent", "range"),
    "roundrobin": ("confluent", "roundrobin"),
    "cooperative": ("confluent", "cooperative-sticky"),
    "python": ("kafka-python", "range"),
    "assigned": ("confluent", "range"),
}
MEMBER = pathlib.Path(__file__).with_name("churn_member.py")


class Member:
    """A process, and when it was not itself: [from, until] of the monotonic clock."""

    def __init__(self, folder, bootstrap, group, number):
        client, strategy = GROUPS[group]
        self.name, self.log = f"{group}-{number}", folder / f"{group}-{number}.log"
        self.log.touch()
        self.troubles, self.thaw_at, self.ended_at = [], None, None
        self.process = subprocess.Popen([sys.executable, str(MEMBER), client, bootstrap, TOPIC, group, strategy,
                                         str(self.log)], stderr=subprocess.DEVNULL)

    @property
    def runs(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.ended_at = time.monotonic()
        self.troubles.append((self.ended_at, float("inf")))

    def leave(self):
        self.process.send_signal(signal.SIGTERM)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)
        self.thaw_at = time.monotonic() + FREEZE_SECONDS
        # It learns what it has missed some time after it goes on.
        self.troubles.append((time.monotonic(), self.thaw_at + FREEZE_SECONDS))

    def thaw(self):
        self.thaw_at = None
        self.process.send_signal(signal.SIGCONT)

    def lines(self):
        for line in self.log.read_text().splitlines():
            kind, when, *words = line.split(" ")
            yield kind, float(when), words

    def in_trouble(self, when):
        return any(since <= when <= until for since, until in self.troubles)


class Writer(threading.Thread):
    def __init__(self, bootstrap):
        super().__init__(daemon=True)
        self.stopped, self.count, self.failures = threading.Event(), 0, []
        self.producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "log_level": 0})

    def run(self):
        while not self.stopped.wait(1 / RECORDS_PER_SECOND):
            self.producer.produce(TOPIC, str(self.count).encode(), partition=self.count % PARTITIONS,
                                  on_delivery=lambda error, _: error and self.failures.append(str(error)))
            self.count += 1
            self.producer.poll(0)
        self.producer.flush(30)


class Churn(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tenon-churn-")))
        self.broker = self.enterContext(Broker())
        self.members = {group: [] for group in GROUPS}
        self.addCleanup(self.end_all)
        print(f"seed {SEED} (TENON_CHURN_SEED), {SECONDS} s", flush=True)

    def end_all(self):
        for member in self.everyone():
            if member.runs:
                member.process.kill()
                member.process.wait()

    def everyone(self):
        return [member for members in self.members.values() for member in members]

    def tenon(self, *arguments):
        code, out, err = run(BINARY, "--bootstrap", self.broker.bootstrap, *arguments)
        self.assertEqual(code, 0, out + err)

    def add(self, group):
        members = self.members[group]
        members.append(Member(self.folder, self.broker.bootstrap, group, len(members)))

    def stir(self):
        """Something happens to some group."""
        group = self.random.choice(list(GROUPS))
        awake = [member for member in self.members[group] if member.runs and member.thaw_at is None]
        event = self.random.choice(["come", "come", "leave", "kill", "freeze"])
        if event == "come" or not awake:
            if sum(member.runs for member in self.members[group]) < MEMBERS_MAX:
                self.add(group)
            return
        getattr(self.random.choice(awake), event)()
        self.counts[event] += 1

    def thaw_those_whose_time_has_come(self, all_of_them=False):
        for member in self.everyone():
            if member.thaw_at is not None and member.runs and (all_of_them or time.monotonic() >= member.thaw_at):
                member.thaw()

    def committed(self, group):
        reader = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": group, "log_level": 0})
        try:
            wanted = [TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)]
            return sum(max(each.offset, 0) for each in reader.committed(wanted, timeout=10))
        finally:
            reader.close()

    def test_nothing_is_lost_and_nothing_comes_twice_without_need(self):
        self.counts = collections.Counter()
        self.tenon("topic", "create", TOPIC, "-p", str(PARTITIONS))
        self.tenon("group", "alter", "assigned", "--set", "tenon.assignor=uniform")
        for group in GROUPS:
            self.add(group)
            self.add(group)
        writer = Writer(self.broker.bootstrap)
        writer.start()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            threading.Event().wait(self.random.uniform(0.2, 1.2))
            self.thaw_those_whose_time_has_come()
            self.stir()
        self.thaw_those_whose_time_has_come(all_of_them=True)
        writer.stopped.set()
        writer.join()
        self.assertEqual(writer.failures, [])
        for group, members in self.members.items():
            if not any(member.runs for member in members):
                self.add(group)
            eventually(lambda: self.committed(group) == writer.count, seconds=60, what=f"{group} at the end")
        for member in self.everyone():
            if member.runs:
                member.leave()
        for member in self.everyone():
            member.process.wait(timeout=30)
        for group in GROUPS:
            with self.subTest(group):
                self.check_records(group, writer.count)
                self.check_owners(group)
        print(f"{writer.count} records to each of {len(GROUPS)} groups; {len(self.everyone())} members, {dict(self.counts)}")

    def check_records(self, group, count):
        came = collections.defaultdict(list)  # (partition, offset) -> [(when, member, what it had committed)]
        numbers = set()
        for member in self.members[group]:
            for kind, when, words in member.lines():
                if kind == "R":
                    came[int(words[0]), int(words[1])].append((when, member))
                    numbers.add(int(words[2]))
        self.assertEqual(numbers, set(range(count)), "records that never came")
        commits = {member.name: [(when, int(words[0]), int(words[1])) for kind, when, words in member.lines()
                                 if kind == "C"] for member in self.members[group]}
        # A commit may come too late: a generation has begun without it. What it was for is read again, as in Kafka.
        refused = {member.name: [when for kind, when, _ in member.lines() if kind == "E"]
                   for member in self.members[group]}
        twice = 0
        for (partition, offset), times in came.items():
            times.sort(key=lambda one: one[0])
            for (first, member), (second, other) in zip(times, times[1:]):
                twice += 1
                where = f"{TOPIC}-{partition} at {offset}: {member.name} at {first:.3f}, {other.name} at {second:.3f}"
                # Whether the first commit that it was in came too late; the answer may be noted after the second reading.
                accepted = min((when for when, of, at in commits[member.name]
                                if of == partition and at > offset and when >= first), default=float("inf"))
                disturbed = (any(since <= second and until >= first for since, until in member.troubles)
                             or any(first <= when < accepted for when in refused[member.name]))
                self.assertTrue(disturbed, f"came twice, though nothing happened to the first: {where}")
                done = [at for when, of, at in commits[member.name] if of == partition and first <= when <= second
                        and at > offset and not member.in_trouble(when)]
                self.assertEqual(done, [], f"came twice, though it had been committed: {where}")
        print(f"{group}: {len(came)} records, {twice} came twice, across kills, freezes and late commits")

    def check_owners(self, group):
        held = collections.defaultdict(list)  # partition -> [(from, until, member)]
        for member in self.members[group]:
            has = {}
            for kind, when, words in member.lines():
                if kind == "A":
                    has[int(words[0])] = when
                elif kind == "V" and int(words[0]) in has:
                    held[int(words[0])].append((has.pop(int(words[0])), when, member))
                elif kind == "X":
                    for partition, since in has.items():
                        held[partition].append((since, when, member))
                    has = {}
            for partition, since in has.items():
                held[partition].append((since, member.ended_at or float("inf"), member))
        for partition, spans in held.items():
            spans.sort(key=lambda span: span[0])
            for (_, until, member), (since, _, other) in zip(spans, spans[1:]):
                if since < until and member is not other:
                    self.assertTrue(any(a <= until and b >= since for a, b in member.troubles + other.troubles),
                                    f"{TOPIC}-{partition}: {member.name} until {until:.3f}, {other.name} from {since:.3f}")


if __name__ == "__main__":
    unittest.main()
