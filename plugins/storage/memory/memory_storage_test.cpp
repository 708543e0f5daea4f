// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "conformance/property_suite.hpp"
#include "conformance/storage_suite.hpp"

namespace tenon::conformance {

struct Memory {
  static constexpr const char* kName = "memory";
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StorageContract, Memory);
TENON_PROPERTY_SUITE(MemoryProperties, "memory")

}  // namespace tenon::conformance

namespace tenon::memory {
namespace {

using namespace conformance;

class MemoryStorage : public ::testing::Test {
 protected:
  TestHost host_;
  Instance plugin_{host_, "memory", {{"log_bytes_max", "1000B"}}};
  TestLog log_{plugin_, *host_.fs().get()};
};

TEST_F(MemoryStorage, refuses_to_grow_beyond_its_limit) {
  ASSERT_EQ(log_.open({.directory = "/nowhere"}), TN_OK);
  ASSERT_EQ(log_.append({make_batch({.base_offset = 0, .records_bytes = 900})}), TN_OK);
  EXPECT_EQ(log_.append({make_batch({.base_offset = 1})}), TN_E_NOSPACE);
  EXPECT_EQ(log_.truncate(0), TN_OK);
  EXPECT_EQ(log_.append({make_batch({.base_offset = 0})}), TN_OK);
}

TEST_F(MemoryStorage, says_what_is_full_and_what_helps) {
  ASSERT_EQ(log_.open({.directory = "/nowhere"}), TN_OK);
  ASSERT_EQ(log_.append({make_batch({.base_offset = 0, .records_bytes = 2000})}), TN_E_NOSPACE);
  for (const char* word : {"is full", "of the 1000", "log_bytes_max", "retention.bytes"})
    EXPECT_NE(log_.error().find(word), std::string::npos) << log_.error();
}

TEST(MemoryDefaults, a_log_holds_no_more_than_256_mebibytes) {
  TestHost host;
  Instance plugin(host, "memory");
  TestLog log(plugin, *host.fs().get());
  ASSERT_EQ(log.open({.directory = "/nowhere"}), TN_OK);
  // Grown here, for the kit fills what it makes with noise, one byte at a time.
  TestBatch large = make_batch({.base_offset = 0});
  large.bytes.resize((256 << 20) + 1);
  put_be<int32_t>(large.bytes.data() + 8, static_cast<int32_t>(large.bytes.size() - 12));
  EXPECT_EQ(log.append({large}), TN_E_NOSPACE);
  EXPECT_NE(log.error().find("of the 268435456"), std::string::npos) << log.error();
  EXPECT_EQ(log.append({make_batch({.base_offset = 0})}), TN_OK);
}

TEST_F(MemoryStorage, opens_no_file_and_says_that_it_is_not_durable) {
  host_.fs().set_fault([](const char*, const std::string&) { return TN_E_IO; });
  EXPECT_EQ(log_.open({.directory = "/nowhere"}), TN_OK);
  EXPECT_EQ(log_.api().flags & (TN_STORAGE_DURABLE | TN_STORAGE_FD_SLICES), 0u);
}

TEST_F(MemoryStorage, joins_batches_that_lie_side_by_side_to_one_slice) {
  ASSERT_EQ(log_.open({.directory = "/nowhere"}), TN_OK);
  for (int64_t i = 0; i < 5; i++) ASSERT_EQ(log_.append({make_batch({.base_offset = i})}), TN_OK);
  EXPECT_EQ(log_.read_all(0).slices, 1u);
}

}  // namespace
}  // namespace tenon::memory
