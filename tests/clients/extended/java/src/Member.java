// SPDX-License-Identifier: Apache-2.0
//
// A member of a consumer group on a thread of its own: polls until closed, notes what it was assigned and read.

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

final class Member implements ConsumerRebalanceListener {
  final AtomicInteger assignments = new AtomicInteger();
  final AtomicInteger revocations = new AtomicInteger();
  private final Set<Integer> held = new ConcurrentSkipListSet<>();
  private final List<ConsumerRecord<String, String>> records = new ArrayList<>();
  private final KafkaConsumer<String, String> consumer;
  private final Thread thread;
  private volatile boolean open = true;
  private volatile Exception failure;

  Member(String group, String topic, Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(more);
    all.put("group.id", group);
    if (!"consumer".equals(all.get("group.protocol"))) {
      all.putIfAbsent("heartbeat.interval.ms", 200);  // otherwise it is the broker's to say
    }
    all.putIfAbsent("metadata.max.age.ms", 2000);
    consumer = Checks.consumer(all);
    consumer.subscribe(List.of(topic), this);
    thread = new Thread(this::poll, "member-" + group);
    thread.start();
  }

  private void poll() {
    try {
      while (open) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
          synchronized (records) {
            records.add(record);
          }
        }
        if (open) {
          consumer.commitAsync();
        }
      }
      consumer.close(Duration.ofSeconds(10));
    } catch (Exception thrown) {
      failure = thrown;
      consumer.close(Duration.ZERO);
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    assignments.incrementAndGet();
    partitions.forEach(p -> held.add(p.partition()));
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    revocations.addAndGet(partitions.size());
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    partitions.forEach(p -> positions.put(p, new OffsetAndMetadata(consumer.position(p))));
    consumer.commitSync(positions);
    partitions.forEach(p -> held.remove(p.partition()));
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    partitions.forEach(p -> held.remove(p.partition()));
  }

  Set<Integer> held() {
    return new TreeSet<>(held);
  }

  Exception failure() {
    return failure;
  }

  List<ConsumerRecord<String, String>> records() {
    synchronized (records) {
      return new ArrayList<>(records);
    }
  }

  void close() throws InterruptedException {
    open = false;
    thread.join();
  }
}
