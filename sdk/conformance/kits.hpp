// SPDX-License-Identifier: Apache-2.0
//
// The kits: which properties a plugin of a kind must have. A new kind adds its list here, a case in
// exercise.hpp, and nothing else. Any thread.
#pragma once

#include "conformance/assignor/assignor_properties.hpp"
#include "conformance/codec_properties.hpp"
#include "conformance/partitioner_properties.hpp"
#include "conformance/plugin_kit.hpp"
#include "conformance/threads/thread_properties.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// Beyond those of every plugin. Empty for kinds whose contract needs more than one descriptor at
// hand: storage (storage_suite.hpp).
inline Properties properties_of_kind(tn_kind kind) {
  switch (kind) {
    case TN_PARTITIONER:
      return partitioner_properties();
    case TN_ASSIGNOR:
      return assignor_properties();
    case TN_CODEC:
      return codec_properties();
    default:
      return {};
  }
}

// Those of every plugin, whatever its kind.
inline Properties properties_of_all() {
  Properties all = plugin_properties();
  for (const Property& property : thread_properties()) all.push_back(property);
  return all;
}

// All properties of one descriptor: those of every plugin, then those of its kind.
inline Properties properties_of(const tn_descriptor& descriptor) {
  Properties all = properties_of_all();
  for (const Property& property : properties_of_kind(descriptor.kind)) all.push_back(property);
  return all;
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
