// SPDX-License-Identifier: Apache-2.0
//
// A topic may only ask for plugins that are there and that can do what it asks of them. Pure.
#pragma once

#include "base/error.h"
#include "config/topic_config.h"
#include "plugin/host.h"

namespace tenon::broker {

// kInvalidConfig with the sentence why, for a configuration that is valid in itself.
Result<> check_topic_plugins(const plugin::PluginHost& plugins, const config::TopicConfig& config);

}  // namespace tenon::broker
