#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The partitioner guard against real producers: those that hash as the topic asks pass, those that do
not are counted or refused, whatever they are built on and however they compress."""
import json
import tempfile
import unittest

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions

import raw_requests as ask
from harness import BINARY, ROOT, BrokerCase, eventually, run
from raw_batches import batch, record
from raw_case import INVALID_RECORD, NONE, RawCase

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
PARTITIONS = 12
KEYS = [f"customer-{i}" for i in range(200)]


def murmur2_partitions():
    """What the Java client makes of keys, from the fixture that another client wrote."""
    found = {}
    for line in (ROOT / "tests/fixtures/partitions_murmur2.txt").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        key, count, partition = line.split()
        key = b"" if key == "-" else bytes.fromhex(key)
        if int(count) == PARTITIONS and key:
            found[key] = int(partition)
    return found


class GuardCase(BrokerCase):
    def tenon(self, *arguments, stdin="", expect=0):
        code, out, err = run(BINARY, "--bootstrap", self.broker.bootstrap, *arguments, stdin=stdin)
        self.assertEqual(code, expect, f"{arguments}\n{out}\n{err}")
        return out if code == 0 else err

    def guarded(self, mode, partitioner="hash", name=None, partitions=PARTITIONS):
        topic = name or self.topic()
        self.tenon("topic", "create", topic, "-p", str(partitions), "-c",
                   f"tenon.partitioner={partitioner}", "-c", f"tenon.partitioner.guard={mode}")
        return topic

    def produce(self, topic, keys=KEYS, client="app", **config):
        """The errors of the records that were not taken."""
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "client.id": client,
                             "linger.ms": 20, **config})
        failed = []
        for key in keys:
            producer.produce(topic, key=key, value=b"value " * 20,
                             callback=lambda e, _: failed.append(e) if e else None)
        self.assertEqual(producer.flush(20), 0)
        return failed

    def metric(self, name, topic, **labels):
        """The metric's value of the topic, or 0 while there is none."""
        wanted = [f'topic="{topic}"'] + [f'{key}="{value}"' for key, value in labels.items()]
        for line in self.broker.get("/metrics").splitlines():
            if line.startswith(f"tenon_partitioner_guard_{name}_total{{") and all(w in line for w in wanted):
                return int(line.split()[-1])
        return 0

    def mismatches(self, topic, client="app"):
        return self.metric("mismatches", topic, client_id=client)

    def stored(self, topic):
        described, = json.loads(self.tenon("topic", "describe", topic, "--format", "json"))
        return sum(p["high_watermark"] for p in described["partitions"])

    def lines_of(self, topic):
        return [line for line in self.broker.lines if f" {topic}-" in line and "client" in line]


