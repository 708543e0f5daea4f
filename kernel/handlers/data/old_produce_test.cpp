// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/old_produce.h"

#include <gtest/gtest.h>

#include "wire/codec.h"
#include "wire/data/produce.h"

namespace tenon::handlers {
namespace {

class OldProduceTest : public ::testing::Test {
 protected:
  // A request as versions 0 to 2 write it: version 3 without its transactional id.
  static Bytes request(int16_t acks) {
    static Bytes payload(10, 7);
    wire::ProduceRequest made;
    made.acks = acks;
    made.topic_data.push_back(
        {.name = "t", .partition_data = {{.index = 5, .records = MutableBytes(payload)}}});
    Bytes bytes = wire::encode_bytes(std::move(made), 3);
    bytes.erase(bytes.begin(), bytes.begin() + 2);
    return bytes;
  }
  static Bytes answer(int16_t version) {
    Bytes body = request(1);
    auto reply = refuse_old_produce(body, version, {});
    EXPECT_TRUE(reply && *reply);
    return (*reply)->bytes;
  }
};

// topics, name, partitions, index, error 35, offset -1, and what the versions added.
TEST_F(OldProduceTest, every_partition_is_answered_unsupported_version) {
  const Bytes version_0 = answer(0);
  const Bytes expected{0, 0, 0, 1,  0,    1,    't',  0,    0,    0,    1,    0,   0,
                       0, 5, 0, 35, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  EXPECT_EQ(version_0, expected);
  EXPECT_EQ(answer(1).size(), expected.size() + 4);      // throttle time
  EXPECT_EQ(answer(2).size(), expected.size() + 4 + 8);  // timestamp
}

TEST_F(OldProduceTest, acks_none_is_not_answered) {
  Bytes body = request(0);
  const auto reply = refuse_old_produce(body, 2, {});
  ASSERT_TRUE(reply);
  EXPECT_FALSE(*reply);
}

TEST_F(OldProduceTest, bytes_that_are_no_request_are_an_error) {
  Bytes body = request(1);
  body.resize(body.size() - 3);
  EXPECT_FALSE(refuse_old_produce(body, 2, {}));
}

}  // namespace
}  // namespace tenon::handlers
