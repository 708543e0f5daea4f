#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Groups of real clients of the classic protocol whose partitions a plugin of the broker assigns (group config
tenon.assignor): they get exactly what the plugin says, whatever strategy they were configured with, and a cooperative
client gets nothing that another one still reads.

The plugins are told apart by their answers. Of one topic, `range` gives runs of partitions; `weighted`, the example of a
plugin of one's own, deals them out in turn."""
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic
from kafka import KafkaConsumer

import raw_kafka
import raw_requests as ask
from harness import BINARY, Broker, eventually, run
from raw_case import NONE

TESTS = pathlib.Path(BINARY).resolve().parents[1] / "tests"
WEIGHTED = TESTS / "groups/assignor-weighted.so"
FAULTY, SLOW = TESTS / "fixtures/plugins/assignor-faulty.so", TESTS / "fixtures/plugins/assignor-slow.so"
PARTITIONS = 7
LOADING = 14, 15  # the first group brings the coordinators into being


class Ownership:
    """Who reads what, as the clients' callbacks tell it; `fault` is the first thing that must not be."""

    def __init__(self):
        self.lock, self.owner, self.fault = threading.Lock(), {}, None

    def give(self, member, partitions):
        with self.lock:
            for partition in partitions:
                other = self.owner.get(partition, member)
                if other is not member and not self.fault:
                    self.fault = f"partition {partition} was given to a member while another read it"
                self.owner[partition] = member

    def take(self, member, partitions):
        with self.lock:
            for partition in partitions:
                if self.owner.get(partition) is member:
                    del self.owner[partition]


class Member:
    """A client that polls on a thread of its own. `assigned` is what it reads now."""

    def __init__(self, ownership):
        self.ownership, self.assigned, self.ended = ownership, frozenset(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def on_given(self, partitions):
        self.ownership.give(self, partitions)
        self.assigned |= partitions

    def on_taken(self, partitions):
        self.assigned -= partitions
        self.ownership.take(self, partitions)

    def leave(self):
        self.ended.set()
        self.thread.join()


class Librdkafka(Member):
    def __init__(self, ownership, bootstrap, group, topic, strategy):
        self.consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "session.timeout.ms": 6000,
                                  "heartbeat.interval.ms": 200, "partition.assignment.strategy": strategy})
        self.topic = topic
        super().__init__(ownership)

    def run(self):
        self.consumer.subscribe([self.topic], on_assign=lambda _, given: self.on_given(self.numbers(given)),
                                on_revoke=lambda _, taken: self.on_taken(self.numbers(taken)),
                                on_lost=lambda _, taken: self.on_taken(self.numbers(taken)))
        while not self.ended.is_set():
            self.consumer.poll(0.05)
        self.consumer.close()
        self.on_taken(self.assigned)

    @staticmethod
    def numbers(partitions):
        return frozenset(each.partition for each in partitions)


class KafkaPython(Member):
    def __init__(self, ownership, bootstrap, group, topic, _):
        self.consumer = KafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=group, session_timeout_ms=6000,
                                      heartbeat_interval_ms=200)
        super().__init__(ownership)

    def run(self):
        while not self.ended.is_set():
            self.consumer.poll(timeout_ms=50)
            # Eager: it has let go of everything before it is given anything.
            self.assigned = frozenset(each.partition for each in self.consumer.assignment())
        self.consumer.close()
        self.assigned = frozenset()


def runs(members):
    """What range gives: runs of partitions, longer ones first."""
    shares, at = [], 0
    for i in range(members):
        size = PARTITIONS // members + (i < PARTITIONS % members)
        shares.append(frozenset(range(at, at + size)))
        at += size
    return shares


def in_turn(members):
    return [frozenset(range(i, PARTITIONS, members)) for i in range(members)]


class AssignorCase(unittest.TestCase):
    """A broker with the four assignors that come with it, and those of `plugins`: {name: (library, options)}."""
    plugins, settings = {}, ()

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="tenon-assignor-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.folder = pathlib.Path(os.path.realpath(folder))
        text = "[storage.segment]\n" + "".join(
            f"[assignor.{name}]\n" for name in ("range", "roundrobin", "sticky", "uniform"))
        for name, (library, options) in cls.plugins.items():
            path = cls.place(library.name, library.read_bytes())
            text += f'[assignor.{name}]\npath = "{path}"\n{options}\n'
        config = cls.folder / "broker.toml"
        config.write_text(text)
        cls.broker = Broker(*cls.settings, config=str(config)).start()
        cls.addClassCleanup(cls.broker.close)

    @classmethod
    def place(cls, name, content):
        path = cls.folder / name
        path.write_bytes(content)
        path.chmod(0o644)
        return path

    def setUp(self):
        self.group = self.id().split(".")[-1]
        self.admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        self.admin.create_topics([NewTopic(self.group, PARTITIONS, 1)])[self.group].result(10)
        self.ownership, self.members = Ownership(), []
        self.addCleanup(lambda: [member.leave() for member in self.members])

    def tearDown(self):
        self.assertIsNone(self.ownership.fault)
        self.assertIsNone(self.broker.process.poll(), "\n".join(self.broker.lines[-20:]))

    def configure(self, name, value, group=None):
        with raw_kafka.Connection(self.broker.kafka_port) as connection:
            done = ask.alter_config(connection, ask.GROUP, group or self.group, name, value)
        self.assertEqual(done.error, NONE, done.message)

    def join(self, kind=Librdkafka, strategy="range", group=None):
        self.members.append(kind(self.ownership, self.broker.bootstrap, group or self.group, self.group, strategy))
        return self.members[-1]

    def shown(self, group=None):
        """The group as the broker shows it."""
        return json.loads(self.broker.get(f"/v1/groups?id={group or self.group}"))

    def come_to(self, shares, what=""):
        """Waits until the members read exactly these shares, in any order."""
        def have_come():
            return sorted(map(sorted, (each.assigned for each in self.members))) == sorted(map(sorted, shares))
        try:
            eventually(have_come, 40, what)
        except AssertionError:
            self.fail(f"{what}: {[sorted(each.assigned) for each in self.members]} in place of {shares}")

    def logged(self, words):
        return any(words in line for line in self.broker.lines)