class Warn(GuardCase):
    def test_a_producer_that_hashes_otherwise_is_counted_and_named(self):
        topic = self.guarded("warn")
        self.assertEqual(self.produce(topic), [])  # librdkafka's default is consistent_random
        self.assertEqual(self.stored(topic), len(KEYS))
        self.assertEqual(self.metric("records", topic), len(KEYS))
        # One in twelve is where it belongs, by chance.
        self.assertGreater(self.mismatches(topic), len(KEYS) // 2)
        line = eventually(lambda: self.lines_of(topic), what="the line of the log")[0]
        self.assertRegex(line, r'client "app" \((confluent-kafka-python|librdkafka) [^,]+, 127\.0\.0\.1:\d+\) has put')
        self.assertRegex(line, r'record \d+ with key "customer-\d+" belongs to partition \d+ by partitioner hash, not \d+')

    def test_a_client_gets_one_line_however_many_batches_it_sends(self):
        topic = self.guarded("warn")
        for _ in range(5):
            self.produce(topic)
        self.assertEqual(len(self.lines_of(topic)), 1, self.lines_of(topic))

    def test_a_producer_that_hashes_as_java_does_passes(self):
        topic = self.guarded("warn")
        self.assertEqual(self.produce(topic, partitioner="murmur2_random"), [])
        self.assertEqual(self.metric("records", topic), len(KEYS))
        self.assertEqual(self.mismatches(topic), 0)

    def test_each_client_is_counted_by_itself(self):
        topic = self.guarded("warn")
        self.produce(topic, client="good", partitioner="murmur2_random")
        self.produce(topic, client="bad")
        self.assertEqual(self.mismatches(topic, "good"), 0)
        self.assertGreater(self.mismatches(topic, "bad"), 0)

    def test_compressed_batches_are_opened(self):
        for codec in CODECS:
            topic = self.guarded("warn", name=f"{self.topic()}-{codec}")
            self.produce(topic, **{"compression.type": codec})
            self.assertEqual(self.metric("records", topic), len(KEYS), codec)
            self.assertGreater(self.mismatches(topic), len(KEYS) // 2, codec)

    def test_kcat_is_named_too(self):
        topic = self.guarded("warn")
        lines = "".join(f"{key}:v\n" for key in KEYS)
        code, _, err = run("kcat", "-b", self.broker.bootstrap, "-P", "-t", topic, "-K:", stdin=lines)
        self.assertEqual(code, 0, err)
        self.assertGreater(self.mismatches(topic, "rdkafka"), 0)
        line = eventually(lambda: self.lines_of(topic), what="the line of the log")[0]
        self.assertRegex(line, r'client "rdkafka" \((kcat|librdkafka)')

    def test_the_counts_go_with_the_topic(self):
        topic = self.guarded("warn")
        self.produce(topic)
        self.assertGreater(self.mismatches(topic), 0)
        self.tenon("topic", "delete", topic)
        eventually(lambda: self.mismatches(topic) == 0, what="the end of the series")


class Reject(GuardCase):
    def test_a_producer_that_hashes_otherwise_is_refused(self):
        topic = self.guarded("reject")
        failed = self.produce(topic)
        self.assertGreater(len(failed), len(KEYS) // 2)
        self.assertEqual({error.name() for error in failed}, {"INVALID_RECORD"})
        self.assertEqual(self.stored(topic), len(KEYS) - len(failed))

    def test_a_producer_that_hashes_as_java_does_passes_with_every_codec(self):
        for codec in CODECS:
            topic = self.guarded("reject", name=f"{self.topic()}-{codec}")
            self.assertEqual(self.produce(topic, partitioner="murmur2_random",
                                          **{"compression.type": codec, "enable.idempotence": True}), [])
            self.assertEqual(self.stored(topic), len(KEYS))

    def test_compressed_batches_are_refused_as_others_are(self):
        for codec in CODECS:
            topic = self.guarded("reject", name=f"{self.topic()}-{codec}")
            self.assertGreater(len(self.produce(topic, **{"compression.type": codec})), 0, codec)

    def test_librdkafkas_own_default_passes_where_the_topic_goes_by_crc32(self):
        topic = self.guarded("reject", partitioner="crc32")
        self.assertEqual(self.produce(topic), [])
        self.assertGreater(len(self.produce(topic, partitioner="murmur2_random")), 0)

    def test_records_without_a_key_may_go_anywhere(self):
        topic = self.guarded("reject")
        self.assertEqual(self.produce(topic, keys=[None] * 300, **{"sticky.partitioning.linger.ms": 0}), [])
        self.assertEqual(self.stored(topic), 300)
        self.assertEqual(self.metric("records", topic), 0)

    def test_a_refused_idempotent_producer_can_go_on(self):
        topic = self.guarded("reject", partitions=2)
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "enable.idempotence": True})
        answers = []

        def send(key, partition):
            producer.produce(topic, key=key, value=b"v", partition=partition,
                             callback=lambda e, _: answers.append(e.name() if e else "taken"))
            self.assertEqual(producer.flush(20), 0)

        right = self.partition_of(b"k", topic)
        send(b"k", right)
        send(b"k", 1 - right)
        send(b"k", right)
        self.assertEqual(answers, ["taken", "INVALID_RECORD", "taken"])

    def partition_of(self, key, topic):
        """By the partitioner of the topic, as `tenon produce` asks it, in a topic beside it."""
        twin = self.guarded("off", name=topic + "-twin", partitions=2)
        self.tenon("produce", twin, "-K:", stdin=f"{key.decode()}:v\n")
        described, = json.loads(self.tenon("topic", "describe", twin, "--format", "json"))
        return next(p["partition"] for p in described["partitions"] if p["high_watermark"] == 1)

    def test_a_topic_that_grows_takes_what_was_right_before(self):
        topic = self.guarded("reject", partitions=2)
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "partitioner": "murmur2_random"})
        failed = []

        def send():
            for key in KEYS:
                producer.produce(topic, key=key, value=b"v",
                                 callback=lambda e, _: failed.append(e) if e else None)
            self.assertEqual(producer.flush(20), 0)

        send()
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        admin.create_partitions([NewPartitions(topic, 5)])[topic].result(10)
        send()  # it has not asked for metadata since
        self.assertEqual(failed, [])
        self.assertEqual(self.produce(topic, partitioner="murmur2_random"), [])


