// SPDX-License-Identifier: Apache-2.0

#include "wire/header.h"

#include <gtest/gtest.h>

#include "wire/schema.h"
#include "wire/testing/golden.h"

namespace tenon::wire {
namespace {

Result<DecodedHeader> decoded(std::string_view hex) {
  return decode_request_header(from_hex(hex));
}

Bytes response_header(ApiKey key, int16_t version) {
  OutputChain out;
  encode_response_header(key, version, 0x01020304, out);
  return out.bytes;
}

TEST(request_header, version_1_ends_with_the_client_id) {
  const auto result = decoded("0003 0008 00000007 0004 6b636174 ffff");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->header.api_key, ApiKey::kMetadata);
  EXPECT_EQ(result->header.api_version, 8);
  EXPECT_EQ(result->header.correlation_id, 7);
  EXPECT_EQ(result->header.client_id, "kcat");
  EXPECT_EQ(result->bytes, 14u);
}

TEST(request_header, version_2_keeps_the_long_client_id_and_skips_tagged_fields) {
  const auto result = decoded("0003 0009 00000007 0004 6b636174 01 2a 02 abcd ff");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->header.client_id, "kcat");
  EXPECT_EQ(result->bytes, 19u);
}

TEST(request_header, client_id_may_be_null) {
  const auto result = decoded("0003 0001 00000007 ffff");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->header.client_id, std::nullopt);
  EXPECT_EQ(result->bytes, 10u);
}

TEST(request_header, of_a_future_api_versions_is_flexible) {
  const auto result = decoded("0012 0063 00000001 0000 00 0566");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->header.api_version, 99);
  EXPECT_EQ(result->bytes, 11u);
}

TEST(request_header, of_an_unknown_key_is_read_as_version_1) {
  for (const std::string_view key : {"0004", "7fff", "ffff", "8000"}) {
    const auto result = decoded(std::string(key) + "0005 00000001 0000");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->bytes, 10u);
  }
}

TEST(request_header, of_offset_delete_is_never_flexible) {
  EXPECT_EQ(flexible_since(ApiKey::kOffsetDelete), kNeverFlexible);
  EXPECT_EQ(decoded("002f 0000 00000001 0000")->bytes, 10u);
}

TEST(request_header, that_is_cut_off_is_malformed) {
  for (const std::string_view hex : {"", "0003 0009", "0003 0009 00000007 0004 6b63",
                                     "0003 0009 00000007 ffff", "0003 0009 00000007 fffe 00"}) {
    const auto result = decoded(hex);
    ASSERT_FALSE(result) << hex;
    EXPECT_EQ(result.error().code, Errc::kMalformed);
  }
}

TEST(request_header, is_read_as_it_was_written) {
  for (const int16_t version : {int16_t{8}, int16_t{9}}) {
    Bytes bytes;
    encode_request_header({ApiKey::kProduce, version, 77, "app"}, bytes);
    const auto result = decode_request_header(bytes);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->header.correlation_id, 77);
    EXPECT_EQ(result->header.client_id, "app");
    EXPECT_EQ(result->bytes, bytes.size());
  }
}

TEST(response_header, is_flexible_with_its_api) {
  EXPECT_EQ(response_header(ApiKey::kMetadata, 8), from_hex("01020304"));
  EXPECT_EQ(response_header(ApiKey::kMetadata, 9), from_hex("01020304 00"));
}

TEST(response_header, of_api_versions_is_always_version_0) {
  for (const int16_t version : {int16_t{0}, int16_t{3}, int16_t{4}}) {
    EXPECT_EQ(response_header(ApiKey::kApiVersions, version), from_hex("01020304"));
  }
}

}  // namespace
}  // namespace tenon::wire
