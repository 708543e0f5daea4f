// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/consumer_protocol.h"

#include "metadata/metadata_fixture.h"
#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {
namespace {

class ConsumerProtocolTest : public metadata::MetadataFixture {
 protected:
  ImagePtr image_ = after({topic("orders", 1), partition(1, 0), partition(1, 1)});

  static Bytes subscription(int16_t version) {
    return wire::encode_versioned(
        wire::ConsumerProtocolSubscription{
            .topics = {"orders", "audit", "orders"},
            .user_data = std::nullopt,
            .owned_partitions = {{.topic = "orders", .partitions = {1, 0}},
                                 {.topic = "gone", .partitions = {0}}},
            .generation_id = 7,
            .rack_id = "north"},
        version);
  }
};

TEST_F(ConsumerProtocolTest, reads_what_each_version_says) {
  const auto oldest = read_subscription(subscription(0), *image_).value();
  EXPECT_EQ(oldest.topics, (std::vector<std::string>{"audit", "orders"}));
  EXPECT_EQ(oldest.owned, Partitions{});
  const auto second = read_subscription(subscription(1), *image_).value();
  EXPECT_EQ(second.owned, make_partitions({{id(1), 0}, {id(1), 1}}));
  EXPECT_EQ(second.generation, -1);
  EXPECT_EQ(read_subscription(subscription(2), *image_).value().generation, 7);
  const auto newest = read_subscription(subscription(3), *image_).value();
  EXPECT_EQ(newest.rack, "north");
  EXPECT_EQ(newest.version, 3);
}

TEST_F(ConsumerProtocolTest, a_blob_that_lies_about_its_lengths_is_refused) {
  EXPECT_FALSE(read_subscription(Bytes{}, *image_));
  EXPECT_FALSE(read_subscription(Bytes{0}, *image_));
  EXPECT_FALSE(read_subscription(Bytes{0, 0, 0x7f, 0xff, 0xff, 0xff}, *image_));
  Bytes cut = subscription(3);
  for (size_t size = 0; size < cut.size(); ++size) {
    EXPECT_FALSE(read_subscription(ByteView(cut).first(size), *image_)) << size;
  }
}

TEST_F(ConsumerProtocolTest, an_assignment_is_written_and_read_back) {
  const Partitions both = make_partitions({{id(1), 0}, {id(1), 1}});
  for (int16_t version = 0; version <= 4; ++version) {
    EXPECT_EQ(read_assignment(write_assignment(both, version, *image_), *image_).value(), both);
  }
  EXPECT_EQ(read_assignment({}, *image_).value(), Partitions{});
  EXPECT_FALSE(read_assignment(Bytes{0, 1, 2}, *image_));
}

TEST_F(ConsumerProtocolTest, a_subscription_is_written_and_read_back) {
  const auto read =
      read_subscription(write_subscription({"orders"}, {{id(1), 1}}, *image_), *image_).value();
  EXPECT_EQ(read.topics, (std::vector<std::string>{"orders"}));
  EXPECT_EQ(read.owned, (Partitions{{id(1), 1}}));
}

}  // namespace
}  // namespace tenon::groups
