#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kcat (Debian's, on librdkafka 2.0.2) against a real broker."""
import json
import unittest

from harness import BrokerCase, run

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


class Kcat(BrokerCase):
    def kcat(self, *arguments, stdin=None):
        code, out, err = run("kcat", "-b", self.broker.bootstrap, *arguments, stdin=stdin)
        self.assertEqual(code, 0, err)
        self.assertNotIn("not compressing", err)
        return out

    def test_lists_the_broker_and_topics(self):
        self.kcat("-P", "-t", self.topic(), stdin="x\n")
        listing = self.kcat("-L")
        self.assertIn(f"broker 1 at {self.broker.bootstrap} (controller)", listing)
        self.assertIn(f'topic "{self.topic()}" with 1 partitions', listing)

    def test_every_codec_comes_back_as_it_was(self):
        lines = [f"line {i} " + "x" * (i % 300) for i in range(2000)]
        for codec in CODECS:
            topic = f"{self.topic()}-{codec}"
            self.kcat("-P", "-t", topic, "-z", codec, stdin="\n".join(lines) + "\n")
            got = self.kcat("-C", "-t", topic, "-e", "-q", "-o", "beginning").splitlines()
            self.assertEqual(got, lines, codec)

    def test_compressed_topics_are_smaller_on_disk(self):
        sizes = {}
        for codec in ("none", "zstd"):
            topic = f"{self.topic()}-{codec}"
            self.kcat("-P", "-t", topic, "-z", codec, stdin=("same " * 20 + "\n") * 5000)
            metrics = self.broker.get("/metrics")
            sizes[codec] = float(next(line.split()[-1] for line in metrics.splitlines()
                                      if line.startswith("tenon_partition_bytes") and topic in line))
        self.assertLess(sizes["zstd"] * 5, sizes["none"])

    def test_keys_headers_and_timestamps(self):
        self.kcat("-P", "-t", self.topic(), "-K:", "-H", "origin=test", "-H", "n=1", stdin="k1:v1\nk2:v2\n")
        out = self.kcat("-C", "-t", self.topic(), "-e", "-q", "-J").splitlines()
        records = [json.loads(line) for line in out]
        self.assertEqual([(r["key"], r["payload"]) for r in records], [("k1", "v1"), ("k2", "v2")])
        self.assertEqual(records[0]["headers"], ["origin", "test", "n", "1"])
        self.assertEqual(records[0]["tstype"], "create")
        self.assertGreater(records[0]["ts"], 1_600_000_000_000)

    def test_offsets_from_the_end_and_in_the_middle(self):
        self.kcat("-P", "-t", self.topic(), stdin="".join(f"{i}\n" for i in range(100)))
        self.assertEqual(self.kcat("-C", "-t", self.topic(), "-e", "-q", "-o", "-3"), "97\n98\n99\n")
        self.assertEqual(self.kcat("-C", "-t", self.topic(), "-e", "-q", "-o", "98"), "98\n99\n")

    def test_offset_by_time(self):
        self.kcat("-P", "-t", self.topic(), stdin="a\nb\n")
        out = self.kcat("-C", "-t", self.topic(), "-e", "-q", "-o", "s@0")
        self.assertEqual(out, "a\nb\n")
        self.assertEqual(self.kcat("-Q", "-t", f"{self.topic()}:0:0").split()[-1], "0")


if __name__ == "__main__":
    unittest.main()
