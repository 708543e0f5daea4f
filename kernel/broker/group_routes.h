// SPDX-License-Identifier: Apache-2.0
//
// Groups over HTTP, for `tenon group explain` and whoever else looks:
//
//   GET /v1/groups           [{"group", "type", "state", "members", "epoch"}, ...]
//   GET /v1/groups?id=NAME   {"group", "members": [...], "rebalances": [...], ...}
//
// 404 for a group that is not there, 503 while its coordinator loads. Names may be any bytes; they
// are decoded from the query.
//
// Threads: the routes run on the HTTP server's shard, and hop to the groups' owners.
#pragma once

#include "base/scheduler.h"
#include "groups/group_directory.h"
#include "http/server.h"
#include "replication/replicas.h"

namespace tenon::broker {

// Where the groups are, once the broker serves; null before.
struct GroupRooms {
  Scheduler& home;
  std::function<groups::GroupDirectory*()> groups;
  std::function<replication::Replicas*()> replicas;
};

void add_group_routes(http::Routes& routes, const GroupRooms& rooms);

}  // namespace tenon::broker
