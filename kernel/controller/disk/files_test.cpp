// SPDX-License-Identifier: Apache-2.0

#include "controller/disk/files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "controller/disk/sim_files.h"

namespace tenon::controller {
namespace {

// Both file systems do the same while nothing fails: the simulated one is only worth something
// then.
enum class Kind { kPosix, kSimulated };

class FilesTest : public ::testing::TestWithParam<Kind> {
 protected:
  FilesTest() {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    directory_ = (std::filesystem::temp_directory_path() /
                  ("tenon_files_" + std::to_string(::getpid()) + "_" +
                   std::to_string(std::hash<std::string>{}(name))))
                     .string();
    if (GetParam() == Kind::kPosix) files_ = std::make_unique<PosixFiles>();
    if (GetParam() == Kind::kSimulated) files_ = std::make_unique<SimFiles>();
    EXPECT_TRUE(files_->make_directories(directory_));
  }
  ~FilesTest() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  void write(const std::string& name, std::string_view text) {
    auto file = files_->open(path(name), true);
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_TRUE((*file)->append(as_bytes(text)));
    ASSERT_TRUE((*file)->sync());
  }
  std::string read(const std::string& name) {
    auto bytes = files_->read(path(name));
    return bytes ? std::string(as_text(*bytes)) : bytes.error().text();
  }

  std::string directory_;
  std::unique_ptr<Files> files_;
};

TEST_P(FilesTest, what_is_written_is_read) {
  write("a", "hello");
  EXPECT_EQ(read("a"), "hello");
  EXPECT_TRUE(*files_->exists(path("a")));
  EXPECT_FALSE(*files_->exists(path("b")));
}

// Its bytes would go to a file that nobody can open again.
TEST(PosixFilesTest, a_file_that_vanished_or_was_replaced_cannot_be_synced) {
  std::string pattern = (std::filesystem::temp_directory_path() / "tenon-vanish-XXXXXX").native();
  const std::filesystem::path directory = mkdtemp(pattern.data());
  PosixFiles files;
  auto file = files.open((directory / "a").native(), true);
  ASSERT_TRUE((*file)->append(as_bytes("x")) && (*file)->sync());
  std::filesystem::rename(directory / "a", directory / "b");
  EXPECT_NE((*file)->sync().error().text().find("has vanished while in use"), std::string::npos);
  auto other = files.open((directory / "a").native(), true);
  EXPECT_NE((*file)->sync().error().text().find("was replaced by another"), std::string::npos);
  std::filesystem::remove_all(directory);
  EXPECT_FALSE((*file)->sync());
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST_P(FilesTest, an_existing_file_is_appended_to) {
  write("a", "one");
  auto file = files_->open(path("a"), false);
  ASSERT_TRUE((*file)->append(as_bytes("two")));
  EXPECT_EQ(read("a"), "onetwo");
}

TEST_P(FilesTest, a_shortened_file_goes_on_at_its_new_end) {
  write("a", "one-two");
  auto file = files_->open(path("a"), false);
  ASSERT_TRUE((*file)->truncate(3));
  ASSERT_TRUE((*file)->append(as_bytes("!")));
  EXPECT_EQ(read("a"), "one!");
}

TEST_P(FilesTest, making_a_file_empties_the_one_that_was_there) {
  write("a", "old and long");
  write("a", "new");
  EXPECT_EQ(read("a"), "new");
}

TEST_P(FilesTest, names_are_listed_in_order) {
  write("b", "");
  write("a", "");
  EXPECT_EQ(*files_->list(directory_), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(files_->remove(path("a")));
  EXPECT_EQ(*files_->list(directory_), (std::vector<std::string>{"b"}));
}

TEST_P(FilesTest, a_file_is_replaced_in_one_step_and_leaves_nothing_behind) {
  write("a", "old");
  ASSERT_TRUE(replace_file(*files_, directory_, "a", as_bytes("new")));
  EXPECT_EQ(read("a"), "new");
  EXPECT_EQ(files_->list(directory_)->size(), 1u);
}

TEST_P(FilesTest, a_missing_file_is_an_error_with_its_path) {
  const auto bytes = files_->read(path("none"));
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Errc::kIo);
  EXPECT_EQ(bytes.error().where, path("none"));
  EXPECT_FALSE(files_->open(path("none"), false));
}

INSTANTIATE_TEST_SUITE_P(of, FilesTest, ::testing::Values(Kind::kPosix, Kind::kSimulated),
                         [](const auto& kind) {
                           return kind.param == Kind::kPosix ? "the_machine" : "the_simulation";
                         });

TEST(SimFilesTest, a_loss_of_power_keeps_what_was_synced) {
  SimFiles files;
  auto file = files.open("d/a", true);
  ASSERT_TRUE((*file)->append(as_bytes("synced")));
  ASSERT_TRUE((*file)->sync());
  ASSERT_TRUE(files.sync_directory("d"));
  ASSERT_TRUE((*file)->append(as_bytes(" and not")));
  EXPECT_EQ(as_text(*files.after(Crash::kPowerLoss)->read("d/a")), "synced");
  EXPECT_EQ(as_text(*files.after(Crash::kKill)->read("d/a")), "synced and not");
}

TEST(SimFilesTest, a_name_that_was_not_synced_is_lost_with_the_power) {
  SimFiles files;
  auto file = files.open("d/a", true);
  ASSERT_TRUE((*file)->sync());
  EXPECT_FALSE(*files.after(Crash::kPowerLoss)->exists("d/a"));
  EXPECT_TRUE(*files.after(Crash::kKill)->exists("d/a"));
}

TEST(SimFilesTest, an_interrupted_write_is_done_in_part) {
  SimFiles files;
  auto file = files.open("d/a", true);
  files.crash_at(2, 3);
  EXPECT_FALSE((*file)->append(as_bytes("abcdef")));
  EXPECT_FALSE((*file)->append(as_bytes("ghi")));
  EXPECT_EQ(as_text(*files.after(Crash::kKill)->read("d/a")), "abc");
}

}  // namespace
}  // namespace tenon::controller
