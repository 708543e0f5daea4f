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
                                       .owned = std::move(words->owned)});
    last_given_.push_back(last_given(member));
    return "";
  }

  void settle_holdings() {
    std::vector<Partitions> claims;
    for (const auto& member : words_.question.members) claims.push_back(member.owned);
    words_.cooperative = is_cooperative(protocol_, claims);
    auto& [held, own, away] = words_.holdings;
    size_t i = 0;
    for (const auto& [id, member] : group_.members()) {
      away.push_back(words_.cooperative && !member->awaiting_join);
      held.push_back(holding(i, std::move(claims[i])));
      ++i;
    }
    own = settle_claims(held, last_given_);
    for (i = 0; i < held.size(); ++i) say_owned(i);
  }

  Partitions holding(size_t i, Partitions claimed) const {
    if (!words_.cooperative) return {};
    if (words_.holdings.away[i]) return union_of(claimed, last_given_[i]);
    if (words_.versions[i] == 0) return last_given_[i];
    return claimed;
  }

  // What the assignor is told. Claims are settled by now, by what is in the log and not by the
  // generations that members name: all of them are of the last one.
  void say_owned(size_t i) {
    auto& asked = words_.question.members[i];
    const bool by_us = !words_.cooperative || words_.holdings.away[i];
    asked.owned = by_us ? last_given_[i] : words_.holdings.own[i];
    asked.generation = group_.generation() - 1;
  }

  // Nothing where its leader gave it what nobody else can read.
  Partitions last_given(const Member& member) const {
    return read_assignment(member.assignment, image()).value_or(Partitions{});
  }

  const metadata::Image& image() const { return *words_.question.image; }

  const Group& group_;
  std::string protocol_;
  GroupWords words_;
  std::vector<Partitions> last_given_;
};

}  // namespace

std::expected<GroupWords, Unreadable> read_members(const Group& group,
                                                   std::shared_ptr<const metadata::Image> image) {
  return Reader(group, std::move(image)).read();
}

}  // namespace tenon::groups
