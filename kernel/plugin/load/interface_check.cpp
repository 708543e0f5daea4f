// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/interface_check.h"

#include <fmt/format.h>

#include "plugin/info.h"
#include "plugin/watch/last_words.h"

namespace tenon::plugin {

namespace {

// Of SDK 1.0.
constexpr const char* kDraftAssignorId = "tenon.draft.assignor/1";

const Suspect* suspect_of(const tn_descriptor& descriptor, const std::string& path) {
  const auto label = fmt::format("{} {} {}", kind_name(descriptor.kind), descriptor.name,
                                 descriptor.version ? descriptor.version : "");
  return make_suspect(label, path);
}

template <class T>
Result<const T*> ask(const tn_descriptor& descriptor, const char* id, const std::string& path) {
  const auto* table = [&] {
    const CallScope call(suspect_of(descriptor, path), "get_interface");
    return static_cast<const T*>(descriptor.get_interface(id));
  }();
  if (!table) {
    return fail(Errc::kPluginRefused, path,
                fmt::format("\"{}\" has no interface {}", descriptor.name, id));
  }
  return table;
}

std::unexpected<Error> incomplete(const char* id, const std::string& path) {
  return fail(Errc::kPluginRefused, path, fmt::format("its interface {} is incomplete", id));
}

// The low half of the flags may be ignored; of the high half, this version knows none.
Result<> check_flags(uint32_t flags, const char* id, const std::string& path) {
  if ((flags & 0xffff0000) == 0) return {};
  return fail(
      Errc::kPluginRefused, path,
      fmt::format("its interface {} sets flags that this Tenon does not know and must", id));
}

}  // namespace

Result<const tn_partitioner*> partitioner_interface(const tn_descriptor& descriptor,
                                                    const std::string& path) {
  const auto table = ask<tn_partitioner>(descriptor, TN_PARTITIONER_ID, path);
  if (!table) return table;
  const tn_partitioner* api = *table;
  const bool makes_state = TN_HAS(api, tn_partitioner, new_state);
  const bool frees_state = TN_HAS(api, tn_partitioner, free_state);
  if (!TN_HAS(api, tn_partitioner, partition) || makes_state != frees_state)
    return incomplete(TN_PARTITIONER_ID, path);
  if (auto known = check_flags(api->flags, TN_PARTITIONER_ID, path); !known) return forward(known);
  return api;
}

Result<const tn_assignor*> assignor_interface(const tn_descriptor& descriptor,
                                              const std::string& path) {
  const auto table = ask<tn_assignor>(descriptor, TN_ASSIGNOR_ID, path);
  if (!table && ask<tn_assignor>(descriptor, kDraftAssignorId, path)) {
    return fail(Errc::kPluginRefused, path,
                fmt::format("\"{}\" speaks {}, a draft that has become {}: build it anew with this "
                            "SDK",
                            descriptor.name, kDraftAssignorId, TN_ASSIGNOR_ID));
  }
  if (!table) return table;
  if (!TN_HAS(*table, tn_assignor, assign)) return incomplete(TN_ASSIGNOR_ID, path);
  if (auto known = check_flags((*table)->flags, TN_ASSIGNOR_ID, path); !known)
    return forward(known);
  return table;
}

Result<const tn_codec*> codec_interface(const tn_descriptor& descriptor, const std::string& path) {
  const auto table = ask<tn_codec>(descriptor, TN_CODEC_ID, path);
  if (!table) return table;
  const tn_codec* api = *table;
  const bool makes_context = TN_HAS(api, tn_codec, new_context);
  const bool frees_context = TN_HAS(api, tn_codec, free_context);
  const bool complete = TN_HAS(api, tn_codec, bound) && TN_HAS(api, tn_codec, compress) &&
                        TN_HAS(api, tn_codec, decompress);
  if (!complete || makes_context != frees_context) return incomplete(TN_CODEC_ID, path);
  if (auto known = check_flags(api->flags, TN_CODEC_ID, path); !known) return forward(known);
  if (api->wire_id < TN_WIRE_GZIP || api->wire_id > TN_WIRE_ZSTD) {
    return fail(Errc::kPluginRefused, path,
                fmt::format("its wire id is {}; Kafka has 1 to 4", api->wire_id));
  }
  return api;
}

Result<const tn_storage*> storage_interface(const tn_descriptor& descriptor,
                                            const std::string& path) {
  const auto table = ask<tn_storage>(descriptor, TN_STORAGE_ID, path);
  if (!table) return table;
  const tn_storage* api = *table;
  const bool opens = TN_HAS(api, tn_storage, open) && TN_HAS(api, tn_storage, close);
  const bool writes = TN_HAS(api, tn_storage, append) && TN_HAS(api, tn_storage, flush) &&
                      TN_HAS(api, tn_storage, truncate) && TN_HAS(api, tn_storage, trim);
  const bool reads = TN_HAS(api, tn_storage, read) && TN_HAS(api, tn_storage, release) &&
                     TN_HAS(api, tn_storage, lookup) && TN_HAS(api, tn_storage, segments);
  const bool keeps = TN_HAS(api, tn_storage, put_blob) && TN_HAS(api, tn_storage, get_blob);
  if (!opens || !writes || !reads || !keeps || !TN_HAS(api, tn_storage, configure))
    return incomplete(TN_STORAGE_ID, path);
  return api;
}

}  // namespace tenon::plugin
