#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line against a real broker: every verb, as text and as JSON, and what it says when
something is wrong."""
import json
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from harness import BINARY, ROOT, Broker, BrokerCase, eventually, run

DONE, FAILED, USAGE, NOT_FOUND, UNREACHABLE = 0, 1, 2, 3, 5
PLUGINS = pathlib.Path(BINARY).resolve().parents[1] / "lib/tenon/plugins"


class CliCase(BrokerCase):
    def tenon(self, *arguments, stdin="", expect=DONE):
        """(stdout, stderr) of a verb that speaks to the broker."""
        code, out, err = run(BINARY, "--bootstrap", self.broker.bootstrap, *arguments, stdin=stdin)
        self.assertEqual(code, expect, f"{arguments}\n{out}\n{err}")
        return out, err

    def json(self, *arguments, stdin="", expect=DONE):
        out, _ = self.tenon(*arguments, "--format", "json", stdin=stdin, expect=expect)
        return json.loads(out)

    def refused(self, expect, *arguments, stdin=""):
        """The one sentence on stderr of a verb that fails, which prints no data."""
        out, err = self.tenon(*arguments, stdin=stdin, expect=expect)
        self.assertEqual(out, "")
        return err

    def create(self, partitions=1):
        self.tenon("topic", "create", self.topic(), "-p", str(partitions))
        return self.topic()

    def records(self, topic, *arguments):
        out, _ = self.tenon("consume", topic, "-e", "-J", *arguments)
        return [json.loads(line) for line in out.splitlines()]


class Topics(CliCase):
    def test_create_list_describe_delete(self):
        topic = self.topic()
        self.assertEqual(self.tenon("topic", "create", topic, "-p", "3", "-c", "retention.ms=1000")[0],
                         f"{topic}: created\n")
        listed = [t for t in self.json("topic", "list") if t["topic"] == topic]
        self.assertEqual(listed, [{"topic": topic, "partitions": 3, "replicas": 1, "internal": False}])
        described, = self.json("topic", "describe", topic)
        self.assertEqual([p["partition"] for p in described["partitions"]], [0, 1, 2])
        config, = [c for c in described["configs"] if c["key"] == "retention.ms"]
        self.assertEqual((config["value"], config["source"]), ("1000", "DYNAMIC_TOPIC_CONFIG"))
        self.assertEqual(self.tenon("topic", "delete", topic)[0], f"{topic}: deleted\n")
        self.assertNotIn(topic, self.tenon("topic", "list")[0])

    def test_describe_as_text(self):
        topic = self.create(partitions=2)
        self.tenon("produce", topic, "-p", "1", stdin="a\nb\n")
        out, _ = self.tenon("topic", "describe", topic)
        self.assertRegex(out, rf"SUMMARY\n=======\nNAME +{topic}\nPARTITIONS +2\nREPLICAS +1\n")
        self.assertRegex(out, r"\nKEY +VALUE +SOURCE\ncleanup\.policy +delete +DEFAULT_CONFIG\n")
        self.assertRegex(out, r"\nPARTITION +LEADER +REPLICAS +ISR +LOG-START-OFFSET +HIGH-WATERMARK\n"
                              r"0 +1 +1 +1 +0 +0\n1 +1 +1 +1 +0 +2\n$")

    def test_create_what_is_there(self):
        topic = self.create()
        self.assertIn(f"topic {topic}: ", self.refused(FAILED, "topic", "create", topic))
        self.assertEqual(self.tenon("topic", "create", topic, "--if-not-exists")[0], f"{topic}: exists\n")

    def test_a_batch_that_fails_in_part_says_what_became_of_each(self):
        topic = self.create()
        results = self.json("topic", "create", topic, topic + "-2", expect=FAILED)
        self.assertEqual({r["topic"]: r["status"] for r in results},
                         {topic: "failed", topic + "-2": "created"})
        failed, = [r for r in results if r["status"] == "failed"]
        self.assertEqual(failed["error"]["code"], "TOPIC_ALREADY_EXISTS")
        self.json("topic", "delete", topic, self.topic() + "-nope", expect=FAILED)

    def test_topics_that_are_not_there(self):
        for verb in (("topic", "describe"), ("topic", "delete"), ("consume",)):
            err = self.refused(NOT_FOUND, *verb, "no-such-topic")
            self.assertIn("topic no-such-topic: does not exist", err)
            self.assertIn("`tenon topic list`", err)

    def test_topics_that_cannot_be(self):
        self.assertIn("bad/name", self.refused(FAILED, "topic", "create", "bad/name"))
        self.assertIn("nonsense", self.refused(FAILED, "topic", "create", "x", "-c", "nonsense=1"))
        self.assertIn("is not key=value", self.refused(USAGE, "topic", "create", "x", "-c", "nonsense"))
        self.assertIn("whole number", self.refused(USAGE, "topic", "create", "x", "-p", "0"))

    def test_topics_may_be_called_like_verbs(self):
        self.tenon("topic", "create", "topic", "list", "consume")
        self.tenon("produce", "consume", stdin="x\n")
        self.assertEqual(self.tenon("consume", "consume", "-e")[0], "x\n")
        self.tenon("topic", "delete", "topic", "list", "consume")

    def test_internal_topics_are_listed_on_demand(self):
        self.tenon("produce", self.topic(), stdin="x\n")
        self.tenon("consume", self.topic(), "-g", self.topic(), "-c", "1")
        self.assertNotIn("__consumer_offsets", self.tenon("topic", "list")[0])
        internal, = [t for t in self.json("topic", "list", "--internal") if t["internal"]]
        self.assertEqual((internal["topic"], internal["partitions"]), ("__consumer_offsets", 50))


def vectors(name):
    """{partitions: {key: partition}} for keys that can stand in a line of text."""
    tables = {}
    for line in (ROOT / f"tests/fixtures/partitions_{name}.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        key, count, partition = line.split()
        key = b"" if key == "-" else bytes.fromhex(key)
        if key.isascii() and key.decode().isprintable() and b"|" not in key:
            tables.setdefault(int(count), {})[key.decode()] = int(partition)
    return tables


class Producing(CliCase):
    def check_partitioner(self, name, fixture):
        for count, expected in vectors(fixture).items():
            if count > 64:
                continue
            topic = f"{self.topic()}-{count}"
            self.tenon("topic", "create", topic, "-p", str(count))
            lines = "".join(f"{key}|v\n" for key in expected)
            self.tenon("produce", topic, "-K|", "--partitioner", name, stdin=lines)
            self.assertEqual({r["key"]: r["partition"] for r in self.records(topic)}, expected)

    def test_hash_chooses_as_the_java_client_does(self):
        self.check_partitioner("hash", "murmur2")

    def test_crc32_chooses_as_librdkafka_does(self):
        self.check_partitioner("crc32", "crc32")

    def test_hash_is_the_default(self):
        topic = self.create(partitions=12)
        expected = vectors("murmur2")[12]
        self.tenon("produce", topic, "-K|", stdin="".join(f"{key}|v\n" for key in expected))
        self.assertEqual({r["key"]: r["partition"] for r in self.records(topic)}, expected)

    def test_round_robin_spreads_evenly(self):
        done = self.json("produce", self.create(partitions=3), "--partitioner", "round-robin",
                         stdin="x\n" * 300)
        self.assertEqual([p["records"] for p in done["partitions"]], [100, 100, 100])

    def test_sticky_fills_a_batch_before_it_moves_on(self):
        topic = self.create(partitions=3)
        self.tenon("produce", topic, "--partitioner", "sticky", stdin="x\n" * 100)
        self.assertEqual(len({r["partition"] for r in self.records(topic)}), 1)
        done = self.json("produce", topic, "--partitioner", "sticky", stdin=("x" * 1000 + "\n") * 2000)
        self.assertTrue(all(p["records"] > 100 for p in done["partitions"]), done)

    def test_a_partitioner_by_its_path(self):
        topic = self.create(partitions=12)
        expected = vectors("crc32")[12]
        self.tenon("produce", topic, "-K|", "--partitioner", str(PLUGINS / "partitioner-crc32.so"),
                   stdin="".join(f"{key}|v\n" for key in expected))
        self.assertEqual({r["key"]: r["partition"] for r in self.records(topic)}, expected)

    def test_partitioners_that_are_none(self):
        topic = self.create()
        err = self.refused(USAGE, "produce", topic, "--partitioner", "hahs")
        self.assertIn("partitioner-hahs.so", err)
        err = self.refused(USAGE, "produce", topic, "--partitioner", str(PLUGINS / "codec-gzip.so"))
        self.assertIn("holds the codec gzip, but no partitioner", err)
        self.refused(NOT_FOUND, "produce", topic, "--partitioner", "/nowhere/partitioner-x.so")
        err = self.refused(USAGE, "produce", topic, "--partitioner-option", "seed=1")
        self.assertIn('unknown option "seed"', err)

    def test_every_codec(self):
        topic = self.create()
        lines = [f"line {i} " + "y" * (i % 200) for i in range(500)]
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            self.tenon("produce", topic, "-z", codec, stdin="\n".join(lines) + "\n")
        self.assertEqual(self.tenon("consume", topic, "-e")[0].splitlines(), lines * 5)

    def test_every_acks(self):
        topic = self.create()
        for acks in ("-1", "0", "1"):
            self.tenon("produce", topic, "--acks", acks, stdin=f"{acks}\n")
        eventually(lambda: len(self.records(topic)) == 3, what="three records")

    def test_keys_headers_and_nulls(self):
        topic = self.create()
        self.tenon("produce", topic, "-K:", "-Z", "-H", "a=1", "-H", "b=x=y",
                   stdin="k:v\nk:\n:v\nno key\n")
        got = self.records(topic)
        self.assertEqual([(r["key"], r["payload"]) for r in got],
                         [("k", "v"), ("k", None), (None, "v"), (None, "no key")])
        self.assertEqual(got[0]["headers"], ["a", "1", "b", "x=y"])

    def test_empty_is_not_null_unless_asked(self):
        topic = self.create()
        self.tenon("produce", topic, "-K:", stdin=":\n\n")
        self.assertEqual([(r["key"], r["payload"]) for r in self.records(topic)], [("", ""), (None, "")])

    def test_a_file_and_the_summary(self):
        topic = self.create()
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("one\ntwo")
            file.flush()
            _, err = self.tenon("produce", topic, file.name)
        self.assertRegex(err, r"^2 records, 6 bytes in \d+\.\d\d s\n$")
        self.assertEqual(self.tenon("consume", topic, "-e")[0], "one\ntwo\n")
        self.assertIn("No such file", self.refused(NOT_FOUND, "produce", topic, "/nowhere"))

    def test_one_partition_by_hand(self):
        topic = self.create(partitions=3)
        self.tenon("produce", topic, "-p", "2", stdin="a\n")
        self.assertEqual([r["partition"] for r in self.records(topic)], [2])
        self.assertIn("has no partition 3; the last is 2",
                      self.refused(NOT_FOUND, "produce", topic, "-p", "3", stdin="a\n"))

    def test_records_that_the_broker_refuses_are_counted(self):
        topic = self.topic()
        self.tenon("topic", "create", topic, "-c", "max.message.bytes=1000")
        done = self.json("produce", topic, stdin="x" * 5000 + "\n", expect=FAILED)
        self.assertEqual((done["records"], done["failed"]), (0, 1))
        self.assertIn("too large", done["first_failure"])
        _, err = self.tenon("produce", topic, stdin="x" * 5000 + "\n", expect=FAILED)
        self.assertIn(f"1 record was not delivered to {topic}; the first: ", err)

    def test_wrong_options(self):
        self.assertIn("is not name=value", self.refused(USAGE, "produce", "x", "-H", "a"))
        self.assertIn("must be one of none, gzip", self.refused(USAGE, "produce", "x", "-z", "brotli"))
        self.assertIn("must be one of -1, 0, 1", self.refused(USAGE, "produce", "x", "--acks", "2"))
        self.refused(USAGE, "produce", "x", "-p", "1", "--partitioner", "hash")


class Consuming(CliCase):
    def filled(self, count=10, partitions=1):
        topic = self.create(partitions)
        for partition in range(partitions):
            self.tenon("produce", topic, "-K:", "-p", str(partition),
                       stdin="".join(f"k{i}:{partition}-{i}\n" for i in range(count)))
        return topic

    def values(self, topic, *arguments):
        return self.tenon("consume", topic, *arguments)[0].split()

    def test_from_everywhere(self):
        topic = self.filled()
        every = [f"0-{i}" for i in range(10)]
        for start, expected in ((), every), (("-o", "beginning"), every), (("-o", "7"), every[7:]), \
                (("-o", "-3"), every[-3:]), (("-o", "-99"), every), (("-o", "end"), []), \
                (("-o", "s@0"), every), (("-o", "s@9999999999999"), []), (("-o", "e@0"), []), \
                (("-o", "2", "-o", "e@9999999999999"), every[2:]):
            self.assertEqual(self.values(topic, "-e", *start), expected, start)

    def test_an_offset_that_is_not_there_is_moved_and_said(self):
        out, err = self.tenon("consume", self.filled(), "-e", "-o", "99")
        self.assertEqual(out, "")
        self.assertIn("has the offsets 0 to 10; starting at 10", err)

    def test_between_two_times(self):
        topic = self.create()
        for value in "abc":
            self.tenon("produce", topic, stdin=f"{value}\n")
            time.sleep(0.02)  # distinct timestamps are what this is about
        _, second, third = [str(r["ts"]) for r in self.records(topic)]
        self.assertEqual(self.values(topic, "-e", "-o", f"s@{second}"), ["b", "c"])
        self.assertEqual(self.values(topic, "-o", f"s@{second}", "-o", f"e@{third}"), ["b"])

    def test_tail_counts_for_each_partition(self):
        self.assertEqual(sorted(self.values(self.filled(partitions=2), "-e", "-o", "-1")), ["0-9", "1-9"])

    def test_one_partition(self):
        topic = self.filled(count=2, partitions=3)
        self.assertEqual(self.values(topic, "-e", "-p", "1"), ["1-0", "1-1"])
        self.assertIn("has no partition 7", self.refused(NOT_FOUND, "consume", topic, "-p", "7"))

    def test_several_topics(self):
        topic = self.filled(count=1)
        self.tenon("topic", "create", topic + "-2")
        self.tenon("produce", topic + "-2", stdin="other\n")
        self.assertEqual(sorted(self.values(topic, topic + "-2", "-e")), ["0-0", "other"])

    def test_a_number_of_records(self):
        self.assertEqual(self.values(self.filled(), "-c", "4"), ["0-0", "0-1", "0-2", "0-3"])

    def test_formats(self):
        topic = self.filled(count=2)
        self.assertEqual(self.tenon("consume", topic, "-e", "-f", r"%t [%p] @%o\t%k=%s %K %S %%\n")[0],
                         f"{topic} [0] @0\tk0=0-0 2 3 %\n{topic} [0] @1\tk1=0-1 2 3 %\n")
        self.assertEqual(self.tenon("consume", topic, "-e", "-K", "|")[0], "k0|0-0\nk1|0-1\n")
        self.assertIn("no token %q", self.refused(USAGE, "consume", topic, "-f", "%q"))
        self.assertIn("is neither", self.refused(USAGE, "consume", topic, "-o", "middle"))

    def test_json_is_that_of_kcat(self):
        topic = self.create()
        self.tenon("produce", topic, "-K:", "-H", "h=1", stdin='k:{"a": "\u00e9\\n"}\n')
        code, theirs, _ = run("kcat", "-b", self.broker.bootstrap, "-C", "-t", topic, "-e", "-q", "-J")
        self.assertEqual(code, 0)
        self.assertEqual(self.records(topic), [json.loads(theirs)])

    def test_bytes_that_are_no_text_survive_json(self):
        topic = self.create()
        sent = subprocess.run([BINARY, "--bootstrap", self.broker.bootstrap, "produce", topic, "-K:"],
                              input=b"\xff:\x00\xfe\n", capture_output=True, timeout=60)
        self.assertEqual(sent.returncode, DONE, sent.stderr)
        record, = self.records(topic)
        self.assertEqual((record["key"], record["key_encoding"]), ("/w==", "base64"))
        self.assertEqual((record["payload"], record["payload_encoding"]), ("AP4=", "base64"))

    def test_follows_until_it_is_told_to_stop(self):
        topic = self.create()
        for stop in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([BINARY, "--bootstrap", self.broker.bootstrap, "consume", topic],
                                       stdout=subprocess.PIPE, text=True)
            with process:
                self.tenon("produce", topic, stdin=f"{stop.name}\n")
                line = process.stdout.readline()
                while line != f"{stop.name}\n":
                    line = process.stdout.readline()
                process.send_signal(stop)
                self.assertEqual(process.wait(timeout=20), DONE)

    def test_stops_when_nobody_reads(self):
        topic = self.create()
        self.tenon("produce", topic, stdin=("x" * 100 + "\n") * 20000)
        process = subprocess.Popen([BINARY, "--bootstrap", self.broker.bootstrap, "consume", topic],
                                   stdout=subprocess.PIPE)
        with process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.wait(timeout=20), DONE)


class Groups(CliCase):
    def test_a_group_goes_on_where_it_was(self):
        topic, group = self.create(), self.topic()
        self.tenon("produce", topic, stdin="".join(f"{i}\n" for i in range(10)))
        self.assertEqual(self.tenon("consume", topic, "-g", group, "-c", "4")[0].split(), list("0123"))
        self.assertEqual(self.tenon("consume", topic, "-g", group, "-e")[0].split(), list("456789"))
        self.assertEqual(self.tenon("consume", topic, "-g", group, "-e")[0], "")

    def test_lag_is_what_has_not_been_consumed(self):
        topic, group = self.create(partitions=2), self.topic()
        self.tenon("produce", topic, "-p", "0", stdin="x\n" * 10)
        self.tenon("consume", topic, "-g", group, "-c", "4")
        self.tenon("produce", topic, "-p", "0", stdin="x\n" * 5)
        described, = self.json("group", "describe", group)
        self.assertEqual((described["state"], described["total_lag"]), ("Empty", 11))
        row, = [p for p in described["partitions"] if p["current_offset"] is not None]
        self.assertEqual((row["partition"], row["current_offset"], row["log_end_offset"], row["lag"]),
                         (0, 4, 15, 11))
        out, _ = self.tenon("group", "describe", group)
        self.assertRegex(out, rf"^GROUP +{group}\nCOORDINATOR +1 \(127\.0\.0\.1:\d+\)\nTYPE +classic\n"
                              r"STATE +Empty\nASSIGNOR +-\nMEMBERS +0\nTOTAL-LAG +11\nLAG-SECONDS +\d+\n\n"
                              r"TOPIC +PARTITION +CURRENT-OFFSET +LOG-START-OFFSET +LOG-END-OFFSET +LAG +"
                              r"LAG-SECONDS +MEMBER-ID +CLIENT-ID +HOST\n")
        self.assertRegex(out, rf"\n{topic} +0 +4 +0 +15 +11 +\d+\n")

    def test_members_are_shown_while_they_are_there(self):
        topic, group = self.create(partitions=2), self.topic()
        process = subprocess.Popen([BINARY, "--bootstrap", self.broker.bootstrap, "consume", topic, "-g",
                                    group, "-X", "client.id=reader"], stdout=subprocess.DEVNULL)
        with process:
            eventually(lambda: ["Stable"] == [g["state"] for g in self.json("group", "list")
                                              if g["group"] == group], what="a stable group")
            described, = self.json("group", "describe", group)
            member, = described["members"]
            self.assertEqual((member["client_id"], member["partitions"]), ("reader", 2))
            self.assertEqual([p["member_id"] for p in described["partitions"]], [member["member_id"]] * 2)
            self.assertRegex(self.tenon("group", "describe", group)[0], r"ASSIGNOR +range\nMEMBERS +1\n")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=20), DONE)
        self.assertEqual(self.json("group", "describe", group)[0]["members"], [])

    def test_a_new_group_may_begin_at_the_end(self):
        topic, group = self.create(), self.topic()
        self.tenon("produce", topic, stdin="old\n")
        self.assertEqual(self.tenon("consume", topic, "-g", group, "-o", "end", "-e")[0], "")

    def test_groups_that_are_not_there(self):
        self.assertIn("group nobody: does not exist", self.refused(NOT_FOUND, "group", "describe", "nobody"))

    def test_what_does_not_go_with_a_group(self):
        topic = self.create()
        self.assertIn("takes beginning or end", self.refused(USAGE, "consume", topic, "-g", "g", "-o", "5"))
        self.refused(USAGE, "consume", topic, "-g", "g", "-p", "0")


class Offline(unittest.TestCase):
    """What needs no broker."""

    def tenon(self, *arguments, expect=DONE):
        code, out, err = run(BINARY, *arguments)
        self.assertEqual(code, expect, f"{arguments}\n{out}\n{err}")
        return out, err

    def test_nobody_there(self):
        for verb in (("topic", "list"), ("topic", "create", "x"), ("consume", "x"), ("group", "list"),
                     ("produce", "x"), ("consume", "x", "-g", "g"), ("group", "describe", "g")):
            started = time.monotonic()
            out, err = self.tenon(*verb, "--bootstrap", "127.0.0.1:1", expect=UNREACHABLE)
            self.assertLess(time.monotonic() - started, 6)
            self.assertEqual(out, "")
            self.assertIn("no Kafka broker answers at 127.0.0.1:1 (", err)
            self.assertIn("Connection refused", err)
            self.assertIn("--bootstrap HOST:PORT", err)

    def test_the_environment_names_the_broker(self):
        done = subprocess.run([BINARY, "topic", "list"], capture_output=True, text=True, timeout=60,
                              env={"TENON_BOOTSTRAP": "127.0.0.1:2"})
        self.assertEqual(done.returncode, UNREACHABLE)
        self.assertIn("127.0.0.1:2", done.stderr)

    def test_properties_that_librdkafka_does_not_have(self):
        _, err = self.tenon("topic", "list", "-X", "nonsense=1", expect=USAGE)
        self.assertIn("-X nonsense=1: ", err)
        self.tenon("topic", "list", "-X", "nonsense", expect=USAGE)

    def test_mistyped_words(self):
        for arguments, said in ((("topci",), 'no subcommand "topci"; did you mean "topic"?'),
                                (("topic", "lst"), 'no subcommand "lst"; did you mean "list"?'),
                                (("topic", "list", "--bootstap", "x"), 'did you mean "--bootstrap"?'),
                                (("topic", "list", "--format", "jsn"), 'did you mean "json"?'),
                                (("serve", "--confg", "x"), 'did you mean "--config"?'),
                                (("topic",), "needs a subcommand: create, list, describe, delete"),
                                (("produce",), "TOPIC is required"), ((), "needs a subcommand")):
            _, err = self.tenon(*arguments, expect=USAGE)
            self.assertIn(said, err)
            self.assertIn("--help", err)

    def test_every_verb_has_examples(self):
        for verb in ("", "serve", "config", "topic", "group", "plugin", "config check", "topic create", "topic list", "topic describe",
                     "topic delete", "produce", "consume", "group list", "group describe", "plugin list",
                     "plugin inspect", "plugin new", "plugin check", "plugin lint", "plugin vectors", "plugin bench",
                     "plugin swap", "version"):
            out, _ = self.tenon(*verb.split(), "--help")
            self.assertRegex(out, rf"Examples?:\n  .*tenon {verb}")

    def test_version(self):
        out, _ = self.tenon("version")
        self.assertRegex(out, r"^tenon \d+\.\d+\.\d+ \(plugin ABI \d+\.\d+, librdkafka 2\.\S+\)\n$")
        self.assertEqual(self.tenon("--version")[0], out)
        self.assertIn(json.loads(self.tenon("version", "--format", "json")[0])["version"], out)

    def test_plugins(self):
        out, _ = self.tenon("plugin", "list")
        self.assertRegex(out, r"^KIND +NAME +VERSION +ABI +PATH\n")
        plugins = json.loads(self.tenon("plugin", "list", "--format", "json")[0])
        there = {(p["kind"], p["name"]) for p in plugins}
        self.assertLessEqual({("codec", "zstd"), ("partitioner", "hash"), ("storage", "segment")}, there)
        config = str(ROOT / "configs/standalone.toml")
        out, _ = self.tenon("plugin", "list", "--config", config, "--plugins", str(PLUGINS))
        self.assertRegex(out, r"\ncodec +gzip +\S+ +1\.0 +.*yes +")
        self.tenon("plugin", "list", "--plugins", "/nowhere", expect=NOT_FOUND)

    def test_a_plugin_says_what_it_is(self):
        path = str(PLUGINS / "codec-zstd.so")
        out, _ = self.tenon("plugin", "inspect", path)
        self.assertRegex(out, r"^KIND +codec\nNAME +zstd\nVERSION +\S+\nABI +1\.0\n")
        self.assertRegex(out, r"\nOPTION +TYPE +DEFAULT +BOUNDS +ABOUT\nlevel +int +3 +-?\d+ to 22 +")
        plugin, = json.loads(self.tenon("plugin", "inspect", path, "--format", "json")[0])
        self.assertEqual(plugin["options"][0]["default"], "3")
        self.assertIn("The library was loaded", out)
        out, _ = self.tenon("plugin", "inspect", "--no-load", path)
        self.assertRegex(out, r"^KIND +codec\nNAME +zstd\nVERSION +\S+\nABI +1\.0\nCOMPILER +\S")
        self.assertNotIn("OPTION", out)
        _, err = self.tenon("plugin", "inspect", str(ROOT / "LICENSE"), expect=FAILED)
        self.assertIn("not a shared library", err)
        self.tenon("plugin", "inspect", "/nowhere.so", expect=NOT_FOUND)

    def test_serve_refuses_an_empty_place(self):
        config = str(ROOT / "configs/standalone.toml")
        for option in ("--data-dir", "--kafka"):
            _, err = self.tenon("serve", "--config", config, option, "", expect=USAGE)
            self.assertIn(f"{option}: must not be empty", err)
        self.assertIn('"" for none', self.tenon("serve", "--help")[0])

    def test_config_check_counts_and_finds_a_codec_that_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "x.toml")
            config.write_text("[storage.segment]\n[topic.defaults]\ncompression = \"producer\"\n")
            self.assertIn(": ok, 1 plugin\n", self.tenon("config", "check", str(config))[0])
            config.write_text("[storage.segment]\n[topic.defaults]\ncompression = \"zstd\"\n")
            for verb in (("config", "check"), ("serve", "--config")):
                _, err = self.tenon(*verb, str(config), expect=USAGE)
                self.assertIn("x.toml:3:15:", err)
                self.assertIn("no table [codec.zstd] loads it", err)

    def test_config_check(self):
        config = str(ROOT / "configs/standalone.toml")
        self.assertRegex(self.tenon("config", "check", config)[0], r": ok, \d+ plugins\n$")
        _, err = self.tenon("config", "check", config, "--set", "kafka.bidn=x", "--set", "a.b=1",
                            expect=USAGE)
        self.assertIn('did you mean "kafka.bind"?', err)
        self.assertIn('unknown table "a"', err)
        out, _ = self.tenon("config", "check", config, "--set", "kafka.bidn=x", "--format", "json",
                            expect=USAGE)
        self.assertEqual([p["file"] for p in json.loads(out)["problems"]], ["--set kafka.bidn"])

    def test_starts_at_once(self):
        times = []
        for _ in range(10):
            started = time.perf_counter()
            self.tenon("version")
            times.append(time.perf_counter() - started)
        print(f"\ntenon version: {min(times) * 1e3:.1f} ms at best", flush=True)
        self.assertLess(min(times), 0.2)


class Losing(unittest.TestCase):
    """A broker that goes away, or that makes no topics."""

    def test_produce_to_a_topic_that_is_not_made(self):
        with Broker("topic.auto_create=false") as broker:
            code, _, err = run(BINARY, "produce", "nope", "--bootstrap", broker.bootstrap, stdin="x\n")
            self.assertEqual(code, NOT_FOUND)
            self.assertIn("topic nope: does not exist", err)

    def test_a_reader_waits_for_a_broker_that_restarts(self):
        with Broker() as broker:
            run(BINARY, "produce", "t", "--bootstrap", broker.bootstrap, stdin="a\n")
            process = subprocess.Popen([BINARY, "consume", "t", "-c", "2", "--bootstrap", broker.bootstrap],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            with process:
                self.assertEqual(process.stdout.readline(), "a\n")
                self.assertEqual(broker.stop(), DONE)
                self.assertIn("went away; waiting", process.stderr.readline())
                broker.start()
                run(BINARY, "produce", "t", "--bootstrap", broker.bootstrap, stdin="b\n")
                self.assertEqual(process.stdout.readline(), "b\n")
                self.assertEqual(process.wait(timeout=20), DONE)


if __name__ == "__main__":
    unittest.main()
