// SPDX-License-Identifier: Apache-2.0
#include "config/topic_options.h"

#include <gtest/gtest.h>

#include <set>

namespace tenon::config {
namespace {

TEST(TopicOptions, names_are_unique_and_everything_is_explained) {
  std::set<std::string_view> names, toml_names;
  for (const TopicOption& option : topic_options()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_TRUE(toml_names.insert(option.toml_name).second) << option.toml_name;
    EXPECT_TRUE(option.about.ends_with('.')) << option.name;
  }
}

TEST(TopicOptions, what_the_built_in_defaults_say_is_accepted) {
  for (const TopicOption& option : topic_options()) {
    const std::string text = *topic_config_text({}, option.name);
    EXPECT_TRUE(parse_topic_config({}, {{std::string(option.name), text}})) << option.name;
  }
}

}  // namespace
}  // namespace tenon::config
