// SPDX-License-Identifier: Apache-2.0
//
// The producer with its defaults (idempotent, acks=all), every codec, the partitioner, and what is refused.

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;

final class ProducerChecks extends Checks {
  private static final int RECORDS = 500;
  private final Path fixture;

  ProducerChecks(String fixture) {
    this.fixture = Path.of(fixture);
  }

  void all() {
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      check("produce-" + codec, () -> roundTrip(codec));
    }
    check("topic-compression-type", this::compressedByTopic);
    check("produce-acks-0-and-1", this::weakerAcks);
    check("produce-many-in-flight", this::manyInFlight);
    check("partitions-as-murmur2-fixture", this::partitionsOfKeys);
    check("log-append-time", this::logAppendTime);
    check("refuse-too-large-and-keyless-compacted", this::refusals);
    check("auto-create-topic", this::autoCreate);
  }

  private static ProducerRecord<String, String> sample(String topic, int i) {
    String value = i % 10 == 9 ? null : "value-" + "x".repeat(i) + i;
    var record = new ProducerRecord<>(topic, i % 2, 1_000_000L + i, i % 5 == 4 ? null : "key-" + i, value);
    record.headers().add(new RecordHeader("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
    record.headers().add(new RecordHeader("n", null)).add("empty", new byte[0]);
    return record;
  }

  private static void compare(ProducerRecord<String, String> sent, ConsumerRecord<String, String> got) {
    require(java.util.Objects.equals(sent.key(), got.key()), "key " + got.key() + ", not " + sent.key());
    require(java.util.Objects.equals(sent.value(), got.value()), "value " + got.value());
    same(sent.headers(), got.headers(), "the headers");
    same(sent.timestamp(), got.timestamp(), "the timestamp");
    same(TimestampType.CREATE_TIME, got.timestampType(), "the timestamp's type");
  }

  private void roundTrip(String codec) throws Exception {
    String topic = newTopic("codec-" + codec, 2);
    try (var producer = producer(Map.of("compression.type", codec, "linger.ms", 20))) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        sent.add(producer.send(sample(topic, i)));
      }
      for (int i = 0; i < RECORDS; i++) {
        same((long) (i / 2), sent.get(i).get().offset(), "the offset told to the producer");
      }
    }
    for (var record : readAll(partitions(topic, 2), RECORDS)) {
      compare(sample(topic, (int) record.offset() * 2 + record.partition()), record);
    }
  }

  private void compressedByTopic() throws Exception {
    for (String codec : List.of("gzip", "snappy", "lz4", "zstd", "uncompressed")) {
      String topic = newTopic("stored-" + codec, 2, Map.of("compression.type", codec));
      for (String sender : List.of("none", "zstd")) {
        try (var producer = producer(Map.of("compression.type", sender, "linger.ms", 20))) {
          for (int i = 0; i < 100; i++) {
            producer.send(sample(topic, i));
          }
        }
      }
      for (var record : readAll(partitions(topic, 2), 200)) {
        compare(sample(topic, (int) (record.offset() % 50) * 2 + record.partition()), record);
      }
    }
  }

  private void weakerAcks() throws Exception {
    String topic = newTopic("acks", 1);
    for (String acks : List.of("0", "1")) {
      try (var producer = producer(Map.of("acks", acks, "enable.idempotence", false))) {
        for (int i = 0; i < 100; i++) {
          producer.send(new ProducerRecord<>(topic, 0, "k", acks + "-" + i));
        }
      }
    }
    List<ConsumerRecord<String, String>> got = readAll(partitions(topic, 1), 200);
    same("0-0", got.get(0).value(), "the first value");
    same("1-99", got.get(199).value(), "the last value");
  }

  private void manyInFlight() throws Exception {
    String topic = newTopic("in-flight", 8);
    byte[] value = new byte[700];
    new Random(7).nextBytes(value);
    int count = 40_000;
    try (var producer = bytesProducer(Map.of("batch.size", 4096, "linger.ms", 0))) {
      for (int i = 0; i < count; i++) {
        producer.send(new ProducerRecord<>(topic, i % 8, null, null, value));
      }
    }
    Map<Integer, Long> next = new HashMap<>();
    for (var record : readAll(partitions(topic, 8), count)) {
      same(next.getOrDefault(record.partition(), 0L), record.offset(), "the offset");
      next.put(record.partition(), record.offset() + 1);
    }
  }

  private void partitionsOfKeys() throws Exception {
    Map<Integer, String> topics = new HashMap<>();
    for (int count : new int[] {1, 2, 3, 7, 12, 64}) {
      topics.put(count, newTopic("murmur2-" + count, count));
    }
    List<Integer> expected = new ArrayList<>();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (var producer = bytesProducer(Map.of())) {
      for (String line : Files.readAllLines(fixture)) {
        String[] parts = line.split(" ");
        if (line.startsWith("#") || !topics.containsKey(Integer.parseInt(parts[1]))) {
          continue;
        }
        byte[] key = parts[0].equals("-") ? new byte[0] : HexFormat.of().parseHex(parts[0]);
        expected.add(Integer.parseInt(parts[2]));
        sent.add(producer.send(new ProducerRecord<>(topics.get(Integer.parseInt(parts[1])), key, key)));
      }
    }
    require(expected.size() > 500, "the fixture has only " + expected.size() + " lines of use");
    for (int i = 0; i < expected.size(); i++) {
      same(expected.get(i), sent.get(i).get().partition(), "the partition of line " + i);
    }
  }

  private void logAppendTime() throws Exception {
    String topic = newTopic("append-time", 1, Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    try (var producer = producer(Map.of("compression.type", "zstd"))) {
      for (int i = 0; i < 10; i++) {
        RecordMetadata told = producer.send(new ProducerRecord<>(topic, 0, 5L, "k", "v" + i)).get();
        require(told.timestamp() >= before, "the producer was told " + told.timestamp());
      }
    }
    for (var record : readAll(partitions(topic, 1), 10)) {
      same(TimestampType.LOG_APPEND_TIME, record.timestampType(), "the timestamp's type");
      require(record.timestamp() >= before && record.timestamp() <= System.currentTimeMillis(), "its time");
    }
  }

  private void refusals() throws Exception {
    String small = newTopic("small", 1, Map.of("max.message.bytes", "1000"));
    String compacted = newTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
    try (var producer = producer(Map.of())) {
      fails(RecordTooLargeException.class,
          () -> producer.send(new ProducerRecord<>(small, 0, "k", "x".repeat(2000))).get());
      same(0L, producer.send(new ProducerRecord<>(small, 0, "k", "fits")).get().offset(), "the offset");
      fails(InvalidRecordException.class, () -> producer.send(new ProducerRecord<>(compacted, 0, null, "v")).get());
      same(0L, producer.send(new ProducerRecord<>(compacted, 0, "k", "v")).get().offset(), "the offset");
    }
  }

  private void autoCreate() throws Exception {
    try (var producer = producer(Map.of())) {
      producer.send(new ProducerRecord<>("made-by-producing", "k", "v")).get();
    }
    same(Set.of("made-by-producing"),
        admin.describeTopics(List.of("made-by-producing")).allTopicNames().get().keySet(), "the topics");
  }
}
