# SPDX-License-Identifier: Apache-2.0
"""The requests that the raw tests need, by hand, over raw_kafka.Connection. Each function takes the
connection and the version to speak; replies are SimpleNamespace with the schema's fields in snake_case."""
from types import SimpleNamespace as Reply

import raw_kafka as kafka
from raw_kafka import Writer, is_flexible

LATEST, EARLIEST, MAX_TIMESTAMP = -1, -2, -3
TOPIC, BROKER, GROUP = 2, 4, 32  # kinds of resources that have configs


def produce_body(topic, records, *, version=8, partition=0, acks=-1, transactional_id=None):
    body = Writer(is_flexible(kafka.PRODUCE, version))
    if version >= 3:
        body.string(transactional_id)
    body.i16(acks).i32(10000)
    body.array([topic], lambda name: body.string(name).array(
        [records], lambda data: body.i32(partition).blob(data).tags()).tags())
    return body.tags().out


def read_produced(reply, version=8):
    def partition():
        out = Reply(index=reply.i32(), error=reply.i16(), base_offset=reply.i64())
        out.log_append_time = reply.i64() if version >= 2 else None
        out.log_start_offset = reply.i64() if version >= 5 else None
        if version >= 8:
            out.record_errors = reply.array(lambda: (reply.i32(), reply.string(), reply.tags()))
            out.message = reply.string()
        reply.tags()
        return out
    topics = reply.array(lambda: (reply.string(), reply.array(partition), reply.tags()))
    if version >= 1:
        reply.i32()
    reply.tags()
    reply.end()
    return topics[0][1][0]


def produce(connection, topic, records, *, version=8, **how):
    """Sends `records`, the bytes of one partition, and returns that partition's answer."""
    body = produce_body(topic, records, version=version, **how)
    return read_produced(connection.ask(kafka.PRODUCE, version, body), version)


def fetch_body(wanted, *, version=11, max_wait=0, min_bytes=1, max_bytes=1 << 26, partition_bytes=1 << 24,
               session=(0, -1), forgotten=(), epoch=-1):
    """`wanted` and `forgotten` are [(topic, partition, offset)]; topic is an id from version 13 on."""
    body = Writer(is_flexible(kafka.FETCH, version))

    def topic_of(topic):
        return body.raw(topic) if version >= 13 else body.string(topic)

    def partition(item):
        _, index, offset = item
        body.i32(index)
        if version >= 9:
            body.i32(epoch)
        body.i64(offset)
        if version >= 12:
            body.i32(-1)
        if version >= 5:
            body.i64(-1)
        body.i32(partition_bytes).tags()
    if version <= 14:
        body.i32(-1)
    body.i32(max_wait, min_bytes, max_bytes).i8(0)
    if version >= 7:
        body.i32(*session)
    body.array(wanted, lambda item: topic_of(item[0]).array([item], partition).tags())
    if version >= 7:
        body.array(forgotten, lambda item: topic_of(item[0]).array([item[1]], body.i32).tags())
    if version >= 11:
        body.string("")
    return body.tags().out


def read_fetched(reply, version=11):
    def partition():
        out = Reply(index=reply.i32(), error=reply.i16(), high_watermark=reply.i64(), last_stable=reply.i64())
        out.log_start = reply.i64() if version >= 5 else None
        out.aborted = reply.array(lambda: (reply.i64(), reply.i64(), reply.tags()))
        if version >= 11:
            reply.i32()
        out.records = reply.blob() or b""
        reply.tags()
        return out
    reply.i32()
    out = Reply(error=0, session=0, partitions={})
    if version >= 7:
        out.error, out.session = reply.i16(), reply.i32()
    for topic, parts, _ in reply.array(lambda: (
            reply.raw(16) if version >= 13 else reply.string(), reply.array(partition), reply.tags())):
        for part in parts:
            out.partitions[topic, part.index] = part
    reply.tags()
    reply.end()
    return out


def fetch(connection, wanted, *, version=11, **how):
    """The reply: error, session, and partitions by (topic, index)."""
    return read_fetched(connection.ask(kafka.FETCH, version, fetch_body(wanted, version=version, **how)), version)


def list_offsets(connection, topic, timestamp, *, partition=0, version=7):
    body = Writer(is_flexible(kafka.LIST_OFFSETS, version)).i32(-1)
    if version >= 2:
        body.i8(0)

    def part(index):
        body.i32(index)
        if version >= 4:
            body.i32(-1)
        body.i64(timestamp).tags()
    body.array([topic], lambda name: body.string(name).array([partition], part).tags()).tags()
    reply = connection.ask(kafka.LIST_OFFSETS, version, body.out)
    if version >= 2:
        reply.i32()

    def answer():
        out = Reply(index=reply.i32(), error=reply.i16(), timestamp=reply.i64(), offset=reply.i64())
        out.leader_epoch = reply.i32() if version >= 4 else None
        reply.tags()
        return out
    return reply.array(lambda: (reply.string(), reply.array(answer), reply.tags()))[0][1][0]


