#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Topic configs given at creation do what they say: segments roll and leave, batches are limited,
stamped and recompressed, storage and fsync are chosen."""
import gzip
import pathlib
import time
import unittest

import raw_kafka
import raw_requests as ask
from harness import eventually
from raw_batches import HEADER, NOW, batch, parse
from raw_case import INVALID_CONFIG, MESSAGE_TOO_LARGE, NONE, RawCase

SMALLEST_SEGMENT = 1 << 14
OFFSET_OUT_OF_RANGE, INVALID_TIMESTAMP = 1, 32


def now_ms():
    return int(time.time() * 1000)


class TopicCase(RawCase):
    def produce(self, topic, values, **fields):
        answer = ask.produce(self.connection, topic, batch(values, **fields))
        self.assertEqual(answer.error, NONE, answer)
        return answer

    def fetched(self, topic, offset=0):
        return parse(ask.fetch(self.connection, [(topic, 0, offset)]).partitions[topic, 0].records)

    def values(self, topic, offset=0):
        return [record[3] for found in self.fetched(topic, offset) for record in found.records]

    def start_offset(self, topic):
        return ask.list_offsets(self.connection, topic, ask.EARLIEST).offset

    def end_offset(self, topic):
        return ask.list_offsets(self.connection, topic, ask.LATEST).offset

    def segments(self, topic):
        """Base offsets of the partition's segment files."""
        directory = pathlib.Path(self.broker.data_dir) / f"{topic}-0"
        return sorted(int(path.stem) for path in directory.glob("*.log"))

    def alter(self, topic, name, value):
        self.assertEqual(ask.set_topic_config(self.connection, topic, name, value), NONE)

    def restart(self, stop):
        stop()
        self.broker.start()
        self.connection = self.connect()


class Retention(TopicCase):
    settings = ("log.retention_check_interval=200ms",)

    def fill(self, topic, batches, timestamp=None):
        for _ in range(batches):
            self.produce(topic, [bytes(5000)], timestamps=[timestamp or now_ms()])

    def test_segment_bytes_rolls_segments(self):
        topic = self.create(segment_bytes=SMALLEST_SEGMENT)
        self.fill(topic, 10)
        self.assertEqual(self.segments(topic), [0, 3, 6, 9])
        self.assertEqual(len(self.values(topic)), 10)

    def test_segment_bytes_can_be_altered_while_the_topic_is_written_to(self):
        topic = self.create()
        self.fill(topic, 4)
        self.assertEqual(self.segments(topic), [0])
        self.alter(topic, "segment.bytes", str(SMALLEST_SEGMENT))
        self.fill(topic, 4)
        # The first segment is full by the new measure; the next ones hold three batches.
        self.assertEqual(self.segments(topic), [0, 4, 7])
        self.alter(topic, "segment.bytes", str(1 << 20))
        self.fill(topic, 10)
        self.assertEqual(self.segments(topic), [0, 4, 7])
        self.assertEqual(len(self.values(topic)), 18)
        self.restart(self.broker.stop)
        self.assertEqual((self.end_offset(topic), len(self.values(topic))), (18, 18))

    def test_segment_ms_can_be_altered_while_the_topic_is_written_to(self):
        topic = self.create(retention_ms=-1)
        self.produce(topic, [b"v"], timestamps=[NOW])
        self.alter(topic, "segment.ms", "1000")
        self.produce(topic, [b"v"], timestamps=[NOW + 1001])
        self.assertEqual(self.segments(topic), [0, 1])

    def test_retention_bytes_lets_old_segments_leave(self):
        topic = self.create(segment_bytes=SMALLEST_SEGMENT, retention_bytes=40_000)
        self.fill(topic, 30)
        eventually(lambda: self.start_offset(topic) >= 21, what="that old segments leave")
        self.assertEqual(self.end_offset(topic), 30)
        # Not more than asked for: what is left is at least retention.bytes.
        self.assertGreaterEqual((30 - self.start_offset(topic)) * 5000, 40_000)
        eventually(lambda: self.segments(topic)[0] == self.start_offset(topic), what="that their files leave")
        self.assertEqual(ask.fetch(self.connection, [(topic, 0, 0)]).partitions[topic, 0].error,
                         OFFSET_OUT_OF_RANGE)
        self.assertEqual(len(self.values(topic, self.start_offset(topic))), 30 - self.start_offset(topic))

    def test_retention_ms_lets_old_segments_leave_and_keeps_young_ones(self):
        topic = self.create(segment_bytes=SMALLEST_SEGMENT, retention_ms=3_600_000)
        self.fill(topic, 9, timestamp=NOW)
        self.fill(topic, 9)
        eventually(lambda: self.start_offset(topic) == 9, what="that the old records leave")
        self.assertEqual(len(self.values(topic, 9)), 9)

    def test_records_without_limits_stay(self):
        topic = self.create(segment_bytes=SMALLEST_SEGMENT, retention_ms=-1, retention_bytes=-1)
        self.fill(topic, 9, timestamp=NOW)
        leaving = self.create(name=self.topic() + "-leaving", segment_bytes=SMALLEST_SEGMENT, retention_ms=1)
        self.fill(leaving, 9, timestamp=NOW)
        eventually(lambda: self.start_offset(leaving) > 0)
        self.assertEqual((self.start_offset(topic), self.segments(topic)), (0, [0, 3, 6]))

    def test_a_compacted_topic_does_not_lose_records_by_retention(self):
        topic = self.create(segment_bytes=SMALLEST_SEGMENT, cleanup_policy="compact", retention_bytes=1)
        self.fill(topic, 9, timestamp=NOW)
        leaving = self.create(name=self.topic() + "-leaving", segment_bytes=SMALLEST_SEGMENT, retention_ms=1)
        self.fill(leaving, 9, timestamp=NOW)
        eventually(lambda: self.start_offset(leaving) > 0)
        self.assertEqual(self.start_offset(topic), 0)

    def test_segment_ms_rolls_by_the_times_of_the_records(self):
        topic = self.create(segment_ms=60_000, retention_ms=-1)
        for minute in (0, 0.5, 2, 2.5, 10):
            self.produce(topic, [b"v"], timestamps=[NOW + int(minute * 60_000)])
        self.assertEqual(self.segments(topic), [0, 2, 4])

    def test_the_active_segment_leaves_too_when_all_of_it_is_old(self):
        topic = self.create(retention_ms=1000)
        self.fill(topic, 3, timestamp=NOW)
        eventually(lambda: self.start_offset(topic) == 3, what="that the old records leave")
        self.assertEqual(self.produce(topic, [b"v"], timestamps=[now_ms()]).base_offset, 3)

    def test_the_start_offset_is_kept_over_kill_9(self):
        topic = self.create(segment_bytes=SMALLEST_SEGMENT, retention_ms=3_600_000)
        self.fill(topic, 9, timestamp=NOW)
        self.fill(topic, 1)
        eventually(lambda: self.start_offset(topic) == 9)
        self.restart(self.broker.kill9)
        self.assertEqual((self.start_offset(topic), self.end_offset(topic)), (9, 10))


