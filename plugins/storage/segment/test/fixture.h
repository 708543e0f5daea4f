// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the segment plugin share: a machine with one log on it, which can lose its
// power. One thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "conformance/crash_fs.hpp"
#include "conformance/storage_kit.hpp"
#include "file_names.h"

namespace tenon::segment {

using namespace conformance;

inline const char* const kDirectory = "/data/orders-0";

// The path of one of the log's files.
inline std::string path_of(int64_t base_offset, std::string_view suffix) {
  return std::string(kDirectory) + "/" + segment_file_name(base_offset, suffix);
}

// A running broker as far as one log is concerned.
struct Machine {
  explicit Machine(CrashFs disk = CrashFs(), const TestConfig::Texts& options = {})
      : fs(std::move(disk)), host(fs, "segment", options) {
    spec.directory = kDirectory;
  }
  tn_code open() { return log.open(spec); }
  tn_code add(const BatchSpec& batch) {
    const std::vector<TestBatch> batches{make_batch(batch)};
    const tn_code code = log.append(batches);
    if (code == TN_OK) model.append(batches);
    return code;
  }
  // `n` batches of one record each, 101 bytes long.
  void fill(int n) {
    for (int i = 0; i < n; i++)
      ASSERT_EQ(add({.base_offset = model.end(), .max_timestamp_ms = 1000 + 10 * model.end()}),
                TN_OK)
          << log.error();
  }
  tn_code flush() {
    FlushOutcome outcome;
    log.flush(outcome);
    host.run_jobs();
    EXPECT_EQ(outcome.calls, 1);
    return outcome.code;
  }
  // Everything that the log holds, however many reads it takes.
  std::vector<uint8_t> contents() const {
    std::vector<uint8_t> all;
    for (int64_t from = log.segments().front().base_offset;;) {
      const ReadOutcome outcome = log.read_all(from);
      EXPECT_EQ(outcome.code, TN_OK) << outcome.text;
      if (outcome.bytes.empty()) return all;
      all.insert(all.end(), outcome.bytes.begin(), outcome.bytes.end());
      size_t at = 0;
      while (at + kTestBatchHeader <= outcome.bytes.size()) {
        const uint8_t* header = outcome.bytes.data() + at;
        from = get_be<int64_t>(header) + get_be<int32_t>(header + 23) + 1;
        at += static_cast<size_t>(get_be<int32_t>(header + 8)) + 12;
      }
    }
  }
  void expect_model() {
    EXPECT_EQ(log.state().end_offset, model.end());
    EXPECT_EQ(contents(), join(model.batches()));
    for (const TestBatch& batch : model.batches())
      EXPECT_EQ(log.read({batch.base_offset, INT64_MAX, 1, true}).bytes, batch.bytes);
    for (int64_t ms = 990; ms < 1010 + 10 * model.end(); ms += 5)
      EXPECT_EQ(log.lookup(ms), model.lookup(ms)) << ms;
  }

  CrashFs fs;
  CrashHost host;
  TestSpec spec;
  LogModel model;
  TestLog log{host.interface<tn_storage>(TN_STORAGE_ID), host.self(), *fs.get()};
};

// The same log on another machine: `disk` is what a crash has left, the model what it should hold.
inline std::unique_ptr<Machine> restart(CrashFs disk, const LogModel& model,
                                        const TestConfig::Texts& options = {}) {
  auto machine = std::make_unique<Machine>(std::move(disk), options);
  machine->model = model;
  return machine;
}

}  // namespace tenon::segment
