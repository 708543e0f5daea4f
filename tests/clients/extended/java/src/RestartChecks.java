// SPDX-License-Identifier: Apache-2.0
//
// The broker is killed and stopped under load: nothing that was acknowledged is lost, doubled or out of order.

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

final class RestartChecks extends Checks {
  private static final int PARTITIONS = 3;
  private static final int RECORDS = 30_000;
  // A consumer that forgets all metadata when its only broker is away joins its group anew. These stay.
  private static final Map<String, Object> STAYS = Map.of("metadata.recovery.strategy", "none");

  void all() {
    check("kill-9-under-load", () -> underLoad("KILL"));
    check("stop-under-load", () -> underLoad("STOP"));
    check("kill-9-while-idle", this::whileIdle);
  }

  /** Sends RECORDS numbers and counts what was acknowledged; the broker goes away twice on the way. */
  private void underLoad(String how) throws Exception {
    String topic = newTopic("load-" + how, PARTITIONS);
    Member reader = new Member("g-load-" + how, topic, STAYS);
    AtomicInteger acknowledged = new AtomicInteger();
    AtomicReference<Exception> failed = new AtomicReference<>();
    CountDownLatch third = new CountDownLatch(RECORDS / 3);
    CountDownLatch two = new CountDownLatch(RECORDS * 2 / 3);
    try (KafkaProducer<String, String> producer = producer(Map.of("linger.ms", 2, "batch.size", 2048))) {
      Thread sender = new Thread(() -> {
        for (int i = 0; i < RECORDS; i++) {
          producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, Integer.toString(i)), (told, error) -> {
            if (error != null) {
              failed.compareAndSet(null, error);
            }
            acknowledged.incrementAndGet();
            third.countDown();
            two.countDown();
          });
        }
      });
      sender.start();
      third.await();
      restartBroker(how);
      two.await();
      restartBroker(how);
      sender.join();
      producer.flush();
      eventually("all are acknowledged", () -> acknowledged.get() == RECORDS);
    }
    require(failed.get() == null, "a record was refused: " + failed.get());
    require(readsEachOnceInOrder(readAll(partitions(topic, PARTITIONS), RECORDS)), "the log is wrong");
    eventually("the reader has read all", () -> values(reader.records()).size() == RECORDS);
    reader.close();
    require(reader.failure() == null, "the reader failed: " + reader.failure());
    same(RECORDS, reader.records().size(), "the number of records the group read");
  }

  private static boolean readsEachOnceInOrder(List<ConsumerRecord<String, String>> log) {
    Map<Integer, Integer> next = new HashMap<>();
    for (ConsumerRecord<String, String> record : log) {
      int expected = next.getOrDefault(record.partition(), record.partition());
      same(Integer.toString(expected), record.value(), "the value at " + record.partition() + "@" + record.offset());
      next.put(record.partition(), expected + PARTITIONS);
    }
    return true;
  }

  private static Set<String> values(List<ConsumerRecord<String, String>> records) {
    Set<String> values = new HashSet<>();
    records.forEach(record -> values.add(record.value()));
    return values;
  }

  /** A producer and a group member that were there before a restart go on after it. */
  private void whileIdle() throws Exception {
    String topic = newTopic("idle", 1);
    Member reader = new Member("g-idle", topic, STAYS);
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      List<String> sent = new ArrayList<>();
      for (int round = 0; round < 4; round++) {
        sent.add("round-" + round);
        same((long) round, producer.send(new ProducerRecord<>(topic, 0, "k", "round-" + round)).get().offset(),
            "the offset");
        eventually("the member reads it", () -> reader.records().size() == sent.size());
        restartBroker("KILL");
      }
      same(Set.copyOf(sent), values(reader.records()), "the values");
    } finally {
      reader.close();
    }
    same(1, reader.assignments.get(), "the number of assignments over the restarts");
  }
}