class Assigned(AssignorCase):
    plugins = {"weighted": (WEIGHTED, "")}

    def test_eager_clients_of_librdkafka_get_what_the_plugin_says(self):
        self.configure("tenon.assignor", "weighted")
        for members in 1, 2, 3:
            self.join(strategy="range")
            self.come_to(in_turn(members), "weighted over range")
        self.configure("tenon.assignor", "range")
        self.come_to(runs(3), "range")
        self.assertEqual(self.shown()["broker_assignor"]["fallbacks"], 0)

    def test_clients_that_would_deal_out_in_turn_get_runs(self):
        self.configure("tenon.assignor", "range")
        for members in 1, 2, 3:
            self.join(strategy="roundrobin")
            self.come_to(runs(members), "range over roundrobin")

    def test_cooperative_clients_are_given_nothing_that_another_one_reads(self):
        self.configure("tenon.assignor", "weighted")
        for members in 1, 2, 3:
            self.join(strategy="cooperative-sticky")
            self.come_to(in_turn(members), "weighted over cooperative-sticky")
        # Most partitions are to change hands.
        self.configure("tenon.assignor", "range")
        self.come_to(runs(3), "range over cooperative-sticky")
        self.members.pop(0).leave()
        self.come_to(runs(2), "range after one has left")
        self.assertEqual(self.shown()["broker_assignor"]["withheld"], 0)
        waited = re.compile(f"group {self.group}: .* [1-9][0-9]* are withheld until their readers have let go")
        self.assertTrue(any(waited.search(line) for line in self.broker.lines))

    def test_python_clients_get_what_the_plugin_says(self):
        self.configure("tenon.assignor", "weighted")
        for members in 1, 2, 3:
            self.join(KafkaPython)
            self.come_to(in_turn(members), "weighted over python's range")

    def test_clients_of_two_libraries_share_a_group(self):
        self.configure("tenon.assignor", "weighted")
        for kind in Librdkafka, KafkaPython, Librdkafka:
            self.join(kind, "range")
        self.come_to(in_turn(3), "weighted over both")

    def test_eager_clients_keep_what_they_read_if_the_plugin_is_sticky(self):
        self.configure("tenon.assignor", "sticky")
        for _ in range(3):
            self.join(strategy="range")
        eventually(lambda: sorted(len(each.assigned) for each in self.members) == [2, 2, 3], 40, "balance")
        before = {each: each.assigned for each in self.members[1:]}
        self.members.pop(0).leave()
        eventually(lambda: sorted(len(each.assigned) for each in self.members) == [3, 4], 40, "balance of two")
        for member, had in before.items():
            self.assertLessEqual(had, member.assigned)

    def test_uniform_balances(self):
        self.configure("tenon.assignor", "uniform")
        for _ in range(3):
            self.join(strategy="cooperative-sticky")
        eventually(lambda: sorted(len(each.assigned) for each in self.members) == [2, 2, 3], 40, "balance")
        self.assertEqual(frozenset().union(*(each.assigned for each in self.members)), frozenset(range(PARTITIONS)))

    def test_a_new_version_of_the_plugin_is_asked_at_once(self):
        self.configure("tenon.assignor", "weighted")
        self.join()
        self.come_to(in_turn(1))
        generation = self.shown()["epoch"]
        newer = self.place("newer.so", WEIGHTED.read_bytes() + b"\0")
        code, _, err = run(BINARY, "plugin", "swap", "assignor", "weighted", str(newer), "--http",
                           f"127.0.0.1:{self.broker.http_port}")
        self.assertEqual(code, 0, err)
        eventually(lambda: self.shown()["epoch"] > generation, 20, "another generation")
        self.assertEqual(self.shown()["rebalances"][-1]["cause"], "assignor_changed")
        self.come_to(in_turn(1))

    def test_without_the_config_the_leader_decides_as_ever(self):
        self.configure("tenon.assignor", "weighted")
        for _ in range(2):
            self.join()
        self.come_to(in_turn(2))
        self.configure("tenon.assignor", None)
        self.come_to(runs(2), "the clients' own range")

    def test_it_is_switched_on_changed_and_switched_off_under_cooperative_members(self):
        for _ in range(3):
            self.join(strategy="cooperative-sticky")
        eventually(lambda: sorted(len(each.assigned) for each in self.members) == [2, 2, 3], 40, "their own balance")
        self.assertNotIn("broker_assignor", self.shown())
        for assignor, shares in ("range", runs(3)), ("weighted", in_turn(3)), ("range", runs(3)):
            self.configure("tenon.assignor", assignor)
            self.come_to(shares, assignor)
        self.configure("tenon.assignor", None)
        eventually(lambda: "broker_assignor" not in self.shown(), 20, "the leader's own")
        self.come_to(runs(3), "what a sticky leader leaves as it is")

    def test_a_shadow_named_for_a_running_group_is_compared_without_a_rebalance(self):
        for _ in range(2):
            self.join()
        self.come_to(runs(2))
        generation = self.shown()["epoch"]
        self.configure("tenon.assignor.shadow", "weighted")
        shadow = eventually(lambda: self.shown().get("broker_assignor", {}).get("shadow"), 20, "a comparison")
        self.assertRegex(shadow["comparison"], r"^it would give [34] of 7 partitions .*; [34] moved instead of 0$")
        code, said, err = run(BINARY, "group", "explain", self.group, "--http", f"127.0.0.1:{self.broker.http_port}")
        self.assertEqual(code, 0, err)
        self.assertIn(f"Were weighted to decide: {shadow['comparison']}.", said)
        self.configure("tenon.assignor.shadow", None)
        eventually(lambda: "broker_assignor" not in self.shown(), 20, "no comparison")
        self.assertEqual(self.shown()["epoch"], generation)
        self.come_to(runs(2))

    def test_a_shadow_is_shown_and_changes_nothing(self):
        self.configure("tenon.assignor.shadow", "weighted")
        for _ in range(2):
            self.join()
        self.come_to(runs(2))
        shadow = eventually(lambda: self.shown()["broker_assignor"].get("shadow"), 20, "a comparison")
        # Of 0-3 and 4-6, dealt out in turn: 1, 3, 4 and 6 would have other readers, or 0, 2 and 5, whoever is first.
        self.assertRegex(shadow["comparison"],
                         r"^it would give [34] of 7 partitions to others; 3\.\.4 a member instead of 3\.\.4; ")

    def test_a_member_that_lies_about_lengths_gets_what_the_leader_says(self):
        self.configure("tenon.assignor", "weighted")
        with raw_kafka.Connection(self.broker.kafka_port) as connection:
            lies = b"\0\1" + b"\x7f\xff\xff\xff" + b"topic"
            ask.find_coordinator(connection, self.group)

            def join():
                reply = ask.join_group(connection, self.group, protocols=(("range", lies),))
                return None if reply.error in LOADING else reply
            joined = eventually(join, 20, "a coordinator")
            self.assertEqual(joined.error, NONE)
            synced = ask.sync_group(connection, self.group, joined.generation, joined.member)
            self.assertEqual((synced.error, synced.assignment), (NONE, b"assignment"))
        report = self.shown()["broker_assignor"]
        self.assertEqual(report["fallbacks"], 1)
        self.assertIn(f"member {joined.member}", report["problem"])
        self.assertTrue(self.logged(f"group {self.group}: its leader's assignment stands in for that of weighted"))


