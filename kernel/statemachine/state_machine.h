// SPDX-License-Identifier: Apache-2.0
//
// The shape of a coordinator's logic: requests become records and an answer, and records, once they
// are in the log, become state.
//
//   f(state, request) -> Outcome{records, response}          decides, changes nothing durable
//   replay(record)                                           changes, decides nothing
//
// So what is found after a restart is what was there before it: the same records, replayed by the
// same function. A state machine knows no log and no clock; coordinator.h drives it.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace tenon::statemachine {

// A record to be written. No value means that the key is deleted (a tombstone).
struct Record {
  Bytes key;
  std::optional<Bytes> value;
};

// A record that is in the log. Views into the batch, valid during replay() only.
struct CommittedRecord {
  ByteView key;
  std::optional<ByteView> value;
};

// What a request comes to: the response may be sent when the records are committed, at once when
// there are none.
template <class Response>
struct Outcome {
  std::vector<Record> records;
  Response response;
};

class StateMachine {
 public:
  virtual ~StateMachine() = default;
  // Takes one committed record into the state, in log order. The only way in which durable state
  // changes. An error means that the record cannot be understood, and stops a load.
  virtual Result<> replay(const CommittedRecord& record) = 0;
};

}  // namespace tenon::statemachine
