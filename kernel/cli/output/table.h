// SPDX-License-Identifier: Apache-2.0
//
// Columns of text for people: a heading line, two blanks between columns, nothing behind the last.
// Cells are made fit for a terminal. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

class Table {
 public:
  // No headings: no heading line.
  explicit Table(std::vector<std::string> headings = {}) : headings_(std::move(headings)) {}

  // Missing cells at the end are empty.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  // Every line with its line break.
  std::string text() const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// A heading with a line below it, as long as it is.
std::string section(std::string_view heading);

}  // namespace tenon::cli
