#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include against layers.txt.

kernel/ includes lower layers and the SDK's C headers; plugins/ and examples/ include only the SDK; sdk/
includes nothing of ours. The conformance kits are for tests, and for the command line, a leaf, which runs
them as `tenon plugin check`. Prints each offence as file:line and exits 1 if there is any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# Packages that are confined to one place, so that they can be replaced and do not slow every build.
CONFINED = {
    "boost/dll": ("kernel/plugin/library.cpp",),
    "toml++/": ("kernel/config/",),
    "spdlog/": ("kernel/base/log.cpp",),
    "boost/asio": ("kernel/net/", "kernel/http/", "kernel/broker/", "tests/"),
    "boost/beast": ("kernel/http/",),
    "boost/json": ("kernel/http/", "kernel/broker/plugin_routes.cpp", "kernel/broker/group_routes.cpp",
                   "kernel/cli/plugin/swap.cpp", "kernel/cli/group/explanation.cpp"),
    "nettle/": ("kernel/plugin/load/sha256.cpp",),
    "librdkafka/": ("kernel/cli/", "sdk/bridge/", "examples/", "tests/"),
    "CLI/": ("kernel/cli/",),
    "conformance/": ("sdk/", "plugins/", "examples/", "tests/", "kernel/cli/plugin/"),
}


def read_layers():
    levels, leaves = {}, set()
    for line in (ROOT / "tests/architecture/layers.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            room = pathlib.PurePath(words[1]).name
            levels[room] = int(words[0])
            if "leaf" in words[2:]:
                leaves.add(room)
    return levels, leaves


def offence(path, target, levels, leaves):
    """Why `path` (relative, posix) may not include `target`, or None."""
    for package, homes in CONFINED.items():
        if target.startswith(package) and not path.startswith(homes):
            return f"{package} is confined to {', '.join(homes)}"
    if path == "kernel/main.cpp":  # stands above all rooms
        return None
    top, room = path.split("/")[0], path.split("/")[1]
    first = target.split("/")[0]
    if top == "kernel" and first in levels:
        if room not in levels:
            return f"kernel/{room} is not in layers.txt"
        if first == room:
            return None
        if first in leaves:
            return f"{first} is a leaf: nobody includes it"
        if levels[first] >= levels[room]:
            return f"{room} is layer {levels[room]} and {first} is layer {levels[first]}"
    elif top in ("plugins", "examples", "sdk") and first in levels:
        return f"{top} may not include the kernel"
    return None


def main():
    levels, leaves = read_layers()
    offences, files, includes = [], 0, 0
    for top in ("kernel", "plugins", "sdk", "examples"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix not in (".h", ".hpp", ".c", ".cpp"):
                continue
            files += 1
            relative = path.relative_to(ROOT).as_posix()
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = INCLUDE.match(line)
                if not found:
                    continue
                includes += 1
                reason = offence(relative, found[2], levels, leaves)
                if reason:
                    offences.append(f"{relative}:{number}: includes {found[2]}: {reason}")
    print("\n".join(offences))
    print(f"layers: {files} files, {includes} includes, {len(offences)} offences")
    return 1 if offences or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
