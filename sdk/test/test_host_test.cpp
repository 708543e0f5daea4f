// SPDX-License-Identifier: Apache-2.0
//
// The test host itself, and the RAII of host.hpp over its files.

#include <gtest/gtest.h>

#include "conformance/test_host.hpp"

namespace tenon::conformance {
namespace {

class TestHostTest : public ::testing::Test {
 protected:
  std::string path() const { return directory_.file("log"); }
  File create() {
    Result<File> file = fs_.open(path(), TN_FS_READ | TN_FS_WRITE | TN_FS_CREATE);
    EXPECT_TRUE(file);
    return std::move(*file);
  }

  TestHost host_;
  TestDirectory directory_;
  Host plugin_{host_.get()};
  Fs fs_{plugin_};
};

TEST_F(TestHostTest, checksum_is_crc32c) {
  EXPECT_EQ(plugin_.checksum().crc32c(0, "123456789", 9), 0xe3069283u);
  const uint32_t half = plugin_.checksum().crc32c(0, "1234", 4);
  EXPECT_EQ(plugin_.checksum().crc32c(half, "56789", 5), 0xe3069283u);
}

TEST_F(TestHostTest, clock_moves_only_when_told) {
  const tn_host_clock& clock = plugin_.clock();
  const int64_t before = clock.wall_ms(clock.ctx);
  host_.advance_ms(1500);
  EXPECT_EQ(clock.wall_ms(clock.ctx), before + 1500);
}

TEST_F(TestHostTest, random_is_fixed_by_its_seed) {
  TestHost same(JobMode::kDeferred, 1), other(JobMode::kDeferred, 2);
  EXPECT_EQ(host_.random().next(), same.random().next());
  EXPECT_NE(same.random().next(), other.random().next());
}

TEST_F(TestHostTest, jobs_wait_until_they_are_run) {
  const tn_host_executor& executor = plugin_.executor();
  int ran = 0;
  executor.submit(executor.ctx, [](void* arg) { ++*static_cast<int*>(arg); }, &ran);
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(host_.run_jobs(), 1u);
  EXPECT_EQ(ran, 1);
}

TEST_F(TestHostTest, jobs_run_on_a_thread_if_wanted) {
  TestHost threaded(JobMode::kThread);
  const tn_host_executor& executor = Host(threaded.get()).executor();
  std::atomic<int> ran{0};
  const auto add = [](void* arg) { ++*static_cast<std::atomic<int>*>(arg); };
  for (int i = 0; i < 10; i++) executor.submit(executor.ctx, add, &ran);
  threaded.wait_for_jobs();
  EXPECT_EQ(ran, 10);
}

TEST_F(TestHostTest, files_hold_what_was_written) {
  const File file = create();
  const tn_iovec pieces[] = {{"ab", 2}, {"cd", 2}};
  ASSERT_TRUE(file.write_at(1, pieces, 2));
  ASSERT_TRUE(file.sync());
  char bytes[10] = {};
  const Result<size_t> n = file.read_at(2, bytes, sizeof(bytes));
  ASSERT_TRUE(n);
  EXPECT_EQ(std::string_view(bytes, *n), "bcd");
  EXPECT_EQ(fs_.info(path())->size, 5u);
}

TEST_F(TestHostTest, mappings_see_the_file_and_outlive_it) {
  File file = create();
  ASSERT_TRUE(file.truncate(4096));
  Result<Mapping> mapping = file.map(4096, TN_FS_READ | TN_FS_WRITE);
  ASSERT_TRUE(mapping);
  mapping->data()[3] = 'x';
  char byte = 0;
  ASSERT_TRUE(file.read_at(3, &byte, 1));
  file.close();
  EXPECT_EQ(byte, 'x');
  EXPECT_EQ(mapping->data()[3], 'x');
}

TEST_F(TestHostTest, files_are_closed_by_their_destructor_and_move) {
  File first = create();
  File second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(host_.fs().open_files(), 1u);
  second = File();
  EXPECT_EQ(host_.fs().open_files(), 0u);
}

TEST_F(TestHostTest, what_is_missing_is_not_found) {
  EXPECT_EQ(fs_.open(directory_.file("none"), TN_FS_READ).error().code(), TN_E_NOT_FOUND);
  EXPECT_EQ(fs_.info(directory_.file("none")).error().code(), TN_E_NOT_FOUND);
}

TEST_F(TestHostTest, directories_are_made_listed_renamed_and_removed) {
  ASSERT_TRUE(fs_.make_directory(directory_.file("a")));
  ASSERT_TRUE(fs_.make_directory(directory_.file("a")));
  ASSERT_TRUE(fs_.rename(directory_.file("a"), directory_.file("b")));
  ASSERT_TRUE(fs_.sync_directory(directory_.path()));
  EXPECT_EQ(*fs_.list(directory_.path()), std::vector<std::string>{"b"});
  EXPECT_TRUE(fs_.remove(directory_.file("b")));
}

TEST_F(TestHostTest, faults_are_injected_by_operation) {
  const File file = create();
  host_.fs().set_fault([](const char* operation, const std::string&) {
    return std::string(operation) == "sync" ? TN_E_IO : TN_OK;
  });
  EXPECT_TRUE(file.write_at(0, "x", 1));
  EXPECT_EQ(file.sync().error().code(), TN_E_IO);
}

TEST_F(TestHostTest, an_extension_that_is_missing_is_an_error_with_its_name) {
  host_.hide_extensions();
  try {
    (void)plugin_.clock();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), TN_E_UNSUPPORTED);
    EXPECT_EQ(error.text(), "this host does not offer tenon.clock/1");
  }
}

TEST_F(TestHostTest, log_lines_are_kept) {
  plugin_.log(TN_LOG_INFO, "hello");
  EXPECT_EQ(host_.log_lines(), std::vector<std::string>{"hello"});
}

}  // namespace
}  // namespace tenon::conformance
