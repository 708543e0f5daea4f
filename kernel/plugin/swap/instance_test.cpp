// SPDX-License-Identifier: Apache-2.0
#include "plugin/swap/instance.h"

#include <gtest/gtest.h>

namespace tenon::plugin {
namespace {

class RetiredTest : public testing::Test {
 protected:
  RetiredTest() {
    descriptor_.destroy = [](void* self) {
      ++*static_cast<int*>(self);
      EXPECT_EQ(current_call().suspect, &kSuspect);
      EXPECT_STREQ(current_call().function, "destroy");
    };
  }
  InstancePointer make() {
    return Retired::keep(retired_,
                         std::make_unique<Instance>(nullptr, descriptor_, &destroyed_, &kSuspect));
  }

  static constexpr Suspect kSuspect{"codec acme 1.0.0", "/opt/codec-acme.so"};
  tn_descriptor descriptor_{};
  int destroyed_ = 0;
  std::shared_ptr<Retired> retired_ = std::make_shared<Retired>();
};

TEST_F(RetiredTest, an_instance_waits_for_the_sweep) {
  InstancePointer one = make();
  EXPECT_EQ(one->self(), &destroyed_);
  one.reset();
  EXPECT_EQ(destroyed_, 0);
  retired_->sweep();
  EXPECT_EQ(destroyed_, 1);
}

TEST_F(RetiredTest, what_somebody_holds_is_not_swept) {
  const InstancePointer one = make();
  InstancePointer other = one;
  other.reset();
  retired_->sweep();
  EXPECT_EQ(destroyed_, 0);
}

TEST_F(RetiredTest, nothing_is_destroyed_twice) {
  for (int i = 0; i < 3; ++i) make();
  retired_->sweep();
  retired_->sweep();
  EXPECT_EQ(destroyed_, 3);
}

}  // namespace
}  // namespace tenon::plugin
