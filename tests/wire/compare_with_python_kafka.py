#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes the golden bytes with python3-kafka, which was written by other people.

    compare_with_python_kafka.py GOLDEN

Each message that the package knows in a version of ours must be read to its last byte, and written again
as it was.
"""
import importlib
import io
import pathlib
import re
import sys

MODULES = ("admin", "commit", "fetch", "group", "metadata", "offset", "produce")
RENAMED = {"ApiVersion": "ApiVersions", "GroupCoordinator": "FindCoordinator", "Offset": "ListOffsets"}
# Where python3-kafka 2.0.2 itself departs from the protocol, and how. It can read what is empty there.
KNOWN_FAULTS = {
    ("ProduceResponse", 8): "has record_errors and error_message beside the partitions, not in each",
    **{("FetchRequest", v): "names the type of forgotten topics instead of making one" for v in range(7, 12)},
    ("ListOffsetsRequest", 4): "has eight bytes of current_leader_epoch",
    ("ListOffsetsRequest", 5): "has eight bytes of current_leader_epoch",
    ("FindCoordinatorResponse", 1): "has no throttle_time_ms",
    ("DescribeGroupsResponse", 3): "has authorized_operations once, behind the groups",
    ("DescribeConfigsResponse", 1): "takes config_source for a bool",
}


def known_classes():
    """{(our message name, version): class}"""
    found = {}
    for module in MODULES:
        for name, value in vars(importlib.import_module(f"kafka.protocol.{module}")).items():
            match = re.fullmatch(r"(\w+?)(Request|Response)_v(\d+)", name)
            if match and hasattr(value, "SCHEMA"):
                stem = RENAMED.get(match[1], match[1])
                found[stem + match[2], int(match[3])] = value
    return found


def problem_with(message, data):
    stream = io.BytesIO(data)
    try:
        value = message.decode(stream)
    except Exception as error:  # whatever a foreign decoder raises is the finding
        return f"cannot be read: {error!r}"
    if stream.tell() != len(data):
        return f"{len(data) - stream.tell()} bytes are left over"
    return None if value.encode() == data else "is written differently"


def main():
    classes = known_classes()
    checked, problems = 0, []
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        if line.startswith("#"):
            continue
        name, version, style, *data = line.split()
        key = name, int(version)
        if key not in classes or key in KNOWN_FAULTS:
            continue
        checked += 1
        problem = problem_with(classes[key], bytes.fromhex("".join(data)))
        if problem:
            problems.append(f"{name} v{version} {style}: {problem}")
    print("\n".join(problems))
    print(f"{checked} golden lines read and written by python3-kafka: {len(problems)} differences")
    return 1 if problems or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
