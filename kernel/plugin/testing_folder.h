// SPDX-License-Identifier: Apache-2.0
//
// For tests: an empty folder that disappears with its test.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tenon::plugin {

class TestingFolder {
 public:
  TestingFolder() {
    std::string pattern = testing::TempDir() + "tenon-plugin-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  TestingFolder(const TestingFolder&) = delete;
  TestingFolder& operator=(const TestingFolder&) = delete;
  ~TestingFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path() const { return path_.string(); }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  // Makes a file of that content and returns its path.
  std::string write(std::string_view name, std::string_view content) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  // Copies a plugin of tests/fixtures/plugins under another name.
  std::string copy_fixture(const std::string& fixture, std::string_view name) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::copy_file(std::filesystem::path(TENON_FIXTURE_PLUGINS) / fixture, file);
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

inline std::string fixture_path(const std::string& name) {
  return std::string(TENON_FIXTURE_PLUGINS) + "/" + name;
}

}  // namespace tenon::plugin
