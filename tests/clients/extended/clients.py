# SPDX-License-Identifier: Apache-2.0
"""Which clients `run` knows, at which versions, and how each becomes a program that can be started."""
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import typing

HERE = pathlib.Path(__file__).resolve().parent
BUILD_SECONDS = 600
# What the package tools say when they cannot reach their registry, or it does not give what was asked.
NOT_REACHED = re.compile(
    "Unknown host|Could not transfer|Could not resolve dependencies|Network is unreachable|offline mode|"
    "dial tcp|no such host|i/o timeout|connection refused|module lookup disabled|toolchain not available|"
    "requires go >=|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|NewConnectionError|ReadTimeoutError|"
    "No matching distribution|ensurepip is not", re.IGNORECASE)


class NotHere(Exception):
    """The client cannot be tried on this machine; says why."""


class BuildFailed(Exception):
    """The client could be had, and its program does not build."""


@dataclasses.dataclass
class Client:
    name: str
    version: str
    build: typing.Callable  # (client, folder) -> the command that starts the program

    def prepare(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        return self.build(self, folder)


def tool(name):
    path = shutil.which(name)
    if path is None:
        raise NotHere(f"{name} is not on this machine")
    return path


def step(*command, cwd):
    """Runs one step of a build; tells apart a registry that is not reached and a build that fails."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=BUILD_SECONDS,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise NotHere(f"{command[0]} was not done in {BUILD_SECONDS} s") from None
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    if found := NOT_REACHED.search(said):
        raise NotHere(f"{pathlib.Path(command[0]).name} cannot get its packages ({found[0]})")
    raise BuildFailed(f"{' '.join(command[:4])}:\n" + "\n".join(said.splitlines()[-25:]))


def java(client, folder):
    runtime, maven = tool("java"), tool("mvn")
    step(maven, "-q", "-B", "-f", str(HERE / "java/pom.xml"), f"-Dkafka.version={client.version}",
         f"-Dtenon.out={folder}", "compile", cwd=folder)
    return [runtime, "-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", f"{folder}/classes:{folder}/jars/*", "Main"]


def go(client, folder):
    program = folder / "client"
    step(tool("go"), "build", "-mod=readonly", "-o", str(program), ".", cwd=HERE / client.name)
    return [str(program)]


def node(client, folder):
    runtime = tool("node")
    for file in (HERE / client.name).iterdir():
        shutil.copy(file, folder)
    if not (folder / "node_modules" / client.name).exists():
        step(tool("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)
    return [runtime, str(folder / "main.js")]


def wheel(client, folder):
    python = folder / "bin/python"
    if not python.exists():
        step(sys.executable, "-m", "venv", str(folder), cwd=folder)
    step(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:",
         f"confluent-kafka=={client.version}", cwd=folder)
    return [str(python), str(HERE / client.name / "main.py")]


CLIENTS = [
    Client("java", "3.9.2", java),
    Client("java", "4.3.1", java),
    Client("franz", "1.22.2", go),
    Client("sarama", "1.61.1", go),
    Client("confluent", "2.16.1", wheel),
    Client("kafkajs", "2.2.4", node),
]
