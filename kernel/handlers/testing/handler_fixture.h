// SPDX-License-Identifier: Apache-2.0
//
// What tests of handlers share: the rooms of a broker with two shards, in one thread, without
// sockets, on a clock that stands still. A verb makes a request and lets everything run that can
// run without time passing; a request that stays parked is held as a Future.
#pragma once

#include <deque>
#include <type_traits>

#include "controller/disk/sim_files.h"
#include "groups/testing/sim_assignors.h"
#include "handlers/call.h"
#include "handlers/errors.h"
#include "handlers/table.h"
#include "replication/testing/replicas_fixture.h"
#include "wire/admin/create_topics.h"
#include "wire/data/fetch.h"
#include "wire/data/produce.h"

namespace tenon::handlers {

class HandlerTest : public replication::ReplicasTest {
 protected:
  HandlerTest() : settings_(default_settings()) {
    build_groups();
    build_controller();
    build_services();
    const Result<> started = wait(controller_->start());
    TN_ASSERT(started);
  }
  ~HandlerTest() override {
    wait(groups_->stop(shards_[0]));
    services_.reset();
    groups_.reset();
    controller_.reset();
    journal_.reset();
    scheduler_.run();
  }

  // ---- Requests

  // Begins a request of that version (-1 = the newest) on a shard.
  template <class Response, class Request>
  Future<Response> begin(Task<Response> (*handle)(Call&, Request),
                         std::type_identity_t<Request> request, int16_t version = -1,
                         size_t shard = 0) {
    wire::RequestHeader header{.api_key = Request::kApiKey,
                               .api_version = version < 0 ? Request::kVersions.max : version,
                               .correlation_id = 1,
                               .client_id = "client"};
    Future<Response> future =
        start([](Call call, Task<Response> (*run)(Call&, Request), Request what) -> Task<Response> {
          co_return co_await run(call, std::move(what));
        }(Call{*services_, shard, connection_, std::move(header)}, handle, std::move(request)));
    scheduler_.run();
    return future;
  }
  template <class Response, class Request>
  Response ask(Task<Response> (*handle)(Call&, Request), std::type_identity_t<Request> request,
               int16_t version = -1, size_t shard = 0) {
    return wait(begin(handle, std::move(request), version, shard));
  }
  // Is the request answered only after the other shard has had its turn?
  template <class Response, class Request>
  bool waits_for_shard_1(Task<Response> (*handle)(Call&, Request),
                         std::type_identity_t<Request> request) {
    shards_[1].hold();
    auto future = begin(handle, std::move(request));
    const bool waits = !future.ready();
    shards_[1].let_go();
    wait(std::move(future));
    return waits;
  }
  static wire::ErrorCode code(int16_t error) { return static_cast<wire::ErrorCode>(error); }

  // ---- The cluster

  // Makes a topic and opens its partitions; its id.
  Uuid create(const std::string& name, int32_t partitions = 1,
              std::vector<std::pair<std::string, std::optional<std::string>>> configs = {}) {
    auto created = wait(controller_->create_topic({.name = name,
                                                   .partitions = partitions,
                                                   .replication_factor = 1,
                                                   .assignments = {},
                                                   .configs = std::move(configs)}));
    EXPECT_TRUE(created) << created.error().text();
    return created ? created->id : Uuid{};
  }
  const metadata::TopicInfo* topic(std::string_view name) const {
    return controller_->image()->find(name);
  }
  replication::Partition& partition(const std::string& name, int32_t index = 0) {
    const Uuid id = topic(name)->id;
    return *replicas_->table(replicas_->owner(id, index)).find(id, index);
  }
  // Partition 0 is led by us in a later epoch.
  void lead(const std::string& name, LeaderEpoch epoch) {
    auto state = topic(name)->partitions.at(0);
    state.leader_epoch = epoch;
    partition(name).set_state(state);
  }
  // Appends a batch of these values as a client with acks=all would; its base offset.
  int64_t append(const std::string& name, int32_t index, const std::vector<std::string>& values) {
    return append_bytes(name, index, batch(values));
  }
  int64_t append_bytes(const std::string& name, int32_t index, Bytes bytes) {
    auto appended = wait(
        partition(name, index)
            .append(MutableBytes(bytes), {.deadline = scheduler_.clock().now() + kProduceTimeout}));
    EXPECT_TRUE(appended) << appended.error().text();
    return appended ? appended->base_offset.value : -1;
  }
  // A produce request's part; the bytes live as long as the test.
  wire::ProduceRequest::PartitionProduceData records(int32_t index, Bytes bytes) {
    sent_.push_back(std::move(bytes));
    return {.index = index, .records = MutableBytes(sent_.back())};
  }

