// SPDX-License-Identifier: Apache-2.0
//
// What the bridge offers to plugins beside the log: clock, randomness and checksum, over the
// operating system's. No files and no threads: a partitioner needs neither. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace tenon::bridge {

// The extension of that id (tenon/host.h), or null.
const void* find_extension(std::string_view id);

// Uniform 64 bits, from a generator of the calling thread.
uint64_t next_random() noexcept;

}  // namespace tenon::bridge
