// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this room share: short ways to write records and images. Tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "metadata/delta.h"
#include "metadata/image.h"
#include "metadata/records.h"

namespace tenon::metadata {

class MetadataFixture : public ::testing::Test {
 protected:
  using ImagePtr = std::shared_ptr<const Image>;

  static Uuid id(uint64_t number) {
    SeededRandom random(number);
    const uint64_t high = random.next();
    return Uuid::from_random(high, random.next());
  }

  static Record topic(const std::string& name, uint64_t number) {
    return wire::TopicRecord{.name = name, .topic_id = id(number)};
  }
  static Record partition(uint64_t topic_number, int32_t index, int32_t epoch = 0) {
    return to_record(id(topic_number), {.index = index,
                                        .leader = BrokerId{1},
                                        .leader_epoch = LeaderEpoch{epoch},
                                        .partition_epoch = epoch,
                                        .replicas = {BrokerId{1}},
                                        .isr = {BrokerId{1}}});
  }
  static Record config(const std::string& topic_name, const std::string& name,
                       std::optional<std::string> value) {
    return config_record(topic_name, name, std::move(value));
  }
  static Record group_config(const std::string& group_id, const std::string& name,
                             std::optional<std::string> value) {
    return group_config_record(group_id, name, std::move(value));
  }
  static Record remove(uint64_t topic_number) {
    return wire::RemoveTopicRecord{.topic_id = id(topic_number)};
  }
  static Record producer_ids(int64_t next) {
    return wire::ProducerIdsRecord{.broker_id = 1, .next_producer_id = next};
  }
  static Record broker(int32_t number, int64_t epoch, const std::string& host = "localhost") {
    BrokerInfo info;
    info.id = BrokerId{number};
    info.host = host;
    info.port = 9092;
    info.epoch = epoch;
    info.incarnation = id(static_cast<uint64_t>(epoch) + 1000);
    return to_record(info);
  }

  static ImagePtr empty() { return Image::empty("test-cluster"); }
  static ImagePtr after(const Image& base, const std::vector<Record>& records) {
    auto image = apply(base, records, base.index() + 1);
    EXPECT_TRUE(image) << image.error().text();
    return image ? *image : nullptr;
  }
  static ImagePtr after(const std::vector<Record>& records) { return after(*empty(), records); }
  static Errc refusal(const Image& base, const std::vector<Record>& records) {
    const auto image = apply(base, records, base.index() + 1);
    EXPECT_FALSE(image) << "the records were accepted";
    return image ? Errc::kUnknown : image.error().code;
  }
  static Bytes dump(const Image& image) { return encode_records(to_records(image)); }
};

}  // namespace tenon::metadata
