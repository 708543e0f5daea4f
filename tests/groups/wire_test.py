#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What members of groups must not say: each is answered with the error that Apache Kafka has for it, and the
group is what it was before, to the byte."""
import concurrent.futures
import pathlib
import resource
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_groups
import raw_kafka as kafka
import raw_requests as ask
from harness import eventually
from raw_case import COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST, MIB, NONE, UNSUPPORTED_VERSION, RawCase

ILLEGAL_GENERATION, INCONSISTENT_GROUP_PROTOCOL, INVALID_GROUP_ID, UNKNOWN_MEMBER_ID = 22, 23, 24, 25
INVALID_SESSION_TIMEOUT, REBALANCE_IN_PROGRESS, GROUP_ID_NOT_FOUND, GROUP_SUBSCRIBED_TO_TOPIC = 26, 27, 69, 86
FENCED_MEMBER_EPOCH, UNSUPPORTED_ASSIGNOR, STALE_MEMBER_EPOCH, INVALID_REGULAR_EXPRESSION = 110, 112, 113, 128

LONGEST_STRING = 32767
INT_MAX = (1 << 31) - 1
# Ids that no member has; "\udcff\udcfe" are two bytes that are no UTF-8.
GARBAGE = ("stranger", " ", "\0", "\udcff\udcfe", "ä" * 1000, "x" * LONGEST_STRING)


def subscription(topics, version=1, count=None):
    """A consumer's words; `count` = how many topics it says there are."""
    blob = struct.pack(">hi", version, len(topics) if count is None else count)
    for topic in topics:
        blob += struct.pack(">h", len(topic)) + topic.encode()
    return blob + struct.pack(">ii", -1, 0)


class GroupCase(RawCase):
    """Each test has a topic and a group with one member, which has committed offset 5."""

    def setUp(self):
        super().setUp()
        self.name = self.create(2)
        self.group = "g-" + self.name
        self.assertEqual(ask.find_coordinator(self.connection, self.group)[0], NONE)
        self.make_group()
        self.before = self.state()

    def loaded(self, request):
        """What `request()` answers once the coordinator has read its log."""
        def answer():
            reply = request()
            return None if reply.error == COORDINATOR_LOAD_IN_PROGRESS else (reply,)
        return eventually(answer)[0]

    def state(self):
        return self.described().bytes, ask.committed_offset(self.connection, self.group, self.name)

    def check_unchanged(self, what=None):
        self.assertEqual(self.state(), self.before, what)


class ClassicCase(GroupCase):
    def make_group(self):
        joined = self.join(protocols=(("range", subscription([self.name])),), session_ms=60000)
        self.member, self.generation = joined.member, joined.generation
        synced = ask.sync_group(self.connection, self.group, self.generation, self.member)
        self.assertEqual((joined.error, synced.error), (NONE, NONE))
        self.assertEqual(self.commit(5), NONE)

    def join(self, member="", group=None, **how):
        return self.loaded(lambda: ask.join_group(self.connection, self.group if group is None else group,
                                                  member, **how))

    def commit(self, offset, member=None, generation=None, group=None):
        return ask.commit_offset(self.connection, self.group if group is None else group, self.name, offset,
                                 member=self.member if member is None else member,
                                 generation=self.generation if generation is None else generation)

    def described(self):
        return raw_groups.describe_group(self.connection, self.group)

    def heartbeat(self, member=None, generation=None):
        return raw_groups.heartbeat(self.connection, self.group,
                                    self.generation if generation is None else generation, member or self.member)

    @staticmethod
    def join_body(group, protocols):
        body = kafka.Writer().string(group).i32(10000, 10000).string("").string("consumer")
        return body.array(protocols, lambda item: body.string(item[0]).blob(item[1])).out


