// SPDX-License-Identifier: Apache-2.0
//
// For tests: a file as it is loaded, and its datum.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "plugin/library.h"
#include "plugin/load/image.h"

namespace tenon::plugin {

inline Image image_of(const std::string& path) {
  const auto file = open_trusted(path, {}, Trust::of_program());
  EXPECT_TRUE(file) << file.error().text();
  auto image = Image::copy(*file);
  EXPECT_TRUE(image) << image.error().text();
  return *std::move(image);
}

inline const tn_module* module_of(const std::string& path) {
  const auto opened = open_library(image_of(path));
  EXPECT_TRUE(opened) << opened.error().text();
  return opened ? *opened : nullptr;
}

}  // namespace tenon::plugin
