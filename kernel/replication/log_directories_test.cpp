// SPDX-License-Identifier: Apache-2.0

#include "replication/log_directories.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"

namespace tenon::replication {
namespace {

namespace fs = std::filesystem;

class LogDirectoriesTest : public testing::Test {
 protected:
  LogDirectoriesTest() {
    std::string pattern = (fs::temp_directory_path() / "tenon-dirs-XXXXXX").native();
    root_ = mkdtemp(pattern.data());
    fs::create_directory(root_ / "a");
    fs::create_directory(root_ / "b");
  }
  ~LogDirectoriesTest() override { fs::remove_all(root_); }
  LogDirectories directories() {
    return LogDirectories({(root_ / "a").native(), (root_ / "b").native()});
  }
  Uuid id() { return Uuid::from_random(random_.next(), random_.next()); }

  SeededRandom random_{7};
  fs::path root_;
};

TEST_F(LogDirectoriesTest, spreads_new_partitions_over_the_data_directories) {
  auto dirs = directories();
  const Uuid topic = id();
  EXPECT_EQ(*dirs.place({"t", 0}, topic), (root_ / "a" / "t-0").native());
  EXPECT_EQ(*dirs.place({"t", 1}, topic), (root_ / "b" / "t-1").native());
  EXPECT_EQ(*dirs.place({"t", 2}, topic), (root_ / "a" / "t-2").native());
}

TEST_F(LogDirectoriesTest, finds_a_partition_again_after_a_restart) {
  const Uuid topic = id();
  std::string first;
  {
    auto dirs = directories();
    (void)*dirs.place({"t", 0}, topic);
    first = *dirs.place({"t", 1}, topic);
  }
  auto dirs = directories();
  EXPECT_EQ(*dirs.place({"t", 1}, topic), first);
}

TEST_F(LogDirectoriesTest, sets_the_directory_of_a_deleted_topic_aside) {
  const Uuid old_topic = id();
  auto dirs = directories();
  const std::string path = *dirs.place({"t", 0}, old_topic);
  std::ofstream(path + "/00000000000000000000.log") << "records";
  dirs.release(path);
  const std::string fresh = *dirs.place({"t", 0}, id());
  EXPECT_FALSE(fs::exists(fresh + "/00000000000000000000.log"));
  EXPECT_TRUE(
      fs::exists(root_ / "a" / (old_topic.text() + "-0-stray") / "00000000000000000000.log"));
}

TEST_F(LogDirectoriesTest, a_directory_that_a_deleted_topic_still_holds_is_not_touched) {
  auto dirs = directories();
  const std::string path = *dirs.place({"t", 0}, id());
  EXPECT_EQ(dirs.place({"t", 0}, id()).error().code, Errc::kInUse);
  dirs.forget(path);
  EXPECT_TRUE(dirs.place({"t", 0}, id()));
}

// A removal deletes the metadata file and the directory some time before it is done with them.
TEST_F(LogDirectoriesTest, a_directory_that_is_half_removed_is_not_given_to_another_topic) {
  auto dirs = directories();
  const fs::path path = *dirs.place({"t", 0}, id());
  fs::remove(path / "partition.metadata");
  EXPECT_EQ(dirs.place({"t", 0}, id()).error().code, Errc::kInUse);
  fs::remove(path);
  EXPECT_EQ(dirs.place({"t", 0}, id()).error().code, Errc::kInUse);
}

TEST_F(LogDirectoriesTest, a_name_is_free_again_after_a_failure) {
  LogDirectories dirs({(root_ / "later").native()});
  ASSERT_FALSE(dirs.place({"t", 0}, id()));
  fs::create_directory(root_ / "later");
  EXPECT_TRUE(dirs.place({"t", 0}, id()));
}

TEST_F(LogDirectoriesTest, a_topic_with_the_longest_name_can_be_set_aside) {
  auto dirs = directories();
  const std::string name(249, 'n');
  dirs.release(*dirs.place({name, 0}, id()));
  EXPECT_TRUE(dirs.place({name, 0}, id()));
}

TEST_F(LogDirectoriesTest, what_a_killed_broker_left_of_a_deleted_topic_is_set_aside_at_start) {
  const Uuid kept = id();
  const Uuid deleted = id();
  {
    auto before = directories();
    (void)*before.place({"kept", 0}, kept);
    (void)*before.place({"gone", 3}, deleted);
  }
  auto dirs = directories();
  EXPECT_EQ(dirs.set_strays_aside([&](const Uuid& known) { return known == kept; }), 1U);
  EXPECT_TRUE(fs::exists(root_ / "a" / "kept-0"));
  EXPECT_FALSE(fs::exists(root_ / "b" / "gone-3"));
  EXPECT_TRUE(fs::exists(root_ / "b" / (deleted.text() + "-3-stray")));
}

TEST_F(LogDirectoriesTest, forgets_a_deleted_partition) {
  auto dirs = directories();
  const std::string path = *dirs.place({"t", 0}, id());
  dirs.forget(path);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(LogDirectoriesTest, says_where_a_directory_cannot_be_made) {
  LogDirectories dirs({(root_ / "missing").native()});
  auto placed = dirs.place({"t", 0}, id());
  ASSERT_FALSE(placed);
  EXPECT_NE(placed.error().text().find("missing/t-0"), std::string::npos);
}

}  // namespace
}  // namespace tenon::replication