def metadata(connection, topics=None, *, version=1, auto_create=False):
    """`topics` None asks for all of them, [] in version 0."""
    body = Writer(is_flexible(kafka.METADATA, version))

    def topic(name):
        if version >= 10:
            body.raw(kafka.ZERO_ID)
        body.string(name).tags()
    body.array(topics if version > 0 else topics or [], topic)
    if version >= 4:
        body.i8(auto_create)
    if 8 <= version <= 10:
        body.i8(0)
    if version >= 8:
        body.i8(0)
    return read_metadata(connection.ask(kafka.METADATA, version, body.tags().out), version)


def read_metadata(reply, version=1):
    def broker():
        out = Reply(node=reply.i32(), host=reply.string(), port=reply.i32())
        out.rack = reply.string() if version >= 1 else None
        reply.tags()
        return out

    def partition():
        out = Reply(error=reply.i16(), index=reply.i32(), leader=reply.i32())
        out.leader_epoch = reply.i32() if version >= 7 else None
        out.replicas, out.isr = reply.array(reply.i32), reply.array(reply.i32)
        out.offline = reply.array(reply.i32) if version >= 5 else None
        reply.tags()
        return out

    def topic():
        out = Reply(error=reply.i16(), name=reply.string())
        out.id = reply.raw(16) if version >= 10 else None
        out.internal = bool(reply.i8()) if version >= 1 else None
        out.partitions = reply.array(partition)
        if version >= 8:
            reply.i32()
        reply.tags()
        return out
    if version >= 3:
        reply.i32()
    out = Reply(brokers=reply.array(broker))
    out.cluster = reply.string() if version >= 2 else None
    out.controller = reply.i32() if version >= 1 else None
    out.topics = {found.name: found for found in reply.array(topic)}
    if 8 <= version <= 10:
        reply.i32()
    reply.tags()
    reply.end()
    return out


def create_topic(connection, name, partitions=1, configs=None):
    """Creates it and returns the answer: error, message, id."""
    body = Writer(True)
    body.array([name], lambda topic: body.string(topic).i32(partitions).i16(1).array([]).array(
        list((configs or {}).items()), lambda item: body.string(item[0]).string(str(item[1])).tags()).tags())
    body.i32(10000).i8(0).tags()
    reply = connection.ask(kafka.CREATE_TOPICS, 7, body.out)
    reply.i32()

    def topic():
        out = Reply(name=reply.string(), id=reply.raw(16), error=reply.i16(), message=reply.string(),
                    partitions=reply.i32(), replication_factor=reply.i16())
        entries = reply.array(lambda: (reply.string(), reply.string(), reply.raw(3), reply.tags()))
        out.configs = {entry[0]: entry[1] for entry in entries or ()}
        reply.tags()
        return out
    return reply.array(topic)[0]


def delete_topic(connection, name):
    body = Writer()
    reply = connection.ask(kafka.DELETE_TOPICS, 3, body.array([name], body.string).i32(10000).out)
    reply.i32()
    return reply.array(lambda: (reply.string(), reply.i16()))[0][1]


def set_topic_config(connection, topic, name, value):
    """IncrementalAlterConfigs with one SET of one topic; its error."""
    return alter_config(connection, TOPIC, topic, name, value).error


def alter_config(connection, kind, resource, name, value):
    """IncrementalAlterConfigs with one SET of one resource, or a DELETE if the value is None."""
    body = Writer().i32(1).i8(kind).string(resource).i32(1).string(name).i8(1 if value is None else 0)
    reply = connection.ask(kafka.INCREMENTAL_ALTER_CONFIGS, 0, body.string(value).i8(0).out)
    reply.i32()
    return reply.array(lambda: Reply(error=reply.i16(), message=reply.string(), kind=reply.i8(),
                                     resource=reply.string()))[0]


def describe_configs(connection, kind, resource):
    """DescribeConfigs of one resource: error, message, and configs {name: (value, source)}."""
    reply = connection.ask(kafka.DESCRIBE_CONFIGS, 1, Writer().i32(1).i8(kind).string(resource).i32(-1).i8(0).out)
    reply.i32()
    reply.i32()
    found = Reply(error=reply.i16(), message=reply.string(), kind=reply.i8(), resource=reply.string(), configs={})

    def take_config():
        name, value, _, source, _ = reply.string(), reply.string(), reply.i8(), reply.i8(), reply.i8()
        reply.array(lambda: (reply.string(), reply.string(), reply.i8()))
        found.configs[name] = (value, source)
    reply.array(take_config)
    return found


def init_producer_id(connection, transactional_id=None):
    reply = connection.ask(kafka.INIT_PRODUCER_ID, 1, Writer().string(transactional_id).i32(60000).out)
    reply.i32()
    return Reply(error=reply.i16(), id=reply.i64(), epoch=reply.i16())


