#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a user has is there again after a stop, and the broker says clearly why it does not start."""
import os
import pathlib
import socket
import tempfile
import time
import unittest

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from harness import BINARY, ROOT, Broker, run
from raw_kafka import Connection
from raw_requests import set_topic_config


class Restart(unittest.TestCase):
    def setUp(self):
        self.broker = Broker()
        self.addCleanup(self.broker.close)

    def produce(self, topic, values):
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "enable.idempotence": True})
        for value in values:
            producer.produce(topic, value=value)
        self.assertEqual(producer.flush(20), 0)

    def consume(self, topic, group, count):
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": group,
                             "auto.offset.reset": "earliest", "enable.auto.commit": False})
        consumer.subscribe([topic])
        got, deadline = [], time.monotonic() + 30
        while len(got) < count:
            message = consumer.poll(0.2)
            if message is not None and not message.error():
                got.append(message.value())
            self.assertLess(time.monotonic(), deadline, f"only {len(got)} of {count} records came")
        consumer.commit(asynchronous=False)
        consumer.close()
        return got

    def end(self, topic):
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "x"})
        end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        consumer.close()
        return end

    def check_found_again(self, end_process):
        self.broker.start()
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})
        kept = NewTopic("kept", 1, 1, config={"retention.ms": "9999999999"})
        admin.create_topics([kept])["kept"].result(10)
        self.produce("kept", [b"%d" % i for i in range(100)])
        self.assertEqual(self.consume("kept", "g", 60)[:60], [b"%d" % i for i in range(60)])
        end_process()
        self.broker.start()
        self.assertEqual(self.end("kept"), (0, 100))
        self.produce("kept", [b"later"])
        self.assertEqual(self.consume("kept", "other", 101)[-1], b"later")
        described = AdminClient({"bootstrap.servers": self.broker.bootstrap}).list_topics(timeout=10)
        self.assertIn("kept", described.topics)

    def test_everything_is_found_after_a_stop(self):
        self.check_found_again(lambda: self.assertEqual(self.broker.stop(), 0))

    def test_everything_is_found_after_kill_9(self):
        self.check_found_again(self.broker.kill9)

    def test_committed_offsets_survive_a_compression_type_of_their_topic(self):
        self.broker.start()
        self.produce("t", [b"%d" % i for i in range(10)])
        self.consume("t", "before", 10)
        with Connection(self.broker.kafka_port) as connection:
            self.assertEqual(set_topic_config(connection, "__consumer_offsets", "compression.type", "gzip"), 0)
        self.consume("t", "after", 10)
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.produce("t", [b"new"])
        for group in ("before", "after"):
            self.assertEqual(self.consume("t", group, 1), [b"new"])

    def test_committed_offsets_survive_kill_9(self):
        self.broker.start()
        self.produce("t", [b"%d" % i for i in range(10)])
        self.consume("t", "g", 10)
        self.broker.kill9()
        self.broker.start()
        self.produce("t", [b"new"])
        self.assertEqual(self.consume("t", "g", 1), [b"new"])

    def test_a_second_broker_is_refused_with_the_pid_of_the_first(self):
        self.broker.start()
        second = Broker(data_dir=self.broker.data_dir)
        code, _, err = run(*second.command())
        self.assertEqual(code, 2)
        self.assertIn(f"process {self.broker.process.pid}", err)

    def check_refused(self, said, *command):
        """It ends with exit code 2 and one line, which holds what is `said`."""
        code, _, err = run(*command)
        self.assertEqual(code, 2, err)
        self.assertIn(said, err)
        self.assertEqual(len(err.strip().splitlines()), 1, err)

    def test_a_taken_port_is_one_sentence_and_exit_code_2(self):
        for port in ("kafka_port", "http_port"):
            with self.subTest(port), socket.create_server(("127.0.0.1", 0)) as taken, \
                    tempfile.TemporaryDirectory(prefix="tenon-test-") as data_dir:
                broker = Broker(data_dir=data_dir)
                setattr(broker, port, taken.getsockname()[1])
                self.check_refused(f"127.0.0.1:{taken.getsockname()[1]}", *broker.command())

    def test_a_data_directory_that_cannot_be_read_is_one_sentence_and_exit_code_2(self):
        self.broker.start()
        self.assertEqual(self.broker.stop(), 0)
        os.chmod(self.broker.data_dir, 0)
        # To root nothing is closed, unless it gives up that privilege.
        lost = "-dac_override,-dac_read_search"
        humble = ["setpriv", "--bounding-set", lost, "--inh-caps", lost] if os.getuid() == 0 else []
        self.check_refused(self.broker.data_dir, *humble, *self.broker.command())
        os.chmod(self.broker.data_dir, 0o700)
        self.broker.start()

    def test_a_data_directory_that_cannot_be_made_is_exit_code_2(self):
        with tempfile.NamedTemporaryFile() as file:
            broker = Broker(data_dir=file.name + "/below")
            code, _, err = run(*broker.command())
        self.assertEqual(code, 2)
        self.assertIn("/below", err)

    def test_bad_toml_names_every_problem_with_its_place(self):
        bad = pathlib.Path(tempfile.mkdtemp(prefix="tenon-test-")) / "bad.toml"
        text = (ROOT / "configs/standalone.toml").read_text()
        bad.write_text(text.replace("threads =", "thread =") + '\n[codec.gzip2]\n')
        self.addCleanup(lambda: (os.remove(bad), os.rmdir(bad.parent)))
        code, _, err = run(BINARY, "serve", "--config", str(bad))
        self.assertEqual(code, 2)
        self.assertRegex(err, r'bad\.toml:\d+:\d+: .*"?thread"?.*threads')
        self.assertIn("gzip2", err)


if __name__ == "__main__":
    unittest.main()
