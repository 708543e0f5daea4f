// SPDX-License-Identifier: Apache-2.0

#include "handlers/dispatch.h"

#include "handlers/data/old_produce.h"
#include "handlers/testing/handler_fixture.h"
#include "wire/admin/api_versions.h"
#include "wire/admin/metadata.h"
#include "wire/codec.h"
#include "wire/header.h"

namespace tenon::handlers {
namespace {

using wire::ApiKey;

class DispatchTest : public HandlerTest {
 protected:
  static Bytes frame(ApiKey key, int16_t version, const Bytes& body, int32_t correlation = 7) {
    Bytes bytes;
    wire::encode_request_header({.api_key = key,
                                 .api_version = version,
                                 .correlation_id = correlation,
                                 .client_id = "client"},
                                bytes);
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
  }
  template <class Request>
  static Bytes frame_of(Request request, int16_t version) {
    return frame(Request::kApiKey, version, wire::encode_bytes(std::move(request), version));
  }
  Body dispatch(Bytes bytes) {
    return wait(handle_frame(*services_, 0, connection_, MutableBytes(bytes)));
  }
  // The reply in one piece.
  Bytes reply(Bytes bytes) {
    Bytes out;
    const Body answer = dispatch(std::move(bytes));
    EXPECT_TRUE(answer && *answer);
    if (answer && *answer) {
      EXPECT_TRUE((*answer)->flatten(out));
    }
    return out;
  }
  uint64_t refused() { return services_->metrics.refused().value(); }
};

TEST_F(DispatchTest, answers_with_the_correlation_id_and_the_message_of_the_version) {
  for (const int16_t version : {int16_t{0}, int16_t{8}, int16_t{12}}) {
    Bytes bytes = reply(frame_of(wire::MetadataRequest{}, version));
    EXPECT_EQ(load_be<int32_t>(bytes.data()), 7);
    const size_t header = version >= wire::MetadataResponse::kFlexibleSince ? 5 : 4;
    const auto decoded =
        wire::decode<wire::MetadataResponse>(MutableBytes(bytes).subspan(header), version);
    ASSERT_TRUE(decoded) << version;
    EXPECT_EQ(decoded->brokers.size(), 1U);
  }
}

TEST_F(DispatchTest, a_key_that_is_not_answered_closes_the_connection) {
  const Body answer = dispatch(frame(ApiKey{9999}, 0, {}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnsupportedVersion);
  EXPECT_NE(answer.error().text().find("9999"), std::string::npos);
  EXPECT_EQ(refused(), 1U);
}

TEST_F(DispatchTest, a_version_that_is_not_answered_closes_the_connection) {
  EXPECT_FALSE(dispatch(frame(ApiKey::kMetadata, 99, {})));
  EXPECT_FALSE(dispatch(frame(ApiKey::kMetadata, -1, {})));
  EXPECT_FALSE(dispatch(frame(ApiKey::kFetch, 3, {})));
  EXPECT_EQ(refused(), 3U);
}

// KIP-511: the client then asks again in a version that it finds there.
TEST_F(DispatchTest, an_unknown_version_of_api_versions_is_answered_in_version_0) {
  Bytes bytes = reply(frame(ApiKey::kApiVersions, 99, {}));
  const auto decoded = wire::decode<wire::ApiVersionsResponse>(MutableBytes(bytes).subspan(4), 0);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(code(decoded->error_code), wire::ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(decoded->api_keys.size(), 1U);
}

// The header of ApiVersions never has tags, so that every client can read it.
TEST_F(DispatchTest, api_versions_is_answered_behind_a_short_header) {
  wire::ApiVersionsRequest request{.client_software_name = "lib", .client_software_version = "1"};
  Bytes bytes = reply(frame_of(std::move(request), 3));
  const auto decoded = wire::decode<wire::ApiVersionsResponse>(MutableBytes(bytes).subspan(4), 3);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->api_keys.size(), apis().size());
}

TEST_F(DispatchTest, bytes_that_are_no_request_close_the_connection) {
  EXPECT_FALSE(dispatch({}));
  EXPECT_FALSE(dispatch({1, 2, 3}));
  EXPECT_EQ(refused(), 2U);
  EXPECT_FALSE(dispatch(frame(ApiKey::kMetadata, 12, {0xff, 0xff, 0xff})));
}

TEST_F(DispatchTest, a_request_longer_than_its_api_may_have_closes_the_connection) {
  const Body metadata = dispatch(frame(ApiKey::kMetadata, 12, Bytes(2u << 20)));
  ASSERT_FALSE(metadata);
  EXPECT_EQ(metadata.error().code, Errc::kTooLarge);
  EXPECT_EQ(dispatch(frame(ApiKey::kSyncGroup, 5, Bytes(8u << 20))).error().code, Errc::kTooLarge);
  EXPECT_NE(dispatch(frame(ApiKey::kSyncGroup, 5, Bytes(4u << 20))).error().code, Errc::kTooLarge);
  EXPECT_EQ(refused(), 2U);
}

TEST_F(DispatchTest, bytes_behind_a_request_are_ignored) {
  Bytes with_more = frame_of(wire::MetadataRequest{}, 12);
  with_more.push_back(0);
  EXPECT_TRUE(dispatch(with_more));
}

TEST_F(DispatchTest, an_old_produce_is_refused_in_its_own_shape) {
  wire::ProduceRequest request;
  request.acks = 1;
  request.topic_data.push_back({.name = "t", .partition_data = {{.index = 0}}});
  Bytes body = wire::encode_bytes(std::move(request), kFirstProduceVersion);
  body.erase(body.begin(), body.begin() + 2);  // the transactional id, new in version 3
  const Bytes bytes = reply(frame(ApiKey::kProduce, 2, body));
  EXPECT_EQ(load_be<int32_t>(bytes.data()), 7);
  EXPECT_EQ(load_be<int16_t>(bytes.data() + 4 + 4 + 3 + 4 + 4),
            static_cast<int16_t>(wire::ErrorCode::kUnsupportedVersion));
}

TEST_F(DispatchTest, a_produce_without_acks_has_no_reply) {
  create("t");
  Bytes payload = batch({"a"});
  wire::ProduceRequest request;
  request.topic_data.push_back(
      {.name = "t", .partition_data = {{.index = 0, .records = MutableBytes(payload)}}});
  const Body answer = dispatch(frame_of(std::move(request), 9));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
  EXPECT_EQ(partition("t").offsets().log_end, Offset{1});
}

TEST_F(DispatchTest, fetched_records_are_spliced_into_the_reply) {
  create("t");
  append("t", 0, {"a"});
  wire::FetchRequest request;
  request.topics.push_back(
      {.topic = "t", .topic_id = {}, .partitions = {{.partition_max_bytes = 1 << 20}}});
  const Body answer = dispatch(frame_of(std::move(request), 12));
  ASSERT_TRUE(answer && *answer);
  ASSERT_EQ((*answer)->splices.size(), 1U);
  EXPECT_EQ((*answer)->splices[0].payload.bytes, batch({"a"}).size());
}

TEST_F(DispatchTest, counts_requests_bytes_and_failures) {
  const Bytes good = frame_of(wire::MetadataRequest{}, 12);
  const size_t answered = reply(good).size();
  dispatch(frame(ApiKey::kMetadata, 12, {}));
  auto& counted = services_->metrics.of(ApiKey::kMetadata);
  EXPECT_EQ(counted.requests.value(), 2U);
  EXPECT_EQ(counted.errors.value(), 1U);
  EXPECT_EQ(counted.response_bytes.value(), answered);
  EXPECT_GT(counted.request_bytes.value(), good.size());
  EXPECT_EQ(counted.latency.snapshot().count, 2U);
}

}  // namespace
}  // namespace tenon::handlers
