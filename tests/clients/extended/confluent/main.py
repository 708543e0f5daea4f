# SPDX-License-Identifier: Apache-2.0
"""The checks of confluent-kafka with the librdkafka of its wheel: main.py BOOTSTRAP PARTITIONS_FIXTURE."""
import os
import pathlib
import re
import sys
import time
import traceback

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions,
                                   NewTopic, OffsetSpec, ResourceType)

BOOTSTRAP, FIXTURE = sys.argv[1:3]
WANTED = re.compile(os.environ.get("TENON_CHECKS", ""))
failures = 0


def check(name, body, *arguments):
    global failures
    if not WANTED.search(name):
        return
    print("RUN", name, flush=True)
    started, reason = time.monotonic(), ""
    try:
        body(*arguments)
    except Exception as failure:
        traceback.print_exc()
        failures += 1
        reason = " ".join(f"{type(failure).__name__}: {failure}".split())
    print("FAIL" if reason else "PASS", name, f"{time.monotonic() - started:.3f}", reason, flush=True)


def restart(how):
    print(how, flush=True)
    assert sys.stdin.readline() == "OK\n"


def same(expected, actual, what):
    assert expected == actual, f"{what} is {actual!r}, not {expected!r}"


def producer(**settings):
    return Producer({"bootstrap.servers": BOOTSTRAP, "enable.idempotence": True} |
                    {key.replace("_", "."): value for key, value in settings.items()})


def consumer(group, **settings):
    return Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group, "auto.offset.reset": "earliest",
                     "enable.auto.commit": False} | {k.replace("_", "."): v for k, v in settings.items()})


ADMIN = AdminClient({"bootstrap.servers": BOOTSTRAP})


def new_topic(name, partitions=1, **config):
    ADMIN.create_topics([NewTopic(name, partitions, 1, config=config)])[name].result(20)
    return name


def eventually(condition, what):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true in 30 s"


def read(reader, count):
    got = []

    def more():
        message = reader.poll(0.1)
        if message is not None and not message.error():
            got.append(message)
        return len(got) >= count
    eventually(more, f"reading {count} records")
    return got


def read_all(topic, partitions, count):
    reader = consumer("none")
    reader.assign([TopicPartition(topic, p, 0) for p in range(partitions)])
    got = read(reader, count)
    reader.close()
    return got


def admin():
    topic = new_topic("admin", 2, **{"retention.ms": "3600000"})
    resource = ConfigResource(ResourceType.TOPIC, topic)
    config = ADMIN.describe_configs([resource])[resource].result(20)
    same("3600000", config["retention.ms"].value, "retention.ms")
    change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[
        ConfigEntry("retention.ms", "7200000", incremental_operation=AlterConfigOpType.SET)])
    ADMIN.incremental_alter_configs([change])[change].result(20)
    same("7200000", ADMIN.describe_configs([resource])[resource].result(20)["retention.ms"].value, "retention.ms")
    ADMIN.create_partitions([NewPartitions(topic, 3)])[topic].result(20)
    same(3, len(ADMIN.list_topics(topic, timeout=20).topics[topic].partitions), "the number of partitions")
    cluster = ADMIN.describe_cluster().result(20)
    same(1, len(cluster.nodes), "the number of nodes")
    partition = TopicPartition(topic, 0)
    sender = producer()
    for i in range(10):
        sender.produce(topic, b"x", partition=0, timestamp=1000 + i)
    sender.flush(20)
    for spec, offset in ((OffsetSpec.earliest(), 0), (OffsetSpec.latest(), 10), (OffsetSpec.max_timestamp(), 9),
                         (OffsetSpec.for_timestamp(1004), 4)):
        same(offset, ADMIN.list_offsets({partition: spec})[partition].result(20).offset, str(spec))
    to = TopicPartition(topic, 0, 6)
    same(6, ADMIN.delete_records([to])[to].result(20).low_watermark, "the low watermark")
    ADMIN.delete_topics([topic])[topic].result(20)


