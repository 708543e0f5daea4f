// SPDX-License-Identifier: Apache-2.0
//
// The sticky assignor: the best balance that the subscriptions allow, and among the assignments
// that have it, one that moves the fewest partitions. balance.hpp says how. Racks do not count.

#include "tenon/balance.hpp"

namespace tenon::sticky {

class StickyAssignor {
 public:
  static constexpr uint32_t kFlags = TN_ASSIGNOR_BALANCED | TN_ASSIGNOR_STICKY;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  void assign(const Group& group, Assignment& assignment) const {
    assign_balanced(group, assignment);
  }
};

}  // namespace tenon::sticky

TENON_ASSIGNOR(tenon::sticky::StickyAssignor, "sticky", "1.0.0",
               "Balanced first, then the fewest moves.")
