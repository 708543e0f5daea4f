// SPDX-License-Identifier: Apache-2.0

#include "cli/group/explanation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <vector>

#include "cli/output/text.h"

namespace tenon::cli {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& from, const char* name) {
  const json::value* found = from.if_contains(name);
  if (!found || !found->is_string()) return "";
  return printable({found->get_string().data(), found->get_string().size()});
}
int64_t number_of(const json::object& from, const char* name) {
  const json::value* found = from.if_contains(name);
  return found && found->is_number() ? found->to_number<int64_t>() : 0;
}
const json::array& list_of(const json::object& from, const char* name) {
  static const json::array kNothing;
  const json::value* found = from.if_contains(name);
  return found && found->is_array() ? found->get_array() : kNothing;
}

std::string plural(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// "orders 0 to 3, 7; audit 0".
std::string partitions_text(const json::array& partitions) {
  std::map<std::string, std::vector<int64_t>> topics;
  for (const json::value& one : partitions) {
    topics[text_of(one.get_object(), "topic")].push_back(number_of(one.get_object(), "partition"));
  }
  std::vector<std::string> texts;
  for (auto& [topic, numbers] : topics) {
    std::ranges::sort(numbers);
    std::vector<std::string> runs;
    for (size_t i = 0; i < numbers.size();) {
      size_t last = i;
      while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
      runs.push_back(last > i ? fmt::format("{} to {}", numbers[i], numbers[last])
                              : fmt::to_string(numbers[i]));
      i = last + 1;
    }
    texts.push_back(fmt::format("{} {}", topic, fmt::join(runs, ", ")));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

std::string by_whom(const json::object& note) {
  const std::string member = text_of(note, "member_id");
  return member.empty() ? "" : fmt::format(" ({})", member);
}

std::string rebalance_text(const json::object& note, int64_t now_ms) {
  const bool under_way = text_of(note, "progress") == "under_way";
  std::string text =
      fmt::format("{} ago: {}{}", duration_text(now_ms - number_of(note, "began_ms")),
                  text_of(note, "words"), by_whom(note));
  if (const std::string detail = text_of(note, "detail"); !detail.empty())
    text += fmt::format(", saying \"{}\"", detail);
  if (under_way) {
    text += fmt::format(". It is {} now", text_of(note, "phase"));
  } else {
    text +=
        fmt::format(". It took {} and came to epoch {} with {}",
                    duration_text(number_of(note, "duration_ms")), number_of(note, "epoch_after"),
                    plural(static_cast<size_t>(number_of(note, "members")), "member"));
  }
  if (const json::value* slowest = note.if_contains("slowest")) {
    const json::object& who = slowest->get_object();
    if (number_of(who, "waited_ms") > 0) {
      text += fmt::format("; {} was waited for longest, {} while {}", text_of(who, "member_id"),
                          duration_text(number_of(who, "waited_ms")), text_of(who, "phase"));
    }
  }
  text += ".\n";
  for (const json::value& one : list_of(note, "evictions")) {
    const json::object& eviction = one.get_object();
    text += fmt::format("  {} was removed: {}.\n", text_of(eviction, "member_id"),
                        text_of(eviction, "words"));
  }
  return text;
}

std::string last_rebalance(const json::object& group, int64_t now_ms) {
  const json::array& notes = list_of(group, "rebalances");
  if (notes.empty()) return "No rebalance since its coordinator was loaded.\n";
  return "Last rebalance, " + rebalance_text(notes.back().get_object(), now_ms);
}

std::string who_decides(const json::object& group) {
  const std::string assignor = text_of(group, "assignor");
  const json::value* report = group.if_contains("broker_assignor");
  std::string text;
  if (text_of(group, "type") == "consumer") {
    text = fmt::format("The broker's assignor {} decides who reads what.\n", assignor);
  } else if (report && !text_of(report->get_object(), "assignor").empty()) {
    const json::object& said = report->get_object();
    text = fmt::format("The broker's assignor {} decides in place of the group's leader.\n",
                       text_of(said, "assignor"));
    if (const std::string problem = text_of(said, "problem"); !problem.empty())
      text += fmt::format("This time the leader's assignment stands in for it, because: {}.\n",
                          problem);
    if (const int64_t withheld = number_of(said, "withheld"); withheld > 0) {
      text += fmt::format("{} are withheld until those who read them have let go of them.\n",
                          plural(static_cast<size_t>(withheld), "partition"));
    }
  } else if (!text_of(group, "leader").empty()) {
    text = fmt::format("Its leader {} decides who reads what, by {}.\n", text_of(group, "leader"),
                       assignor);
  }
  if (report && report->get_object().contains("shadow")) {
    const json::object& shadow = report->get_object().at("shadow").get_object();
    const std::string comparison = text_of(shadow, "comparison");
    text += fmt::format("Were {} to decide: {}.\n", text_of(shadow, "assignor"),
                        comparison.empty() ? text_of(shadow, "problem") : comparison);
  }
  if (const std::string problem = text_of(group, "problem"); !problem.empty())
    text += fmt::format("There is no newer assignment, because: {}.\n", problem);
  return text;
}

// "after 10 s of silence, or 5 min 0 s in all,".
std::string until_removed(const json::object& member) {
  const int64_t session_ms = number_of(member, "session_timeout_ms");
  const int64_t timeout_ms = number_of(member, "timeout_ms");
  if (session_ms == 0 || session_ms >= timeout_ms) return "after " + duration_text(timeout_ms);
  return fmt::format("after {} of silence, or {} in all,", duration_text(session_ms),
                     duration_text(timeout_ms));
}

std::string what_it_is_to_do(const json::object& member) {
  const std::string pending = text_of(member, "pending");
  const std::string timeout = duration_text(number_of(member, "timeout_ms"));
  if (pending == "join") {
    return fmt::format("  The group waits for it to join again; {} it is removed.\n",
                       until_removed(member));
  }
  if (pending == "heartbeat") {
    return "  The group waits for it: it has not heard of the newest assignment yet. It is removed "
           "when it is silent for its session timeout.\n";
  }
  if (pending == "sync") {
    return fmt::format(
        "  It has joined and not yet asked for its assignment; after {} it is "
        "removed.\n",
        timeout);
  }
  if (pending == "revoke") {
    return fmt::format(
        "  It is to give up {}, and has not said that it did; after {} it is "
        "removed.\n",
        partitions_text(list_of(member, "gives_up")), timeout);
  }
  return "";
}

std::string member_text(const json::object& member) {
  const json::array& holds = list_of(member, "holds");
  std::vector<std::string> topics;
  for (const json::value& topic : list_of(member, "topics"))
    topics.push_back(printable({topic.get_string().data(), topic.get_string().size()}));
  if (const std::string regex = text_of(member, "regex"); !regex.empty())
    topics.push_back("whatever matches " + regex);
  std::string text = fmt::format("{} ({} at {}): reads {}", text_of(member, "member_id"),
                                 text_of(member, "client_id"), text_of(member, "host"),
                                 holds.empty() ? "nothing" : partitions_text(holds));
  if (!topics.empty()) text += fmt::format("; it subscribes to {}", fmt::join(topics, ", "));
  text += ".\n" + what_it_is_to_do(member);
  std::map<std::string, json::array> from;
  for (const json::value& one : list_of(member, "awaits"))
    from[text_of(one.get_object(), "from")].push_back(one);
  for (const auto& [holder, partitions] : from) {
    text += holder.empty() ? fmt::format("  It gets {} with its next heartbeat.\n",
                                         partitions_text(partitions))
                           : fmt::format("  It waits for {}, which {} still has.\n",
                                         partitions_text(partitions), holder);
  }
  return text;
}

bool is_meant(const json::object& member, const std::string& name) {
  return name.empty() || text_of(member, "member_id") == name ||
         text_of(member, "instance_id") == name || text_of(member, "client_id") == name;
}

Outcome<json::value> parse_group(std::string_view document) {
  boost::system::error_code error;
  json::value parsed = json::parse({document.data(), document.size()}, error);
  if (error || !parsed.is_object()) return failed(kFailed, "what the broker answers is no group");
  return parsed;
}

std::unexpected<Failure> no_member(const json::object& group, const std::string& member) {
  return failed(kNotFound,
                fmt::format("group {} has no member {}", text_of(group, "group"), member));
}

}  // namespace

std::string duration_text(int64_t ms) {
  if (ms < 1'000) return fmt::format("{} ms", std::max<int64_t>(ms, 0));
  const int64_t seconds = ms / 1'000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3'600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3'600, seconds % 3'600 / 60);
}

Outcome<std::string> explain_group(std::string_view document, const std::string& member,
                                   int64_t now_ms) {
  const auto parsed = parse_group(document);
  if (!parsed) return std::unexpected(parsed.error());
  const json::object& group = parsed->get_object();
  std::string members;
  for (const json::value& one : list_of(group, "members")) {
    if (is_meant(one.get_object(), member)) members += member_text(one.get_object());
  }
  if (!member.empty() && members.empty()) return no_member(group, member);
  if (!member.empty()) return members;
  std::string text =
      fmt::format("Group {} is {}: a {} group of {} at epoch {}.\n", text_of(group, "group"),
                  text_of(group, "state"), text_of(group, "type"),
                  plural(list_of(group, "members").size(), "member"), number_of(group, "epoch"));
  text += last_rebalance(group, now_ms) + who_decides(group);
  return members.empty() ? text : text + "\n" + members;
}

Outcome<std::string> group_document(std::string_view document, const std::string& member) {
  auto parsed = parse_group(document);
  if (!parsed) return std::unexpected(parsed.error());
  if (member.empty()) return std::string(document);
  json::object& group = parsed->get_object();
  json::array meant;
  for (const json::value& one : list_of(group, "members")) {
    if (is_meant(one.get_object(), member)) meant.push_back(one);
  }
  if (meant.empty()) return no_member(group, member);
  group["members"] = std::move(meant);
  return json::serialize(*parsed) + "\n";
}

}  // namespace tenon::cli
