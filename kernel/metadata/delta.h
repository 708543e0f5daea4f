// SPDX-License-Identifier: Apache-2.0
//
// From one image to the next: a Delta collects records on top of a base image and ends in a new
// image. Used by the controller for what it is about to write, and for replaying the journal.
//
// One thread. The base is not changed. A record that contradicts the image (a topic made twice, a
// partition of an unknown topic, a producer id that goes back) is kCorruptData: journals are
// written only after validation, so it means damage, and the delta must then be dropped.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>

#include "base/error.h"
#include "metadata/image.h"
#include "metadata/records.h"

namespace tenon::metadata {

class Delta {
 public:
  explicit Delta(const Image& base);

  Result<> replay(const Record& record);
  Result<> replay(std::span<const Record> records);
  // The controller that now leads. Comes from the journal's leadership entries, not from records.
  void set_controller(BrokerId controller, int32_t epoch);
  // The new image, which stands for everything up to journal entry `index`. Call once.
  std::shared_ptr<const Image> finish(uint64_t index);

 private:
  Result<> replay_one(const wire::RegisterBrokerRecord& record);
  Result<> replay_one(const wire::TopicRecord& record);
  Result<> replay_one(const wire::PartitionRecord& record);
  Result<> replay_one(const wire::ConfigRecord& record);
  Result<> replay_one(const wire::RemoveTopicRecord& record);
  Result<> replay_one(const wire::ProducerIdsRecord& record);

  Result<> replay_topic_config(const wire::ConfigRecord& record);
  void replay_group_config(const wire::ConfigRecord& record);

  // This delta's own copy of a topic of the image being made; it must be there.
  TopicInfo& edit(const TopicInfo& topic);
  void put(std::shared_ptr<TopicInfo> topic);

  Image next_;
  Image::Topics::Editor by_name_;
  ChunkedMap<TopicInfo, TopicsById>::Editor by_id_;
  ChunkedMap<TopicInfo, TopicsByMetricName>::Editor by_metric_name_;
  Image::Groups::Editor groups_;
  // Topics made or copied by this delta; still mutable, because nobody else has seen them.
  std::unordered_map<Uuid, std::shared_ptr<TopicInfo>> drafts_;
};

// The image after `records`, at journal entry `index`.
Result<std::shared_ptr<const Image>> apply(const Image& base, std::span<const Record> records,
                                           uint64_t index);

}  // namespace tenon::metadata
