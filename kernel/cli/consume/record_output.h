// SPDX-License-Identifier: Apache-2.0
//
// Records on their way to stdout: gathered, so that one write serves many. One thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>

#include "cli/output/record_format.h"

namespace tenon::cli {

struct OutputStyle {
  bool json = false;
  RecordFormat format{};
  std::string null_text{};  // for null keys and values
};

class RecordOutput {
 public:
  explicit RecordOutput(OutputStyle style) : style_(std::move(style)) {}

  // False when nobody reads any more.
  bool add(const rd_kafka_message_t& record);
  bool flush();

 private:
  OutputStyle style_;
  std::string pending_;
};

}  // namespace tenon::cli
