# SPDX-License-Identifier: Apache-2.0
"""Kafka's wire protocol by hand, for tests that send what no client library would.

Connection sends and receives frames; Writer and Reader put and take Kafka's primitive types, in their
flexible forms when `flexible` is set (KIP-482). Nothing here checks what it sends.
"""
import socket
import struct

PRODUCE, FETCH, LIST_OFFSETS, METADATA, OFFSET_COMMIT, OFFSET_FETCH = 0, 1, 2, 3, 8, 9
FIND_COORDINATOR, JOIN_GROUP, SYNC_GROUP, API_VERSIONS = 10, 11, 14, 18
HEARTBEAT, LEAVE_GROUP, DESCRIBE_GROUPS, LIST_GROUPS, DELETE_GROUPS, OFFSET_DELETE = 12, 13, 15, 16, 42, 47
CONSUMER_GROUP_HEARTBEAT, CONSUMER_GROUP_DESCRIBE = 68, 69
CREATE_TOPICS, DELETE_TOPICS, INIT_PRODUCER_ID, DESCRIBE_CONFIGS, INCREMENTAL_ALTER_CONFIGS = 19, 20, 22, 32, 44
FIRST_FLEXIBLE = {PRODUCE: 9, FETCH: 12, LIST_OFFSETS: 6, METADATA: 9, OFFSET_COMMIT: 8, OFFSET_FETCH: 6,
                  FIND_COORDINATOR: 3, JOIN_GROUP: 6, SYNC_GROUP: 4, API_VERSIONS: 3, CREATE_TOPICS: 5,
                  DELETE_TOPICS: 4, INIT_PRODUCER_ID: 2, HEARTBEAT: 4, LEAVE_GROUP: 4, DESCRIBE_GROUPS: 5,
                  LIST_GROUPS: 3, DELETE_GROUPS: 2, CONSUMER_GROUP_HEARTBEAT: 0, CONSUMER_GROUP_DESCRIBE: 0}
ZERO_ID = bytes(16)


def is_flexible(api, version):
    return version >= FIRST_FLEXIBLE.get(api, 1 << 15)


def uvarint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Writer:
    def __init__(self, flexible=False):
        self.flexible, self.out = flexible, bytearray()

    def pack(self, form, *values):
        self.out += struct.pack(">" + form, *values)
        return self

    def i8(self, *values):
        return self.pack("b" * len(values), *values)

    def i16(self, *values):
        return self.pack("h" * len(values), *values)

    def i32(self, *values):
        return self.pack("i" * len(values), *values)

    def i64(self, *values):
        return self.pack("q" * len(values), *values)

    def raw(self, data):
        self.out += data
        return self

    def _length(self, length, form):
        """A length of n, or of nothing (None), in the form of the version."""
        if self.flexible:
            return self.raw(uvarint(0 if length is None else length + 1))
        return self.pack(form, -1 if length is None else length)

    def string(self, text):
        """Bytes that are no UTF-8 are "\udc80" to "\udcff" in the text."""
        data = None if text is None else text.encode(errors="surrogateescape")
        return self._length(None if data is None else len(data), "h").raw(data or b"")

    def blob(self, data):
        return self._length(None if data is None else len(data), "i").raw(data or b"")

    def array(self, items, put=None):
        """`put(item)` writes one; None is the null array."""
        self._length(None if items is None else len(items), "i")
        for item in items or ():
            put(item)
        return self

    def strings(self, texts):
        return self.array(texts, self.string)

    def tags(self):
        return self.raw(b"\0") if self.flexible else self


class Reader:
    def __init__(self, data, flexible=False):
        self.data, self.at, self.flexible = data, 0, flexible

    def unpack(self, form):
        values = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return values[0] if len(values) == 1 else values

    def i8(self):
        return self.unpack("b")

    def i16(self):
        return self.unpack("h")

    def i32(self):
        return self.unpack("i")

    def i64(self):
        return self.unpack("q")

    def raw(self, count):
        assert self.at + count <= len(self.data), f"the reply ends {self.at + count - len(self.data)} bytes early"
        self.at += count
        return bytes(self.data[self.at - count:self.at])

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.raw(1)[0]
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    def _length(self, form):
        length = self.uvarint() - 1 if self.flexible else self.unpack(form)
        return None if length < 0 else length

    def string(self):
        length = self._length("h")
        return None if length is None else self.raw(length).decode(errors="surrogateescape")

    def blob(self):
        length = self._length("i")
        return None if length is None else self.raw(length)

    def array(self, take):
        """The list of what `take()` reads, or None for the null array."""
        length = self._length("i")
        return None if length is None else [take() for _ in range(length)]

    def tags(self):
        if self.flexible:
            for _ in range(self.uvarint()):
                self.uvarint()
                self.raw(self.uvarint())

    def end(self):
        assert self.at == len(self.data), f"{len(self.data) - self.at} bytes of the reply are left over"


class Closed(Exception):
    """The broker has closed the connection."""


class Connection:
    def __init__(self, port, timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.next_id, self.sent = 1, {}

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except (ConnectionResetError, BrokenPipeError) as error:
            raise Closed from error

    def send_frame(self, data):
        self.send_bytes(struct.pack(">i", len(data)) + data)

    def request_bytes(self, api, version, body, client="raw"):
        header = Writer().i16(api, version).i32(self.next_id).string(client)
        if is_flexible(api, version):
            header.raw(b"\0")
        return bytes(header.out) + bytes(body)

    def send(self, api, version, body=b""):
        """Sends a request and returns its correlation id."""
        data, sent = self.request_bytes(api, version, body), self.next_id
        self.sent[sent] = (api, version)
        self.next_id += 1
        self.send_frame(data)
        return sent

    def read_exactly(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                more = self.socket.recv(min(count - len(data), 1 << 20))
            except ConnectionResetError as error:
                raise Closed from error
            if not more:
                raise Closed
            data += more
        return bytes(data)

    def receive(self):
        """The next reply: (correlation id, Reader of its body)."""
        frame = self.read_exactly(struct.unpack(">i", self.read_exactly(4))[0])
        correlation = struct.unpack_from(">i", frame)[0]
        api, version = self.sent.pop(correlation)
        reader = Reader(frame, is_flexible(api, version))
        reader.at = 4
        if api != API_VERSIONS:
            reader.tags()
        return correlation, reader

    def ask(self, api, version, body=b""):
        """Sends a request and returns the Reader of the reply, which must be its own."""
        sent = self.send(api, version, body)
        correlation, reader = self.receive()
        assert correlation == sent, f"reply {correlation} came for request {sent}"
        return reader

    def is_closed(self, seconds=10):
        """True if the broker closes the connection within the time, whatever it sends before."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True
