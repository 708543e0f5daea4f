// SPDX-License-Identifier: Apache-2.0

#include "cli/client/admin_call.h"

#include <chrono>

namespace tenon::cli {
namespace {

using Steady = std::chrono::steady_clock;

// The group's coordinator is being made, or read in: with the first group of all, for one.
bool is_coming(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
         error == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         error == RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
}

Outcome<Event> ask_once(
    const Client& client, rd_kafka_admin_op_t operation, std::string_view what,
    const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask) {
  const AdminOptions options(rd_kafka_AdminOptions_new(client.raw(), operation));
  char reason[256] = "";
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kAnswerMs, reason, sizeof reason);
  const Queue queue(rd_kafka_queue_new(client.raw()));
  ask(options.get(), queue.get());
  // A little longer than the call itself waits, so that it is the one to give up and say why.
  Event answer(rd_kafka_queue_poll(queue.get(), kAnswerMs + 1000));
  if (!answer) return std::unexpected(client.failure(RD_KAFKA_RESP_ERR__TIMED_OUT, what));
  return answer;
}

}  // namespace

Outcome<Event> admin_call(
    const Client& client, rd_kafka_admin_op_t operation, std::string_view what,
    const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask) {
  const auto deadline = Steady::now() + std::chrono::milliseconds(kAnswerMs);
  auto answer = ask_once(client, operation, what, ask);
  while (answer && is_coming(rd_kafka_event_error(answer->get())) && Steady::now() < deadline) {
    client.poll(100);
    answer = ask_once(client, operation, what, ask);
  }
  if (!answer) return answer;
  const auto error = rd_kafka_event_error(answer->get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(client.failure(error, what, rd_kafka_event_error_string(answer->get())));
  return answer;
}

}  // namespace tenon::cli
