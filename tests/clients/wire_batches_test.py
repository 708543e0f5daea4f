#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Record batches that no client sends, with every field of the header lying in turn: the broker answers
with Kafka's error and the log is as it was. And what a correct idempotent producer may count on."""
import struct
import unittest

import raw_kafka as kafka
import raw_requests as ask
from raw_batches import CONTROL, LOG_APPEND_TIME, NOW, TRANSACTIONAL, batch, parse, record
from raw_case import (CORRUPT_MESSAGE, INVALID_PRODUCER_EPOCH, INVALID_RECORD,
                      INVALID_REQUIRED_ACKS, INVALID_TOPIC, MESSAGE_TOO_LARGE, NONE,
                      OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_TOPIC, UNSUPPORTED_COMPRESSION_TYPE,
                      TRANSACTIONAL_ID_AUTHORIZATION_FAILED, UNSUPPORTED_VERSION, RawCase)

INVALID_TIMESTAMP = 32
INT32_MAX = (1 << 31) - 1


class HostileBatches(RawCase):
    def check_refused(self, error, records, topic=None, **how):
        topic = topic or self.create()
        answer = ask.produce(self.connection, topic, records, **how)
        self.assertEqual((answer.error, answer.base_offset), (error, -1), answer)
        self.assertEqual(ask.list_offsets(self.connection, topic, ask.LATEST).offset, 0)
        # The next honest batch is the first one.
        self.assertEqual(ask.produce(self.connection, topic, batch()).base_offset, 0)

    def check_all_refused(self, error, *all_records):
        for i, records in enumerate(all_records):
            with self.subTest(i):
                self.check_refused(error, records, self.create(name=f"{self.topic()}-{i}"))

    def test_a_wrong_crc_is_a_corrupt_message(self):
        self.check_refused(CORRUPT_MESSAGE, batch(crc=1))

    def test_every_flipped_bit_behind_the_crc_is_a_corrupt_message(self):
        topic, whole = self.create(), batch()
        for bit in range(21 * 8, len(whole) * 8):
            flipped = bytearray(whole)
            flipped[bit // 8] ^= 1 << bit % 8
            self.assertEqual(ask.produce(self.connection, topic, flipped).error, CORRUPT_MESSAGE, bit)
        self.assertEqual(ask.produce(self.connection, topic, whole).base_offset, 0)

    def test_a_record_count_that_lies_is_an_invalid_record(self):
        self.check_all_refused(INVALID_RECORD, *(batch([b"a", b"b"], count=count)
                                                 for count in (0, 1, 3, -1, INT32_MAX, -INT32_MAX - 1)))

    def test_a_last_offset_delta_that_lies_is_an_invalid_record(self):
        self.check_all_refused(INVALID_RECORD, *(batch([b"a", b"b"], last_offset_delta=delta)
                                                 for delta in (0, 2, -1, INT32_MAX, -INT32_MAX - 1)))

    def test_count_and_delta_that_lie_together_are_an_invalid_record(self):
        self.check_all_refused(INVALID_RECORD, *(batch([b"a", b"b"], count=count, last_offset_delta=count - 1)
                                                 for count in (1, 3, 1000, INT32_MAX)))

    def test_records_whose_fields_lie_are_an_invalid_record(self):
        good = record(0, b"v")
        self.check_all_refused(
            INVALID_RECORD,
            batch([b"v"], section=record(1, b"v")), batch([b"v"], section=record(-1, b"v")),
            batch([b"v"], section=good + b"\0"), batch([b"v"], section=good[:-1]),
            batch([b"v"], section=b""), batch([b"v"], section=b"\xff" * 12),
            batch([b"v"], section=bytes([good[0] + 2]) + good[1:]),
            batch([b"v", b"w"], section=good + good))

    def test_a_base_offset_of_the_client_is_an_invalid_record(self):
        self.check_all_refused(INVALID_RECORD, batch(base_offset=5), batch(base_offset=-1))

    def test_an_unknown_codec_is_an_unsupported_compression_type(self):
        self.check_all_refused(UNSUPPORTED_COMPRESSION_TYPE, *(batch(attributes=codec) for codec in (5, 6, 7)))

    def test_zstd_needs_produce_version_7(self):
        self.check_refused(UNSUPPORTED_COMPRESSION_TYPE, batch(attributes=4), version=6)

    def test_magic_0_and_1_are_invalid_records(self):
        old = struct.pack(">qiIbb", 0, 22, 0, 0, 0) + struct.pack(">i", -1) + struct.pack(">i", 1) + b"v" * 5
        self.check_all_refused(INVALID_RECORD, batch(magic=0), batch(magic=1), old)

    def test_an_unknown_magic_is_a_corrupt_message(self):
        self.check_all_refused(CORRUPT_MESSAGE, *(batch(magic=magic) for magic in (3, 127, -1)))

    def test_a_batch_above_max_message_bytes_is_too_large(self):
        topic = self.create(max_message_bytes=1000)
        self.check_refused(MESSAGE_TOO_LARGE, batch([bytes(1000)]), topic)

    def test_two_batches_in_one_partition_are_an_invalid_record(self):
        self.check_refused(INVALID_RECORD, batch() + batch())

    def test_no_batch_is_an_invalid_record(self):
        self.check_all_refused(INVALID_RECORD, b"", None)

    def test_a_truncated_batch_is_a_corrupt_message(self):
        whole = batch([b"value" * 10])
        self.check_all_refused(CORRUPT_MESSAGE, whole[:1], whole[:11], whole[:16], whole[:17], whole[:60],
                               whole[:61], whole[:-1])

    def test_a_batch_length_that_lies_is_a_corrupt_message(self):
        self.check_all_refused(CORRUPT_MESSAGE, *(batch(length=length)
                                                  for length in (0, -1, 48, 70, INT32_MAX, -INT32_MAX - 1)))

    def test_control_batches_are_an_invalid_record(self):
        self.check_all_refused(INVALID_RECORD, batch(attributes=CONTROL),
                               batch(attributes=CONTROL | TRANSACTIONAL, producer_id=1, producer_epoch=0,
                                     base_sequence=0))

    def test_transactional_batches_are_refused(self):
        self.check_refused(INVALID_RECORD, batch(attributes=TRANSACTIONAL, producer_id=1, producer_epoch=0,
                                                 base_sequence=0))

    def test_a_transactional_request_is_refused(self):
        self.check_refused(TRANSACTIONAL_ID_AUTHORIZATION_FAILED, batch(), transactional_id="tx")

    def test_a_log_append_time_of_the_client_is_an_invalid_timestamp(self):
        self.check_refused(INVALID_TIMESTAMP, batch(attributes=LOG_APPEND_TIME))

    def test_unknown_acks_are_invalid_required_acks(self):
        for acks in (2, -2, 32767):
            self.check_refused(INVALID_REQUIRED_ACKS, batch(), self.create(name=f"{self.topic()}-{acks}"), acks=acks)

    def test_a_partition_that_is_not_there_is_unknown(self):
        topic = self.create()
        for partition in (1, -1, INT32_MAX):
            self.assertEqual(ask.produce(self.connection, topic, batch(), partition=partition).error, UNKNOWN_TOPIC)

    def test_a_refused_batch_with_acks_0_closes_the_connection(self):
        self.connection.send(kafka.PRODUCE, 8, ask.produce_body(self.create(), batch(crc=1), acks=0))
        self.assertTrue(self.connection.is_closed())

    def test_a_record_without_key_is_invalid_on_a_compacted_topic(self):
        topic = self.create(cleanup_policy="compact")
        self.check_refused(INVALID_RECORD, batch([b"v"], key=None), topic)

    def test_writes_to_internal_topics_are_refused(self):
        ask.find_coordinator(self.connection, "makes the topic")
        before = ask.list_offsets(self.connection, "__consumer_offsets", ask.LATEST).offset
        self.assertEqual(ask.produce(self.connection, "__consumer_offsets", batch()).error, INVALID_TOPIC)
        self.assertEqual(ask.list_offsets(self.connection, "__consumer_offsets", ask.LATEST).offset, before)

    def test_produce_before_version_3_is_an_unsupported_version(self):
        topic = self.create()
        for version in (0, 1, 2):
            answer = ask.produce(self.connection, topic, batch(), version=version)
            self.assertEqual((answer.error, answer.base_offset), (UNSUPPORTED_VERSION, -1))


class IdempotentProducer(RawCase):
    def setUp(self):
        super().setUp()
        self.name = self.create()
        self.producer = ask.init_producer_id(self.connection)
        self.assertEqual(self.producer.error, NONE)

    def produce(self, sequence, count=1, epoch=None):
        records = batch([b"%d" % i for i in range(count)], producer_id=self.producer.id,
                        producer_epoch=self.producer.epoch if epoch is None else epoch, base_sequence=sequence)
        return ask.produce(self.connection, self.name, records)

    def end_offset(self):
        return ask.list_offsets(self.connection, self.name, ask.LATEST).offset

    def test_each_of_the_last_five_batches_is_answered_again_with_its_first_offset(self):
        offsets = {sequence: self.produce(sequence, 3).base_offset for sequence in range(0, 24, 3)}
        for sequence in range(9, 24, 3):
            again = self.produce(sequence, 3)
            self.assertEqual((again.error, again.base_offset), (NONE, offsets[sequence]))
        self.assertEqual(self.end_offset(), 24)

    def test_a_gap_is_out_of_order(self):
        self.produce(0, 3)
        for sequence in (4, 5, 100, INT32_MAX):
            self.assertEqual(self.produce(sequence).error, OUT_OF_ORDER_SEQUENCE_NUMBER)
        self.assertEqual(self.produce(3).base_offset, 3)

    def test_an_older_epoch_is_fenced(self):
        self.assertEqual(self.produce(0, epoch=1).error, NONE)
        self.assertEqual(self.produce(1, epoch=0).error, INVALID_PRODUCER_EPOCH)
        self.assertEqual(self.produce(1, epoch=1).base_offset, 1)

    def test_a_newer_epoch_begins_at_sequence_0(self):
        self.produce(0)
        self.assertEqual(self.produce(1, epoch=1).error, OUT_OF_ORDER_SEQUENCE_NUMBER)
        self.assertEqual(self.produce(0, epoch=1).base_offset, 1)

    def test_a_batch_that_was_refused_does_not_count(self):
        self.produce(0)
        refused = batch([b"v"], producer_id=self.producer.id, producer_epoch=0, base_sequence=1, crc=1)
        self.assertEqual(ask.produce(self.connection, self.name, refused).error, CORRUPT_MESSAGE)
        self.assertEqual(self.produce(1).base_offset, 1)

    def test_sequences_go_on_at_0_after_the_largest(self):
        self.produce(INT32_MAX - 1)
        self.assertEqual(self.produce(INT32_MAX).base_offset, 1)
        self.assertEqual(self.produce(0).base_offset, 2)
        self.assertEqual(self.produce(INT32_MAX).base_offset, 1)

    def test_negative_sequences_and_epochs_are_invalid_records(self):
        self.assertEqual(self.produce(-1).error, INVALID_RECORD)
        self.assertEqual(self.produce(0, epoch=-1).error, INVALID_RECORD)

    def test_every_producer_gets_an_id_of_its_own(self):
        ids = {ask.init_producer_id(self.connection).id for _ in range(2500)}
        self.assertEqual(len(ids), 2500)

    def test_duplicates_are_known_after_kill_9(self):
        offsets = [self.produce(sequence).base_offset for sequence in range(5)]
        self.broker.kill9()
        self.broker.start()
        self.connection = self.connect()
        self.assertEqual([self.produce(sequence).base_offset for sequence in range(5)], offsets)
        self.assertEqual(self.produce(6).error, OUT_OF_ORDER_SEQUENCE_NUMBER)
        self.assertEqual(self.produce(5).base_offset, 5)


class Reading(RawCase):
    def read(self, topic, offset, **how):
        return parse(ask.fetch(self.connection, [(topic, 0, offset)], **how).partitions[topic, 0].records)

    def test_a_fetch_in_the_middle_of_a_batch_gets_the_whole_batch(self):
        topic = self.create()
        ask.produce(self.connection, topic, batch([b"a", b"b", b"c"]))
        ask.produce(self.connection, topic, batch([b"d", b"e"]))
        for offset in range(5):
            self.assertEqual(self.read(topic, offset)[0].base_offset, 0 if offset < 3 else 3)

    def test_the_first_batch_comes_whole_however_small_the_limits(self):
        topic = self.create()
        ask.produce(self.connection, topic, batch([bytes(5000)]))
        ask.produce(self.connection, topic, batch([bytes(5000)]))
        self.assertEqual(len(self.read(topic, 0, max_bytes=1, partition_bytes=1)), 1)

    def test_the_leader_epoch_and_offsets_are_patched_and_the_crc_holds(self):
        topic = self.create()
        for _ in range(3):
            ask.produce(self.connection, topic, batch([b"a", b"b"]))
        found = self.read(topic, 0)
        self.assertEqual([(b.base_offset, b.leader_epoch, b.crc_holds) for b in found],
                         [(0, 0, True), (2, 0, True), (4, 0, True)])

    def test_offsets_by_time(self):
        topic = self.create()
        for at in (1000, 5000, 3000):
            ask.produce(self.connection, topic, batch([b"a", b"b"], timestamps=[NOW + at, NOW + at + 10]))
        for after, offset, timestamp in ((0, 0, 1000), (1000, 0, 1000), (1001, 1, 1010), (1011, 2, 5000),
                                         (5010, 3, 5010)):
            found = ask.list_offsets(self.connection, topic, NOW + after)
            self.assertEqual((found.offset, found.timestamp), (offset, NOW + timestamp), after)
        found = ask.list_offsets(self.connection, topic, NOW + 5011)
        self.assertEqual((found.error, found.offset, found.timestamp), (NONE, -1, -1))

    def test_the_offset_of_the_largest_timestamp(self):
        topic = self.create()
        found = ask.list_offsets(self.connection, topic, ask.MAX_TIMESTAMP)
        self.assertEqual((found.error, found.offset, found.timestamp), (NONE, -1, -1))
        for at in (1000, 5000, 3000):
            ask.produce(self.connection, topic, batch([b"a", b"b"], timestamps=[NOW + at, NOW + at - 500]))
        found = ask.list_offsets(self.connection, topic, ask.MAX_TIMESTAMP)
        self.assertEqual((found.offset, found.timestamp), (2, NOW + 5000))

    def test_offsets_outside_the_log_are_out_of_range_with_no_plausible_offset(self):
        topic = self.create()
        ask.produce(self.connection, topic, batch())
        for offset in (2, -1, 1 << 62):
            answer = ask.fetch(self.connection, [(topic, 0, offset)]).partitions[topic, 0]
            self.assertEqual((answer.error, answer.high_watermark, answer.records), (1, -1, b""))


if __name__ == "__main__":
    unittest.main()
