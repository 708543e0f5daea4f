// SPDX-License-Identifier: Apache-2.0
//
// What a broker in this process does while it answers a request: the files it walks through (its
// trace points), the system calls that move bytes or sync files, and how often it allocates. The
// system calls are seen because this program defines their functions in front of the C library's;
// plugins do their I/O through the host, so theirs are seen, too.
//
// Threads: recording happens on any; begin(), end() and the accessors belong to the test's thread,
// with no request on its way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/trace.h"

namespace tenon::testing {

enum class Call : uint8_t { kRecv, kSendMessage, kSendFile, kRead, kWrite, kWake };

struct Moved {
  Call call;
  const uint8_t* data;  // where the first piece lies; null for kSendFile
  size_t bytes;         // of the whole call, as the system answered
};

struct Step {
  TraceWay way;
  const char* file;
  int thread;
};

class Observation {
 public:
  // Forgets what was seen and records from now on.
  static void begin();
  static void end();

  static std::span<const Step> steps();
  static std::vector<Moved> calls(Call call);
  // How many calls of that kind there were; with requests on their way, too.
  static size_t count(Call call);
  // The names of the threads that called fdatasync or fsync, once for each call.
  static std::vector<std::string> syncs();
  // Between the two, whoever syncs waits before its call. end() lets them go, too.
  static void hold_syncs();
  static void release_syncs();
  // "> net/connection", "< net/connection" for the way in and out.
  static std::vector<std::string> walk();
  // How often the request changed its thread.
  static size_t hops();
  // Did the calls of `recv` put every byte of [data, data + bytes) where it is?
  static bool was_received_at(const uint8_t* data, size_t bytes);

  // Calls of operator new since the program began, recording or not, by all threads but those that
  // said they are the client's.
  static uint64_t allocations();
  static void this_thread_is_a_client();
};

}  // namespace tenon::testing
