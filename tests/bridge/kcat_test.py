#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kcat, which gives every topic a configuration of its own, against a real broker."""
import os
import pathlib
import subprocess
import tempfile

from bridge_case import BRIDGE, BridgeCase, main
from harness import BINARY, Broker, run

KEYS = [f"customer-{i}" for i in range(300)]
LINES = "".join(f"{key}:value\n" for key in KEYS)


class Kcat(BridgeCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().start()
        cls.addClassCleanup(cls.broker.close)

    def create(self, topic):
        code, _, err = run(BINARY, "--bootstrap", self.broker.bootstrap, "topic", "create", topic, "-p", "7")
        self.assertEqual(code, 0, err)
        return topic

    def produce(self, topic, *arguments, preload=True):
        """What kcat says on stderr."""
        env = dict(os.environ) | ({"LD_PRELOAD": str(BRIDGE)} if preload else {})
        done = subprocess.run(["kcat", *arguments, "-P", "-t", topic, "-K:"], input=LINES, text=True,
                              capture_output=True, timeout=60, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def partitions(self, topic):
        code, out, err = run("kcat", "-b", self.broker.bootstrap, "-C", "-t", topic, "-e", "-q", "-o", "beginning",
                             "-f", "%k %p\n")
        self.assertEqual(code, 0, err)
        return dict(line.split() for line in out.splitlines())

    def as_tenon_does(self):
        """Where `tenon produce` puts the keys with the same plugin."""
        topic = self.create("by-tenon-" + self.id().rsplit(".", 1)[-1])
        code, _, err = run(BINARY, "--bootstrap", self.broker.bootstrap, "produce", topic, "-K:",
                           "--partitioner", "hash", stdin=LINES)
        self.assertEqual(code, 0, err)
        return self.partitions(topic)

    def properties(self):
        return [argument for setting in (f"plugin.library.paths={BRIDGE}", "tenon.partitioner.plugin=hash")
                for argument in ("-X", setting)]

    def test_preloaded_it_agrees_with_tenon_produce(self):
        topic = self.create("preloaded")
        said = self.produce(topic, "-b", self.broker.bootstrap, *self.properties())
        self.assertIn("partitions are chosen by partitioner hash 1.0.0", said)
        self.assertEqual(self.partitions(topic), self.as_tenon_does())

    def test_it_is_told_by_a_file(self):
        topic = self.create("file")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "kcat.conf"
            file.write_text(f"bootstrap.servers={self.broker.bootstrap}\nplugin.library.paths={BRIDGE}\n"
                            "tenon.partitioner.plugin=hash\ntenon.partitioner.topics=file, other\n")
            self.produce(topic, "-F", str(file))
        self.assertEqual(self.partitions(topic), self.as_tenon_does())

    def test_without_preload_a_warning_says_what_to_do(self):
        topic = self.create("bypassed")
        said = self.produce(topic, "-b", self.broker.bootstrap, *self.properties(), preload=False)
        self.assertIn(f"Start it with LD_PRELOAD={BRIDGE}", said)
        self.assertNotEqual(self.partitions(topic), self.as_tenon_does())

    def test_preloaded_without_properties_it_is_as_ever(self):
        topic, plain = self.create("inert"), self.create("plain")
        self.assertNotIn("TENON", self.produce(topic, "-b", self.broker.bootstrap))
        self.produce(plain, "-b", self.broker.bootstrap, preload=False)
        self.assertEqual(self.partitions(topic), self.partitions(plain))

    def test_its_other_topic_settings_stay(self):
        topic = self.create("settings")
        self.produce(topic, "-b", self.broker.bootstrap, *self.properties(), "-X", "topic.compression.codec=gzip")
        self.assertEqual(self.partitions(topic), self.as_tenon_does())


if __name__ == "__main__":
    main()