def round_trip(codec):
    topic = new_topic("codec-" + codec)
    sender = producer(compression_type=codec, linger_ms=20)
    for i in range(500):
        sender.produce(topic, b"x" * i, key=b"key-%d" % i, headers=[("n", b"%d" % i)], timestamp=1_000_000 + i)
    same(0, sender.flush(20), "the number of records not sent")
    for i, got in enumerate(read_all(topic, 1, 500)):
        same((b"x" * i, b"key-%d" % i, [("n", b"%d" % i)], 1_000_000 + i),
             (got.value(), got.key(), got.headers(), got.timestamp()[1]), f"record {i}")


def partitions_of_keys():
    lines = [line.split() for line in open(FIXTURE) if not line.startswith("#")]
    told = []
    for count in (7, 12, 64):
        topic = new_topic(f"murmur2-{count}", count)
        sender = producer(partitioner="murmur2")
        for key, of, partition in lines:
            if int(of) == count and key != "-":
                sender.produce(topic, b"", key=bytes.fromhex(key), on_delivery=lambda error, message, to=partition:
                               told.append((error, int(to), message.partition())))
        sender.flush(20)
    assert len(told) > 100
    assert all(error is None and expected == got for error, expected, got in told), told[:5]


def partitioner_plugin():
    """A Tenon partitioner in the librdkafka of the wheel, which has a name of its own, by configuration alone."""
    bridge = pathlib.Path(os.environ["TENON_BINARY"]).resolve().parents[1] / "lib/libtenon-rdkafka.so"
    topic, told = new_topic("partitioner-plugin", 12), {}
    sender = producer(plugin_library_paths=str(bridge), tenon_partitioner_plugin="hash")
    lines = [line.split() for line in open(FIXTURE) if not line.startswith("#")]
    expected = {key: int(to) for key, of, to in lines if of == "12" and key != "-"}
    for key in expected:
        sender.produce(topic, b"", key=bytes.fromhex(key), on_delivery=lambda error, message, key=key:
                       told.update({key: error or message.partition()}))
    sender.flush(20)
    same(expected, told, "the partitions of the keys")
    mapped = {line.split()[-1] for line in open("/proc/self/maps") if "librdkafka" in line}
    same(1, len(mapped), f"the number of librdkafkas in the process ({mapped})")
    # Every key to the plugin; records without a key too, for round-robin wants them.
    topic, went = new_topic("partitioner-keyless", 4), []
    sender = producer(plugin_library_paths=str(bridge), tenon_partitioner_plugin="round-robin")
    for _ in range(4000):
        sender.produce(topic, b"x", on_delivery=lambda error, message: went.append(error or message.partition()))
        sender.poll(0)
    sender.flush(20)
    assert all(went.count(partition) > 800 for partition in range(4)), [went.count(p) for p in range(4)]
    try:
        producer(plugin_library_paths=str(bridge), tenon_partitioner_plugn="hash")
        raise AssertionError("a mistyped property was taken")
    except KafkaException as refused:
        assert 'did you mean "tenon.partitioner.plugin"?' in str(refused), refused


def group(strategy):
    topic = new_topic("group-" + strategy, 4)
    held = {}
    settings = {"partition_assignment_strategy": strategy, "heartbeat_interval_ms": 200}

    def member(name):
        one = consumer("g-" + strategy, **settings)
        change = one.incremental_assign if "coop" in strategy else one.assign
        held[name] = set()

        def assigned(_, partitions):
            held[name] |= {p.partition for p in partitions}
            change(partitions)

        def revoked(_, partitions):
            held[name] -= {p.partition for p in partitions}
            one.incremental_unassign(partitions) if "coop" in strategy else one.unassign()
        one.subscribe([topic], on_assign=assigned, on_revoke=revoked)
        return one
    first, second = member("first"), None
    eventually(lambda: first.poll(0.05) or len(held["first"]) == 4, "the first member has all")
    second = member("second")
    eventually(lambda: (first.poll(0.05), second.poll(0.05)) and
               len(held["first"]) == len(held["second"]) == 2, "the members share")
    assert not held["first"] & held["second"]
    second.close()
    eventually(lambda: first.poll(0.05) or len(held["first"]) == 4, "the first member has all again")
    first.close()


