// SPDX-License-Identifier: Apache-2.0
#include "plugin/info.h"

#include <gtest/gtest.h>

#include "plugin/testing_folder.h"
#include "plugin/testing_image.h"

namespace tenon::plugin {
namespace {

TEST(PluginInfo, kinds_and_option_types_have_names) {
  EXPECT_EQ(kind_name(TN_CODEC), "codec");
  EXPECT_EQ(kind_name(TN_STORAGE), "storage");
  EXPECT_EQ(kind_name(77), "kind 77");
  EXPECT_EQ(option_type_name(TN_OPT_DURATION), "duration");
  EXPECT_EQ(option_type_name(99), "type 99");
}

TEST(PluginInfo, is_what_the_datum_says) {
  const std::string path = fixture_path("partitioner-needy.so");
  const tn_module* module = module_of(path);
  const PluginInfo info = describe(*module, 0, path);
  EXPECT_EQ(info.kind + "." + info.name, "partitioner.needy");
  EXPECT_EQ(info.path, path);
  EXPECT_EQ(info.abi_major, module->abi_major);
  ASSERT_FALSE(info.options.empty());
  EXPECT_TRUE(info.options.front().required);
  EXPECT_NE(info.options.front().about, "");
}

}  // namespace
}  // namespace tenon::plugin
