// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a configuration, and where. Problems are collected, never thrown: a user sees
// all of them in one run, in the order in which they stand in the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tenon::config {

// Where a value stands. For a value that is not from a file, `file` says where it is from
// ("--set kafka.bind", "TENON__KAFKA__BIND") and `line` is 0.
struct Position {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;

  // "file:line:col", or the file alone.
  std::string text() const;
};

struct Problem {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  std::string text;  // a sentence without a full stop

  Problem(const Position& at, std::string what)
      : file(at.file), line(at.line), column(at.column), text(std::move(what)) {}
  // "file:line:col: what is wrong".
  std::string message() const;
};

// By position; those of the file come before those of the environment and the command line.
void sort_problems(std::vector<Problem>& problems);

}  // namespace tenon::config
