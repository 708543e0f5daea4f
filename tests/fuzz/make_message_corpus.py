#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the golden bytes into first inputs for the fuzz targets.

    make_message_corpus.py GOLDEN DIR

  DIR/message_fuzz/       one byte that picks the message, by its place in the golden file, which is its
                          place in wire/catalog.h; one byte for the version; the bytes
  DIR/request_fuzz/       requests behind their header
  DIR/frame_intake_fuzz/  many frames in a row, behind the two bytes that choose limit and pieces
  DIR/record_batch_fuzz/  batches of two records, behind the byte that chooses limits (64: put the CRC right)
  DIR/*.list              the names of a target's files, for -seed_inputs=@
"""
import pathlib
import re
import struct
import sys

WIRE = pathlib.Path(__file__).resolve().parents[2] / "kernel/wire"


def request_headers():
    """{request: (API key, first flexible version)}, as the message headers say."""
    numbers = dict(re.findall(r"^  (k\w+) = (\d+),", (WIRE / "api.h").read_text(), re.M))
    found = {}
    for path in WIRE.glob("*/*.h"):
        pattern = r'kName = "(\w+Request)";.*?ApiKey::(k\w+);.*?kFlexibleSince = (\w+);'
        for name, key, flexible in re.findall(pattern, path.read_text(), re.S):
            found[name] = int(numbers[key]), int(flexible) if flexible.isdigit() else 1 << 15
    return found


def varint(value):
    value, out = value << 1, bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def record(delta, key, value):
    """A record of format v2 with one header; the varints of small positive numbers are enough here."""
    body = b"\0" + varint(delta) + varint(delta) + varint(len(key)) + key + varint(len(value)) + value
    body += varint(1) + varint(1) + b"h" + varint(1) + b"v"
    return varint(len(body)) + body


def batch(attributes, producer=(-1, -1, -1)):
    """A batch of format v2 with a wrong CRC, which the target puts right."""
    body = struct.pack(">hiqqqhii", attributes, 1, 1_700_000_000_000, 1_700_000_000_001, *producer, 2)
    body += record(0, b"k", b"value") + record(1, b"key", b"")
    return struct.pack(">qiibI", 0, 9 + len(body), -1, 2, 0) + body


def main():
    golden, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    names = "message_fuzz", "request_fuzz", "frame_intake_fuzz", "record_batch_fuzz"
    targets = {name: folder / name for name in names}
    for target in targets.values():
        target.mkdir(parents=True, exist_ok=True)
    headers, places, stream = request_headers(), {}, bytearray([0, 7])
    for line in golden.read_text().splitlines():
        if line.startswith("#"):
            continue
        name, version, style, *data = line.split()
        version, body = int(version), bytes.fromhex("".join(data))
        place = places.setdefault(name, len(places))
        if style != "full":
            continue
        (targets["message_fuzz"] / f"{name}-{version}").write_bytes(bytes([place, version]) + body)
        if name not in headers:
            continue
        key, flexible = headers[name]
        frame = struct.pack(">hhih", key, version, 1, 1) + b"c" + (b"\0" if version >= flexible else b"") + body
        (targets["request_fuzz"] / f"{name}-{version}").write_bytes(frame)
        if len(stream) < 4000:
            stream += struct.pack(">i", len(frame)) + frame
    (targets["frame_intake_fuzz"] / "stream").write_bytes(stream)
    for name, body in {"plain": batch(0), "produced": batch(0, (7, 1, 5)), "control": batch(0x30, (7, 1, -1)),
                       "log_append_time": batch(8), "gzip": batch(1), "two": batch(0) + batch(0)}.items():
        (targets["record_batch_fuzz"] / name).write_bytes(bytes([64 + (name == "control") * 8]) + body)
    for name, target in targets.items():
        (folder / f"{name}.list").write_text(",".join(str(path) for path in sorted(target.iterdir())))


if __name__ == "__main__":
    main()
