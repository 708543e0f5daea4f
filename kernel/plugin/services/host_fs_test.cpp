// SPDX-License-Identifier: Apache-2.0
#include "plugin/services/host_fs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "plugin/abi_error.h"
#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

constexpr uint32_t kNew = TN_FS_WRITE | TN_FS_CREATE;

class HostFsTest : public testing::Test {
 protected:
  ~HostFsTest() override {
    for (const int32_t fd : open_) fs_.close(fs_.ctx, fd);
  }
  int32_t open(const std::string& path, uint32_t flags) {
    int32_t fd = -1;
    EXPECT_EQ(fs_.open(fs_.ctx, path.c_str(), flags, &fd, &error_), TN_OK) << error_.message;
    open_.push_back(fd);
    return fd;
  }
  tn_code write(int32_t fd, uint64_t offset, const std::vector<std::string>& pieces) {
    std::vector<tn_iovec> raw;
    for (const std::string& piece : pieces) raw.push_back({piece.data(), piece.size()});
    return fs_.write_at(fs_.ctx, fd, offset, raw.data(), raw.size(), &error_);
  }
  std::string read(int32_t fd, uint64_t offset, size_t length) {
    std::string into(length, '\0');
    size_t n = 0;
    EXPECT_EQ(fs_.read_at(fs_.ctx, fd, offset, into.data(), length, &n, &error_), TN_OK);
    return into.substr(0, n);
  }
  tn_code info(const std::string& path) { return fs_.info(fs_.ctx, path.c_str(), &info_, &error_); }

  TestingFolder folder_;
  const tn_host_fs& fs_ = posix_fs();
  tn_error error_ = empty_error();
  tn_file_info info_{};
  std::vector<int32_t> open_;
};

TEST_F(HostFsTest, pieces_are_written_one_after_the_other) {
  const int32_t fd = open(folder_ / "f", kNew);
  EXPECT_EQ(write(fd, 2, {"ab", "", "cd", "e"}), TN_OK);
  EXPECT_EQ(read(fd, 2, 100), "abcde");
  EXPECT_EQ(read(fd, 0, 2), std::string(2, '\0'));
}

TEST_F(HostFsTest, more_pieces_than_one_call_takes_are_all_written) {
  const int32_t fd = open(folder_ / "f", kNew);
  std::vector<std::string> pieces;
  std::string whole;
  for (int i = 0; i < 1000; ++i) whole += pieces.emplace_back(std::to_string(i));
  EXPECT_EQ(write(fd, 0, pieces), TN_OK);
  EXPECT_EQ(read(fd, 0, whole.size() + 1), whole);
}

TEST_F(HostFsTest, writing_nothing_is_fine) {
  const int32_t fd = open(folder_ / "f", kNew);
  EXPECT_EQ(write(fd, 0, {}), TN_OK);
  EXPECT_EQ(write(fd, 0, {"", ""}), TN_OK);
}

TEST_F(HostFsTest, a_read_past_the_end_is_short) {
  const int32_t fd = open(folder_ / "f", kNew);
  write(fd, 0, {"abc"});
  EXPECT_EQ(read(fd, 1, 10), "bc");
  EXPECT_EQ(read(fd, 10, 10), "");
}

TEST_F(HostFsTest, starting_a_write_back_waits_for_nothing_and_changes_nothing) {
  const int32_t fd = open(folder_ / "f", kNew);
  write(fd, 0, {"abc"});
  fs_.start_writeback(fs_.ctx, fd);
  fs_.start_writeback(fs_.ctx, -1);  // what goes wrong, the sync tells
  EXPECT_EQ(read(fd, 0, 10), "abc");
  EXPECT_EQ(fs_.sync(fs_.ctx, fd, &error_), TN_OK);
  EXPECT_EQ(fs_.sync(fs_.ctx, -1, &error_), TN_E_IO);
}

TEST_F(HostFsTest, a_missing_file_is_not_found_and_named) {
  int32_t fd = -1;
  const std::string path = folder_ / "none";
  EXPECT_EQ(fs_.open(fs_.ctx, path.c_str(), TN_FS_READ, &fd, &error_), TN_E_NOT_FOUND);
  EXPECT_EQ(std::string(error_.message), "open " + path + ": No such file or directory");
  EXPECT_EQ(info(path), TN_E_NOT_FOUND);
}