class Wire(RawCase):
    def test_the_answer_names_each_record_that_is_elsewhere(self):
        made = ask.create_topic(self.connection, self.topic(), PARTITIONS,
                                {"tenon.partitioner": "hash", "tenon.partitioner.guard": "reject"})
        self.assertEqual(made.error, NONE)
        partitions = murmur2_partitions()
        keys = sorted(partitions)[:20]
        section = b"".join(record(i, b"v", key, 0) for i, key in enumerate(keys))
        answer = ask.produce(self.connection, self.topic(), batch([b"v"] * len(keys), section=section))
        self.assertEqual(answer.error, INVALID_RECORD)
        elsewhere = [i for i, key in enumerate(keys) if partitions[key] != 0]
        self.assertEqual([index for index, _, _ in answer.record_errors], elsewhere)
        for index, message, _ in answer.record_errors:
            self.assertIn(f"belongs to partition {partitions[keys[index]]} by partitioner hash, not 0", message)
        self.assertIn("tenon.partitioner.guard = warn", answer.message)


class Configuration(GuardCase):
    def alter(self, topic, **configs):
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic,
                                  set_config={k.replace("_", "."): v for k, v in configs.items()})
        admin.alter_configs([resource])[resource].result(10)

    def test_describe_shows_the_partitioner_and_its_guard(self):
        out = self.tenon("topic", "describe", self.guarded("warn"))
        self.assertRegex(out, r"\ntenon\.partitioner +hash +DYNAMIC_TOPIC_CONFIG\n")
        self.assertRegex(out, r"\ntenon\.partitioner\.guard +warn +DYNAMIC_TOPIC_CONFIG\n")

    def refusal(self, *configs):
        arguments = [word for config in configs for word in ("-c", config)]
        return self.tenon("topic", "create", self.topic(), *arguments, expect=1)

    def test_a_partitioner_that_is_not_loaded_is_refused_with_those_that_are(self):
        self.assertIn('no partitioner plugin "hahs" is loaded (loaded: hash, crc32, round-robin, sticky)',
                      self.refusal("tenon.partitioner=hahs"))

    def test_a_guard_alone_is_refused(self):
        self.assertIn("set tenon.partitioner, too", self.refusal("tenon.partitioner.guard=warn"))
        self.assertIn("off, warn, reject",
                      self.refusal("tenon.partitioner=hash", "tenon.partitioner.guard=on"))

    def test_a_partitioner_with_state_may_be_named_and_not_guarded(self):
        self.tenon("topic", "create", self.topic() + "-1", "-c", "tenon.partitioner=round-robin")
        self.assertIn("there is nothing to hold records against",
                      self.refusal("tenon.partitioner=sticky", "tenon.partitioner.guard=warn"))

    def test_the_guard_can_be_changed_while_records_come(self):
        topic = self.guarded("off")
        self.produce(topic)
        self.assertEqual(self.metric("records", topic), 0)
        self.alter(topic, tenon_partitioner="hash", tenon_partitioner_guard="reject")
        self.assertGreater(len(self.produce(topic)), 0)
        self.alter(topic, tenon_partitioner="crc32", tenon_partitioner_guard="reject")
        self.assertEqual(self.produce(topic), [])
        with self.assertRaises(KafkaException) as refused:
            self.alter(topic, tenon_partitioner_guard="reject")  # AlterConfigs replaces them all
        self.assertIn("set tenon.partitioner, too", str(refused.exception))

    def test_the_guard_is_kept_over_a_restart(self):
        topic = self.guarded("reject")
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.assertGreater(len(self.produce(topic)), 0)
        self.assertEqual(self.produce(topic, partitioner="murmur2_random"), [])

    def test_tenon_produce_goes_by_the_topics_partitioner(self):
        for partitioner in ("hash", "crc32"):
            topic = self.guarded("reject", partitioner=partitioner, name=f"{self.topic()}-{partitioner}")
            lines = "".join(f"{key}:v\n" for key in KEYS)
            self.tenon("produce", topic, "-K:", stdin=lines)
            self.assertEqual(self.stored(topic), len(KEYS))
            other = {"hash": "crc32", "crc32": "hash"}[partitioner]
            self.tenon("produce", topic, "-K:", "--partitioner", other, stdin=lines, expect=1)

    def test_tenon_produce_does_not_guess_where_it_has_not_the_topics_partitioner(self):
        topic = self.guarded("warn")
        with tempfile.TemporaryDirectory() as empty:
            err = self.tenon("produce", topic, "-K:", "--plugins", empty, stdin="a:1\n", expect=2)
            self.assertIn(f"topic {topic} goes by the partitioner hash: ", err)
            self.tenon("produce", topic, "-p", "0", "--plugins", empty, stdin="a\n")
        self.assertEqual(self.stored(topic), 1)


