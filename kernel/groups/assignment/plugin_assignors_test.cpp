// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/plugin_assignors.h"

#include <gtest/gtest.h>

#include "base/sim_scheduler.h"

namespace tenon::groups {
namespace {

// Work waits until the test runs it.
class HeldPool final : public BlockingPool {
 public:
  void submit(Work work) override { waiting.push_back(std::move(work)); }
  void run_one() {
    Work work = std::move(waiting.front());
    waiting.pop_front();
    work();
  }
  std::deque<Work> waiting;
};

tn_code assign_nobody(void*, const tn_assignor_input*, int32_t*, tn_error*) {
  return TN_OK;
}
constexpr tn_assignor kNobody{
    .struct_size = sizeof(tn_assignor), .flags = 0, .assign = assign_nobody};

class PluginAssignorsTest : public testing::Test {
 protected:
  auto ask(const std::string& name) {
    AssignmentInput input;
    input.image = metadata::Image::empty("test-cluster");
    return assignors_.assign(scheduler_, name, std::move(input), std::chrono::seconds(1));
  }

  SimScheduler scheduler_;
  HeldPool pool_;
  plugin::Assignor first_{"first", kNobody, nullptr};
  plugin::Assignor second_{"second", kNobody, nullptr};
  PluginAssignors assignors_{{.pool = pool_,
                              .clock = scheduler_.clock(),
                              .find = [this](std::string_view name) -> const plugin::Assignor* {
                                if (name == "first") return &first_;
                                return name == "second" ? &second_ : nullptr;
                              },
                              .names = {"first", "second"}}};
};

TEST_F(PluginAssignorsTest, answers_on_the_callers_scheduler) {
  auto answer = ask("first");
  pool_.run_one();
  EXPECT_FALSE(answer.ready());
  scheduler_.run();
  ASSERT_TRUE(answer.ready());
  EXPECT_TRUE(answer.await_resume());
}

TEST_F(PluginAssignorsTest, refuses_a_name_that_is_not_loaded) {
  auto answer = ask("third");
  ASSERT_TRUE(answer.ready());
  EXPECT_EQ(answer.await_resume().error().code, Errc::kPluginMissing);
  EXPECT_FALSE(assignors_.has("third"));
}

TEST_F(PluginAssignorsTest, holds_one_worker_for_each_assignor_however_many_ask) {
  auto one = ask("first");
  auto two = ask("first");
  auto other = ask("second");
  EXPECT_EQ(pool_.waiting.size(), 2u);
  pool_.run_one();
  scheduler_.run();
  EXPECT_TRUE(one.ready());
  EXPECT_FALSE(two.ready());
  EXPECT_EQ(pool_.waiting.size(), 2u);
  while (!pool_.waiting.empty()) pool_.run_one();
  scheduler_.run();
  EXPECT_TRUE(two.ready());
  EXPECT_TRUE(other.ready());
}

}  // namespace
}  // namespace tenon::groups