class ClassicGroups(ClassicCase):
    def test_a_group_without_a_name_has_offsets_and_no_members(self):
        self.assertEqual(self.join(group="").error, INVALID_GROUP_ID)
        self.assertEqual(self.join("m", group="", version=9).error, INVALID_GROUP_ID)
        self.assertEqual(ask.sync_group(self.connection, "", 1, "m").error, INVALID_GROUP_ID)
        self.assertEqual(raw_groups.heartbeat(self.connection, "", 1, "m"), INVALID_GROUP_ID)
        self.assertEqual(raw_groups.leave_group(self.connection, "", ["m"])[0], INVALID_GROUP_ID)
        self.assertEqual(raw_groups.delete_offset(self.connection, "", self.name)[0], INVALID_GROUP_ID)
        self.assertEqual(raw_groups.describe_consumer_group(self.connection, "").error, INVALID_GROUP_ID)
        self.assertEqual(raw_groups.join_consumer_group(self.connection, "", "m", [self.name]).error,
                         INVALID_REQUEST)
        self.assertEqual(self.commit(7, "m", 1, group=""), ILLEGAL_GENERATION)
        self.assertNotIn("", raw_groups.list_groups(self.connection))
        # Simple consumers may commit under it, which old clients do.
        self.assertEqual(self.commit(7, "", -1, group=""), NONE)
        self.assertEqual(ask.committed_offset(self.connection, "", self.name)[0], 7)
        self.assertEqual(raw_groups.delete_group(self.connection, ""), NONE)
        self.assertEqual(raw_groups.delete_group(self.connection, ""), GROUP_ID_NOT_FOUND)
        self.check_unchanged()

    def test_a_group_id_of_250_kilobytes_closes_the_connection(self):
        for api, version, put in (
                (kafka.JOIN_GROUP, 9, lambda body, name: body.string(name).i32(10000, 10000).string("").string(
                    None).string("consumer").array([]).string(None)),
                (kafka.HEARTBEAT, 4, lambda body, name: body.string(name).i32(1).string("m").string(None)),
                (kafka.OFFSET_COMMIT, 9, lambda body, name: body.string(name).i32(-1).string("").string(
                    None).array([])),
                (kafka.CONSUMER_GROUP_HEARTBEAT, 1, lambda body, name: body.raw(
                    raw_groups.consumer_heartbeat_body(name, "m", 1)[:-1])),
                (kafka.DESCRIBE_GROUPS, 6, lambda body, name: body.strings([name]).i8(0)),
                (kafka.CONSUMER_GROUP_DESCRIBE, 1, lambda body, name: body.strings([name]).i8(0))):
            connection = self.connect()
            connection.ask(api, version, put(kafka.Writer(True), "x" * LONGEST_STRING).tags().out)
            connection.send(api, version, put(kafka.Writer(True), "x" * 250_000).tags().out)
            self.assertTrue(connection.is_closed(), api)
        self.assertFalse(any(group[0] == "x" for group in raw_groups.list_groups(self.connection)))
        self.check_unchanged()

    def test_the_longest_group_id_that_kafka_can_write_is_served(self):
        name = "y" * LONGEST_STRING
        joined = self.join(group=name)
        self.assertEqual(joined.error, NONE)
        self.assertEqual(ask.sync_group(self.connection, name, 1, joined.member).error, NONE)
        self.assertEqual(self.commit(9, joined.member, 1, group=name), NONE)
        self.assertEqual(ask.committed_offset(self.connection, name, self.name)[0], 9)
        self.assertEqual(raw_groups.list_groups(self.connection)[name], ("Stable", "classic"))

    def test_members_that_nobody_knows_are_unknown(self):
        for member in GARBAGE + (self.member + "\0", self.member.upper(), self.member[:-1]):
            self.assertEqual(self.join(member).error, UNKNOWN_MEMBER_ID, member)
            self.assertEqual(self.join(member, version=9).error, UNKNOWN_MEMBER_ID, member)
            self.assertEqual(ask.sync_group(self.connection, self.group, self.generation, member).error,
                             UNKNOWN_MEMBER_ID, member)
            self.assertEqual(self.heartbeat(member), UNKNOWN_MEMBER_ID, member)
            self.assertEqual(raw_groups.leave_group(self.connection, self.group, [member]),
                             (NONE, {member: UNKNOWN_MEMBER_ID}), member)
            self.assertEqual(self.commit(9, member), UNKNOWN_MEMBER_ID, member)
            self.check_unchanged(member)

    def test_a_stranger_makes_no_group(self):
        for member in GARBAGE:
            self.assertEqual(self.join(member, group=self.group + "-other").error, UNKNOWN_MEMBER_ID)
        self.assertNotIn(self.group + "-other", raw_groups.list_groups(self.connection))

    def test_generations_that_are_not_now_are_illegal(self):
        for generation in (self.generation - 1, self.generation + 1, -1, INT_MAX, -INT_MAX - 1):
            self.assertEqual(self.heartbeat(generation=generation), ILLEGAL_GENERATION)
            self.assertEqual(ask.sync_group(self.connection, self.group, generation, self.member).error,
                             ILLEGAL_GENERATION)
            self.assertEqual(self.commit(9, generation=generation), ILLEGAL_GENERATION)
            self.check_unchanged(generation)

    def test_members_of_other_protocols_are_kept_out(self):
        words = (("range", b""),)
        for how in (dict(kind="connect", protocols=words), dict(kind="", protocols=words), dict(protocols=()),
                    dict(protocols=(("roundrobin", b""), ("sticky", b""))), dict(protocols=(("Range", b""),)),
                    dict(protocols=(("", b""),)), dict(protocols=(("\udcff", b""),))):
            for version in (3, 9):
                self.assertEqual(self.join(version=version, **how).error, INCONSISTENT_GROUP_PROTOCOL, how)
                self.check_unchanged(how)
        for claimed in (("connect", "range"), ("consumer", "sticky"), ("", "")):
            self.assertEqual(raw_groups.sync_group_v5(self.connection, self.group, self.generation, self.member,
                                                      *claimed), INCONSISTENT_GROUP_PROTOCOL, claimed)
            self.check_unchanged(claimed)

    def test_session_timeouts_out_of_bounds_are_refused(self):
        for session_ms in (-1, 0, 5999, 1800001, INT_MAX):
            self.assertEqual(self.join(session_ms=session_ms).error, INVALID_SESSION_TIMEOUT, session_ms)
            self.assertEqual(self.join(self.member, session_ms=session_ms).error, INVALID_SESSION_TIMEOUT)
            self.check_unchanged(session_ms)

    def test_a_subscription_that_lies_about_its_lengths_is_handed_on_and_not_believed(self):
        """Kafka reads it only to know what a group reads, and otherwise passes it to the leader."""
        topic = subscription([self.name])
        for number, lie in enumerate((
                b"", b"\0", topic[:-9], topic[:9], subscription([self.name], count=INT_MAX),
                subscription([self.name], count=-2), subscription([self.name], count=2),
                topic[:6] + b"\x7f\xff" + topic[8:], topic[:-8] + struct.pack(">i", INT_MAX),
                topic[:-4] + struct.pack(">i", INT_MAX), subscription([self.name], version=-1),
                b"\x7f\xff" + b"\xff" * 100)):
            group = f"{self.group}-{number}"
            joined = self.join(group=group, protocols=(("range", lie),))
            self.assertEqual(joined.error, NONE, lie)
            self.assertEqual(ask.sync_group(self.connection, group, 1, joined.member).error, NONE, lie)
            self.assertEqual(raw_groups.heartbeat(self.connection, group, 1, joined.member), NONE, lie)
            described = raw_groups.describe_group(self.connection, group)
            self.assertEqual(described.members, {joined.member: (lie, b"assignment")})
            # What is not known to be unread is not deleted, and the group stays what it is.
            self.assertEqual(raw_groups.delete_offset(self.connection, group, self.name),
                             (NONE, GROUP_SUBSCRIBED_TO_TOPIC), lie)
            upgrade = raw_groups.join_consumer_group(self.connection, group, "m", [self.name])
            self.assertEqual((upgrade.error, upgrade.member), (GROUP_ID_NOT_FOUND, None), lie)
            self.assertEqual(raw_groups.describe_group(self.connection, group).bytes, described.bytes)
        self.check_unchanged()

    def test_ten_thousand_protocols_are_weighed_and_one_is_chosen(self):
        many = [(f"p{number:05}", b"words") for number in range(10_000)]
        group = self.group + "-many"
        joined = self.join(group=group, protocols=many)
        self.assertEqual((joined.error, joined.protocol), (NONE, "p00000"))
        self.assertEqual(ask.sync_group(self.connection, group, 1, joined.member).error, NONE)
        before = raw_groups.describe_group(self.connection, group)
        self.assertEqual(before.members, {joined.member: (b"words", b"assignment")})
        others = [(f"q{number:05}", b"words") for number in range(10_000)]
        self.assertEqual(self.join(group=group, protocols=others).error, INCONSISTENT_GROUP_PROTOCOL)
        self.assertEqual(raw_groups.describe_group(self.connection, group).bytes, before.bytes)
        # With one that both know, at the far end of both lists.
        second = self.connect()
        second.send(kafka.JOIN_GROUP, 3, self.join_body(group, others + many[-1:]))
        eventually(lambda: raw_groups.heartbeat(self.connection, group, 1, joined.member) == REBALANCE_IN_PROGRESS)
        again = self.join(joined.member, group=group, protocols=many)
        self.assertEqual((again.error, again.generation, again.protocol), (NONE, 2, many[-1][0]))


