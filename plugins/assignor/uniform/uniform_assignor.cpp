// SPDX-License-Identifier: Apache-2.0
//
// The uniform assignor: the best balance that the subscriptions allow; with that, as many members
// as possible read from their own rack; with that, the fewest partitions move. The order of these
// three is the one that KIP-848 asks of the assignor of this name. balance.hpp says how. It moves
// partitions when members or replicas change their racks.

#include "tenon/balance.hpp"

namespace tenon::uniform {

class UniformAssignor {
 public:
  static constexpr uint32_t kFlags =
      TN_ASSIGNOR_BALANCED | TN_ASSIGNOR_RACK_AWARE | TN_ASSIGNOR_STICKY;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  void assign(const Group& group, Assignment& assignment) const {
    BalanceRules rules;
    rules.near = true;
    assign_balanced(group, assignment, rules);
  }
};

}  // namespace tenon::uniform

TENON_ASSIGNOR(tenon::uniform::UniformAssignor, "uniform", "1.0.0",
               "Balanced first, then in the member's own rack, then the fewest moves.")
