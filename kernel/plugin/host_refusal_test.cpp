// SPDX-License-Identifier: Apache-2.0
//
// Files that may not be loaded, or that change while they are, one real file each. What a swap does
// with the same is in host_swap_test.cpp, the rules one by one in load/trust_test.cpp.
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/testing_host.h"

namespace tenon::plugin {
namespace {

namespace fs = std::filesystem;

class PluginFileTest : public PluginHostTest {
 protected:
  PluginFileTest() {
    trust_.groups.clear();
    services_.trust = &trust_;
    directories_ = {folder_ / "plugins"};
    path_ = folder_.copy_fixture("codec-plain.so", "plugins/codec-plain.so");
    mode("plugins", 0755);
    mode("plugins/codec-plain.so", 0644);
  }
  void mode(const std::string& name, mode_t bits) {
    ASSERT_EQ(::chmod((folder_ / name).c_str(), bits), 0);
  }
  void expect_refusal(const std::string& part, const std::string& lines = "") {
    const Messages all = problems("[codec.plain]\n" + lines);
    ASSERT_EQ(all.size(), 1u) << testing::PrintToString(all);
    EXPECT_NE(all.front().find(part), std::string::npos) << all.front();
    EXPECT_TRUE(all.front().starts_with("x.toml:")) << all.front();
  }
  // A copy through the codec that was loaded.
  void expect_that_it_works(const PluginHost& host) {
    const Codec& codec = *host.codecs().find("plain");
    Bytes out;
    ASSERT_TRUE(codec.compress(Bytes{1, 2, 3}, out));
    EXPECT_EQ(*codec.decompress(out, 100), (Bytes{1, 2, 3}));
  }

  Trust trust_ = Trust::of_program();
  std::string path_;
};

TEST_F(PluginFileTest, world_writable) {
  mode("plugins/codec-plain.so", 0646);
  expect_refusal("it is writable by everyone");
}

TEST_F(PluginFileTest, world_writable_folder) {
  mode("plugins", 0757);
  expect_refusal("its folder is writable by everyone");
}

TEST_F(PluginFileTest, group_writable) {
  mode("plugins/codec-plain.so", 0664);
  expect_refusal("it is writable by the group");
}

// Only root can give a file away; everybody else becomes somebody else himself.
TEST_F(PluginFileTest, wrong_owner) {
  if (::geteuid() == 0)
    ASSERT_EQ(::chown(path_.c_str(), 12345, static_cast<gid_t>(-1)), 0);
  else
    trust_.owners = {0};
  expect_refusal("belongs to the user");
}

TEST_F(PluginFileTest, symlinked_out) {
  const std::string target = folder_.copy_fixture("codec-plain.so", "elsewhere/x.so");
  fs::remove(path_);
  fs::create_symlink(target, path_);
  expect_refusal("it is a link to " + fs::canonical(target).string());
}

TEST_F(PluginFileTest, pin_mismatch) {
  expect_refusal("but the configuration pins", "sha256 = \"" + std::string(64, 'e') + "\"\n");
}

TEST_F(PluginFileTest, same_name_in_two_directories) {
  folder_.copy_fixture("codec-plain.so", "more/codec-plain.so");
  directories_.push_back(folder_ / "more");
  expect_refusal("there are two, " + fs::canonical(path_).string() + " and ");
}

TEST_F(PluginFileTest, duplicate_wire_id) {
  folder_.copy_fixture("codec-twin.so", "plugins/codec-twin.so");
  expect_refusal("codec \"plain\" has the wire id 1, too", "[codec.twin]\n");
}

TEST_F(PluginFileTest, replaced_while_loaded) {
  const auto host = load("[codec.plain]\n");
  const std::string sum = host->list()[0].sha256;
  fs::remove(path_);
  folder_.copy_fixture("codec-plain-2.so", "plugins/codec-plain.so");
  expect_that_it_works(*host);
  EXPECT_EQ(host->list()[0].sha256, sum);
  EXPECT_EQ(load("[codec.plain]\n")->list()[0].version, "0.0.2");  // a new start takes the new file
}

TEST_F(PluginFileTest, truncated_while_loaded) {
  const auto host = load("[codec.plain]\n");
  fs::resize_file(path_, 0);
  expect_that_it_works(*host);
  folder_.write("plugins/codec-plain.so", std::string(64 << 10, '\xcc'));
  expect_that_it_works(*host);
}

TEST_F(PluginFileTest, a_create_that_fails_ends_what_was_made_before_it) {
  folder_.copy_fixture("partitioner-moving-failing.so", "plugins/partitioner-moving.so");
  const std::string lines = "[partitioner.moving]\n";
  expect_refusal("it could not be made: the moon has set", lines);  // mapped from now on
  const auto open_files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_files();
  for (int i = 0; i < 20; ++i) expect_refusal("the moon has set", lines);
  EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace tenon::plugin
