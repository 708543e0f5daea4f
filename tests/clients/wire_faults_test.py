#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Frames that no client sends: the broker answers with Kafka's error or closes the connection, says so
in its log, serves everybody else meanwhile, and neither grows nor dies."""
import contextlib
import itertools
import random
import struct
import threading
import time
import unittest

import raw_batches
import raw_kafka as kafka
import raw_requests as ask
from harness import eventually
from raw_case import MIB, NONE, RawCase
from raw_kafka import Writer

REQUEST_BYTES_MAX = 100 * MIB
CONNECTIONS = 3000


class Frames(RawCase):
    def check_closed(self, data):
        connection = self.connect()
        connection.send_bytes(data)
        self.assertTrue(connection.is_closed(), f"the connection stays open after {data[:32]!r}")

    def check_request_closes(self, api, version, body):
        connection = self.connect()
        connection.send(api, version, body)
        self.assertTrue(connection.is_closed(), f"request {api} version {version} does not close the connection")

    def check_logged(self, words, hostile):
        """`hostile()` leads to a log line. Some are left out when many come in a second."""
        def is_logged():
            hostile()
            return any(words in line for line in self.broker.lines)
        eventually(is_logged, 5, f"a log line with {words!r}")

    def test_a_frame_of_length_zero_is_closed(self):
        self.check_closed(struct.pack(">i", 0) + b"behind it")

    def test_frames_of_negative_length_are_closed(self):
        for length in (-1, -2, -(1 << 31)):
            self.check_closed(struct.pack(">i", length) + b"behind it")
        self.check_logged("a frame of -7654321 bytes is announced",
                          lambda: self.check_closed(struct.pack(">i", -7654321)))

    def test_frames_above_the_limit_are_closed_at_their_announcement(self):
        for length in (REQUEST_BYTES_MAX + 1, (1 << 31) - 1):
            self.check_closed(struct.pack(">i", length))

    def test_other_protocols_are_closed(self):
        self.check_closed(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.check_closed(bytes.fromhex("16030100f5010000f10303") + bytes(300))

    def test_a_header_that_is_cut_short_is_closed(self):
        whole = self.connection.request_bytes(kafka.METADATA, 1, Writer().array(None).out)
        for size in range(1, len(whole)):
            connection = self.connect()
            connection.send_frame(whole[:size])
            self.assertTrue(connection.is_closed(), f"the first {size} bytes are taken for a request")

    def test_bytes_left_over_behind_a_request_are_ignored(self):
        """librdkafka 2.0 leaves some; Apache Kafka does not look at them."""
        reply = self.connection.ask(kafka.METADATA, 1, Writer().array(None).raw(b"more").out)
        self.assertEqual(len(ask.read_metadata(reply).brokers), 1)

    def test_an_unknown_api_key_is_closed_with_a_log_line(self):
        for api in (7777, -1, 4, 6, 27, 75, 32767):
            self.check_request_closes(api, 0, b"")
        self.check_logged("(key 7777) version 0", lambda: self.check_request_closes(7777, 0, b""))

    def test_an_unknown_version_is_closed_with_a_log_line(self):
        for api, version in ((kafka.METADATA, 13), (kafka.FETCH, 3), (kafka.FETCH, 17), (kafka.PRODUCE, 12),
                             (kafka.PRODUCE, -1), (kafka.METADATA, 32767), (kafka.FIND_COORDINATOR, 6)):
            self.check_request_closes(api, version, b"")
        self.check_logged("Metadata (key 3) version 13",
                          lambda: self.check_request_closes(kafka.METADATA, 13, b""))

    def test_counts_that_the_frame_cannot_hold_are_closed_and_cost_no_memory(self):
        for count in ((1 << 31) - 1, 1 << 24, -2, -(1 << 31)):
            self.check_request_closes(kafka.METADATA, 1, struct.pack(">i", count))
            self.check_request_closes(kafka.FETCH, 4, Writer().i32(-1, 0, 1, 1 << 20).i8(0).i32(count).out)
        for overlong in (b"\xff\xff\xff\xff\x0f", b"\xff" * 9 + b"\x01", b"\xff" * 20):
            self.check_request_closes(kafka.METADATA, 9, overlong + bytes(3))

    def test_strings_that_the_frame_cannot_hold_are_closed(self):
        for length in (-2, 1, 32767, -32768):
            self.check_request_closes(kafka.FIND_COORDINATOR, 0, struct.pack(">h", length))

    def test_unknown_tagged_fields_are_skipped(self):
        tags = kafka.uvarint(2) + kafka.uvarint(77) + kafka.uvarint(3) + b"abc" + kafka.uvarint(900) + kafka.uvarint(0)
        body = Writer(True).string("raw").string("1").raw(tags).out
        self.assertEqual(self.connection.ask(kafka.API_VERSIONS, 3, body).i16(), NONE)

    def test_tagged_fields_that_lie_are_closed(self):
        for tags in (kafka.uvarint(1 << 31), kafka.uvarint(1) + kafka.uvarint(7) + kafka.uvarint(1 << 30),
                     b"\xff" * 12):
            self.check_request_closes(kafka.API_VERSIONS, 3, Writer(True).string("raw").string("1").raw(tags).out)

    def test_every_api_and_version_survives_bodies_of_rubbish(self):
        rng = random.Random(7)
        rubbish = [lambda: b"", lambda: bytes(64), lambda: b"\xff" * 64, lambda: rng.randbytes(64),
                   lambda: b"\0\0\0\1" * 40, lambda: b"\x02" * 300]
        apis = ask.api_versions(self.connection).apis
        for api, (first, last) in apis.items():
            for version, make in itertools.product(range(first, last + 1), rubbish):
                self.check_answered_or_closed(api, version, make())

    def check_answered_or_closed(self, api, version, body):
        """Behind the request comes one that is always answered: that answer, or the end of the stream."""
        with kafka.Connection(self.broker.kafka_port) as connection:
            connection.send_bytes(b"".join(
                struct.pack(">i", len(frame)) + frame
                for frame in (connection.request_bytes(api, version, body),
                              struct.pack(">hhih", kafka.API_VERSIONS, 0, 777, -1))))
            try:
                while struct.unpack(">i", connection.read_exactly(struct.unpack(
                        ">i", connection.read_exactly(4))[0])[:4])[0] != 777:
                    pass
            except kafka.Closed:
                pass

    def test_random_changes_of_a_true_request_are_answered_or_closed(self):
        topic, rng = self.create(), random.Random(11)
        batch = raw_batches.batch([b"one", b"two"])
        requests = [(kafka.PRODUCE, 8, ask.produce_body(topic, batch)),
                    (kafka.PRODUCE, 11, ask.produce_body(topic, batch, version=11)),
                    (kafka.FETCH, 11, ask.fetch_body([(topic, 0, 0)])),
                    (kafka.FETCH, 12, ask.fetch_body([(topic, 0, 0)], version=12))]
        for api, version, body in requests:
            for _ in range(150):
                changed = bytearray(body)
                for _ in range(rng.randint(1, 4)):
                    # The waiting times stay as they are: they are true whatever they say.
                    changed[rng.randrange(16, len(changed))] = rng.randrange(256)
                self.check_answered_or_closed(api, version, changed)

    def test_a_flood_of_bad_frames_does_not_flood_the_log(self):
        before = len(self.broker.lines)
        for _ in range(500):
            self.check_closed(struct.pack(">i", -7))
        self.assertLess(len(self.broker.lines) - before, 100)

    def announce_much(self, count=40):
        """Connections that together announce far more than the broker's memory for requests."""
        announcing = contextlib.ExitStack()
        for _ in range(count):
            connection = announcing.enter_context(kafka.Connection(self.broker.kafka_port))
            connection.send_bytes(struct.pack(">i", REQUEST_BYTES_MAX - 1) + bytes(2000))
        return announcing

    def test_announced_frames_cost_no_memory_before_their_bytes_come(self):
        before = self.broker.rss_bytes()
        with self.announce_much():
            eventually(lambda: self.broker.rss_bytes() - before < 16 * MIB, 5, "less memory")

    def test_announced_frames_do_not_keep_small_requests_waiting(self):
        with self.announce_much(), kafka.Connection(self.broker.kafka_port, timeout=5) as other:
            self.assertEqual(len(ask.metadata(other).brokers), 1)

    def test_announced_frames_keep_large_requests_waiting_for_seconds_at_most(self):
        topic, batch = self.create(), raw_batches.batch([bytes(400_000)])
        with self.announce_much(8), kafka.Connection(self.broker.kafka_port, timeout=10) as other:
            self.assertEqual(ask.produce(other, topic, batch).error, NONE)

    def test_a_frame_that_never_ends_holds_nobody_up(self):
        dribbling, stop = self.connect(), threading.Event()

        def dribble():
            frame = struct.pack(">i", 1 << 20) + bytes(200)
            for byte in frame:
                dribbling.send_bytes(bytes([byte]))
                if stop.wait(0.005):
                    return
        thread = threading.Thread(target=dribble)
        thread.start()
        for _ in range(20):
            with kafka.Connection(self.broker.kafka_port, timeout=5) as other:
                ask.metadata(other)
        stop.set()
        thread.join()

    def test_a_request_that_comes_byte_by_byte_is_answered(self):
        body = self.connection.request_bytes(kafka.METADATA, 1, Writer().array(None).out)
        self.connection.sent[self.connection.next_id] = (kafka.METADATA, 1)
        for byte in struct.pack(">i", len(body)) + body:
            self.connection.send_bytes(bytes([byte]))
        self.assertEqual(len(ask.read_metadata(self.connection.receive()[1]).brokers), 1)


