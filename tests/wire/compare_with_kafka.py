#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds our description of every message against Kafka's own schema files.

    compare_with_kafka.py WIRE_DESCRIBE GOLDEN FOLDER

FOLDER holds Kafka's schemas (clients/src/main/resources/common/message and its siblings, as *.json).
Two comparisons, for every version that we speak:
  1. what `wire_describe schema` prints: names, order, types, nullability, tags, defaults, flexibility;
  2. the golden bytes, read and written again by the codec below, which knows only Kafka's files.
"""
import json
import pathlib
import re
import struct
import subprocess
import sys

NUMBERS = {"int8": ">b", "int16": ">h", "int32": ">i", "int64": ">q", "uint16": ">H", "bool": ">?",
           "float64": ">d"}

# What Kafka released after the snapshot that we compare with. A folder that is newer has it already.
LATER_FILES = {
    "ConsumerGroupRegularExpressionKey": {  # 4.0
        "type": "data", "validVersions": "16", "flexibleVersions": "none", "fields": [
            {"name": "GroupId", "type": "string", "versions": "16"},
            {"name": "RegularExpression", "type": "string", "versions": "16"}]},
    "ConsumerGroupRegularExpressionValue": {  # 4.0
        "type": "data", "validVersions": "0", "flexibleVersions": "0+", "fields": [
            {"name": "Topics", "type": "[]string", "versions": "0+"},
            {"name": "Version", "type": "int64", "versions": "0+"},
            {"name": "Timestamp", "type": "int64", "versions": "0+"}]},
}
LATER_VERSIONS = {"ConsumerGroupDescribeRequest": "0-1", "ConsumerGroupDescribeResponse": "0-1",
                  "DescribeGroupsRequest": "0-6", "DescribeGroupsResponse": "0-6"}
LATER_FIELDS = [  # message, structs on the way, the field before it, the field
    ("ConsumerGroupDescribeResponse", ("Groups", "Members"), "TargetAssignment",  # 4.0
     {"name": "MemberType", "type": "int8", "versions": "1+", "default": "-1"}),
    ("DescribeGroupsResponse", ("Groups",), "ErrorCode",  # 4.0
     {"name": "ErrorMessage", "type": "string", "versions": "6+", "nullableVersions": "6+", "default": "null"}),
    ("ConsumerGroupMetadataValue", (), "Epoch",  # 4.1
     {"name": "MetadataHash", "type": "int64", "versions": "0+", "taggedVersions": "0+", "tag": 0}),
]


def parse_range(text):
    """(first, last) of "0-4", "3+", "2"; None for "none" or nothing."""
    if text in (None, "none"):
        return None
    first, _, last = text.partition("-")
    if first.endswith("+"):
        return int(first[:-1]), 1 << 15
    return int(first), int(last or first)


def within(version, text):
    both = parse_range(text)
    return both is not None and both[0] <= version <= both[1]


class KafkaSchema:
    """One of Kafka's files."""

    def __init__(self, folder, name):
        self.json = self.later(folder / f"{name}.json", name)
        self.shared = {s["name"]: s["fields"] for s in self.json.get("commonStructs", [])}

    @staticmethod
    def later(path, name):
        """What the file says, and what Kafka has released since."""
        if not path.exists() and name in LATER_FILES:
            return LATER_FILES[name]
        schema = json.loads(re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M))
        known = parse_range(schema["validVersions"])[1]
        if known < parse_range(LATER_VERSIONS.get(name, "0"))[1]:
            schema["validVersions"] = LATER_VERSIONS[name]
        for message, way, before, field in LATER_FIELDS:
            if message != name:
                continue
            fields = schema["fields"]
            for step in way:
                fields, = [f["fields"] for f in fields if f["name"] == step]
            names = [f["name"] for f in fields]
            if field["name"] not in names:
                fields.insert(names.index(before) + 1, field)
        return schema

    def flexible(self, version):
        return within(version, self.json["flexibleVersions"])

    def fields(self, version, fields=None):
        """The fields of one version as rows that ours must equal."""
        rows = []
        for field in self.json["fields"] if fields is None else fields:
            if not within(version, field["versions"]):
                continue
            tagged = within(version, field.get("taggedVersions"))
            base = field["type"].removeprefix("[]")
            nested = field.get("fields") or self.shared.get(base)
            rows.append({
                "name": field["name"], "type": field["type"],
                "nullable": within(version, field.get("nullableVersions")),
                "tag": int(field["tag"]) if tagged else None,
                "default": self.default_of(field, base),
                "fields": None if nested is None else self.fields(version, nested)})
        return rows

    @staticmethod
    def default_of(field, base):
        value = field.get("default", "")
        if value is None or value == "null":
            return None
        if base == "records" and value == "":
            return None
        if field["type"].startswith("[]"):
            return []
        if base in NUMBERS:
            if base == "bool":
                return str(value).lower() == "true"
            return int(str(value or 0), 0)
        return value if base in ("string", "bytes", "uuid") else {}