class Faulty(AssignorCase):
    plugins = {"faulty": (FAULTY, 'fault = "invents"'), "slow": (SLOW, "ms = 60000")}
    settings = ("groups.assignor_timeout=300ms",)

    def test_an_assignor_that_lies_leaves_the_group_to_its_leader(self):
        self.configure("tenon.assignor", "faulty")
        for members in 1, 2:
            self.join(strategy="range")
            self.come_to(runs(members), "the clients' own range")
        report = self.shown()["broker_assignor"]
        self.assertGreaterEqual(report["fallbacks"], 2)
        self.assertIn("there are 2", report["problem"])

    def test_an_assignor_that_overruns_leaves_the_group_to_its_leader_and_holds_up_no_other_group(self):
        self.configure("tenon.assignor", "slow")
        self.configure("tenon.assignor", "roundrobin", group="other")
        self.join(strategy="range")
        other = Ownership()
        beside = Librdkafka(other, self.broker.bootstrap, "other", self.group, "range")
        self.addCleanup(beside.leave)
        eventually(lambda: len(beside.assigned) == PARTITIONS, 20, "the other group")
        self.come_to(runs(1), "the client's own range")
        self.assertIn("assignor slow was not ready in 300 ms", self.shown()["broker_assignor"]["problem"])
        self.assertEqual(self.shown("other")["broker_assignor"]["fallbacks"], 0)


if __name__ == "__main__":
    unittest.main()