class Protocol:
    """Members of the consumer protocol (KIP-848) in one process, polled in turn; who holds and read what."""

    def __init__(self, group_id):
        self.group_id, self.members, self.held, self.values = group_id, {}, {}, []

    def join(self, name, topics, **settings):
        held = self.held[name] = set()
        member = self.members[name] = consumer(self.group_id, group_protocol="consumer", **settings)
        member.subscribe(topics, on_assign=lambda _, given: held.update((p.topic, p.partition) for p in given),
                         on_revoke=lambda _, taken: held.difference_update((p.topic, p.partition) for p in taken))

    def poll(self):
        for member in self.members.values():
            message = member.poll(0.05)
            if message is not None and message.error():
                raise KafkaException(message.error())
            if message is not None:
                self.values.append(message.value())
                member.commit(message, asynchronous=False)

    def wait(self, condition, what):
        eventually(lambda: self.poll() or condition(), what)

    def shares(self, partitions):
        """Each partition has one owner, and the numbers of what members hold differ by one at most."""
        held = [one for name in self.members for one in self.held[name]]
        sizes = [len(self.held[name]) for name in self.members]
        return len(held) == len(set(held)) == partitions and max(sizes) - min(sizes) <= 1

    def leave(self, name):
        self.members.pop(name).close()

    def close(self):
        for name in list(self.members):
            self.leave(name)


def send(topic, partitions, first, last):
    sender = producer()
    for i in range(first, last):
        sender.produce(topic, b"%d" % i, partition=i % partitions)
    same(0, sender.flush(20), "the number of records not sent")


def consumer_protocol(name, **settings):
    topic, group = new_topic("protocol-" + name, 4), Protocol("g-protocol-" + name)
    group.join("first", [topic], **settings)
    group.wait(lambda: group.shares(4), "the first member has all")
    group.join("second", [topic], **settings)
    group.wait(lambda: group.shares(4), "two share")
    group.join("third", [topic], **settings)
    send(topic, 4, 0, 100)
    group.wait(lambda: group.shares(4) and len(set(group.values)) == 100, "three share and read all")
    group.leave("first")
    send(topic, 4, 100, 200)
    group.wait(lambda: group.shares(4) and len(set(group.values)) == 200, "two share again and read on")
    same(200, len(group.values), "the number of records read")
    described = ADMIN.describe_consumer_groups([group.group_id])[group.group_id].result(20)
    same((2, "STABLE"), (len(described.members), described.state.name), "the members and the state")
    group.close()


def unknown_assignor():
    group = Protocol("g-unknown-assignor")
    group.join("first", [new_topic("unknown-assignor")], group_remote_assignor="nobody-has-this")
    try:
        group.wait(lambda: False, "an error")
    except KafkaException as refused:
        # librdkafka ends the member. It logs the broker's words, and gives those of the code.
        assert refused.args[0].code() == KafkaError._FATAL and "assignor" in str(refused), refused
    group.close()


def regex():
    new_topic("regex-a")
    new_topic("not-regex-a")
    group = Protocol("g-regex")
    group.join("first", ["^regex-[a-c]$"])
    group.wait(lambda: group.held["first"] == {("regex-a", 0)}, "the topic is held")
    new_topic("regex-b")
    group.wait(lambda: group.held["first"] == {("regex-a", 0), ("regex-b", 0)}, "the new topic is held")
    group.close()


