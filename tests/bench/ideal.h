// SPDX-License-Identifier: Apache-2.0
//
// Loops that do only what no broker can avoid. Each serves one listening socket in a process of its
// own, one connection after the other, and never returns.
#pragma once

#include <cstdint>
#include <string>

namespace tenon::bench {

// frame -> CRC-32C of it -> append to a file -> an answer of 50 bytes.
void serve_ideal_produce(int listener, const std::string& folder);
// The same, where the answers to all that has come wait for one fdatasync.
void serve_ideal_group_commit(int listener, const std::string& folder);
// frame -> the next `chunk` bytes of a file of `file_bytes`, by sendfile.
void serve_ideal_fetch(int listener, const std::string& folder, uint64_t file_bytes,
                       uint64_t chunk);
// frame -> an answer of 50 bytes.
void serve_echo(int listener, const std::string& folder);

}  // namespace tenon::bench