class Connections(RawCase):
    def test_half_closed_connections_get_their_replies_and_are_closed(self):
        for _ in range(3):
            self.connection.send(kafka.METADATA, 1, Writer().array(None).out)
        self.connection.socket.shutdown(1)
        for expected in (1, 2, 3):
            self.assertEqual(self.connection.receive()[0], expected)
        self.assertTrue(self.connection.is_closed())

    def test_a_half_close_in_the_middle_of_a_frame_is_closed(self):
        self.connection.send_bytes(struct.pack(">i", 100) + bytes(50))
        self.connection.socket.shutdown(1)
        self.assertTrue(self.connection.is_closed())

    def test_thousands_of_connections_come_and_go(self):
        frame = struct.pack(">i", 50)
        for i in range(CONNECTIONS):
            with kafka.Connection(self.broker.kafka_port) as connection:
                if i % 3 == 1:
                    connection.send_bytes(frame[:2])
                elif i % 3 == 2:
                    connection.send(kafka.METADATA, 1, Writer().array(None).out)
        eventually(lambda: self.open_connections() <= 1, 10, "that all connections are closed")

    def test_a_join_that_waits_keeps_nothing_of_a_peer_that_is_gone(self):
        group = self.topic()
        eventually(lambda: ask.find_coordinator(self.connection, group)[0] == NONE, what="a coordinator")
        first = eventually(lambda: (joined := ask.join_group(self.connection, group)).error == NONE and joined)
        self.assertEqual(ask.sync_group(self.connection, group, first.generation, first.member).error, NONE)
        body = Writer().string(group).i32(30000, 30000).string("").string("consumer")
        body.array(["range"], lambda name: body.string(name).blob(bytes(100)))
        waiting = [self.connect() for _ in range(50)]
        for connection in waiting:
            connection.send(kafka.JOIN_GROUP, 3, body.out)
        eventually(lambda: self.open_connections() > len(waiting), what="a join on every connection")
        for connection in waiting:
            connection.close()
        # Long before the other members' sessions end, for which they would wait.
        eventually(lambda: self.open_connections() <= 2, 5, "that all connections are closed")

    def open_connections(self):
        found = [line for line in self.broker.get("/metrics").splitlines()
                 if line.startswith('tenon_net_connections{listener="kafka"}')]
        self.assertEqual(len(found), 1, found)
        return int(found[0].rsplit(" ", 1)[1])

    def test_replies_of_pipelined_requests_come_in_order(self):
        topic = self.create()
        ask.produce(self.connection, topic, raw_batches.batch())
        rng, sent = random.Random(3), []
        for _ in range(300):
            api, version, body = rng.choice([
                (kafka.METADATA, 1, Writer().array(None).out), (kafka.API_VERSIONS, 0, b""),
                (kafka.PRODUCE, 8, ask.produce_body(topic, raw_batches.batch())),
                (kafka.FETCH, 11, ask.fetch_body([(topic, 0, 0)], max_bytes=100))])
            sent.append(self.connection.send(api, version, body))
        self.assertEqual([self.connection.receive()[0] for _ in sent], sent)

    def test_a_long_poll_holds_back_the_replies_behind_it(self):
        topic = self.create()
        waiting = self.connection.send(kafka.FETCH, 11, ask.fetch_body([(topic, 0, 0)], max_wait=15000))
        behind = self.connection.send(kafka.METADATA, 1, Writer().array(None).out)
        ask.produce(self.connect(), topic, raw_batches.batch([b"wakes it"]))
        first, reply = self.connection.receive()
        self.assertEqual((first, self.connection.receive()[0]), (waiting, behind))
        records = raw_batches.parse(ask.read_fetched(reply).partitions[topic, 0].records)[0].records
        self.assertEqual(records[0][3], b"wakes it")

    def test_a_client_that_reads_no_replies_costs_a_bounded_amount(self):
        topic = self.create()
        for _ in range(8):
            self.assertEqual(ask.produce(self.connection, topic, raw_batches.batch([bytes(500_000)])).error, NONE)
        before = self.broker.rss_bytes()
        deaf = [self.connect() for _ in range(10)]
        body = ask.fetch_body([(topic, 0, 0)])
        for connection in deaf:
            frame = connection.request_bytes(kafka.FETCH, 11, body)
            connection.socket.settimeout(0.5)
            try:
                connection.send_bytes((struct.pack(">i", len(frame)) + frame) * 5000)
            except TimeoutError:
                pass  # the broker has stopped reading
        with self.connect() as other:
            self.assertEqual(len(ask.metadata(other).brokers), 1)
        self.assertLess(self.broker.rss_bytes() - before, 32 * MIB)

    def test_a_request_with_a_long_client_id_is_answered(self):
        body = struct.pack(">hhih", kafka.API_VERSIONS, 0, 1, 32767) + b"x" * 32767
        self.connection.sent[1] = (kafka.API_VERSIONS, 0)
        self.connection.send_frame(body)
        self.assertEqual(self.connection.receive()[1].i16(), NONE)