def our_fields(version, fields):
    rows = []
    for field in fields:
        if within(version, field["versions"]):
            rows.append({
                "name": field["name"], "type": field["type"],
                "nullable": within(version, field["nullable"]), "tag": field.get("tag"),
                "default": field["default"],
                "fields": our_fields(version, field["fields"]) if "fields" in field else None})
    return rows


def differences(ours, theirs, where):
    if len(ours) != len(theirs):
        yield f"{where}: ours {[f['name'] for f in ours]}, Kafka's {[f['name'] for f in theirs]}"
        return
    for mine, other in zip(ours, theirs):
        at = f"{where}.{other['name']}"
        for key in ("name", "type", "nullable", "tag", "default"):
            # A field that can be null in some version is an optional in all, and may start as null.
            if mine[key] != other[key]:
                yield f"{at}: {key} is {mine[key]!r}, Kafka says {other[key]!r}"
        if (mine["fields"] is None) != (other["fields"] is None):
            yield f"{at}: only one side has nested fields"
        elif mine["fields"] is not None:
            yield from differences(mine["fields"], other["fields"], at)


class Reader:
    """Bytes to plain values, by rows of KafkaSchema.fields."""

    def __init__(self, data, flexible):
        self.data, self.at, self.flexible = data, 0, flexible

    def take(self, count):
        assert self.at + count <= len(self.data), "cut off"
        self.at += count
        return self.data[self.at - count:self.at]

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def length(self, code):
        return self.uvarint() - 1 if self.flexible else struct.unpack(code, self.take(struct.calcsize(code)))[0]

    def value(self, row):
        kind = row["type"]
        if kind.startswith("[]"):
            count = self.length(">i")
            element = dict(row, type=kind[2:], nullable=False)
            return None if count < 0 else [self.value(element) for _ in range(count)]
        if kind in NUMBERS:
            return struct.unpack(NUMBERS[kind], self.take(struct.calcsize(NUMBERS[kind])))[0]
        if kind == "uuid":
            return self.take(16)
        if kind in ("string", "bytes", "records"):
            count = self.length(">h" if kind == "string" else ">i")
            assert count >= 0 or row["nullable"], f"{row['name']} is null"
            return None if count < 0 else self.take(count)
        if row["nullable"] and self.take(1)[0] > 127:
            return None
        return self.struct(row["fields"])

    def struct(self, rows):
        values = {row["name"]: self.value(row) for row in rows if row["tag"] is None}
        for _ in range(self.uvarint() if self.flexible else 0):
            tag, size = self.uvarint(), self.uvarint()
            row, = [row for row in rows if row["tag"] == tag]
            end = self.at + size
            values[row["name"]] = self.value(row)
            assert self.at == end, f"size of tag {tag}"
        return values


