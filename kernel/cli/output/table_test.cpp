// SPDX-License-Identifier: Apache-2.0

#include "cli/output/table.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(Table, aligns_columns_and_leaves_nothing_behind_the_last) {
  Table table({"NAME", "N"});
  table.add({"a", "100"});
  table.add({"longer", "1"});
  EXPECT_EQ(table.text(), "NAME    N\na       100\nlonger  1\n");
}

TEST(Table, leaves_missing_cells_empty) {
  Table table({"A", "B", "C"});
  table.add({"1"});
  table.add({"1", "", "3"});
  EXPECT_EQ(table.text(), "A  B  C\n1\n1     3\n");
}

TEST(Table, needs_no_headings) {
  Table table;
  table.add({"GROUP", "g"});
  table.add({"LAG", "0"});
  EXPECT_EQ(table.text(), "GROUP  g\nLAG    0\n");
}

TEST(Table, prints_only_the_headings_when_it_is_empty) {
  const Table table({"A", "B"});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.text(), "A  B\n");
}

TEST(Table, aligns_what_is_not_ascii) {
  Table table({"NAME", "N"});
  table.add({"grün", "1"});
  table.add({"four", "2"});
  EXPECT_EQ(table.text(), "NAME  N\ngrün  1\nfour  2\n");
}

TEST(Table, takes_the_sting_out_of_control_characters) {
  Table table;
  table.add({"a\nb\x1b"});
  EXPECT_EQ(table.text(), "a\\x0ab\\x1b\n");
}

TEST(Section, underlines_the_heading) {
  EXPECT_EQ(section("CONFIGS"), "CONFIGS\n=======\n");
}

}  // namespace
}  // namespace tenon::cli
