#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""__consumer_offsets as a Kafka tool would read it: by a plain consumer, decoded here by hand.

    key   := version:int16 (1 = offset) group:string topic:string partition:int32
             version:int16 (2 = group)  group:string
    value of an offset, version 3 := offset:int64 leader_epoch:int32 metadata:string commit_time:int64
    value of a group,   version 3 := protocol_type:string generation:int32 protocol:string? leader:string? ...
"""
import struct
import unittest

from confluent_kafka import Consumer, Producer, TopicPartition

from harness import BrokerCase, eventually


def text(data, at):
    (length,) = struct.unpack_from(">h", data, at)
    if length < 0:
        return None, at + 2
    return data[at + 2:at + 2 + length].decode(), at + 2 + length


def java_hash(group):
    value = 0
    for unit in struct.unpack(f">{len(group.encode('utf-16-be')) // 2}H", group.encode("utf-16-be")):
        value = (31 * value + unit) & 0xffffffff
    return value & 0x7fffffff


class OffsetsTopic(BrokerCase):
    def consumer(self, group):
        made = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": group,
                         "auto.offset.reset": "earliest", "enable.auto.commit": False})
        self.addCleanup(made.close)
        return made

    def test_offsets_and_groups_are_written_in_kafkas_format(self):
        group, topic = "g-" + self.topic(), self.topic()
        producer = Producer({"bootstrap.servers": self.broker.bootstrap})
        producer.produce(topic, b"x")
        producer.flush(10)
        member = self.consumer(group)
        member.subscribe([topic])
        message = eventually(lambda: member.poll(0.1), 20, "a record")
        member.commit(message=message, asynchronous=False)

        reader = self.consumer("reader")
        partitions = reader.list_topics("__consumer_offsets", timeout=10).topics["__consumer_offsets"].partitions
        self.assertEqual(len(partitions), 50)
        home = java_hash(group) % 50
        reader.assign([TopicPartition("__consumer_offsets", home, 0)])
        offsets, groups = {}, {}

        def read_all():
            record = reader.poll(0.1)
            if record is not None and not record.error():
                key, value = record.key(), record.value()
                (version,) = struct.unpack_from(">h", key)
                name, at = text(key, 2)
                if version == 2 and value:
                    groups[name] = value
                elif version == 1:
                    committed_topic, at = text(key, at)
                    offsets[name, committed_topic, struct.unpack_from(">i", key, at)[0]] = value
            return (group, topic, 0) in offsets and group in groups
        eventually(read_all, 20, "the group's records")

        version, offset, _ = struct.unpack_from(">hqi", offsets[group, topic, 0])
        self.assertEqual((version, offset), (3, 1))
        (version,) = struct.unpack_from(">h", groups[group])
        protocol_type, at = text(groups[group], 2)
        self.assertEqual((version, protocol_type), (3, "consumer"))
        self.assertGreaterEqual(struct.unpack_from(">i", groups[group], at)[0], 1)


if __name__ == "__main__":
    unittest.main()