def find_coordinator(connection, group):
    """Version 0: (error, node)."""
    reply = connection.ask(kafka.FIND_COORDINATOR, 0, Writer().string(group).out)
    return reply.i16(), reply.i32()


def find_coordinators(connection, groups):
    """Version 4, which asks for many: {group: (error, node)}."""
    body = Writer(True).i8(0)
    reply = connection.ask(kafka.FIND_COORDINATOR, 4, body.array(groups, body.string).tags().out)
    reply.i32()

    def coordinator():
        key, node = reply.string(), reply.i32()
        reply.string()
        reply.i32()
        error = reply.i16()
        reply.string()
        reply.tags()
        return key, (error, node)
    return dict(reply.array(coordinator))


def join_group(connection, group, member="", *, version=3, session_ms=10000, kind="consumer",
               protocols=(("range", b"metadata"),)):
    body = Writer(is_flexible(kafka.JOIN_GROUP, version)).string(group).i32(session_ms, session_ms).string(member)
    if version >= 5:
        body.string(None)
    body.string(kind).array(protocols, lambda item: body.string(item[0]).blob(item[1]).tags())
    if version >= 8:
        body.string(None)
    reply = connection.ask(kafka.JOIN_GROUP, version, body.tags().out)
    reply.i32()
    out = Reply(error=reply.i16(), generation=reply.i32())
    if version >= 7:
        reply.string()
    out.protocol, out.leader = reply.string(), reply.string()
    if version >= 9:
        reply.i8()
    out.member = reply.string()
    return out


def sync_group(connection, group, generation, member):
    body = Writer().string(group).i32(generation).string(member)
    body.array([member], lambda name: body.string(name).blob(b"assignment"))
    reply = connection.ask(kafka.SYNC_GROUP, 2, body.out)
    reply.i32()
    return Reply(error=reply.i16(), assignment=reply.blob())


def commit_offset(connection, group, topic, offset, *, partition=0, generation=-1, member="", metadata=""):
    """The error."""
    body = Writer().string(group).i32(generation).string(member).string(None)
    body.array([topic], lambda name: body.string(name).array(
        [partition], lambda index: body.i32(index).i64(offset).i32(-1).string(metadata)))
    reply = connection.ask(kafka.OFFSET_COMMIT, 7, body.out)
    reply.i32()
    return reply.array(lambda: (reply.string(), reply.array(lambda: (reply.i32(), reply.i16()))))[0][1][0][1]


def committed_offsets(connection, groups, topics=None):
    """OffsetFetch version 8, which asks for many groups: {group: {(topic, partition): (offset, metadata)}};
    `topics` is {name: [partition]}, None for all."""
    body, flexible_topics = Writer(True), None if topics is None else list(topics.items())
    body.array(groups, lambda group: body.string(group).array(
        flexible_topics, lambda item: body.string(item[0]).array(item[1], body.i32).tags()).tags())
    reply = connection.ask(kafka.OFFSET_FETCH, 8, body.i8(0).tags().out)
    reply.i32()

    def partition():
        index, offset, _, text, error = reply.i32(), reply.i64(), reply.i32(), reply.string(), reply.i16()
        reply.tags()
        assert error == 0, f"error {error} for a committed offset"
        return index, (offset, text)

    def group():
        name = reply.string()
        found = reply.array(lambda: (reply.string(), reply.array(partition), reply.tags()))
        error = reply.i16()
        reply.tags()
        assert error == 0, f"error {error} for group {name}"
        return name, {(topic, index): answer for topic, parts, _ in found for index, answer in parts}
    return dict(reply.array(group))


def committed_offset(connection, group, topic, partition=0):
    """OffsetFetch version 1, of one group: (offset, metadata)."""
    body = Writer().string(group)
    body.array([topic], lambda name: body.string(name).array([partition], body.i32))
    reply = connection.ask(kafka.OFFSET_FETCH, 1, body.out)
    found = reply.array(lambda: (reply.string(), reply.array(
        lambda: (reply.i32(), reply.i64(), reply.string(), reply.i16()))))[0][1][0]
    assert found[3] == 0, f"error {found[3]} for a committed offset"
    return found[1], found[2]


def api_versions(connection, version=0, name="raw", software_version="1.0"):
    """error, and apis as {key: (min, max)}. A version that the broker does not know is answered as 0."""
    body = Writer(True).string(name).string(software_version).tags().out if version >= 3 else b""
    sent = connection.send(kafka.API_VERSIONS, version, body)
    answered = version if version <= 4 else 0
    connection.sent[sent] = (kafka.API_VERSIONS, answered)
    reply = connection.receive()[1]
    error = reply.i16()
    return Reply(error=error, apis={
        key: (first, last) for key, first, last, _ in reply.array(
            lambda: (reply.i16(), reply.i16(), reply.i16(), reply.tags()))})
