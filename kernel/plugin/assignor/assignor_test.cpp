// SPDX-License-Identifier: Apache-2.0
#include "plugin/assignor/assignor.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <functional>

namespace tenon::plugin {
namespace {

using namespace std::chrono_literals;

// A plugin that does what the test says.
using Play = std::function<tn_code(const tn_assignor_input&, int32_t*, tn_error&)>;

tn_code play(void* self, const tn_assignor_input* input, int32_t* owners, tn_error* error) {
  return (*static_cast<const Play*>(self))(*input, owners, *error);
}
constexpr tn_assignor kPlayed{
    .struct_size = sizeof(tn_assignor), .flags = TN_ASSIGNOR_STICKY, .assign = play};

// Members a (topics 0 and 1) and b (topic 0) on "orders" of three partitions, "audit" of one, and
// "idle" of two, to which nobody subscribes.
class AssignorHandleTest : public testing::Test {
 protected:
  // Answers with these owners, of orders, audit and idle in turn.
  void answers(std::vector<int32_t> owners) {
    play_ = [owners = std::move(owners)](const tn_assignor_input&, int32_t* out, tn_error&) {
      std::copy(owners.begin(), owners.end(), out);
      return TN_OK;
    };
  }
  Result<Assignor::Readers> assign() {
    return assignor_.assign(
        group_, {.clock = clock_, .deadline = clock_.now() + 5s, .cancelled = &cancelled_});
  }
  std::string refusal() {
    const auto readers = assign();
    return readers ? "it was taken" : readers.error().text();
  }

  AssignorGroup group_{.members = {{.id = "a", .topics = {0, 1}}, {.id = "b", .topics = {0}}},
                       .topics = {{.name = "orders", .partitions = 3},
                                  {.name = "audit", .partitions = 1},
                                  {.name = "idle", .partitions = 2}}};
  Play play_;
  ManualClock clock_;
  std::atomic<bool> cancelled_{false};
  Assignor assignor_{"played", kPlayed, &play_};
};

TEST_F(AssignorHandleTest, an_answer_that_is_an_assignment_is_taken) {
  answers({0, 1, 1, 0, -1, -1});
  const auto readers = assign();
  ASSERT_TRUE(readers.has_value()) << readers.error().text();
  EXPECT_EQ(*readers, (Assignor::Readers{{0, 1, 1}, {0}, {-1, -1}}));
  EXPECT_TRUE(assignor_.sticky());
  EXPECT_EQ(assignor_.refused(), 0u);
}

TEST_F(AssignorHandleTest, an_owner_who_is_no_member_is_refused) {
  for (const int32_t owner : {2, 1000, -2, INT32_MIN, INT32_MAX}) {
    answers({0, 1, owner, 0, -1, -1});
    EXPECT_EQ(refusal(), "played: it gives orders-2 to member number " + std::to_string(owner) +
                             "; there are 2");
  }
  EXPECT_EQ(assignor_.refused(), 5u);
}

TEST_F(AssignorHandleTest, an_owner_who_does_not_subscribe_is_refused) {
  answers({0, 1, 1, 1, -1, -1});
  EXPECT_EQ(refusal(), "played: it gives audit-0 to b, who does not subscribe to that topic");
  answers({0, 1, 1, 0, -1, 0});
  EXPECT_EQ(refusal(), "played: it gives idle-1 to a, who does not subscribe to that topic");
}

TEST_F(AssignorHandleTest, a_partition_that_is_left_out_is_refused) {
  answers({0, -1, 1, 0, -1, -1});
  EXPECT_EQ(refusal(), "played: it gives orders-1 to nobody, but there are subscribers");
}

TEST_F(AssignorHandleTest, an_answer_that_was_never_written_is_refused) {
  play_ = [](const tn_assignor_input&, int32_t*, tn_error&) { return TN_OK; };
  EXPECT_EQ(refusal(), "played: it gives orders-0 to nobody, but there are subscribers");
}

TEST_F(AssignorHandleTest, writing_outside_of_the_answer_is_seen) {
  for (const int at : {-1, 6}) {
    play_ = [at](const tn_assignor_input&, int32_t* owners, tn_error&) {
      for (int i = 0; i < 6; ++i) owners[i] = i < 4 ? 0 : -1;
      owners[at] = 0;
      return TN_OK;
    };
    EXPECT_EQ(refusal(), "played: it wrote outside of the place for its answer");
  }
}

TEST_F(AssignorHandleTest, a_failure_is_told_in_the_plugins_own_words) {
  play_ = [](const tn_assignor_input&, int32_t*, tn_error& error) {
    std::snprintf(error.message, sizeof error.message, "no weights for rack b");
    return TN_E_CONFIG;
  };
  EXPECT_EQ(refusal(), "played: no weights for rack b");
  EXPECT_EQ(assignor_.refused(), 1u);
}

TEST_F(AssignorHandleTest, a_plugin_is_told_to_stop_when_its_deadline_has_passed) {
  play_ = [this](const tn_assignor_input& input, int32_t*, tn_error&) {
    EXPECT_EQ(input.deadline_ns, (clock_.now() + 5s).time_since_epoch().count());
    EXPECT_EQ(input.stopped(input.stop_ctx), 0);
    clock_.advance(5s);
    EXPECT_EQ(input.stopped(input.stop_ctx), 1);
    return TN_E_AGAIN;
  };
  const auto readers = assign();
  EXPECT_EQ(readers.error().code, Errc::kTimeout);
  EXPECT_EQ(assignor_.refused(), 0u);
}

TEST_F(AssignorHandleTest, a_plugin_is_told_to_stop_when_it_is_cancelled) {
  play_ = [this](const tn_assignor_input& input, int32_t*, tn_error&) {
    cancelled_ = true;
    return input.stopped(input.stop_ctx) ? TN_E_AGAIN : TN_OK;
  };
  EXPECT_EQ(assign().error().code, Errc::kCancelled);
}

TEST_F(AssignorHandleTest, giving_up_unasked_is_a_failure) {
  play_ = [](const tn_assignor_input&, int32_t*, tn_error&) { return TN_E_AGAIN; };
  EXPECT_EQ(assign().error().code, Errc::kPluginFailed);
}

TEST_F(AssignorHandleTest, a_right_answer_is_taken_even_if_it_is_late) {
  answers({0, 1, 1, 0, -1, -1});
  const Play answer = play_;
  play_ = [&](const tn_assignor_input& input, int32_t* owners, tn_error& error) {
    clock_.advance(6s);
    return answer(input, owners, error);
  };
  EXPECT_TRUE(assign().has_value());
  EXPECT_EQ(assignor_.late(), 1u);
}

TEST_F(AssignorHandleTest, after_a_swap_the_new_plugin_is_asked_and_the_old_one_let_go_of) {
  answers({0, 1, 1, 0, -1, -1});
  Play other = [](const tn_assignor_input&, int32_t* owners, tn_error&) {
    for (int i = 0; i < 4; ++i) owners[i] = 0;
    return TN_OK;
  };
  auto first = std::make_shared<int>(1);
  assignor_.swap(kPlayed, &play_, first);
  EXPECT_EQ(first.use_count(), 2);
  assignor_.swap(kPlayed, &other, nullptr);
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(assign()->front(), (std::vector<int32_t>{0, 0, 0}));
}

TEST_F(AssignorHandleTest, a_group_of_nobody_and_nothing_is_fine) {
  group_ = {};
  answers({});
  EXPECT_EQ(assign(), Assignor::Readers{});
}

}  // namespace
}  // namespace tenon::plugin