class Batches(TopicCase):
    def test_max_message_bytes_counts_the_whole_batch(self):
        whole = batch([bytes(900)])
        fits = self.create(max_message_bytes=len(whole))
        self.assertEqual(ask.produce(self.connection, fits, whole).error, NONE)
        small = self.create(name=fits + "-small", max_message_bytes=len(whole) - 1)
        self.assertEqual(ask.produce(self.connection, small, whole).error, MESSAGE_TOO_LARGE)

    def test_max_message_bytes_above_the_default_is_honoured(self):
        topic = self.create(max_message_bytes=3_000_000)
        self.assertEqual(ask.produce(self.connection, topic, batch([bytes(2_500_000)])).error, NONE)

    def test_log_append_time_is_returned_and_stored(self):
        topic, before = self.create(message_timestamp_type="LogAppendTime"), now_ms()
        answer = self.produce(topic, [b"a", b"b"], timestamps=[NOW, NOW + 5])
        self.assertTrue(before <= answer.log_append_time <= now_ms(), answer)
        found = self.fetched(topic)[0]
        self.assertTrue(found.has_log_append_time and found.crc_holds)
        self.assertEqual([record[1] for record in found.records], [answer.log_append_time] * 2)
        by_time = ask.list_offsets(self.connection, topic, before)
        self.assertEqual((by_time.offset, by_time.timestamp), (0, answer.log_append_time))

    def test_create_time_is_kept(self):
        topic = self.create()
        self.assertEqual(self.produce(topic, [b"a", b"b"], timestamps=[NOW, NOW + 5]).log_append_time, -1)
        self.assertEqual([record[1] for record in self.fetched(topic)[0].records], [NOW, NOW + 5])

    def test_timestamps_out_of_bounds_are_refused(self):
        topic = self.create(message_timestamp_before_max_ms=1000, message_timestamp_after_max_ms=1000)
        for timestamp in (NOW, now_ms() + 100_000):
            refused = ask.produce(self.connection, topic, batch(timestamps=[timestamp]))
            self.assertEqual(refused.error, INVALID_TIMESTAMP)

    def test_compression_type_recompresses(self):
        for codec in ("gzip", "zstd", "lz4", "snappy"):
            topic = self.create(name=f"{self.topic()}-{codec}", compression_type=codec)
            self.produce(topic, [b"much the same " * 100] * 5)
            found = self.fetched(topic)[0]
            self.assertEqual((found.codec, found.count, found.last_offset_delta), (codec, 5, 4))
            self.assertTrue(found.crc_holds)
            self.assertLess(found.bytes, 1000)

    def test_gzip_can_be_read_by_others(self):
        topic = self.create(compression_type="gzip")
        sent = batch([b"one", b"two"])
        ask.produce(self.connection, topic, sent)
        records = ask.fetch(self.connection, [(topic, 0, 0)]).partitions[topic, 0].records
        self.assertEqual(gzip.decompress(records[HEADER.size:]), sent[HEADER.size:])

    def test_uncompressed_unpacks_what_comes_compressed(self):
        topic = self.create(compression_type="uncompressed")
        packed = batch([b"one", b"two"], attributes=1, section=gzip.compress(batch([b"one", b"two"])[HEADER.size:]))
        self.assertEqual(ask.produce(self.connection, topic, packed).error, NONE)
        self.assertEqual(self.fetched(topic)[0].codec, "none")
        self.assertEqual(self.values(topic), [b"one", b"two"])

    def test_the_producers_codec_stays_by_default(self):
        topic = self.create()
        section = gzip.compress(batch([b"one"])[HEADER.size:])
        self.assertEqual(ask.produce(self.connection, topic, batch([b"one"], attributes=1, section=section)).error, NONE)
        records = ask.fetch(self.connection, [(topic, 0, 0)]).partitions[topic, 0].records
        self.assertEqual(records[HEADER.size:], section)

    def test_a_batch_that_does_not_unpack_is_refused_when_it_must_be_unpacked(self):
        topic = self.create(compression_type="zstd")
        refused = ask.produce(self.connection, topic, batch([b"v"], attributes=1, section=b"no gzip at all"))
        self.assertNotEqual(refused.error, NONE)
        self.assertEqual(self.end_offset(topic), 0)

    def test_a_bomb_is_refused_and_costs_no_memory(self):
        topic, before = self.create(compression_type="zstd"), self.broker.rss_bytes()
        bomb = gzip.compress(bytes(900_000_000), 9)
        refused = ask.produce(self.connection, topic, batch([b"v"], attributes=1, section=bomb))
        self.assertNotEqual(refused.error, NONE)
        self.assertLess(self.broker.rss_bytes() - before, 200 << 20)


    def test_an_unknown_codec_is_refused_at_creation(self):
        made = ask.create_topic(self.connection, self.topic(), 1, {"compression.type": "brotli"})
        self.assertEqual(made.error, INVALID_CONFIG)
        self.assertIn("brotli", made.message)


