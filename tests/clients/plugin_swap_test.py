#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plugins of a running broker: their files may be replaced and destroyed, they are exchanged by `tenon plugin swap`,
and what others could have written is not loaded."""
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import tempfile
import threading
import unittest

from harness import BINARY, ROOT, Broker, run

DONE, FAILED, USAGE, NOT_FOUND, UNREACHABLE = 0, 1, 2, 3, 5
BUILT_IN = pathlib.Path(BINARY).resolve().parents[1] / "lib/tenon/plugins"
JSON = {"Content-Type": "application/json"}


def version(library, number):
    """The library as another release of it would be: another version, and so other bytes."""
    said = b"\0001.0.0\0", b" 1.0.0\n"  # by the datum, and by the note, where the SDK's version comes later
    for words in said:
        assert words in library
        library = library.replace(words, words.replace(b"1.0.0", b"1.0.%d" % number), 1)
    return library


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class PluginCase(unittest.TestCase):
    """A broker with a plugin directory of its own."""

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="tenon-plugins-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.plugins = pathlib.Path(os.path.realpath(folder))
        for file in BUILT_IN.glob("*.so"):
            self.place(file.name, file.read_bytes())
        self.gzip = self.plugins / "codec-gzip.so"

    def place(self, name, content):
        path = self.plugins / name
        path.write_bytes(content)
        path.chmod(0o644)
        return path

    def start(self, *settings):
        self.broker = Broker(f"plugins.directories={self.plugins}", *settings)
        self.addCleanup(self.broker.close)
        self.broker.start()

    def request(self, method, path, body=None, headers=JSON):
        connection = http.client.HTTPConnection("127.0.0.1", self.broker.http_port, timeout=30)
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()

    def loaded(self, kind="codec", name="gzip"):
        status, text = self.request("GET", "/v1/plugins", headers={})
        self.assertEqual(status, 200)
        plugin, = [p for p in json.loads(text) if (p["kind"], p["name"]) == (kind, name)]
        return plugin

    def tenon(self, *arguments, expect=DONE, stdin=None):
        code, out, err = run(BINARY, *arguments, stdin=stdin)
        self.assertEqual(code, expect, f"{arguments}\n{out}\n{err}")
        return out if expect == DONE else err

    def swap(self, *arguments, expect=DONE):
        return self.tenon("plugin", "swap", *map(str, arguments), "--http", f"127.0.0.1:{self.broker.http_port}",
                          expect=expect)

    def topic(self):
        """One whose batches the broker compresses itself, with the plugin."""
        self.tenon("topic", "create", "zipped", "--bootstrap", self.broker.bootstrap, "-c", "compression.type=gzip")

    def produce(self, lines):
        self.tenon("produce", "zipped", "--bootstrap", self.broker.bootstrap, stdin="".join(f"{x}\n" for x in lines))

    def consume(self):
        return self.tenon("consume", "zipped", "--bootstrap", self.broker.bootstrap, "-e").splitlines()

    def logged(self, pattern):
        return [line for line in self.broker.lines if re.search(pattern, line)]


class Files(PluginCase):
    """What becomes of a file after it was loaded is no matter."""

    def check_it_serves(self, begin):
        lines = [f"{begin}-{i}-{'x' * 500}" for i in range(200)]
        self.produce(lines)
        self.assertEqual(self.consume()[-len(lines):], lines)

    def test_replaced_while_loaded(self):
        self.start()
        self.topic()
        before = self.loaded()
        self.assertEqual(before["sha256"], sha256(self.gzip))
        self.check_it_serves("before")
        other = self.place("other", version(self.gzip.read_bytes(), 9))
        other.rename(self.gzip)
        self.check_it_serves("after")
        self.assertEqual(self.loaded(), before)
        self.assertNotEqual(before["sha256"], sha256(self.gzip))

    def test_truncated_while_loaded(self):
        self.start()
        self.topic()
        for file in self.plugins.glob("*.so"):
            os.truncate(file, 0)
        self.check_it_serves("truncated")
        for file in self.plugins.glob("*.so"):
            file.write_bytes(b"\xcc" * 2_000_000)
        self.check_it_serves("overwritten")
        self.assertEqual(self.broker.stop(), 0)

    def test_a_check_leaves_nothing_behind(self):
        config, before = str(ROOT / "configs/standalone.toml"), sorted(self.plugins.iterdir())
        with tempfile.TemporaryDirectory() as folder:
            here = os.getcwd()
            os.chdir(folder)
            self.addCleanup(os.chdir, here)
            self.tenon("config", "check", config, "--set", f"plugins.directories={self.plugins}")
            self.tenon("plugin", "list", "--plugins", str(self.plugins))
            self.assertEqual(os.listdir(folder), [])
            os.chdir(here)
        self.assertEqual(sorted(self.plugins.iterdir()), before)


class Swapping(PluginCase):
    def test_a_swap_is_told_listed_and_logged(self):
        self.start()
        first = self.loaded()
        path = self.place("codec-gzip-next.so", version(self.gzip.read_bytes(), 1))
        self.assertEqual(self.swap("codec", "gzip", path),
                         f"codec gzip: 1.0.0 -> 1.0.1, generation 2, sha256 {sha256(path)}\n")
        now = self.loaded()
        self.assertEqual((now["version"], now["path"], now["generation"]), ("1.0.1", str(path), 2))
        self.assertGreaterEqual(now["loaded_since"], first["loaded_since"])
        line, = self.logged("has taken over")
        for part in ("codec gzip", "1.0.0", first["sha256"], "1.0.1", now["sha256"], str(path)):
            self.assertIn(part, line)

    def test_a_swap_as_json(self):
        self.start()
        path = self.place("codec-gzip-next.so", version(self.gzip.read_bytes(), 1))
        answer = json.loads(self.swap("codec", "gzip", path, "--format", "json"))
        self.assertEqual((answer["kind"], answer["name"]), ("codec", "gzip"))
        self.assertEqual([answer[when]["version"] for when in ("before", "after")], ["1.0.0", "1.0.1"])

    def test_no_record_is_lost_while_the_codec_is_exchanged(self):
        self.start()
        self.topic()
        next_one = self.place("codec-gzip-next.so", version(self.gzip.read_bytes(), 1))
        lines = [[f"{writer}-{i}" for i in range(20_000)] for writer in range(2)]
        writers = [threading.Thread(target=self.produce, args=(some,)) for some in lines]
        for writer in writers:
            writer.start()
        swaps = 0
        while swaps < 8 or any(writer.is_alive() for writer in writers):
            self.swap("codec", "gzip", self.gzip if swaps % 2 else next_one)
            swaps += 1
        self.assertEqual(sorted(self.consume()), sorted(sum(lines, [])))
        self.assertEqual(self.loaded()["generation"], 1 + swaps)

    def test_a_partitioner_is_exchanged_too(self):
        self.start()
        path = self.place("next.so", version((self.plugins / "partitioner-hash.so").read_bytes(), 1))
        self.swap("partitioner", "hash", path)
        self.assertEqual(self.loaded("partitioner", "hash")["version"], "1.0.1")

    def test_an_assignor_is_exchanged_too(self):
        config = self.plugins / "assignor.toml"
        config.write_text("[storage.segment]\n[assignor.range]\n")
        self.broker = Broker(f"plugins.directories={self.plugins}", config=str(config))
        self.addCleanup(self.broker.close)
        self.broker.start()
        path = self.place("next.so", version((self.plugins / "assignor-range.so").read_bytes(), 1))
        self.swap("assignor", "range", path)
        self.assertEqual(self.loaded("assignor", "range")["version"], "1.0.1")

    def test_what_cannot_be_swapped(self):
        self.start()
        self.assertIn("storage are restart only", self.swap("storage", "segment", self.gzip, expect=FAILED))
        self.assertIn('loaded no codec "brotli"', self.swap("codec", "brotli", self.gzip, expect=NOT_FOUND))
        self.assertIn("No such file", self.swap("codec", "gzip", self.plugins / "none.so", expect=NOT_FOUND))
        self.assertIn('it holds codec "lz4"', self.swap("codec", "gzip", self.plugins / "codec-lz4.so", expect=FAILED))
        self.assertIn("none of the folders", self.swap("codec", "gzip", BUILT_IN / "codec-gzip.so", expect=FAILED))
        self.assertIn("cannot be one", self.swap("codec", "../x", self.gzip, expect=USAGE))
        self.assertIn("FILE is required", self.swap("codec", "gzip", expect=USAGE))
        self.assertEqual(self.loaded()["generation"], 1)

    def test_nobody_there(self):
        said = self.tenon("plugin", "swap", "codec", "gzip", "x.so", "--http", "127.0.0.1:1", expect=UNREACHABLE)
        self.assertIn("no broker answers: http://127.0.0.1:1: Connection refused", said)
        said = self.tenon("plugin", "swap", "codec", "gzip", "x.so", "--http", "nonsense", expect=USAGE)
        self.assertIn("must be HOST:PORT", said)

    def test_after_a_restart_the_configured_library_runs(self):
        self.start()
        self.swap("codec", "gzip", self.place("next.so", version(self.gzip.read_bytes(), 1)))
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.assertEqual((self.loaded()["version"], self.loaded()["generation"]), ("1.0.0", 1))


class Requests(PluginCase):
    """What a page in a browser could send, and what is no request at all."""
    TARGET = "/v1/plugins/codec/gzip/swap"

    def setUp(self):
        super().setUp()
        self.start()
        self.body = json.dumps({"path": str(self.gzip)})

    def status(self, body, **headers):
        return self.request("POST", self.TARGET, body, {**JSON, **headers})[0]

    def test_a_form_is_refused(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            self.assertEqual(self.status(self.body, **{"Content-Type": kind}), 415)
        self.assertEqual(self.request("POST", self.TARGET, self.body, {})[0], 415)

    def test_a_name_that_was_made_to_lead_here_is_refused(self):
        self.assertEqual(self.status(self.body, Host=f"evil.example:{self.broker.http_port}"), 403)
        self.assertEqual(self.status(self.body, Host="localhost"), 200)
        self.assertEqual(self.loaded()["generation"], 2)

    def test_a_body_that_is_none(self):
        for body in ("", "{", "[]", "7", '{"path": 7}', '{"path": "/x", "more": 1}', '{"paht": "/x"}'):
            status, text = self.request("POST", self.TARGET, body)
            self.assertEqual((status, list(json.loads(text))), (400, ["error"]), body)
        self.assertEqual(self.status('{"path": "codec-gzip.so"}'), 409)
        self.assertEqual(self.status(json.dumps({"path": "/" + "x" * 70_000})), 413)

    def test_other_methods_and_paths(self):
        self.assertEqual(self.request("GET", self.TARGET)[0], 405)
        self.assertEqual(self.request("POST", "/v1/plugins", self.body)[0], 405)
        self.assertEqual(self.request("POST", "/v1/plugins/codec/none/swap", self.body)[0], 404)


class Refusing(PluginCase):
    """A broker does not start with what somebody else could have written."""

    def refused(self, *settings):
        with tempfile.TemporaryDirectory() as data:
            broker = Broker(f"plugins.directories={self.plugins}", *settings, data_dir=data)
            code, _, err = run(*broker.command())
        self.assertEqual(code, USAGE, err)
        return err

    def test_world_writable(self):
        self.gzip.chmod(0o666)
        self.assertIn("it is writable by everyone, who could replace the plugin: "
                      f"chmod o-w {self.gzip}", self.refused())
        self.gzip.chmod(0o644)
        self.plugins.chmod(0o777)
        self.assertIn("its folder is writable by everyone", self.refused())

    def test_symlinked_out(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            target = pathlib.Path(os.path.realpath(elsewhere)) / "codec-gzip.so"
            shutil.move(self.gzip, target)
            self.gzip.symlink_to(target)
            self.assertIn(f'it is a link to {target}, outside of the folders', self.refused())

    def test_pin_mismatch(self):
        self.assertIn(f"its SHA-256 is {sha256(self.gzip)}, but the configuration pins {'0' * 64}",
                      self.refused(f"codec.gzip.sha256={'0' * 64}"))

    def test_a_pin_that_fits(self):
        self.start(f"codec.gzip.sha256={sha256(self.gzip)}")
        other = self.place("next.so", version(self.gzip.read_bytes(), 1))
        self.assertIn("but the configuration pins", self.swap("codec", "gzip", other, expect=FAILED))

    def test_same_name_in_two_directories(self):
        said = self.refused(f"plugins.directories={self.plugins},{BUILT_IN}")
        self.assertIn(f"there are two, {self.gzip} and {BUILT_IN / 'codec-gzip.so'}", said)


if __name__ == "__main__":
    unittest.main()
