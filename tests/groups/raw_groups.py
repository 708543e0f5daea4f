# SPDX-License-Identifier: Apache-2.0
"""The requests of groups that the raw tests need beyond raw_requests: those of members, and those that show
or change a group from outside. Made as in raw_requests; where a function returns a number, it is the error."""
from types import SimpleNamespace as Reply

import raw_kafka as kafka
from raw_kafka import Writer


def sync_group_v5(connection, group, generation, member, kind, protocol):
    """Version 5, in which a member says what it takes the protocol to be."""
    body = Writer(True).string(group).i32(generation).string(member).string(None).string(kind).string(protocol)
    reply = connection.ask(kafka.SYNC_GROUP, 5, body.array([]).tags().out)
    reply.i32()
    return reply.i16()


def heartbeat(connection, group, generation, member):
    body = Writer().string(group).i32(generation).string(member)
    reply = connection.ask(kafka.HEARTBEAT, 2, body.out)
    reply.i32()
    return reply.i16()


def leave_group(connection, group, members):
    """Version 3, which names many: (error, {member: error})."""
    body = Writer().string(group)
    body.array(members, lambda member: body.string(member).string(None))
    reply = connection.ask(kafka.LEAVE_GROUP, 3, body.out)
    reply.i32()
    error = reply.i16()
    return error, {member: code for member, _, code in reply.array(
        lambda: (reply.string(), reply.string(), reply.i16()))}


def describe_group(connection, group, version=6):
    """error, message, state, kind, protocol, members as {id: (metadata, assignment)}; and `bytes`, which are
    the same while the group is."""
    body = Writer(True).strings([group]).i8(0).tags()
    reply = connection.ask(kafka.DESCRIBE_GROUPS, version, body.out)
    out = Reply(bytes=bytes(reply.data[reply.at:]))
    reply.i32()

    def member():
        name = reply.string()
        reply.string(), reply.string(), reply.string()
        found = name, (reply.blob(), reply.blob())
        reply.tags()
        return found

    def described():
        out.error = reply.i16()
        out.message = reply.string() if version >= 6 else None
        reply.string()
        out.state, out.kind, out.protocol = reply.string(), reply.string(), reply.string()
        out.members = dict(reply.array(member))
        reply.i32()
        reply.tags()
    reply.array(described)
    reply.tags()
    reply.end()
    return out


def list_groups(connection):
    """{group: (state, type)}"""
    body = Writer(True).array([]).array([]).tags()
    reply = connection.ask(kafka.LIST_GROUPS, 5, body.out)
    reply.i32()
    assert reply.i16() == 0

    def listed():
        name, _, state, kind = reply.string(), reply.string(), reply.string(), reply.string()
        reply.tags()
        return name, (state, kind)
    return dict(reply.array(listed))


def delete_group(connection, group):
    body = Writer().strings([group])
    reply = connection.ask(kafka.DELETE_GROUPS, 1, body.out)
    reply.i32()
    return reply.array(lambda: (reply.string(), reply.i16()))[0][1]


def delete_offset(connection, group, topic, partition=0):
    """(error of the group, error of the partition or None)"""
    body = Writer().string(group)
    body.array([topic], lambda name: body.string(name).array([partition], body.i32))
    reply = connection.ask(kafka.OFFSET_DELETE, 0, body.out)
    error = reply.i16()
    reply.i32()
    topics = reply.array(lambda: (reply.string(), reply.array(lambda: (reply.i32(), reply.i16()))))
    return error, topics[0][1][0][1] if topics else None


def consumer_heartbeat_body(group, member, epoch, *, version=1, instance=None, rack=None, rebalance_ms=-1,
                            topics=None, regex=None, assignor=None, owned=None):
    """`owned` is [(topic id, [partition])]."""
    body = Writer(True).string(group).string(member).i32(epoch).string(instance).string(rack).i32(rebalance_ms)
    body.strings(topics)
    if version >= 1:
        body.string(regex)
    body.string(assignor).array(owned, lambda item: body.raw(item[0]).array(item[1], body.i32).tags())
    return body.tags().out


def consumer_heartbeat(connection, group, member, epoch, *, version=1, **how):
    """error, message, member, epoch, and assigned as {topic id: [partition]}, None for no news."""
    body = consumer_heartbeat_body(group, member, epoch, version=version, **how)
    reply = connection.ask(kafka.CONSUMER_GROUP_HEARTBEAT, version, body)
    reply.i32()
    out = Reply(error=reply.i16(), message=reply.string(), member=reply.string(), epoch=reply.i32())
    reply.i32()
    out.assigned = None
    if reply.i8() >= 0:
        out.assigned = {topic: partitions for topic, partitions, _ in reply.array(
            lambda: (reply.raw(16), reply.array(reply.i32), reply.tags()))}
        reply.tags()
    reply.tags()
    reply.end()
    return out


def join_consumer_group(connection, group, member, topics, **how):
    return consumer_heartbeat(connection, group, member, 0, **dict(
        {"rebalance_ms": 60000, "topics": topics, "owned": []}, **how))


def describe_consumer_group(connection, group):
    """error, state, epoch; and `bytes`, which are the same while the group is."""
    body = Writer(True).strings([group]).i8(0).tags()
    reply = connection.ask(kafka.CONSUMER_GROUP_DESCRIBE, 1, body.out)
    out = Reply(bytes=bytes(reply.data[reply.at:]))
    reply.i32()
    reply.uvarint()  # one group
    out.error, out.message, _, out.state, out.epoch = (
        reply.i16(), reply.string(), reply.string(), reply.string(), reply.i32())
    return out


def commit_offset_as(connection, group, topic, offset, member, epoch, version=9):
    """OffsetCommit of partition 0 in a flexible version."""
    body = Writer(True).string(group).i32(epoch).string(member).string(None)
    body.array([topic], lambda name: body.string(name).array(
        [0], lambda index: body.i32(index).i64(offset).i32(-1).string("").tags()).tags())
    reply = connection.ask(kafka.OFFSET_COMMIT, version, body.tags().out)
    reply.i32()
    return reply.array(lambda: (reply.string(), reply.array(
        lambda: (reply.i32(), reply.i16(), reply.tags())), reply.tags()))[0][1][0][1]


def fetch_offsets_as(connection, asked, topic):
    """OffsetFetch version 9 of partition 0, for [(group, member, epoch)], stable ones: [(error, offset or None)]."""
    body = Writer(True)
    body.array(asked, lambda item: body.string(item[0]).string(item[1]).i32(item[2]).array(
        [topic], lambda name: body.string(name).array([0], body.i32).tags()).tags())
    reply = connection.ask(kafka.OFFSET_FETCH, 9, body.i8(1).tags().out)
    reply.i32()

    def partition():
        reply.i32()
        offset, _, _, error = reply.i64(), reply.i32(), reply.string(), reply.i16()
        reply.tags()
        assert error == 0, f"error {error} for a committed offset"
        return offset

    def group():
        reply.string()
        found = reply.array(lambda: (reply.string(), reply.array(partition), reply.tags()))
        error = reply.i16()
        reply.tags()
        return error, found[0][1][0] if found else None
    return reply.array(group)
