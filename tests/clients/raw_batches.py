# SPDX-License-Identifier: Apache-2.0
"""Kafka's record batches, version 2, by hand: every field of the header may be made to lie.

  batch  := base_offset:int64 batch_length:int32 leader_epoch:int32 magic:int8 crc:uint32 attributes:int16
            last_offset_delta:int32 base_timestamp:int64 max_timestamp:int64 producer_id:int64
            producer_epoch:int16 base_sequence:int32 count:int32 record*
  record := length attributes:int8 timestamp_delta offset_delta key value header_count   (varints)
The CRC-32C covers what follows it.
"""
import struct
from dataclasses import dataclass, field

NOW = 1_700_000_000_000
HEADER = struct.Struct(">qiibIhiqqqhii")
CODEC_NAMES = ("none", "gzip", "snappy", "lz4", "zstd")
LOG_APPEND_TIME, TRANSACTIONAL, CONTROL = 0x08, 0x10, 0x20


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82f63b78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _crc_table()


def crc32c(data):
    crc, table = 0xffffffff, _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xff] ^ crc >> 8
    return crc ^ 0xffffffff


def varint(value):
    zigzag, out = value << 1 ^ value >> 63, bytearray()
    zigzag &= (1 << 64) - 1
    while zigzag > 0x7f:
        out.append(zigzag & 0x7f | 0x80)
        zigzag >>= 7
    out.append(zigzag)
    return bytes(out)


def take_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return value >> 1 ^ -(value & 1), at


def record(offset_delta, value, key=b"k", timestamp_delta=0):
    body = b"\0" + varint(timestamp_delta) + varint(offset_delta)
    for part in (key, value):
        body += varint(-1) if part is None else varint(len(part)) + part
    body += varint(0)
    return varint(len(body)) + body


def batch(values=(b"value",), *, key=b"k", timestamps=None, section=None, crc=None, length=None, **fields):
    """A batch of `values` (or of the bytes of `section`) with a true header but for the named fields:
    base_offset, leader_epoch, magic, attributes, last_offset_delta, base_timestamp, max_timestamp,
    producer_id, producer_epoch, base_sequence, count, and crc and length (of the batch, as in the header)."""
    timestamps = timestamps or [NOW] * len(values)
    if section is None:
        section = b"".join(record(i, value, key, timestamps[i] - timestamps[0])
                           for i, value in enumerate(values))
    head = {"base_offset": 0, "leader_epoch": -1, "magic": 2, "attributes": 0,
            "last_offset_delta": len(values) - 1, "base_timestamp": timestamps[0] if timestamps else NOW,
            "max_timestamp": max(timestamps, default=NOW), "producer_id": -1, "producer_epoch": -1,
            "base_sequence": -1, "count": len(values)}
    assert not fields.keys() - head.keys(), fields
    head.update(fields)
    body = struct.pack(">hiqqqhii", *(head[name] for name in (
        "attributes", "last_offset_delta", "base_timestamp", "max_timestamp", "producer_id",
        "producer_epoch", "base_sequence", "count"))) + section
    return struct.pack(">qiibI", head["base_offset"], len(body) + 9 if length is None else length,
                       head["leader_epoch"], head["magic"], crc32c(body) if crc is None else crc) + body


@dataclass
class Batch:
    """A batch as it was fetched; records are (offset, timestamp, key, value) if it is not compressed."""
    base_offset: int
    leader_epoch: int
    magic: int
    attributes: int
    last_offset_delta: int
    base_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    count: int
    crc_holds: bool
    bytes: int
    records: list = field(default_factory=list)

    @property
    def codec(self):
        return CODEC_NAMES[self.attributes & 7]

    @property
    def has_log_append_time(self):
        return bool(self.attributes & LOG_APPEND_TIME)


def parse_records(found, section):
    at = 0
    for _ in range(found.count):
        length, at = take_varint(section, at)
        end, at = at + length, at + 1
        timestamp_delta, at = take_varint(section, at)
        offset_delta, at = take_varint(section, at)
        parts = []
        for _ in range(2):
            size, at = take_varint(section, at)
            parts.append(None if size < 0 else section[at:at + size])
            at += max(size, 0)
        timestamp = found.max_timestamp if found.has_log_append_time else found.base_timestamp + timestamp_delta
        found.records.append((found.base_offset + offset_delta, timestamp, *parts))
        at = end


def parse(data, check_crc=True):
    """The whole batches of a fetch reply; the reply may end in the middle of one."""
    out, at = [], 0
    while len(data) - at >= HEADER.size:
        (base, length, epoch, magic, crc, attributes, last_delta, first_time, max_time, producer,
         producer_epoch, sequence, count) = HEADER.unpack_from(data, at)
        end = at + 12 + length
        if end > len(data):
            break
        holds = crc32c(data[at + 21:end]) == crc if check_crc else True
        found = Batch(base, epoch, magic, attributes, last_delta, first_time, max_time, producer,
                      producer_epoch, sequence, count, holds, end - at)
        if attributes & 7 == 0 and holds:
            parse_records(found, data[at + HEADER.size:end])
        out.append(found)
        at = end
    return out