  config::Settings settings_;
  net::ConnectionInfo connection_{.id = 1,
                                  .peer_host = "10.0.0.7",
                                  .peer_port = 4711,
                                  .client_software_name = {},
                                  .client_software_version = {}};
  std::unique_ptr<controller::Controller> controller_;
  groups::SimAssignors assignors_;
  std::unique_ptr<groups::GroupDirectory> groups_;
  std::unique_ptr<Services> services_;
  MetricRegistry metrics_;
  GuardLedger guard_ledger_;

 private:
  static constexpr auto kProduceTimeout = std::chrono::seconds(30);

  static config::Settings default_settings() {
    config::Overlay overlay;
    overlay.executable_dir = "/opt/tenon/bin";
    auto read = config::read_text("[storage.segment]\n", "x.toml", overlay);
    TN_ASSERT(read.problems.empty());
    auto& settings = read.settings;
    settings.topic.defaults.tenon_storage = "testing";
    settings.groups.offsets_partitions = 3;
    return std::move(settings);
  }
  void build_groups() {
    groups_ = std::make_unique<groups::GroupDirectory>(
        groups::GroupDirectory::Parts{.replicas = *replicas_,
                                      .self = kSelf,
                                      .config = {.initial_rebalance_delay_ms = 0},
                                      .random = random_,
                                      .assignors = assignors_});
    replicas_->on_applied([this](size_t shard, const auto& before, const auto& after) {
      groups_->on_image(shard, before, after);
    });
  }
  void build_controller() {
    auto journal = controller::Journal::open(
        {.files = &files_, .directory = "metadata", .scheduler = &shards_[0], .pool = &scheduler_});
    TN_ASSERT(journal);
    journal_ = std::move(*journal);
    controller::ControllerOptions options;
    options.scheduler = &shards_[0];
    options.journal = journal_.get();
    options.random = &random_;
    options.cluster_id = "test-cluster";
    options.broker.id = kSelf;
    options.broker.host = "broker.test";
    options.broker.port = 9092;
    options.topics.defaults = settings_.topic.defaults;
    options.topics.default_partitions = 2;
    controller_ = std::make_unique<controller::Controller>(std::move(options));
    controller_->on_image([this](auto image) { replicas_->publish(std::move(image)); });
  }
  void build_services() {
    producer_ids_ = std::make_unique<ProducerIds>(*controller_, shards_[0]);
    std::vector<wire::ApiKey> keys;
    for (const Api& api : apis()) keys.push_back(api.key);
    request_metrics_ = std::make_unique<RequestMetrics>(metrics_, keys);
    services_ = std::make_unique<Services>(Services{.settings = settings_,
                                                    .self = kSelf,
                                                    .replicas = *replicas_,
                                                    .controller = *controller_,
                                                    .controller_home = shards_[0],
                                                    .groups = *groups_,
                                                    .producer_ids = *producer_ids_,
                                                    .metrics = *request_metrics_,
                                                    .guard_ledger = guard_ledger_,
                                                    .random = random_,
                                                    .fetch_sessions = {}});
    for (size_t i = 0; i < kShards; ++i) services_->fetch_sessions.emplace_back(10, i, kShards);
  }

  controller::SimFiles files_;
  std::unique_ptr<controller::Journal> journal_;
  std::unique_ptr<ProducerIds> producer_ids_;
  std::unique_ptr<RequestMetrics> request_metrics_;
  std::deque<Bytes> sent_;
};

}  // namespace tenon::handlers