class Crowds(ClassicCase):
    """With one coordinator for all groups, so that the crowd is in everybody's way."""
    settings = ("groups.initial_rebalance_delay=1s", "groups.offsets_partitions=1")
    COUNT, BURSTS, HEARTBEAT_SECONDS_MAX = 3000, 10, 2
    growth_max = 96 * MIB  # what so many connections took is kept for the next ones, and does not add up

    @classmethod
    def setUpClass(cls):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the broker raises its own
        super().setUpClass()

    def send_burst(self, connections, body):
        """Members join, and behind them comes a heartbeat of the other group: how long it takes, in seconds."""
        for connection in connections:
            connection.send(kafka.JOIN_GROUP, 3, body)
        began = time.monotonic()
        self.assertEqual(self.heartbeat(), NONE)
        return time.monotonic() - began

    def test_three_thousand_members_join_at_once_and_other_groups_are_served(self):
        connections = [self.connect(timeout=60) for _ in range(self.COUNT)]
        body = self.join_body(self.group + "-crowd", [("range", b"words")])
        seconds = [self.send_burst(connections[first::self.BURSTS], body) for first in range(self.BURSTS)]
        self.check_unchanged()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda each: self.read_joined(each.receive()[1]), connections))
        self.assertEqual({(error, generation) for error, generation, *_ in answers}, {(NONE, 1)})
        self.assertEqual(len({member for *_, member, _ in answers}), self.COUNT)
        self.assertEqual(sorted({len(seen) for *_, seen in answers}), [0, self.COUNT])
        self.assertEqual(len({leader for _, _, leader, _, _ in answers}), 1)
        # No heartbeat was quick by luck: each came right behind a tenth of the crowd, and while the group still
        # waited for the rest, as there was one generation only. None is late by bad luck either: a pause of the
        # machine is one or two heartbeats', and joins that hold other groups up do so to each of the ten.
        self.assertLess(min(seconds), self.HEARTBEAT_SECONDS_MAX, seconds)
        self.assertEqual((self.heartbeat(), self.commit(5)), (NONE, NONE))

    @staticmethod
    def read_joined(reply):
        """Version 3: error, generation, leader, member, and whom the leader is told of."""
        reply.i32()
        error, generation = reply.i16(), reply.i32()
        reply.string()
        leader, member = reply.string(), reply.string()
        return error, generation, leader, member, reply.array(lambda: (reply.string(), reply.blob()))


