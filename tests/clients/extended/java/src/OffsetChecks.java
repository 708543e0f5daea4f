// SPDX-License-Identifier: Apache-2.0
//
// Offsets of a partition's log: by time, by seeking, and after records were deleted.

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

final class OffsetChecks extends Checks {
  private static final long NOON = 1_700_000_000_000L;

  void all() {
    check("list-offsets", this::listOffsets);
    check("seek-by-offset", this::seekByOffset);
    check("seek-by-time", this::seekByTime);
    check("delete-records", this::deleteRecords);
    check("offset-out-of-range", this::outOfRange);
  }

  /** Records 0..count-1, one a minute from NOON on, in batches of seven. */
  private TopicPartition timed(String topic, int count) throws Exception {
    newTopic(topic, 1);
    try (var producer = producer(Map.of("linger.ms", 1000))) {
      for (int i = 0; i < count; i++) {
        producer.send(new ProducerRecord<>(topic, 0, NOON + i * 60_000L, "k", "v" + i));
        if (i % 7 == 6) {
          producer.flush();
        }
      }
    }
    return new TopicPartition(topic, 0);
  }

  private ListOffsetsResultInfo offset(TopicPartition of, OffsetSpec spec) throws Exception {
    return admin.listOffsets(Map.of(of, spec)).all().get().get(of);
  }

  private void listOffsets() throws Exception {
    TopicPartition log = timed("timed", 20);
    same(0L, offset(log, OffsetSpec.earliest()).offset(), "earliest");
    same(20L, offset(log, OffsetSpec.latest()).offset(), "latest");
    same(10L, offset(log, OffsetSpec.forTimestamp(NOON + 600_000)).offset(), "by an exact time");
    ListOffsetsResultInfo between = offset(log, OffsetSpec.forTimestamp(NOON + 600_001));
    same(11L, between.offset(), "by a time between");
    same(NOON + 660_000, between.timestamp(), "its timestamp");
    same(-1L, offset(log, OffsetSpec.forTimestamp(NOON + 86_400_000)).offset(), "by a time after all");
    same(0L, offset(log, OffsetSpec.forTimestamp(0)).offset(), "by a time before all");
    ListOffsetsResultInfo newest = offset(log, OffsetSpec.maxTimestamp());
    same(19L, newest.offset(), "of the greatest timestamp");
    same(NOON + 19 * 60_000, newest.timestamp(), "the greatest timestamp");
    newTopic("empty", 1);
    same(-1L, offset(new TopicPartition("empty", 0), OffsetSpec.maxTimestamp()).offset(), "in an empty log");
  }

  private static ConsumerRecord<String, String> next(KafkaConsumer<String, String> consumer) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<String, String> record : consumer.poll(TICK)) {
        return record;
      }
    }
    throw new AssertionError("no record came");
  }

  private void seekByOffset() throws Exception {
    TopicPartition log = timed("seek-offset", 30);
    try (var consumer = consumer(Map.of())) {
      consumer.assign(List.of(log));
      for (long offset : new long[] {17, 3, 29, 0, 14}) {
        consumer.seek(log, offset);
        ConsumerRecord<String, String> record = next(consumer);
        same(offset, record.offset(), "the offset");
        same("v" + offset, record.value(), "the value");
      }
      consumer.seekToEnd(List.of(log));
      same(30L, consumer.position(log), "the position at the end");
      same(0L, consumer.beginningOffsets(List.of(log)).get(log), "the beginning");
      same(30L, consumer.endOffsets(List.of(log)).get(log), "the end");
      same(30L, consumer.endOffsets(List.of(log)).get(log), "the end again");
    }
  }

  private void seekByTime() throws Exception {
    TopicPartition log = timed("seek-time", 30);
    try (var consumer = consumer(Map.of("isolation.level", "read_committed"))) {
      consumer.assign(List.of(log));
      for (int minute : new int[] {25, 1, 13}) {
        var found = consumer.offsetsForTimes(Map.of(log, NOON + minute * 60_000L - 1)).get(log);
        same((long) minute, found.offset(), "the offset found");
        consumer.seek(log, found.offset());
        ConsumerRecord<String, String> record = next(consumer);
        same("v" + minute, record.value(), "the value");
        same(NOON + minute * 60_000L, record.timestamp(), "the timestamp");
      }
      var none = consumer.offsetsForTimes(Map.of(log, NOON + 86_400_000L)).get(log);
      require(none == null, "an offset after the last record");
    }
  }

  private void deleteRecords() throws Exception {
    TopicPartition log = timed("purged", 20);
    var deleted = admin.deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(12))).lowWatermarks().get(log);
    same(12L, deleted.get().lowWatermark(), "the low watermark");
    same(12L, offset(log, OffsetSpec.earliest()).offset(), "earliest");
    same(20L, offset(log, OffsetSpec.latest()).offset(), "latest");
    List<ConsumerRecord<String, String>> left = readAll(List.of(log), 8);
    same(12L, left.get(0).offset(), "the first offset left");
    fails(org.apache.kafka.common.errors.OffsetOutOfRangeException.class,
        () -> admin.deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(21))).all().get());
    admin.deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(-1))).all().get();
    same(20L, offset(log, OffsetSpec.earliest()).offset(), "earliest after all were deleted");
    try (var producer = producer(Map.of())) {
      same(20L, producer.send(new ProducerRecord<>("purged", 0, "k", "later")).get().offset(), "the next offset");
    }
    same("later", readAll(List.of(log), 1).get(0).value(), "the value");
  }

  private void outOfRange() throws ExecutionException, Exception {
    TopicPartition log = timed("range", 5);
    try (var consumer = consumer(Map.of("auto.offset.reset", "none"))) {
      consumer.assign(List.of(log));
      consumer.seek(log, 99);
      fails(OffsetOutOfRangeException.class, () -> {
        for (int i = 0; i < 100; i++) {
          consumer.poll(TICK);
        }
      });
    }
    try (var consumer = consumer(Map.of("auto.offset.reset", "earliest"))) {
      consumer.assign(List.of(log));
      consumer.seek(log, 99);
      same(0L, next(consumer).offset(), "the offset after a reset");
    }
  }
}