class Defaults(GuardCase):
    settings = ("topic.defaults.partitioner=hash", "topic.defaults.partitioner_guard=reject",
                "topic.defaults.partitions=12")

    def test_topics_that_say_nothing_get_the_brokers_guard(self):
        self.tenon("topic", "create", self.topic())
        self.assertGreater(len(self.produce(self.topic())), 0)
        self.assertEqual(self.produce(self.topic(), partitioner="murmur2_random"), [])
        out = self.tenon("topic", "describe", self.topic())
        self.assertRegex(out, r"\ntenon\.partitioner\.guard +reject +STATIC_BROKER_CONFIG\n")

    def test_what_the_broker_writes_itself_is_not_judged(self):
        self.tenon("topic", "create", self.topic(), "-p", "1")
        self.tenon("produce", self.topic(), "-K:", stdin="a:1\nb:2\n")
        out = self.tenon("consume", self.topic(), "-g", "readers", "-c", "2")
        self.assertEqual(sorted(out.split()), ["1", "2"])
        self.assertIn("readers", self.tenon("group", "list"))


class Start(unittest.TestCase):
    def refusal(self, *settings):
        with tempfile.TemporaryDirectory() as data:
            command = [BINARY, "serve", "--config", str(ROOT / "configs/standalone.toml"), "--data-dir", data,
                       "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"]
            for setting in settings:
                command += ["--set", setting]
            code, _, err = run(*command)
        self.assertNotEqual(code, 0)
        return err

    def test_a_default_guard_that_could_say_nothing_stops_the_start(self):
        self.assertIn("there is nothing to hold records against",
                      self.refusal("topic.defaults.partitioner=sticky", "topic.defaults.partitioner_guard=warn"))

    def test_a_default_partitioner_that_is_not_loaded_stops_the_start(self):
        self.assertIn("no table [partitioner.hahs] loads it",
                      self.refusal("topic.defaults.partitioner=hahs"))


if __name__ == "__main__":
    unittest.main()
