// SPDX-License-Identifier: Apache-2.0
//
// The life of a consumer group, event by event, decided by a seed: members join, leave, come back,
// change subscription and rack; topics come, go and grow. One thread.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "conformance/assignor/test_group.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

class GroupWalk {
 public:
  explicit GroupWalk(uint64_t seed) : random_(seed) {
    for (int i = 0; i < 3; i++) add_topic();
    for (int i = 0; i < 3; i++) add_member();
  }

  TestGroup& group() { return group_; }
  const TestGroup& group() const { return group_; }

  // Makes one event happen and names it.
  std::string step() {
    switch (random_.below(8)) {
      case 0:
      case 1:
        return group_.members.size() < kMembersMax ? add_member() : remove_member();
      case 2:
        return remove_member();
      case 3:
        return subscribe_anew();
      case 4:
        return move_rack();
      case 5:
        return group_.topics.size() < kTopicsMax ? add_topic() : remove_topic();
      case 6:
        return remove_topic();
      default:
        return grow_topic();
    }
  }
  // Gives partitions readers at random, some of whom may not read them any more.
  void scatter() {
    for (TestTopicSize& topic : group_.topics) {
      topic.readers.assign(topic.partitions, "");
      for (std::string& reader : topic.readers)
        if (random_.below(4) > 0 && !group_.members.empty()) reader = any(group_.members).id;
    }
  }

 private:
  static constexpr size_t kMembersMax = 12, kTopicsMax = 6;

  template <class T>
  T& any(std::vector<T>& all) {
    return all[random_.below(all.size())];
  }
  std::string any_rack() {
    static const char* const kRacks[] = {"", "a", "b", "c"};
    return kRacks[random_.below(4)];
  }
  std::vector<std::string> any_topics() {
    std::vector<std::string> names;
    for (const TestTopicSize& topic : group_.topics)
      if (random_.below(3) > 0) names.push_back(topic.name);
    return names;
  }

  std::string add_member() {
    TestMember member;
    member.id = "member-" + std::to_string(random_.below(1000)) + "-" + std::to_string(next_++);
    if (random_.below(3) == 0) member.instance_id = "instance-" + std::to_string(next_++);
    member.rack = any_rack();
    member.topics = any_topics();
    group_.members.push_back(member);
    return member.id + " joins";
  }
  std::string remove_member() {
    if (group_.members.empty()) return "nobody leaves";
    const std::string id = any(group_.members).id;
    group_.leave(id);
    return id + " leaves";
  }
  std::string subscribe_anew() {
    if (group_.members.empty()) return "nobody subscribes";
    TestMember& member = any(group_.members);
    member.topics = any_topics();
    return member.id + " subscribes anew";
  }
  std::string move_rack() {
    if (group_.members.empty()) return "nobody moves";
    TestMember& member = any(group_.members);
    member.rack = any_rack();
    return member.id + " moves to rack \"" + member.rack + "\"";
  }
  std::string add_topic() {
    TestTopicSize topic;
    topic.name = "topic-" + std::to_string(random_.below(1000)) + "-" + std::to_string(next_++);
    group_.topics.push_back(topic);
    grow(group_.topics.back(), static_cast<uint32_t>(random_.below(20)));
    return topic.name + " is made";
  }
  std::string remove_topic() {
    if (group_.topics.empty()) return "no topic goes";
    const size_t i = random_.below(group_.topics.size());
    const std::string name = group_.topics[i].name;
    group_.topics.erase(group_.topics.begin() + static_cast<std::ptrdiff_t>(i));
    for (TestMember& member : group_.members)
      member.topics.erase(std::remove(member.topics.begin(), member.topics.end(), name),
                          member.topics.end());
    return name + " goes";
  }
  std::string grow_topic() {
    if (group_.topics.empty()) return "no topic grows";
    TestTopicSize& topic = any(group_.topics);
    grow(topic, static_cast<uint32_t>(1 + random_.below(5)));
    return topic.name + " grows";
  }
  void grow(TestTopicSize& topic, uint32_t by) {
    topic.partitions += by;
    for (uint32_t i = 0; i < by; i++) {
      std::vector<std::string> racks;
      for (const char* rack : {"a", "b", "c"})
        if (random_.below(2) == 0) racks.emplace_back(rack);
      topic.racks.push_back(racks);
      topic.readers.emplace_back();
    }
  }

  TestRandom random_;
  uint32_t next_ = 0;
  TestGroup group_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
