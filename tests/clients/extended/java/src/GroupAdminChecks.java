// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups from the admin's side: list, describe, and change their offsets.

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

final class GroupAdminChecks extends Checks {
  void all() {
    check("list-and-describe-groups", this::listAndDescribe);
    check("alter-and-list-group-offsets", this::offsets);
    check("remove-member", this::removeMember);
    check("delete-groups", this::delete);
  }

  private ConsumerGroupDescription describe(String group) throws Exception {
    return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
  }

  @SuppressWarnings("deprecation")
  private void listAndDescribe() throws Exception {
    String topic = newTopic("described", 3);
    Member member = new Member("g-described", topic, Map.of("client.id", "me"));
    try {
      eventually("the member has all", () -> member.held().size() == 3);
      var listed = admin.listConsumerGroups().all().get();
      require(listed.stream().map(ConsumerGroupListing::groupId).anyMatch("g-described"::equals), "not listed");
      ConsumerGroupDescription group = describe("g-described");
      same("Stable", group.state().toString(), "the state");
      same("range", group.partitionAssignor(), "the assignor");
      same(1, group.members().size(), "the number of members");
      MemberDescription described = group.members().iterator().next();
      same("me", described.clientId(), "the client id");
      require(described.host().contains("127.0.0.1"), "the host is " + described.host());
      same(Set.copyOf(partitions(topic, 3)), described.assignment().topicPartitions(), "the assignment");
      require(group.coordinator() != null, "no coordinator");
    } finally {
      member.close();
    }
    same("Empty", describe("g-described").state().toString(), "the state of a group without members");
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String group) throws Exception {
    return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
  }

  private void offsets() throws Exception {
    String topic = newTopic("moved", 2);
    TopicPartition zero = new TopicPartition(topic, 0);
    admin.alterConsumerGroupOffsets("g-moved", Map.of(zero, new OffsetAndMetadata(42, "by hand"))).all().get();
    same(Map.of(zero, new OffsetAndMetadata(42, "by hand")), committed("g-moved"), "the offsets");
    admin.alterConsumerGroupOffsets("g-moved-too", Map.of(zero, new OffsetAndMetadata(7))).all().get();
    var both = admin.listConsumerGroupOffsets(Map.of("g-moved", new ListConsumerGroupOffsetsSpec(),
        "g-moved-too", new ListConsumerGroupOffsetsSpec().topicPartitions(partitions(topic, 2)))).all().get();
    same(42L, both.get("g-moved").get(zero).offset(), "the first group's offset");
    same(7L, both.get("g-moved-too").get(zero).offset(), "the second group's offset");
    require(both.get("g-moved-too").get(new TopicPartition(topic, 1)) == null, "an offset nobody committed");
    Member member = new Member("g-moved", topic, Map.of());
    try {
      eventually("the member has all", () -> member.held().size() == 2);
      fails(UnknownMemberIdException.class, () -> admin.alterConsumerGroupOffsets("g-moved",
          Map.of(zero, new OffsetAndMetadata(1))).all().get());
    } finally {
      member.close();
    }
  }

  private void removeMember() throws Exception {
    String topic = newTopic("removed", 2);
    Member member = new Member("g-removed", topic, Map.of("group.instance.id", "held"));
    eventually("the member has all", () -> member.held().size() == 2);
    member.close();
    same(1, describe("g-removed").members().size(), "the static member after its close");
    admin.removeMembersFromConsumerGroup("g-removed",
        new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("held")))).all().get();
    same(0, describe("g-removed").members().size(), "the members after the removal");
  }

  private void delete() throws Exception {
    String topic = newTopic("deleted", 1);
    TopicPartition zero = new TopicPartition(topic, 0);
    Member member = new Member("g-deleted", topic, Map.of());
    eventually("the member has all", () -> member.held().size() == 1);
    fails(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of("g-deleted")).all().get());
    member.close();
    admin.alterConsumerGroupOffsets("g-deleted", Map.of(zero, new OffsetAndMetadata(3))).all().get();
    admin.deleteConsumerGroups(List.of("g-deleted")).all().get();
    same(Map.of(), committed("g-deleted"), "the offsets of a deleted group");
    fails(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of("g-deleted")).all().get());
  }
}
