// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/group_words.h"

#include <algorithm>
#include <array>

#include "groups/assignment/consumer_protocol.h"

namespace tenon::groups {
namespace {

// Kafka Streams calls itself a consumer. Its leader says more than who reads what: which tasks are
// active, and where state lies.
constexpr std::string_view kStreams = "stream";
constexpr std::string_view kCooperative = "cooperative-sticky";
constexpr std::array<std::string_view, 3> kEager = {"range", "roundrobin", "sticky"};

bool is_cooperative(std::string_view protocol, const std::vector<Partitions>& claims) {
  if (protocol == kCooperative) return true;
  if (std::ranges::find(kEager, protocol) != kEager.end()) return false;
  return std::ranges::any_of(claims, [](const Partitions& each) { return !each.empty(); });
}

class Reader {
 public:
  Reader(const Group& group, std::shared_ptr<const metadata::Image> image)
      : group_(group), protocol_(group.protocol_name().value_or("")) {
    words_.question.image = std::move(image);
  }

  std::expected<GroupWords, Unreadable> read() {
    if (group_.protocol_type() != kConsumerProtocolType)
      return refuse(nullptr, "its members are no consumers");
    if (protocol_ == kStreams)
      return refuse(nullptr, "it is one of Kafka Streams, whose leader alone knows what it needs");
    for (const auto& [id, member] : group_.members()) {
      if (auto problem = add(*member); !problem.empty()) return refuse(member.get(), problem);
    }
    settle_holdings();
    return std::move(words_);
  }

 private:
  std::unexpected<Unreadable> refuse(const Member* member, std::string why) const {
    return std::unexpected(Unreadable{.member_id = member ? member->id : "",
                                      .client_id = member ? member->client_id : "",
                                      .why = std::move(why)});
  }

  // Why the member's words cannot be read, or "".
  std::string add(const Member& member) {
    const Bytes& encoded = member.metadata(protocol_);
    auto words = read_subscription(encoded, image());
    if (!words) return words.error().text();
    words_.versions.push_back(words->version);
    words_.question.members.push_back({.id = member.id,
                                       .instance_id = member.instance_id,
                                       .rack = std::move(words->rack),
                                       .topics = std::move(words->topics),
                                       .regex = {},
                                       .owned = std::move(words->owned),
                                       .generation = words->generation});
    words_.held.push_back(words_.question.members.back().owned);
    return "";
  }

  void settle_holdings() {
    const bool cooperative = words_.cooperative = is_cooperative(protocol_, words_.held);
    size_t i = 0;
    for (const auto& [id, member] : group_.members()) {
      Partitions& held = words_.held[i];
      auto& asked = words_.question.members[i++];
      const bool away = cooperative && !member->awaiting_join;
      words_.away.push_back(away);
      if (cooperative && !away) continue;
      const Partitions last = last_given(*member);
      held = cooperative ? union_of(held, last) : Partitions{};
      asked.owned = last;
      asked.generation = group_.generation() - 1;
    }
  }

  // Nothing where its leader gave it what nobody else can read.
  Partitions last_given(const Member& member) const {
    return read_assignment(member.assignment, image()).value_or(Partitions{});
  }

  const metadata::Image& image() const { return *words_.question.image; }

  const Group& group_;
  std::string protocol_;
  GroupWords words_;
};

}  // namespace

std::expected<GroupWords, Unreadable> read_members(const Group& group,
                                                   std::shared_ptr<const metadata::Image> image) {
  return Reader(group, std::move(image)).read();
}

}  // namespace tenon::groups
