#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What /metrics shows of groups: lag in records and in seconds, rebalances and evictions by cause."""
import collections
import pathlib
import re
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_groups
import raw_kafka
import raw_requests
from harness import BINARY, BrokerCase, eventually, run


class MetricsCase(BrokerCase):
    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.broker.http_port}/metrics", timeout=30) as answer:
            return {name: float(value) for name, value in
                    re.findall(r"^(tenon_group\S*) (\S+)$", answer.read().decode(), re.M)}

    def tenon(self, *arguments, stdin=""):
        code, out, err = run(BINARY, "--bootstrap", self.broker.bootstrap, *arguments, stdin=stdin)
        self.assertEqual(code, 0, out + err)

    def connect(self, group):
        """A connection to the group's coordinator, which may still be loading."""
        connection = raw_kafka.Connection(self.broker.kafka_port)
        self.addCleanup(connection.close)
        raw_requests.find_coordinator(connection, group)
        return connection


class GroupMetrics(MetricsCase):
    def test_lag_is_shown_in_records_and_in_seconds(self):
        topic, group = self.topic(), "g-" + self.topic()
        self.tenon("topic", "create", topic, "-p", "2")
        for partition in "01":
            self.tenon("produce", topic, "-p", partition, stdin="x\n" * 10)
        self.tenon("group", "seek", group, "--to-offset", "4", "--topic", f"{topic}:0")
        self.tenon("group", "seek", group, "--to-latest", "--topic", f"{topic}:1")
        shown = self.metrics()
        label = f'{{group="{group}"}}'
        self.assertEqual((shown["tenon_group_lag_sum" + label], shown["tenon_group_lag_max" + label]), (6, 6))
        self.assertTrue(0 <= shown["tenon_group_lag_seconds" + label] < 60)
        eventually(lambda: self.metrics()["tenon_group_lag_seconds" + label] > 0.2, what="a lag that grows with time")
        self.tenon("group", "seek", group, "--to-latest", "--topic", topic)
        shown = self.metrics()
        self.assertEqual((shown["tenon_group_lag_sum" + label], shown["tenon_group_lag_seconds" + label]), (0, 0))

    def test_rebalances_and_states_are_counted(self):
        topic = self.topic()
        self.tenon("topic", "create", topic)
        connection = self.connect(topic)
        eventually(lambda: raw_groups.join_consumer_group(connection, topic, "a", [topic]).error == 0,
                   what="a member that has joined")
        shown = self.metrics()
        self.assertGreaterEqual(shown['tenon_group_rebalances_total{cause="member_joined"}'], 1)
        self.assertEqual(shown['tenon_group_evictions_total{cause="session_expired"}'], 0)
        self.assertGreaterEqual(shown['tenon_groups{state="Stable"}'], 1)
        self.assertEqual(shown[f'tenon_group_members{{group="{topic}"}}'], 1)
        self.assertEqual(shown['tenon_group_broker_assignments_total{outcome="assigned"}'], 0)


class Departures(MetricsCase):
    """Members that fall silent and members that leave; of all causes, only theirs may be counted. Who is to stay
    has a long session timeout, so that a slow machine does not make it silent."""
    settings = ("groups.session_timeout_min=1s", "groups.consumer.session_timeout_min=1s",
                "groups.consumer.heartbeat_interval_min=500ms")

    def counts(self):
        """Rebalances and evictions by cause, of those that are not 0."""
        found = {}
        for name, value in self.metrics().items():
            if match := re.fullmatch(r'tenon_group_(rebalances|evictions)_total{cause="(\w+)"}', name):
                found[match[1], match[2]] = int(value)
        return collections.Counter(found)

    def check_rise(self, before, *causes):
        """Waits for the last of them; what else has risen is an error."""
        eventually(lambda: (self.counts() - before)[causes[-1]] > 0, what=f"a count of {causes[-1]}")
        self.assertEqual(dict(self.counts() - before), dict.fromkeys(causes, 1))

    def join_classic(self, connection, group, **how):
        """A member that is alone in its group, and has its assignment."""
        joined = eventually(lambda: next(
            (answer for answer in [raw_requests.join_group(connection, group, **how)] if answer.error == 0), None))
        self.assertEqual(raw_requests.sync_group(connection, group, joined.generation, joined.member).error, 0)
        return joined.member

    def join_consumer(self, connection, group, member):
        topic = self.topic()
        self.tenon("topic", "create", topic)
        eventually(lambda: raw_groups.join_consumer_group(connection, group, member, [topic]).error == 0,
                   what="a member that has joined")

    def test_a_silent_classic_member_is_counted_as_expired(self):
        group, before = self.topic(), self.counts()
        # Long enough to fetch the assignment: who is evicted before has not ended the first rebalance.
        self.join_classic(self.connect(group), group, session_ms=3000)
        self.check_rise(before, ("rebalances", "member_joined"), ("evictions", "session_expired"),
                        ("rebalances", "session_expired"))

    def test_a_classic_member_that_leaves_is_not_evicted(self):
        group, before = self.topic(), self.counts()
        connection = self.connect(group)
        member = self.join_classic(connection, group, session_ms=60000)
        self.assertEqual(raw_groups.leave_group(connection, group, [member]), (0, {member: 0}))
        self.check_rise(before, ("rebalances", "member_joined"), ("rebalances", "member_left"))

    def test_a_silent_member_of_a_consumer_group_is_counted_as_expired(self):
        group, before = self.topic(), self.counts()
        connection = self.connect(group)
        for name, value in ("consumer.heartbeat.interval.ms", 500), ("consumer.session.timeout.ms", 1000):
            altered = raw_requests.alter_config(connection, raw_requests.GROUP, group, name, str(value))
            self.assertEqual(altered.error, 0, altered.message)
        self.join_consumer(connection, group, "silent")
        self.check_rise(before, ("rebalances", "member_joined"), ("evictions", "session_expired"),
                        ("rebalances", "session_expired"))

    def test_a_member_that_leaves_a_consumer_group_is_not_evicted(self):
        group, before = self.topic(), self.counts()
        connection = self.connect(group)
        self.join_consumer(connection, group, "leaver")
        self.assertEqual(raw_groups.consumer_heartbeat(connection, group, "leaver", -1).error, 0)
        self.check_rise(before, ("rebalances", "member_joined"), ("rebalances", "member_left"))


if __name__ == "__main__":
    unittest.main()
