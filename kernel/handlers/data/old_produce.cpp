// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/old_produce.h"

#include "wire/codec.h"
#include "wire/data/produce.h"

namespace tenon::handlers {
namespace {

template <class T>
void put(Bytes& out, T value) {
  const size_t at = out.size();
  out.resize(at + sizeof value);
  store_be(out.data() + at, value);
}

void put_refusals(Bytes& out, const wire::ProduceRequest& request, int16_t version) {
  put(out, static_cast<int32_t>(request.topic_data.size()));
  for (const auto& topic : request.topic_data) {
    put(out, static_cast<int16_t>(topic.name.size()));
    out.insert(out.end(), topic.name.begin(), topic.name.end());
    put(out, static_cast<int32_t>(topic.partition_data.size()));
    for (const auto& partition : topic.partition_data) {
      put(out, partition.index);
      put(out, static_cast<int16_t>(wire::ErrorCode::kUnsupportedVersion));
      put(out, int64_t{-1});
      if (version == 2) put(out, int64_t{-1});
    }
  }
  if (version >= 1) put(out, int32_t{0});
}

}  // namespace

Body refuse_old_produce(MutableBytes body, int16_t version, OutputChain reply) {
  // Version 3 put a nullable transactional id in front and changed nothing else.
  Bytes as_version_3{0xff, 0xff};
  as_version_3.insert(as_version_3.end(), body.begin(), body.end());
  auto request =
      wire::decode<wire::ProduceRequest>(MutableBytes(as_version_3), kFirstProduceVersion);
  if (!request) return forward(request);
  if (request->acks == 0) return std::nullopt;
  put_refusals(reply.bytes, *request, version);
  return std::optional(std::move(reply));
}

}  // namespace tenon::handlers
