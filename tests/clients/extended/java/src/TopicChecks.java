// SPDX-License-Identifier: Apache-2.0
//
// Admin calls about the cluster, topics and their configurations.

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

final class TopicChecks extends Checks {
  void all() {
    check("describe-cluster", this::describeCluster);
    check("create-list-describe-delete-topics", this::lifeOfTopic);
    check("refuse-bad-topics", this::refuseBadTopics);
    check("create-with-assignment-and-defaults", this::assignmentAndDefaults);
    check("describe-topic-configs", this::describeTopicConfigs);
    check("describe-broker-configs", this::describeBrokerConfigs);
    check("alter-configs", this::alterConfigs);
    check("create-partitions", this::createPartitions);
  }

  private void describeCluster() throws Exception {
    DescribeClusterResult cluster = admin.describeCluster();
    same(1, cluster.nodes().get().size(), "the number of nodes");
    require(!cluster.clusterId().get().isBlank(), "no cluster id");
    same(cluster.nodes().get().iterator().next(), cluster.controller().get(), "the controller");
  }

  private void lifeOfTopic() throws Exception {
    NewTopic topic = new NewTopic("life", 3, (short) 1).configs(Map.of("retention.ms", "86400000"));
    CreateTopicsResult created = admin.createTopics(List.of(topic));
    Uuid id = created.topicId("life").get();
    same(3, created.numPartitions("life").get(), "numPartitions");
    same(1, created.replicationFactor("life").get(), "replicationFactor");
    same("86400000", created.config("life").get().get("retention.ms").value(), "retention.ms");
    fails(TopicExistsException.class, () -> admin.createTopics(List.of(topic)).all().get());
    require(admin.listTopics().names().get().contains("life"), "not listed");
    same(id, admin.listTopics().namesToListings().get().get("life").topicId(), "the listed id");
    describeLife(id);
    Uuid old = id;
    admin.deleteTopics(List.of("life")).all().get();
    fails(UnknownTopicOrPartitionException.class, () -> admin.describeTopics(List.of("life")).allTopicNames().get());
    fails(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of("life")).all().get());
    Uuid fresh = admin.createTopics(List.of(topic)).topicId("life").get();
    require(!fresh.equals(old), "the id was used again");
    admin.deleteTopics(TopicCollection.ofTopicIds(List.of(fresh))).all().get();
    fails(UnknownTopicIdException.class,
        () -> admin.describeTopics(TopicCollection.ofTopicIds(List.of(fresh))).allTopicIds().get());
    require(!admin.listTopics().names().get().contains("life"), "still listed");
  }

  private void describeLife(Uuid id) throws Exception {
    TopicDescription described = admin.describeTopics(List.of("life")).allTopicNames().get().get("life");
    require(!Uuid.ZERO_UUID.equals(id), "the topic id is zero");
    same(id, described.topicId(), "the described id");
    same(3, described.partitions().size(), "the number of partitions");
    same(false, described.isInternal(), "internal");
    for (int i = 0; i < 3; i++) {
      same(i, described.partitions().get(i).partition(), "the partition");
      require(described.partitions().get(i).leader() != null, "no leader");
      same(1, described.partitions().get(i).isr().size(), "the size of the isr");
    }
    TopicDescription byId =
        admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id);
    same("life", byId.name(), "the name by id");
  }

  private void refuse(Class<? extends Throwable> why, NewTopic topic) throws Exception {
    fails(why, () -> admin.createTopics(List.of(topic)).all().get());
  }

  private void refuseBadTopics() throws Exception {
    refuse(InvalidTopicException.class, new NewTopic("a b", 1, (short) 1));
    refuse(InvalidTopicException.class, new NewTopic("..", 1, (short) 1));
    refuse(InvalidTopicException.class, new NewTopic("x".repeat(250), 1, (short) 1));
    refuse(InvalidPartitionsException.class, new NewTopic("none", 0, (short) 1));
    refuse(InvalidReplicationFactorException.class, new NewTopic("three", 1, (short) 3));
    NewTopic odd = new NewTopic("odd", 1, (short) 1);
    refuse(InvalidConfigurationException.class, odd.configs(Map.of("retention.ms", "soon")));
    refuse(InvalidConfigurationException.class, odd.configs(Map.of("no.such.config", "1")));
    admin.createTopics(List.of(new NewTopic("only-asked", 1, (short) 1)),
        new CreateTopicsOptions().validateOnly(true)).all().get();
    require(!admin.listTopics().names().get().contains("only-asked"), "validateOnly created the topic");
  }

  private void assignmentAndDefaults() throws Exception {
    int node = admin.describeCluster().nodes().get().iterator().next().id();
    admin.createTopics(List.of(new NewTopic("assigned", Map.of(0, List.of(node), 1, List.of(node))),
        new NewTopic("defaults", Optional.empty(), Optional.empty()))).all().get();
    Map<String, TopicDescription> described =
        admin.describeTopics(List.of("assigned", "defaults")).allTopicNames().get();
    same(2, described.get("assigned").partitions().size(), "the partitions of `assigned`");
    require(!described.get("defaults").partitions().isEmpty(), "no partitions by default");
  }

  private Config configs(ConfigResource resource) throws Exception {
    return admin.describeConfigs(Set.of(resource), new DescribeConfigsOptions().includeSynonyms(true)
        .includeDocumentation(true)).all().get().get(resource);
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  private void describeTopicConfigs() throws Exception {
    newTopic("configured", 1, Map.of("retention.ms", "1234567", "compression.type", "lz4"));
    Config config = configs(topic("configured"));
    for (String name : List.of("cleanup.policy", "compression.type", "delete.retention.ms", "max.message.bytes",
        "message.timestamp.type", "min.insync.replicas", "retention.bytes", "retention.ms", "segment.bytes")) {
      require(config.get(name) != null, "no " + name);
      require(config.get(name).type() != ConfigEntry.ConfigType.UNKNOWN, "no type of " + name);
      require(config.get(name).documentation() != null, "no documentation of " + name);
    }
    same("1234567", config.get("retention.ms").value(), "retention.ms");
    same(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, config.get("retention.ms").source(), "its source");
    same("retention.ms", config.get("retention.ms").synonyms().get(0).name(), "its first synonym");
    same("delete", config.get("cleanup.policy").value(), "cleanup.policy");
    require(config.get("cleanup.policy").source() != ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG,
        "a default has the source of a set value");
    fails(UnknownTopicOrPartitionException.class, () -> configs(topic("never-made")));
  }

  private void describeBrokerConfigs() throws Exception {
    String node = admin.describeCluster().nodes().get().iterator().next().idString();
    Config config = configs(new ConfigResource(ConfigResource.Type.BROKER, node));
    require(!config.entries().isEmpty(), "no broker configs");
  }

  private void alter(String topic, AlterConfigOp.OpType how, String name, String value) throws Exception {
    Collection<AlterConfigOp> changes = List.of(new AlterConfigOp(new ConfigEntry(name, value), how));
    admin.incrementalAlterConfigs(Map.of(topic(topic), changes)).all().get();
  }

  private void alterConfigs() throws Exception {
    newTopic("altered", 1, Map.of("segment.bytes", "2097152"));
    alter("altered", AlterConfigOp.OpType.SET, "retention.ms", "777");
    same("777", configs(topic("altered")).get("retention.ms").value(), "retention.ms once set");
    same("2097152", configs(topic("altered")).get("segment.bytes").value(), "segment.bytes");
    alter("altered", AlterConfigOp.OpType.APPEND, "cleanup.policy", "compact");
    same("delete,compact", configs(topic("altered")).get("cleanup.policy").value(), "cleanup.policy");
    alter("altered", AlterConfigOp.OpType.SUBTRACT, "cleanup.policy", "compact");
    same("delete", configs(topic("altered")).get("cleanup.policy").value(), "cleanup.policy");
    alter("altered", AlterConfigOp.OpType.DELETE, "retention.ms", "");
    require(configs(topic("altered")).get("retention.ms").source() != ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG,
        "retention.ms is still set");
    fails(InvalidConfigurationException.class,
        () -> alter("altered", AlterConfigOp.OpType.SET, "segment.bytes", "many"));
    fails(UnknownTopicOrPartitionException.class,
        () -> alter("never-made", AlterConfigOp.OpType.SET, "retention.ms", "1"));
  }

  private void createPartitions() throws Exception {
    newTopic("grown", 2);
    try (var producer = producer(Map.of())) {
      producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>("grown", 0, "k", "before")).get();
    }
    admin.createPartitions(Map.of("grown", NewPartitions.increaseTo(4))).all().get();
    same(4, admin.describeTopics(List.of("grown")).allTopicNames().get().get("grown").partitions().size(),
        "the number of partitions");
    try (var producer = producer(Map.of())) {
      producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>("grown", 3, "k", "after")).get();
    }
    readAll(partitions("grown", 4), 2);
    for (int fewer : new int[] {4, 1}) {
      fails(InvalidPartitionsException.class,
          () -> admin.createPartitions(Map.of("grown", NewPartitions.increaseTo(fewer))).all().get());
    }
    fails(UnknownTopicOrPartitionException.class,
        () -> admin.createPartitions(Map.of("never-made", NewPartitions.increaseTo(4))).all().get());
  }
}
