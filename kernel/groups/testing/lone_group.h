// SPDX-License-Identifier: Apache-2.0
//
// A consumer group without a coordinator around it, for tests of what is decided on a group: given
// members, when a request, then records, which can be replayed into the group, and in words.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "base/sim_scheduler.h"
#include "groups/consumer/consumer_records.h"
#include "groups/consumer/heartbeat.h"
#include "metadata/delta.h"
#include "metadata/image.h"

namespace tenon::groups {

// "epoch 4", "words a", "target a", "progress a", "assigned 4", "regex r"; "no words a" deletes.
inline std::string in_words(const ConsumerChange& change) {
  struct Says {
    std::string operator()(const EpochChange& it) const {
      return fmt::format("epoch {}", it.epoch);
    }
    std::string operator()(const AssignmentEpochChange& it) const {
      return fmt::format("assigned {}", it.epoch);
    }
    std::string operator()(const WordsChange& it) const { return "words " + it.member_id; }
    std::string operator()(const TargetChange& it) const { return "target " + it.member_id; }
    std::string operator()(const ProgressChange& it) const { return "progress " + it.member_id; }
    std::string operator()(const RegexChange& it) const { return "regex " + it.regex; }
    std::string operator()(const TopicsChange&) const { return "topics"; }
  };
  return (change.deleted ? "no " : "") + std::visit(Says{}, change.change);
}

inline Result<ConsumerChange> reread(const Record& record) {
  statemachine::CommittedRecord view{.key = record.key, .value = std::nullopt};
  if (record.value) view.value = *record.value;
  return read_consumer_change(view);
}

class LoneGroup : public ::testing::Test {
 protected:
  using Said = std::vector<std::string>;
  using Request = wire::ConsumerGroupHeartbeatRequest;
  using ErrorCode = wire::ErrorCode;

  struct Given {
    std::string id;
    MemberWords words = saying();
    MemberProgress progress{};
    Partitions target{};
  };

  static MemberWords saying(std::vector<std::string> topics = {"orders"}) {
    MemberWords words;
    words.client_id = "client";
    words.client_host = "10.0.0.1";
    words.topics = std::move(topics);
    words.rebalance_timeout_ms = 30'000;
    return words;
  }
  static MemberWords as_static(const std::string& instance) {
    MemberWords words = saying();
    words.instance_id = instance;
    return words;
  }
  static MemberWords with_regex(const std::string& regex) {
    MemberWords words = saying({});
    words.regex = regex;
    return words;
  }
  static MemberWords as_classic(std::vector<ClassicWords::Protocol> protocols = {{"range", {}}}) {
    MemberWords words = saying();
    words.classic = ClassicWords{.session_timeout_ms = 10'000, .protocols = std::move(protocols)};
    return words;
  }

  static Uuid topic() { return Uuid::from_random(1, 1); }
  static Partitions parts(std::vector<int32_t> numbers) {
    std::vector<IdPartition> all;
    for (const int32_t number : numbers) all.push_back({topic(), number});
    return make_partitions(std::move(all));
  }
  // Has "orders", of four partitions.
  static std::shared_ptr<const metadata::Image> image() {
    std::vector<metadata::Record> records{wire::TopicRecord{.name = "orders", .topic_id = topic()}};
    for (int32_t i = 0; i < 4; ++i) {
      records.push_back(metadata::to_record(topic(), {.index = i,
                                                      .leader = BrokerId{1},
                                                      .leader_epoch = LeaderEpoch{0},
                                                      .partition_epoch = 0,
                                                      .replicas = {BrokerId{1}},
                                                      .isr = {BrokerId{1}}}));
    }
    return metadata::apply(*metadata::Image::empty("test-cluster"), records, 1).value();
  }

  // The group and its target are of `epoch`.
  void given(int32_t epoch, const std::vector<Given>& members) {
    replay({epoch_record(id, epoch, 0), assignment_epoch_record(id, epoch)});
    for (const Given& each : members) {
      replay({words_record(id, each.id, each.words), target_record(id, each.id, each.target),
              progress_record(id, each.id, each.progress)});
    }
  }
  void replay(const Records& records) {
    for (const Record& record : records) apply_change(group, reread(record).value());
  }
  const ConsumerMember& member(std::string_view member_id) const { return *group.find(member_id); }
  GroupView view() const { return {id, group, max_size}; }

  // That the member is there, and no more.
  static Heartbeat beat(const std::string& member_id, int32_t epoch) {
    Heartbeat heartbeat{.info = {"client", "10.0.0.1"}, .request = {}};
    heartbeat.request.group_id = "g";
    heartbeat.request.member_id = member_id;
    heartbeat.request.member_epoch = epoch;
    return heartbeat;
  }

  static Said said(const Records& records) {
    Said all;
    for (const Record& record : records) all.push_back(in_words(reread(record).value()));
    return all;
  }
  template <class T>
  static ErrorCode code(const Decision<T>& decision) {
    return decision ? ErrorCode::kNone : decision.error().code;
  }

  SimScheduler scheduler;
  const std::string id = "g";
  size_t max_size = 100;
  ConsumerGroup group{scheduler};
};

}  // namespace tenon::groups