TEST_F(HostFsTest, exclusive_refuses_a_file_that_is_there) {
  open(folder_ / "f", kNew | TN_FS_EXCLUSIVE);
  int32_t fd = -1;
  const std::string path = folder_ / "f";
  EXPECT_EQ(fs_.open(fs_.ctx, path.c_str(), kNew | TN_FS_EXCLUSIVE, &fd, &error_), TN_E_INVALID);
}

TEST_F(HostFsTest, a_file_opened_for_reading_cannot_be_written) {
  folder_.write("f", "x");
  EXPECT_EQ(write(open(folder_ / "f", TN_FS_READ), 0, {"y"}), TN_E_IO);
}

TEST_F(HostFsTest, a_full_disk_is_told_apart) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  EXPECT_EQ(write(open("/dev/full", TN_FS_WRITE), 0, {"y"}), TN_E_NOSPACE);
  EXPECT_NE(std::string(error_.message).find("No space left"), std::string::npos);
}

TEST_F(HostFsTest, files_are_truncated_synced_and_described) {
  const int32_t fd = open(folder_ / "f", kNew);
  write(fd, 0, {"abcdef"});
  EXPECT_EQ(fs_.truncate(fs_.ctx, fd, 4, &error_), TN_OK);
  EXPECT_EQ(fs_.sync(fs_.ctx, fd, &error_), TN_OK);
  EXPECT_EQ(info(folder_ / "f"), TN_OK);
  EXPECT_EQ(info_.size, 4u);
  EXPECT_EQ(info_.is_directory, 0u);
  EXPECT_GT(info_.modified_ms, 1'600'000'000'000);
}

TEST_F(HostFsTest, a_mapping_is_shared_with_the_file) {
  const int32_t fd = open(folder_ / "f", kNew);
  write(fd, 0, {"abcd"});
  void* address = nullptr;
  ASSERT_EQ(fs_.map(fs_.ctx, fd, 4, TN_FS_WRITE, &address, &error_), TN_OK);
  std::memcpy(address, "xy", 2);
  EXPECT_EQ(read(fd, 0, 4), "xycd");
  fs_.unmap(fs_.ctx, address, 4);
}

TEST_F(HostFsTest, directories_are_made_with_their_parents_and_again) {
  const std::string path = folder_ / "a/b/c";
  EXPECT_EQ(fs_.make_directory(fs_.ctx, path.c_str(), &error_), TN_OK);
  EXPECT_EQ(fs_.make_directory(fs_.ctx, path.c_str(), &error_), TN_OK);
  EXPECT_EQ(info(path), TN_OK);
  EXPECT_EQ(info_.is_directory, 1u);
  EXPECT_EQ(fs_.sync_directory(fs_.ctx, path.c_str(), &error_), TN_OK);
}

TEST_F(HostFsTest, a_file_in_the_way_of_a_directory_is_an_error) {
  const std::string path = folder_.write("f", "x");
  EXPECT_NE(fs_.make_directory(fs_.ctx, path.c_str(), &error_), TN_OK);
}

TEST_F(HostFsTest, a_directory_lists_its_names) {
  folder_.write("one", "");
  folder_.write("two", "");
  std::vector<std::string> names;
  const auto keep = [](void* arg, const char* name) {
    static_cast<std::vector<std::string>*>(arg)->emplace_back(name);
  };
  EXPECT_EQ(fs_.list(fs_.ctx, folder_.path().c_str(), keep, &names, &error_), TN_OK);
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"one", "two"}));
}

TEST_F(HostFsTest, rename_replaces_and_remove_removes) {
  const std::string from = folder_.write("from", "new");
  const std::string to = folder_.write("to", "old");
  EXPECT_EQ(fs_.rename(fs_.ctx, from.c_str(), to.c_str(), &error_), TN_OK);
  EXPECT_EQ(read(open(to, TN_FS_READ), 0, 10), "new");
  EXPECT_EQ(fs_.remove(fs_.ctx, to.c_str(), &error_), TN_OK);
  EXPECT_EQ(fs_.remove(fs_.ctx, to.c_str(), &error_), TN_E_NOT_FOUND);
}

TEST_F(HostFsTest, a_long_path_does_not_overflow_the_error) {
  const std::string path = folder_ / std::string(3000, 'x');
  int32_t fd = -1;
  EXPECT_NE(fs_.open(fs_.ctx, path.c_str(), TN_FS_READ, &fd, &error_), TN_OK);
  EXPECT_EQ(std::strlen(error_.message), sizeof error_.message - 1);
}

}  // namespace
}  // namespace tenon::plugin
