// SPDX-License-Identifier: Apache-2.0
//
// Given an image, when a request, then records and results: what the tests of the plans share.
// Tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "controller/topics/topic_plans.h"
#include "metadata/delta.h"

namespace tenon::controller {

class PlanFixture : public ::testing::Test {
 protected:
  PlanFixture() {
    policy_.default_partitions = 3;
    policy_.partitions_per_request_max = 100;
    brokers(1);
  }

  void brokers(int32_t count) {
    for (int32_t id = 1; id <= count; ++id) {
      metadata::BrokerInfo broker;
      broker.id = BrokerId{id};
      broker.epoch = ++broker_epoch_;
      given({metadata::to_record(broker)});
    }
  }
  void given(const std::vector<metadata::Record>& records) {
    auto next = metadata::apply(*image_, records, image_->index() + 1);
    ASSERT_TRUE(next) << next.error().text();
    image_ = *next;
  }
  // A topic that is there already.
  void given_topic(const std::string& name, int32_t partitions = 1, const Configs& configs = {}) {
    NewTopic topic;
    topic.name = name;
    topic.partitions = partitions;
    for (const auto& [key, value] : configs) topic.configs.emplace_back(key, value);
    given(plan_create_topics(context(), {topic}, {.internal = true}).records);
  }
  PlanContext context() { return {*image_, policy_, random_}; }

  // The code of a refusal, or kUnknown of a success.
  template <class T>
  static Errc code(const Result<T>& result) {
    return result ? Errc::kUnknown : result.error().code;
  }
  static Replicas replicas(std::initializer_list<int32_t> ids) {
    Replicas out;
    for (const int32_t id : ids) out.push_back(BrokerId{id});
    return out;
  }

  std::shared_ptr<const metadata::Image> image_ = metadata::Image::empty("test");
  TopicPolicy policy_;
  SeededRandom random_{1};
  int64_t broker_epoch_ = 0;
};

}  // namespace tenon::controller
