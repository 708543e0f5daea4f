// SPDX-License-Identifier: Apache-2.0

#include "cli/client/errors.h"

#include <algorithm>

namespace tenon::cli {

int exit_code_for(rd_kafka_resp_err_t error) {
  switch (static_cast<int>(error)) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return kDone;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return kUsage;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_GROUP:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND:
      return kNotFound;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return kNotAllowed;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
      return kUnreachable;
    default:
      return kFailed;
  }
}

std::string plain_reason(std::string_view reason) {
  // "HOST:PORT/bootstrap: ..." and "sasl_plaintext://HOST:PORT/1: ..."
  const size_t slash =
      reason.find('/', reason.find("://") == std::string_view::npos ? 0 : reason.find("://") + 3);
  const size_t colon = slash == std::string_view::npos ? slash : reason.find(": ", slash);
  if (colon != std::string_view::npos && reason.substr(0, colon).find(' ') == reason.npos)
    reason.remove_prefix(colon + 2);
  if (const size_t state = reason.find(" (after "); state != std::string_view::npos)
    reason = reason.substr(0, state);
  return std::string(reason);
}

int combined_exit_code(const std::vector<int>& exit_codes) {
  if (exit_codes.empty()) return kDone;
  const bool same = std::ranges::all_of(exit_codes, [&](int c) { return c == exit_codes.front(); });
  return same ? exit_codes.front() : kFailed;
}

}  // namespace tenon::cli
