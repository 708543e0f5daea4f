// SPDX-License-Identifier: Apache-2.0
//
// For tests of settings: TOML text in, settings or messages out. Every text gets the one plugin
// that a broker cannot do without.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/settings.h"

namespace tenon::config {

class SettingsTest : public testing::Test {
 protected:
  // Reads `text`, after which a table [storage.segment] stands.
  ReadSettings read_toml_text(std::string_view text) {
    Overlay overlay = overlay_;
    overlay.executable_dir = "/opt/tenon/bin";
    return read_text(std::string(text) + "\n[storage.segment]\n", "x.toml", overlay);
  }
  Settings settings(std::string_view text) {
    ReadSettings result = read_toml_text(text);
    for (const Problem& problem : result.problems) ADD_FAILURE() << problem.message();
    return std::move(result.settings);
  }
  std::vector<std::string> problems(std::string_view text) {
    std::vector<std::string> messages;
    for (const Problem& problem : read_toml_text(text).problems)
      messages.push_back(problem.message());
    return messages;
  }
  std::string problem(std::string_view text) {
    const auto messages = problems(text);
    EXPECT_EQ(messages.size(), 1u) << testing::PrintToString(messages);
    return messages.empty() ? "" : messages.front();
  }
  void set(std::string text) { overlay_.overrides.push_back(std::move(text)); }
  void env(const std::string& name, std::string text) {
    overlay_.environment[name] = std::move(text);
  }

  Overlay overlay_;
};

}  // namespace tenon::config