def protocol_static():
    topic, group = new_topic("protocol-static", 4), Protocol("g-protocol-static")
    group.join("one", [topic], group_instance_id="one")
    group.join("two", [topic], group_instance_id="two")
    group.wait(lambda: group.shares(4), "the members share")
    before = set(group.held["two"])
    group.leave("two")
    group.join("two", [topic], group_instance_id="two")
    group.wait(lambda: group.held["two"] == before, "the member that came back holds what it held")
    group.close()


def protocol_survives(how):
    name = "protocol-" + how.lower()
    topic, group = new_topic(name, 4), Protocol("g-" + name)
    group.join("first", [topic])
    group.join("second", [topic])
    send(topic, 4, 0, 100)
    group.wait(lambda: group.shares(4) and len(set(group.values)) == 100, "two share and read all")
    before = set(group.held["first"])
    restart(how)
    send(topic, 4, 100, 200)
    group.wait(lambda: len(set(group.values)) == 200, "they read on")
    same((before, 200), (group.held["first"], len(group.values)), "what the first holds and how much was read")
    group.close()


def commits():
    topic = new_topic("commits")
    sender = producer()
    for i in range(20):
        sender.produce(topic, b"%d" % i)
    sender.flush(20)
    reader = consumer("g-commits")
    reader.subscribe([topic])
    read(reader, 5)
    reader.commit(offsets=[TopicPartition(topic, 0, 5)], asynchronous=False)
    same(5, reader.committed([TopicPartition(topic, 0)], timeout=20)[0].offset, "the committed offset")
    reader.close()
    later = consumer("g-commits")
    later.subscribe([topic])
    same(b"5", read(later, 1)[0].value(), "the first value after the commit")
    later.close()
    listed = ADMIN.list_consumer_groups().result(20).valid
    assert any(one.group_id == "g-commits" for one in listed)
    described = ADMIN.describe_consumer_groups(["g-commits"])["g-commits"].result(20)
    same("EMPTY", described.state.name, "the state")
    ADMIN.delete_consumer_groups(["g-commits"])["g-commits"].result(20)


def under_load(how):
    topic, count, refused, sent = new_topic("load-" + how, 3), 20_000, [], [0]
    sender = producer(linger_ms=1, batch_size=2048, queue_buffering_max_messages=2 * count,
                      reconnect_backoff_max_ms=200)

    def delivered(error, _):
        sent[0] += 1
        if error:
            refused.append(error)
    for i in range(count):
        sender.produce(topic, b"%d" % i, partition=i % 3, on_delivery=delivered)
    for share in (count // 3, count * 2 // 3):
        eventually(lambda: sender.poll(0.001) and False or sent[0] >= share, "a share is acknowledged")
        restart(how)
    same(0, sender.flush(60), "the number of records not sent")
    same([], refused, "what was refused")
    following = [0, 0, 0]
    for message in read_all(topic, 3, count):
        partition = message.partition()
        same(following[partition] * 3 + partition, int(message.value()), f"the value at {message.offset()}")
        following[partition] += 1


check("admin", admin)
for name in ("none", "gzip", "snappy", "lz4", "zstd"):
    check("produce-" + name, round_trip, name)
check("partitions-as-murmur2-fixture", partitions_of_keys)
check("partitioner-plugin", partitioner_plugin)
check("rebalance-range", group, "range")
check("rebalance-cooperative-sticky", group, "cooperative-sticky")
check("consumer-protocol", consumer_protocol, "uniform")
check("consumer-protocol-range", lambda: consumer_protocol("range", group_remote_assignor="range"))
check("consumer-protocol-unknown-assignor", unknown_assignor)
check("consumer-protocol-regex", regex)
check("consumer-protocol-static-member", protocol_static)
check("commit-and-group-admin", commits)
check("kill-9-under-load", under_load, "KILL")
check("stop-under-load", under_load, "STOP")
check("consumer-protocol-kill-9", protocol_survives, "KILL")
check("consumer-protocol-stop", protocol_survives, "STOP")
sys.exit(1 if failures else 0)
