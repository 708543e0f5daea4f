// SPDX-License-Identifier: Apache-2.0
//
// The chunked map against std::map, and that copies share what did not change.

#include "metadata/chunked_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/random.h"

namespace tenon::metadata {
namespace {

struct Item {
  int key;
  std::string value;
};
struct ItemOrder {
  static int key(const Item& item) { return item.key; }
  static bool less(int a, int b) { return a < b; }
};
using Items = ChunkedMap<Item, ItemOrder>;

class ChunkedMapTest : public ::testing::Test {
 protected:
  static Items with(const Items& from, int first, int last) {
    Items::Editor editor(from);
    for (int key = first; key <= last; ++key) put(editor, key, std::to_string(key));
    return editor.finish();
  }
  static void put(Items::Editor& editor, int key, std::string value) {
    editor.put(std::make_shared<const Item>(Item{key, std::move(value)}));
  }
  static std::map<int, std::string> all(const Items& items) {
    std::map<int, std::string> out;
    for (const Item& item : items) out.emplace_hint(out.end(), item.key, item.value);
    return out;
  }
};

TEST_F(ChunkedMapTest, an_empty_map_has_nothing) {
  const Items items;
  EXPECT_TRUE(items.empty());
  EXPECT_EQ(items.find(1), nullptr);
  EXPECT_EQ(items.begin(), items.end());
}

TEST_F(ChunkedMapTest, values_are_found_and_walked_in_order) {
  const Items items = with({}, 1, 1000);
  EXPECT_EQ(items.size(), 1000u);
  EXPECT_EQ(items.find(700)->value, "700");
  EXPECT_EQ(items.find(1001), nullptr);
  int expected = 1;
  for (const Item& item : items) EXPECT_EQ(item.key, expected++);
}

TEST_F(ChunkedMapTest, an_edit_leaves_the_map_it_came_from_as_it_was) {
  const Items before = with({}, 1, 300);
  Items::Editor editor(before);
  put(editor, 5, "changed");
  editor.erase(200);
  const Items after = editor.finish();
  EXPECT_EQ(before.find(5)->value, "5");
  EXPECT_NE(before.find(200), nullptr);
  EXPECT_EQ(after.find(5)->value, "changed");
  EXPECT_EQ(after.find(200), nullptr);
  EXPECT_EQ(after.size(), 299u);
}

TEST_F(ChunkedMapTest, unchanged_chunks_are_shared) {
  const Items before = with({}, 1, 1000);
  Items::Editor editor(before);
  put(editor, 1, "changed");
  const Items after = editor.finish();
  auto a = before.begin();
  auto b = after.begin();
  EXPECT_NE(a.chunk_start(), b.chunk_start());
  for (a.skip_chunk(), b.skip_chunk(); a != before.end(); a.skip_chunk(), b.skip_chunk())
    EXPECT_EQ(a.chunk_start(), b.chunk_start());
}

TEST_F(ChunkedMapTest, erasing_everything_leaves_an_empty_map) {
  Items::Editor editor(with({}, 1, 500));
  for (int key = 500; key >= 1; --key) EXPECT_TRUE(editor.erase(key));
  EXPECT_FALSE(editor.erase(1));
  EXPECT_TRUE(editor.finish().empty());
}

TEST_F(ChunkedMapTest, does_what_an_ordered_map_does) {
  SeededRandom random(7);
  std::map<int, std::string> model;
  Items items;
  for (int round = 0; round < 200; ++round) {
    Items::Editor editor(items);
    for (int i = 0; i < 50; ++i) {
      const int key = static_cast<int>(random.below(1500));
      if (random.below(3) == 0) {
        EXPECT_EQ(editor.erase(key), model.erase(key) == 1);
      } else {
        put(editor, key, std::to_string(round));
        model[key] = std::to_string(round);
      }
    }
    items = editor.finish();
    ASSERT_EQ(items.size(), model.size());
    ASSERT_EQ(all(items), model);
  }
}

}  // namespace
}  // namespace tenon::metadata