class DeadPeers(RawCase):
    """Memory for requests is short here, so that what is kept for nobody is missed soon."""
    settings = ("network.request_bytes_max=4MiB", "network.connection_memory_max=4MiB", "network.memory_max=16MiB")
    FOREVER = (1 << 31) - 1

    def large_fetch(self, partitions=480_000):
        """A fetch of nothing that waits; what it forgets makes it large."""
        body = Writer().i32(-1, self.FOREVER, 1, 1 << 20).i8(0).i32(0, -1).array([])
        return body.i32(1).string("none").i32(partitions).raw(bytes(4 * partitions)).out

    def check_large_requests_are_served(self):
        topic, batch = self.create(), raw_batches.batch([bytes(400_000)])
        with kafka.Connection(self.broker.kafka_port, timeout=10) as other:
            self.assertEqual(ask.produce(other, topic, batch).error, NONE)

    def test_long_polls_of_closed_connections_give_their_memory_back(self):
        body = self.large_fetch()
        for _ in range(25):
            with kafka.Connection(self.broker.kafka_port) as connection:
                connection.send(kafka.FETCH, 7, body)
        self.check_large_requests_are_served()

    def test_pipelined_long_polls_of_closed_connections_give_their_memory_back(self):
        body = self.large_fetch(200_000)
        for _ in range(10):
            with kafka.Connection(self.broker.kafka_port) as connection:
                for _ in range(4):
                    connection.send(kafka.FETCH, 7, body)
        self.check_large_requests_are_served()

    def test_who_ends_its_stream_gets_the_answer_of_its_long_poll(self):
        topic = self.create()
        sent = self.connection.send(kafka.FETCH, 11, ask.fetch_body([(topic, 0, 0)], max_wait=self.FOREVER))
        self.connection.socket.shutdown(1)
        self.assertEqual(self.connection.receive()[0], sent)
        self.assertTrue(self.connection.is_closed())


