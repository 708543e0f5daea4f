// SPDX-License-Identifier: Apache-2.0
//
// Random lives of a log beside a model that is too simple to be wrong: appends, resends, flushes,
// truncations, deletions and restarts of every kind. The seed is in the message of each failure.

#include <deque>
#include <optional>

#include "base/random.h"
#include "log/log.h"
#include "log/testing_log.h"

namespace tenon::log {
namespace {

struct ModelBatch {
  int64_t base = 0;
  int64_t last = 0;
  int64_t producer = 0;
  int32_t sequence = 0;
  int32_t epoch = 0;
};

class LogModel : public LogTest, public testing::WithParamInterface<uint64_t> {
 protected:
  LogModel() : random_(GetParam()) {
    config_.segment_bytes = 1000;
    open();
  }

  void live_one_step() {
    switch (random_.below(16)) {
      case 0:
        return cut_off();
      case 1:
        return delete_some();
      case 2:
        return stop_and_start();
      case 3:
        return reopen_after_kill();
      case 4:
        return lose_power();
      case 5:
        ++epoch_;
        return;
      case 6:
      case 7:
        return make_durable();
      case 8:
      case 9:
      case 10:
        return resend();
      default:
        return send();
    }
  }
  void expect_the_model() {
    const int64_t end = batches_.empty() ? end_ : batches_.back().last + 1;
    ASSERT_EQ(log_->end_offset().value, end);
    ASSERT_EQ(log_->start_offset().value, start_);
    std::vector<int64_t> expected, found;
    for (const ModelBatch& batch : batches_) {
      if (batch.last >= start_) expected.push_back(batch.base);
    }
    Bytes bytes;
    ASSERT_TRUE(log_->read(Offset{start_}, Offset{end}, 1 << 30, true)->copy_to(bytes));
    for (const record::BatchView view : record::Batches(bytes)) {
      found.push_back(view.base_offset().value);
      EXPECT_TRUE(view.crc_holds());
      EXPECT_EQ(log_->epoch_for_offset(view.last_offset()), view.leader_epoch());
    }
    ASSERT_EQ(found, expected);
  }

 private:
  Bytes bytes_of(const ModelBatch& model) const {
    return batch(std::vector<std::string>(static_cast<size_t>(model.last - model.base + 1), "v"),
                 {.producer_id = ProducerId{model.producer},
                  .producer_epoch = ProducerEpoch{0},
                  .base_sequence = model.sequence});
  }
  // What the producer sends next: after its last batch that is still there.
  int32_t next_sequence(int64_t producer) const {
    for (auto it = batches_.rbegin(); it != batches_.rend(); ++it) {
      if (it->producer == producer) {
        return it->sequence + static_cast<int32_t>(it->last - it->base + 1);
      }
    }
    return 0;
  }
  void send() {
    const int64_t base = log_->end_offset().value;
    ModelBatch model{.base = base,
                     .last = base + static_cast<int64_t>(random_.below(4)),
                     .producer = static_cast<int64_t>(random_.below(3)),
                     .epoch = epoch_};
    model.sequence = next_sequence(model.producer);
    EXPECT_EQ(verdict(bytes_of(model), {.leader_epoch = LeaderEpoch{epoch_}}),
              fmt::format("{}-{}", model.base, model.last));
    batches_.push_back(model);
    end_ = model.last + 1;
  }
  // One of the last five of its producer, if there is one and its records are not deleted.
  void resend() {
    const auto producer = static_cast<int64_t>(random_.below(3));
    uint64_t back = random_.below(5);
    for (auto it = batches_.rbegin(); it != batches_.rend(); ++it) {
      if (it->last < start_) return;
      if (it->producer != producer || back-- > 0) continue;
      EXPECT_EQ(verdict(bytes_of(*it), {.leader_epoch = LeaderEpoch{epoch_}}),
                fmt::format("duplicate {}-{}", it->base, it->last));
      return;
    }
  }
  void make_durable() {
    flush();
    scheduler_.run();
    durable_end_ = log_->end_offset().value;
  }
  void lose_batches_from(int64_t offset) {
    while (!batches_.empty() && batches_.back().last >= offset) batches_.pop_back();
    end_ = batches_.empty() ? start_ : batches_.back().last + 1;
    durable_end_ = std::min(durable_end_, end_);
  }
  // Only where producers lose nothing that they would not send again.
  void cut_off() {
    if (batches_.empty() || batches_.back().base < start_) return;
    const int64_t at = batches_.back().base;
    ASSERT_TRUE(log_->truncate(Offset{at}));
    lose_batches_from(at);
  }
  void stop_and_start() {
    reopen_clean();
    durable_end_ = log_->end_offset().value;
  }
  void lose_power() {
    make_durable_start();
    reopen_after_power_cut();
    lose_batches_from(durable_end_);
  }
  // The log start is durable at once; a power cut below it would leave a gap that the model has
  // not.
  void make_durable_start() {
    if (durable_end_ < start_) make_durable();
  }
  void delete_some() {
    const auto width = static_cast<uint64_t>(log_->end_offset().value - start_ + 1);
    const auto to = start_ + static_cast<int64_t>(random_.below(width) / 4);
    ASSERT_TRUE(delete_records(Offset{to}));
    start_ = to;
  }

  SeededRandom random_;
  std::deque<ModelBatch> batches_;  // all that were not cut off; some lie before the start
  int64_t start_ = 0;
  int64_t end_ = 0;
  int64_t durable_end_ = 0;
  int32_t epoch_ = 0;
};

TEST_P(LogModel, behaves_as_the_model_does) {
  for (int step = 0; step < 300; ++step) {
    SCOPED_TRACE(fmt::format("seed {}, step {}", GetParam(), step));
    live_one_step();
    expect_the_model();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LogModel, testing::Range<uint64_t>(1, 31));

}  // namespace
}  // namespace tenon::log
