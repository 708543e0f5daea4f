# SPDX-License-Identifier: Apache-2.0
"""A real broker process for tests that use real clients.

Broker() starts `$TENON_BINARY serve` on free ports of 127.0.0.1 with a data directory of its own, and
learns the ports from what it prints. It ends only the process that it started.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TENON_BINARY", str(ROOT / "build/bin/tenon"))
READY_SECONDS = 30


class Broker:
    def __init__(self, *settings, config="configs/standalone.toml", data_dir=None):
        self.settings, self.config = settings, config
        self.owns_data = data_dir is None
        self.data_dir = data_dir or tempfile.mkdtemp(prefix="tenon-test-")
        self.process, self.lines, self.kafka_port, self.http_port = None, [], 0, 0

    def command(self):
        command = [BINARY, "serve", "--config", str(ROOT / self.config), "--data-dir", self.data_dir,
                   "--kafka", f"127.0.0.1:{self.kafka_port}", "--http", f"127.0.0.1:{self.http_port}"]
        # Tests that wait for the first rebalance would wait for Kafka's three seconds otherwise.
        for setting in ("groups.initial_rebalance_delay=0ms",) + self.settings:
            command += ["--set", setting]
        return command

    def start(self):
        """Starts (again, on the same ports) and returns when requests are answered."""
        self.process = subprocess.Popen(self.command(), stderr=subprocess.PIPE, text=True)
        self.lines, ready = [], threading.Event()
        threading.Thread(target=self._read, args=(self.process, ready), daemon=True).start()
        if not ready.wait(READY_SECONDS) or self.process.poll() is not None:
            raise AssertionError("the broker did not become ready:\n" + "\n".join(self.lines))
        return self

    def _read(self, process, ready):
        with process.stderr as output:
            self._read_lines(output, ready)
        ready.set()

    def _read_lines(self, output, ready):
        for line in output:
            self.lines.append(line.rstrip())
            if found := re.search(r"Kafka clients: 127\.0\.0\.1:(\d+)", line):
                self.kafka_port = int(found[1])
            if found := re.search(r"HTTP: http://127\.0\.0\.1:(\d+)", line):
                self.http_port = int(found[1])
                ready.set()

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.kafka_port}"

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=10) as reply:
            return reply.read().decode()

    def rss_bytes(self):
        """What the broker's process holds in memory now."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill9()
        if self.owns_data:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()


class BrokerCase(unittest.TestCase):
    """One broker for all tests of the class; each test uses topics of its own."""
    settings = ()

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker(*cls.settings).start()
        cls.addClassCleanup(cls.broker.close)

    def topic(self):
        return "t-" + re.sub(r"[^a-zA-Z0-9]+", "-", self.id().split(".", 1)[-1])


def eventually(condition, seconds=20, what="the condition"):
    """Polls until condition() is true and returns its value; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {seconds} s")
        threading.Event().wait(0.05)


def run(*command, stdin=None, timeout=60):
    """Runs a command to its end; (exit code, stdout, stderr)."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr
