// SPDX-License-Identifier: Apache-2.0
//
// TN_ASSERT(condition): an invariant of our own code. Checked in every build; a violation prints
// the place and aborts, because going on would risk the data.
#pragma once

namespace tenon {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

#define TN_ASSERT(condition)                                                                     \
  (__builtin_expect(!(condition), 0) ? ::tenon::assertion_failed(#condition, __FILE__, __LINE__) \
                                     : void())