class LargeRequests(RawCase):
    def test_requests_that_would_take_much_memory_are_closed_with_a_log_line(self):
        names = 10_000_000
        with self.connect() as connection:
            connection.send(kafka.METADATA, 1, Writer().i32(names).raw(bytes(2 * names)).out)
            self.assertTrue(connection.is_closed())
        eventually(lambda: any("is longer than the 2097152" in line for line in self.broker.lines), 5, "a log line")

    def test_a_fetch_of_tens_of_thousands_of_partitions_is_answered_soon(self):
        topic = self.create(name="wide")
        wanted = [(topic, index, 0) for index in range(30_000)]
        connection = self.connect(timeout=10)
        sent = connection.send(kafka.FETCH, 11, ask.fetch_body(wanted, session=(0, 0)))
        self.assertEqual(connection.receive()[0], sent)


class Stopping(RawCase):
    def test_a_stop_waits_neither_for_long_polls_nor_for_frames_that_never_end(self):
        topic = self.create()
        polls = [self.connect() for _ in range(20)]
        for i, connection in enumerate(polls):
            if i % 2:
                connection.send(kafka.FETCH, 11, ask.fetch_body([(topic, 0, 0)], max_wait=60000))
            else:
                connection.send_bytes(struct.pack(">i", 1000) + bytes(500))
        began = time.monotonic()
        self.assertEqual(self.broker.stop(), 0)
        self.assertLess(time.monotonic() - began, 10)
        for connection in polls:
            self.assertTrue(connection.is_closed())
        self.broker.start()
        self.connection = self.connect()
        self.assertEqual(ask.produce(self.connection, topic, raw_batches.batch()).base_offset, 0)


if __name__ == "__main__":
    unittest.main()
