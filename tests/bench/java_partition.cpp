// SPDX-License-Identifier: Apache-2.0

#include "java_partition.h"

#include "tenon/hash.hpp"

namespace tenon::bench {

int32_t java_partition(std::string_view key, int32_t partitions) {
  return murmur2_partition({reinterpret_cast<const uint8_t*>(key.data()), key.size()}, partitions);
}

}  // namespace tenon::bench
