// SPDX-License-Identifier: Apache-2.0
//
// Groups of the consumer protocol (KIP-848), which clients speak for good since version 4.

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.utils.AppInfoParser;

final class ConsumerProtocolChecks extends Checks {
  private static final Set<Integer> ALL = Set.of(0, 1, 2, 3);

  void all() {
    if (AppInfoParser.getVersion().startsWith("3.")) {
      return;
    }
    check("consumer-protocol-rebalance", this::rebalance);
    check("consumer-protocol-range", () -> assignor("range", true));
    check("consumer-protocol-sticky", () -> assignor("sticky", false));
    check("consumer-protocol-static-member", this::staticMember);
    check("consumer-protocol-upgrade-and-downgrade", this::migration);
    check("consumer-protocol-admin", this::describe);
  }

  private static Map<String, Object> settings(String... more) {
    Map<String, Object> all = new HashMap<>(Map.of("group.protocol", "consumer"));
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private static void share(Member one, Member other) throws Exception {
    eventually("the members share", () -> one.held().size() == 2 && other.held().size() == 2);
    Set<Integer> both = new HashSet<>(one.held());
    both.addAll(other.held());
    same(ALL, both, "the partitions of both");
  }

  private static int read(Member... members) {
    int all = 0;
    for (Member member : members) {
      all += member.records().size();
    }
    return all;
  }

  /** One member takes all, shares with a second, and takes all again; each record is read once. */
  private void rebalance() throws Exception {
    String topic = newTopic("new-rebalance", 4);
    Member first = new Member("n-rebalance", topic, settings());
    eventually("the first member has all", () -> first.held().equals(ALL));
    GroupChecks.produce(topic, 4, 0, 400);
    eventually("the first member reads", () -> first.records().size() == 400);
    Member second = new Member("n-rebalance", topic, settings());
    share(first, second);
    same(2, first.revocations.get(), "the number of partitions revoked");
    GroupChecks.produce(topic, 4, 400, 800);
    eventually("both read", () -> read(first, second) == 800);
    second.close();
    eventually("the first member has all again", () -> first.held().equals(ALL));
    GroupChecks.produce(topic, 4, 800, 1000);
    eventually("the first member reads the rest", () -> read(first, second) >= 1000);
    same(1000, read(first, second), "the number of records read");
    first.close();
    require(first.failure() == null, "the first member failed: " + first.failure());
    require(second.failure() == null, "the second member failed: " + second.failure());
  }

  private void assignor(String name, boolean inRuns) throws Exception {
    String topic = newTopic("new-" + name, 4);
    Member first = new Member("n-" + name, topic, settings("group.remote.assignor", name));
    Member second = new Member("n-" + name, topic, settings("group.remote.assignor", name));
    try {
      share(first, second);
      if (inRuns) {
        Set<Set<Integer>> runs = Set.of(Set.of(0, 1), Set.of(2, 3));
        same(runs, Set.of(new TreeSet<>(first.held()), new TreeSet<>(second.held())), "the shares");
      }
    } finally {
      first.close();
      second.close();
    }
  }

  private void staticMember() throws Exception {
    String topic = newTopic("new-static", 4);
    Member stays = new Member("n-static", topic, settings("group.instance.id", "one"));
    Member leaves = new Member("n-static", topic, settings("group.instance.id", "two"));
    try {
      share(stays, leaves);
      Set<Integer> held = leaves.held();
      int before = stays.assignments.get();
      leaves.close();
      Member back = new Member("n-static", topic, settings("group.instance.id", "two"));
      try {
        eventually("the member that came back holds what it held", () -> back.held().equals(held));
        same(before, stays.assignments.get(), "the number of assignments of the member that stayed");
      } finally {
        back.close();
      }
    } finally {
      leaves.close();
      stays.close();
    }
  }

  /** A rolling upgrade, and back: members of both protocols share one group. */
  private void migration() throws Exception {
    String topic = newTopic("new-migration", 4);
    Map<String, Object> classic =
        Map.of("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    Member old = new Member("n-migration", topic, classic);
    eventually("the classic member has all", () -> old.held().equals(ALL));
    GroupChecks.produce(topic, 4, 0, 400);
    eventually("the classic member reads", () -> old.records().size() == 400);
    Member fresh = new Member("n-migration", topic, settings());
    share(old, fresh);
    GroupChecks.produce(topic, 4, 400, 800);
    eventually("both read", () -> read(old, fresh) == 800);
    old.close();
    eventually("the new member has all", () -> fresh.held().equals(ALL));
    Member again = new Member("n-migration", topic, classic);
    share(again, fresh);
    fresh.close();
    eventually("the classic member has all again", () -> again.held().equals(ALL));
    GroupChecks.produce(topic, 4, 800, 1000);
    eventually("the rest is read", () -> read(old, fresh, again) >= 1000);
    same(1000, read(old, fresh, again), "the number of records read");
    again.close();
    for (Member member : List.of(old, fresh, again)) {
      require(member.failure() == null, "a member failed: " + member.failure());
    }
  }

  private void describe() throws Exception {
    String topic = newTopic("new-admin", 4);
    Member member = new Member("n-admin", topic, settings("client.id", "shown"));
    try {
      eventually("the member has all", () -> member.held().equals(ALL));
      GroupChecks.produce(topic, 4, 0, 8);
      eventually("the member reads", () -> member.records().size() == 8);
      var group = admin.describeConsumerGroups(List.of("n-admin")).all().get().get("n-admin");
      same("uniform", group.partitionAssignor(), "the assignor");
      same(1, group.members().size(), "the number of members");
      var one = group.members().iterator().next();
      same("shown", one.clientId(), "the client id");
      same(4, one.assignment().topicPartitions().size(), "the number of partitions");
      var types = new TreeSet<String>();
      for (var listed : admin.listConsumerGroups().all().get()) {
        if (listed.groupId().equals("n-admin")) {
          types.add(listed.type().map(Object::toString).orElse("none"));
        }
      }
      same(Set.of("Consumer"), types, "the type of the group");
    } finally {
      member.close();
    }
  }
}
