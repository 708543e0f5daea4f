// SPDX-License-Identifier: Apache-2.0
//
// An example: records whose keys begin alike go to one partition. With keys such as
// "tenant-7:order-1", everything of a tenant stays in order; the part up to the separator is hashed
// as Kafka hashes keys.
//
//   [partitioner.prefix]
//   path = "/path/to/partitioner-prefix.so"
//   separator = ":"

#include <tenon/hash.hpp>
#include <tenon/partitioner.hpp>

namespace {

class PrefixPartitioner {
 public:
  static constexpr const char* kVendor = "Example";
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr tn_option kOptions[] = {tenon::string_option(
      "separator", "One character; the key counts up to the first of it.", ":")};

  explicit PrefixPartitioner(const tenon::Options& options) {
    const std::string separator = options.text("separator");
    if (separator.size() != 1)
      throw tenon::Error(TN_E_CONFIG, "separator must be one character, not \"" + separator + "\"");
    separator_ = separator[0];
  }

  int32_t partition(const tenon::Topic& topic, const tenon::Record& record) const {
    if (!record.key()) return TN_PARTITION_ANY;
    const std::string_view key = record.key()->text();
    return tenon::murmur2_partition(key.substr(0, key.find(separator_)), topic.size());
  }

 private:
  char separator_;
};

}  // namespace

TENON_PARTITIONER(PrefixPartitioner, "prefix", "1.0.0",
                  "By the part of the key before a separator.")