class Writer:
    """The way back. Tagged fields are written where the reader found them."""

    def __init__(self, flexible):
        self.flexible = flexible

    @staticmethod
    def uvarint(value):
        out = bytearray()
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        out.append(value)
        return bytes(out)

    def length(self, code, count):
        return self.uvarint(count + 1) if self.flexible else struct.pack(code, count)

    def value(self, row, value):
        kind = row["type"]
        if kind.startswith("[]"):
            element = dict(row, type=kind[2:], nullable=False)
            head = self.length(">i", -1 if value is None else len(value))
            return head + b"".join(self.value(element, v) for v in value or [])
        if kind in NUMBERS:
            return struct.pack(NUMBERS[kind], value)
        if kind == "uuid":
            return value
        if kind in ("string", "bytes", "records"):
            code = ">h" if kind == "string" else ">i"
            return self.length(code, -1 if value is None else len(value)) + (value or b"")
        if not row["nullable"]:
            return self.struct(row["fields"], value)
        return b"\xff" if value is None else b"\1" + self.struct(row["fields"], value)

    def struct(self, rows, values):
        out = b"".join(self.value(row, values[row["name"]]) for row in rows if row["tag"] is None)
        if self.flexible:
            tagged = sorted((r for r in rows if r["tag"] is not None and r["name"] in values),
                            key=lambda r: r["tag"])
            out += self.uvarint(len(tagged))
            for row in tagged:
                body = self.value(row, values[row["name"]])
                out += self.uvarint(row["tag"]) + self.uvarint(len(body)) + body
        return out


def all_set(rows, values):
    """Whether every field of a `full` golden message is there, tagged ones too."""
    for row in rows:
        if values.get(row["name"]) is None:
            return False
        if row["fields"] is not None:
            inner = values[row["name"]]
            if not all(all_set(row["fields"], v) for v in (inner if isinstance(inner, list) else [inner])):
                return False
    return True


def golden_problem(schema, version, style, data):
    rows, flexible = schema.fields(version), schema.flexible(version)
    try:
        reader = Reader(data, flexible)
        values = reader.struct(rows)
        assert reader.at == len(data), f"{len(data) - reader.at} bytes left over"
        assert style != "full" or all_set(rows, values), "a field is not set"
        assert style != "bare" or not any(r["tag"] is not None and r["name"] in values for r in rows), \
            "a tagged field of a bare message is sent"
        assert Writer(flexible).struct(rows, values) == data, "written differently"
    except (AssertionError, ValueError, struct.error) as problem:
        return str(problem)
    return None


def main():
    folder, problems, versions = pathlib.Path(sys.argv[3]), [], 0
    described = subprocess.run([sys.argv[1], "schema"], check=True, capture_output=True, text=True).stdout
    schemas = {}
    for message in map(json.loads, described.splitlines()):
        name = message["name"]
        schema = schemas[name] = KafkaSchema(folder, name)
        if schema.json.get("apiKey", -1) != message["key"]:
            problems.append(f"{name}: key {message['key']}, Kafka says {schema.json.get('apiKey')}")
        first, last = parse_range(message["versions"])
        for version in range(first, last + 1):
            versions += 1
            if not within(version, schema.json["validVersions"]):
                problems.append(f"{name} v{version}: Kafka has no such version")
            if within(version, message["flexible"]) != schema.flexible(version):
                problems.append(f"{name} v{version}: only one side is flexible")
            problems += differences(our_fields(version, message["fields"]), schema.fields(version),
                                    f"{name} v{version}")
    lines = [line.split() for line in pathlib.Path(sys.argv[2]).read_text().splitlines()
             if not line.startswith("#")]
    for name, version, style, *data in lines:
        problem = golden_problem(schemas[name], int(version), style, bytes.fromhex("".join(data)))
        if problem:
            problems.append(f"golden {name} v{version} {style}: {problem}")
    print("\n".join(problems))
    print(f"{len(schemas)} messages, {versions} versions, {len(lines)} golden lines: {len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
