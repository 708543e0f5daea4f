// SPDX-License-Identifier: Apache-2.0
//
// `tenon topic ...`: the verbs, each in a file of its own. Main thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/client/admin.h"
#include "cli/shell.h"

namespace tenon::cli {

// Adds the noun with all its verbs.
void add_topic(CLI::App& app, Shell& shell);

void add_topic_create(CLI::App& topic, Shell& shell);
void add_topic_list(CLI::App& topic, Shell& shell);
void add_topic_describe(CLI::App& topic, Shell& shell);
void add_topic_delete(CLI::App& topic, Shell& shell);

// Topics that belong to the broker, not to users: __consumer_offsets and its like.
bool is_internal(std::string_view topic);

// The names in their order, each once.
std::vector<std::string> without_repeats(const std::vector<std::string>& names);

// Prints what became of each topic: one line for each that went well ("orders: created"), one
// sentence on stderr for each that did not, or all as one JSON array. The exit code of the verb.
// `already` is what to call a topic that was there before, empty if that is a failure.
int print_results(const Shell& shell, const Client& client, const std::vector<TopicResult>& results,
                  std::string_view done, std::string_view already = {});

}  // namespace tenon::cli
