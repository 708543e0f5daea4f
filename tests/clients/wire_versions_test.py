#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where brokers before this one broke their clients: version negotiation, topic ids, fetch sessions, and
the forms that requests have in their old and new versions."""
import struct
import unittest

import raw_kafka as kafka
import raw_requests as ask
from harness import eventually
from raw_batches import batch, parse
from raw_case import (COORDINATOR_LOAD_IN_PROGRESS, FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH,
                      INVALID_REQUEST, MEMBER_ID_REQUIRED, NONE, UNKNOWN_TOPIC, UNKNOWN_TOPIC_ID,
                      UNSUPPORTED_VERSION, RawCase)

FETCH_SESSION_TOPIC_ID_ERROR, UNKNOWN_LEADER_EPOCH = 106, 75
UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION = 25, 22


class Negotiation(RawCase):
    def test_an_unknown_version_of_api_versions_is_answered_in_version_0(self):
        for version in (5, 99, 32767):
            answer = ask.api_versions(self.connection, version)
            self.assertEqual((answer.error, answer.apis), (UNSUPPORTED_VERSION, {kafka.API_VERSIONS: (0, 4)}))
        # The connection stays, so that the client can ask again.
        self.assertEqual(ask.api_versions(self.connection, 3).error, NONE)

    def test_software_names_are_checked(self):
        for name, version in (("", "1"), ("raw", ""), ("a b", "1"), ("raw", "-1"), ("raw-", "1"), ("rä", "1"),
                              (".raw", "1"), ("raw", "1_0")):
            answer = ask.api_versions(self.connection, 3, name, version)
            self.assertEqual((answer.error, answer.apis), (INVALID_REQUEST, {}), (name, version))
        for name, version in (("librdkafka", "2.0.2"), ("a", "1"), ("apache-kafka-java", "3.9.0-SNAPSHOT")):
            self.assertEqual(ask.api_versions(self.connection, 4, name, version).error, NONE)

    def test_every_version_of_api_versions_lists_the_same(self):
        listed = [ask.api_versions(self.connection, version).apis for version in range(5)]
        self.assertEqual(listed[1:], listed[:-1])

    def test_what_librdkafka_and_python_kafka_look_for_is_advertised(self):
        apis = ask.api_versions(self.connection).apis
        self.assertEqual(apis[kafka.PRODUCE][0], 0)
        self.assertEqual(apis[kafka.FIND_COORDINATOR][0], 0)
        self.assertEqual(apis[kafka.METADATA][0], 0)
        for api, version in ((kafka.PRODUCE, 3), (kafka.PRODUCE, 7), (kafka.FETCH, 4), (kafka.FETCH, 10),
                             (kafka.LIST_OFFSETS, 1), (kafka.INIT_PRODUCER_ID, 0)):
            self.assertTrue(apis[api][0] <= version <= apis[api][1], (api, version, apis[api]))

    def test_only_what_is_answered_is_advertised(self):
        apis = ask.api_versions(self.connection).apis
        for api in (4, 5, 6, 7, 27, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73):
            self.assertNotIn(api, apis)

    def test_probes_are_answered_when_they_come_together(self):
        """python3-kafka sends ApiVersions 0 and Metadata 0 in one go."""
        self.connection.send(kafka.API_VERSIONS, 0)
        self.connection.send(kafka.METADATA, 0, struct.pack(">i", 0))
        self.assertEqual(self.connection.receive()[1].i16(), NONE)
        self.assertEqual(len(ask.read_metadata(self.connection.receive()[1], 0).brokers), 1)


class Metadata(RawCase):
    def test_an_empty_list_means_all_topics_in_version_0_and_none_later(self):
        topic = self.create()
        self.assertIn(topic, ask.metadata(self.connection, [], version=0).topics)
        for version in (1, 4, 9, 12):
            self.assertEqual(ask.metadata(self.connection, [], version=version).topics, {})
            self.assertIn(topic, ask.metadata(self.connection, None, version=version).topics)

    def test_a_client_that_does_not_allow_it_makes_no_topic(self):
        for version in (4, 12):
            found = ask.metadata(self.connection, [self.topic()], version=version).topics[self.topic()]
            self.assertEqual(found.error, UNKNOWN_TOPIC)
        self.assertNotIn(self.topic(), ask.metadata(self.connection).topics)

    def test_a_topic_is_made_for_who_asks_in_an_old_version(self):
        ask.metadata(self.connection, [self.topic()], version=0)
        eventually(lambda: ask.metadata(self.connection, [self.topic()], version=0).topics[self.topic()].error == NONE)

    def test_ids_are_real_and_change_when_a_topic_is_made_again(self):
        topic, ids = self.create(), set()
        for _ in range(3):
            ids.add(ask.metadata(self.connection, [topic], version=10).topics[topic].id)
            self.assertEqual(ask.delete_topic(self.connection, topic), NONE)
            self.create()
        self.assertEqual(len(ids), 3)
        self.assertNotIn(kafka.ZERO_ID, ids)

    def test_a_topic_that_is_made_again_at_once_is_empty_and_works(self):
        topic = self.create()
        for _ in range(50):
            self.assertEqual(ask.produce(self.connection, topic, batch()).base_offset, 0)
            self.assertEqual(ask.delete_topic(self.connection, topic), NONE)
            self.create()
            self.assertEqual(ask.list_offsets(self.connection, topic, ask.LATEST).offset, 0)


class Fetches(RawCase):
    def setUp(self):
        super().setUp()
        self.name = self.create(3)
        self.topic_id = ask.metadata(self.connection, [self.name], version=10).topics[self.name].id

    def produce(self, partition, value=b"value"):
        return ask.produce(self.connection, self.name, batch([value]), partition=partition)

    def test_fetches_by_id(self):
        self.produce(1, b"by id")
        for version in (13, 15, 16):
            answer = ask.fetch(self.connection, [(self.topic_id, 1, 0)], version=version).partitions[self.topic_id, 1]
            self.assertEqual(parse(answer.records)[0].records[0][3], b"by id")

    def test_every_version_reads_the_same(self):
        self.produce(0)
        read = {ask.fetch(self.connection, [(self.name, 0, 0)], version=v).partitions[self.name, 0].records
                for v in range(4, 13)}
        self.assertEqual(len(read), 1)

    def test_an_unknown_id_is_an_unknown_topic_id(self):
        stranger = bytes(range(16))
        answer = ask.fetch(self.connection, [(stranger, 0, 0)], version=13).partitions[stranger, 0]
        self.assertEqual((answer.error, answer.records), (UNKNOWN_TOPIC_ID, b""))

    def test_the_id_of_a_deleted_topic_is_unknown_even_if_its_name_is_back(self):
        ask.delete_topic(self.connection, self.name)
        self.create(3)
        answer = ask.fetch(self.connection, [(self.topic_id, 0, 0)], version=13).partitions[self.topic_id, 0]
        self.assertEqual(answer.error, UNKNOWN_TOPIC_ID)

    def test_a_newer_and_an_older_leader_epoch_are_refused(self):
        self.produce(0)
        answer = ask.fetch(self.connection, [(self.name, 0, 0)], epoch=7).partitions[self.name, 0]
        self.assertEqual(answer.error, UNKNOWN_LEADER_EPOCH)
        answer = ask.fetch(self.connection, [(self.name, 0, 0)], epoch=0).partitions[self.name, 0]
        self.assertEqual(answer.error, NONE)

    def test_partitions_that_are_asked_for_are_served_in_turn(self):
        for partition in range(3):
            for _ in range(5):
                self.produce(partition, bytes(1000))
        wanted, seen = [(self.name, p, 0) for p in range(3)], set()
        session = ask.fetch(self.connection, wanted, session=(0, 0), max_bytes=1)
        for epoch in range(1, 6):
            seen |= {p for (_, p), answer in session.partitions.items() if answer.records}
            session = ask.fetch(self.connection, [], session=(session.session, epoch), max_bytes=1)
        self.assertEqual(seen, {0, 1, 2})


class FetchSessions(RawCase):
    def setUp(self):
        super().setUp()
        self.name = self.create(3)
        self.opened = ask.fetch(self.connection, [(self.name, p, 0) for p in range(3)], session=(0, 0))
        self.epoch = 1

    def incremental(self, wanted=(), **how):
        answer = ask.fetch(self.connection, wanted, session=(self.opened.session, self.epoch), **how)
        self.epoch += 1
        return answer

    def test_a_full_fetch_opens_a_session_and_answers_for_every_partition(self):
        self.assertNotEqual(self.opened.session, 0)
        self.assertEqual(set(self.opened.partitions), {(self.name, p) for p in range(3)})

    def test_an_incremental_fetch_returns_only_news(self):
        self.assertEqual(self.incremental().partitions, {})
        ask.produce(self.connection, self.name, batch([b"news"]), partition=1)
        self.assertEqual(set(self.incremental().partitions), {(self.name, 1)})
        self.assertEqual(self.incremental([(self.name, 1, 1)]).partitions, {})

    def test_a_forgotten_partition_is_not_answered(self):
        ask.produce(self.connection, self.name, batch(), partition=1)
        ask.produce(self.connection, self.name, batch(), partition=2)
        self.assertEqual(set(self.incremental(forgotten=[(self.name, 1, 0)]).partitions), {(self.name, 2)})

    def test_an_unknown_session_is_not_found(self):
        for session in (987654321, -5):
            answer = ask.fetch(self.connection, [], session=(session, 1))
            self.assertEqual((answer.error, answer.partitions), (FETCH_SESSION_ID_NOT_FOUND, {}))

    def test_a_wrong_epoch_is_invalid_and_the_session_stays(self):
        for epoch in (2, 5, -7):
            answer = ask.fetch(self.connection, [], session=(self.opened.session, epoch))
            self.assertEqual((answer.error, answer.partitions), (INVALID_FETCH_SESSION_EPOCH, {}))
        self.assertEqual(self.incremental().error, NONE)

    def test_the_final_epoch_ends_the_session(self):
        ended = ask.fetch(self.connection, [(self.name, 0, 0)], session=(self.opened.session, -1))
        self.assertEqual((ended.error, ended.session), (NONE, 0))
        self.assertEqual(self.incremental().error, FETCH_SESSION_ID_NOT_FOUND)

    def test_a_session_by_name_is_not_continued_by_id(self):
        answer = ask.fetch(self.connection, [], session=(self.opened.session, 1), version=13)
        self.assertEqual(answer.error, FETCH_SESSION_TOPIC_ID_ERROR)

    def test_a_long_poll_in_a_session_is_woken_by_the_first_record(self):
        body = ask.fetch_body([], session=(self.opened.session, 1), max_wait=15000)
        self.connection.send(kafka.FETCH, 11, body)
        ask.produce(self.connect(), self.name, batch([b"news"]), partition=2)
        answer = ask.read_fetched(self.connection.receive()[1])
        self.assertEqual(set(answer.partitions), {(self.name, 2)})

    def test_more_sessions_than_slots_are_full_fetches(self):
        for _ in range(2000):
            answer = ask.fetch(self.connection, [(self.name, 0, 0)], session=(0, 0))
            self.assertEqual((answer.error, len(answer.partitions)), (NONE, 1))
        self.assertEqual(answer.session, 0)
        self.assertEqual(self.incremental().error, NONE)


class Groups(RawCase):
    def setUp(self):
        super().setUp()
        self.group = self.topic()
        # Version 0, as python3-kafka and librdkafka ask.
        self.assertEqual(ask.find_coordinator(self.connection, self.group)[0], NONE)

    def loaded(self, request):
        """What `request()` answers once the coordinator has read its log."""
        def answer():
            reply = request()
            error = reply if isinstance(reply, int) else reply.error
            return None if error == COORDINATOR_LOAD_IN_PROGRESS else (reply,)
        return eventually(answer)[0]

    def join(self, member="", **how):
        return self.loaded(lambda: ask.join_group(self.connection, self.group, member, **how))

    def test_coordinators_of_many_groups_in_one_request(self):
        found = ask.find_coordinators(self.connection, ["a", "b", "c"])
        self.assertEqual(found, {"a": (NONE, 1), "b": (NONE, 1), "c": (NONE, 1)})

    def test_a_join_before_version_4_works_at_once(self):
        for version in (2, 3):
            joined = self.join(version=version)
            self.assertEqual(joined.error, NONE)
            self.assertNotEqual(joined.member, "")
            self.group += "-next"

    def test_a_join_from_version_4_on_needs_the_member_id_that_it_is_given(self):
        for version in (4, 5, 6, 9):
            refused = self.join(version=version)
            self.assertEqual((refused.error, refused.generation), (MEMBER_ID_REQUIRED, -1))
            self.assertNotEqual(refused.member, "")
            joined = self.join(refused.member, version=version)
            self.assertEqual((joined.error, joined.member, joined.leader), (NONE, refused.member, refused.member))
            self.group += "-next"

    def test_the_leaders_assignment_comes_back(self):
        joined = self.join()
        synced = ask.sync_group(self.connection, self.group, joined.generation, joined.member)
        self.assertEqual((synced.error, synced.assignment), (NONE, b"assignment"))

    def test_offsets_of_many_groups_in_one_request_and_of_one_in_old_versions(self):
        topic = self.create(2)
        self.assertEqual(self.loaded(lambda: ask.commit_offset(
            self.connection, self.group, topic, 5, partition=1, metadata="what it says")), NONE)
        found = ask.committed_offsets(self.connection, [self.group])
        self.assertEqual(found[self.group], {(topic, 1): (5, "what it says")})
        self.assertEqual(ask.committed_offset(self.connection, self.group, topic, 1), (5, "what it says"))

    def test_a_group_without_offsets_is_answered_with_minus_1(self):
        topic = self.create(2)
        self.join()
        self.assertEqual(ask.committed_offsets(self.connection, [self.group], {topic: [0, 1]})[self.group],
                         {(topic, 0): (-1, ""), (topic, 1): (-1, "")})

    def test_a_commit_of_a_stranger_is_refused(self):
        topic, joined = self.create(), self.join()
        self.assertEqual(ask.commit_offset(self.connection, self.group, topic, 1, generation=joined.generation,
                                           member="stranger"), UNKNOWN_MEMBER_ID)
        self.assertEqual(ask.commit_offset(self.connection, self.group, topic, 1, member=joined.member,
                                           generation=joined.generation + 1), ILLEGAL_GENERATION)
        self.assertEqual(ask.committed_offset(self.connection, self.group, topic)[0], -1)


if __name__ == "__main__":
    unittest.main()