class Storage(TopicCase):
    def test_memory_says_at_creation_and_in_its_listing_what_it_is(self):
        made = ask.create_topic(self.connection, self.topic(), 1, {"tenon.storage": "memory"})
        self.assertEqual((made.error, made.configs["tenon.storage"]), (NONE, "memory"))

    def test_records_in_memory_are_gone_after_a_restart_and_the_topic_stays(self):
        for stop in (self.broker.kill9, self.broker.stop):
            topic = self.create(name=f"{self.topic()}-{stop.__name__}", tenon_storage="memory")
            self.produce(topic, [b"one", b"two"])
            self.assertEqual(self.values(topic), [b"one", b"two"])
            self.restart(stop)
            self.assertEqual((self.start_offset(topic), self.end_offset(topic)), (0, 0))
            self.assertEqual(self.produce(topic, [b"new"]).base_offset, 0)

    def test_memory_topics_have_no_segment_files(self):
        topic = self.create(tenon_storage="memory")
        self.produce(topic, [b"v"])
        self.assertEqual(self.segments(topic), [])

    def test_every_fsync_keeps_records_over_kill_9_of_the_process(self):
        for fsync in ("before_ack", "interval", "never"):
            topic = self.create(name=f"{self.topic()}-{fsync}", tenon_fsync=fsync)
            for value in (b"one", b"two"):
                self.produce(topic, [value])
            self.assertEqual(self.values(topic), [b"one", b"two"])
            self.restart(self.broker.kill9)
            self.assertEqual(self.values(topic), [b"one", b"two"])

    def test_an_unknown_storage_is_refused_at_creation_with_a_sentence(self):
        made = ask.create_topic(self.connection, self.topic(), 1, {"tenon.storage": "segmnt"})
        self.assertEqual(made.error, INVALID_CONFIG)
        self.assertIn("segmnt", made.message)
        self.assertNotIn(self.topic(), ask.metadata(self.connection).topics)

    def test_an_unknown_fsync_is_refused_at_creation_with_the_choices(self):
        made = ask.create_topic(self.connection, self.topic(), 1, {"tenon.fsync": "sometimes"})
        self.assertEqual(made.error, INVALID_CONFIG)
        self.assertIn("before_ack", made.message)


if __name__ == "__main__":
    unittest.main()