class ConsumerGroups(GroupCase):
    def make_group(self):
        joined = self.loaded(lambda: raw_groups.join_consumer_group(self.connection, self.group, "m", [self.name]))
        self.assertEqual((joined.error, joined.message, joined.epoch), (NONE, None, 1))
        self.topic_id, = joined.assigned
        self.assertEqual(joined.assigned, {self.topic_id: [0, 1]})
        self.assertEqual(self.commit(5), NONE)

    def commit(self, offset, member="m", epoch=1, version=9):
        return raw_groups.commit_offset_as(self.connection, self.group, self.name, offset, member, epoch, version)

    def described(self):
        return raw_groups.describe_consumer_group(self.connection, self.group)

    def join(self, member="other", **how):
        return raw_groups.join_consumer_group(self.connection, self.group, member,
                                              **dict({"topics": [self.name]}, **how))

    def beat(self, member="m", epoch=1, **how):
        return raw_groups.consumer_heartbeat(self.connection, self.group, member, epoch, **how)

    def check_refused(self, answer, error):
        """With a text that says why."""
        self.assertEqual((answer.error, answer.assigned), (error, None), answer.message)
        self.assertTrue(answer.message)
        self.check_unchanged(answer.message)

    def test_what_no_member_says_is_an_invalid_request(self):
        for how in (dict(member=""), dict(instance=""), dict(rack=""), dict(rebalance_ms=-1), dict(owned=None),
                    dict(owned=[(self.topic_id, [0])]), dict(topics=None)):
            self.check_refused(self.join(**how), INVALID_REQUEST)
        for epoch in (-3, -INT_MAX - 1):
            self.check_refused(self.beat(epoch=epoch), INVALID_REQUEST)
        self.check_refused(self.beat(member=""), INVALID_REQUEST)
        self.check_refused(self.beat(epoch=-2), INVALID_REQUEST)  # without an instance
        self.check_refused(self.beat(member="", version=0), INVALID_REQUEST)

    def test_assignors_and_expressions_that_do_not_exist_are_refused(self):
        for assignor in ("range2", "Uniform", "x" * LONGEST_STRING, "\udcff", ""):
            self.check_refused(self.join(assignor=assignor), UNSUPPORTED_ASSIGNOR)
            self.check_refused(self.beat(assignor=assignor), UNSUPPORTED_ASSIGNOR)
        for regex in ("(", "[", "a{2,1}", "*", "\\"):
            self.check_refused(self.join(topics=None, regex=regex), INVALID_REGULAR_EXPRESSION)
            self.check_refused(self.beat(regex=regex), INVALID_REGULAR_EXPRESSION)

    def test_members_that_nobody_knows_are_unknown(self):
        for member in GARBAGE + ("M", "m\0"):
            for epoch in (1, 2, -1):
                self.check_refused(self.beat(member, epoch), UNKNOWN_MEMBER_ID)
            self.assertEqual(self.commit(9, member), UNKNOWN_MEMBER_ID)
            self.check_unchanged(member)
        self.check_refused(self.beat(epoch=1, instance="nobody"), UNKNOWN_MEMBER_ID)
        self.check_refused(self.beat(epoch=-2, instance="nobody"), UNKNOWN_MEMBER_ID)

    def test_epochs_that_are_not_now_are_fenced(self):
        for epoch in (2, 7, INT_MAX):
            self.check_refused(self.beat(epoch=epoch), FENCED_MEMBER_EPOCH)

    def test_a_group_that_is_not_there_is_not_found(self):
        other = self.group + "-other"
        for epoch in (1, -1):
            answer = raw_groups.consumer_heartbeat(self.connection, other, "m", epoch)
            self.assertEqual(answer.error, GROUP_ID_NOT_FOUND)
        self.assertEqual(raw_groups.describe_consumer_group(self.connection, other).error, GROUP_ID_NOT_FOUND)
        self.assertNotIn(other, raw_groups.list_groups(self.connection))

    def test_partitions_that_a_member_only_says_it_has_are_not_its_own(self):
        for owned in ([(b"\xff" * 16, [0, -1, INT_MAX])], [(self.topic_id, [0, 1, 99])], []):
            self.assertEqual(self.beat(owned=owned).error, NONE)
            self.check_unchanged(owned)

    def test_offsets_are_for_members_at_their_epoch(self):
        for epoch in (0, 2, INT_MAX):
            self.assertEqual(self.commit(9, epoch=epoch), STALE_MEMBER_EPOCH)
        self.assertEqual(self.commit(9, version=8), UNSUPPORTED_VERSION)
        self.assertEqual(self.commit(9, "", -1), UNKNOWN_MEMBER_ID)
        self.check_unchanged()
        other = self.group + "-other"
        self.assertEqual(raw_groups.fetch_offsets_as(self.connection, [
            (self.group, "m", 2), (other, "m", 2), (self.group, "stranger", 1), (self.group, "m", 1),
            (self.group, None, -1)], self.name), [
                (STALE_MEMBER_EPOCH, None), (NONE, -1), (UNKNOWN_MEMBER_ID, None), (NONE, 5), (NONE, 5)])

    def test_a_member_of_the_classic_protocol_must_be_a_consumer(self):
        for how in (dict(kind="connect"), dict(protocols=()), dict(kind="")):
            self.assertEqual(ask.join_group(self.connection, self.group, **how).error, INCONSISTENT_GROUP_PROTOCOL)
            self.check_unchanged(how)

    def test_a_consumer_group_is_none_that_describe_groups_could_show(self):
        old = raw_groups.describe_group(self.connection, self.group, version=5)
        self.assertEqual((old.error, old.state, old.members), (NONE, "Dead", {}))
        new = raw_groups.describe_group(self.connection, self.group, version=6)
        self.assertEqual((new.error, new.state), (GROUP_ID_NOT_FOUND, "Dead"))
        self.assertIn("not a classic group", new.message)


if __name__ == "__main__":
    unittest.main()
