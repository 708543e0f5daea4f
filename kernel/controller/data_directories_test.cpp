// SPDX-License-Identifier: Apache-2.0

#include "controller/data_directories.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "controller/disk/sim_files.h"

namespace tenon::controller {
namespace {

class DataDirectoriesTest : public ::testing::Test {
 protected:
  DataDirectoriesTest() { set_log_level(LogLevel::kOff); }

  Result<DataDirectories> open(int32_t node = 1,
                               std::optional<std::string> cluster = std::nullopt) {
    return open_data_directories({.files = files_.get(),
                                  .paths = paths_,
                                  .node_id = BrokerId{node},
                                  .cluster_id = std::move(cluster),
                                  .random = &random_,
                                  .scheduler = &sim_,
                                  .pool = &sim_});
  }
  void write_an_entry() {
    const auto opened = open();
    auto campaign = opened->journal->campaign(BrokerId{1});
    sim_.run();
    ASSERT_TRUE(campaign.await_resume());
  }
  Error refusal() {
    const auto opened = open();
    return opened ? Error{} : opened.error();
  }

  SimScheduler sim_;
  std::vector<std::string> paths_{"data", "more"};
  SeededRandom random_{1};
  std::unique_ptr<SimFiles> files_ = std::make_unique<SimFiles>();
};

TEST_F(DataDirectoriesTest, the_first_start_gives_it_an_identity) {
  const auto first = open();
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_TRUE(first->first_start);
  EXPECT_EQ(first->identities[0].node_id, BrokerId{1});
  const auto second = open();
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_FALSE(second->first_start);
  EXPECT_EQ(second->identities, first->identities);
}

TEST_F(DataDirectoriesTest, a_cluster_id_can_be_given) {
  EXPECT_EQ(open(1, "mine")->cluster_id, "mine");
  EXPECT_TRUE(open(1, "mine"));
  EXPECT_FALSE(open(1, "other"));
}

TEST_F(DataDirectoriesTest, another_nodes_directory_is_refused) {
  ASSERT_TRUE(open(1));
  const auto other = open(2);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kBadConfig);
}

TEST_F(DataDirectoriesTest, a_directory_that_is_added_joins_the_others) {
  paths_ = {"data"};
  const auto one = open();
  paths_ = {"data", "more"};
  const auto two = open();
  ASSERT_TRUE(two) << two.error().text();
  EXPECT_FALSE(two->first_start);
  EXPECT_EQ(two->identities[0], one->identities[0]);
  EXPECT_EQ(two->identities[1].cluster_id, one->cluster_id);
  EXPECT_NE(two->identities[1].directory_id, one->identities[0].directory_id);
}

TEST_F(DataDirectoriesTest, directories_in_another_order_are_refused) {
  write_an_entry();
  std::swap(paths_[0], paths_[1]);
  EXPECT_EQ(refusal().code, Errc::kCorruptData);
}

TEST_F(DataDirectoriesTest, directories_of_two_clusters_are_refused) {
  paths_ = {"data"};
  ASSERT_TRUE(open(1, "mine"));
  paths_ = {"more"};
  ASSERT_TRUE(open(1, "other"));
  paths_ = {"data", "more"};
  EXPECT_EQ(refusal().code, Errc::kBadConfig);
}

TEST_F(DataDirectoriesTest, a_copy_of_a_directory_is_refused) {
  ASSERT_TRUE(open());
  files_->contents("more/meta.properties") = files_->contents("data/meta.properties");
  EXPECT_NE(refusal().text().find("one is a copy of the other"), std::string::npos);
}

TEST_F(DataDirectoriesTest, an_identity_whose_journal_is_lost_is_refused) {
  write_an_entry();
  ASSERT_TRUE(files_->remove("data/metadata/" + segment_name(1)));
  EXPECT_EQ(refusal().code, Errc::kCorruptData);
}

TEST_F(DataDirectoriesTest, a_journal_whose_identity_is_lost_is_refused) {
  write_an_entry();
  ASSERT_TRUE(files_->remove("data/meta.properties"));
  ASSERT_TRUE(files_->remove("more/meta.properties"));
  EXPECT_NE(refusal().text().find("no meta.properties"), std::string::npos) << refusal().text();
}

// The first life dies anywhere, the second writes, and then the power goes.
TEST_F(DataDirectoriesTest, an_identity_that_was_used_stays) {
  for (uint64_t operation = 1; operation < 25; ++operation) {
    files_ = std::make_unique<SimFiles>();
    files_->crash_at(operation);
    (void)open();
    files_ = files_->after(Crash::kKill);
    write_an_entry();
    const auto identity = open()->identities;
    files_ = files_->after(Crash::kPowerLoss);
    const auto opened = open();
    ASSERT_TRUE(opened) << operation << ": " << opened.error().text();
    EXPECT_EQ(opened->identities, identity);
  }
}

TEST_F(DataDirectoriesTest, a_first_start_can_be_interrupted_anywhere) {
  for (uint64_t operation = 1;; ++operation) {
    files_ = std::make_unique<SimFiles>();
    files_->crash_at(operation, operation % 7);
    (void)open();
    const bool completed = !files_->crashed();
    for (const Crash crash : {Crash::kKill, Crash::kPowerLoss, Crash::kPowerLossTorn}) {
      auto disk = files_->after(crash, operation);
      std::swap(files_, disk);
      const auto opened = open();
      ASSERT_TRUE(opened) << operation << ": " << opened.error().text();
      std::swap(files_, disk);
    }
    if (completed) break;
  }
}

}  // namespace
}  // namespace tenon::controller
