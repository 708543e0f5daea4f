// SPDX-License-Identifier: Apache-2.0

#include "groups/table/member.h"

#include <algorithm>

namespace tenon::groups {
namespace {

const Protocol* find_protocol(const std::vector<Protocol>& protocols, std::string_view name) {
  const auto it = std::ranges::find(protocols, name, &Protocol::name);
  return it == protocols.end() ? nullptr : &*it;
}

}  // namespace

const Bytes& metadata_of(const std::vector<Protocol>& protocols, std::string_view name) {
  static const Bytes kNothing;
  const Protocol* found = find_protocol(protocols, name);
  return found ? found->metadata : kNothing;
}

bool Member::supports(std::string_view protocol) const {
  return find_protocol(protocols, protocol) != nullptr;
}

bool Member::matches(const std::vector<Protocol>& others) const {
  return std::ranges::equal(protocols, others, [](const Protocol& own, const Protocol& other) {
    return own.name == other.name && own.metadata == other.metadata;
  });
}

}  // namespace tenon::groups
