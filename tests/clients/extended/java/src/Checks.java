// SPDX-License-Identifier: Apache-2.0
//
// What every check needs: the talk with `run` (see there), a broker's address, fresh clients, and waiting.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

abstract class Checks {
  interface Body {
    void run() throws Exception;
  }

  static final Duration TICK = Duration.ofMillis(100);
  private static final String WANTED = System.getenv().getOrDefault("TENON_CHECKS", "");
  private static final BufferedReader INPUT = new BufferedReader(new InputStreamReader(System.in));
  private static String bootstrap;
  private static int failures;

  protected final Admin admin = Admin.create(settings(Map.of()));

  static void connect(String address) {
    bootstrap = address;
  }

  static int failures() {
    return failures;
  }

  /** Runs one check and says how it ended; a failure does not end the others. */
  static void check(String name, Body body) {
    if (!Pattern.compile(WANTED).matcher(name).find()) {
      return;
    }
    System.out.println("RUN " + name);
    long started = System.nanoTime();
    Throwable failure = null;
    try {
      body.run();
    } catch (Throwable thrown) {
      failure = thrown;
      thrown.printStackTrace();
      failures++;
    }
    String seconds = String.format("%.3f", (System.nanoTime() - started) / 1e9);
    String reason = failure == null ? "" : " " + failure.toString().replaceAll("\\s+", " ");
    System.out.println((failure == null ? "PASS " : "FAIL ") + name + " " + seconds + reason);
  }

  /** Has the broker killed (KILL) or stopped (STOP); returns when it is up again. */
  static void restartBroker(String how) throws Exception {
    System.out.println(how);
    require("OK".equals(INPUT.readLine()), "the broker did not come back");
  }

  static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  static void same(Object expected, Object actual, String what) {
    require(expected.equals(actual), what + " is " + actual + ", not " + expected);
  }

  /** The failure of an operation, which must be of that class. */
  static void fails(Class<? extends Throwable> expected, Body body) throws Exception {
    try {
      body.run();
    } catch (ExecutionException thrown) {
      require(expected.isInstance(thrown.getCause()), "failed with " + thrown.getCause());
      return;
    } catch (Exception thrown) {
      require(expected.isInstance(thrown), "failed with " + thrown);
      return;
    }
    throw new AssertionError("did not fail with " + expected.getSimpleName());
  }

  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      require(System.nanoTime() < deadline, what + " did not come true in 30 s");
      Thread.sleep(20);
    }
  }

  static Properties settings(Map<String, Object> more) {
    Properties all = new Properties();
    all.put("bootstrap.servers", bootstrap);
    all.put("reconnect.backoff.max.ms", 200);
    all.putAll(more);
    return all;
  }

  static KafkaProducer<String, String> producer(Map<String, Object> more) {
    return new KafkaProducer<>(settings(more), new StringSerializer(), new StringSerializer());
  }

  static KafkaProducer<byte[], byte[]> bytesProducer(Map<String, Object> more) {
    return new KafkaProducer<>(settings(more), new ByteArraySerializer(), new ByteArraySerializer());
  }

  static KafkaConsumer<String, String> consumer(Map<String, Object> more) {
    Properties all = settings(Map.of("auto.offset.reset", "earliest", "enable.auto.commit", false));
    all.putAll(more);
    return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
  }

  String newTopic(String name, int partitions) throws Exception {
    return newTopic(name, partitions, Map.of());
  }

  String newTopic(String name, int partitions, Map<String, String> configs) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs))).all().get();
    return name;
  }

  static List<TopicPartition> partitions(String topic, int count) {
    List<TopicPartition> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(new TopicPartition(topic, i));
    }
    return all;
  }

  /** The records of these partitions from their beginning; waits until there are `count`. */
  static List<ConsumerRecord<String, String>> readAll(Collection<TopicPartition> from, int count) {
    List<ConsumerRecord<String, String>> got = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
      consumer.assign(from);
      consumer.seekToBeginning(from);
      long deadline = System.nanoTime() + 30_000_000_000L;
      while (got.size() < count) {
        consumer.poll(TICK).forEach(got::add);
        require(System.nanoTime() < deadline, "only " + got.size() + " of " + count + " records came");
      }
    }
    same(count, got.size(), "the number of records");
    return got;
  }
}
