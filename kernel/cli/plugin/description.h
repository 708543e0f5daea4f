// SPDX-License-Identifier: Apache-2.0
//
// What a plugin says of itself, for people and as JSON. Pure; any thread.
#pragma once

#include <string>

#include "cli/output/json.h"
#include "plugin/info.h"
#include "plugin/load/note.h"

namespace tenon::cli {

// "1.0": the ABI that the plugin asks for.
std::string abi_text(const plugin::PluginInfo& info);
std::string abi_text(const plugin::Note& note);

// What a note says of one plugin, without the braces.
void append_identity(JsonWriter& json, const plugin::Note& note, const plugin::Note::Plugin& one);

// The members of one plugin, without the braces.
void append_plugin(JsonWriter& json, const plugin::PluginInfo& info);

// Its members one below the other, and a table of its options.
std::string description_text(const plugin::PluginInfo& info);

}  // namespace tenon::cli
