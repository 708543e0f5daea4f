// SPDX-License-Identifier: Apache-2.0
//
// For tests: a plugin host for the lines of a TOML file, with the fixtures of
// tests/fixtures/plugins for plugins, and what it says when it refuses.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/sim_scheduler.h"
#include "plugin/host.h"
#include "plugin/testing_folder.h"

namespace tenon::plugin {

using Messages = std::vector<std::string>;

class PluginHostTest : public testing::Test {
 protected:
  // The settings of these lines, plugins being looked for among the fixtures.
  config::PluginSettings settings(const std::string& toml) {
    auto read = config::read_text(toml, "x.toml");
    read.settings.plugins.directories = directories_;
    return std::move(read.settings.plugins);
  }
  std::unique_ptr<PluginHost> load(const std::string& toml) {
    auto host = PluginHost::load(settings(toml), services_);
    if (host) return *std::move(host);
    for (const auto& problem : host.error()) ADD_FAILURE() << problem.message();
    return nullptr;
  }
  Messages problems(const std::string& toml) {
    const auto host = PluginHost::load(settings(toml), services_);
    Messages messages;
    if (host) return messages;
    for (const auto& problem : host.error()) messages.push_back(problem.message());
    return messages;
  }
  // What is said of one fixture that is loaded by its path under the name `name`.
  std::string refusal(const std::string& fixture, const std::string& name = "fixed") {
    const std::string path = fixture_path("partitioner-" + fixture + ".so");
    const Messages messages = problems("[partitioner." + name + "]\npath = \"" + path + "\"\n");
    if (messages.size() != 1) return "there are " + std::to_string(messages.size()) + " problems";
    const std::string begin = "x.toml:2:8: partitioner \"" + name + "\": " + path + ": ";
    EXPECT_TRUE(messages.front().starts_with(begin)) << messages.front();
    return messages.front().substr(std::min(begin.size(), messages.front().size()));
  }

  SimScheduler scheduler_;
  SeededRandom random_{1};
  HostServices services_{.clock = &scheduler_.clock(), .random = &random_, .pool = &scheduler_};
  std::vector<std::string> directories_ = {TENON_FIXTURE_PLUGINS};
  TestingFolder folder_;
};

}  // namespace tenon::plugin
