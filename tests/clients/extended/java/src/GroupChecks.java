// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups from the consumer's side: rebalances, static members, commits.

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;

final class GroupChecks extends Checks {
  private static final Set<Integer> ALL = Set.of(0, 1, 2, 3);

  void all() {
    check("rebalance-range", () -> rebalance("range", RangeAssignor.class));
    check("rebalance-cooperative-sticky", () -> rebalance("cooperative", CooperativeStickyAssignor.class));
    check("rebalance-default-assignors", () -> rebalance("default", null));
    check("static-member-restarts", this::staticMember);
    check("static-member-is-fenced", this::fencedMember);
    check("dead-member-expires", this::deadMember);
    check("commit-sync-and-committed", this::commits);
    check("auto-commit", this::autoCommit);
    check("subscribe-by-pattern-sees-new-topics", this::pattern);
    check("refuse-session-timeout", this::refuseSessionTimeout);
  }

  static void produce(String topic, int partitions, int from, int to) {
    try (var producer = producer(Map.of())) {
      for (int i = from; i < to; i++) {
        producer.send(new ProducerRecord<>(topic, i % partitions, "k", Integer.toString(i)));
      }
    }
  }

  private static Map<String, Object> assignor(Class<?> assignor) {
    return assignor == null ? Map.of() : Map.of("partition.assignment.strategy", assignor.getName());
  }

  /** One member takes all, shares with a second, and takes all again; each record is read once. */
  private void rebalance(String name, Class<?> assignor) throws Exception {
    String topic = newTopic("rebalance-" + name, 4);
    Member first = new Member("g-" + name, topic, assignor(assignor));
    Member second = null;
    try {
      eventually("the first member has all", () -> first.held().equals(ALL));
      produce(topic, 4, 0, 400);
      eventually("the first member reads", () -> first.records().size() == 400);
      second = new Member("g-" + name, topic, assignor(assignor));
      Member other = second;
      eventually("the members share", () -> first.held().size() == 2 && other.held().size() == 2);
      require(disjoint(first.held(), other.held()), "both hold " + first.held());
      if (assignor == CooperativeStickyAssignor.class) {
        same(2, first.revocations.get(), "the number of partitions revoked");
      }
      produce(topic, 4, 400, 800);
      eventually("both read", () -> first.records().size() + other.records().size() == 800);
      other.close();
      eventually("the first member has all again", () -> first.held().equals(ALL));
      produce(topic, 4, 800, 1000);
      eventually("the first member reads the rest", () -> values(first, other).size() == 1000);
      same(1000, first.records().size() + other.records().size(), "the number of records read");
    } finally {
      first.close();
      if (second != null) {
        second.close();
      }
    }
    require(first.failure() == null, "the first member failed: " + first.failure());
    require(second.failure() == null, "the second member failed: " + second.failure());
  }

  private static boolean disjoint(Set<Integer> a, Set<Integer> b) {
    Set<Integer> both = new HashSet<>(a);
    both.retainAll(b);
    return both.isEmpty();
  }

  private static Set<String> values(Member... members) {
    Set<String> all = new TreeSet<>();
    for (Member member : members) {
      member.records().forEach(record -> all.add(record.value()));
    }
    return all;
  }

  private void staticMember() throws Exception {
    String topic = newTopic("static", 4);
    Member stays = new Member("g-static", topic, Map.of("group.instance.id", "one"));
    Member leaves = new Member("g-static", topic, Map.of("group.instance.id", "two"));
    try {
      eventually("the members share", () -> stays.held().size() == 2 && leaves.held().size() == 2);
      Set<Integer> held = leaves.held();
      int before = stays.assignments.get();
      leaves.close();
      Member back = new Member("g-static", topic, Map.of("group.instance.id", "two"));
      try {
        eventually("the member that came back holds what it held", () -> back.held().equals(held));
        produce(topic, 4, 0, 40);
        eventually("both read", () -> values(stays, back).size() == 40);
        same(before, stays.assignments.get(), "the number of assignments of the member that stayed");
      } finally {
        back.close();
      }
    } finally {
      leaves.close();
      stays.close();
    }
  }

