// SPDX-License-Identifier: Apache-2.0
//
// InitProducerId (API key 22): a producer id and epoch for idempotent and transactional producers
// (KIP-98, KIP-360).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/schema.h"

namespace tenon::wire {

struct InitProducerIdRequest {
  static constexpr std::string_view kName = "InitProducerIdRequest";
  static constexpr ApiKey kApiKey = ApiKey::kInitProducerId;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 2;

  std::optional<std::string> transactional_id{""};
  int32_t transaction_timeout_ms = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;

  template <class V>
  void fields(V& v) {
    v.field("TransactionalId", transactional_id, since(0).nullable());
    v.field("TransactionTimeoutMs", transaction_timeout_ms);
    v.field("ProducerId", producer_id, since(3));
    v.field("ProducerEpoch", producer_epoch, since(3));
  }
};

struct InitProducerIdResponse {
  static constexpr std::string_view kName = "InitProducerIdResponse";
  static constexpr ApiKey kApiKey = ApiKey::kInitProducerId;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 2;

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int64_t producer_id = -1;
  int16_t producer_epoch = 0;

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("ErrorCode", error_code);
    v.field("ProducerId", producer_id);
    v.field("ProducerEpoch", producer_epoch);
  }
};

}  // namespace tenon::wire
