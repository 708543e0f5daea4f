// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/image.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

class ImageTest : public testing::Test {
 protected:
  Result<Image> copy(const std::string& path) {
    const auto file = open_trusted(path, {}, Trust::of_program());
    EXPECT_TRUE(file) << file.error().text();
    return Image::copy(*file);
  }

  TestingFolder folder_;
  std::string path_ = folder_.write("codec-x.so", "abc");
};

TEST_F(ImageTest, it_holds_what_the_file_held) {
  const auto image = copy(path_);
  ASSERT_TRUE(image) << image.error().text();
  folder_.write("codec-x.so", "something else");
  EXPECT_EQ(content_of(image->path()), "abc");
  EXPECT_EQ(image->origin(), std::filesystem::canonical(path_).string());
}

TEST_F(ImageTest, its_sum_is_that_of_its_content) {
  EXPECT_EQ(copy(path_)->sha256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// Root included, which the tests may run as.
TEST_F(ImageTest, nobody_can_change_it) {
  const auto image = copy(path_);
  const int fd = ::open(image->path().c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(::pwrite(fd, "x", 1, 0), -1);
  EXPECT_EQ(::ftruncate(fd, 0), -1);
  EXPECT_EQ(::ftruncate(fd, 100), -1);
  ::close(fd);
  EXPECT_EQ(content_of(image->path()), "abc");
}

TEST_F(ImageTest, nothing_of_it_is_left_when_it_goes) {
  std::string path;
  {
    const auto image = copy(path_);
    path = image->path();
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ImageTest, what_is_larger_than_a_plugin_is_refused) {
  std::filesystem::resize_file(path_, kImageBytesMax + 1);  // a hole: it takes no space
  const auto image = copy(path_);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().detail, "it is larger than 256 MiB");
}

TEST_F(ImageTest, a_long_file_name_is_no_obstacle) {
  EXPECT_TRUE(copy(folder_.write(std::string(250, 'n') + ".so", "abc")));
}

}  // namespace
}  // namespace tenon::plugin