  private void fencedMember() throws Exception {
    String topic = newTopic("fenced", 2);
    Member old = new Member("g-fenced", topic, Map.of("group.instance.id", "same"));
    eventually("the first has all", () -> old.held().size() == 2);
    Member young = new Member("g-fenced", topic, Map.of("group.instance.id", "same"));
    try {
      eventually("the second has all", () -> young.held().size() == 2);
      eventually("the first is fenced", () -> old.failure() != null);
      require(old.failure() instanceof FencedInstanceIdException, "the first failed with " + old.failure());
    } finally {
      young.close();
      old.close();
    }
  }

  private void deadMember() throws Exception {
    String topic = newTopic("dead", 2);
    Map<String, Object> settings = Map.of("session.timeout.ms", 6000, "group.instance.id", "dies");
    Member dies = new Member("g-dead", topic, settings);
    eventually("the first has all", () -> dies.held().size() == 2);
    dies.close(); // A static member does not leave: only its session's end frees what it holds.
    Member heir = new Member("g-dead", topic, Map.of());
    try {
      eventually("the second takes all", () -> heir.held().size() == 2);
    } finally {
      heir.close();
    }
  }

  private void commits() throws Exception {
    String topic = newTopic("commits", 2);
    produce(topic, 2, 0, 20);
    TopicPartition zero = new TopicPartition(topic, 0);
    TopicPartition one = new TopicPartition(topic, 1);
    try (var consumer = consumer(Map.of("group.id", "g-commits"))) {
      consumer.subscribe(List.of(topic));
      while (consumer.poll(TICK).isEmpty()) {
        continue;
      }
      consumer.commitSync(Map.of(zero, new OffsetAndMetadata(4, "a note")));
      OffsetAndMetadata committed = consumer.committed(Set.of(zero, one)).get(zero);
      same(4L, committed.offset(), "the committed offset");
      same("a note", committed.metadata(), "its metadata");
      require(consumer.committed(Set.of(one)).get(one) == null, "an offset that nobody committed");
      ConsumerGroupMetadata group = consumer.groupMetadata();
      require(group.generationId() > 0 && !group.memberId().isEmpty(), "no generation: " + group);
    }
    try (var consumer = consumer(Map.of("group.id", "g-commits"))) {
      consumer.assign(List.of(zero));
      same(4L, consumer.position(zero), "the position of a later consumer");
    }
  }

  private void autoCommit() throws Exception {
    String topic = newTopic("auto-commit", 1);
    produce(topic, 1, 0, 50);
    int read = 0;
    try (var consumer = consumer(Map.of("group.id", "g-auto", "enable.auto.commit", true))) {
      consumer.subscribe(List.of(topic));
      while (read < 50) {
        read += consumer.poll(TICK).count();
      }
    }
    produce(topic, 1, 50, 51);
    try (var consumer = consumer(Map.of("group.id", "g-auto"))) {
      consumer.subscribe(List.of(topic));
      List<ConsumerRecord<String, String>> got = new java.util.ArrayList<>();
      while (got.isEmpty()) {
        consumer.poll(TICK).forEach(got::add);
      }
      same("50", got.get(0).value(), "the first value after the commit");
    }
  }

  private void pattern() throws Exception {
    newTopic("pattern-a", 1);
    produce("pattern-a", 1, 0, 1);
    try (var consumer = consumer(Map.of("group.id", "g-pattern", "metadata.max.age.ms", 500,
        "heartbeat.interval.ms", 200))) {
      consumer.subscribe(java.util.regex.Pattern.compile("pattern-.*"));
      Set<String> seen = new TreeSet<>();
      eventually("the topic is read", () -> {
        consumer.poll(TICK).forEach(record -> seen.add(record.topic()));
        return seen.size() == 1;
      });
      newTopic("pattern-b", 1);
      produce("pattern-b", 1, 0, 1);
      eventually("the new topic is read", () -> {
        consumer.poll(TICK).forEach(record -> seen.add(record.topic()));
        return seen.size() == 2;
      });
    }
  }

  private void refuseSessionTimeout() throws Exception {
    String topic = newTopic("session", 1);
    try (var consumer = consumer(Map.of("group.id", "g-session", "session.timeout.ms", 50,
        "heartbeat.interval.ms", 10))) {
      consumer.subscribe(List.of(topic));
      fails(InvalidSessionTimeoutException.class, () -> {
        for (int i = 0; i < 50; i++) {
          consumer.poll(TICK);
        }
      });
    }
  }
}
