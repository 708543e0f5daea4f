// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/compute.h"

#include <algorithm>
#include <bit>
#include <set>

#include "groups/assignment/topic_regex.h"

namespace tenon::groups {
namespace {

using plugin::AssignorGroup;
using plugin::GroupMember;
using plugin::GroupTopic;

// Topics of the question by their numbers in AssignorGroup::topics.
class Topics {
 public:
  explicit Topics(const metadata::Image& image) : image_(image) {}

  // Nothing for a topic that does not exist.
  std::optional<uint32_t> number(std::string_view name) {
    const metadata::TopicInfo* topic = image_.find(name);
    if (topic == nullptr) return std::nullopt;
    const auto [at, added] = numbers_.emplace(topic, static_cast<uint32_t>(all_.size()));
    if (added) all_.push_back(topic);
    return at->second;
  }
  std::optional<uint32_t> find(const Uuid& id) const {
    const auto at = numbers_.find(image_.find(id));
    return at == numbers_.end() ? std::nullopt : std::optional(at->second);
  }
  const std::vector<const metadata::TopicInfo*>& all() const { return all_; }

 private:
  const metadata::Image& image_;
  std::map<const metadata::TopicInfo*, uint32_t> numbers_;
  std::vector<const metadata::TopicInfo*> all_;
};

// Names of the topics that `text` stands for. Internal topics are named, or not read at all.
std::vector<std::string> resolve(const std::string& text, const metadata::Image& image) {
  std::vector<std::string> names;
  const auto regex = TopicRegex::compile(text);
  if (!regex) return names;
  for (const metadata::TopicInfo& topic : image.topics()) {
    if (!topic.internal && regex->matches(topic.name)) names.push_back(topic.name);
  }
  return names;
}

std::vector<std::vector<std::string_view>> racks_of(const metadata::TopicInfo& topic,
                                                    const metadata::Image& image) {
  std::vector<std::vector<std::string_view>> racks(topic.partitions.size());
  bool known = false;
  for (size_t i = 0; i < racks.size(); ++i) {
    for (const BrokerId id : topic.partitions[i].replicas) {
      const metadata::BrokerInfo* broker = image.find_broker(id);
      if (broker == nullptr || !broker->rack) continue;
      racks[i].push_back(*broker->rack);
      known = true;
    }
  }
  if (!known) racks.clear();
  return racks;
}

// FNV-1a over what an assignment depends on.
class Hash {
 public:
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) mix(static_cast<uint8_t>(c));
  }
  void add(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) mix(static_cast<uint8_t>(number >> shift));
  }
  int64_t value() const { return hash_ == 0 ? 1 : std::bit_cast<int64_t>(hash_); }

 private:
  void mix(uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3; }
  uint64_t hash_ = 0xcbf29ce484222325;
};

int64_t hash_of(const AssignorGroup& group) {
  std::vector<const GroupTopic*> topics;
  for (const GroupTopic& topic : group.topics) topics.push_back(&topic);
  std::ranges::sort(topics, {}, &GroupTopic::name);
  Hash hash;
  for (const GroupTopic* topic : topics) {
    hash.add(topic->name);
    for (const uint8_t byte : topic->id.bytes) hash.add(byte);
    hash.add(topic->partitions);
    for (const auto& racks : topic->racks) {
      hash.add(racks.size());
      for (const std::string_view rack : racks) hash.add(rack);
    }
  }
  return hash.value();
}

class Question {
 public:
  explicit Question(const AssignmentInput& input) : input_(input), topics_(*input.image) {
    for (const auto& member : input.members) add_subscriptions(member);
    for (const metadata::TopicInfo* topic : topics_.all()) add_topic(*topic);
    // What a member owns of topics that nobody reads any more does not matter.
    for (size_t i = 0; i < input.members.size(); ++i) add_owned(i);
  }

  const AssignorGroup& group() const { return group_; }
  const std::vector<const metadata::TopicInfo*>& topics() const { return topics_.all(); }
  std::map<std::string, std::vector<std::string>> take_regexes() { return std::move(regexes_); }

 private:
  void add_subscriptions(const AssignmentInput::Member& member) {
    GroupMember& added = group_.members.emplace_back();
    added.id = member.id;
    if (member.instance_id) added.instance_id = *member.instance_id;
    added.rack = member.rack;
    added.generation = member.generation;
    std::set<uint32_t> numbers;
    const auto subscribe = [this, &numbers](const std::vector<std::string>& names) {
      for (const std::string& name : names) {
        if (const auto number = topics_.number(name)) numbers.insert(*number);
      }
    };
    subscribe(member.topics);
    if (!member.regex.empty()) subscribe(topics_of(member.regex));
    added.topics.assign(numbers.begin(), numbers.end());
  }
  const std::vector<std::string>& topics_of(const std::string& regex) {
    const auto known = regexes_.find(regex);
    if (known != regexes_.end()) return known->second;
    return regexes_.emplace(regex, resolve(regex, *input_.image)).first->second;
  }
  void add_topic(const metadata::TopicInfo& topic) {
    group_.topics.push_back({.name = topic.name,
                             .id = topic.id,
                             .partitions = static_cast<uint32_t>(topic.partitions.size()),
                             .racks = racks_of(topic, *input_.image)});
  }
  void add_owned(size_t member) {
    for (const IdPartition& owned : input_.members[member].owned) {
      const auto number = topics_.find(owned.topic);
      if (!number || owned.partition < 0) continue;
      group_.members[member].owned.push_back(
          {.topic = *number, .partition = static_cast<uint32_t>(owned.partition)});
    }
  }

  const AssignmentInput& input_;
  Topics topics_;
  AssignorGroup group_;
  std::map<std::string, std::vector<std::string>> regexes_;
};

}  // namespace

Result<Assignment> compute_assignment(const AssignmentInput& input, const Ask& ask) {
  Question question(input);
  auto readers = ask(question.group());
  if (!readers) return forward(readers);
  Assignment answer{.by_member = std::vector<Partitions>(input.members.size()),
                    .topics_of_regex = question.take_regexes(),
                    .metadata_hash = hash_of(question.group())};
  for (size_t topic = 0; topic < readers->size(); ++topic) {
    const std::vector<int32_t>& owners = (*readers)[topic];
    for (size_t partition = 0; partition < owners.size(); ++partition) {
      if (owners[partition] == TN_NOBODY) continue;
      answer.by_member[static_cast<size_t>(owners[partition])].push_back(
          {question.topics()[topic]->id, static_cast<int32_t>(partition)});
    }
  }
  for (Partitions& each : answer.by_member) each = make_partitions(std::move(each));
  return answer;
}

}  // namespace tenon::groups
