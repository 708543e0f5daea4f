// SPDX-License-Identifier: Apache-2.0

#include "cli/group/group_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "config/text/suggest.h"

namespace tenon::cli {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kStates[] = {"PreparingRebalance"sv,
                                        "CompletingRebalance"sv,
                                        "Assigning"sv,
                                        "Reconciling"sv,
                                        "Stable"sv,
                                        "Empty"sv,
                                        "Dead"sv};
constexpr std::string_view kTypes[] = {"classic"sv, "consumer"sv};

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lowered;
}

Outcome<std::vector<std::string>> known(std::string_view option,
                                        const std::vector<std::string>& texts,
                                        std::span<const std::string_view> words) {
  std::vector<std::string> found;
  for (const std::string& text : texts) {
    const auto word = std::ranges::find(words, lower(text), lower);
    if (word == words.end()) {
      return failed(
          kUsage, fmt::format("{}: must be one of {}, not \"{}\"{}", option, fmt::join(words, ", "),
                              text, config::did_you_mean(text, words)));
    }
    found.emplace_back(*word);
  }
  return found;
}

}  // namespace

Outcome<std::vector<std::string>> group_states(const std::vector<std::string>& texts) {
  return known("--state", texts, kStates);
}

Outcome<std::vector<std::string>> group_types(const std::vector<std::string>& texts) {
  return known("--type", texts, kTypes);
}

}  // namespace tenon::cli
