// SPDX-License-Identifier: Apache-2.0

#include "cli/output/table.h"

#include "cli/output/text.h"

namespace tenon::cli {
namespace {

void append_row(std::string& out, const std::vector<std::string>& cells,
                const std::vector<size_t>& widths) {
  std::string line;
  size_t column = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    line.append(column - display_width(line), ' ');
    line += cells[i];
    column += widths[i] + 2;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<size_t> widths;
  const auto widen = [&widths](const std::vector<std::string>& cells) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], display_width(cells[i]));
  };
  widen(headings_);
  for (const auto& row : rows_) widen(row);
  std::string out;
  if (!headings_.empty()) append_row(out, headings_, widths);
  for (const auto& row : rows_) append_row(out, row, widths);
  return out;
}

std::string section(std::string_view heading) {
  return std::string(heading) + '\n' + std::string(display_width(heading), '=') + '\n';
}

}  // namespace tenon::cli
