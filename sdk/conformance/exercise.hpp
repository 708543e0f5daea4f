// SPDX-License-Identifier: Apache-2.0
//
// Uses an instance a little, as its kind is used, for the properties of all kinds: what they look
// for may hide in any function. A new kind adds its case here. One thread.
#pragma once

#include <cstring>
#include <string_view>

#include "conformance/assignor/test_group.hpp"
#include "conformance/instance.hpp"
#include "tenon/codec.h"
#include "tenon/partitioner.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

namespace detail {

inline void use_partitioner(const tn_partitioner& api, void* self) {
  void* state = api.new_state == nullptr ? nullptr : api.new_state(self);
  tn_topic_view topic{};
  topic.struct_size = sizeof(topic);
  topic.n_partitions = 7;
  topic.name = ByteView(std::string_view("orders"));
  tn_record record{};
  record.struct_size = sizeof(record);
  record.key = ByteView(std::string_view("key"));
  (void)api.partition(self, state, &topic, &record);
  if (state != nullptr) api.free_state(self, state);
}

inline void use_codec(const tn_codec& api, void* self) {
  void* context = api.new_context == nullptr ? nullptr : api.new_context(self);
  const tn_bytes content = ByteView(std::string_view("to be or not to be, or to be"));
  std::vector<uint8_t> packed(api.bound(self, content.len)), out(content.len);
  size_t size = 0;
  tn_error error = new_error();
  (void)api.compress(self, context, &content, 1, TN_LEVEL_OWN, packed.data(), packed.size(), &size,
                     &error);
  const tn_bytes src{packed.data(), size};
  (void)api.decompress(self, context, src, out.data(), out.size(), &size, &error);
  if (context != nullptr) api.free_context(self, context);
}

inline void use_assignor(const tn_assignor& api, void* self) {
  const TestGroup group = TestGroup::equal(3, 2, 5);
  (void)TestInput(group).call(api, self);
}

}  // namespace detail

inline void exercise(const tn_descriptor& descriptor, void* self) {
  const auto table = [&](const char* id) { return descriptor.get_interface(id); };
  if (descriptor.kind == TN_PARTITIONER) {
    if (const void* api = table(TN_PARTITIONER_ID))
      detail::use_partitioner(*static_cast<const tn_partitioner*>(api), self);
  } else if (descriptor.kind == TN_ASSIGNOR) {
    if (const void* api = table(TN_ASSIGNOR_ID))
      detail::use_assignor(*static_cast<const tn_assignor*>(api), self);
  } else if (descriptor.kind == TN_CODEC) {
    if (const void* api = table(TN_CODEC_ID))
      detail::use_codec(*static_cast<const tn_codec*>(api), self);
  }
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
