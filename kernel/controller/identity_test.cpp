// SPDX-License-Identifier: Apache-2.0

#include "controller/identity.h"

#include <gtest/gtest.h>

#include "controller/disk/sim_files.h"

namespace tenon::controller {
namespace {

class IdentityTest : public ::testing::Test {
 protected:
  static Identity identity() {
    return {
        .cluster_id = "cluster-1", .node_id = BrokerId{7}, .directory_id = Uuid::from_random(1, 2)};
  }
  void given(std::string_view text) {
    ASSERT_TRUE(replace_file(files_, "data", "meta.properties", as_bytes(text)));
  }
  std::string refusal() {
    const auto read = read_identity(files_, "data");
    return read ? "accepted" : read.error().text();
  }

  SimFiles files_;
};

TEST_F(IdentityTest, a_new_directory_has_none) {
  const auto read = read_identity(files_, "data");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->has_value());
}

TEST_F(IdentityTest, what_was_written_is_read) {
  ASSERT_TRUE(write_identity(files_, "data", identity()));
  EXPECT_EQ(**read_identity(files_, "data"), identity());
}

TEST_F(IdentityTest, another_node_is_refused_by_a_sentence) {
  const auto checked = check_identity(identity(), "data", BrokerId{8}, std::nullopt);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::kBadConfig);
  EXPECT_NE(checked.error().text().find("data: belongs to node 7, and this is node 8"),
            std::string::npos);
}

TEST_F(IdentityTest, another_cluster_is_refused) {
  EXPECT_TRUE(check_identity(identity(), "data", BrokerId{7}, "cluster-1"));
  EXPECT_FALSE(check_identity(identity(), "data", BrokerId{7}, "cluster-2"));
}

TEST_F(IdentityTest, a_file_that_makes_no_sense_is_refused_with_the_reason) {
  given("nonsense\n");
  EXPECT_NE(refusal().find("meta.properties:1"), std::string::npos) << refusal();
  given("version=1\ncluster.id=a\n");
  EXPECT_NE(refusal().find("has no node.id"), std::string::npos) << refusal();
  given("version=1\ncluster.id=a\nnode.id=x\n");
  EXPECT_NE(refusal().find("node.id=x is not a number"), std::string::npos) << refusal();
  given("version=1\ncluster.id=a\nnode.id=1\ndirectory.id=?\n");
  EXPECT_NE(refusal().find("is not a uuid"), std::string::npos) << refusal();
}

TEST_F(IdentityTest, a_newer_format_is_refused) {
  given("version=2\n");
  EXPECT_EQ(read_identity(files_, "data").error().code, Errc::kUnsupportedVersion);
}

TEST_F(IdentityTest, cluster_ids_differ_and_look_like_kafkas) {
  SeededRandom random(1);
  const std::string one = make_cluster_id(random);
  EXPECT_EQ(one.size(), 22u);
  EXPECT_NE(one, make_cluster_id(random));
}

}  // namespace
}  // namespace tenon::controller
