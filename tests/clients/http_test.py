#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The HTTP port: health, readiness, and metrics that a Prometheus server can read."""
import http.client
import math
import re
import unittest

import raw_requests as ask
from harness import eventually
from raw_batches import batch
from raw_case import NONE, RawCase

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)")
COMMENT = re.compile(rf"# (HELP|TYPE) ({NAME}) (.*)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def parse_metrics(text):
    """{name: {frozenset of labels: value}}, and the type of each family. Prometheus text format 0.0.4."""
    samples, types, family = {}, {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if comment := COMMENT.fullmatch(line):
            kind, name, rest = comment.groups()
            if kind == "TYPE":
                assert name not in types, f"{name} has two TYPE lines"
                family, types[name] = name, rest
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"not a line of the text format: {line!r}"
        name, labels, value = sample.groups()
        assert family and name in {family + end for end in SUFFIXES[types[family]]}, f"{line!r} in family {family}"
        key = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))
        assert key not in samples.setdefault(name, {}), f"{line!r} comes twice"
        samples[name][key] = float(value)
    return samples, types


class Http(RawCase):
    def get(self, path, method="GET", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.broker.http_port, timeout=10)
        self.addCleanup(connection.close)
        connection.request(method, path, body)
        reply = connection.getresponse()
        return reply, reply.read().decode()

    def metrics(self):
        reply, text = self.get("/metrics")
        self.assertEqual(reply.status, 200)
        self.assertTrue(reply.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        return parse_metrics(text)[0]

    def value(self, name, **labels):
        return self.metrics().get(name, {}).get(frozenset(labels.items()))

    def test_livez(self):
        reply, text = self.get("/livez")
        self.assertEqual((reply.status, text), (200, "ok\n"))

    def test_readyz(self):
        reply, text = self.get("/readyz")
        self.assertEqual((reply.status, text), (200, "ok\n"))

    def test_readyz_verbose_names_its_checks(self):
        for query in ("?verbose", "?verbose=true"):
            reply, text = self.get("/readyz" + query)
            self.assertEqual(reply.status, 200)
            self.assertRegex(text, r"^(\[\+\]\w+ ok.*\n)+ok\n$")

    def test_an_unknown_path_is_404(self):
        for path in ("/", "/metric", "/metrics/", "/livez/x", "//", "/%00", "/" + "x" * 4000):
            self.assertEqual(self.get(path)[0].status, 404, path)

    def test_another_method_is_405_and_says_which_are_allowed(self):
        for method in ("POST", "DELETE", "PUT"):
            reply, _ = self.get("/metrics", method, b"")
            self.assertEqual((reply.status, reply.headers["Allow"]), (405, "GET, HEAD"))

    def test_head_has_no_body(self):
        reply, text = self.get("/metrics", "HEAD")
        self.assertEqual((reply.status, text), (200, ""))

    def test_several_requests_on_one_connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.broker.http_port, timeout=10)
        self.addCleanup(connection.close)
        for _ in range(20):
            connection.request("GET", "/livez")
            self.assertEqual(connection.getresponse().read(), b"ok\n")

    def test_rubbish_is_400_or_closed(self):
        for rubbish in (b"\0" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", bytes(range(256)) * 100,
                        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20000,
                        b"POST /livez HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"):
            self.check_http_refused(rubbish)

    def check_http_refused(self, rubbish):
        with ask.kafka.Connection(self.broker.http_port, timeout=10) as connection:
            try:
                connection.send_bytes(rubbish)
                connection.socket.shutdown(1)
                answer = connection.read_exactly(12)
            except (ask.kafka.Closed, OSError):
                return
            self.assertRegex(answer.decode(), r"^HTTP/1\.1 4\d\d$")

    def test_every_line_parses_and_every_family_has_one_type(self):
        topic = self.create(2)
        ask.produce(self.connection, topic, batch())
        _, types = parse_metrics(self.get("/metrics")[1])
        self.assertEqual(set(types.values()), {"counter", "gauge", "histogram"})
        for name in types:
            self.assertTrue(name.startswith("tenon_"), name)

    def test_requests_and_bytes_are_counted(self):
        before = self.value("tenon_kafka_requests_total", request="Produce") or 0
        bytes_before = self.value("tenon_kafka_request_bytes_total", request="Produce") or 0
        topic, records = self.create(), batch([bytes(10000)])
        for _ in range(3):
            self.assertEqual(ask.produce(self.connection, topic, records).error, NONE)
        self.assertEqual(self.value("tenon_kafka_requests_total", request="Produce"), before + 3)
        self.assertGreater(self.value("tenon_kafka_request_bytes_total", request="Produce"), bytes_before + 30000)
        ask.fetch(self.connection, [(topic, 0, 0)])
        self.assertGreater(self.value("tenon_kafka_response_bytes_total", request="Fetch"), 30000)

    def test_latency_is_a_histogram(self):
        for _ in range(10):
            ask.metadata(self.connection)
        samples, metadata = self.metrics(), ("request", "Metadata")
        buckets = {dict(labels)["le"]: count for labels, count in
                   samples["tenon_kafka_request_latency_seconds_bucket"].items() if metadata in labels}
        counts = [buckets[edge] for edge in sorted(buckets, key=lambda edge: math.inf if edge == "+Inf" else float(edge))]
        self.assertEqual(counts, sorted(counts))
        count = samples["tenon_kafka_request_latency_seconds_count"][frozenset([metadata])]
        self.assertEqual(counts[-1], count)
        self.assertGreaterEqual(count, 10)
        self.assertGreater(samples["tenon_kafka_request_latency_seconds_sum"][frozenset([metadata])], 0)

    def test_offsets_of_partitions(self):
        topic = self.create(2)
        for _ in range(3):
            ask.produce(self.connection, topic, batch([b"a", b"b"]), partition=1)
        partition = {"topic": topic, "partition": "1"}
        self.assertEqual(self.value("tenon_partition_log_start_offset", **partition), 0)
        self.assertEqual(self.value("tenon_partition_high_watermark", **partition), 6)
        self.assertEqual(self.value("tenon_partition_log_end_offset", **partition), 6)
        self.assertEqual(self.value("tenon_partition_bytes", **partition), 3 * len(batch([b"a", b"b"])))

    def test_the_lag_of_a_group(self):
        topic, group = self.create(), "lag-group"
        ask.produce(self.connection, topic, batch([b"v"] * 10))
        ask.find_coordinator(self.connection, group)
        eventually(lambda: ask.commit_offset(self.connection, group, topic, 4) == NONE)
        self.assertEqual(self.value("tenon_group_lag", group=group, topic=topic, partition="0"), 6)
        self.assertEqual(self.value("tenon_group_lag_sum", group=group), 6)
        ask.delete_topic(self.connection, topic)
        eventually(lambda: not self.value("tenon_group_lag", group=group, topic=topic, partition="0"))

    def test_connections_are_counted(self):
        before = self.value("tenon_net_connections", listener="kafka")
        connections = [self.connect() for _ in range(5)]
        eventually(lambda: self.value("tenon_net_connections", listener="kafka") == before + 5)
        for connection in connections:
            connection.close()
        eventually(lambda: self.value("tenon_net_connections", listener="kafka") == before)


if __name__ == "__main__":
    unittest.main()
