// SPDX-License-Identifier: Apache-2.0
//
// The crc32 partitioner: a key goes where librdkafka's `consistent` and `consistent_random` send
// it, which are the defaults of the clients built on librdkafka.
//
// Two cases in which those clients do not agree with each other: librdkafka takes an empty key for
// no key in `consistent_random`, and sends both to partition 0 in `consistent`. Here an empty key
// is a key (its CRC is 0, so partition 0), and a record without a key is left to the host, because
// partition 0 for all of them would be a trap. Constant; any thread.

#include "tenon/hash.hpp"
#include "tenon/partitioner.hpp"

namespace tenon::crc {

class Crc32Partitioner {
 public:
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  int32_t partition(const Topic& topic, const Record& record) const {
    const std::optional<ByteView> key = record.key();
    if (!key) return TN_PARTITION_ANY;
    return static_cast<int32_t>(crc32(*key) % static_cast<uint32_t>(topic.size()));
  }

  // One call through the ABI for many records, and the hash inlined.
  void partition_batch(const Topic& topic, const Records& records, int32_t* partitions) const {
    for (size_t i = 0; i < records.size(); i++) partitions[i] = partition(topic, records[i]);
  }
};

}  // namespace tenon::crc

TENON_PARTITIONER(tenon::crc::Crc32Partitioner, "crc32", "1.0.0",
                  "By key, as librdkafka's consistent does (CRC-32).")
