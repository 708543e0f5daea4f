// SPDX-License-Identifier: Apache-2.0
//
// The event loop inside a shard, for the files that open sockets on it (net/ and http/). Everything
// else sees the shard as a Scheduler and need not compile Asio.
#pragma once

#include <boost/asio/io_context.hpp>

#include "net/shard.h"

namespace tenon::net {

// Valid as long as the shard. Handlers run on the shard's thread.
boost::asio::io_context& io_context_of(Shard& shard);

}  // namespace tenon::net
