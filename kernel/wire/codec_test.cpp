// SPDX-License-Identifier: Apache-2.0

#include "wire/codec.h"

#include <gtest/gtest.h>

#include "wire/data/fetch.h"
#include "wire/data/produce.h"
#include "wire/groups/heartbeat.h"
#include "wire/records/consumer_protocol.h"
#include "wire/records/group_records.h"
#include "wire/testing/golden.h"

namespace tenon::wire {
namespace {

TEST(codec, an_error_names_message_version_and_field) {
  const auto result = decode<HeartbeatRequest>(from_hex("0001 67 0000"), 0);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text(),
            "HeartbeatRequest v0: GenerationId: 4 bytes are wanted and 2 are left");
}

TEST(codec, a_version_that_is_not_spoken_is_told_with_those_that_are) {
  const auto result = decode<FetchRequest>({}, 3);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kUnsupportedVersion);
  EXPECT_EQ(result.error().text(), "FetchRequest v3: versions 4 to 16 are spoken here");
}

TEST(codec, records_of_a_produce_request_lie_in_the_frame) {
  Bytes frame = from_hex("ffff ffff 00000064 00000001 0001 74 00000001 00000005 00000002 abcd");
  const auto request = decode<ProduceRequest>(frame, 3);
  ASSERT_TRUE(request) << request.error().text();
  const MutableBytes records = *request->topic_data.at(0).partition_data.at(0).records;
  EXPECT_EQ(records.data(), frame.data() + frame.size() - 2);
  EXPECT_EQ(records.size(), 2u);
}

TEST(codec, a_fetch_response_is_a_chain_with_its_payload_spliced_in) {
  FetchResponse response;
  auto& partition = response.responses.emplace_back().partitions.emplace_back();
  partition.records = Payload::own(from_hex("c0ffee"));
  OutputChain chain;
  encode(std::move(response), 12, chain);
  ASSERT_EQ(chain.splices.size(), 1u);
  EXPECT_EQ(chain.bytes[chain.splices[0].at - 1], 4);  // compact length of three bytes
  Bytes whole;
  ASSERT_TRUE(chain.flatten(whole));
  EXPECT_TRUE(decode<FetchResponse>(whole, 12));
}

TEST(codec, a_versioned_value_has_its_version_in_front) {
  const Bytes bytes = encode_versioned(GroupMetadataKey{.group = "g"}, 2);
  EXPECT_EQ(bytes, from_hex("0002 0001 67"));
  EXPECT_EQ(decode_versioned<GroupMetadataKey>(bytes)->group, "g");
}

TEST(codec, a_versioned_value_of_an_unknown_version_is_refused) {
  EXPECT_EQ(decode_versioned<GroupMetadataKey>(from_hex("0003 0001 67")).error().code,
            Errc::kUnsupportedVersion);
  EXPECT_EQ(decode_versioned<GroupMetadataKey>(from_hex("00")).error().code, Errc::kMalformed);
}

TEST(codec, a_newer_subscription_is_read_by_the_newest_version_we_know) {
  ConsumerProtocolSubscription subscription{.topics = {"orders"}, .rack_id = "r1"};
  Bytes bytes = encode_versioned(subscription, 3);
  store_be(bytes.data(), int16_t{9});
  bytes.push_back(0x2a);  // a field of the future
  const auto read = decode_versioned<ConsumerProtocolSubscription>(bytes);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->topics, std::vector<std::string>{"orders"});
  EXPECT_EQ(read->rack_id, "r1");
}

TEST(codec, a_negative_version_of_a_subscription_is_refused) {
  EXPECT_FALSE(decode_versioned<ConsumerProtocolSubscription>(from_hex("ffff 00000000 ffffffff")));
}

}  // namespace
}  // namespace tenon::wire
