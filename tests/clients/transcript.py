# SPDX-License-Identifier: Apache-2.0
"""Replays the console blocks of a document: every `$ command`, in order, must print what stands below it.

"…" stands for anything on that line, and a line of "…" alone for any number of lines. Commands run in an
empty folder that holds the repository's configs; `cd` lasts until the next one, as in a terminal.
The document's ports are those of the test's broker.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

from harness import BINARY, ROOT

COMMAND_SECONDS = 300
KAFKA, HTTP = "127.0.0.1:9092", "127.0.0.1:9644"


def steps(text):
    """(command, expected lines) of each console block; a command that ends in a backslash goes on."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        command, expected = None, []
        for line in block.splitlines():
            if command is not None and command.endswith("\\"):
                command = command[:-1] + line.lstrip()
            elif line.startswith("$ "):
                if command:
                    yield command, expected
                command, expected = line[2:], []
            else:
                expected.append(line)
        yield command, expected


def matches(expected, printed):
    lines = [".*(\n.*)*" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*")
             for line in expected]
    return re.fullmatch("\n".join(lines), "\n".join(line.rstrip() for line in printed.splitlines()))


class Terminal:
    """A shell in an empty folder, for one document and one broker."""

    def __init__(self, broker, environment=()):
        self.broker = broker
        self.home = tempfile.mkdtemp(prefix="tenon-transcript-")
        self.folder = self.home
        os.symlink(ROOT / "configs", pathlib.Path(self.home) / "configs")
        self.environment = {**os.environ, **dict(environment), "TENON_BOOTSTRAP": broker.bootstrap,
                            "TENON_HTTP": f"127.0.0.1:{broker.http_port}",
                            "PATH": f"{pathlib.Path(BINARY).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}

    def run(self, command):
        real = command.replace(KAFKA, self.broker.bootstrap).replace(
            HTTP, f"127.0.0.1:{self.broker.http_port}")
        mark = pathlib.Path(self.home) / ".folder"
        done = subprocess.run(["bash", "-c", f"{real}\ncode=$?; pwd > {mark}; exit $code"], cwd=self.folder,
                              env=self.environment, text=True, timeout=COMMAND_SECONDS,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.folder = mark.read_text().strip()
        return done.stdout.replace(self.broker.bootstrap, KAFKA).replace(
            f"127.0.0.1:{self.broker.http_port}", HTTP)

    def close(self):
        """Ends what a document that was not played to its end has left running, by its *.pid file."""
        for mark in pathlib.Path(self.home).glob("*.pid"):
            pid = int(mark.read_text())
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if pathlib.Path(f"/proc/{pid}/cwd").resolve() == pathlib.Path(self.home).resolve():
                    os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)


def replay(case, document, broker, environment=()):
    """Fails `case` at the first command that prints something else; returns how many there were."""
    terminal = Terminal(broker, environment)
    case.addCleanup(terminal.close)
    count = 0
    for command, expected in steps((ROOT / document).read_text()):
        printed = terminal.run(command)
        case.assertTrue(matches(expected, printed), f"$ {command}\n{printed}")
        count += 1
    print(f"{count} commands of {document} replayed")
    return count
