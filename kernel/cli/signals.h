// SPDX-License-Identifier: Apache-2.0
//
// Leaving cleanly: SIGINT and SIGTERM ask a running verb to stop, a second one ends the process at
// once. A closed pipe behind stdout is an error of the write, not a signal.
//
// One instance at a time, on the main thread.
#pragma once

namespace tenon::cli {

class StopSignals {
 public:
  StopSignals();   // catches; a blocking read is interrupted
  ~StopSignals();  // gives the signals their default meaning back
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool stopped() const;
};

}  // namespace tenon::cli
