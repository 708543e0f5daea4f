// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/trust.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

namespace fs = std::filesystem;
constexpr mode_t kSticky = 01777;

// A plugin opt/acme/x.so that may be loaded, which each test spoils in one way. The folders above
// the test's own are whatever the machine has, so their owners are trusted.
class TrustTest : public testing::Test {
 protected:
  TrustTest() {
    trust_.groups.clear();
    folder_.write("opt/acme/x.so", "content");
    mode("opt", 0755);
    mode("opt/acme", 0755);
    mode("opt/acme/x.so", 0644);
  }
  std::string at(const std::string& name) const {
    return fs::canonical(folder_.path()).string() + "/" + name;
  }
  void mode(const std::string& name, mode_t bits) { ASSERT_EQ(::chmod(at(name).c_str(), bits), 0); }
  // Makes somebody else its owner. Who is not root cannot, and becomes somebody else himself.
  void give_away(const std::string& name) {
    if (::geteuid() == 0) {
      ASSERT_EQ(::lchown(at(name).c_str(), 12345, static_cast<gid_t>(-1)), 0);
    } else {
      trust_.owners = {0};
    }
  }
  void link(const std::string& target, const std::string& name) {
    fs::create_symlink(target, at(name));
  }
  Result<TrustedFile> open(const std::string& name) {
    std::vector<std::string> allowed;
    for (const std::string& one : allowed_) allowed.push_back(at(one));
    return open_trusted(at(name), allowed, trust_);
  }
  std::string refusal(const std::string& name = "opt/acme/x.so") {
    const auto opened = open(name);
    if (opened) return "accepted";
    EXPECT_EQ(opened.error().code, Errc::kPluginRefused);
    return opened.error().detail;
  }
  void expect_refusal(const std::string& part, const std::string& name = "opt/acme/x.so") {
    const std::string reason = refusal(name);
    EXPECT_NE(reason.find(part), std::string::npos) << reason;
  }

  TestingFolder folder_;
  Trust trust_ = Trust::of_program();
  std::vector<std::string> allowed_;
};

TEST_F(TrustTest, what_only_the_broker_can_write_is_opened) {
  const auto file = open("opt/acme/x.so");
  ASSERT_TRUE(file) << file.error().text();
  EXPECT_EQ(file->path, at("opt/acme/x.so"));
  char content[7] = {};
  EXPECT_EQ(::read(file->descriptor.get(), content, sizeof content), 7);
}

TEST_F(TrustTest, world_writable) {
  mode("opt/acme/x.so", 0646);
  EXPECT_EQ(refusal(), "it is writable by everyone, who could replace the plugin: chmod o-w " +
                           at("opt/acme/x.so"));
  mode("opt/acme/x.so", 0644);
  mode("opt/acme", 0757);
  EXPECT_EQ(refusal(),
            "its folder is writable by everyone, who could replace the plugin: chmod o-w " +
                at("opt/acme"));
  mode("opt/acme", 0755);
  mode("opt", 0757);
  expect_refusal("the folder " + at("opt") + " is writable by everyone");
}

