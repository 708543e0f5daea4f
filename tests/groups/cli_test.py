#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`tenon group ...` on groups of both protocols: list, describe, explain, seek, delete, offset-delete, alter."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_groups
import raw_kafka
import raw_requests
from harness import BINARY, BrokerCase, eventually, run

DONE, FAILED, USAGE, NOT_FOUND, UNREACHABLE = 0, 1, 2, 3, 5


class GroupCli(BrokerCase):
    def setUp(self):
        super().setUp()
        self.group = self.topic()

    def tenon(self, *arguments, stdin="", expect=DONE):
        code, out, err = run(BINARY, "--bootstrap", self.broker.bootstrap, *arguments, stdin=stdin)
        self.assertEqual(code, expect, f"{arguments}\n{out}\n{err}")
        return out if expect == DONE else err

    def json(self, *arguments):
        return json.loads(self.tenon(*arguments, "--format", "json"))

    def explain(self, *arguments, expect=DONE):
        code, out, err = run(BINARY, "group", "explain", *arguments, "--http", f"127.0.0.1:{self.broker.http_port}")
        self.assertEqual(code, expect, out + err)
        return out if expect == DONE else err

    def fill(self, records=10, partitions=2):
        """A topic with records, and a group that has read four of the first partition's."""
        self.tenon("topic", "create", self.topic(), "-p", str(partitions))
        for partition in range(partitions):
            self.tenon("produce", self.topic(), "-p", str(partition), stdin="x\n" * records)
        return self.topic()

    def commit(self, topic, offset, partition=0):
        self.tenon("group", "seek", self.group, "--to-offset", str(offset), "--topic", f"{topic}:{partition}")

    def member(self, name, topic):
        """A member of the consumer protocol, whose connection stays open."""
        connection = raw_kafka.Connection(int(self.broker.bootstrap.rpartition(":")[2]))
        self.addCleanup(connection.close)
        raw_requests.find_coordinator(connection, self.group)  # has the topic of groups made
        eventually(lambda: raw_groups.join_consumer_group(connection, self.group, name, [topic]).error == 0,
                   what="a member that has joined")
        return connection

    def offsets(self):
        described, = self.json("group", "describe", self.group)
        return {p["partition"]: p["current_offset"] for p in described["partitions"]}

    def test_both_types_are_listed_and_filtered(self):
        topic = self.fill()
        self.member("a", topic)
        other = self.group + "-classic"
        self.tenon("consume", topic, "-g", other, "-c", "1")
        shown = {g["group"]: (g["type"], g["state"]) for g in self.json("group", "list")}
        self.assertEqual(shown[self.group], ("consumer", "Stable"))
        self.assertEqual(shown[other], ("classic", "Empty"))
        only = {g["group"] for g in self.json("group", "list", "--type", "consumer")}
        self.assertIn(self.group, only)
        self.assertNotIn(other, only)
        self.assertNotIn(self.group, {g["group"] for g in self.json("group", "list", "--state", "empty")})
        self.assertRegex(self.tenon("group", "list"), rf"\n{self.group} +consumer +Stable\n")

    def test_lists_are_of_states_and_types_that_there_are(self):
        self.member("a", self.fill())
        listed = {g["group"] for g in self.json("group", "list", "--state", "EMPTY,stable", "--type", "Consumer")}
        self.assertIn(self.group, listed)
        self.assertIn("--state: must be one of PreparingRebalance, ",
                      self.tenon("group", "list", "--state", "Bogus", expect=USAGE))
        self.assertIn("--type: must be one of classic, consumer, not",
                      self.tenon("group", "list", "--type", "bogus", expect=USAGE))

    def test_a_consumer_group_is_described_with_its_members(self):
        topic = self.fill()
        self.member("member-a", topic)
        described, = self.json("group", "describe", self.group)
        self.assertEqual((described["type"], described["state"], described["assignor"]),
                         ("consumer", "Stable", "uniform"))
        self.assertEqual([p["member_id"] for p in described["partitions"]], ["member-a"] * 2)
        self.assertRegex(self.tenon("group", "describe", self.group, "--members"),
                         rf"\n{self.group} +member-a +- +raw +/127\.0\.0\.1 +2\n")
        self.assertRegex(self.tenon("group", "describe", self.group, "--state"),
                         rf"\n{self.group} +consumer +1 \(127\.0\.0\.1:\d+\) +uniform +Stable +1\n")

    def test_lag_is_counted_by_topic_and_in_seconds(self):
        topic = self.fill(records=10)
        other = topic + "-old"
        self.tenon("topic", "create", other)
        subprocess.run(["kcat", "-b", self.broker.bootstrap, "-P", "-t", other], input=b"young\n", check=True)
        self.commit(topic, 4)
        self.tenon("group", "seek", self.group, "--to-earliest", "--topic", other)
        described, = self.json("group", "describe", self.group)
        self.assertEqual(described["total_lag"], 7)
        self.assertEqual({t["topic"]: t["lag"] for t in described["topics"]}, {topic: 6, other: 1})
        by_topic = {(p["topic"], p["partition"]): p["lag_seconds"] for p in described["partitions"]}
        self.assertLess(by_topic[topic, 0], 60)
        self.assertEqual(described["lag_seconds"], max(s for s in by_topic.values() if s is not None))
        out = self.tenon("group", "describe", self.group)
        self.assertRegex(out, rf"\nTOTAL-LAG +7\nLAG-SECONDS +\d+\n\nTOPIC +LAG\n{topic} +6\n{other} +1\n\n")

    def test_lag_without_a_commit_is_not_known_to_be_0(self):
        topic = self.fill()
        self.member("a", topic)
        described, = self.json("group", "describe", self.group)
        self.assertEqual((described["total_lag"], described["partitions_without_commit"]), (None, 2))
        self.assertRegex(self.tenon("group", "describe", self.group), r"\nTOTAL-LAG +-\n")

    def test_the_total_names_the_partitions_that_are_not_in_it(self):
        topic = self.fill()
        self.commit(topic, 4)
        self.member("a", topic)
        described, = self.json("group", "describe", self.group)
        self.assertEqual((described["total_lag"], described["partitions_without_commit"]), (6, 1))
        self.assertRegex(self.tenon("group", "describe", self.group),
                         r"\nTOTAL-LAG +6 \(1 partition without a commit\)\n")

    def test_what_is_read_to_its_end_is_no_second_behind(self):
        topic = self.fill(records=3, partitions=1)
        self.commit(topic, 3)
        described, = self.json("group", "describe", self.group)
        self.assertEqual([(p["lag"], p["lag_seconds"]) for p in described["partitions"]], [(0, 0)])
        self.assertEqual((described["lag_seconds"], described["topics"]), (0, [{"topic": topic, "lag": 0}]))

    def test_what_is_not_known_of_lag_is_null(self):
        topic = self.fill()
        self.member("a", topic)
        described, = self.json("group", "describe", self.group)
        self.assertEqual((described["lag_seconds"], described["topics"]), (None, []))

    def test_seek_goes_where_it_is_told_and_says_from_where(self):
        topic = self.fill(records=10)
        seek = "group", "seek", self.group
        self.assertRegex(self.tenon(*seek, "--to-latest", "--topic", topic),
                         rf"\n{self.group} +{topic} +0 +- +10\n{self.group} +{topic} +1 +- +10\n")
        self.tenon(*seek, "--to-offset", "7", "--topic", f"{topic}:1")
        self.assertEqual(self.offsets(), {0: 10, 1: 7})
        self.tenon(*seek, "--by", "-2")
        self.assertEqual(self.offsets(), {0: 8, 1: 5})
        moved = self.json(*seek, "--by", "-100", "--dry-run")
        self.assertEqual([(m["old_offset"], m["new_offset"], m["clamped"], m["dry_run"]) for m in moved],
                         [(8, 0, True, True), (5, 0, True, True)])
        self.assertEqual(self.offsets(), {0: 8, 1: 5})
        self.tenon(*seek, "--to-time", "-1h")
        self.assertEqual(self.offsets(), {0: 0, 1: 0})
        self.tenon(*seek, "--to-time", "2100-01-01")
        self.assertEqual(self.offsets(), {0: 10, 1: 10})
        self.tenon(*seek, "--to-earliest", "--topic", f"{topic}:0")
        self.assertEqual(self.offsets(), {0: 0, 1: 10})

    def test_seek_leaves_a_group_with_members_alone(self):
        topic = self.fill()
        self.commit(topic, 4)
        self.member("a", topic)
        refused = self.tenon("group", "seek", self.group, "--to-earliest", expect=FAILED)
        self.assertIn("is Stable and has members, who would overwrite it: raw at /127.0.0.1; stop them first", refused)
        self.assertEqual(self.offsets()[0], 4)

    def test_a_dry_run_says_what_would_be_refused(self):
        topic = self.fill()
        self.commit(topic, 4)
        self.member("a", topic)
        code, out, err = run(BINARY, "--bootstrap", self.broker.bootstrap, "group", "seek", self.group,
                             "--to-earliest", "--dry-run")
        self.assertEqual(code, FAILED)
        self.assertRegex(out, rf"\n{self.group} +{topic} +0 +4 +0\nnothing was changed: --dry-run\n")
        self.assertIn("would be refused: group", err)
        self.assertIn("raw at /127.0.0.1; stop them first", err)

    def test_members_are_the_first_reason_of_a_group_without_commits(self):
        self.member("a", self.fill())
        for more in ([], ["--dry-run"]):
            refused = self.tenon("group", "seek", self.group, "--to-latest", *more, expect=FAILED)
            self.assertIn("has members, who would overwrite it", refused.splitlines()[0])

    def test_by_counts_from_what_is_committed(self):
        topic = self.fill()
        self.commit(topic, 4)
        seek = "group", "seek", self.group
        refused = self.tenon(*seek, "--by", "-1", "--topic", topic, expect=FAILED)
        self.assertIn(f"{topic}-1: nothing is committed there, so --by has nothing to count from; use --to-earliest",
                      refused)
        self.assertEqual(self.offsets(), {0: 4})
        self.tenon(*seek, "--by", "9223372036854775807")
        self.assertEqual(self.offsets(), {0: 10})
        self.tenon(*seek, "--by", "-9223372036854775808")
        self.assertEqual(self.offsets(), {0: 0})

    def test_seek_says_what_it_does_not_understand(self):
        topic = self.fill()
        seek = "group", "seek", self.group
        self.assertIn("is no time; write", self.tenon(*seek, "--to-time", "noon", "--topic", topic, expect=USAGE))
        self.assertIn("is no TOPIC", self.tenon(*seek, "--to-latest", "--topic", f"{topic}:x", expect=USAGE))
        self.assertIn("has 2 partitions, and none of number 7",
                      self.tenon(*seek, "--to-latest", "--topic", f"{topic}:7", expect=NOT_FOUND))
        self.assertIn("has committed nothing", self.tenon(*seek, "--to-latest", expect=NOT_FOUND))
        for number in "99999999999999999999", "0x10", "-1":
            self.assertIn("must be a whole number from 0", self.tenon(*seek, "--to-offset", number, expect=USAGE))
        for number in "99999999999999999999", "0x10":
            self.assertIn("must be a whole number from -", self.tenon(*seek, "--by", number, expect=USAGE))
        self.tenon(*seek, "--to-latest", "--to-earliest", expect=USAGE)
        self.tenon(*seek, expect=USAGE)

    def test_offsets_and_groups_are_deleted(self):
        topic = self.fill()
        self.tenon("group", "seek", self.group, "--to-latest", "--topic", topic)
        self.assertEqual(self.tenon("group", "offset-delete", self.group, "--topic", f"{topic}:0"),
                         f"{topic}-0: offset deleted\n")
        self.assertEqual(self.offsets(), {1: 10})
        self.tenon("group", "describe", self.group, "nobody", expect=NOT_FOUND)
        self.assertEqual(self.tenon("group", "delete", self.group), f"{self.group}: deleted\n")
        self.commit(topic, 1)
        self.tenon("group", "delete", self.group, "nobody", expect=NOT_FOUND)
        self.tenon("group", "describe", self.group, expect=NOT_FOUND)
        self.assertIn("GROUP_ID_NOT_FOUND", self.tenon("group", "delete", self.group, expect=NOT_FOUND))

    def test_what_is_in_use_is_not_deleted(self):
        topic = self.fill()
        self.tenon("group", "seek", self.group, "--to-latest", "--topic", topic)
        self.member("a", topic)
        self.assertIn("NON_EMPTY_GROUP", self.tenon("group", "delete", self.group, expect=FAILED))
        self.assertIn("GROUP_SUBSCRIBED_TO_TOPIC",
                      self.tenon("group", "offset-delete", self.group, "--topic", topic, expect=FAILED))
        self.assertEqual(self.offsets(), {0: 10, 1: 10})

    def test_configs_are_set_and_unset(self):
        alter = "group", "alter", self.group
        self.assertEqual(self.tenon(*alter, "--set", "tenon.assignor=sticky"),
                         f"{self.group}: tenon.assignor = sticky\n")
        self.assertIn('no assignor plugin "nope" is loaded (loaded: range,',
                      self.tenon(*alter, "--set", "tenon.assignor=nope", expect=FAILED))
        self.assertEqual(self.tenon(*alter, "--delete", "tenon.assignor"),
                         f"{self.group}: tenon.assignor is the broker's again\n")
        self.tenon(*alter, "--set", "nothing", expect=USAGE)
        self.tenon(*alter, expect=USAGE)

    def test_alter_deletes_only_what_groups_have(self):
        alter = "group", "alter", self.group
        self.assertIn('there is no config tenon.asignor to delete; did you mean "tenon.assignor"?',
                      self.tenon(*alter, "--delete", "tenon.asignor", expect=FAILED))
        self.tenon(*alter, "--set", "tenon.assignor=sticky", "--set", "tenon.assignor=range", expect=USAGE)
        self.assertIn("tenon.assignor is given twice",
                      self.tenon(*alter, "--set", "tenon.assignor=sticky", "--delete", "tenon.assignor", expect=USAGE))

    def test_alter_answers_in_json(self):
        self.assertEqual(self.json("group", "alter", self.group, "--set", "tenon.assignor=sticky",
                                   "--delete", "tenon.assignor.shadow"),
                         [{"group": self.group, "config": "tenon.assignor", "value": "sticky", "status": "set"},
                          {"group": self.group, "config": "tenon.assignor.shadow", "value": None,
                           "status": "deleted"}])

    def test_explain_names_who_holds_the_others_back(self):
        topic = self.fill()
        first = self.member("first", topic)
        self.member("second", topic)
        raw_groups.consumer_heartbeat(first, self.group, "first", 1)  # is told to give one up
        text = self.explain(self.group)
        self.assertIn(f"Group {self.group} is Reconciling: a consumer group of 2 members at epoch 2.\n", text)
        self.assertRegex(text, r"Last rebalance, \d+ \w+ ago: a member joined \(second\)\. It is reconciling now")
        self.assertIn("The broker's assignor uniform decides who reads what.\n", text)
        self.assertRegex(text, rf"It is to give up {topic} [01], and has not said that it did; after \d+")
        self.assertRegex(self.explain(self.group, "second"),
                         rf"^second \(raw at /127\.0\.0\.1\): reads nothing; it subscribes to {topic}\.\n"
                         rf"  It waits for {topic} [01], which first still has\.\n$")

    def test_the_document_of_explain_is_limited_to_a_member(self):
        topic = self.fill()
        self.member("first", topic)
        self.member("second", topic)
        document = json.loads(self.explain(self.group, "second", "--format", "json"))
        self.assertEqual([m["member_id"] for m in document["members"]], ["second"])
        self.assertEqual(len(json.loads(self.explain(self.group, "--format", "json"))["members"]), 2)
        self.explain(self.group, "third", "--format", "json", expect=NOT_FOUND)

    def test_explain_knows_classic_groups(self):
        topic = self.fill()
        process = subprocess.Popen([BINARY, "--bootstrap", self.broker.bootstrap, "consume", topic, "-g", self.group,
                                    "-X", "client.id=reader"], stdout=subprocess.DEVNULL)
        try:
            eventually(lambda: any(g["group"] == self.group and g["state"] == "Stable"
                                   for g in self.json("group", "list")), what="a stable group")
            text = self.explain(self.group)
            self.assertRegex(text, r"Its leader \S+ decides who reads what, by range\.\n")
            self.assertRegex(text, rf"\(reader at /127\.0\.0\.1\): reads {topic} 0 to 1; it subscribes to {topic}\.\n")
        finally:
            process.kill()
            process.wait()

    def test_explain_says_where_it_looked(self):
        self.assertIn("does not exist at 127.0.0.1:", self.explain("nobody", expect=NOT_FOUND))
        code, _, err = run(BINARY, "group", "explain", "g", "--http", "127.0.0.1:1")
        self.assertEqual(code, UNREACHABLE)
        self.assertIn("--http HOST:PORT names another", err)

    def test_names_may_be_any_bytes(self):
        topic = self.fill()
        self.group = "näme with/?&=% and more"
        self.member("a", topic)
        self.assertTrue(self.explain(self.group).startswith(f"Group {self.group} is Stable"))
        self.assertTrue(re.search(r"^näme", self.tenon("group", "list"), re.M))


if __name__ == "__main__":
    unittest.main()
