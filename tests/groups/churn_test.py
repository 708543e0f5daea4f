#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two minutes of churn: members of real clients come, leave, freeze and are killed while a producer writes.

Five groups read the same topic at the same time: librdkafka with range, roundrobin and cooperative-sticky,
python3-kafka, and librdkafka under the broker's own assignor (group config tenon.assignor). Every member is
a process with a journal (churn_member.py). At the end all that was acknowledged is committed by every group,
and the journals are checked (churn_history.py): every record is delivered; none twice except across a kill
or an eviction, and within what was not committed; a partition has one owner in a generation; nobody is
evicted to whom nothing has happened.

What happens to whom is drawn from a seed, which is printed; TENON_CHURN_SEED and TENON_CHURN_SECONDS choose
others. TENON_CHURN_KEEP names an empty folder in which the journals stay. Times only bound the waiting: it goes on
until everything has happened to every group, and a machine that stalls is written down, not judged.
"""
import collections
import dataclasses
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

from confluent_kafka import Producer

import raw_kafka
import raw_requests as ask
from churn_history import History
from churn_member import STALL_SECONDS
from harness import Broker, eventually
from raw_groups import describe_group

SECONDS = float(os.environ.get("TENON_CHURN_SECONDS", "120"))
SEED = int(os.environ.get("TENON_CHURN_SEED", "1"))
MEMBER = pathlib.Path(__file__).with_name("churn_member.py")
TOPIC, PARTITIONS, RECORDS_PER_SECOND = "churn", 6, 60
GROUPS = {  # name: (library, strategy, broker-side assignor)
    "rdkafka-range": ("librdkafka", "range", None),
    "rdkafka-roundrobin": ("librdkafka", "roundrobin", None),
    "rdkafka-cooperative": ("librdkafka", "cooperative-sticky", None),
    "kafka-python": ("kafka-python", "range", None),
    "broker-uniform": ("librdkafka", "range", "uniform"),
}
MEMBERS_MAX = 4
# Sessions last six seconds, so some that freeze are evicted and some are not.
FREEZE_SECONDS, PAUSE_SECONDS = (3, 11), (1.5, 4.5)
SUDDEN_END = 0.05  # of the deeds kill all members of a group at once
DEEDS = ("came", "left", "frozen", "killed")
PATIENCE_SECONDS = 120  # a machine that takes longer for a few seconds' work does not work


class NumberedProducer(threading.Thread):
    """Writes "partition:number" to all partitions; the number of a record is its offset."""

    def __init__(self, bootstrap):
        super().__init__(daemon=True)
        self.stopped, self.sent, self.failures = threading.Event(), collections.Counter(), []
        self.producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "log_level": 0})

    def run(self):
        while not self.stopped.wait(PARTITIONS / RECORDS_PER_SECOND):
            for partition in range(PARTITIONS):
                self.producer.produce(TOPIC, f"{partition}:{self.sent[partition]}".encode(), partition=partition,
                                      on_delivery=self.delivered)
                self.sent[partition] += 1
            self.producer.poll(0)

    def delivered(self, error, _):
        if error:
            self.failures.append(str(error))

    def finish(self):
        self.stopped.set()
        self.join()
        return self.producer.flush(PATIENCE_SECONDS)


@dataclasses.dataclass
class Process:
    name: str
    journal: pathlib.Path
    child: subprocess.Popen
    frozen: bool = False
    wakes_at: float = 0.0
    member: bool = False
    silent_until: int = 0  # how long the journal was when it woke

    def is_member(self):
        """Whether the broker has taken it for one since it came, or woke: it may have been evicted meanwhile."""
        if not self.member and self.journal.exists():
            news = self.journal.read_bytes()[self.silent_until:]
            self.member = b'"assign"' in news or b'"commit"' in news
        return self.member and not self.frozen

    def freeze(self, wakes_at):
        self.frozen, self.wakes_at = True, wakes_at
        self.child.send_signal(signal.SIGSTOP)

    def wake(self):
        self.frozen, self.member, self.silent_until = False, False, self.journal.stat().st_size
        self.child.send_signal(signal.SIGCONT)


class Group:
    """The processes of one group, and what was done to them."""

    def __init__(self, name, bootstrap, folder, draw):
        self.name, self.bootstrap, self.folder, self.draw = name, bootstrap, folder, draw
        self.alive, self.gone, self.killed, self.counts = [], [], set(), collections.Counter()
        self.next_at = 0.0

    def come(self):
        library, strategy, _ = GROUPS[self.name]
        name = f"{self.name}-{len(self.alive) + len(self.gone)}"
        journal = self.folder / f"{name}.jsonl"
        with open(self.folder / f"{name}.err", "w") as errors:
            child = subprocess.Popen([sys.executable, str(MEMBER), library, self.bootstrap, self.name, TOPIC,
                                      strategy, str(journal)], stderr=errors, stdin=subprocess.DEVNULL)
        self.alive.append(Process(name, journal, child))
        self.counts["came"] += 1

    def step(self, now):
        """Wakes whom it is time to wake, and now and then does something to somebody."""
        for process in self.alive:
            if process.frozen and now >= process.wakes_at:
                process.wake()
        if now < self.next_at:
            return
        self.next_at = now + self.draw.uniform(*PAUSE_SECONDS)
        well = [one for one in self.alive if one.is_member()]
        deeds = [self.come] if len(self.alive) < MEMBERS_MAX else []
        if len(well) >= 2:
            deeds += self.harm(self.draw.choice(well), now)
        if deeds:
            self.draw.choice(deeds)()

    def harm(self, victim, now):
        """One that is well stays, or nobody: the last must not be one that does not know of its eviction, because
        a group without members takes any commit, as in Kafka."""
        if self.draw.random() < SUDDEN_END and self.has_ended():
            return [self.kill_all]
        return [lambda: self.leave(victim), lambda: self.freeze(victim, now), lambda: self.kill(victim)]

    def freeze(self, process, now):
        self.counts["frozen"] += 1
        process.freeze(now + self.draw.uniform(*FREEZE_SECONDS))

    def leave(self, process):
        process.child.send_signal(signal.SIGTERM)
        self.retire(process, "left")

    def kill(self, process):
        self.killed.add(process.name)
        process.child.kill()
        self.retire(process, "killed")

    def kill_all(self):
        for process in list(self.alive):
            self.kill(process)

    def retire(self, process, how):
        self.counts[how] += 1
        self.alive.remove(process)
        self.gone.append(process)

    def wake_all(self):
        for process in self.alive:
            if process.frozen:
                process.wake()

    def leave_all(self):
        for process in list(self.alive):
            self.leave(process)

    def has_ended(self):
        return all(process.child.poll() is not None for process in self.gone)

    def bad_ends(self):
        return [f"{process.name} ended with code {process.child.returncode}" for process in self.gone
                if process.child.returncode and process.name not in self.killed]

    def history(self, broker_stalls):
        return History({p.name: p.journal.read_text().splitlines(keepends=True) if p.journal.exists() else []
                        for p in self.gone}, self.killed, broker_stalls)

    def close(self):
        for process in self.alive + self.gone:
            if process.child.poll() is None:
                process.child.kill()
            process.child.wait()


class Watch:
    """Asks the broker for its groups all the time, and writes down when an answer took long."""

    def __init__(self, broker):
        self.connection = raw_kafka.Connection(broker.kafka_port, PATIENCE_SECONDS)
        self.answered_at, self.stalls = time.monotonic(), []

    def describe(self, group):
        described = describe_group(self.connection, group.name)
        now = time.monotonic()
        if now - self.answered_at > STALL_SECONDS:
            self.stalls.append((self.answered_at, now))
        self.answered_at = now
        return described

    def settled(self, group, produced):
        """Stable with those that live and no others, and all that was produced is committed."""
        described = self.describe(group)
        if described.state != "Stable" or len(described.members) != len(group.alive):
            return False
        wanted = {TOPIC: list(range(PARTITIONS))}
        committed = ask.committed_offsets(self.connection, [group.name], wanted)[group.name]
        return all(committed[TOPIC, p][0] == count for p, count in produced.items())


class Churn(unittest.TestCase):
    def setUp(self):
        self.broker = Broker()
        self.addCleanup(self.broker.close)
        self.broker.start()
        self.watch = Watch(self.broker)
        self.addCleanup(self.watch.connection.close)
        self.assertEqual(ask.create_topic(self.watch.connection, TOPIC, PARTITIONS).error, 0)
        for name, (_, _, assignor) in GROUPS.items():
            if assignor:
                changed = ask.alter_config(self.watch.connection, ask.GROUP, name, "tenon.assignor", assignor)
                self.assertEqual(changed.error, 0, changed.message)
        self.folder = pathlib.Path(os.environ.get("TENON_CHURN_KEEP") or self.temporary())
        self.groups = [Group(name, self.broker.bootstrap, self.folder, random.Random(f"{SEED}/{name}"))
                       for name in GROUPS]
        for group in self.groups:
            self.addCleanup(group.close)

    def temporary(self):
        folder = tempfile.TemporaryDirectory(prefix="tenon-churn-")
        self.addCleanup(folder.cleanup)
        return folder.name

    def test_every_record_is_delivered_and_twice_only_across_a_kill_or_an_eviction(self):
        print(f"\nseed {SEED} (TENON_CHURN_SEED), {SECONDS:.0f} s", flush=True)
        producer = NumberedProducer(self.broker.bootstrap)
        producer.start()
        self.begin()
        self.churn()
        self.assertEqual(producer.finish(), 0)
        self.assertEqual(producer.failures, [])
        self.settle(producer.sent)
        self.end()
        self.check(producer.sent)

    def begin(self):
        for group in self.groups:
            group.come()
            group.come()
        for group in self.groups:
            self.eventually(lambda g=group: all(p.is_member() for p in g.alive), f"{group.name} has begun")

    def eventually(self, condition, what):
        """As the other one, and with an eye on the broker."""
        eventually(lambda: self.look() and condition(), PATIENCE_SECONDS, what)

    def look(self):
        return [self.watch.describe(group) for group in self.groups]

    def churn(self):
        end = time.monotonic() + SECONDS
        while (now := time.monotonic()) < end or self.missed() and now < end + PATIENCE_SECONDS:
            self.look()
            for group in self.groups:
                group.step(now)
            threading.Event().wait(0.1)
        self.assertEqual(self.missed(), [])

    def missed(self):
        """What has not happened yet."""
        return [f"nobody {what} in {group.name}" for group in self.groups for what in DEEDS if not group.counts[what]]

    def settle(self, produced):
        for group in self.groups:
            group.wake_all()
            if not group.alive:
                group.come()
        began = time.monotonic()
        for group in self.groups:
            self.eventually(lambda g=group: self.watch.settled(g, produced), f"{group.name} has committed all")
        print(f"{sum(produced.values())} records, all committed {time.monotonic() - began:.1f} s after the last; "
              f"the broker stalled {len(self.watch.stalls)} times")

    def end(self):
        for group in self.groups:
            group.leave_all()
        for group in self.groups:
            self.eventually(group.has_ended, f"all of {group.name} have ended")

    def check(self, produced):
        problems = []
        for group in self.groups:
            history = group.history(self.watch.stalls)
            problems += [f"{group.name}: {problem}" for problem in group.bad_ends() + history.check(produced)]
            done = ", ".join(f"{group.counts[what]} {what}" for what in DEEDS)
            print(f"  {group.name:<20} {done}; {history.summary()}")
        if problems:
            self.fail("\n".join([f"{len(problems)} problems", *problems[:40]]))


if __name__ == "__main__":
    unittest.main()
