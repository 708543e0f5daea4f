// SPDX-License-Identifier: Apache-2.0
//
// Where Kafka's Java client, and so tenon.partitioner = hash, puts a key. Apart from the rest
// because it takes its hash from the SDK, whose names are the kernel's.
#pragma once

#include <cstdint>
#include <string_view>

namespace tenon::bench {

int32_t java_partition(std::string_view key, int32_t partitions);

}  // namespace tenon::bench
