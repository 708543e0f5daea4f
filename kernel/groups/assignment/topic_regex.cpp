// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/topic_regex.h"

#include <re2/re2.h>

namespace tenon::groups {
namespace {

// For the program and its states; RE2 refuses or slows down, but does not grow beyond it.
constexpr int64_t kMemoryMax = 1 << 20;
// No topic name is longer than 249 bytes, so no sensible expression is this long.
constexpr size_t kTextMax = 4096;

}  // namespace

TopicRegex::TopicRegex(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
TopicRegex::TopicRegex(TopicRegex&&) noexcept = default;
TopicRegex& TopicRegex::operator=(TopicRegex&&) noexcept = default;
TopicRegex::~TopicRegex() = default;

Result<TopicRegex> TopicRegex::compile(std::string_view text) {
  if (text.size() > kTextMax) {
    return fail(Errc::kInvalidRequest, "SubscribedTopicRegex",
                "the expression is longer than " + std::to_string(kTextMax) + " bytes");
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemoryMax);
  auto compiled = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!compiled->ok()) {
    return fail(Errc::kInvalidRequest, "SubscribedTopicRegex",
                std::string(text) + " is no expression of RE2: " + compiled->error());
  }
  return TopicRegex(std::move(compiled));
}

bool TopicRegex::matches(std::string_view topic) const {
  return RE2::FullMatch(re2::StringPiece(topic.data(), topic.size()), *compiled_);
}

}  // namespace tenon::groups
