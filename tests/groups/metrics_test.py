#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What /metrics shows of groups: lag in records and in seconds, rebalances and evictions by cause."""
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


class GroupMetrics(BrokerCase):
    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.broker.http_port}/metrics", timeout=30) as answer:
            return {name: float(value) for name, value in
                    re.findall(r"^(tenon_group\S*) (\S+)$", answer.read().decode(), re.M)}

    def tenon(self, *arguments, stdin=""):
        code, out, err = run(BINARY, "--bootstrap", self.broker.bootstrap, *arguments, stdin=stdin)
        self.assertEqual(code, 0, out + err)

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
        connection = raw_kafka.Connection(int(self.broker.bootstrap.rpartition(":")[2]))
        self.addCleanup(connection.close)
        raw_requests.find_coordinator(connection, topic)
        eventually(lambda: raw_groups.join_consumer_group(connection, topic, "a", [topic]).error == 0,
                   what="a member that has joined")
        shown = self.metrics()
        self.assertGreaterEqual(shown['tenon_group_rebalances_total{cause="member_joined"}'], 1)
        self.assertEqual(shown['tenon_group_evictions_total{cause="session_expired"}'], 0)
        self.assertGreaterEqual(shown['tenon_groups{state="Stable"}'], 1)
        self.assertEqual(shown[f'tenon_group_members{{group="{topic}"}}'], 1)
        self.assertEqual(shown['tenon_group_broker_assignments_total{outcome="assigned"}'], 0)


if __name__ == "__main__":
    unittest.main()
