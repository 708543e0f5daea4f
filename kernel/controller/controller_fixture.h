// SPDX-License-Identifier: Apache-2.0
//
// A controller on a simulated machine: what its tests say instead of promises and tasks. Tests
// only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "controller/controller.h"
#include "controller/disk/sim_files.h"

namespace tenon::controller {

class ControllerFixture : public ::testing::Test {
 protected:
  ControllerFixture() { set_log_level(LogLevel::kOff); }
  ~ControllerFixture() override { stop(); }

  // Opens the journal on the current disk and starts a controller; fails the test if it cannot.
  void boot() {
    const Result<> started = try_boot();
    ASSERT_TRUE(started) << started.error().text();
  }
  Result<> try_boot() {
    stop();
    auto journal = Journal::open(
        {.files = files_.get(), .directory = "metadata", .scheduler = &sim_, .pool = &sim_});
    if (!journal) return forward(journal);
    journal_ = std::move(*journal);
    controller_ = std::make_unique<Controller>(options());
    controller_->on_image([this](auto image) { published_.push_back(std::move(image)); });
    return wait(controller_->start());
  }
  void stop() {
    sim_.run();
    controller_.reset();
    journal_.reset();
    sim_.run();
    published_.clear();
  }
  ControllerOptions options() {
    ControllerOptions out;
    out.scheduler = &sim_;
    out.journal = journal_.get();
    out.random = &random_;
    out.cluster_id = "test-cluster";
    out.broker.id = BrokerId{1};
    out.broker.host = "localhost";
    out.broker.port = 9092;
    out.topics.default_partitions = 2;
    out.topics.partitions_per_request_max = 1000;
    out.snapshot_after_bytes = snapshot_after_bytes_;
    return out;
  }
  // The machine stops; what the disk keeps is found by the next boot().
  void crash(Crash how, uint64_t seed = 1) {
    auto disk = files_->after(how, seed);
    stop();
    files_ = std::move(disk);
  }

  template <class T>
  Future<T> begin(Task<T> task) {
    return tenon::start(std::move(task));
  }
  template <class T>
  T wait(Future<T> future) {
    sim_.run();
    EXPECT_TRUE(future.ready()) << "the task has not ended";
    return future.await_resume();
  }
  template <class T>
  T wait(Task<T> task) {
    return wait(begin(std::move(task)));
  }

  static NewTopic named(const std::string& name, int32_t partitions = -1) {
    NewTopic topic;
    topic.name = name;
    topic.partitions = partitions;
    return topic;
  }
  Result<CreatedTopic> create(const std::string& name, int32_t partitions = -1) {
    return wait(controller_->create_topic(named(name, partitions)));
  }
  Result<DeletedTopic> drop(const std::string& name) {
    return wait(controller_->delete_topic({.name = name, .id = {}}));
  }
  const metadata::TopicInfo* topic(std::string_view name) const {
    return controller_->image()->find(name);
  }
  static Bytes dump(const metadata::Image& image) {
    return metadata::encode_records(metadata::to_records(image));
  }

  SimScheduler sim_;
  SeededRandom random_{42};
  std::unique_ptr<SimFiles> files_ = std::make_unique<SimFiles>();
  uint64_t snapshot_after_bytes_ = 1 << 20;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Controller> controller_;
  std::vector<std::shared_ptr<const metadata::Image>> published_;
};

}  // namespace tenon::controller
