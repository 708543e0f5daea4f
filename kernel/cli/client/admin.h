// SPDX-License-Identifier: Apache-2.0
//
// The administration of topics through librdkafka's Admin API, as plain values.
// One thread, the client's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/client/client.h"

namespace tenon::cli {

struct TopicSpec {
  int partitions = -1;          // -1 = what the broker takes for topics that do not say
  int replication_factor = -1;  // the same
  std::map<std::string, std::string> configs{};
};

// What became of one topic.
struct TopicResult {
  std::string name;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string reason{};  // the broker's words
};

struct ConfigValue {
  std::string name;
  std::optional<std::string> value;  // null: sensitive
  std::string source;                // "DYNAMIC_TOPIC_CONFIG", as Kafka writes it
  bool is_default = false;
  bool read_only = false;
  bool sensitive = false;
};

// One result for each name, in their order. Fails as a whole only when nobody answers.
Outcome<std::vector<TopicResult>> create_topics(const Client& client,
                                                const std::vector<std::string>& names,
                                                const TopicSpec& spec);
Outcome<std::vector<TopicResult>> delete_topics(const Client& client,
                                                const std::vector<std::string>& names);
// Every configuration of the topic, by name.
Outcome<std::vector<ConfigValue>> topic_configs(const Client& client, const std::string& topic);

}  // namespace tenon::cli