TEST_F(TrustTest, group_writable) {
  mode("opt/acme/x.so", 0664);
  expect_refusal("it is writable by the group");
  mode("opt/acme/x.so", 0644);
  mode("opt/acme", 0775);
  expect_refusal("its folder is writable by the group");
  struct stat status{};
  ASSERT_EQ(::stat(at("opt/acme").c_str(), &status), 0);
  trust_.groups.insert(status.st_gid);  // as if it could replace the program, too
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(TrustTest, wrong_owner_of_the_file) {
  give_away("opt/acme/x.so");
  expect_refusal("belongs to the user");
  expect_refusal("chown");
}

TEST_F(TrustTest, wrong_owner_of_a_folder) {
  give_away("opt");
  expect_refusal("belongs to the user");
}

TEST_F(TrustTest, in_a_sticky_folder_the_owner_of_what_lies_there_decides) {
  mode("opt", kSticky);
  EXPECT_EQ(refusal(), "accepted");
  give_away("opt/acme");
  expect_refusal("belongs to the user");
}

TEST_F(TrustTest, symlinked_out) {
  link("../acme/x.so", "opt/acme/same.so");
  EXPECT_EQ(open("opt/acme/same.so")->path, at("opt/acme/x.so"));
  folder_.write("elsewhere/y.so", "content");
  mode("elsewhere", 0755);
  mode("elsewhere/y.so", 0644);
  link(at("elsewhere/y.so"), "opt/acme/y.so");
  EXPECT_EQ(refusal("opt/acme/y.so"),
            "it is a link to " + at("elsewhere/y.so") +
                ", outside of the folders that the configuration names: say path = \"" +
                at("elsewhere/y.so") + "\", or put the library itself there");
  allowed_ = {"elsewhere"};
  EXPECT_EQ(open("opt/acme/y.so")->path, at("elsewhere/y.so"));
}

TEST_F(TrustTest, a_versioned_link_beside_the_library_is_followed) {
  fs::rename(at("opt/acme/x.so"), at("opt/acme/x.so.1.2"));
  link("x.so.1.2", "opt/acme/x.so.1");
  link("x.so.1", "opt/acme/x.so");
  EXPECT_EQ(open("opt/acme/x.so")->path, at("opt/acme/x.so.1.2"));
}

TEST_F(TrustTest, a_folder_may_be_a_link_and_is_judged_by_where_it_leads) {
  link("opt", "lib");
  EXPECT_EQ(open("lib/acme/x.so")->path, at("opt/acme/x.so"));
  mode("opt", 0757);
  expect_refusal("writable by everyone", "lib/acme/x.so");
}

TEST_F(TrustTest, the_link_of_somebody_else_is_not_followed) {
  if (::geteuid() != 0) {
    // Only root can make one; everybody else has himself be the somebody.
    trust_.owners.erase(::geteuid());
  }
  link("x.so", "opt/acme/theirs.so");
  give_away("opt/acme/theirs.so");
  expect_refusal("belongs to the user", "opt/acme/theirs.so");
}

TEST_F(TrustTest, a_circle_of_links_ends) {
  link("b.so", "opt/acme/a.so");
  link("a.so", "opt/acme/b.so");
  expect_refusal("it leads in a circle", "opt/acme/a.so");
}

TEST_F(TrustTest, only_regular_files_are_libraries) {
  EXPECT_EQ(refusal("opt/acme"), "it is not a regular file");
  ASSERT_EQ(::mkfifo(at("opt/acme/pipe.so").c_str(), 0600), 0);
  EXPECT_EQ(refusal("opt/acme/pipe.so"), "it is not a regular file");
}

TEST_F(TrustTest, a_relative_path_is_refused) {
  const auto opened = open_trusted("opt/acme/x.so", {}, trust_);
  EXPECT_EQ(opened.error().code, Errc::kPluginRefused);
  EXPECT_NE(opened.error().detail.find("must be absolute"), std::string::npos);
}

TEST_F(TrustTest, what_is_not_there_is_missing) {
  for (const std::string name : {"opt/acme/no.so", "opt/acme/x.so/y.so"}) {
    const auto opened = open(name);
    EXPECT_EQ(opened.error().code, Errc::kPluginMissing) << name;
    EXPECT_EQ(opened.error().where, at(name));
  }
}

TEST_F(TrustTest, dots_go_back_the_way_that_was_come) {
  link("opt/acme", "short");
  EXPECT_EQ(open("short/../acme/./x.so")->path, at("opt/acme/x.so"));
}

TEST_F(TrustTest, a_file_lies_in_a_folder_or_below) {
  const auto file = open("opt/acme/x.so");
  EXPECT_TRUE(lies_in(*file, {at("opt/acme")}, trust_));
  EXPECT_TRUE(lies_in(*file, {at("none"), at("opt")}, trust_));
  EXPECT_FALSE(lies_in(*file, {at("opt/ac")}, trust_));
  EXPECT_FALSE(lies_in(*file, {}, trust_));
}

TEST(Trust, root_and_the_broker_are_trusted) {
  EXPECT_TRUE(Trust::of_program().owners.contains(0));
  EXPECT_TRUE(Trust::of_program().owners.contains(::geteuid()));
}

}  // namespace
}  // namespace tenon::plugin
