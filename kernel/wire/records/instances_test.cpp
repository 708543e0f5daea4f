// SPDX-License-Identifier: Apache-2.0

#include "wire/testing/message_suite.h"

namespace tenon::wire {

INSTANTIATE_TYPED_TEST_SUITE_P(records, MessageSuite, TypesOf<RecordsMessages>::Type, MessageName);

}  // namespace tenon::wire
