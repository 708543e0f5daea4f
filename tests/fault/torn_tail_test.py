#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Logs whose files were damaged while the broker was down after kill -9.

The rules are those of plugins/storage/segment/recovery/recovery.h. Behind the recovery point (here: in
the segment that was written last) the longest valid prefix is served, and whole batches behind the damage
are kept in *.quarantined files. Before it, in segments that had been made durable and sealed, nothing is
cut: a log that misses some of that is refused, with the file's name, and left as it is. Either way the
other partitions work, and nothing is deleted.
"""
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import raw_kafka
import raw_requests as ask
from harness import Broker, eventually
from raw_batches import batch, parse
from raw_case import KAFKA_STORAGE_ERROR, NONE

SMALLEST_SEGMENT = 1 << 14


class DamageCase(unittest.TestCase):
    def setUp(self):
        self.broker = Broker()
        self.addCleanup(self.broker.close)
        self.start()

    def start(self):
        self.broker.start()
        self.connection = raw_kafka.Connection(self.broker.kafka_port)
        self.addCleanup(self.connection.close)

    def create(self, topic="t", partitions=1, **configs):
        configs = {key.replace("_", "."): value for key, value in configs.items()}
        self.assertEqual(ask.create_topic(self.connection, topic, partitions, configs).error, NONE)

    def produce(self, values, topic="t", partition=0):
        answer = ask.produce(self.connection, topic, batch(values), partition=partition)
        self.assertEqual(answer.error, NONE, answer)
        return answer.base_offset

    def read(self, topic="t", partition=0):
        """The values of the partition, read batch by batch from its start to its end, and its end offset."""
        values, offset = [], ask.list_offsets(self.connection, topic, ask.EARLIEST, partition=partition).offset
        end = ask.list_offsets(self.connection, topic, ask.LATEST, partition=partition)
        self.assertEqual(end.error, NONE)
        while offset < end.offset:
            answer = ask.fetch(self.connection, [(topic, partition, offset)]).partitions[topic, partition]
            self.assertEqual(answer.error, NONE)
            for found in parse(answer.records):
                self.assertTrue(found.crc_holds)
                values += [record[3] for record in found.records]
                offset = found.base_offset + found.last_offset_delta + 1
        return values, end.offset

    def directory(self, topic="t", partition=0):
        return pathlib.Path(self.broker.data_dir) / f"{topic}-{partition}"

    def segments(self, topic="t", partition=0):
        return sorted(self.directory(topic, partition).glob("*.log"))

    def damage(self, change):
        """kill -9, `change()`, and a new start."""
        self.broker.kill9()
        change()
        self.start()

    def last_log(self, topic="t", partition=0):
        return self.segments(topic, partition)[-1]

    def append(self, data, topic="t", partition=0):
        with self.last_log(topic, partition).open("ab") as file:
            file.write(data)


def cut(path, size):
    with path.open("r+b") as file:
        file.truncate(size)


def flip(path, position):
    data = bytearray(path.read_bytes())
    data[position] ^= 0x10
    path.write_bytes(data)


class TornTails(DamageCase):
    def test_a_log_that_is_cut_anywhere_in_its_last_batches_keeps_the_whole_ones(self):
        sizes = [len(batch([b"%d" % i] * 2)) for i in range(3)]
        cuts = range(sum(sizes) + 1)
        self.create(partitions=len(cuts))
        for partition in cuts:
            for i in range(3):
                self.produce([b"%d" % i] * 2, partition=partition)
        self.damage(lambda: [cut(self.last_log(partition=size), size) for size in cuts])
        for size in cuts:
            whole = sum(size >= sum(sizes[:i + 1]) for i in range(3))
            expected = [b"%d" % i for i in range(whole) for _ in range(2)]
            self.assertEqual(self.read(partition=size), (expected, 2 * whole), f"cut at byte {size}")
            self.assertEqual(self.produce([b"next"], partition=size), 2 * whole)

    def test_what_was_appended_behind_the_last_batch_is_not_served(self):
        valid = batch([b"v"])
        tails = [bytes(1), bytes(61), bytes(4096), bytes(1 << 20), b"\xff" * 100, random.Random(5).randbytes(5000),
                 valid[:-1], batch([b"wrong crc"], base_offset=3, crc=7), batch([b"goes back"], base_offset=0),
                 batch([b"leaps"], base_offset=2)[:30], batch([b"v"], base_offset=3, length=1 << 30),
                 batch([b"v"], base_offset=3, length=-5), batch([b"v"], base_offset=3, magic=9)]
        self.create(partitions=len(tails))
        for partition in range(len(tails)):
            for value in (b"0", b"1", b"2"):
                self.produce([value], partition=partition)
        self.damage(lambda: [self.append(tail, partition=p) for p, tail in enumerate(tails)])
        for partition in range(len(tails)):
            self.assertEqual(self.read(partition=partition), ([b"0", b"1", b"2"], 3), f"tail {partition}")
            self.assertEqual(self.produce([b"3"], partition=partition), 3)
            self.assertEqual(self.read(partition=partition), ([b"0", b"1", b"2", b"3"], 4))

    def test_a_flipped_byte_behind_the_recovery_point_keeps_what_is_before_it_and_sets_aside_the_rest(self):
        self.create()
        for i in range(10):
            self.produce([b"%d" % i])
        self.broker.kill9()
        path = self.last_log()
        before, size = path.read_bytes(), path.stat().st_size // 10
        flip(path, 4 * size + 65)
        damaged = path.read_bytes()
        self.start()
        self.assertEqual(self.read(), ([b"0", b"1", b"2", b"3"], 4))
        kept = list(self.directory().glob("*.quarantined"))
        self.assertEqual(len(kept), 1)
        self.assertEqual(path.read_bytes() + kept[0].read_bytes(), damaged)
        self.assertEqual(path.read_bytes(), before[:4 * size])
        self.assertTrue(any(path.name in line and f"cut at position {4 * size}" in line for line in self.broker.lines),
                        self.broker.lines)

    def test_a_recovered_log_is_the_same_after_the_next_kill(self):
        self.create()
        self.produce([b"0"])
        self.produce([b"1"])
        self.damage(lambda: cut(self.last_log(), self.last_log().stat().st_size - 1))
        first = self.read()
        self.produce([b"again"])
        self.damage(lambda: None)
        self.assertEqual((first, self.read()), (([b"0"], 1), ([b"0", b"again"], 2)))

    def test_lost_and_damaged_indexes_are_made_anew(self):
        changes = [lambda path: path.unlink(), lambda path: cut(path, 3), lambda path: path.write_bytes(b"\xff" * 800),
                   lambda path: path.write_bytes(bytes(1 << 20)), lambda path: cut(path, path.stat().st_size // 16 * 8)]
        self.create(partitions=2 * len(changes), segment_bytes=SMALLEST_SEGMENT)
        for partition in range(2 * len(changes)):
            for i in range(20):
                self.produce([b"%d" % i, bytes(2000)], partition=partition)

        def change_all():
            for i, change in enumerate(changes):
                for suffix, partition in (("index", 2 * i), ("timeindex", 2 * i + 1)):
                    for path in self.directory(partition=partition).glob(f"*.{suffix}"):
                        change(path)
        self.damage(change_all)
        expected = [value for i in range(20) for value in (b"%d" % i, bytes(2000))]
        for partition in range(2 * len(changes)):
            self.assertEqual(self.read(partition=partition), (expected, 40), f"partition {partition}")
            found = ask.list_offsets(self.connection, "t", 0, partition=partition)
            self.assertEqual((found.error, found.offset), (NONE, 0))

    def test_committed_offsets_survive_a_torn_tail(self):
        self.create()
        groups = [f"group-{i}" for i in range(20)]
        for i, group in enumerate(groups):
            ask.find_coordinator(self.connection, group)
            eventually(lambda: ask.commit_offset(self.connection, group, "t", 100 + i) == NONE)
        self.damage(lambda: [self.append(b"\0" * 37, "__consumer_offsets", p) for p in range(50)])
        for i, group in enumerate(groups):
            self.assertEqual(eventually(lambda: self.committed(group))[0], 100 + i)

    def committed(self, group):
        try:
            return ask.committed_offset(self.connection, group, "t")
        except AssertionError:
            return None  # the coordinator is reading its log

    def test_topics_survive_a_torn_tail_of_the_metadata_journal(self):
        for i in range(20):
            self.create(f"t-{i}")
        before = ask.metadata(self.connection, version=10).topics
        journals = []

        def tear():
            for path in pathlib.Path(self.broker.data_dir).rglob("*"):
                if path.is_file() and "journal" in str(path) and path.suffix != ".snapshot":
                    journals.append(path)
            last = max(journals, key=lambda path: path.stat().st_size)
            with last.open("ab") as file:
                file.write(random.Random(9).randbytes(300))
        self.damage(tear)
        self.assertEqual(ask.metadata(self.connection, version=10).topics, before)
        self.create("one-more")


class OldSegments(DamageCase):
    """Damage in segments that were sealed long ago, while other partitions are as they were."""

    def setUp(self):
        super().setUp()
        self.create(segment_bytes=SMALLEST_SEGMENT)
        self.create("other")
        self.produce([b"other"], "other")
        for i in range(20):
            self.produce([b"%d" % i, bytes(5000)])
        # The recovery point follows a roll a moment later; every segment but the last is then behind it.
        eventually(lambda: self.recovery_point()[0] == int(self.segments()[-1].stem), what="the recovery point")
        self.assertGreater(len(self.segments()), 5)
        self.batch_size = self.segments()[0].stat().st_size // 3

    def recovery_point(self):
        """Up to where the recovery point vouches: base offset of a segment, and bytes of it."""
        try:
            words = (self.directory() / "recovery-point").read_text().split()
            return int(words[2]), int(words[3])
        except FileNotFoundError:
            return -1, 0

    def files(self):
        return {path.name: path.read_bytes() for path in self.directory().iterdir() if path.suffix == ".log"}

    def check_others_work(self):
        self.assertEqual(self.read("other")[0][0], b"other")
        self.assertEqual(self.produce([b"new"], "other"), 1)

    def check_refused(self, path):
        """The partition is offline, says why with the name of a file, and keeps its files."""
        answers = [ask.list_offsets(self.connection, "t", ask.LATEST),
                   ask.fetch(self.connection, [("t", 0, 0)]).partitions["t", 0],
                   ask.produce(self.connection, "t", batch())]
        self.assertEqual([answer.error for answer in answers], [KAFKA_STORAGE_ERROR] * 3)
        self.assertTrue(any("t-0" in line and path.name in line and "error" in line for line in self.broker.lines),
                        self.broker.lines)
        self.assertEqual(self.files(), self.damaged)
        self.assertIn("t", ask.metadata(self.connection).topics)
        self.check_others_work()

    def damage_and_remember(self, change):
        def remember():
            change()
            self.damaged = self.files()
        self.damage(remember)

    def test_a_flipped_byte_in_a_record_fails_its_crc_and_nothing_else(self):
        path = self.segments()[1]
        self.damage_and_remember(lambda: flip(path, self.batch_size + 200))
        answer = ask.fetch(self.connection, [("t", 0, 0)]).partitions["t", 0]
        if answer.error != NONE:
            self.check_refused(path)
            return
        found = [b for offset in range(0, 40, 2) for b in
                 parse(ask.fetch(self.connection, [("t", 0, offset)], max_bytes=1).partitions["t", 0].records)]
        self.assertEqual([b.base_offset for b in found if not b.crc_holds], [8])
        self.assertEqual(len(found), 20)
        self.assertEqual(self.files(), self.damaged)
        self.check_others_work()

    def test_a_segment_that_was_cut_in_the_middle_of_a_batch_refuses_the_partition(self):
        path = self.segments()[1]
        self.damage_and_remember(lambda: cut(path, self.batch_size + 100))
        self.check_refused(path)

    def test_a_segment_that_was_cut_between_two_batches_refuses_the_partition(self):
        path = self.segments()[1]
        self.damage_and_remember(lambda: cut(path, 2 * self.batch_size))
        self.check_refused(path)

    def test_a_segment_that_is_missing_refuses_the_partition(self):
        before, missing = self.segments()[1:3]
        self.damage_and_remember(missing.unlink)
        self.check_refused(before)

    def test_a_segment_that_is_empty_refuses_the_partition(self):
        path = self.segments()[2]
        self.damage_and_remember(lambda: cut(path, 0))
        self.check_refused(path)

    def test_a_header_full_of_zeros_is_found(self):
        path = self.segments()[1]

        def overwrite():
            data = bytearray(path.read_bytes())
            data[self.batch_size:self.batch_size + 61] = bytes(61)
            path.write_bytes(data)
        self.damage_and_remember(overwrite)
        answer = ask.fetch(self.connection, [("t", 0, 8)]).partitions["t", 0]
        self.assertEqual(answer.error, KAFKA_STORAGE_ERROR)
        self.assertEqual(self.files(), self.damaged)
        self.check_others_work()

    def test_the_last_segment_that_is_missing_refuses_the_partition(self):
        """The recovery point vouches for it: it did not just get lost in a crash."""
        def vouched_for():
            # A point that was made between a roll and the first batch after it vouches for no byte
            # of the new segment: then the next roll is tried.
            base, size = self.recovery_point()
            if base == int(self.segments()[-1].stem) and size > 0:
                return True
            self.produce([b"more", bytes(5000)])
            return False
        eventually(vouched_for, what="a recovery point inside the last segment")
        path = self.segments()[-1]
        self.damage_and_remember(path.unlink)
        self.check_refused(path)


if __name__ == "__main__":
    unittest.main()
