// SPDX-License-Identifier: Apache-2.0

#include "log/directory_watch.h"

#include <unistd.h>

#include <filesystem>

#include "log/testing_log.h"

namespace tenon::log {
namespace {

namespace fs = std::filesystem;

class DirectoryWatchTest : public LogTest {
 protected:
  DirectoryWatchTest() {
    std::string pattern = (fs::temp_directory_path() / "tenon-watch-XXXXXX").native();
    root_ = mkdtemp(pattern.data());
    directory_ = root_ / "t-0";
    fs::create_directory(directory_);
  }
  ~DirectoryWatchTest() override { fs::remove_all(root_); }

  void open_there() {
    auto log = Log::open({.engine = &storage_.engine(),
                          .directory = directory_.native(),
                          .name = "t-0",
                          .config = config_,
                          .scheduler = &scheduler_,
                          .pool = &scheduler_,
                          .codecs = &codecs_});
    ASSERT_TRUE(log);
    log_ = std::move(*log);
  }
  void expect_offline() {
    const auto refused = append(batch({"b"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kKafkaStorageError);
    EXPECT_NE(refused.error().detail.find("has vanished"), std::string::npos);
    EXPECT_TRUE(log_->failed());
    ASSERT_TRUE(log_->failure());
    EXPECT_NE(log_->failure()->detail.find(directory_.native()), std::string::npos);
    EXPECT_FALSE(fs::exists(directory_));
  }

  fs::path root_;
  fs::path directory_;
};

TEST_F(DirectoryWatchTest, a_directory_that_stays_is_fine) {
  const DirectoryWatch watch(directory_.native());
  EXPECT_TRUE(watch.check());
}

TEST_F(DirectoryWatchTest, a_directory_that_vanished_or_was_replaced_is_noticed) {
  const DirectoryWatch watch(directory_.native());
  fs::rename(directory_, root_ / "moved");
  EXPECT_NE(watch.check().error().detail.find("has vanished"), std::string::npos);
  fs::create_directory(directory_);
  EXPECT_NE(watch.check().error().detail.find("was replaced"), std::string::npos);
}

TEST_F(DirectoryWatchTest, a_log_without_a_directory_is_not_watched) {
  const DirectoryWatch watch((root_ / "elsewhere").native());
  EXPECT_TRUE(watch.check());
}

TEST_F(DirectoryWatchTest, the_next_append_to_a_log_whose_directory_vanished_is_refused) {
  open_there();
  append(batch({"a"})).value();
  EXPECT_FALSE(log_->failure());
  fs::remove_all(directory_);
  expect_offline();
}

TEST_F(DirectoryWatchTest, a_flush_does_not_vouch_for_a_log_whose_directory_vanished) {
  open_there();
  append(batch({"a"})).value();
  fs::remove_all(directory_);
  flush();
  scheduler_.run();
  EXPECT_EQ(durable_, std::vector<std::string>{"KafkaStorageError"});
  expect_offline();
}

TEST_F(DirectoryWatchTest, retention_notices_a_vanished_directory) {
  open_there();
  append(batch({"a"})).value();
  fs::remove_all(directory_);
  EXPECT_FALSE(log_->apply_retention(Offset{1}));
  expect_offline();
}

TEST_F(DirectoryWatchTest, a_full_disk_is_a_failure_until_an_append_succeeds) {
  open_there();
  storage_.fail_appends = true;
  EXPECT_FALSE(append(batch({"a"})));
  EXPECT_TRUE(log_->failure());
  EXPECT_FALSE(log_->failed());
  storage_.fail_appends = false;
  append(batch({"a"})).value();
  EXPECT_FALSE(log_->failure());
}

}  // namespace
}  // namespace tenon::log
