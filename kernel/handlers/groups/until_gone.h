// SPDX-License-Identifier: Apache-2.0
//
// JoinGroup and SyncGroup wait for other members, as long as those like. Nobody waits for the
// answer once the peer is gone, and a request that is still served keeps its frame, its share of
// the memory budget and its connection: so the call ends, and only the group goes on with what was
// asked. The member stays in the group until its session ends, as in Kafka.
#pragma once

#include <memory>
#include <utility>

#include "base/task.h"
#include "net/peer_gone.h"

namespace tenon::handlers {

// The answer, or kCoordinatorNotAvailable when the peer is gone before it is there: who has only
// ended its stream may ask again. On the connection's shard; `gone` outlives the task.
template <class T>
Task<Result<T>> until_gone(net::PeerGone& gone, Future<Result<T>> answer) {
  auto first = std::make_shared<Promise<Result<T>>>();
  auto either = first->future();
  spawn([](Future<Result<T>> from, std::shared_ptr<Promise<Result<T>>> to) -> Task<void> {
    auto result = co_await std::move(from);
    if (to->pending()) to->fulfil(std::move(result));
  }(std::move(answer), first));
  const auto ticket = gone.subscribe([first] {
    if (!first->pending()) return;
    first->fulfil(fail(Errc::kCoordinatorNotAvailable, "", "the client has ended its connection"));
  });
  auto result = co_await std::move(either);
  gone.unsubscribe(ticket);
  co_return result;
}

}  // namespace tenon::handlers
